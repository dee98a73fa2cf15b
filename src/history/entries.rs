use std::collections::hash_map::{self, HashMap};
use std::slice;

use uuid::Uuid;

use super::line::{self, Event};
use super::{Entry, EntryId, Origin, Outcome, UnreadableLine, UnreadableReason};
use crate::model::Change;

/// All entries of a journal in the order in which they were written. Their times may differ from this order if the
/// clock was changed.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    entries: Vec<Entry>,
    unreadable: Vec<UnreadableLine>,
    positions: HashMap<EntryId, usize>,
}

/// Why a text does not select exactly one entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SelectEntryError {
    /// The text is too short to be the beginning of an id.
    #[error("`{0}` is too short; give an entry's id or at least 4 characters of it")]
    TooShort(String),
    /// No id begins with it.
    #[error("no entry whose id begins with `{0}`; `orgconn history` shows them")]
    Unknown(String),
    /// Several ids begin with it.
    #[error("{} entries whose id begins with `{wanted}`: {}", .matches.len(), .matches.join(", "))]
    Ambiguous {
        /// The text that was given.
        wanted: String,
        /// All ids that begin with it, the newest last.
        matches: Vec<String>,
    },
}

impl Entries {
    /// The entries, the newest last.
    pub(crate) fn iter(&self) -> slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The lines that could not be read and were skipped.
    pub(crate) fn unreadable(&self) -> &[UnreadableLine] {
        &self.unreadable
    }

    /// The entry with this id.
    pub(crate) fn get(&self, id: &EntryId) -> Option<&Entry> {
        self.positions.get(id).map(|&index| &self.entries[index])
    }

    /// Finds the one entry with an id that is `text` or begins with it.
    ///
    /// # Errors
    /// Fails if the text is shorter than [`EntryId::MIN_PREFIX`], or if no id or several ids begin with it.
    pub(crate) fn select(&self, text: &str) -> Result<&Entry, SelectEntryError> {
        if text.trim().chars().count() < EntryId::MIN_PREFIX {
            return Err(SelectEntryError::TooShort(text.to_owned()));
        }
        let matches: Vec<_> = self.iter().filter(|one| one.id.starts_with(text)).collect();
        match matches.as_slice() {
            [only] => Ok(only),
            [] => Err(SelectEntryError::Unknown(text.to_owned())),
            several => Err(SelectEntryError::Ambiguous {
                wanted: text.to_owned(),
                matches: several.iter().map(|entry| entry.id.to_string()).collect(),
            }),
        }
    }

    /// The entry to undo if the user names none: the newest entry that is done, not undone, not an undo itself, and
    /// whose origin `is_chosen`. So repeated undos go back in time, and an undo is undone only if the user names it.
    pub(crate) fn newest_to_undo(&self, is_chosen: impl Fn(&Origin) -> bool) -> Option<&Entry> {
        self.iter().rev().find(|entry| {
            entry.is_done()
                && entry.undone_by.is_none()
                && entry.undoes.is_none()
                && is_chosen(&entry.origin)
        })
    }

    /// A copy of `entry` with the current id of its connection ([`Entries::current_id`]). An entry from before a delete
    /// can then be undone after the delete was undone.
    pub(crate) fn with_current_id(&self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        let Some(id) = entry.connection_id().and_then(|id| self.current_id(id)) else {
            return entry;
        };
        if let Outcome::Done {
            connection: Some(answer),
        } = &mut entry.outcome
        {
            answer.id = id;
        }
        if let Change::Update { before, .. } | Change::Delete { before } = &mut entry.change {
            before.id = id;
        }
        entry
    }

    /// The latest id of a connection that once had the id `old`. Undoing a delete creates the connection again with a
    /// new id, perhaps several times. `None` if the id was never replaced. A connection with the latest id need not
    /// exist any more.
    pub(crate) fn current_id(&self, old: Uuid) -> Option<Uuid> {
        let replacements = self.iter().filter_map(|entry| self.replacement(entry));
        let mut replacements: HashMap<_, _> = replacements.collect();
        let mut current = None;
        // Each replacement is used once, so that the loop ends even if the ids form a cycle.
        while let Some(next) = replacements.remove(&current.unwrap_or(old)) {
            current = Some(next);
        }
        current
    }

    /// The old and the new id of a connection, if `entry` undid its delete.
    fn replacement(&self, entry: &Entry) -> Option<(Uuid, Uuid)> {
        match &self.get(entry.undoes.as_ref()?)?.change {
            Change::Delete { before } => Some((before.id, entry.answer()?.id)),
            Change::Create { .. } | Change::Update { .. } => None,
        }
    }

    /// Adds the content of the line with the number `line`. `content` is `None` if the line is too long.
    pub(super) fn add_line(&mut self, line: u64, content: Option<&[u8]>) {
        let added = content
            .ok_or(UnreadableReason::TooLong)
            .and_then(line::decode)
            .and_then(|event| self.add(event));
        if let Err(reason) = added {
            self.unreadable.push(UnreadableLine { line, reason });
        }
    }

    fn add(&mut self, event: Event) -> Result<(), UnreadableReason> {
        match event {
            Event::Intent(entry) => match self.positions.entry(entry.id.clone()) {
                hash_map::Entry::Occupied(_) => {
                    return Err(UnreadableReason::DuplicateEntry(entry.id));
                }
                hash_map::Entry::Vacant(slot) => {
                    slot.insert(self.entries.len());
                    self.entries.push(*entry);
                }
            },
            Event::Outcome(id, outcome) => {
                let Some(&index) = self.positions.get(&id) else {
                    return Err(UnreadableReason::NoEntry(id));
                };
                let entry = &mut self.entries[index];
                entry.outcome = outcome;
                let undoes = entry.undoes.as_ref().filter(|_| entry.is_done());
                if let Some(&undone) = undoes.and_then(|undone| self.positions.get(undone)) {
                    self.entries[undone].undone_by = Some(id);
                }
            }
        }
        Ok(())
    }
}
