use std::fmt::Write as _;
use std::io;

use super::handle::Output;
use super::records::{FindingRow, StepRow};
use super::row::ErrorRecord;
use crate::escape::escape;
use crate::model::{OrgRef, TypeSet};

/// Tables in Markdown, for a comment on a pull request.
impl Output {
    /// Writes the changes among `rows` as a table, under a heading that has their counts, and then the errors.
    ///
    /// # Errors
    /// Fails as [`Output::write_text`] does.
    pub(crate) fn write_markdown(
        &mut self,
        rows: &[StepRow],
        errors: &[ErrorRecord],
    ) -> io::Result<()> {
        let labels = self.row_labels(rows).into_iter();
        let cells = labels.map(|(row, [source, destination])| {
            let (before, after) = (types(&row.before), types(&row.after));
            let (source, destination) = (plain(&source), plain(&destination));
            vec![row.action.to_owned(), source, destination, before, after]
        });
        let header = ["Action", "Source", "Destination", "Before", "After"];
        self.write_markdown_table(&describe(rows, errors), &header, cells.collect(), errors)
    }

    /// Writes the findings of an audit as a table, under a heading that has their counts, and then the errors.
    ///
    /// # Errors
    /// Fails as [`Output::write_text`] does.
    pub(crate) fn write_findings_markdown(
        &mut self,
        heading: &str,
        rows: &[FindingRow],
        errors: &[ErrorRecord],
    ) -> io::Result<()> {
        let orgs = rows.iter().flat_map(|row| [&row.source, &row.destination]);
        let labels = self.org_labels(orgs.flatten());
        let org = |org: &Option<OrgRef>| {
            let label = org.as_ref().map(|org| plain(&labels.label(org)));
            label.unwrap_or_else(|| "-".to_owned())
        };
        let text = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), plain);
        let cells = rows.iter().map(|row| {
            let about = [
                org(&row.source),
                org(&row.destination),
                text(row.profile.as_deref()),
            ];
            let found = [plain(&row.message), text(row.command.as_deref())];
            [&[row.severity.to_owned()][..], &about, &found].concat()
        });
        let header = [
            "Severity",
            "Source",
            "Destination",
            "Profile",
            "Finding",
            "Command",
        ];
        self.write_markdown_table(heading, &header, cells.collect(), errors)
    }

    fn write_markdown_table(
        &mut self,
        heading: &str,
        header: &[&str],
        rows: Vec<Vec<String>>,
        errors: &[ErrorRecord],
    ) -> io::Result<()> {
        let mut text = format!("### orgconn: {heading}\n");
        if !rows.is_empty() {
            let rule = vec!["---"; header.len()].join(" | ");
            let _ = write!(text, "\n| {} |\n| {rule} |\n", header.join(" | "));
        }
        for row in rows {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        if !errors.is_empty() {
            text.push('\n');
        }
        for error in errors {
            let _ = writeln!(text, "- error: {}", plain(&error.message_with_profile()));
        }
        self.write_text(&text)
    }
}

/// The heading: what the plan would change, and whether it is complete.
fn describe(rows: &[StepRow], errors: &[ErrorRecord]) -> String {
    let count = |action| rows.iter().filter(|row| row.action == action).count();
    let unchanged = count("unchanged");
    let counts = match rows.iter().any(StepRow::is_change) {
        true => format!(
            "{} to create, {} to update, {} to delete, {unchanged} unchanged",
            count("create"),
            count("update"),
            count("delete"),
        ),
        false => format!("no changes, {unchanged} unchanged"),
    };
    match (errors.len(), rows) {
        (0, _) => counts,
        (failed, []) => format!("no plan, errors: {failed}"),
        (failed, _) => format!("incomplete plan, errors: {failed}; {counts}"),
    }
}

fn types(types: &TypeSet) -> String {
    match types.is_empty() {
        true => "-".to_owned(),
        false => plain(&types.to_string()),
    }
}

/// `text` on one line, in which no character has a meaning for Markdown or GitHub.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in escape(text).chars() {
        match character {
            // A backslash does not keep GitHub from notifying the person of that name.
            '@' => plain.push_str("@&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#' | '!' | '$' => {
                plain.extend(['\\', character])
            }
            _ => plain.push(character),
        }
    }
    // GitHub makes links of bare addresses.
    plain.replace("://", r"\://").replace("www.", r"www\.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    #[test]
    fn nothing_in_a_name_has_a_meaning() {
        assert_eq!(
            plain("a|b `c` <b>&amp; *d* [e](https://f) @g\\|\u{1b}\n"),
            "a\\|b \\`c\\` \\<b\\>\\&amp; \\*d\\* \\[e\\](https\\://f) @&#8203;g\\\\\\|\\\\u{1b}\\\\n"
        );
    }

    proptest! {
        #[test]
        fn a_cell_is_read_as_its_text_whatever_that_is(name in "[ -~\\n\u{202e}é|`*<>&@_~\\\\$#]{0,30}") {
            let table = format!("| a | b |\n| --- | --- |\n| x{} | y |\n\n- error: x{}\n", plain(&name), plain(&name));
            let expected = format!("x{}", escape(&name).replace('@', "@\u{200b}"));
            let mut texts = vec![String::new()];
            let of_github = Options::ENABLE_TABLES
                | Options::ENABLE_STRIKETHROUGH
                | Options::ENABLE_TASKLISTS
                | Options::ENABLE_FOOTNOTES
                | Options::ENABLE_MATH
                | Options::ENABLE_GFM;
            for event in Parser::new_ext(&table, of_github) {
                match event {
                    Event::Text(text) => texts.last_mut().unwrap().push_str(&text),
                    Event::Start(Tag::TableCell | Tag::Item) => texts.push(String::new()),
                    Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::List(None)) | Event::End(_) => {}
                    other => prop_assert!(false, "{:?} in {}", other, table),
                }
            }
            let error = format!("error: {}", expected.trim_end());
            prop_assert_eq!(texts, ["", "a", "b", expected.trim_end(), "y", &error], "{}", table);
        }
    }
}
