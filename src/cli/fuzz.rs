use std::sync::LazyLock;

use clap::Command;

use super::complete::fuzz::{check_answers, check_quotes};
use super::definition;

/// A command line at which Tab is pressed. If there are other lines, they are the values that are offered.
pub fn completion_line(data: &[u8]) {
    static DEFINITION: LazyLock<Command> = LazyLock::new(|| definition().ignore_errors(true));
    let text = String::from_utf8_lossy(data);
    match text.split_once('\n') {
        Some((line, values)) => check_quotes(line, values.split('\n')),
        None => check_answers(&text, &DEFINITION),
    }
}
