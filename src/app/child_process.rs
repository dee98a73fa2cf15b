//! Runs another program.

use std::io;
#[cfg(unix)]
use std::io::IsTerminal as _;
use std::process::ExitStatus;

use tokio::process::{Child, Command};

use super::signals::{Stop, StopSignals};

/// Runs a command until it ends, and passes the signals that ask this program to stop on to it. Ctrl-C at a terminal
/// reaches the command without help.
///
/// # Errors
/// Fails if the command cannot be started, or the system does not let the program handle signals.
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

/// Sends the signal to the command, unless the terminal does so itself.
#[cfg(unix)]
fn pass_on(signal: Stop, child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let at_terminal = io::stdin().is_terminal() || io::stderr().is_terminal();
    let signal = match signal {
        Stop::Interrupt | Stop::Quit if at_terminal => return,
        Stop::Interrupt => Signal::INT,
        Stop::Quit => Signal::QUIT,
        Stop::Terminate => Signal::TERM,
        Stop::HangUp => Signal::HUP,
    };
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(id) = id.and_then(Pid::from_raw) {
        // A command that has ended takes no signal, which is no error.
        kill_process(id, signal).ok();
    }
}

/// Passes nothing on: Ctrl-C reaches all programs of a console.
#[cfg(not(unix))]
fn pass_on(_: Stop, _: &Child) {}
