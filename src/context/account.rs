use std::sync::Arc;

use anyhow::{Error, Result};
use tokio::sync::OnceCell;

use super::Writer;
use super::access::{Access, Manner, Secrets};
use crate::api::{Client, ClientOptions, ErrorKind};
use crate::completion::{Collected, Owner};
use crate::config::Sources;
use crate::error::{Exit, Failure};
use crate::history::Origin;
use crate::topology::{Directory, Id, Org, Reference};

/// One org's credentials, and the client that uses them.
pub(crate) struct Account {
    access: Access,
    manner: Manner,
    client: OnceCell<Client>,
    managed: OnceCell<Directory>,
    /// The credentials' org by the service's own word.
    org: OnceCell<Id>,
}

impl Account {
    pub(super) fn new(access: Access, manner: Manner) -> Self {
        Self {
            access,
            manner,
            client: OnceCell::new(),
            managed: OnceCell::new(),
            org: OnceCell::new(),
        }
    }

    /// The profile that the credentials come from, if it was one.
    pub(crate) fn profile(&self) -> Option<&Arc<str>> {
        self.access.profile.as_ref()
    }

    /// Whether the profile is the one that is used where nothing is chosen.
    pub(crate) fn is_default(&self) -> bool {
        self.access.is_default
    }

    /// The site, or the URL of the API.
    pub(crate) fn server(&self) -> &str {
        &self.access.server
    }

    /// What the history calls the host of the API.
    pub(crate) fn host(&self) -> &str {
        self.manner
            .host_name
            .unwrap_or_else(|| self.access.endpoint.authority())
    }

    /// The org that the profile says the credentials belong to.
    pub(crate) fn pinned_org(&self) -> Option<&Id> {
        self.access.pinned_org.as_ref()
    }

    /// Where the credentials come from; none for a profile without any, and for the samples of the sandbox.
    pub(crate) fn sources(&self) -> Option<&Sources> {
        match &self.access.credentials {
            Secrets::Named(named) => named.sources(),
            Secrets::Given(_) => None,
        }
    }

