use std::collections::hash_map::{self, HashMap};
use std::slice;

use uuid::Uuid;

use super::line::{self, Event};
use super::{Entry, EntryId, Origin, Outcome, RunId, UnreadableLine, UnreadableReason};
use crate::model::{Change, OrgLabels};

/// All entries of a journal in the order in which they were written. Their times may differ from this order if the
/// clock was changed.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    entries: Vec<Entry>,
    unreadable: Vec<UnreadableLine>,
    positions: HashMap<EntryId, usize>,
}

/// A run of the history, with all its changes or some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run<'a> {
    /// The id by which the user names the run.
    pub(crate) id: &'a RunId,
    /// The entries, the newest last.
    pub(crate) entries: Vec<&'a Entry>,
}

/// The part of the history that a user names by an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection<'a> {
    /// One change.
    Entry(&'a Entry),
    /// All changes of a run.
    Run(Run<'a>),
}

/// Why a text does not select exactly one run or entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SelectEntryError {
    /// The text is too short to be the beginning of an id.
    #[error("`{0}` is too short; give the id of a run or entry, or at least 4 characters of it")]
    TooShort(String),
    /// No id begins with it.
    #[error("no run or entry whose id begins with `{0}`; `orgconn history` shows them")]
    Unknown(String),
    /// Several ids begin with it.
    #[error("{} ids begin with `{wanted}`", .matches.len())]
    Ambiguous {
        /// The text that was given.
        wanted: String,
        /// All runs and entries whose id begins with it, described; the entries last.
        matches: Vec<String>,
    },
}

impl SelectEntryError {
    /// The runs and entries that may be meant, which the message does not list.
    pub(crate) fn candidates(&self) -> Vec<String> {
        match self {
            Self::Ambiguous { matches, .. } => matches.clone(),
            Self::TooShort(_) | Self::Unknown(_) => Vec::new(),
        }
    }
}

impl Run<'_> {
    /// The run in a message: `run r01k2z6mvr9dq3 of 2026-01-31 12:00 UTC: apply, 2 changes`.
    fn describe(&self) -> String {
        let (id, changes) = (self.id, self.entries.len());
        let newest = self.entries.last().map(|newest| {
            let at = newest.minute();
            format!(" of {at}: {}", newest.command)
        });
        let changes = match changes {
            1 => "1 change".to_owned(),
            several => format!("{several} changes"),
        };
        format!("run {id}{}, {changes}", newest.unwrap_or_default())
    }
}

impl Entries {
    /// The minimum number of characters that a user must give of an id.
    const MIN_PREFIX: usize = 4;

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

    /// The runs with those of their entries that `is_chosen`. The run that began last is the last. Runs without such an
    /// entry are left out.
    pub(crate) fn runs(&self, is_chosen: impl Fn(&Entry) -> bool) -> Vec<Run<'_>> {
        let mut runs: Vec<Run<'_>> = Vec::new();
        let mut positions = HashMap::new();
        for entry in self.iter().filter(|entry| is_chosen(entry)) {
            let index = *positions.entry(&entry.run).or_insert(runs.len());
            match runs.get_mut(index) {
                Some(run) => run.entries.push(entry),
                None => runs.push(Run {
                    id: &entry.run,
                    entries: vec![entry],
                }),
            }
        }
        runs
    }

    /// Finds the one run or entry with an id that is `text` or begins with it.
    ///
    /// # Errors
    /// Fails if the text is shorter than four characters, or if no id or several ids begin with it.
    pub(crate) fn select(&self, text: &str) -> Result<Selection<'_>, SelectEntryError> {
        if text.trim().chars().count() < Self::MIN_PREFIX {
            return Err(SelectEntryError::TooShort(text.to_owned()));
        }
        let entries: Vec<_> = self.iter().filter(|one| one.id.starts_with(text)).collect();
        let mut runs = self.runs(|one| one.run.starts_with(text) && !one.is_own_run());
        match (runs.as_slice(), entries.as_slice()) {
            ([], [entry]) => return Ok(Selection::Entry(entry)),
            ([_], []) => return Ok(Selection::Run(runs.remove(0))),
            ([], []) => return Err(SelectEntryError::Unknown(text.to_owned())),
            _ => {}
        }
        let labels = OrgLabels::new(entries.iter().flat_map(|entry| entry.ends()));
        let runs = runs.iter().map(Run::describe);
        let entries = entries.iter().map(|entry| {
            let (id, at) = (&entry.id, entry.minute());
            format!("entry {id} of {at}: {}", entry.describe(&labels))
        });
        Err(SelectEntryError::Ambiguous {
            wanted: text.to_owned(),
            matches: runs.chain(entries).collect(),
        })
    }

    /// The runs to undo if the user names none, the newest first, with the entries that are left to undo: those that are
    /// not undone, are no undo themselves, and whose origin `is_chosen`. At least one of them is known to be done. So
    /// repeated undos go back in time, and an undo is undone only if the user names it.
    pub(crate) fn runs_to_undo(&self, is_chosen: impl Fn(&Origin) -> bool) -> Vec<Run<'_>> {
        let mut runs = self.runs(|entry| {
            entry.undoes.is_none() && entry.check_undoable().is_ok() && is_chosen(&entry.origin)
        });
        runs.retain(|run| run.entries.iter().any(|entry| entry.is_done()));
        runs.reverse();
        runs
    }

    /// The entries of which it is unknown whether the change was made.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &Entry> {
        let undoable = self.iter().filter(|entry| entry.check_undoable().is_ok());
        undoable.filter(|entry| !entry.is_done())
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
        match &mut entry.change {
            Change::Create { .. } => {}
            Change::Update { before, .. } | Change::Delete { before } => before.id = id,
            Change::Access { connection, .. } => connection.id = id,
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
            _ => None,
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

    /// Removes the entries of a host.
    fn remove_host(&mut self, host: &str) {
        self.entries.retain(|entry| entry.origin.host != host);
        let ids = self.entries.iter().map(|entry| entry.id.clone());
        self.positions = ids.zip(0..).collect();
    }

    fn add(&mut self, event: Event) -> Result<(), UnreadableReason> {
        match event {
            Event::Reset(host) => self.remove_host(&host),
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
                let undoes = entry.undoes.clone();
                let undone = undoes.and_then(|undone| self.positions.get(&undone).copied());
                match (undone, &self.entries[index].outcome) {
                    (Some(undone), Outcome::Done { .. }) => self.set_undone(undone, Some(index)),
                    (Some(undone), outcome) if outcome.is_refusal() => {
                        self.entries[undone].undo_refused_by = Some(id);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Records by which entry another one was undone; `None` if that undo was undone. If the entry is an undo itself, the
    /// entry that it had undone is in effect again, or no longer.
    fn set_undone(&mut self, index: usize, undone_by: Option<usize>) {
        let by = undone_by.map(|by| self.entries[by].id.clone());
        let entry = &mut self.entries[index];
        entry.undone_by = by;
        let earlier = entry.undoes.as_ref().and_then(|id| self.positions.get(id));
        // An undo stands behind what it undoes. A line that says otherwise must not lead in a circle.
        if let Some(&earlier) = earlier.filter(|&&earlier| earlier < index) {
            let in_effect = undone_by.is_none().then_some(index);
            self.set_undone(earlier, in_effect);
        }
    }
}
