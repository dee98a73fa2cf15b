use std::io::{Read as _, Write as _};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::termios::{self, LocalModes, OptionalActions};

use super::World;

/// The program at a terminal of its own, whose screen the test reads and whose keys it presses.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    screen: Receiver<Vec<u8>>,
    seen: String,
    /// The mode of the terminal at first.
    first_mode: String,
}

/// No test waits longer than this for something to be shown.
const TIMEOUT: Duration = Duration::from_secs(20);

impl Terminal {
    /// Starts the program at a terminal that is this many columns wide.
    pub(crate) fn start(world: &World, columns: u16, arguments: &[&str]) -> Self {
        Self::run(world, columns, &world.command(arguments))
    }

    /// Starts a shell in this world at such a terminal, with the program on its path. `shell` is the shell's name, then
    /// its arguments.
    pub(crate) fn shell(world: &World, columns: u16, shell: &[&str]) -> Self {
        let mut command = std::process::Command::new(shell[0]);
        command.args(&shell[1..]);
        world.furnish_with_program(&mut command);
        Self::run(world, columns, &command)
    }

    /// Starts a bash in this world at such a terminal, with the program on its path.
    pub(crate) fn bash(world: &World, columns: u16) -> Self {
        Self::shell(world, columns, &["bash", "--noprofile", "--norc", "-i"])
    }

    fn run(world: &World, columns: u16, ready: &std::process::Command) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(24, columns)).unwrap();
        let variables = ready
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        let command = Command::new(ready.get_program())
            .args(ready.get_args())
            .current_dir(world.home())
            .env_clear()
            .env("TERM", "xterm-256color")
            .envs(variables);
        let first_mode = mode(&pty);
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        Self {
            first_mode,
            screen: read(Arc::clone(&pty)),
            pty,
            child,
            seen: String::new(),
        }
    }

    /// Waits until this text is shown.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + TIMEOUT;
        while !self.seen.contains(text) {
            match self
                .screen
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => self.seen += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("`{text}` is not shown: {:?}", self.seen),
            }
        }
    }

    /// Forgets what was shown so far, so that [`Terminal::wait_for`] waits for something new.
    pub(crate) fn forget(&mut self) {
        self.seen.clear();
    }

    /// Types these characters.
    pub(crate) fn press(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until a question is open: it takes keys one by one.
    #[track_caller]
    pub(crate) fn wait_for_question(&mut self, text: &str) {
        self.wait_for(text);
        let begin = Instant::now();
        while mode(&self.pty) == self.first_mode {
            assert!(begin.elapsed() < TIMEOUT, "no key is read: {:?}", self.seen);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Sends the program a signal, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let mut kill = std::process::Command::new("kill");
        assert!(kill.args(["-s", name, &id]).status().unwrap().success());
    }

    /// Stops the program, sets the terminal as a shell does for itself, and continues the program.
    pub(crate) fn stop_and_continue(&self) {
        self.signal("STOP");
        let mut mode = termios::tcgetattr(&*self.pty).unwrap();
        mode.local_modes |= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        termios::tcsetattr(&*self.pty, OptionalActions::Now, &mode).unwrap();
        self.signal("CONT");
    }

    /// Waits until typed keys are not shown.
    #[track_caller]
    pub(crate) fn wait_for_hidden_keys(&self) {
        let begin = Instant::now();
        while termios::tcgetattr(&*self.pty)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO)
        {
            assert!(begin.elapsed() < TIMEOUT, "keys are shown: {:?}", self.seen);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Does as [`Terminal::end`], and requires that the terminal is as it was at first: its mode, the cursor, and how it
    /// pastes.
    #[track_caller]
    pub(crate) fn end_as_before(mut self) -> (Option<i32>, String) {
        assert!(
            self.ends_within(TIMEOUT),
            "it does not end: {:?}",
            self.seen
        );
        assert_eq!(mode(&self.pty), self.first_mode, "{:?}", self.seen);
        for (off, on) in [
            ("\u{1b}[?25h", "\u{1b}[?25l"),
            ("\u{1b}[?2004l", "\u{1b}[?2004h"),
        ] {
            assert!(
                self.seen.rfind(off) >= self.seen.rfind(on),
                "{:?}",
                self.seen
            );
        }
        self.end()
    }

    fn ends_within(&mut self, time: Duration) -> bool {
        let end = Instant::now() + time;
        loop {
            match self
                .screen
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => self.seen += &String::from_utf8_lossy(&bytes),
                Err(ended) => return ended == RecvTimeoutError::Disconnected,
            }
        }
    }

    /// Waits until the program ends. Returns its exit code, and all text that was shown, with `\n` as the line break.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        assert!(
            self.ends_within(TIMEOUT),
            "it does not end: {:?}",
            self.seen
        );
        let code = self.child.wait().unwrap().code();
        (code, std::mem::take(&mut self.seen).replace("\r\n", "\n"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended by now, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the terminal treats keys and output.
fn mode(pty: &Pty) -> String {
    format!("{:?}", termios::tcgetattr(pty).unwrap())
}

/// Reads what is shown until the program has ended.
fn read(pty: Arc<Pty>) -> Receiver<Vec<u8>> {
    let (shown, screen) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = (&*pty).read(&mut buffer) {
            if shown.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    screen
}
