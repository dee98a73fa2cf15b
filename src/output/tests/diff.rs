use snapbox::{IntoData, assert_data_eq, str};

use super::samples::step;
use super::{chosen, listing, output, plain};
use crate::output::{ColorChoice, Format, OutputOptions, StepRow, TerminalEnvironment};

fn steps() -> Vec<StepRow> {
    vec![
        step("create", 6, "Retail US", "", "logs,metrics"),
        step("update", 2, "Twin", "logs,rum", "logs,metrics"),
        step("delete", 3, "Twin", "audit", ""),
        step("unchanged", 4, "Platform", "audit", "audit"),
        step("create", 5, "\u{1b}[31mred", "", "logs"),
    ]
}

#[test]
fn every_change_is_a_line_and_orgs_of_one_name_are_told_apart() {
    let (mut output, stdout, stderr) = output(plain(Format::Table), Some(120));
    output.write_diff(&steps()).unwrap();
    assert_data_eq!(
        stdout.text(),
        str![[r#"
+ Retail US → Observability Hub  logs,metrics
~ Twin [4dee724d-00cc-11ea-a77b-000000000002] → Observability Hub  logs,rum → logs,metrics (+metrics -rum)
- Twin [4dee724d-00cc-11ea-a77b-000000000003] → Observability Hub  audit
+ \u{1b}[31mred → Observability Hub  logs

"#]].raw()
    );
    output.show_diff(&steps(), true);
    assert_eq!(stderr.text(), stdout.text());
}

#[test]
fn a_result_stands_before_its_change() {
    let mut rows = steps();
    rows[0].result = Some("done");
    rows[1].result = Some("not attempted");
    let (mut output, stdout, _) = output(plain(Format::Table), Some(80));
    output.write_diff(&rows[..2]).unwrap();
    assert_data_eq!(
        stdout.text(),
        str![[r#"
done           + Retail US → Observability Hub  logs,metrics
not attempted  ~ Twin → Observability Hub  logs,rum → logs,metrics (+metrics
  -rum)

"#]]
    );
}

#[test]
fn a_terminal_that_shows_it_has_another_arrow_than_a_pipe() {
    for (locale, terminal, arrow) in [
        ("C.UTF-8", Some(80), "→"),
        ("C.UTF-8", None, "->"),
        ("C", Some(80), "->"),
    ] {
        let options = OutputOptions {
            environment: TerminalEnvironment {
                locale: Some(locale.to_owned()),
                ..TerminalEnvironment::default()
            },
            ..plain(Format::Table)
        };
        let (mut output, stdout, stderr) = output(options, terminal);
        let mut row = step("update", 2, "a -> b", "logs", "audit");
        row.destination = row.source.clone();
        output.write_diff(&[row.clone()]).unwrap();
        output.show_diff(&[row], true);
        let line = format!("~ a -> b {arrow} a -> b  logs {arrow} audit (+audit -logs)\n");
        assert_eq!((stdout.text(), stderr.text()), (line.clone(), line));
    }
}

#[test]
fn color_changes_nothing_but_the_color() {
    let options = OutputOptions {
        color: ColorChoice::Always,
        ..plain(Format::Table)
    };
    let (mut output, stdout, _) = output(options, Some(80));
    output.write_diff(&steps()[..1]).unwrap();
    assert_eq!(
        stdout.text(),
        "\u{1b}[32m+ Retail US → Observability Hub  logs,metrics\u{1b}[0m\n"
    );
}

#[test]
fn a_diff_is_for_a_terminal_where_nothing_else_was_asked_for() {
    let prefers = |options, terminal| output(options, terminal).0.prefers_diff();
    assert!(prefers(plain(Format::Table), Some(80)));
    assert!(!prefers(plain(Format::Table), None));
    assert!(!prefers(plain(Format::Json), Some(80)));
    assert!(!prefers(chosen(Format::Table, &["source"]), Some(80)));
}

#[test]
fn a_step_is_listed_with_its_place_in_the_file() {
    let mut row = steps().swap_remove(1);
    row.line = Some(3);
    row.column = Some(13);
    row.file = Some("orgconn.yaml".to_owned());
    assert_data_eq!(
        listing(plain(Format::Table), None, vec![row.clone()]),
        str![[r#"
ACTION  SOURCE  DESTINATION        BEFORE    AFTER         LINE  FILE
update  Twin    Observability Hub  logs,rum  logs,metrics  3     orgconn.yaml

"#]]
        .raw()
    );
    assert_data_eq!(
        listing(plain(Format::Jsonl), None, vec![row]),
        str![[r#"
{"action":"update","result":null,"reason":null,"id":"00000002-32b2-4aa3-8a1a-5d93b5382e3d","source":{"id":"4dee724d-00cc-11ea-a77b-000000000002","name":"Twin"},"destination":{"id":"4dee724d-00cc-11ea-a77b-000000000001","name":"Observability Hub"},"before":["logs","rum"],"after":["logs","metrics"],"profile":null,"line":3,"column":13,"file":"orgconn.yaml"}

"#]]
        .raw()
    );
}
