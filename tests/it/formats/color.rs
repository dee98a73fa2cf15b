use crate::harness::{Api, Finished, connection, page};

fn listed(flags: &[&str], variables: &[(&str, &str)]) -> Finished {
    let api = Api::new();
    api.get(super::LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let mut world = api.world();
    for (name, value) in variables {
        world = world.with(name, value);
    }
    world.run([&["list"], flags].concat()).code(0)
}

fn is_coloured(flags: &[&str], variables: &[(&str, &str)]) -> bool {
    listed(flags, variables).stdout.contains('\u{1b}')
}

#[test]
fn a_pipe_gets_no_colour() {
    assert!(!is_coloured(&[], &[]));
    assert!(!is_coloured(
        &["--color=auto"],
        &[("TERM", "xterm-256color")]
    ));
}

#[test]
fn colour_can_be_forced_and_the_flag_comes_before_the_environment() {
    assert!(is_coloured(&["--color", "always"], &[]));
    assert!(is_coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(is_coloured(&[], &[("ORGCONN_COLOR", "always")]));
    assert!(is_coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn no_color_comes_before_clicolor_force_and_counts_only_when_it_is_not_empty() {
    assert!(!is_coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(is_coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]
    ));
}

#[test]
fn colour_changes_no_text_and_the_formats_for_programs_have_none() {
    for format in ["json", "jsonl", "yaml", "csv", "tsv", "id"] {
        assert!(
            !is_coloured(&["--color=always", "-o", format], &[]),
            "{format}"
        );
    }
    let coloured = listed(&["--color=always"], &[]).stdout;
    let mut text = String::new();
    for (index, part) in coloured.split("\u{1b}[").enumerate() {
        let rest = part.split_once('m').map_or(part, |(_, rest)| rest);
        text.push_str(if index == 0 { part } else { rest });
    }
    assert_eq!(text, listed(&[], &[]).stdout);
}

#[test]
fn errors_are_coloured_only_where_that_is_wanted() {
    let unreachable = |flag| Api::new().world().run(["list", "--sort=nme", flag]).code(2);
    assert!(unreachable("--color=auto").stderr.starts_with("error: "));
    assert!(unreachable("--color=always").stderr.starts_with("\u{1b}["));
}
