//! Reads a command line as bash does, and quotes what bash puts on it.

/// A command line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The words without their quotes. The first is the program, the last the one at the cursor.
    pub(crate) words: Vec<String>,
    /// How much of the last word bash leaves as it is, in bytes.
    pub(crate) kept: usize,
    /// The quote that is open at the cursor.
    pub(crate) quote: Option<char>,
    /// Whether the last word is a file to redirect to or from.
    pub(crate) is_redirection: bool,
}

/// Reads the line up to the cursor. `replaced` is its end that bash will replace: what follows the opening quote, or
/// the last of `:`, `=` and some others.
///
/// Gives `None` where it is not certain how bash reads the line: what is put there might run as a command.
pub(crate) fn read(line: &str, replaced: &str) -> Option<Line> {
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
            // Quotes inside of these count by rules of their own.
            (None | Some('"'), '`') => return None,
            (None | Some('"'), '$') if matches!(next, Some('(' | '{')) => return None,
            (None, '$') if matches!(next, Some('\'' | '"')) => return None,
            (None, ';' | '|' | '&' | '(' | ')') => return None,
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | '\n' | '<' | '>') => {
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

/// What readline has to put within `quote` to mean `text`; `None` if it cannot: it takes a quote at the beginning for
/// the one that is open already, and drops it.
pub(crate) fn quoted(text: &str, quote: Option<char>) -> Option<String> {
    let mut typed = String::new();
    for char in text.chars() {
        match (quote, char) {
            (Some('\''), '\'') => typed.push_str(r"'\''"),
            // History expansion happens in these quotes too, and a backslash before it would stay.
            (Some('"'), '!') => typed.push_str(r#""\!""#),
            (Some('"'), '$' | '`' | '"' | '\\') => typed.extend(['\\', char]),
            (None, _) if char.is_ascii() && !is_plain(char) => typed.extend(['\\', char]),
            _ => typed.push(char),
        }
    }
    if quote.is_some_and(|quote| typed.starts_with(quote)) {
        return None;
    }
    // Readline closes an open quote, but for a text that ends with one.
    typed.extend(quote.filter(|quote| typed.ends_with(*quote)));
    Some(typed)
}

fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_-./,:=@%+".contains(char)
}
