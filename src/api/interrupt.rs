use std::sync::Arc;

use tokio::sync::watch;

/// A wish to stop, shared by everyone who holds a clone. Once it is triggered it stays so.
///
/// The client lets a write in flight finish, gives up what is being read, ends every wait, and starts nothing more.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Interrupt {
    /// One that is not triggered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells everyone to stop.
    pub fn trigger(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody wishes to stop.
    pub fn is_triggered(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when somebody wishes to stop, at once if that is so already.
    pub async fn triggered(&self) {
        // The only error is that all senders are gone, and this one holds one.
        let _ = self.0.subscribe().wait_for(|triggered| *triggered).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn every_clone_hears_of_it_before_and_after() {
        let (one, other) = (Interrupt::new(), Interrupt::new());
        let clone = one.clone();
        let waiting = tokio::spawn(async move { clone.triggered().await });
        tokio::task::yield_now().await;
        one.trigger();
        timeout(Duration::from_secs(5), waiting)
            .await
            .unwrap()
            .unwrap();
        timeout(Duration::from_secs(5), one.triggered())
            .await
            .unwrap();
        assert!(one.is_triggered() && !other.is_triggered());
    }
}
