//! The completion script, run in a real bash.

use crate::harness::{Terminal, World};

/// The reply to bash for the end of a line that it replaces: options for readline, then one candidate per line.
fn replied(world: &World, line: &str, replaced: &str) -> String {
    let script = r#"
eval "$(orgconn completions bash)"
compopt() { printf 'compopt %s %s\n' "$@"; }
COMP_LINE=$line COMP_POINT=${#line} COMP_TYPE=9 COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
_orgconn orgconn "$replaced"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}""#;
    let line = line.replace('\'', r"'\''");
    world
        .script(&format!(
            "set -eu; line='{line}' replaced='{replaced}'{script}"
        ))
        .quiet_success()
}

#[test]
fn what_readline_is_given_stands_for_what_it_replaces() {
    let world = World::sandbox();
    for (line, replaced, replies) in [
        ("orgconn li", "li", "list\n"),
        (
            "orgconn list --source Re",
            "Re",
            "Retail\\ EU\nRetail\\ US\n",
        ),
        (
            "orgconn list --source=Re",
            "Re",
            "Retail\\ EU\nRetail\\ US\n",
        ),
        ("orgconn list --source='Retail U", "Retail U", "Retail US\n"),
        ("orgconn list --source \"sec", "sec", "Security Archive\n"),
        (
            "orgconn list --source name:Obs",
            "Obs",
            "Observability\\ Hub\n",
        ),
        ("orgconn list --source profile:log", "log", "logistics\n"),
        (
            "orgconn list --source 'name:Obs",
            "name:Obs",
            "name:Observability Hub\n",
        ),
        (
            "VAR=x orgconn list --type logs,m",
            "logs,m",
            "logs,metrics\n",
        ),
        ("orgconn plan -f orgc", "orgc", "compopt -o default\n"),
        ("orgconn plan --file=orgc", "orgc", "compopt -o default\n"),
        (
            "orgconn list --nothing-of-the-kind",
            "--nothing-of-the-kind",
            "",
        ),
    ] {
        assert_eq!(replied(&world, line, replaced), replies, "{line}");
    }
}

#[test]
fn an_interactive_bash_puts_names_on_the_line_as_they_have_to_be_quoted() {
    let world = World::sandbox();
    let mut bash = Terminal::bash(&world, 120);
    bash.press("PS1='rea''dy> '; eval \"$(orgconn completions bash)\"; orgconn() { printf '[%s]' \"$@\"; echo; }\n");
    bash.wait_for("ready> ");
    for (typed, read) in [
        (
            "orgconn list --to sec\t\n",
            "[list][--to][Security Archive]",
        ),
        ("orgconn list --to=Retail\\ U\t\n", "[list][--to=Retail US]"),
        (
            "orgconn list --from='Obs\t\n",
            "[list][--from=Observability Hub]",
        ),
        (
            "orgconn list --from \"name:Obs\t-o jsonl\t\n",
            "[list][--from][name:Observability Hub][-o][jsonl]",
        ),
        (
            "orgconn create L\teg\t--type metrics,a\t\n",
            "[create][Legacy Shop][--type][metrics,audit]",
        ),
    ] {
        bash.press(typed);
        bash.wait_for(read);
    }
    bash.press("exit\n");
    assert_eq!(bash.end().0, Some(0));
}
