use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;

use super::journal::file_error;
use super::{
    Entry, EntryId, HistoryError, Journal, JournalError, Origin, Outcome, RunId, entry, line,
};
use crate::model::Change;

/// The maximum number of lines that wait in the queue, and that are written at once.
const QUEUE_LENGTH: usize = 1024;

/// Writes the changes of one run to the journal, in a thread. Clones share one queue, so that the lines of parallel changes are written and synced
/// together. Syncing the file for each of a thousand changes would take longer than the changes themselves.
#[derive(Clone, Debug)]
pub(crate) struct JournalWriter {
    journal: Journal,
    run: RunId,
    queue: mpsc::Sender<QueuedLine>,
}

/// An entry of the journal whose outcome is not written yet. If it is dropped, the outcome stays [`Outcome::Unknown`].
#[derive(Debug)]
#[must_use = "the outcome of the change is unknown until it is finished"]
pub(crate) struct PendingEntry {
    pub(super) id: EntryId,
}

#[derive(Debug)]
pub(super) struct QueuedLine {
    pub(super) line: Vec<u8>,
    pub(super) result: oneshot::Sender<WriteResult>,
}

pub(super) type WriteResult = Result<(), Arc<JournalError>>;

impl JournalWriter {
    /// Starts the thread that writes. Must be called in a tokio runtime. The runtime ends only after the last clone is
    /// dropped and the queued lines are written.
    pub(crate) fn new(journal: Journal) -> Self {
        let (queue, lines) = mpsc::channel(QUEUE_LENGTH);
        spawn_blocking({
            let journal = journal.clone();
            move || write_batches(&journal, lines)
        });
        Self {
            journal,
            run: RunId::new(),
            queue,
        }
    }

    /// Writes an entry for a `change` that is about to be sent. When this returns, the entry is on the disk.
    ///
    /// `command` is the name of the command; as it is a literal, it contains no argument of the user. `undoes` is the
    /// entry that the change undoes. If it is given, the caller holds the lock of
    /// [`Journal::lock_undo`].
    ///
    /// # Errors
    /// Fails if the entry could not be written. The change must not be sent then.
    pub(crate) async fn begin(
        &self,
        change: &Change,
        command: &'static str,
        origin: &Origin,
        undoes: Option<&EntryId>,
    ) -> Result<PendingEntry, HistoryError> {
        let entry = Entry::new(change, command, origin, &self.run, undoes.cloned());
        let id = entry.id.clone();
        let written = self.write(line::encode_intent(entry)).await;
        written.map_err(HistoryError::WriteIntent)?;
        Ok(PendingEntry { id })
    }

    /// Writes the outcome of a change. Only the first 2,000 characters of a message are kept.
    ///
    /// # Errors
    /// Fails if the outcome could not be written. The change was sent anyway and may be in effect.
    pub(crate) async fn finish(
        &self,
        pending: PendingEntry,
        outcome: Outcome,
    ) -> Result<(), HistoryError> {
        let PendingEntry { id } = pending;
        let line = line::encode_outcome(&id, entry::now(), outcome);
        let written = self.write(line).await;
        written.map_err(|source| HistoryError::WriteOutcome { entry: id, source })
    }

    async fn write(&self, line: serde_json::Result<Vec<u8>>) -> WriteResult {
        let path = self.journal.path();
        let line = line.map_err(|error| file_error("write to", path)(error.into()))?;
        if line.len() > line::MAX_LENGTH {
            let (path, bytes) = (path.to_owned(), line.len());
            return Err(JournalError::TooLong { path, bytes }.into());
        }
        let (result, written) = oneshot::channel();
        let queued = self.queue.send(QueuedLine { line, result }).await;
        queued.map_err(|_| self.ended())?;
        written.await.unwrap_or_else(|_| Err(self.ended().into()))
    }

    fn ended(&self) -> JournalError {
        let path = self.journal.path().to_owned();
        JournalError::WriterEnded { path }
    }
}

/// Appends all waiting lines at once, and repeats this until the last writer is dropped.
pub(super) fn write_batches(journal: &Journal, mut queue: mpsc::Receiver<QueuedLine>) {
    let mut batch = Vec::new();
    while queue.blocking_recv_many(&mut batch, QUEUE_LENGTH) > 0 {
        let (lines, results): (Vec<_>, Vec<_>) = batch
            .drain(..)
            .map(|QueuedLine { line, result }| (line, result))
            .unzip();
        let written = journal.append(&lines).map_err(Arc::new);
        for result in results {
            // If the task that waits for the result was cancelled, the outcome of its change stays unknown, which is
            // correct.
            let _ = result.send(written.clone());
        }
    }
}
