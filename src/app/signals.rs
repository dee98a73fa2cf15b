//! Handles Ctrl-C, Ctrl-Z, and termination requests.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::kill_secret_commands;
use crate::error::{self, Exit};
use crate::output::{self, QuestionInterrupt};

/// Receives the signals that ask the program to stop. Once this is created, they no longer end the program by
/// themselves.
pub(super) struct StopSignals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    quit: Signal,
    #[cfg(unix)]
    hang_up: Option<Signal>,
}

/// The request to stop that a signal stands for.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "other systems have Ctrl-C alone")
)]
pub(super) enum Stop {
    Interrupt,
    Terminate,
    Quit,
    HangUp,
}

impl StopSignals {
    /// Starts to handle the signals: Ctrl-C, Ctrl-\\, a termination request, and with `at_terminal` the end of the
    /// terminal. The end of the terminal is not handled elsewhere, since `nohup` ignores it. Must be called inside a
    /// tokio runtime.
    ///
    /// # Errors
    /// Fails if the system does not let the program handle signals.
    #[cfg(unix)]
    pub(super) fn new(at_terminal: bool) -> io::Result<Self> {
        let hang_up = at_terminal.then(|| signal(SignalKind::hangup()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hang_up: hang_up.transpose()?,
        })
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub(super) async fn recv(&mut self) -> Stop {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.terminate.recv() => Stop::Terminate,
            _ = self.quit.recv() => Stop::Quit,
            _ = hang_up => Stop::HangUp,
        }
    }

    /// Creates the receiver. Signals are handled from the first call of `recv` on.
    #[cfg(not(unix))]
    pub(super) fn new(_at_terminal: bool) -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    #[cfg(not(unix))]
    pub(super) async fn recv(&mut self) -> Stop {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Stop::Interrupt
    }
}

/// Cancels `interrupt` at the first signal, so that nothing new is started, and ends the program at the second or at
/// Ctrl-\, which says how many of `unanswered_changes` there are. While a question is open, nothing is in flight: the
/// signal ends the question, and with it the command. A question that was stopped takes its keys again.
pub(super) async fn watch(
    mut signals: StopSignals,
    mut resume_signal: JobSignal,
    interrupt: CancellationToken,
    question_interrupt: QuestionInterrupt,
    unanswered_changes: TaskTracker,
) {
    loop {
        let stop = tokio::select! {
            stop = signals.recv() => stop,
            () = resume_signal.recv() => {
                output::resume_question();
                continue;
            }
        };
        if question_interrupt.interrupt() {
            interrupt.cancel();
            continue;
        }
        if interrupt.is_cancelled() || matches!(stop, Stop::Quit) {
            output::close_screen();
            report_unanswered(unanswered_changes.len());
            kill_secret_commands();
            exit_at_once(stop);
        }
        // The line is printed first, since the program may end right after the token is cancelled.
        output::log_line("interrupted: waiting for requests in flight; Ctrl-C again stops at once");
        interrupt.cancel();
    }
}

fn report_unanswered(count: usize) {
    let changes = match count {
        0 => return,
        1 => "1 change was sent and not answered; it".to_owned(),
        _ => format!("{count} changes were sent and not answered; they"),
    };
    error::log_last(
        &format!("stopped: {changes} may have been made"),
        "orgconn history shows what was sent, orgconn list the present state",
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a second Ctrl-C, or Ctrl-\\, ends the program without waiting for answers"
)]
fn exit_at_once(stop: Stop) -> ! {
    std::process::exit(match stop {
        Stop::Quit => QUIT_CODE,
        _ => Exit::Interrupted.code().into(),
    })
}

/// The exit code that shells show for a program which Ctrl-\ ended.
const QUIT_CODE: i32 = 128 + 3;

/// Receives one of the signals with which a shell stops a program and continues it.
pub(crate) struct JobSignal(#[cfg(unix)] Signal);

impl JobSignal {
    /// Starts to handle Ctrl-Z, which no longer stops the program by itself: the caller calls [`stop_process`]. Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    /// Fails if the system does not let the program handle signals.
    pub(crate) fn suspend() -> io::Result<Self> {
        Ok(Self(
            #[cfg(unix)]
            signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
        ))
    }

    /// Listens for the signal that continues the program after a stop.
    ///
    /// # Errors
    /// Fails as [`JobSignal::suspend`] does.
    pub(super) fn resume() -> io::Result<Self> {
        Ok(Self(
            #[cfg(unix)]
            signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        ))
    }

    /// Waits for the next signal, which systems without jobs never send.
    pub(crate) async fn recv(&mut self) {
        #[cfg(unix)]
        self.0.recv().await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

/// Stops this process until a shell continues it. The leader of a session has no shell that could, and goes on.
pub(crate) fn stop_process() {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpid, getsid, kill_process};
        if getsid(None).is_ok_and(|session| session != getpid()) {
            // A process may always signal itself.
            kill_process(getpid(), Signal::STOP).ok();
        }
    }
}

/// A token that is cancelled when the program is asked to stop. Signals are handled from this call on.
///
/// # Errors
/// Fails if the system does not let the program handle signals.
#[cfg(feature = "sandbox")]
pub(crate) fn stop_token() -> io::Result<CancellationToken> {
    let mut signals = StopSignals::new(false)?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        signals.recv().await;
        cancelled.cancel();
    });
    Ok(token)
}
