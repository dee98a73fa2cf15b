//! Ctrl-C, and being asked to end.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::api::Interrupt;
use crate::error::Exit;
use crate::output;

/// Requests to stop. They are caught from the moment this is made: until then each ends the program at once.
pub(super) struct StopRequests {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

#[cfg(unix)]
impl StopRequests {
    /// Must be called inside a runtime.
    ///
    /// # Errors
    /// The system has no means to wait with.
    pub(super) fn catch() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one. Gives false if none can come any more.
    async fn next(&mut self) -> bool {
        tokio::select! {
            pressed = self.interrupt.recv() => pressed.is_some(),
            asked = self.terminate.recv() => asked.is_some(),
        }
    }
}

#[cfg(not(unix))]
impl StopRequests {
    /// Catches nothing yet: that begins with the first wait.
    ///
    /// # Errors
    /// None here.
    pub(super) fn catch() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one. Gives false if none can come any more.
    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}

/// Waits for the signal to stop: the first time nothing more is started, the second time the program ends at once.
pub(super) async fn watch(mut requests: StopRequests, interrupt: Interrupt) {
    while requests.next().await {
        if interrupt.is_triggered() {
            end_at_once();
        }
        interrupt.trigger();
        output::interjection(
            "interrupted: what is in flight is let finish; once more stops at once",
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever asks twice wants the program gone, with no answer awaited"
)]
fn end_at_once() -> ! {
    std::process::exit(Exit::Interrupted.code().into())
}

/// Runs what goes on until somebody asks it to stop: `work` is handed a future that is done then. Requests are caught
/// before `work` begins.
///
/// # Errors
/// The system has no means to wait with.
#[cfg(feature = "sandbox")]
pub(crate) fn until_stopped<W: Future>(work: impl FnOnce(Stopped) -> W) -> io::Result<W::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut requests = {
        let _inside = runtime.enter();
        StopRequests::catch()?
    };
    let stopped: Stopped = Box::pin(async move {
        requests.next().await;
    });
    Ok(runtime.block_on(work(stopped)))
}

/// Done when somebody asks to stop.
#[cfg(feature = "sandbox")]
pub(crate) type Stopped = std::pin::Pin<Box<dyn Future<Output = ()>>>;
