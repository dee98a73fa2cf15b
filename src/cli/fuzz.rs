use std::sync::LazyLock;

use clap::Command;

use super::complete::fuzz::check_line;
use super::definition;

/// A command line at which Tab is pressed, and in the other lines the names of orgs that are offered.
pub fn completion_line(data: &[u8]) {
    static DEFINITION: LazyLock<Command> = LazyLock::new(|| definition().ignore_errors(true));
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let line = lines.next().unwrap_or_default();
    check_line(line, lines, &DEFINITION);
}
