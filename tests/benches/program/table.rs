//! The table of measurements, in Markdown.

use super::measure::{Goal, Measurement};

/// The header, and the line that aligns the columns.
pub(crate) const HEADER: &str = "\
| scenario | program | median ms | orgconn ÷ it | goal | peak MiB | requests | connections | million instructions | runs |
| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |";

const MIB: f64 = 1024.0 * 1024.0;

/// The rows of one scenario, the first of which is orgconn's own.
pub(crate) fn rows(title: &str, measurements: &[Measurement]) -> String {
    let ours = measurements
        .first()
        .map_or(f64::NAN, Measurement::milliseconds);
    let row = |(index, measurement): (usize, &Measurement)| {
        let title = if index == 0 { title } else { "" };
        let ratio = match index {
            0 => String::new(),
            _ => format!("{:.2}", ours / measurement.milliseconds()),
        };
        format!(
            "| {title} | {} | {:.1} | {ratio} | {} | {:.1} | {} | {} | {} | {} |\n",
            measurement.name,
            measurement.milliseconds(),
            measurement
                .goals
                .iter()
                .map(|goal| goal_text(*goal, ours, measurement))
                .collect::<Vec<_>>()
                .join(", "),
            measurement.peak as f64 / MIB,
            measurement
                .traffic
                .map_or_else(String::new, |traffic| traffic.requests.to_string()),
            measurement
                .traffic
                .map_or_else(String::new, |traffic| traffic.connections.to_string()),
            measurement
                .instructions
                .map_or_else(String::new, |count| format!("{:.2}", count as f64 / 1e6)),
            measurement.runs,
        )
    };
    measurements.iter().enumerate().map(row).collect()
}

/// The goal, in bold where it was not reached.
fn goal_text(goal: Goal, ours: f64, measurement: &Measurement) -> String {
    let (text, is_met) = match goal {
        Goal::Ratio(most) => (
            format!("≤ {most}"),
            ours / measurement.milliseconds() <= most,
        ),
        Goal::Milliseconds(most) => (format!("≤ {most} ms"), measurement.milliseconds() <= most),
        Goal::Mebibytes(most) => (
            format!("≤ {most} MiB"),
            measurement.peak as f64 / MIB <= most,
        ),
    };
    if is_met { text } else { format!("**{text}**") }
}
