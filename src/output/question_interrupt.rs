use std::sync::{Arc, Mutex, PoisonError};

/// Ends a question as Ctrl-C does.
type Interrupt = Box<dyn FnOnce() + Send>;

/// What ends the question that waits for an answer, if there is one.
#[derive(Clone, Default)]
pub(crate) struct QuestionInterrupt(Arc<Mutex<Option<Interrupt>>>);

impl QuestionInterrupt {
    /// Ends the question as Ctrl-C does. Returns whether there was one.
    pub(crate) fn interrupt(&self) -> bool {
        let interrupt = self.set(None);
        let is_open = interrupt.is_some();
        if let Some(interrupt) = interrupt {
            interrupt();
        }
        is_open
    }

    /// Says how to end the question that is about to be asked.
    pub(super) fn open(&self, interrupt: impl FnOnce() + Send + 'static) {
        self.set(Some(Box::new(interrupt)));
    }

    /// Forgets the question, which has its answer.
    pub(super) fn close(&self) {
        self.set(None);
    }

    fn set(&self, interrupt: Option<Interrupt>) -> Option<Interrupt> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *open, interrupt)
    }
}
