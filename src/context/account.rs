use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::OnceCell;

use super::Writer;
use crate::api::{Client, ClientOptions, Endpoint, Interrupt};
use crate::config::{CredentialSources, Credentials, SecretError};
use crate::error::Failure;
use crate::history::{Journal, Origin};
use crate::topology::{Id, Reference};

/// One org's credentials, and the client that uses them.
pub(crate) struct Account {
    access: Access,
    manner: Manner,
    client: OnceCell<Client>,
}

/// Where an org's API is, and with which right it is used.
pub(super) struct Access {
    pub(super) profile: Option<Arc<str>>,
    pub(super) endpoint: Endpoint,
    /// The org that the credentials must belong to before anything is changed with them.
    pub(super) pinned_org: Option<Id>,
    pub(super) credentials: Secrets,
}

/// Credentials that are read when they are needed.
#[derive(Clone)]
pub(super) enum Secrets {
    /// As the environment or a profile names them.
    Named(CredentialSources),
    /// Those of a sample org, which open nothing.
    #[cfg(feature = "sandbox")]
    Sample(Credentials),
}

/// How the API is talked to, whatever the org.
#[derive(Clone)]
pub(super) struct Manner {
    pub(super) timeout: Duration,
    pub(super) max_retries: u32,
    pub(super) interrupt: Interrupt,
    /// Where changes are written down.
    pub(super) journal: Journal,
    /// What the journal calls the server, where its address is not the same from run to run.
    pub(super) host_name: Option<&'static str>,
}

impl Secrets {
    fn read(&self) -> Result<Credentials, SecretError> {
        match self {
            Self::Named(sources) => sources.read(),
            #[cfg(feature = "sandbox")]
            Self::Sample(credentials) => Ok(credentials.clone()),
        }
    }

    /// Where they come from, for messages.
    fn origin(&self) -> Option<Arc<str>> {
        match self {
            Self::Named(sources) => Some(sources.origin().into()),
            #[cfg(feature = "sandbox")]
            Self::Sample(_) => None,
        }
    }
}

impl Account {
    pub(super) fn new(access: Access, manner: Manner) -> Self {
        Self {
            access,
            manner,
            client: OnceCell::new(),
        }
    }

    /// The profile that the credentials come from, if it was one.
    pub(crate) fn profile(&self) -> Option<&Arc<str>> {
        self.access.profile.as_ref()
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

    /// Whether somebody wishes to stop, so that nothing more may be begun.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.manner.interrupt.is_triggered()
    }

    /// The client, made at the first call: only then are the secrets read.
    ///
    /// # Errors
    /// A secret cannot be read, or cannot be sent as a header.
    pub(crate) async fn client(&self) -> Result<&Client> {
        self.client.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Client> {
        let secrets = self.access.credentials.clone();
        let credentials = tokio::task::spawn_blocking(move || secrets.read())
            .await
            .context("the reading of the credentials broke off")??;
        Ok(Client::new(ClientOptions {
            endpoint: self.access.endpoint.clone(),
            credentials,
            origin: self.access.credentials.origin(),
            timeout: self.manner.timeout,
            max_retries: self.manner.max_retries,
            interrupt: self.manner.interrupt.clone(),
            backoff: ClientOptions::BACKOFF,
            direct: false,
        })?)
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
        if let Some(pinned) = self.pinned_org() {
            let current = match current {
                Some(known) => known.clone(),
                None => Reference {
                    id: client.current_user().await?.org,
                    name: None,
                },
            };
            if current.id.as_ref() != Some(pinned) {
                return Err(self.wrong_org(pinned, &current).into());
            }
        }
        let origin = Origin {
            profile: self.profile().cloned(),
            host: self.host().into(),
            org: current.cloned(),
        };
        Ok(Writer::new(
            client,
            self.manner.journal.clone(),
            command,
            origin,
            self.manner.interrupt.clone(),
        ))
    }

    fn wrong_org(&self, pinned: &Id, current: &Reference) -> Failure {
        let profile = self.profile().map_or("", |profile| profile);
        let (name, id) = (current.label(), current.id.as_ref());
        let current = match (&current.name, id) {
            (Some(_), Some(id)) => format!("`{name}` ({id})"),
            _ => name,
        };
        Failure::usage(format!(
            "the keys of the profile `{profile}` belong to the org {current}, not to {pinned} as the profile says; nothing was sent"
        ))
        .hint("give the profile the keys of its org, or correct `org` in the configuration file")
    }
}
