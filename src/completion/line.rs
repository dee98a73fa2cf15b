//! A command line as bash reads it, up to the cursor.
//!
//! Readline does not replace the word at the cursor, but what follows the last of its break characters in it (`:` and
//! `=` are two of them), or the opening quote. What bash itself splits at, in `COMP_WORDS`, cannot be put together
//! again. So the line is read here, and each answer is what has to stand in the place of that part.

/// The quote that is open at the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quote {
    #[default]
    None,
    Single,
    Double,
}

/// The words before the cursor, without quotes, the last of them the one at the cursor. The first is the program.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) words: Vec<String>,
    /// The beginning of the last word that the shell leaves alone, in bytes.
    pub(super) kept: usize,
    /// The quote that the word is in.
    pub(super) quote: Quote,
    /// Whether the word is the file that something is read from or written to.
    pub(super) is_redirected: bool,
}

/// Reads the line up to the cursor; `breaks` are the characters at which readline begins anew.
pub(super) fn read(text: &str, breaks: &str) -> Line {
    let mut reader = Reader {
        breaks,
        ..Reader::default()
    };
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match reader.quote {
            Quote::Single if letter == '\'' => reader.quote = Quote::None,
            Quote::Double if letter == '"' => reader.quote = Quote::None,
            Quote::Double if letter == '\\' => {
                match letters.next_if(|next| "$`\"\\".contains(*next)) {
                    Some(escaped) => reader.push(escaped),
                    None if letters.peek().is_some() => reader.push(letter),
                    None => {}
                }
            }
            Quote::Single | Quote::Double => reader.push(letter),
            Quote::None if letter == '\\' => letters
                .next()
                .into_iter()
                .for_each(|next| reader.push(next)),
            Quote::None
                if letter == '$' && letters.peek().is_some_and(|next| "'\"".contains(*next)) => {}
            Quote::None => reader.plain(letter),
        }
    }
    reader.line()
}

#[derive(Default)]
struct Reader<'a> {
    breaks: &'a str,
    words: Vec<String>,
    word: Option<String>,
    kept: usize,
    quote: Quote,
    /// Where in the word the last quote was opened.
    opened: usize,
    is_redirected: bool,
}

impl Reader<'_> {
    /// Takes a letter that is in no quotes.
    fn plain(&mut self, letter: char) {
        match letter {
            '\'' => self.open(Quote::Single),
            '"' => self.open(Quote::Double),
            '<' | '>' => self.redirect(),
            '|' | ';' | '&' | '(' if !self.is_redirected => {
                *self = Reader {
                    breaks: self.breaks,
                    ..Reader::default()
                }
            }
            ' ' | '\t' | '\n' => self.end_word(),
            _ => {
                self.push(letter);
                if self.breaks.contains(letter) {
                    self.kept = self.word.as_ref().map_or(0, String::len);
                }
            }
        }
    }

    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn open(&mut self, quote: Quote) {
        self.opened = self.word.get_or_insert_default().len();
        self.quote = quote;
    }

    fn redirect(&mut self) {
        // A number in front is the stream that is redirected.
        if self
            .word
            .as_ref()
            .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        {
            self.word = None;
        }
        self.end_word();
        self.is_redirected = true;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let is_file = std::mem::take(&mut self.is_redirected);
        let is_variable = self.words.is_empty() && is_assignment(&word);
        if !(is_file || is_variable) {
            self.words.push(word);
        }
        self.kept = 0;
    }

    fn line(mut self) -> Line {
        let word = self.word.unwrap_or_default();
        let kept = match self.quote {
            Quote::None => self.kept,
            _ => self.opened,
        };
        self.words.push(word);
        Line {
            words: self.words,
            kept,
            quote: self.quote,
            is_redirected: self.is_redirected,
        }
    }
}

/// Whether the word sets a variable for the command that follows.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        !name.is_empty() && name.chars().all(is_part)
    })
}

