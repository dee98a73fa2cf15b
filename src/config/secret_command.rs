//! Runs the commands that secrets come from.

use std::io;
use std::mem;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, sleep_until};

#[cfg(unix)]
use super::process_tree;
use super::redaction::Redactor;

/// How long the output of a command that has ended may take to arrive. It is in the pipe already.
const ARRIVAL_TIMEOUT: Duration = Duration::from_millis(200);

/// How long a command's messages are held back, so that a secret in them is known and struck out if the command prints
/// it as its output too.
const MESSAGE_DELAY: Duration = Duration::from_millis(500);

/// The maximum number of bytes of a command's messages that are shown.
const MAX_MESSAGES: usize = 64 * 1024;

/// The process ids of the commands that run now.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Why a command gives no secret. No variant contains its output.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretCommandError {
    /// The program cannot be started.
    #[error("it cannot be run")]
    NotRun(#[source] io::Error),
    /// Its output cannot be read.
    #[error("its output cannot be read")]
    Unreadable(#[source] io::Error),
    /// The program ended with a failure.
    #[error("it failed: {0}")]
    Failed(ExitStatus),
    /// The output is longer than any key or token.
    #[error("its output is longer than any key or token")]
    TooLong,
}

/// Runs a command, and writes its standard output into `output`, which never grows beyond its capacity. Its standard
/// error is shown to the user, without the secrets that `redactor` finds beside those in the output so far. Its input is
/// empty. If this future is dropped, the command is killed with the programs that it has started.
///
/// # Errors
/// Fails if the command cannot be run or does not succeed, or if `output` becomes full.
pub(super) async fn run(
    command: Command,
    output: &mut Vec<u8>,
    redactor: impl Fn(&[u8]) -> Redactor,
) -> Result<(), SecretCommandError> {
    let mut running = RunningCommand::start(command).map_err(SecretCommandError::NotRun)?;
    let mut messages = Messages::default();
    let outcome = read_until_end(&mut running.child, output, &mut messages, &redactor).await;
    messages.show(&redactor(output));
    let status = outcome?;
    if status.success() {
        return Ok(());
    }
    if status.code().is_none() {
        // Ctrl-C at a terminal ends the command too. The same signal to this program then ends this wait.
        sleep(ARRIVAL_TIMEOUT).await;
    }
    Err(SecretCommandError::Failed(status))
}

/// Reads what a program writes until it ends. A program that it has started, such as an agent, may keep the pipes open
/// for longer; that one is not waited for.
async fn read_until_end(
    child: &mut Child,
    output: &mut Vec<u8>,
    messages: &mut Messages,
    redactor: &impl Fn(&[u8]) -> Redactor,
) -> Result<ExitStatus, SecretCommandError> {
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let mut status = None;
    let mut deadline = None;
    loop {
        if let (Some(status), None, None) = (status, &stdout, &stderr) {
            return Ok(status);
        }
        tokio::select! {
            read = read_some(&mut stdout, output) => {
                read.map_err(SecretCommandError::Unreadable)?;
                if output.len() == output.capacity() {
                    return Err(SecretCommandError::TooLong);
                }
            }
            read = read_some(&mut stderr, &mut messages.pending) => {
                if read.is_err() {
                    stderr = None;
                }
                messages.limit();
            }
            () = wait_until(messages.due) => messages.show(&redactor(output)),
            waited = child.wait(), if status.is_none() => {
                status = Some(waited.map_err(SecretCommandError::NotRun)?);
                deadline = Some(Instant::now() + ARRIVAL_TIMEOUT);
            }
            () = wait_until(deadline) => (stdout, stderr) = (None, None),
        }
    }
}

/// Reads what is there into `buffer`, and closes the pipe at its end. Waits for ever if it is closed.
async fn read_some(
    pipe: &mut Option<impl AsyncRead + Unpin>,
    buffer: &mut Vec<u8>,
) -> io::Result<()> {
    let Some(open) = pipe else {
        return std::future::pending().await;
    };
    if open.read_buf(buffer).await? == 0 {
        *pipe = None;
    }
    Ok(())
}

async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// What a command writes to standard error.
#[derive(Default)]
struct Messages {
    pending: Vec<u8>,
    /// The time at which the pending bytes are shown.
    due: Option<Instant>,
    /// How many bytes were shown.
    shown: usize,
}

impl Messages {
    /// Drops the pending bytes beyond the maximum, and sets the time at which the others are shown.
    fn limit(&mut self) {
        self.pending.truncate(MAX_MESSAGES - self.shown);
        if !self.pending.is_empty() {
            self.due
                .get_or_insert_with(|| Instant::now() + MESSAGE_DELAY);
        }
    }

    /// Shows the pending bytes line by line. The log writes out control characters.
    fn show(&mut self, redactor: &Redactor) {
        let bytes = mem::take(&mut self.pending);
        self.shown += bytes.len();
        self.due = None;
        let text = String::from_utf8_lossy(&bytes);
        for line in redactor.redact(&text).lines() {
            log::error!("{line}");
        }
    }
}

/// A command that is killed with the programs that it has started, unless it has ended when this is dropped.
struct RunningCommand {
    child: Child,
    id: Option<u32>,
}

impl RunningCommand {
    fn start(mut command: Command) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        process_tree::prepare(&mut command);
        let child = command.spawn()?;
        let id = child.id();
        lock_running().extend(id);
        Ok(Self { child, id })
    }
}

