//! The table that a race ends in.

use super::race::{Goal, Result};

/// The line above the rows, and the one that says how they are aligned.
pub(crate) const HEADER: &str = "\
| scenario | program | median ms | orgconn ÷ it | wanted | peak MiB | requests | connections | million instructions | runs |
| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |";

const MIB: f64 = 1024.0 * 1024.0;

/// The rows of one scenario; the first is orgconn's own.
pub(crate) fn rows(title: &str, results: &[Result]) -> String {
    let ours = results.first().map_or(f64::NAN, Result::milliseconds);
    let row = |(index, result): (usize, &Result)| {
        let title = if index == 0 { title } else { "" };
        let ratio = match index {
            0 => String::new(),
            _ => format!("{:.2}", ours / result.milliseconds()),
        };
        format!(
            "| {title} | {} | {:.1} | {ratio} | {} | {:.1} | {} | {} | {} | {} |\n",
            result.name,
            result.milliseconds(),
            result
                .goals
                .iter()
                .map(|goal| verdict(*goal, ours, result))
                .collect::<Vec<_>>()
                .join(", "),
            result.peak as f64 / MIB,
            result
                .traffic
                .map_or_else(String::new, |traffic| traffic.requests.to_string()),
            result
                .traffic
                .map_or_else(String::new, |traffic| traffic.connections.to_string()),
            result
                .instructions
                .map_or_else(String::new, |count| format!("{:.2}", count as f64 / 1e6)),
            result.runs,
        )
    };
    results.iter().enumerate().map(row).collect()
}

/// What was wanted, and in bold where it was not reached.
fn verdict(goal: Goal, ours: f64, result: &Result) -> String {
    let (text, is_met) = match goal {
        Goal::Ratio(most) => (format!("≤ {most}"), ours / result.milliseconds() <= most),
        Goal::Milliseconds(most) => (format!("≤ {most} ms"), result.milliseconds() <= most),
        Goal::Mebibytes(most) => (format!("≤ {most} MiB"), result.peak as f64 / MIB <= most),
    };
    if is_met { text } else { format!("**{text}**") }
}