/// What has to be typed in an open quote, or in none, to mean `text`.
pub(super) fn quoted(text: &str, quote: Quote) -> String {
    let mut typed = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match quote {
            Quote::Single if letter == '\'' => typed.push_str(r"'\''"),
            // Bash expands it in these quotes too, and leaves a backslash before it where it is.
            Quote::Double if letter == '!' => typed.push_str("\"\\!\""),
            Quote::Double if "$`\"\\".contains(letter) => typed.extend(['\\', letter]),
            Quote::None if letter.is_ascii() && !is_plain(letter) => typed.extend(['\\', letter]),
            _ => typed.push(letter),
        }
    }
    typed
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-./,:=@%+".contains(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    fn last(text: &str) -> (String, String, Quote) {
        let mut line = read(text, BREAKS);
        let word = line.words.pop().unwrap();
        (
            word[..line.kept].to_owned(),
            word[line.kept..].to_owned(),
            line.quote,
        )
    }

    fn is(kept: &str, rest: &str, quote: Quote) -> (String, String, Quote) {
        (kept.to_owned(), rest.to_owned(), quote)
    }

    #[test]
    fn words_are_told_apart_as_bash_does() {
        let words = |text: &str| read(text, BREAKS).words;
        assert_eq!(words(""), [""]);
        assert_eq!(words("orgconn "), ["orgconn", ""]);
        assert_eq!(
            words(r#"orgconn  a\ b 'c d'"e f" g"#),
            ["orgconn", "a b", "c de f", "g"]
        );
        assert_eq!(words("A=1 orgconn --x=1"), ["orgconn", "--x=1"]);
        assert_eq!(words("ls | orgconn get '' x"), ["orgconn", "get", "", "x"]);
        assert_eq!(
            words("orgconn list 2> /dev/null -"),
            ["orgconn", "list", "-"]
        );
    }

    #[test]
    fn what_readline_leaves_alone_ends_at_its_last_break_or_at_the_open_quote() {
        assert_eq!(last("o --source Ret"), is("", "Ret", Quote::None));
        assert_eq!(last("o --source=Ret"), is("--source=", "Ret", Quote::None));
        assert_eq!(last(r"o a\:b:c"), is("a:b:", "c", Quote::None));
        assert_eq!(last(r"o a\:b"), is("", "a:b", Quote::None));
        assert_eq!(last("o 'a:b"), is("", "a:b", Quote::Single));
        assert_eq!(last("o 'a:b'c"), is("", "a:bc", Quote::None));
    }

    #[test]
    fn the_word_behind_an_open_quote_is_all_that_is_replaced() {
        assert_eq!(
            last(r#"o --source="Retail U"#),
            is("--source=", "Retail U", Quote::Double)
        );
        assert_eq!(last(r#"o Retail\ "U"#), is("Retail ", "U", Quote::Double));
        assert_eq!(last(r#"o 'it'"#), is("", "it", Quote::None));
    }

    #[test]
    fn a_backslash_at_the_end_says_nothing() {
        assert_eq!(last(r"o Payments\"), is("", "Payments", Quote::None));
        assert_eq!(last(r#"o "a\"#), is("", "a", Quote::Double));
        assert_eq!(last(r#"o "a\b\$"#), is("", r"a\b$", Quote::Double));
    }

    #[test]
    fn a_file_is_wanted_behind_an_arrow() {
        assert!(read("o list > au", BREAKS).is_redirected);
        assert!(!read("o list > audit.csv ", BREAKS).is_redirected);
        assert!(!read("o list", BREAKS).is_redirected);
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_as_it_was_meant(text in "[^\n]{0,20}", kind in 0..3_usize) {
            let (quote, open, close) = [(Quote::None, "", ""), (Quote::Single, "'", "'"), (Quote::Double, "\"", "\"")][kind];
            let typed = format!("o {open}{}{close}", quoted(&text, quote));
            let wanted = if text.is_empty() && kind == 0 { vec!["o".to_owned(), String::new()] } else { vec!["o".to_owned(), text] };
            prop_assert_eq!(read(&typed, "").words, wanted);
        }
    }
}
