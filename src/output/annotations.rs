use std::fmt;
use std::io;

use super::handle::Output;
use super::row::ErrorRecord;
use crate::desired::{Location, Position};
use crate::escape::escape;

/// A message that GitHub shows beside the line of a file: a workflow command (GitHub's documentation, "Workflow
/// commands for GitHub Actions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// How grave it is.
    pub(crate) level: AnnotationLevel,
    /// The place in a file. Without one, and on standard input, the annotation belongs to the whole run.
    pub(crate) location: Option<Location>,
    /// The headline.
    pub(crate) title: String,
    /// The message.
    pub(crate) message: String,
}

/// How grave an annotation is, in GitHub's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnnotationLevel {
    Notice,
    Warning,
    Error,
}

impl Annotation {
    /// The annotation of an error, which belongs to the whole run.
    pub(crate) fn of_error(error: &ErrorRecord) -> Self {
        Self {
            level: AnnotationLevel::Error,
            location: None,
            title: format!("orgconn: {}", error.kind),
            message: error.message_with_profile(),
        }
    }
}

impl Output {
    /// Writes annotations to standard output, one per line.
    ///
    /// # Errors
    /// Fails as [`Output::write_text`] does.
    pub(crate) fn annotate(
        &mut self,
        annotations: impl IntoIterator<Item = Annotation>,
    ) -> io::Result<()> {
        let lines = annotations.into_iter().map(|it| format!("{it}\n"));
        self.write_text(&lines.collect::<String>())
    }
}

/// `::error file=orgconn.yaml,line=3,col=13,title=…::…`
impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            AnnotationLevel::Notice => "::notice ",
            AnnotationLevel::Warning => "::warning ",
            AnnotationLevel::Error => "::error ",
        })?;
        if let Some(Location { file, position }) = &self.location
            && let Some(path) = file.path()
        {
            let file = escape_property(&path.to_string_lossy());
            let Position { line, column } = position;
            write!(f, "file={file},line={line},col={column},")?;
        }
        let title = escape_property(&self.title);
        write!(f, "title={title}::{}", escape_message(&self.message))
    }
}

/// Escapes the characters that would end the message.
fn escape_message(text: &str) -> String {
    // The percent sign comes first, since every escape begins with it. Line breaks come next, since `escape` would
    // write them as `\n`.
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    escape(&text).into_owned()
}

/// Escapes the value of a property. It also escapes colons and commas, which would end the value.
fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::desired::FileName;

    #[test]
    fn what_has_a_meaning_in_a_workflow_command_is_escaped() {
        let position = Position {
            line: 3,
            column: 13,
        };
        let annotation = Annotation {
            level: AnnotationLevel::Error,
            location: Some(FileName::new("a,b:c.yaml").location(position)),
            title: "100%: done, or not".into(),
            message: "50% of `a,b`: one\r\ntwo\u{1b}[31m".into(),
        };
        assert_eq!(
            annotation.to_string(),
            "::error file=a%2Cb%3Ac.yaml,line=3,col=13,title=100%25%3A done%2C or not::\
             50%25 of `a,b`: one%0D%0Atwo\\u{1b}[31m"
        );
        let on_standard_input = Annotation {
            level: AnnotationLevel::Notice,
            location: Some(FileName::new("-").location(position)),
            title: "orgconn".into(),
            message: "no answer".into(),
        };
        assert_eq!(
            on_standard_input.to_string(),
            "::notice title=orgconn::no answer"
        );
    }

    /// The command, its properties and its message, read as GitHub's runner does (`ActionCommand.TryParseV2`).
    fn read(line: &str) -> (String, Vec<(String, String)>, String) {
        let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = command.split_once(' ').unwrap();
        let decode = |text: &str| {
            let text = text.replace("%0D", "\r").replace("%0A", "\n");
            text.replace("%3A", ":")
                .replace("%2C", ",")
                .replace("%25", "%")
        };
        let properties = properties.split(',').map(|property| {
            let (key, value) = property.split_once('=').unwrap();
            (key.to_owned(), decode(value))
        });
        (command.to_owned(), properties.collect(), decode(message))
    }

    proptest! {
        #[test]
        fn a_command_is_read_as_it_was_meant(
            file in "[ -~é]{1,20}x", title in "[ -~é\r\n]{0,20}x", message in "[ -~é\r\n%:,]{0,30}"
        ) {
            let position = Position { line: 3, column: 13 };
            let annotation = Annotation {
                level: AnnotationLevel::Error,
                location: Some(FileName::new(&file).location(position)),
                title: title.clone(),
                message: message.clone(),
            };
            let line = annotation.to_string();
            prop_assert!(!line.contains(['\r', '\n']));
            let properties = [("file", &*file), ("line", "3"), ("col", "13"), ("title", &*title)];
            let properties = properties.map(|(key, value)| (key.to_owned(), value.to_owned()));
            // A message cannot be told from one with the escapes of a property.
            let message = message.replace("%3A", ":").replace("%2C", ",");
            prop_assert_eq!(read(&line), ("error".to_owned(), properties.to_vec(), message));
        }
    }
}
