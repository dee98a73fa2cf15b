use std::fmt;

use console::measure_text_width;

use crate::escape::escape_message;
use crate::model::{Connection, OrgLabels};
use crate::output::shorten::shorten;
use crate::output::symbols::Symbols;

/// What stands in the list where no item matches the typed text.
pub(super) const NO_MATCH: &str = "no match";

/// Up to so many chosen items are repeated after the question; of more, only their number.
const MAX_REPEATED: usize = 5;

/// Something that the user can choose. The texts may come from outside.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    names: Vec<String>,
    note: String,
}

impl Choice {
    /// A choice that is shown as its names with arrows between them, and a note behind.
    pub(crate) fn new(
        names: impl IntoIterator<Item = impl AsRef<str>>,
        note: impl fmt::Display,
    ) -> Self {
        let names = names.into_iter();
        Self {
            names: names
                .map(|name| escape_message(name.as_ref()).into_owned())
                .collect(),
            note: escape_message(&note.to_string()).into_owned(),
        }
    }

    /// A connection, with the types that it shares.
    pub(crate) fn of_connection(connection: &Connection, labels: &OrgLabels) -> Self {
        let ends = [&connection.source, &connection.destination];
        Self::new(ends.map(|end| labels.label(end)), &connection.types)
    }

    /// The text in at most `width` columns. Long names are shortened before the note is.
    fn text(&self, width: usize, symbols: &Symbols) -> String {
        let arrow = format!(" {} ", symbols.arrow);
        let join = |names: &[String]| match (names.join(&arrow), self.note.as_str()) {
            (names, "") => names,
            (names, note) => format!("{names}  {note}"),
        };
        let whole = join(&self.names);
        if measure_text_width(&whole) <= width {
            return whole;
        }
        let others = measure_text_width(&join(&vec![String::new(); self.names.len()]));
        let space = width.saturating_sub(others) / self.names.len().max(1);
        let names = self.names.iter();
        let names: Vec<_> = names
            .map(|name| shorten(name, space.max(4), symbols.ellipsis))
            .collect();
        shorten(&join(&names), width, symbols.ellipsis)
    }
}

/// A choice as a prompt shows it.
pub(super) struct Item {
    text: String,
    /// What typed words are looked for in: the whole names and the note, in small letters.
    searched: String,
}

impl Item {
    /// Whether each of the typed words is in the item.
    pub(super) fn matches(&self, typed: &str) -> bool {
        let typed = typed.to_lowercase();
        let mut words = typed.split_whitespace();
        words.all(|word| self.searched.contains(word))
    }
}

/// The place in the list of the item with this index, from which items that do not match are left out. Behind the last
/// item is [`NO_MATCH`]. A greater score stands further up.
pub(super) fn score(items: &[Item], typed: &str, index: usize) -> Option<i64> {
    let is_shown = match items.get(index) {
        Some(item) => item.matches(typed),
        None => !items.iter().any(|item| item.matches(typed)),
    };
    is_shown.then(|| i64::try_from(index).map_or(i64::MIN, |index| -index))
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The choices as items of one line, each in at most `width` columns.
pub(super) fn fit(choices: &[Choice], width: usize, symbols: &Symbols) -> Vec<Item> {
    let choices = choices.iter();
    choices
        .map(|choice| Item {
            text: choice.text(width, symbols),
            searched: choice.text(usize::MAX, symbols).to_lowercase(),
        })
        .collect()
}

/// The chosen items in one line, which stays behind as the answer.
pub(super) fn describe_chosen(chosen: &[&Item]) -> String {
    match chosen.len() {
        count if count > MAX_REPEATED => format!("{count} chosen"),
        _ => Vec::from_iter(chosen.iter().map(ToString::to_string)).join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_fits_the_width_and_keeps_its_note() {
        let long = "x".repeat(3000);
        for (names, note, width, text) in [
            (
                &["Retail US", "Hub"][..],
                "logs",
                40,
                "Retail US → Hub  logs",
            ),
            (&["Retail US"], "", 40, "Retail US"),
            (&[&long, "Hub"], "logs", 40, "xxxxxxxxxx…xxxx → Hub  logs"),
            (
                &["Observability Hub", "Security Archive"],
                "logs,metrics",
                30,
                "Obse…b → Secu…e  logs,metrics",
            ),
            (
                &["\u{1b}[2J", "a\nb"],
                "x\u{202e}",
                40,
                r"\u{1b}[2J → a\nb  x\u{202e}",
            ),
        ] {
            let shown = Choice::new(names, note).text(width, &Symbols::UNICODE);
            assert_eq!(shown, text);
            assert!(measure_text_width(&shown) <= width);
        }
    }

    #[test]
    fn every_typed_word_must_be_in_the_whole_name_or_the_note() {
        let name = format!("Payments {} EU", "x".repeat(3000));
        let items = fit(
            &[Choice::new([name.as_str(), "Hub"], "logs")],
            20,
            &Symbols::ASCII,
        );
        for (typed, is_match) in [
            ("", true),
            ("eu hub", true),
            ("PAY logs", true),
            ("pay audit", false),
        ] {
            assert_eq!(score(&items, typed, 0).is_some(), is_match, "{typed}");
            assert_eq!(score(&items, typed, 1).is_some(), !is_match, "{typed}");
        }
    }
}
