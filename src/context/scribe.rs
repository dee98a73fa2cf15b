use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::{spawn, spawn_blocking, yield_now};

use crate::history::{
    Change, Ending, Entry, HistoryError, Journal, Note, Noted, Pending, StoreError,
};

/// Writes the history. What is noted of changes that run side by side is written in one go, and reaches the disk
/// together: a thousand writes one after another would take longer than the changes.
///
/// All clones write together.
#[derive(Clone, Debug)]
pub(super) struct Scribe {
    journal: Journal,
    desk: Arc<Mutex<Desk>>,
}

type Answer = Result<Noted, HistoryError>;

#[derive(Debug, Default)]
struct Desk {
    waiting: Vec<(Note, oneshot::Sender<Answer>)>,
    /// How many changes are begun, or wait to be, and are not concluded.
    under_way: usize,
    /// Whether somebody writes, and will look for more afterwards.
    is_busy: bool,
}

/// What there is to write, and how.
enum Work {
    /// One note of the only change under way. As nothing else waits for the time being, it is written at once: a
    /// thread would cost more.
    Alone(Note),
    /// Several, beside what is going on.
    Several,
    /// Somebody else writes it.
    Done,
}

impl Scribe {
    pub(super) fn new(journal: Journal) -> Self {
        Self {
            journal,
            desk: Arc::default(),
        }
    }

    /// As [`Journal::begin`]. When this returns, the note is safe on the disk.
    ///
    /// # Errors
    /// As [`Journal::begin`].
    pub(super) async fn begin(&self, change: Change) -> Result<Pending, HistoryError> {
        self.desk().under_way += 1;
        match self.write(Note::Begin(Box::new(change))).await {
            Ok(Noted::Begun(pending)) => Ok(pending),
            Ok(Noted::Ended) => Err(self.broken_off()),
            Err(error) => {
                self.desk().leave();
                Err(error)
            }
        }
    }

    /// As [`Journal::begin_undo`]. One undo is made at a time.
    ///
    /// # Errors
    /// As [`Journal::begin_undo`].
    pub(super) fn begin_undo(
        &self,
        entry: &Entry,
        change: &Change,
    ) -> Result<Pending, HistoryError> {
        let pending = self.journal.begin_undo(entry, change)?;
        self.desk().under_way += 1;
        Ok(pending)
    }

    /// Notes what became of a change.
    ///
    /// # Errors
    /// As [`Pending::done`].
    pub(super) async fn conclude(
        &self,
        pending: Pending,
        ending: Ending,
    ) -> Result<(), HistoryError> {
        let written = self.write(Note::End(pending, ending)).await;
        self.desk().leave();
        written.map(drop)
    }

    async fn write(&self, note: Note) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.desk().waiting.push((note, answer));
        // Those that run beside this one lay down their notes now.
        yield_now().await;
        let work = self.desk().take_up();
        match work {
            Work::Alone(note) => {
                let noted = self.journal.note_all(vec![note]).pop();
                return noted.unwrap_or_else(|| Err(self.broken_off()));
            }
            // In a task, so that it goes on for the others if this one is given up.
            Work::Several => drop(spawn(self.clone().write_all())),
            Work::Done => {}
        }
        answered.await.unwrap_or_else(|_| Err(self.broken_off()))
    }

    /// Writes until nothing waits any more.
    async fn write_all(self) {
        loop {
            let waiting = self.desk().take_all();
            if waiting.is_empty() {
                return;
            }
            let (notes, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            let journal = self.journal.clone();
            let Ok(noted) = spawn_blocking(move || journal.note_all(notes)).await else {
                // It cannot be said what was written. Whoever waits hears that it broke off.
                continue;
            };
            for (answer, noted) in answers.into_iter().zip(noted) {
                // One that was given up meanwhile leaves its change unknown, which is the truth.
                let _ = answer.send(noted);
            }
        }
    }

    /// The program is ending.
    fn broken_off(&self) -> HistoryError {
        HistoryError::NotBegun(StoreError::File {
            verb: "write to",
            path: self.journal.path().to_owned(),
            source: io::Error::other("it broke off"),
        })
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn take_up(&mut self) -> Work {
        if self.is_busy || self.waiting.is_empty() {
            return Work::Done;
        }
        if self.under_way <= 1
            && let [_] = self.waiting.as_slice()
            && let Some((note, _)) = self.waiting.pop()
        {
            return Work::Alone(note);
        }
        self.is_busy = true;
        Work::Several
    }

    /// All that waits; if that is nothing, whoever comes next has to write himself.
    fn take_all(&mut self) -> Vec<(Note, oneshot::Sender<Answer>)> {
        let waiting = std::mem::take(&mut self.waiting);
        self.is_busy = !waiting.is_empty();
        waiting
    }

    fn leave(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