    /// The client, made at the first call: only then are the secrets read.
    ///
    /// # Errors
    /// A secret cannot be read, or cannot be sent as a header.
    pub(crate) async fn client(&self) -> Result<&Client> {
        self.client.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Client> {
        Ok(Client::new(ClientOptions {
            endpoint: self.access.endpoint.clone(),
            pool: self.manner.pool.clone(),
            credentials: self
                .access
                .credentials
                .read_aside(&self.manner.readings)
                .await?,
            origin: self.access.credentials.origin(),
            timeout: self.manner.timeout,
            max_retries: self.manner.max_retries,
            interrupt: self.manner.interrupt.clone(),
            backoff: ClientOptions::BACKOFF,
            direct: false,
        })?)
    }

    /// The orgs that the credentials manage, asked for once; none where the permission to read them is missing.
    ///
    /// # Errors
    /// The service could not be asked.
    pub(crate) async fn managed_orgs(&self) -> Result<&Directory> {
        let ask = || async {
            match self.client().await?.managed_orgs(None).await {
                Err(error) if error.kind() == ErrorKind::Forbidden => Ok(Directory::default()),
                answer => {
                    let orgs = answer?;
                    self.saw_orgs(&orgs);
                    Ok::<_, Error>(orgs)
                }
            }
        };
        self.managed.get_or_try_init(ask).await
    }

    /// The org that the credentials belong to, by the service's own word: as it is known, else asked for with the
    /// cheapest request that tells.
    ///
    /// # Errors
    /// The service could not be asked, or does not say.
    pub(crate) async fn org(&self) -> Result<Reference> {
        if let Some(known) = self.known_org() {
            return Ok(known);
        }
        let ask = || async {
            let user = self.client().await?.current_user().await?;
            user.org.ok_or_else(|| Error::from(nameless_org()))
        };
        let id = self.org.get_or_try_init(ask).await?;
        Ok(Org::unnamed(id.clone()).reference())
    }

    /// The orgs that the credentials manage, if they were asked for in this run.
    pub(crate) fn known_orgs(&self) -> Option<&Directory> {
        self.managed.get()
    }

    /// The org that the credentials belong to, if the service has said so in this run.
    pub(crate) fn known_org(&self) -> Option<Reference> {
        let managed = self.managed.get();
        managed
            .and_then(Directory::current_reference)
            .or_else(|| Some(Org::unnamed(self.org.get()?.clone()).reference()))
    }

    /// The org that a profile, chosen or not, belongs to.
    ///
    /// # Errors
    /// There is no such profile, or its org is not known and cannot be asked for.
    pub(crate) async fn org_of_profile(&self, name: &str) -> Result<Org> {
        self.manner.profiles.org(name, &self.manner).await
    }

    /// What changes connections with these credentials, once it is sure that they belong to the org that the profile
    /// says. `current` is the org they belong to, where the service has said so in this run already; else it is asked,
    /// and only if the profile names one.
    ///
    /// # Errors
    /// The credentials belong to another org, or the service cannot be asked.
    pub(crate) async fn writer(
        &self,
        command: &'static str,
        current: Option<&Reference>,
    ) -> Result<Writer<'_>> {
        let client = self.client().await?;
        let current = match current {
            Some(known) => Some(known.clone()),
            None if self.pinned_org().is_some() => Some(self.org().await?),
            None => self.known_org(),
        };
        if let Some(current) = &current {
            self.require_pinned(current)?;
        }
        let origin = Origin {
            profile: self.profile().cloned(),
            host: self.host().into(),
            org: current,
        };
        Ok(Writer::new(
            client,
            self.manner.scribe.clone(),
            command,
            origin,
            self.manner.interrupt.clone(),
            self.manner
                .recorder
                .clone()
                .map(|recorder| (recorder, self.owner())),
        ))
    }

    /// Takes down for completions the orgs that the credentials manage, all of them.
    pub(crate) fn saw_orgs(&self, orgs: &Directory) {
        if let Some(recorder) = &self.manner.recorder {
            recorder.orgs(&self.owner(), orgs);
        }
    }

    /// Where to collect all connections of the credentials' org, if somebody may press Tab.
    pub(crate) fn collect(&self) -> Option<Collected> {
        self.manner.recorder.is_some().then(Collected::default)
    }

    /// Takes down for completions all connections of the credentials' org.
    pub(crate) fn saw_connections(&self, all: Collected) {
        if let Some(recorder) = &self.manner.recorder {
            recorder.connections(&self.owner(), all);
        }
    }

    fn owner(&self) -> Owner {
        Owner {
            profile: self.profile().cloned(),
            server: self.server().to_owned(),
        }
    }

    /// Refuses `current`, the org that the credentials belong to, if the profile says that it is another.
    ///
    /// # Errors
    /// It is another; the message names both.
    pub(crate) fn require_pinned(&self, current: &Reference) -> Result<(), Failure> {
        let Some(pinned) = self.pinned_org() else {
            return Ok(());
        };
        if current.id.as_ref() == Some(pinned) {
            return Ok(());
        }
        let profile = self.profile().map_or("", |profile| profile);
        let known = self.managed.get().and_then(|orgs| orgs.get(pinned));
        let pinned = known.map_or_else(|| Org::unnamed(pinned.clone()), Org::clone);
        Err(Failure::usage(format!(
            "the keys of the profile `{profile}` belong to the org {}, not to {} as the profile says; nothing was sent",
            current.full_label(),
            pinned.reference().full_label(),
        ))
        .hint("give the profile the keys of its org, or correct `org` in the configuration file"))
    }
}

/// The service does not say whose the credentials are.
pub(super) fn nameless_org() -> Failure {
    Failure::new(
        Exit::Permission,
        "the service does not say which org these credentials belong to",
    )
}
