/// A command line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words without their quotes. The first is the program, the last the one at the cursor.
    pub(super) words: Vec<String>,
    /// The length in bytes of the part of the last word that bash keeps, in front of the text that it inserts.
    pub(super) kept: usize,
    /// The quote that is open at the cursor.
    pub(super) quote: Option<char>,
    /// Whether the last word is a file to redirect to or from.
    pub(super) is_redirection: bool,
}

/// Parses the line up to the cursor. `replaced` is the end of the line that bash will replace: the part after an
/// opening quote or after the last word-break character (`:`, `=`, …).
///
/// Returns `None` where it is not certain how bash parses the line: an inserted word might run as a command.
pub(super) fn parse_line(line: &str, replaced: &str) -> Option<Line> {
    let start = line.strip_suffix(replaced)?.len();
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut is_redirection = false;
    // Length of the word and open quote where bash begins to replace.
    let mut at_start = None;
    let mut chars = line.char_indices().peekable();
    while let Some((index, char)) = chars.next() {
        if index == start {
            at_start = Some((word.as_ref().map_or(0, String::len), quote));
        }
        let next = chars.peek().map(|(_, next)| *next);
        match (quote, char) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            // Within backquotes and substitutions, bash has other rules for quotes.
            (None | Some('"'), '`') => return None,
            (None | Some('"'), '$') if matches!(next, Some('(' | '{')) => return None,
            (None, '$') if matches!(next, Some('\'' | '"')) => return None,
            (None, ';' | '|' | '&' | '(' | ')') => return None,
            // A comment begins.
            (None, '#') if word.is_none() => return None,
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | '\n' | '<' | '>') => {
                // Bash replaces nothing in front of the last word.
                at_start = None;
                if let Some(word) = word.take()
                    && !std::mem::take(&mut is_redirection)
                {
                    words.push(word);
                }
                is_redirection |= matches!(char, '<' | '>');
            }
            (None, '\\') | (Some('"'), '\\')
                if quote.is_none() || matches!(next, None | Some('$' | '`' | '"' | '\\')) =>
            {
                word.get_or_insert_default()
                    .extend(chars.next().map(|(_, next)| next));
            }
            _ => word.get_or_insert_default().push(char),
        }
    }
    let word = word.unwrap_or_default();
    let at_end = (start == line.len()).then_some((word.len(), quote));
    let (kept, quote_at_start) = at_start.or(at_end)?;
    words.push(word);
    (quote_at_start == quote).then_some(Line {
        words,
        kept,
        quote,
        is_redirection,
    })
}

