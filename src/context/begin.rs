//! The beginning of the work with the API: from the flags, the environment and the configuration to a session.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use anyhow::Result;
use tokio::sync::Semaphore;

use super::access::{Access, Manner, READINGS_AT_ONCE, Secrets};
use super::profiles::Profiles;
use super::scribe::Scribe;
use super::{Context, Session, targets};
#[cfg(feature = "sandbox")]
use super::{SANDBOX_HOST, sandbox};
use crate::api::{Endpoint, Interrupt, Pool};
use crate::completion::{Cache, Recorder};
#[cfg(feature = "sandbox")]
use crate::config::Selection;
use crate::config::{self, ConfigFile, Credentials, Server, SystemKeychain, Target};
#[cfg(feature = "sandbox")]
use crate::error::Failure;
use crate::topology::{Id, OrgSelector};

impl Context {
    /// Begins to work with the API, as the flags, the environment and the configuration say.
    ///
    /// # Errors
    /// A setting cannot be read, or no credentials are given.
    pub(crate) fn session(&mut self) -> Result<Session> {
        self.begin(false)
    }

    /// As [`Context::session`], for a command whose `--source` may say which profile it works with: where nothing
    /// chooses a profile, and the environment has no credentials, the session has the accounts of all profiles.
    ///
    /// # Errors
    /// As [`Context::session`].
    pub(crate) fn session_for(&mut self, source: Option<&OrgSelector>) -> Result<Session> {
        self.begin(source.is_some())
    }

    fn begin(&mut self, anyone: bool) -> Result<Session> {
        #[cfg(feature = "sandbox")]
        if self.globals.sandbox {
            return self.sandbox_session(anyone);
        }
        let file = self.config_file()?;
        let targets = self.targets(&file, anyone)?;
        let manner = self.manner(None, self.profiles(&file)?)?;
        let access = targets
            .into_iter()
            .map(|target| Ok(targets::access(target, &file)?))
            .collect::<Result<Vec<_>>>()?;
        Session::new(access, &manner)
    }

    #[cfg(feature = "sandbox")]
    fn sandbox_session(&self, anyone: bool) -> Result<Session> {
        self.refuse_server_beside_sandbox()?;
        let chosen = match Selection::new(&self.flags(), &self.environment)? {
            Selection::None if anyone => Selection::All { overridden: None },
            chosen => chosen,
        };
        let opened = sandbox::open(&self.sandbox_file()?, &chosen)?;
        let mut profiles = Profiles::default();
        for access in opened.all {
            profiles.add(
                access.profile.clone(),
                access.pinned_org.clone(),
                Ok(access),
            );
        }
        let manner = self.manner(Some(SANDBOX_HOST), profiles)?;
        Ok(Session::new(opened.chosen, &manner)?.keeping(opened.running))
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

    /// Begins to work with credentials that are no profile's yet.
    ///
    /// # Errors
    /// The history or the runtime cannot be set up.
    pub(crate) fn session_with(
        &self,
        server: &Server,
        endpoint: Endpoint,
        credentials: Credentials,
    ) -> Result<Session> {
        let access = Access {
            profile: None,
            is_default: false,
            server: server.label(),
            endpoint,
            pinned_org: None,
            credentials: Secrets::Given(credentials),
        };
        let manner = Manner {
            recorder: None,
            ..self.manner(None, Profiles::default())?
        };
        Session::new(vec![access], &manner)
    }

    fn targets(&mut self, file: &ConfigFile, anyone: bool) -> Result<Vec<Target>> {
        let (flags, environment) = (self.flags(), &self.environment);
        if anyone {
            let keychain = Arc::new(SystemKeychain);
            return Ok(config::candidates(&flags, environment, file, keychain)?);
        }
        let targets = config::resolve(&flags, environment, file, Arc::new(SystemKeychain))?;
        self.tell_what_is_ignored(&targets);
        Ok(targets)
    }

    /// All profiles of the file.
    fn profiles(&self, file: &ConfigFile) -> Result<Profiles> {
        let (flags, keychain) = (self.flags(), Arc::new(SystemKeychain));
        let mut profiles = Profiles::default();
        for target in config::every_profile(&flags, &self.environment, file, keychain)? {
            let (name, org) = (target.profile.clone(), target.pinned_org.map(Id::from));
            profiles.add(name, org, targets::access(target, file));
        }
        Ok(profiles)
    }

    /// Says once what is set in vain: what only some of several profiles ignore has its effect on the others.
    fn tell_what_is_ignored(&mut self, targets: &[Target]) {
        let [first, others @ ..] = targets else {
            return;
        };
        let by_all = |name: &&String| others.iter().all(|target| target.ignored.contains(name));
        let ignored: Vec<_> = first.ignored.iter().filter(by_all).cloned().collect();
        if ignored.is_empty() {
            return;
        }
        let used = match (&first.profile, others) {
            (Some(profile), []) => format!("the profile {profile} is used"),
            (Some(_), _) => "the chosen profiles are used".to_owned(),
            (None, _) => "the environment's credentials are used".to_owned(),
        };
        self.output
            .note(&format!("{used}, and {} ignored", ignored.join(", ")));
    }

    fn manner(&self, host_name: Option<&'static str>, profiles: Profiles) -> Result<Manner> {
        Ok(Manner {
            timeout: self.globals.timeout,
            max_retries: self.globals.max_retries,
            interrupt: Interrupt::new(),
            pool: Pool::new(),
            readings: Arc::new(Semaphore::new(READINGS_AT_ONCE)),
            scribe: Scribe::new(self.journal()?),
            host_name,
            profiles: Arc::new(profiles),
            recorder: self.recorder().map(Arc::new),
        })
    }

    /// Has completions offer nothing that was seen in the sandbox.
    #[cfg(feature = "sandbox")]
    pub(crate) fn forget_sandbox(&self) {
        let directory = self.environment.cache_directory();
        let forgotten = directory.map(|directory| Cache::new(directory).forget(SANDBOX_HOST));
        if let Ok(Err(error)) = forgotten {
            log::info!("what completions know of the sandbox was not taken away: {error}");
        }
    }

    /// What takes down for completions what is seen: where nobody is who could press Tab, nothing.
    fn recorder(&self) -> Option<Recorder> {
        let directory = self.environment.cache_directory().ok()?;
        let is_watched = io::stderr().is_terminal();
        is_watched.then(|| Recorder::new(Cache::new(directory)))
    }
}
