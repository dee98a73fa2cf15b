//! The completion scripts, and the command that prints them.

use snapbox::{assert_data_eq, str};

use crate::harness::World;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "elvish", "powershell"];

#[test]
fn each_script_asks_the_program_in_the_name_of_its_shell() {
    for shell in SHELLS {
        let script = World::bare().run(["completions", shell]).quiet_success();
        let question = format!("COMPLETE={shell} ");
        assert_eq!(script.matches(&question).count(), 1, "{shell}");
    }
}

#[test]
fn without_a_shell_they_are_named() {
    let refused = World::bare().run(["completions"]).code(2);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no shell is named
hint: give one of bash, zsh, fish, elvish, powershell

"#]]
    );
    let refused = World::bare().run(["completions", "tcsh"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: invalid value 'tcsh' for '[SHELL]'
  [possible values: bash, zsh, fish, elvish, powershell]

  tip: a similar value exists: 'zsh'

For more information, try '--help'.

"#]]
    );
}

#[test]
fn the_help_says_how_to_install_them() {
    let help = World::bare().run(["completions", "--help"]).quiet_success();
    for shell in SHELLS {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{shell} ")));
        assert!(
            line.is_some_and(|line| line.contains(&format!("orgconn completions {shell}"))),
            "{help}"
        );
    }
}

#[test]
fn a_question_that_nobody_would_ask_has_no_answer() {
    for (shell, question) in [
        ("tcsh", &["orgconn", ""][..]),
        ("bash", &["orgconn"]),
        ("zsh", &["orgconn"]),
    ] {
        let world = World::bare();
        let mut command = world.command([&["--"], question].concat());
        let output = command.env("COMPLETE", shell).output().unwrap();
        assert_eq!(output.stdout, b"", "{shell} {question:?}");
    }
}
