//! The program at a terminal.
#![cfg(unix)]

mod choices;
mod login;
mod questions;
mod tables;

use snapbox::{IntoData as _, assert_data_eq, str};

use crate::harness::{Terminal, World};

#[test]
fn control_characters_of_a_wrong_argument_are_written_out() {
    let world = World::bare();
    for (arguments, shown) in [
        (
            &["list", "--so\u{1b}]0;x\u{7}rt"][..],
            r"--so\u{1b}]0;x\u{7}rt",
        ),
        (&["list", "--sort\u{a0}"], r"--sort\u{a0}"),
        (&["list", "--output=\u{1b}[2Jcsv"], r"\u{1b}[2Jcsv"),
        (&["lis\u{1b}[2Jt"], r"lis\u{1b}[2Jt"),
        (&["list", "--source=uuid:x\u{7}\u{1b}[2J"], r"uuid:x\u{7}"),
    ] {
        let (code, text) = Terminal::start(&world, 100, arguments).end();
        assert_eq!(code, Some(2), "{text:?}");
        assert!(text.contains(shown), "{text:?}");
        assert!(
            !text.contains('\u{7}') && !text.contains("\u{1b}[2J"),
            "{text:?}"
        );
    }
}

#[test]
fn usage_errors_and_help_have_the_colour_that_was_asked_for() {
    let is_coloured = |world: World, arguments: &[&str]| {
        let (_, text) = Terminal::start(&world, 80, arguments).end();
        text.contains('\u{1b}')
    };
    let wrong = &["list", "--nope"][..];
    assert!(is_coloured(World::bare(), wrong));
    for arguments in [
        &["list", "--nope", "--color=never"][..],
        &["--color", "never", "list", "--nope"],
        &["list", "-h", "--color=never"],
        &["--color=never", "list", "--help"],
    ] {
        assert!(!is_coloured(World::bare(), arguments), "{arguments:?}");
    }
    for (name, value) in [
        ("ORGCONN_COLOR", "never"),
        ("NO_COLOR", "1"),
        ("TERM", "dumb"),
    ] {
        let world = World::bare().with(name, value);
        assert!(!is_coloured(world, wrong), "{name}");
    }
}

#[test]
fn messages_are_broken_between_words_and_ids_and_commands_stay_whole() {
    let arguments = [
        "create",
        "Retail EU",
        "--source=Payments",
        "--type=logs",
        "--color=never",
    ];
    let (_, text) = Terminal::start(&World::sandbox(), 60, &arguments).end();
    assert_data_eq!(
        text,
        str![[r#"
error: 2 orgs with the name or public id `Payments`:
  `Payments` (1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17, public
    id pe9t3k7r1vb, profile hub and 3 more)
  `Payments` (6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a, public
    id pu4m8s2x6jd, profile hub and 2 more)
hint: name the one you mean by its UUID

"#]]
        .raw()
    );
}
