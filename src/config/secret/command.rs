use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use secrecy::zeroize::Zeroizing;

use super::file::read_limited;
use super::{LONGEST, SecretProblem};

/// How often a program that has closed its output is asked whether it has ended.
const POLL: Duration = Duration::from_millis(5);

/// Which process group a program runs in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Its own: when it is stopped, what it started stops with it.
    Own,
    /// Ours: it may ask for a password on the terminal, and Ctrl-C reaches it.
    Shared,
}

impl Group {
    /// A program in a group of its own could not read from the terminal, so it gets one only where there is none.
    pub(super) fn where_no_terminal() -> Self {
        if cfg!(unix) && std::fs::File::open("/dev/tty").is_err() {
            Self::Own
        } else {
            Self::Shared
        }
    }
}

/// Runs a program and gives what it wrote to its standard output, at most [`LONGEST`] bytes. Its standard error is
/// ours, so that it can say what is wrong; its input is empty.
pub(super) fn output(
    program: &Path,
    arguments: &[String],
    timeout: Duration,
    group: Group,
) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let deadline = Instant::now() + timeout;
    let mut running = Running::start(program, arguments, group)?;
    let late = || SecretProblem::TimedOut { timeout };
    let bytes = running.output_until(deadline).ok_or_else(late)??;
    if bytes.len() > LONGEST {
        return Err(SecretProblem::TooLong);
    }
    let status = running.status_until(deadline)?.ok_or_else(late)?;
    if !status.success() {
        let status = status.to_string();
        return Err(SecretProblem::Failed { status });
    }
    Ok(bytes)
}

/// A program that is stopped and reaped when nobody wants it any more.
struct Running {
    child: Child,
    group: Group,
    has_ended: bool,
}

impl Running {
    fn start(program: &Path, arguments: &[String], group: Group) -> Result<Self, SecretProblem> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        #[cfg(unix)]
        if group == Group::Own {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let child = command.spawn().map_err(SecretProblem::NotRun)?;
        Ok(Self {
            child,
            group,
            has_ended: false,
        })
    }

    /// All that it writes, or nothing if it goes on beyond the deadline.
    fn output_until(
        &mut self,
        deadline: Instant,
    ) -> Option<Result<Zeroizing<Vec<u8>>, SecretProblem>> {
        let (sender, receiver) = mpsc::channel();
        if let Some(stdout) = self.child.stdout.take() {
            thread::spawn(move || sender.send(read_output(stdout)));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        receiver.recv_timeout(left).ok()
    }

    fn status_until(&mut self, deadline: Instant) -> Result<Option<ExitStatus>, SecretProblem> {
        loop {
            let status = self.child.try_wait().map_err(SecretProblem::NotRun)?;
            self.has_ended = status.is_some();
            if self.has_ended || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
    }

    #[cfg(unix)]
    fn stop_group(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let (Group::Own, Some(pid)) = (self.group, Pid::from_raw(self.child.id().cast_signed()))
        {
            // It may have ended by itself by now, which is as well.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn stop_group(&self) {
        let _ = self.group;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once it is reaped, its number may be another's.
        if !self.has_ended {
            self.stop_group();
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn read_output(stdout: ChildStdout) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    read_limited(stdout).map_err(SecretProblem::Unreadable)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        output(Path::new("sh"), &arguments, timeout, Group::Own)
    }

    const AMPLE: Duration = Duration::from_secs(20);

    #[test]
    fn the_output_is_given_and_the_input_is_empty() {
        let bytes = shell("cat; printf 'test-api-key\\n'", AMPLE).unwrap();
        assert_eq!(&**bytes, b"test-api-key\n");
    }

    #[test]
    fn a_failure_names_the_status_and_not_the_output() {
        let error = shell("echo test-api-key; exit 3", AMPLE).unwrap_err();
        assert_eq!(error.to_string(), "it failed: exit status: 3");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let error = output(Path::new("/no/such/program"), &[], AMPLE, Group::Own).unwrap_err();
        assert!(matches!(error, SecretProblem::NotRun(_)));
    }

    #[test]
    fn too_much_output_is_an_error_and_ends_the_program() {
        let error = shell("yes", AMPLE).unwrap_err();
        assert!(matches!(error, SecretProblem::TooLong));
    }

    #[test]
    fn a_program_that_closes_its_output_and_goes_on_is_stopped_too() {
        let error = shell("exec >&-; exec sleep 20", Duration::from_millis(50)).unwrap_err();
        assert!(matches!(error, SecretProblem::TimedOut { .. }));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_that_takes_too_long_is_stopped_with_what_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        let script = format!("sleep 20 & echo $! > '{}'; wait", file.display());
        let started = Instant::now();
        let error = shell(&script, Duration::from_millis(300)).unwrap_err();
        assert!(matches!(error, SecretProblem::TimedOut { .. }));
        assert!(started.elapsed() < Duration::from_secs(10));
        let pid = std::fs::read_to_string(file).unwrap();
        let is_running = || {
            std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
                .is_ok_and(|stat| !stat.contains(") Z "))
        };
        while is_running() {
            assert!(started.elapsed() < Duration::from_secs(10), "still running");
            thread::sleep(POLL);
        }
    }
}
