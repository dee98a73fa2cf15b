//! What the program suggests where a command or a flag is not there. Nothing is asked and nothing is changed.

use snapbox::{assert_data_eq, str};

use crate::harness::World;

/// The message about these arguments, which are a usage error.
fn message(arguments: &str) -> String {
    let refused = World::bare().run(arguments.split(' ')).code(2);
    assert_eq!(refused.stdout, "");
    refused.stderr
}

/// The tip in the message about these arguments, if there is one.
fn tip(arguments: &str) -> Option<String> {
    let message = message(arguments);
    let mut tips = message
        .lines()
        .filter_map(|line| line.strip_prefix("  tip: "));
    let tip = tips.next().map(str::to_owned);
    assert_eq!(tips.next(), None, "{message}");
    tip
}

#[test]
fn a_misspelt_command_leads_to_the_nearest_one() {
    assert_data_eq!(
        message("lst"),
        str![[r#"
error: unrecognized subcommand 'lst'

  tip: a similar subcommand exists: 'list'

Usage: orgconn [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]
    );
    let similar = |name| Some(format!("a similar subcommand exists: '{name}'"));
    assert_eq!(tip("craete"), similar("create"));
    assert_eq!(tip("comp"), similar("completions"));
    assert_eq!(tip("profile lst"), similar("list"));
    assert_eq!(tip("auth statsu"), similar("status"));
    assert_eq!(tip("nonsense"), None);
}

#[test]
fn a_word_of_other_programs_leads_to_the_command_that_does_it() {
    for (word, command) in [
        ("status", "auth status"),
        ("login", "auth login"),
        ("logout", "auth logout"),
        ("diff", "plan"),
        ("add", "create"),
        ("remove", "delete"),
        ("connections", "list"),
        ("config", "profile"),
    ] {
        let expected = format!("the command for this is 'orgconn {command}'");
        assert_eq!(tip(word), Some(expected));
        // The command is there.
        let help = World::bare().run(command.split(' ').chain(["-h"]));
        help.quiet_success();
    }
    // It is a word of the program alone.
    assert_eq!(tip("profile status"), None);
}

#[test]
fn a_misspelt_flag_leads_to_the_nearest_one() {
    assert_data_eq!(
        message("list --destinaton=A"),
        str![[r#"
error: unexpected argument '--destinaton' found

  tip: a similar argument exists: '--destination'

Usage: orgconn list [OPTIONS]

For more information, try '--help'.

"#]]
    );
    assert_data_eq!(
        message("list --nope"),
        str![[r#"
error: unexpected argument '--nope' found

Usage: orgconn list [OPTIONS]

For more information, try '--help'.

"#]]
    );
    let similar = |name| Some(format!("a similar argument exists: '{name}'"));
    assert_eq!(tip("list --form=A"), similar("--from"));
    assert_eq!(tip("list --profil=A"), similar("--profile"));
    assert_eq!(tip("list --dest=A"), similar("--destination"));
}

#[test]
fn the_destination_of_create_needs_no_flag() {
    let expected = "the destination needs no flag: 'orgconn create DESTINATION'";
    for flag in ["--destination", "--to", "--sink"] {
        assert_eq!(
            tip(&format!("create {flag} A --type logs")).unwrap(),
            expected
        );
    }
}

#[test]
fn a_flag_of_the_sandbox_is_not_proposed_as_a_program_to_run() {
    assert_eq!(
        tip("sandbox serve --port 1").unwrap(),
        "the port is a part of '--listen 127.0.0.1:PORT'"
    );
    assert_eq!(tip("sandbox serve --quux"), None);
}

#[test]
fn alternatives_of_which_one_is_required_are_told_in_words() {
    assert_data_eq!(
        message("update 40bb"),
        str![[r#"
error: no types are given
hint: give --type for the whole set, or --add-type and --remove-type: --add-type audit

"#]]
    );
    assert_data_eq!(
        message("apply"),
        str![[r#"
error: the following required arguments were not provided:
  --file <FILE> or PLAN

Usage: orgconn apply [OPTIONS] --file <FILE>
       orgconn apply [OPTIONS] <PLAN>

For more information, try '--help'.

"#]]
    );
}

#[test]
fn help_on_something_that_is_not_there_names_the_nearest_and_the_topics() {
    assert_data_eq!(
        message("help selektors"),
        str![[r#"
error: no command and no topic `selektors`
hint: the nearest is `selectors`; `orgconn help` lists the commands; the topics are exit-codes, environment, configuration, selectors, permissions, scripting

"#]]
    );
}
