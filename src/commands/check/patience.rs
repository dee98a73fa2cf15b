use std::time::{Duration, Instant};

/// The first pause between two looks; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long it is still worth to look again.
pub(super) struct Patience {
    deadline: Option<Instant>,
    next: Duration,
}

impl Patience {
    /// Patience for `wait`, from now on; none without.
    pub(super) fn new(wait: Option<Duration>) -> Self {
        Self {
            deadline: wait.map(|wait| Instant::now() + wait),
            next: FIRST_PAUSE,
        }
    }

    /// How long to wait before the next look, or `None` if there is to be none. The last look is when the time is over.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        let left = self.deadline?.saturating_duration_since(Instant::now());
        let pause = self.next.min(left);
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        (!pause.is_zero()).then_some(pause)
    }
}
