use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Finished;

/// The program while it runs. If it has not ended with the test, it is killed.
pub(crate) struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
}

/// The output of a stream so far. A thread reads it as it comes.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

/// No test waits longer than this for the program.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The pause before a condition is checked again.
const PAUSE: Duration = Duration::from_millis(5);

impl Running {
    /// Starts a command.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            stdout: Stream::of(child.stdout.take().unwrap()),
            stderr: Stream::of(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Sends the signal that Ctrl-C sends.
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends the signal of this name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until standard output holds this text.
    #[track_caller]
    pub(crate) fn wait_for_output(&self, text: &str) {
        until(|| self.stdout.so_far().contains(text), || self.told());
    }

    /// Waits until standard error holds this text.
    #[track_caller]
    pub(crate) fn wait_for_message(&self, text: &str) {
        until(|| self.stderr.so_far().contains(text), || self.told());
    }

    /// Waits until a condition holds.
    #[track_caller]
    pub(crate) fn wait_until(&self, holds: impl Fn() -> bool) {
        until(holds, || self.told());
    }

    /// Waits until a condition holds or the program has ended.
    #[track_caller]
    pub(crate) fn wait_until_ended_or(&mut self, holds: impl Fn() -> bool) {
        let begin = Instant::now();
        while !holds() && self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < TIMEOUT, "waited in vain: {}", self.told());
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until the program ends, and returns its exit code and output.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Finished {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < TIMEOUT, "it goes on: {}", self.told());
            std::thread::sleep(PAUSE);
        };
        Finished {
            code: status.code().unwrap_or(-1),
            stdout: self.stdout.all(),
            stderr: self.stderr.all(),
        }
    }

    fn told(&self) -> String {
        format!("{}\n{}", self.stdout.so_far(), self.stderr.so_far())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Usually, it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Stream {
    fn of(mut source: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                sink.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let reader = Some(reader);
        Self { text, reader }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    fn all(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.so_far()
    }
}

#[track_caller]
fn until(holds: impl Fn() -> bool, told: impl Fn() -> String) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < TIMEOUT, "waited in vain: {}", told());
        std::thread::sleep(PAUSE);
    }
}