/// The text that readline must insert so that bash reads `text`, where `quote` is open at the cursor.
///
/// `None` if the inserted text would begin with the open quote: readline takes it for the quote that is already typed,
/// and drops it.
pub(super) fn quoted(text: &str, quote: Option<char>) -> Option<String> {
    let mut typed = String::new();
    for char in text.chars() {
        match (quote, char) {
            (Some('\''), '\'') => typed.push_str(r"'\''"),
            // Bash expands `!` (history) within double quotes too, and keeps a backslash before it there. So the quote
            // is closed before `\!`, and opened again after it.
            (Some('"'), '!') => typed.push_str(r#""\!""#),
            (Some('"'), '$' | '`' | '"' | '\\') => typed.extend(['\\', char]),
            (None, _) if char.is_ascii() && !is_plain(char) => typed.extend(['\\', char]),
            _ => typed.push(char),
        }
    }
    if quote.is_some_and(|quote| typed.starts_with(quote)) {
        return None;
    }
    // Readline closes the open quote, except after a text that ends with that quote: then it is added here.
    typed.extend(quote.filter(|quote| typed.ends_with(*quote)));
    Some(typed)
}

fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_-./,:=@%+".contains(char)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(line: &str) -> Option<Vec<String>> {
        parse_line(line, "").map(|line| line.words)
    }

    #[test]
    fn words_are_told_apart_as_bash_does() {
        for (line, expected) in [
            ("", &[""][..]),
            ("orgconn ", &["orgconn", ""]),
            (
                r#"orgconn  a\ b 'c d'"e f" g"#,
                &["orgconn", "a b", "c de f", "g"],
            ),
            (
                r#"o "a\b\$" 'it'\''s' $HOME"#,
                &["o", r"a\b$", "it's", "$HOME"],
            ),
            (r"o Payments\", &["o", "Payments"]),
            (r#"o "a\"#, &["o", "a"]),
            ("o list 2> /dev/null -", &["o", "list", "2", "-"]),
        ] {
            let expected = expected.iter().map(|word| (*word).to_owned());
            assert_eq!(words(line), Some(expected.collect()), "{line}");
        }
    }

    #[test]
    fn a_line_that_bash_reads_by_other_rules_is_not_read() {
        for line in [
            "o $'a", "o $\"a", "o `a", "o \"`a", "o $(a", "o \"$(a", "o ${a", "o \"${a", "o a;",
            "o (a", "o a|b", "o #a",
        ] {
            assert_eq!(words(line), None, "{line}");
        }
    }

    #[test]
    fn bash_replaces_what_follows_a_break_or_the_open_quote() {
        for (line, replaced, kept, quote) in [
            ("o --source Ret", "Ret", "", None),
            ("o --source=Ret", "Ret", "--source=", None),
            ("o --source=", "", "--source=", None),
            (r"o a\:b:c", "c", "a:b:", None),
            (r"o a\:b", r"a\:b", "", None),
            ("o 'a:b", "a:b", "", Some('\'')),
            ("o 'a b'c", "'a b'c", "", None),
            (
                r#"o --source="Retail U"#,
                "Retail U",
                "--source=",
                Some('"'),
            ),
            (r#"o Retail\ "U"#, "U", "Retail ", Some('"')),
            ("o é'ü", "ü", "é", Some('\'')),
        ] {
            let read = parse_line(line, replaced).unwrap();
            let stays = &read.words.last().unwrap()[..read.kept];
            assert_eq!((stays, read.quote), (kept, quote), "{line}");
        }
        // The replaced part begins in another quote than it ends in, within an escape, or in an earlier word.
        for (line, replaced) in [
            ("o 'a b'c", "b'c"),
            ("o a'b", "a'b"),
            (r"o a\b", "b"),
            ("orgconn a", "conn a"),
            ("o a", "x"),
        ] {
            assert_eq!(parse_line(line, replaced), None, "{line}");
        }
    }

    #[test]
    fn a_file_is_wanted_behind_an_arrow() {
        let is_redirection = |line| parse_line(line, "").unwrap().is_redirection;
        assert!(is_redirection("o list > au") && is_redirection("o list 2>"));
        assert!(!is_redirection("o list > audit.csv ") && !is_redirection("o 'a > b"));
    }

    #[test]
    fn readline_closes_a_quote_unless_the_text_ends_with_one() {
        for (text, quote, expected) in [
            ("it's", Some('\''), Some(r"it'\''s")),
            ("Bens'", Some('\''), Some(r"Bens'\'''")),
            ("say!", Some('"'), Some(r#"say"\!"""#)),
            ("'a", Some('\''), None),
            ("!a", Some('"'), None),
            ("a\"", Some('\''), Some("a\"")),
        ] {
            assert_eq!(quoted(text, quote).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_as_it_was_meant(text in "[^\n]{0,20}", kind in 0..3_usize) {
            let quote = [None, Some('\''), Some('"')][kind];
            if let Some(typed) = quoted(&text, quote) {
                let open = String::from_iter(quote);
                let is_closed = quote.is_some_and(|quote| typed.ends_with(quote));
                let close = if is_closed { "" } else { &open };
                let line = format!("o x{open}{typed}{close}");
                prop_assert_eq!(words(&line), Some(vec!["o".to_owned(), format!("x{text}")]));
            }
        }
    }
}
