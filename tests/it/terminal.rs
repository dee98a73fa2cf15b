//! The program at a terminal.
#![cfg(unix)]

mod choices;
mod login;
mod questions;
mod tables;

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
