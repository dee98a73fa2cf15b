//! Text from elsewhere, made fit to be shown.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// The text with every character spelt out that would act on a terminal, turn the direction of reading, break the
/// line, or be forbidden in XML: `\n`, `\t`, `\u{1b}`.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{fffe}' | '\u{ffff}')
}

/// The columns that a character takes on a terminal.
pub(super) fn columns(character: char) -> f64 {
    character.width().map_or(0.0, |width| width as f64)
}

/// The width of a text, by the width of its characters.
pub(super) fn width(text: &str, width_of: fn(char) -> f64) -> f64 {
    text.chars().map(width_of).sum()
}

/// The text, or as much of its beginning as fits `room` with an ellipsis behind it.
pub(super) fn shorten(text: &str, room: f64, width_of: fn(char) -> f64) -> Cow<'_, str> {
    if width(text, width_of) <= room {
        return Cow::Borrowed(text);
    }
    let mut left = room - width_of('…');
    let fitting = text.chars().take_while(|character| {
        left -= width_of(*character);
        left >= 0.0
    });
    let kept: String = fitting.collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_spelt_out() {
        let name = "a\u{1b}[31m\n\t\u{9b}\u{7f}\u{202e}\u{2066}\u{200f}\u{61c}\u{2029}\u{ffff}é日";
        assert_eq!(
            visible(name),
            r"a\u{1b}[31m\n\t\u{9b}\u{7f}\u{202e}\u{2066}\u{200f}\u{61c}\u{2029}\u{ffff}é日"
        );
    }

    #[test]
    fn a_text_is_cut_only_where_it_does_not_fit_and_wide_characters_count_double() {
        assert_eq!(shorten("Retail US", 9.0, columns), "Retail US");
        assert_eq!(shorten("Retail US", 8.0, columns), "Retail…");
        assert_eq!(shorten("日本小売", 6.0, columns), "日本…");
        assert_eq!(shorten("Retail", 0.0, columns), "…");
    }
}
