//! What every command is handed: the flags, the output, and (only to those that ask for it) a session with the API.

mod account;
#[cfg(feature = "sandbox")]
mod sandbox;
mod session;
mod signals;
mod writer;

#[cfg(feature = "sandbox")]
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use self::account::{Access, Manner, Secrets};
use crate::api::{Endpoint, Interrupt};
use crate::cli::Globals;
use crate::config::{
    self, ConfigFile, ConfigLocation, Environment, Flags, Server, SystemKeychain, Target,
};
#[cfg(feature = "sandbox")]
use crate::config::{EnvironmentError, Selection};
#[cfg(feature = "sandbox")]
use crate::error::Failure;
use crate::history::{Journal, Origin};
use crate::output::{Output, OutputOptions, TerminalEnvironment};
use crate::topology::Id;

pub(crate) use account::Account;
pub(crate) use session::{AT_ONCE, FromAccount, Session};
#[cfg(feature = "sandbox")]
pub(crate) use signals::until_stopped;
pub(crate) use writer::Writer;

/// What the history calls the sandbox: its port is another in each run.
pub(crate) const SANDBOX_HOST: &str = "sandbox";

/// Made before the command runs. What is costly (configuration, certificates, the runtime) is made by
/// [`Context::session`] alone, so commands that need no network never pay for it.
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

    /// Begins to work with the API, as the flags, the environment and the configuration say.
    ///
    /// # Errors
    /// A setting cannot be read, or no credentials are given.
    pub(crate) fn session(&mut self) -> Result<Session> {
        #[cfg(feature = "sandbox")]
        if self.globals.sandbox {
            return self.sandbox_session();
        }
        let targets = self.targets()?;
        for target in &targets {
            self.tell_what_is_ignored(target);
        }
        let access = targets
            .into_iter()
            .map(access)
            .collect::<Result<Vec<_>>>()?;
        let manner = self.manner(None)?;
        Session::new(access, &manner)
    }

    #[cfg(feature = "sandbox")]
    fn sandbox_session(&self) -> Result<Session> {
        self.refuse_server_beside_sandbox()?;
        let chosen = Selection::new(&self.flags(), &self.environment)?;
        let (running, access) = sandbox::open(&self.sandbox_file()?, &chosen)?;
        let manner = self.manner(Some(SANDBOX_HOST))?;
        Ok(Session::new(access, &manner)?.keeping(running))
    }

    /// Variables may be there for other runs, and are ignored; a flag is meant for this one.
    #[cfg(feature = "sandbox")]
    fn refuse_server_beside_sandbox(&self) -> Result<()> {
        let given = [
            ("--site", self.globals.site.is_some()),
            ("--api-url", self.globals.api_url.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(Failure::usage(format!(
                "{flag} does not go with the sandbox, which is a server of its own"
            ))
            .into()),
            None => Ok(()),
        }
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
        let chosen = &self.globals.profile;
        let profile = origin.profile.as_deref();
        (*origin.host == *SANDBOX_HOST) == self.in_sandbox()
            && (chosen.is_empty() || chosen.iter().any(|name| Some(&**name) == profile))
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

    fn targets(&self) -> Result<Vec<Target>> {
        let file = self.config_file()?;
        Ok(config::resolve(
            &self.flags(),
            &self.environment,
            &file,
            Arc::new(SystemKeychain),
        )?)
    }

    fn tell_what_is_ignored(&mut self, target: &Target) {
        if target.ignored.is_empty() {
            return;
        }
        let what = target.ignored.join(", ");
        match &target.profile {
            Some(profile) => self.output.note(&format!(
                "the profile {profile} is used, and {what} ignored"
            )),
            None => self.output.note(&format!(
                "the environment's credentials are used, and {what} ignored"
            )),
        }
    }

    fn manner(&self, host_name: Option<&'static str>) -> Result<Manner> {
        Ok(Manner {
            timeout: self.globals.timeout,
            max_retries: self.globals.max_retries,
            interrupt: Interrupt::new(),
            journal: self.journal()?,
            host_name,
        })
    }
}

/// Where a target's API is, as a server that keys may be sent to.
fn access(target: Target) -> Result<Access> {
    let endpoint = match &target.server {
        Server::Site(site) => Endpoint::for_site(site)?,
        Server::Url(_) => Endpoint::new(&target.server.base_url(), &target.trusted_hosts)?,
    };
    Ok(Access {
        profile: target.profile,
        endpoint,
        pinned_org: target.pinned_org.map(Id::from),
        credentials: Secrets::Named(target.credentials),
    })
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
