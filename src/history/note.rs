use jiff::Timestamp;

use super::journal::{self, Pending};
use super::store::Store;
use super::{Change, EntryId, HistoryError, Journal, Outcome, StoreError, wire};
use crate::topology::Connection;

/// A message keeps so many characters. Gateways answer with whole pages.
const LONGEST_MESSAGE: usize = 2_000;

/// Something that the journal is told.
#[derive(Debug)]
pub enum Note {
    /// A change is about to be sent.
    Begin(Box<Change>),
    /// What became of one.
    End(Pending, Ending),
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was carried out, and this is the connection that the API answered with; a delete has none.
    Done(Option<Box<Connection>>),
    /// It was refused, or never reached the API, so that nothing changed.
    Failed {
        /// Why, without a secret. The first 2,000 characters are kept.
        message: String,
        /// The HTTP status of the refusal, if there was an answer.
        http_status: Option<u16>,
    },
    /// Nobody knows whether it was carried out.
    Unknown {
        /// Why; kept as that of a failure.
        message: String,
    },
}

/// What came of a note.
#[derive(Debug)]
pub enum Noted {
    /// The change may be sent.
    Begun(Pending),
    /// What became of it is written down.
    Ended,
}

/// A note as a line, and what is to be said of it once that is written.
struct Draft {
    line: Vec<u8>,
    pending: Pending,
    is_end: bool,
}

impl Journal {
    /// Writes several notes in one go, so that they reach the disk together: all that can be written, or none.
    ///
    /// # Errors
    /// For each note what [`Journal::begin`] or [`Pending::done`] would say of it.
    pub fn note_all(&self, notes: Vec<Note>) -> Vec<Result<Noted, HistoryError>> {
        let drafts: Vec<_> = notes
            .into_iter()
            .map(|note| draft(&self.store, note))
            .collect();
        let lines: Vec<&[u8]> = drafts.iter().flatten().map(|draft| &*draft.line).collect();
        let written = match lines.as_slice() {
            [] => Ok(()),
            lines => self.store.append(lines),
        };
        let conclude = |draft: Draft| match &written {
            Ok(()) => Ok(draft.noted()),
            Err(error) => Err(draft.failed(error.again())),
        };
        drafts
            .into_iter()
            .map(|draft| draft.and_then(conclude))
            .collect()
    }
}

fn draft(store: &Store, note: Note) -> Result<Draft, HistoryError> {
    let at = journal::now();
    match note {
        Note::Begin(change) => {
            let entry = EntryId::new(at);
            let line = check(store, wire::intent(&entry, at, &change, None));
            Ok(Draft {
                line: line.map_err(HistoryError::NotBegun)?,
                pending: Pending::new(store.clone(), entry),
                is_end: false,
            })
        }
        Note::End(pending, ending) => {
            let line = wire::outcome(pending.entry(), at, &ending.at(at));
            match check(store, line) {
                Ok(line) => Ok(Draft {
                    line,
                    pending,
                    is_end: true,
                }),
                Err(source) => Err(pending.not_concluded(source)),
            }
        }
    }
}

/// The line, if it can be written.
pub(super) fn check(
    store: &Store,
    line: Result<Vec<u8>, serde_json::Error>,
) -> Result<Vec<u8>, StoreError> {
    let line = line.map_err(|source| StoreError::Encode {
        path: store.path().to_owned(),
        source,
    })?;
    store.check(&line)?;
    Ok(line)
}

impl Draft {
    fn noted(self) -> Noted {
        match self.is_end {
            true => Noted::Ended,
            false => Noted::Begun(self.pending),
        }
    }

    fn failed(self, source: StoreError) -> HistoryError {
        match self.is_end {
            true => self.pending.not_concluded(source),
            false => HistoryError::NotBegun(source),
        }
    }
}

impl Ending {
    pub(super) fn at(self, at: Timestamp) -> Outcome {
        match self {
            Self::Done(connection) => Outcome::Done { at, connection },
            Self::Failed {
                message,
                http_status,
            } => Outcome::Failed {
                at,
                message: shortened(&message),
                http_status,
            },
            Self::Unknown { message } => Outcome::Unknown {
                at: Some(at),
                message: Some(shortened(&message)),
            },
        }
    }
}

fn shortened(message: &str) -> Box<str> {
    message.chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests;
