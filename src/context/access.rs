//! What it takes to talk to the API: where it is, with which right, and how.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::Semaphore;

use super::profiles::Profiles;
use super::scribe::Scribe;
use crate::api::{Endpoint, Interrupt, Pool};
use crate::completion::Recorder;
use crate::config::{CredentialSources, Credentials, SecretError};
use crate::topology::Id;

/// Where an org's API is, and with which right it is used.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) profile: Option<Arc<str>>,
    /// Whether it is used where nothing is chosen.
    pub(super) is_default: bool,
    /// The site, or the URL of the API.
    pub(super) server: String,
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
    /// At hand already: those of a sample org, which open nothing, or those that somebody logs in with.
    Given(Credentials),
}

/// How the API is talked to, whatever the org.
#[derive(Clone)]
pub(super) struct Manner {
    pub(super) timeout: Duration,
    pub(super) max_retries: u32,
    pub(super) interrupt: Interrupt,
    /// The connections of all accounts.
    pub(super) pool: Pool,
    /// One for each account whose secrets may be read at the same time.
    pub(super) readings: Arc<Semaphore>,
    /// Who writes down the changes.
    pub(super) scribe: Scribe,
    /// What the journal calls the server, where its address is not the same from run to run.
    pub(super) host_name: Option<&'static str>,
    /// What names of profiles stand for.
    pub(super) profiles: Arc<Profiles>,
    /// Takes down, where somebody may press Tab, what is seen anyway.
    pub(super) recorder: Option<Arc<Recorder>>,
}

/// The secrets of so many accounts are read at the same time.
pub(super) const READINGS_AT_ONCE: usize = 8;

impl Secrets {
    /// Reads them in a thread of their own where that may take long, and when it is their turn: a program may be run
    /// for each of them. Where it cannot, the thread would cost more than all the rest of the start.
    pub(super) async fn read_aside(&self, turns: &Semaphore) -> Result<Credentials> {
        if !self.may_wait() {
            return Ok(self.read()?);
        }
        let _turn = turns.acquire().await?;
        let secrets = self.clone();
        let read = tokio::task::spawn_blocking(move || secrets.read()).await;
        Ok(read.context("the reading of the credentials broke off")??)
    }

    fn may_wait(&self) -> bool {
        match self {
            Self::Named(sources) => sources.may_wait(),
            Self::Given(_) => false,
        }
    }

    fn read(&self) -> Result<Credentials, SecretError> {
        match self {
            Self::Named(sources) => sources.read(),
            Self::Given(credentials) => Ok(credentials.clone()),
        }
    }

    /// Where they come from, for messages.
    pub(super) fn origin(&self) -> Option<Arc<str>> {
        match self {
            Self::Named(sources) => Some(sources.origin().into()),
            Self::Given(_) => None,
        }
    }
}
