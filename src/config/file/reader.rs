use std::ops::Range;

use toml_edit::{Key, TableLike};

use crate::config::error::Problem;
use crate::config::nearest::{nearest, proposal};

/// Collects what is wrong with a TOML text, by place. Messages never repeat a value of the text.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    /// The command that hides the file from others, if they may read it now.
    pub(super) exposed_mend: Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            exposed_mend: None,
            problems: Vec::new(),
        }
    }

    /// All that was wrong, in the order of the text.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort();
        self.problems
    }

    pub(super) fn problem(&mut self, span: Option<Range<usize>>, message: impl Into<String>) {
        let (line, column) = position(self.text, span.map_or(0, |span| span.start));
        self.problems.push(Problem {
            line,
            column,
            message: message.into(),
        });
    }

    pub(super) fn refuse_unknown_keys(&mut self, table: &dyn TableLike, known: &[&str]) {
        for (name, item) in table.iter() {
            if !known.contains(&name) {
                let proposal = proposal(nearest(name, known.iter().copied()));
                let message = format!("unknown key{}{proposal}", quoted_if_harmless(name));
                self.problem(key_span(table, name).or_else(|| item.span()), message);
            }
        }
    }

    /// A text that is not empty.
    pub(super) fn text_of<'t>(&mut self, table: &'t dyn TableLike, key: &str) -> Option<&'t str> {
        let item = table.get(key)?;
        let text = item.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.problem(
                item.span(),
                format!("{key} must be a text that is not empty"),
            );
        }
        text
    }

    /// `trusted_hosts`: a list of host names.
    pub(super) fn hosts(&mut self, table: &dyn TableLike) -> Vec<String> {
        const KEY: &str = "trusted_hosts";
        let Some(item) = table.get(KEY) else {
            return Vec::new();
        };
        let hosts = item.as_array().and_then(|array| {
            let texts = array.iter().map(|value| value.as_str());
            texts.map(|text| text.map(str::to_owned)).collect()
        });
        hosts.unwrap_or_else(|| {
            self.problem(item.span(), format!("{KEY} must be a list of host names"));
            Vec::new()
        })
    }
}

/// Where a key stands.
pub(super) fn key_span(table: &dyn TableLike, name: &str) -> Option<Range<usize>> {
    table.key(name).and_then(Key::span)
}

/// The name of a key between backquotes, with a space before, unless it could be a secret in the wrong place: keys
/// and tokens have digits in them, the settings of this program do not.
fn quoted_if_harmless(name: &str) -> String {
    let is_harmless = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '-';
    if name.len() <= 24 && name.chars().all(is_harmless) {
        format!(" `{name}`")
    } else {
        String::new()
    }
}

/// Line and column of a byte, both from 1, the column in characters.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one_and_in_characters() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("a\nä=b\n", 4), (2, 2));
        assert_eq!(position("a\nä=b\n", 99), (3, 1));
    }

    #[test]
    fn a_key_that_could_be_a_secret_is_not_repeated() {
        assert_eq!(quoted_if_harmless("api_kye"), " `api_kye`");
        assert_eq!(quoted_if_harmless("0123456789abcdef"), "");
        assert_eq!(quoted_if_harmless("abcdefghijklmnopqrstuvwxyz"), "");
    }
}
