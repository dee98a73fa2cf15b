use std::io::{self, BufRead as _};

use anyhow::{Context as _, Result};

use crate::topology::ConnectionSelector;

/// What connections are named: the arguments, with the lines of standard input in place of a `-`.
///
/// # Errors
/// A text is too short to name a connection, or standard input cannot be read.
pub(super) fn selectors(arguments: &[String]) -> Result<Vec<ConnectionSelector>> {
    let mut selectors = Vec::with_capacity(arguments.len());
    for argument in arguments {
        if argument == "-" {
            read_lines(&mut selectors)?;
        } else {
            selectors.push(argument.parse()?);
        }
    }
    Ok(selectors)
}

fn read_lines(selectors: &mut Vec<ConnectionSelector>) -> Result<()> {
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let line = line.with_context(|| format!("cannot read line {number} of standard input"))?;
        let text = line.trim();
        if !text.is_empty() {
            let selector = text
                .parse()
                .with_context(|| format!("line {number} of standard input"))?;
            selectors.push(selector);
        }
    }
    Ok(())
}
