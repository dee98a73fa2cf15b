//! Who takes part: a command, and the environment that it runs in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use orgconn::sandbox::profiles;

use super::race::Goal;
use super::scenarios::Kit;
use super::server::Service;

/// A command that is raced.
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: String,
    /// What orgconn shall reach against it, or by itself.
    pub(crate) goals: Vec<Goal>,
    /// Whether it changes the account, which is then put back before each run.
    pub(crate) changes: bool,
    /// The program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    variables: Vec<(String, OsString)>,
}

impl Contender {
    /// A program that needs no server.
    pub(crate) fn alone(name: &str, program: PathBuf, arguments: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            goals: Vec::new(),
            changes: false,
            program,
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            variables: Vec::new(),
        }
    }

    /// With this home, and with keys.
    pub(crate) fn at_home(self, home: &Path) -> Self {
        let keys = &profiles()[0];
        self.with("HOME", home)
            .with("DD_API_KEY", keys.api_key)
            .with("DD_APP_KEY", keys.app_key)
    }

    /// With something that is wanted.
    pub(crate) fn goal(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }

    /// By another name in the table.
    pub(crate) fn called(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Says that it changes the account.
    pub(crate) fn that_changes(self) -> Self {
        Self {
            changes: true,
            ..self
        }
    }

    /// With one more environment variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Gives a command this contender's environment and nothing else but the path.
    pub(crate) fn furnish(&self, command: &mut Command) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// A server, and how to reach it.
pub(crate) struct Scene<'a> {
    /// What all contenders share.
    pub(crate) kit: &'a Kit,
    /// The server.
    pub(crate) service: &'a Service,
    /// The bundle of certificates to trust.
    pub(crate) trust: Option<PathBuf>,
}

impl Scene<'_> {
    /// orgconn with these arguments.
    pub(crate) fn orgconn(&self, arguments: &[&str]) -> Contender {
        self.build_of_orgconn("orgconn", self.kit.orgconn.clone(), arguments)
    }

    /// The other build of orgconn, if one takes part.
    pub(crate) fn rival(&self, arguments: &[&str]) -> Option<Contender> {
        let rival = self.kit.rival.clone()?;
        Some(self.build_of_orgconn("the other build", rival, arguments))
    }

    fn build_of_orgconn(&self, name: &str, program: PathBuf, arguments: &[&str]) -> Contender {
        self.connected(Contender::alone(
            &format!("{name} {}", arguments.join(" ")),
            program,
            arguments,
        ))
    }

    /// The least program that does the same.
    pub(crate) fn floor(&self, name: &str, how: &str) -> Contender {
        let arguments = ["floor", how, &self.service.url];
        let program = self.kit.floor.clone();
        self.connected(Contender::alone(name, program, &arguments))
    }

    /// A script in bash around curl and jq, if they are there. `$list` and `$orgs` are the URLs, `$show` and `$lines`
    /// what jq makes of an answer, and `get` is curl with the keys.
    pub(crate) fn curl(&self, name: &str, script: &str) -> Option<Contender> {
        let script = format!("{}\n{script}", include_str!("curl.sh"));
        let contender = Contender::alone(name, "bash".into(), &["-c", &script]);
        self.kit.has_curl.then(|| self.connected(contender))
    }

    fn connected(&self, contender: Contender) -> Contender {
        let contender = contender
            .at_home(&self.kit.directory)
            .with("ORGCONN_API_URL", &self.service.url);
        match &self.trust {
            Some(bundle) => contender.with("SSL_CERT_FILE", bundle),
            None => contender,
        }
    }

    /// A file for the contenders of this scene.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.kit.directory.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}
