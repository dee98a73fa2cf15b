use std::io;

use anstyle::{AnsiColor, Style};

use super::handle::Output;
use super::options::Format;
use super::records::{StepRow, action_color, result_color};
use super::wrap::wrap;
use crate::escape::escape;
use crate::model::ConnectionType;

/// The changes of a plan for people: one line each, with `+`, `~` or `-` in front.
impl Output {
    /// Whether a plan is shown as a diff in place of a table: on a terminal, where nothing else was asked for.
    pub(crate) fn prefers_diff(&self) -> bool {
        self.stdout.is_terminal()
            && self.options.format == Format::Table
            && self.options.columns.is_none()
    }

    /// Writes the changes among `rows` to standard output, each with its result in front.
    ///
    /// # Errors
    /// Fails as [`Output::write_text`] does.
    pub(crate) fn write_diff(&mut self, rows: &[StepRow]) -> io::Result<()> {
        let text = self.diff_text(rows);
        self.write_text(&text)
    }

    /// The changes among `rows`, one line each with its result in front, as standard output takes them: broken between
    /// words where its terminal is too narrow.
    pub(crate) fn diff_text(&self, rows: &[StepRow]) -> String {
        let is_colored = self.stdout.is_colored;
        let style = |color: Option<AnsiColor>| match color {
            Some(color) if is_colored => color.on_default(),
            _ => Style::new(),
        };
        let result_width = rows.iter().filter_map(|row| row.result).map(str::len).max();
        let mut text = String::new();
        let arrow = self.arrow_for(self.stdout.is_terminal());
        for (row, line) in self.changes(rows, arrow) {
            let mut shown = String::new();
            if let Some(width) = result_width {
                let result = row.result.unwrap_or_default();
                let style = style(result_color(result));
                shown.push_str(&format!("{style}{result:width$}{style:#}  "));
            }
            let style = style(action_color(row.action));
            shown.push_str(&format!("{style}{}{style:#}", escape(&line)));
            if let Some(width) = self.stdout.width {
                shown = wrap(&shown, width);
            }
            text.push_str(&shown);
            text.push('\n');
        }
        text
    }

    /// Shows the changes among `rows` on standard error. When quiet, they are left out unless a question about them
    /// follows.
    pub(crate) fn show_diff(&mut self, rows: &[StepRow], question_follows: bool) {
        for (_, line) in self.changes(rows, self.arrow()) {
            if question_follows {
                self.print_always(&line);
            } else {
                self.note(&line);
            }
        }
    }

    /// The steps that change something, each with its line:
    /// `~ Retail US -> Observability Hub  logs -> logs,metrics (+metrics)`
    fn changes<'a>(&self, rows: &'a [StepRow], arrow: &str) -> Vec<(&'a StepRow, String)> {
        let line = |row: &StepRow, [source, destination]: [String; 2]| {
            let (before, after) = (&row.before, &row.after);
            let types = match row.action {
                "create" => after.to_string(),
                "delete" => before.to_string(),
                _ => format!("{before} {arrow} {after} ({})", signed_types(row)),
            };
            format!("{} {source} {arrow} {destination}  {types}", row.sign())
        };
        let changes = self.row_labels(rows).into_iter();
        changes
            .map(|(row, labels)| (row, line(row, labels)))
            .collect()
    }

    /// The steps that change something, each with the labels of its source and destination.
    pub(super) fn row_labels<'a>(&self, rows: &'a [StepRow]) -> Vec<(&'a StepRow, [String; 2])> {
        let orgs = rows.iter().flat_map(|row| [&row.source, &row.destination]);
        let labels = self.org_labels(orgs);
        let changes = rows.iter().filter(|row| row.is_change());
        changes
            .map(|row| {
                (
                    row,
                    [&row.source, &row.destination].map(|org| labels.label(org)),
                )
            })
            .collect()
    }
}

/// The types that a step adds and removes: `+metrics -rum`.
fn signed_types(row: &StepRow) -> String {
    let added = row.after.difference(&row.before);
    let removed = row.before.difference(&row.after);
    let signed = |sign: char| move |kind: &ConnectionType| format!("{sign}{kind}");
    let added = added.iter().map(signed('+'));
    let words: Vec<_> = added.chain(removed.iter().map(signed('-'))).collect();
    words.join(" ")
}
