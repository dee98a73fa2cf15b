//! A world for each test: a home of its own, an environment of its own, and servers on loopback.

mod api;
mod bystander;
mod flaky;
pub(crate) mod live;
mod profiles;
#[cfg(unix)]
mod running;
mod service;
#[cfg(unix)]
mod terminal;

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) use api::{Api, connection, current_user, org_list, page, uuid};
pub(crate) use bystander::Bystander;
pub(crate) use flaky::{Flaky, Gate, Reply};
pub(crate) use profiles::{Profiles, SandboxServer};
#[cfg(unix)]
pub(crate) use running::Running;
pub(crate) use service::Service;
#[cfg(unix)]
pub(crate) use terminal::Terminal;

/// The API key that tests use.
pub(crate) const API_KEY: &str = "test-api-key";
/// The application key that tests use.
pub(crate) const APP_KEY: &str = "test-app-key";

/// A home directory and an environment that nothing else shares.
pub(crate) struct World {
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// How a run of the program ended.
pub(crate) struct Finished {
    /// The exit code.
    pub(crate) code: i32,
    /// The text on standard output.
    pub(crate) stdout: String,
    /// The text on standard error.
    pub(crate) stderr: String,
}

impl World {
    /// A world without keys and without a sandbox.
    pub(crate) fn bare() -> Self {
        let home = temporary_directory();
        close_to_others(home.path());
        Self {
            home,
            variables: Vec::new(),
        }
    }

    /// A world in which every command runs against a sandbox of this test's own.
    pub(crate) fn sandbox() -> Self {
        Self::bare().with("ORGCONN_SANDBOX", "1")
    }

    /// A world in which every command talks to `url` with the test's keys.
    pub(crate) fn talking_to(url: &str) -> Self {
        Self::bare()
            .with("ORGCONN_API_URL", url)
            .with("DD_API_KEY", API_KEY)
            .with("DD_APP_KEY", APP_KEY)
    }

    /// Adds an environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file in the home directory, and returns its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.ancestors()
            .take_while(|path| *path != self.home())
            .for_each(close_to_others);
        path
    }

    /// The program, ready to run in this world.
    pub(crate) fn command<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orgconn"));
        command.args(arguments).stdin(Stdio::null());
        self.set_environment(&mut command);
        command
    }

    /// Gives a command this world's environment and nothing else.
    pub(crate) fn set_environment(&self, command: &mut Command) {
        command
            .env_clear()
            .current_dir(self.home())
            .env("HOME", self.home())
            .env("LANG", "C.UTF-8");
        // Programs find the parts of Windows through these.
        for name in ["PATH", "SystemRoot", "TEMP", "TMP"] {
            if let Some(value) = inherited(name) {
                command.env(name, value);
            }
        }
        for name in [
            "XDG_CONFIG_HOME",
            "XDG_STATE_HOME",
            "XDG_CACHE_HOME",
            "APPDATA",
            "LOCALAPPDATA",
            "USERPROFILE",
        ] {
            command.env(name, self.home().join(name.to_lowercase()));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// Runs the program with these words as arguments.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Finished {
        finished(self.command(arguments).output().unwrap())
    }

    /// Runs the program with a text on standard input.
    pub(crate) fn run_with_input<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> Finished {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The program may end before it reads everything.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        finished(child.wait_with_output().unwrap())
    }

    /// Runs a script in bash, with the program on its path.
    pub(crate) fn script(&self, script: &str) -> Finished {
        let mut command = Command::new("bash");
        command.arg("-c").arg(script).stdin(Stdio::null());
        self.furnish_with_program(&mut command);
        finished(command.output().unwrap())
    }

    /// As [`World::set_environment`], with the program on the path.
    pub(crate) fn furnish_with_program(&self, command: &mut Command) {
        self.set_environment(command);
        let program = Path::new(env!("CARGO_BIN_EXE_orgconn"));
        let path = inherited("PATH").unwrap_or_default();
        let paths = std::iter::once(program.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths).unwrap());
    }
}

/// A directory in memory, if the system has some: the program waits until each change is on the disk.
fn temporary_directory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    }
    .unwrap()
}

/// Takes others' permission to write a file away, which the umask of whoever runs the tests may have given: the program
/// refuses such files.
fn close_to_others(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        permissions.set_mode(permissions.mode() & !0o022);
        std::fs::set_permissions(path, permissions).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A variable in the environment of the test process.
#[expect(
    clippy::disallowed_methods,
    reason = "programs are found through the environment"
)]
fn inherited(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// A number in a variable of the test process.
#[expect(
    clippy::disallowed_methods,
    reason = "options of a test run come through the environment"
)]
pub(crate) fn number_in(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap())
}

/// A world with two profiles: `reachable` talks to `api`, and no server listens for `unreachable`.
pub(crate) fn half_reachable(api: &Api) -> World {
    let profile = |name: &str, url: &str| {
        format!(
            "[profiles.{name}]\napi_url = \"{url}\"\napi_key = {{ env = \"SOME_API_KEY\" }}\n\
             app_key = {{ env = \"SOME_APP_KEY\" }}\n"
        )
    };
    let profiles = profile("reachable", &api.url()) + &profile("unreachable", "http://127.0.0.1:9");
    let world = World::bare();
    let file = world.file("profiles.toml", &profiles);
    world
        .with("ORGCONN_CONFIG", file.to_str().unwrap())
        .with("ORGCONN_MAX_RETRIES", "0")
        .with("SOME_API_KEY", API_KEY)
        .with("SOME_APP_KEY", APP_KEY)
}

/// The exit code and the output of a process that has ended.
pub(crate) fn finished(output: Output) -> Finished {
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Finished {
    /// Requires this exit code, and returns the result for further checks.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        let Self {
            code,
            stdout,
            stderr,
        } = &self;
        assert_eq!(*code, expected, "\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// Requires success with nothing on standard error, and returns standard output.
    #[track_caller]
    pub(crate) fn quiet_success(self) -> String {
        let finished = self.code(0);
        assert_eq!(finished.stderr, "");
        finished.stdout
    }

    /// Standard error, with `HOST` in place of the address of the server at `url`.
    pub(crate) fn messages(&self, url: &str) -> String {
        self.stderr
            .replace(url.trim_start_matches("http://"), "HOST")
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}
