//! What every command is handed: the flags, the output, and (only to those that ask for it) a session with the API.

mod access;
mod account;
mod begin;
mod profiles;
#[cfg(feature = "sandbox")]
mod sandbox;
mod scribe;
mod session;
mod signals;
mod targets;
mod writer;

#[cfg(feature = "sandbox")]
use std::path::PathBuf;

use anyhow::Result;

use crate::cli::Globals;
use crate::config::{
    self, ConfigFile, ConfigLocation, Environment, EnvironmentError, Flags, Selection, Server,
};
use crate::history::{Journal, Origin};
use crate::output::{Output, OutputOptions, TerminalEnvironment};

pub(crate) use crate::history::SANDBOX_HOST;
pub(crate) use account::Account;
#[cfg(feature = "sandbox")]
pub(crate) use sandbox::find as sample_profile;
pub(crate) use session::{ACCOUNTS_AT_ONCE, CHANGES_AT_ONCE, FromAccount, Session};
#[cfg(feature = "sandbox")]
pub(crate) use signals::until_stopped;
pub(crate) use targets::endpoint;
pub(crate) use writer::Writer;

/// Made before the command runs. What is costly (configuration, certificates, the runtime) is made by
/// [`Context::session`] and its like alone, so commands that need no network never pay for it.
pub(crate) struct Context {
    /// The flags that every command takes.
    pub(crate) globals: Globals,
    /// The only way to print.
    pub(crate) output: Output,
    environment: Environment,
}

impl Context {
    /// Takes what was read of the environment, and looks at the standard streams.
    pub(crate) fn new(globals: Globals, environment: Environment) -> Self {
        let output = Output::new(OutputOptions {
            format: globals.output,
            columns: globals.columns.clone(),
            no_header: globals.no_header,
            quiet: globals.quiet,
            color: globals.color,
            no_input: globals.no_input,
            sort: Vec::new(),
            trivial_columns: Vec::new(),
            environment: terminal(&environment),
        });
        Self {
            globals,
            output,
            environment,
        }
    }

    /// The profiles that flags or variables choose.
    ///
    /// # Errors
    /// Some and all are chosen at once, or a variable cannot be read.
    pub(crate) fn selection(&self) -> Result<Selection> {
        Ok(Selection::new(&self.flags(), &self.environment)?)
    }

    /// The hosts that flags or the environment trust with keys.
    ///
    /// # Errors
    /// The variable cannot be read.
    pub(crate) fn trusted_hosts(&self) -> Result<Vec<String>> {
        match self.globals.trust_host.as_slice() {
            [] => Ok(self.environment.list("ORGCONN_TRUST_HOST")?),
            flags => Ok(flags.to_vec()),
        }
    }

    /// The server that flags and variables name for a profile that brings none.
    ///
    /// # Errors
    /// They name none that can be read.
    pub(crate) fn server(&self) -> Result<Server> {
        Ok(config::server(&self.flags(), &self.environment)?)
    }

    /// The file that holds the sandbox's state.
    #[cfg(feature = "sandbox")]
    pub(crate) fn sandbox_file(&self) -> Result<PathBuf, EnvironmentError> {
        Ok(self.environment.state_directory()?.join("sandbox.json"))
    }

    /// The configuration file; an empty one where there is none.
    pub(crate) fn config_file(&self) -> Result<ConfigFile> {
        Ok(ConfigFile::load(&self.config_location()?)?)
    }

    /// Where the configuration file is, or would be.
    pub(crate) fn config_location(&self) -> Result<ConfigLocation> {
        Ok(self
            .environment
            .config_file(self.globals.config.as_deref())?)
    }

    /// What this machine changed.
    pub(crate) fn journal(&self) -> Result<Journal> {
        Ok(Journal::open(&self.environment.state_directory()?)?)
    }

    /// Whether this run works on the sandbox.
    pub(crate) fn in_sandbox(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.globals.sandbox;
        #[cfg(not(feature = "sandbox"))]
        false
    }

    /// Whether a change was made where this run is at home: in the sandbox, or outside of it; and with one of the
    /// profiles that `--profile` names, if it does.
    pub(crate) fn is_about(&self, origin: &Origin) -> bool {
        origin.is_about(self.in_sandbox(), &self.globals.profile)
    }

    /// Uses a profile, unless the flags or the environment choose others.
    ///
    /// # Errors
    /// What the environment chooses cannot be read.
    pub(crate) fn prefer_profile(&mut self, profile: &str) -> Result<(), EnvironmentError> {
        let by_flag = self.globals.all_profiles || !self.globals.profile.is_empty();
        let by_variable = self.environment.has("ORGCONN_PROFILE")
            || self.environment.is_on("ORGCONN_ALL_PROFILES")?;
        if !by_flag && !by_variable {
            self.globals.profile = vec![profile.to_owned()];
        }
        Ok(())
    }

    fn flags(&self) -> Flags {
        Flags {
            profiles: self.globals.profile.clone(),
            all_profiles: self.globals.all_profiles,
            site: self.globals.site.clone(),
            api_url: self.globals.api_url.clone(),
            trusted_hosts: self.globals.trust_host.clone(),
        }
    }
}

/// What the environment says of the terminal. A value that is no text says nothing.
fn terminal(environment: &Environment) -> TerminalEnvironment {
    let get = |name| environment.get(name).ok().flatten().map(str::to_owned);
    TerminalEnvironment {
        no_color: get("NO_COLOR"),
        clicolor_force: get("CLICOLOR_FORCE"),
        term: get("TERM"),
        columns: get("COLUMNS"),
    }
}
