//! Text in the picture: how wide it is at a guess, and how it is written in XML.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// The size of names, in pixels. The style sheet says the same, and the sizes of all other text.
pub(super) const TEXT: f64 = 12.0;

/// The width of a character of size [`TEXT`] in pixels, rather too much than too little: the font is the reader's.
pub(super) fn pixels(character: char) -> f64 {
    let em = match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.36,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '-' | '/' | '\\' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '—' => 1.0,
        'A'..='Z' => 0.75,
        _ => match character.width().unwrap_or(0) {
            0 => 0.0,
            1 => 0.62,
            _ => 1.24,
        },
    };
    em * TEXT
}

/// The text as it stands between tags or in an attribute. What XML forbids altogether was spelt out before.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// `1 org`, `2 orgs`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}
