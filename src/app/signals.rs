//! Handles Ctrl-C and termination requests.

use std::io;
#[cfg(all(feature = "sandbox", unix))]
use std::io::IsTerminal as _;
#[cfg(feature = "sandbox")]
use std::process::ExitStatus;

#[cfg(feature = "sandbox")]
use tokio::process::{Child, Command};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::Exit;
use crate::output::{self, OpenQuestion};

/// Receives the signals that ask the program to stop. Once this is created, they no longer end the program by
/// themselves.
pub(super) struct StopSignals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    hang_up: Option<Signal>,
}

/// The request to stop that a signal stands for.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "other systems have Ctrl-C alone")
)]
enum Stop {
    Interrupt,
    Terminate,
    HangUp,
}

impl StopSignals {
    /// Starts to handle the signals: Ctrl-C, a termination request, and with `at_terminal` the end of the terminal. That
    /// one is not handled elsewhere, since `nohup` ignores it. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Fails if the system does not let the program handle signals.
    #[cfg(unix)]
    pub(super) fn new(at_terminal: bool) -> io::Result<Self> {
        let hang_up = at_terminal.then(|| signal(SignalKind::hangup()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: hang_up.transpose()?,
        })
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    async fn recv(&mut self) -> Stop {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.terminate.recv() => Stop::Terminate,
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
    async fn recv(&mut self) -> Stop {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Stop::Interrupt
    }
}

/// Cancels `interrupt` at the first signal, so that nothing new is started, and ends the program at the second, which
/// says how many of `unanswered_changes` there are. While a question is open, nothing is in flight: the signal ends the
/// question, and with it the command.
pub(super) async fn watch(
    mut signals: StopSignals,
    interrupt: CancellationToken,
    open_question: OpenQuestion,
    unanswered_changes: TaskTracker,
) {
    loop {
        signals.recv().await;
        if interrupt.is_cancelled() {
            output::close_screen();
            report_unanswered(unanswered_changes.len());
            exit_at_once();
        }
        if open_question.interrupt() {
            interrupt.cancel();
            continue;
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
    output::log_line(&format!("error: stopped: {changes} may have been made"));
    output::log_line("hint: orgconn history shows what was sent, orgconn list the present state");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a second Ctrl-C ends the program without waiting for answers"
)]
fn exit_at_once() -> ! {
    std::process::exit(Exit::Interrupted.code().into())
}

/// Runs a command until it ends, and passes the signals that ask this program to stop on to it. Ctrl-C at a terminal
/// reaches the command without help.
///
/// # Errors
/// Fails if the command cannot be started, or the system does not let the program handle signals.
#[cfg(feature = "sandbox")]
pub(crate) async fn run_command(mut command: Command) -> io::Result<ExitStatus> {
    let mut signals = StopSignals::new(true)?;
    let mut child = command.kill_on_drop(true).spawn()?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.recv() => pass_on(signal, &child),
        }
    }
}

#[cfg(all(feature = "sandbox", unix))]
fn pass_on(signal: Stop, child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let at_terminal = io::stdin().is_terminal() || io::stderr().is_terminal();
    let signal = match signal {
        Stop::Interrupt if at_terminal => return,
        Stop::Interrupt => Signal::INT,
        Stop::Terminate => Signal::TERM,
        Stop::HangUp => Signal::HUP,
    };
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id.and_then(Pid::from_raw) {
        // If it has ended already, the signal came too late.
        kill_process(id, signal).ok();
    }
}

/// Ctrl-C reaches all programs of a console.
#[cfg(all(feature = "sandbox", not(unix)))]
fn pass_on(_: Stop, _: &Child) {}

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