impl Drop for RunningCommand {
    fn drop(&mut self) {
        lock_running().retain(|id| Some(*id) != self.id);
        // Without an id it has ended, and what it has started, such as an agent, goes on.
        #[cfg(unix)]
        if let Some(id) = self.child.id() {
            process_tree::kill(id);
        }
    }
}

/// Kills all commands that run now with the programs that they have started, since this program is asked to end.
pub(crate) fn kill_secret_commands() {
    #[cfg(unix)]
    {
        lock_running().iter().copied().for_each(process_tree::kill);
        process_tree::kill_orphans();
    }
}

fn lock_running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::Path;

    use tokio::time::timeout;

    use super::*;

    async fn shell(script: &str) -> Result<Vec<u8>, SecretCommandError> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut output = Vec::with_capacity(1000);
        run(command, &mut output, |_| Redactor::default()).await?;
        Ok(output)
    }

    #[tokio::test]
    async fn a_commands_output_is_given_and_its_input_is_empty() {
        let bytes = shell("cat; printf 'test-api-key\\n'").await.unwrap();
        assert_eq!(bytes, b"test-api-key\n");
    }

    #[tokio::test]
    async fn the_end_of_a_command_ends_the_reading_and_what_it_has_started_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        let script = format!(
            "sleep 20 & echo $! > '{}'; echo test-api-key",
            file.display()
        );
        let start = Instant::now();
        let bytes = shell(&script).await.unwrap();
        assert_eq!(bytes, b"test-api-key\n");
        assert!(start.elapsed() < Duration::from_secs(10));
        let pid = fs::read_to_string(file).unwrap();
        let agent = Path::new("/proc").join(pid.trim());
        assert!(agent.exists() || !cfg!(target_os = "linux"));
        std::process::Command::new("kill")
            .arg(pid.trim())
            .status()
            .unwrap();
    }

    #[tokio::test]
    async fn a_failure_names_the_status_and_not_the_output() {
        let error = shell("echo test-api-key; exit 3").await.unwrap_err();
        assert_eq!(error.to_string(), "it failed: exit status: 3");
    }

    #[tokio::test]
    async fn too_much_output_is_an_error_and_ends_the_program() {
        let error = shell("yes").await.unwrap_err();
        assert!(matches!(error, SecretCommandError::TooLong));
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_stopped_with_what_it_started() {
        let limit = Duration::from_millis(300);
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        let sleep = format!("sleep 20 & echo $! > '{}'; wait", file.display());
        for script in [&sleep, "exec >&-; exec sleep 20"] {
            let start = Instant::now();
            assert!(timeout(limit, shell(script)).await.is_err());
            assert!(start.elapsed() < Duration::from_secs(10));
        }
        let pid = fs::read_to_string(file).unwrap();
        let is_running = || {
            let state = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
            state.is_ok_and(|state| !state.contains(") Z "))
        };
        let start = Instant::now();
        while is_running() {
            assert!(start.elapsed() < Duration::from_secs(10), "still running");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
