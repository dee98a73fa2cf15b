use std::iter;

use console::measure_text_width;

/// The spaces in front of the lines after the first, besides those of the first.
const INDENT: usize = 2;

/// In front of a command line at the end of a message.
const BEFORE_COMMAND: &str = ": orgconn ";

/// The text in lines of at most `width` columns, broken between words. What stands in backquotes and a command line at
/// the end stay whole, so that they can be copied, and so does a word that is longer than a line.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let indent = text.len() - text.trim_start_matches(' ').len() + INDENT;
    let mut wrapped = String::with_capacity(text.len());
    let mut column = 0;
    for word in words(text) {
        let visible = word.trim_end_matches(' ');
        let is_too_long = column + measure_text_width(visible) > width;
        if column > indent && is_too_long && !visible.is_empty() {
            wrapped.truncate(wrapped.trim_end_matches(' ').len());
            wrapped.push('\n');
            wrapped.extend(iter::repeat_n(' ', indent));
            column = indent;
        }
        wrapped.push_str(word);
        column += measure_text_width(word);
    }
    wrapped
}

/// The parts of the text that are not broken, each with the spaces behind it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let command = text.find(BEFORE_COMMAND).map(|colon| colon + 2);
    let (prose, command) = text.split_at(command.unwrap_or(text.len()));
    let mut is_quoted = false;
    let words = prose.split_inclusive(move |character| {
        is_quoted ^= character == '`';
        character == ' ' && !is_quoted
    });
    words.chain((!command.is_empty()).then_some(command))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_command_lines_stay_whole() {
        for (text, expected) in [
            ("a short text", "a short text"),
            (
                "error: what was tried failed",
                "error: what was\n  tried failed",
            ),
            ("  two  spaces", "  two  spaces"),
            ("it fills the lines  again", "it fills the lines\n  again"),
            ("  delete  1  A -> B", "  delete  1  A ->\n    B"),
            (
                "see `orgconn list -o id` now",
                "see\n  `orgconn list -o id`\n  now",
            ),
            (
                "to share: orgconn update 1 --type a",
                "to share:\n  orgconn update 1 --type a",
            ),
            (
                "83999dcd-7f97-11f0-8de1 is it",
                "83999dcd-7f97-11f0-8de1\n  is it",
            ),
            ("日本 データ 日本 データ", "日本 データ 日本\n  データ"),
        ] {
            assert_eq!(wrap(text, 18), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_lost(text in "[a-z` ]{0,60}", width in 1usize..40) {
            let letters = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(letters(&wrap(&text, width)), letters(&text));
        }
    }
}
