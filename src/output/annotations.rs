use std::fmt;
use std::io;
use std::path::Path;

use super::{Output, escape};
use crate::topology::Position;

/// An error that GitHub shows beside the line that it is about: a workflow command, see "Workflow commands for GitHub
/// Actions" in GitHub's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Annotation<'a> {
    /// The file, and where in it; without one the annotation belongs to the whole run.
    pub place: Option<(&'a Path, Position)>,
    /// The headline.
    pub title: &'a str,
    /// What is wrong.
    pub message: &'a str,
}

impl Output {
    /// Writes annotations to standard output, one a line.
    ///
    /// # Errors
    /// As [`Output::write_text`].
    pub fn annotate<'a>(
        &mut self,
        annotations: impl IntoIterator<Item = Annotation<'a>>,
    ) -> io::Result<()> {
        let lines: String = annotations
            .into_iter()
            .map(|annotation| format!("{annotation}\n"))
            .collect();
        self.write_text(&lines)
    }
}

/// `::error file=orgconn.yaml,line=3,col=13,title=…::…`
impl fmt::Display for Annotation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("::error ")?;
        if let Some((file, Position { line, column })) = self.place {
            let file = property(&file.to_string_lossy());
            write!(f, "file={file},line={line},col={column},")?;
        }
        write!(f, "title={}::{}", property(self.title), data(self.message))
    }
}

/// A message, in which only what would end it has a meaning.
fn data(text: &str) -> String {
    // The percent sign first, as it begins all the others; then the line breaks, before they are shown as text.
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    escape(&text).into_owned()
}

/// The value of a property, which a colon or a comma would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_workflow_command_is_escaped() {
        let annotation = Annotation {
            place: Some((
                Path::new("a,b:c.yaml"),
                Position {
                    line: 3,
                    column: 13,
                },
            )),
            title: "100%: done, or not",
            message: "50% of `a,b`: one\r\ntwo\u{1b}[31m",
        };
        assert_eq!(
            annotation.to_string(),
            "::error file=a%2Cb%3Ac.yaml,line=3,col=13,title=100%25%3A done%2C or not::\
             50%25 of `a,b`: one%0D%0Atwo\\u{1b}[31m"
        );
    }

    #[test]
    fn without_a_place_it_belongs_to_the_run() {
        let annotation = Annotation {
            place: None,
            title: "orgconn",
            message: "no answer",
        };
        assert_eq!(annotation.to_string(), "::error title=orgconn::no answer");
    }
}
