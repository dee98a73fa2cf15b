//! A command that is measured, and the environment that it runs in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::Goal;
use super::scenarios::Fixtures;
use super::server::Server;
use super::server::account::Org;

/// A command that is measured.
pub(crate) struct BenchCommand {
    /// Its name in the table.
    pub(crate) name: String,
    /// The goals of orgconn, compared with this command or by itself.
    pub(crate) goals: Vec<Goal>,
    /// Whether it changes the account, which is then reset before each run.
    pub(crate) changes: bool,
    /// The program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    variables: Vec<(String, OsString)>,
}

impl BenchCommand {
    /// A command that needs no server.
    pub(crate) fn new(name: &str, program: PathBuf, arguments: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            goals: Vec::new(),
            changes: false,
            program,
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            variables: Vec::new(),
        }
    }

    /// Sets the home directory, and the hub's keys.
    pub(crate) fn at_home(self, home: &Path) -> Self {
        self.with("HOME", home)
            .with("DD_API_KEY", Org::HUB.api_key())
            .with("DD_APP_KEY", Org::HUB.app_key())
    }

    /// Adds a goal.
    pub(crate) fn goal(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }

    /// Replaces the name in the table.
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Marks the command as one that changes the account.
    pub(crate) fn with_changes(self) -> Self {
        Self {
            changes: true,
            ..self
        }
    }

    /// Adds an environment variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// The whole environment: the path, and the variables that were added.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (String, OsString)> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::iter::once(("PATH".to_owned(), path)).chain(self.variables.iter().cloned())
    }

    /// Runs the command, and returns its standard output.
    pub(crate) fn output(&self) -> String {
        let mut command = Command::new(&self.program);
        self.set_environment(&mut command);
        let output = command.args(&self.arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Gives a process this environment and nothing else.
    pub(crate) fn set_environment(&self, command: &mut Command) {
        command.env_clear().envs(self.environment());
    }
}

/// A running server, and what a scenario's commands need to reach it.
pub(crate) struct Setup<'a> {
    /// What all scenarios share.
    pub(crate) fixtures: &'a Fixtures,
    /// The server.
    pub(crate) server: &'a Server,
    /// The bundle of certificates to trust; `None` without TLS.
    pub(crate) bundle: Option<PathBuf>,
}

impl Setup<'_> {
    /// The command that runs orgconn with these arguments.
    pub(crate) fn orgconn(&self, arguments: &[&str]) -> BenchCommand {
        self.build_of_orgconn("orgconn", self.fixtures.orgconn.clone(), arguments)
    }

    /// The other build of orgconn, if one takes part.
    pub(crate) fn other_build(&self, arguments: &[&str]) -> Option<BenchCommand> {
        let program = self.fixtures.other_build.clone()?;
        Some(self.build_of_orgconn("the other build", program, arguments))
    }

    fn build_of_orgconn(&self, name: &str, program: PathBuf, arguments: &[&str]) -> BenchCommand {
        let name = format!("{name} {}", arguments.join(" "));
        self.connect(BenchCommand::new(&name, program, arguments))
    }

    /// The command that runs the floor: the smallest program that does the same.
    pub(crate) fn floor(&self, name: &str, mode: &str) -> BenchCommand {
        let arguments = ["floor", mode, &self.server.url];
        let program = self.fixtures.floor.clone();
        self.connect(BenchCommand::new(name, program, &arguments))
    }

    /// A bash script around curl and jq, if they are installed. `$list` and `$orgs` are the URLs, `$show` and `$lines`
    /// the jq filters, and `get` is curl with the keys.
    pub(crate) fn curl(&self, name: &str, script: &str) -> Option<BenchCommand> {
        let script = format!("{}\n{script}", include_str!("curl.sh"));
        let command = BenchCommand::new(name, "bash".into(), &["-c", &script]);
        self.fixtures.has_curl.then(|| self.connect(command))
    }

    fn connect(&self, command: BenchCommand) -> BenchCommand {
        let command = command
            .at_home(&self.fixtures.directory)
            .with("ORGCONN_API_URL", &self.server.url);
        match &self.bundle {
            Some(bundle) => command.with("SSL_CERT_FILE", bundle),
            None => command,
        }
    }

    /// Writes a file for the commands of this scenario.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.fixtures.directory.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}
