use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::wire::{Event, decode};
use super::{Action, Entry, EntryId, Origin, Outcome, Unreadable, UnreadableReason};
use crate::topology::Id;

/// What the journal holds, the newest last: in the order in which it was written, whatever the clock said.
#[derive(Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
    unreadable: Vec<Unreadable>,
    places: HashMap<EntryId, usize>,
}

/// Why a text names no single entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectEntryError {
    /// The beginning of an id is too short to be meant.
    #[error("`{0}` is too short; give an entry's id or at least 4 characters of it")]
    TooShort(String),
    /// No entry's id begins so.
    #[error("no entry whose id begins with `{0}`; `orgconn history` shows them")]
    Unknown(String),
    /// Several ids begin so; none is picked.
    #[error("{} entries whose id begins with `{wanted}`: {}", .matches.len(), list(.matches))]
    Ambiguous {
        /// What was looked for.
        wanted: String,
        /// All ids that begin so, the newest last.
        matches: Vec<EntryId>,
    },
}

impl History {
    /// The entries, the newest last.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The lines that were skipped, with the reasons.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// The entry with this id.
    pub fn get(&self, id: &EntryId) -> Option<&Entry> {
        self.places.get(id).map(|place| &self.entries[*place])
    }

    /// The one entry that a person means by an id, or by the beginning of one.
    ///
    /// # Errors
    /// The text is shorter than [`EntryId::LEAST_PREFIX`], or begins no id, or more than one.
    pub fn select(&self, text: &str) -> Result<&Entry, SelectEntryError> {
        if text.trim().chars().count() < EntryId::LEAST_PREFIX {
            return Err(SelectEntryError::TooShort(text.to_owned()));
        }
        let matches: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.id.begins_with(text))
            .collect();
        match matches.as_slice() {
            [only] => Ok(only),
            [] => Err(SelectEntryError::Unknown(text.to_owned())),
            several => Err(SelectEntryError::Ambiguous {
                wanted: text.to_owned(),
                matches: several.iter().map(|entry| entry.id.clone()).collect(),
            }),
        }
    }

    /// The entry that an undo takes back when none is named: the newest that is certainly done and not undone, that is
    /// not itself an undo, and whose origin `is_meant`. So one undo after another goes back in time, step by step, and
    /// does not go to and fro; to undo an undo, it has to be named.
    pub fn newest_to_undo(&self, is_meant: impl Fn(&Origin) -> bool) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| {
            entry.is_done()
                && entry.undone_by.is_none()
                && entry.undoes.is_none()
                && is_meant(&entry.origin)
        })
    }

    /// The entry with the id that its connection has now, where that was made anew since ([`History::current_id`]): so
    /// what was done before a delete can be undone after the delete was.
    pub fn brought_up_to_date(&self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        let old = entry.subject().id.clone();
        let Some(now) = old.and_then(|old| self.current_id(&old)) else {
            return entry;
        };
        if let Outcome::Done {
            connection: Some(answer),
            ..
        } = &mut entry.outcome
        {
            answer.id = Some(now.clone());
        }
        if let Action::Update { before, .. } | Action::Delete { before } = &mut entry.action {
            before.id = Some(now);
        }
        entry
    }

    /// The id that took the place of a connection's `old` one, if undoing its delete made it anew, once or several
    /// times. That connection may be gone by now as well.
    pub fn current_id(&self, old: &Id) -> Option<Id> {
        let mut replacements: HashMap<_, _> = self
            .entries
            .iter()
            .filter_map(|entry| self.replacement(entry))
            .collect();
        let mut current = None;
        // Each is followed once, so that no journal can make this go round in circles.
        while let Some(next) = replacements.remove(current.unwrap_or(old)) {
            current = Some(next);
        }
        current.cloned()
    }

    fn replacement<'a>(&'a self, entry: &'a Entry) -> Option<(&'a Id, &'a Id)> {
        let Action::Delete { before } = &self.get(entry.undoes.as_ref()?)?.action else {
            return None;
        };
        Some((before.id.as_ref()?, entry.answer()?.id.as_ref()?))
    }

    /// Takes in the line with this number; `None` is one that was too long.
    pub(super) fn take(&mut self, line: u64, content: Option<&[u8]>) {
        let taken = content
            .ok_or(UnreadableReason::TooLong)
            .and_then(decode)
            .and_then(|event| self.add(event));
        if let Err(reason) = taken {
            self.unreadable.push(Unreadable { line, reason });
        }
    }

    fn add(&mut self, event: Event) -> Result<(), UnreadableReason> {
        match event {
            Event::Intent(entry) => match self.places.entry(entry.id.clone()) {
                Slot::Occupied(_) => return Err(UnreadableReason::Duplicate(entry.id)),
                Slot::Vacant(slot) => {
                    slot.insert(self.entries.len());
                    self.entries.push(*entry);
                }
            },
            Event::Outcome(id, outcome) => {
                let Some(place) = self.places.get(&id).copied() else {
                    return Err(UnreadableReason::Orphan(id));
                };
                self.entries[place].outcome = outcome;
                self.note_undo(place);
            }
        }
        Ok(())
    }

    fn note_undo(&mut self, place: usize) {
        let entry = &self.entries[place];
        let (id, is_done) = (entry.id.clone(), entry.is_done());
        let undone = entry.undoes.as_ref().and_then(|id| self.places.get(id));
        if let (Some(undone), true) = (undone, is_done) {
            self.entries[*undone].undone_by = Some(id);
        }
    }
}

fn list(ids: &[EntryId]) -> String {
    let ids: Vec<_> = ids.iter().map(EntryId::as_str).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests;
