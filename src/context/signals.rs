//! Ctrl-C, and being asked to end.

use crate::api::Interrupt;
use crate::error::Exit;
use crate::output;

/// Waits for the signal to stop: the first time nothing more is started, the second time the program ends at once.
pub(super) async fn watch(interrupt: Interrupt) {
    while asked_to_stop().await {
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

#[cfg(unix)]
async fn asked_to_stop() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut termination) = signal(SignalKind::terminate()) else {
        return false;
    };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
        asked = termination.recv() => asked.is_some(),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}

/// Runs what goes on until somebody asks it to stop: `work` is handed a future that is done then.
///
/// # Errors
/// The system has no means to wait with.
#[cfg(feature = "sandbox")]
pub(crate) fn until_stopped<W: Future>(
    work: impl FnOnce(Stopped) -> W,
) -> std::io::Result<W::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stopped: Stopped = Box::pin(async {
        asked_to_stop().await;
    });
    Ok(runtime.block_on(work(stopped)))
}

/// Done when somebody asks to stop.
#[cfg(feature = "sandbox")]
pub(crate) type Stopped = std::pin::Pin<Box<dyn Future<Output = ()>>>;
