use std::collections::{HashMap, HashSet};
use std::io;

use anstyle::{AnsiColor, Style};

use super::escape::escape;
use super::handle::Output;
use super::options::Format;
use super::records::{StepRow, action_color, result_color};
use crate::model::{ConnectionType, OrgRef};

/// The changes of a plan for people: one line each, with `+`, `~` or `-` in front.
impl Output {
    /// Whether a plan is shown as a diff in place of a table: on a terminal, where nothing else was asked for.
    pub(crate) fn prefers_diff(&self) -> bool {
        self.stdout.is_terminal()
            && self.options.format == Format::Table
            && self.options.columns.is_none()
    }

    /// Writes the changes among `rows` to standard output, each behind its result.
    ///
    /// # Errors
    /// As [`Output::write_text`].
    pub(crate) fn write_diff(&mut self, rows: &[StepRow]) -> io::Result<()> {
        let is_colored = self.stdout.is_colored;
        let style = |color: Option<AnsiColor>| match color {
            Some(color) if is_colored => color.on_default(),
            _ => Style::new(),
        };
        let labels = OrgLabels::new(rows);
        let result_width = rows.iter().filter_map(|row| row.result).map(str::len).max();
        let mut text = String::new();
        for row in changes(rows) {
            if let Some(width) = result_width {
                let result = row.result.unwrap_or_default();
                let style = style(result_color(result));
                text.push_str(&format!("{style}{result:width$}{style:#}  "));
            }
            let style = style(action_color(row.action));
            let line = labels.line(row);
            text.push_str(&format!("{style}{}{style:#}\n", escape(&line)));
        }
        self.write_text(&text)
    }

    /// Shows the changes among `rows` on standard error. When quiet, they are left out unless a question about them
    /// follows.
    pub(crate) fn show_diff(&mut self, rows: &[StepRow], question_follows: bool) {
        let labels = OrgLabels::new(rows);
        for row in changes(rows) {
            let line = labels.line(row);
            if question_follows {
                self.show(&line);
            } else {
                self.note(&line);
            }
        }
    }
}

fn changes(rows: &[StepRow]) -> impl Iterator<Item = &StepRow> {
    rows.iter().filter(|row| row.is_change())
}

/// What orgs are called. Those that share their name with another one are called by their id as well.
struct OrgLabels<'a> {
    shared_names: HashSet<&'a str>,
}

impl<'a> OrgLabels<'a> {
    fn new(rows: &'a [StepRow]) -> Self {
        let mut ids = HashMap::new();
        let mut shared_names = HashSet::new();
        for org in rows.iter().flat_map(|row| [&row.source, &row.destination]) {
            if let Some(name) = org.name.as_deref()
                && *ids.entry(name).or_insert(org.id) != org.id
            {
                shared_names.insert(name);
            }
        }
        Self { shared_names }
    }

    fn label(&self, org: &OrgRef) -> String {
        match org.name.as_deref() {
            Some(name) if self.shared_names.contains(name) => format!("{name} ({})", org.id),
            _ => org.label(),
        }
    }

    /// `~ Retail US -> Observability Hub  logs -> logs,metrics (+metrics)`
    fn line(&self, row: &StepRow) -> String {
        let (source, destination) = (self.label(&row.source), self.label(&row.destination));
        let (before, after) = (&row.before, &row.after);
        match row.action {
            "create" => format!("+ {source} -> {destination}  {after}"),
            "delete" => format!("- {source} -> {destination}  {before}"),
            "update" => {
                let difference = type_difference(row);
                format!("~ {source} -> {destination}  {before} -> {after} ({difference})")
            }
            _ => format!("  {source} -> {destination}  {after}"),
        }
    }
}

/// `+metrics -rum`
fn type_difference(row: &StepRow) -> String {
    let added = row.after.difference(&row.before);
    let removed = row.before.difference(&row.after);
    let signed = |sign: char| move |kind: &ConnectionType| format!("{sign}{kind}");
    let added = added.iter().map(signed('+'));
    let words: Vec<_> = added.chain(removed.iter().map(signed('-'))).collect();
    words.join(" ")
}
