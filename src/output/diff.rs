use std::collections::{HashMap, HashSet};
use std::io;

use anstyle::Style;

use super::records::{result_style, style_of};
use super::{Format, Output, StepRow, escape};
use crate::topology::{Action, ConnectionType, Id, Reference, Step};

/// The steps of a plan for people: one line each, with `+`, `~` or `-` in front.
impl Output {
    /// Whether a plan is shown as a diff rather than as a table: to somebody at a terminal who asks for nothing else.
    pub fn prefers_diff(&self) -> bool {
        self.is_terminal() && self.options.format == Format::Table && self.options.columns.is_none()
    }

    /// Writes the changes among `rows` to standard output, coloured where it is, each after what
    /// became of it.
    ///
    /// # Errors
    /// As [`Output::write_text`].
    pub fn write_diff(&mut self, rows: &[StepRow]) -> io::Result<()> {
        let is_coloured = self.stdout.is_coloured;
        let style = |style: Style| if is_coloured { style } else { Style::new() };
        let labels = Labels::of(rows);
        let results = rows.iter().filter_map(|row| row.result);
        let width = results.map(str::len).max();
        let mut text = String::new();
        for row in changes(rows) {
            if let Some(width) = width {
                let result = row.result.unwrap_or_default();
                let style = style(result_style(result));
                text.push_str(&format!("{style}{result:width$}{style:#}  "));
            }
            let style = style(style_of(row.step.action));
            let line = labels.line(&row.step);
            text.push_str(&format!("{style}{}{style:#}\n", escape(&line)));
        }
        self.write_text(&text)
    }

    /// Shows the changes among `rows` on standard error. Where no question about them follows, they
    /// are left out when quiet.
    pub fn show_diff(&mut self, rows: &[StepRow], is_asked_about: bool) {
        let labels = Labels::of(rows);
        for row in changes(rows) {
            let line = labels.line(&row.step);
            if is_asked_about {
                self.show(&line);
            } else {
                self.note(&line);
            }
        }
    }
}

fn changes(rows: &[StepRow]) -> impl Iterator<Item = &StepRow> {
    rows.iter().filter(|row| row.step.is_change())
}

/// What orgs are called, so that two of the same name are told apart.
struct Labels(HashSet<Box<str>>);

impl Labels {
    fn of(rows: &[StepRow]) -> Self {
        let orgs = rows
            .iter()
            .flat_map(|row| [&row.step.source, &row.step.destination]);
        let mut ids: HashMap<&str, &Id> = HashMap::new();
        let mut shared = HashSet::new();
        for org in orgs {
            if let (Some(name), Some(id)) = (&org.name, &org.id)
                && *ids.entry(name).or_insert(id) != id
            {
                shared.insert(name.clone());
            }
        }
        Self(shared)
    }

    fn label(&self, org: &Reference) -> String {
        match (&org.name, &org.id) {
            (Some(name), Some(id)) if self.0.contains(name) => format!("{name} ({id})"),
            _ => org.label(),
        }
    }

    /// `~ Retail US -> Observability Hub  logs -> logs,metrics (+metrics)`
    fn line(&self, step: &Step) -> String {
        let pair = format!(
            "{} -> {}",
            self.label(&step.source),
            self.label(&step.destination)
        );
        match step.action {
            Action::Create => format!("+ {pair}  {}", step.after),
            Action::Delete => format!("- {pair}  {}", step.before),
            Action::Update => {
                let (before, after) = (&step.before, &step.after);
                format!("~ {pair}  {before} -> {after} ({})", signed(step))
            }
            Action::Unchanged => format!("  {pair}  {}", step.after),
        }
    }
}

/// `+metrics -rum`
fn signed(step: &Step) -> String {
    let (added, removed) = (step.added(), step.removed());
    let sign = |sign: char| move |kind: &ConnectionType| format!("{sign}{kind}");
    let signed = added.iter().map(sign('+'));
    let signed: Vec<_> = signed.chain(removed.iter().map(sign('-'))).collect();
    signed.join(" ")
}

#[cfg(test)]
mod tests {
    use snapbox::IntoData;

    use super::*;
    use crate::output::tests::samples::step;
    use crate::output::tests::{output, plain};
    use crate::output::{ColorChoice, OutputOptions};

    fn sample() -> Vec<StepRow> {
        vec![
            step(Action::Create, (1, "Retail US"), "", "logs,metrics"),
            step(Action::Update, (2, "Twin"), "logs,rum", "logs,metrics"),
            step(Action::Delete, (3, "Twin"), "audit", ""),
            step(Action::Unchanged, (4, "Platform"), "audit", "audit"),
            step(Action::Create, (5, "\u{1b}[31mred"), "", "logs"),
        ]
    }

    #[test]
    fn every_change_is_a_line_and_orgs_of_one_name_are_told_apart() {
        let (mut output, stdout, stderr) = output(plain(Format::Table), Some(80));
        output.write_diff(&sample()).unwrap();
        snapbox::assert_data_eq!(
            stdout.text(),
            snapbox::str![[r#"
+ Retail US -> Observability Hub  logs,metrics
~ Twin (4dee724d-00cc-11ea-a77b-000000000002) -> Observability Hub  logs,rum -> logs,metrics (+metrics -rum)
- Twin (4dee724d-00cc-11ea-a77b-000000000003) -> Observability Hub  audit
+ \u{1b}[31mred -> Observability Hub  logs

"#]].raw()
        );
        output.show_diff(&sample(), true);
        assert_eq!(stderr.text(), stdout.text());
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let options = OutputOptions {
            color: ColorChoice::Always,
            ..plain(Format::Table)
        };
        let (mut output, stdout, _) = output(options, Some(80));
        output.write_diff(&sample()[..1]).unwrap();
        assert_eq!(
            stdout.text(),
            "\u{1b}[32m+ Retail US -> Observability Hub  logs,metrics\u{1b}[0m\n"
        );
    }

    #[test]
    fn what_became_of_a_change_stands_before_it() {
        let mut rows = sample();
        rows[0].result = Some("done");
        rows[1].result = Some("not attempted");
        let (mut output, stdout, _) = output(plain(Format::Table), Some(80));
        output.write_diff(&rows[..2]).unwrap();
        snapbox::assert_data_eq!(
            stdout.text(),
            snapbox::str![[r#"
done           + Retail US -> Observability Hub  logs,metrics
not attempted  ~ Twin -> Observability Hub  logs,rum -> logs,metrics (+metrics -rum)

"#]]
        );
    }

    #[test]
    fn it_is_for_somebody_at_a_terminal_who_asks_for_nothing_else() {
        let prefers = |options, terminal| output(options, terminal).0.prefers_diff();
        let columns = OutputOptions {
            columns: Some(vec!["source".into()]),
            ..plain(Format::Table)
        };
        assert!(prefers(plain(Format::Table), Some(80)));
        assert!(!prefers(plain(Format::Table), None));
        assert!(!prefers(plain(Format::Json), Some(80)));
        assert!(!prefers(columns, Some(80)));
    }
}
