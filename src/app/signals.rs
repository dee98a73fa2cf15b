//! Handles Ctrl-C and termination requests.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::error::Exit;
use crate::output;

/// A signal that asks the program to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// A termination request.
    Terminate,
}

/// Receives the signals that ask the program to stop. Once this is created, they no longer end the program by
/// themselves.
pub(super) struct StopSignals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
}

impl StopSignals {
    /// Starts to handle the signals. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Fails if the system does not let the program handle signals.
    #[cfg(unix)]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    async fn recv(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
        }
    }

    /// Creates the receiver. Signals are handled from the first call of `recv` on.
    #[cfg(not(unix))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    #[cfg(not(unix))]
    async fn recv(&mut self) -> StopSignal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        StopSignal::Interrupt
    }
}

/// Cancels `interrupt` at the first signal, so that nothing new is started, and ends the program at the second. While
/// `asking_flag` is true, Ctrl-C is handled by the question at the terminal.
pub(super) async fn watch(
    mut signals: StopSignals,
    interrupt: CancellationToken,
    asking_flag: Arc<AtomicBool>,
) {
    loop {
        let signal = signals.recv().await;
        if signal == StopSignal::Interrupt && asking_flag.load(Ordering::Relaxed) {
            continue;
        }
        if interrupt.is_cancelled() {
            exit_at_once();
        }
        // The line is printed first, since the program may end right after the token is cancelled.
        output::log_line("interrupted: waiting for requests in flight; Ctrl-C again stops at once");
        interrupt.cancel();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a second Ctrl-C ends the program without waiting for answers"
)]
fn exit_at_once() -> ! {
    std::process::exit(Exit::Interrupted.code().into())
}

/// A token that is cancelled when the program is asked to stop. Signals are handled from this call on.
///
/// # Errors
/// Fails if the system does not let the program handle signals.
#[cfg(feature = "sandbox")]
pub(crate) fn stop_token() -> io::Result<CancellationToken> {
    let mut signals = StopSignals::new()?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        signals.recv().await;
        cancelled.cancel();
    });
    Ok(token)
}
