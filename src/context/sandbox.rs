//! The sandbox in the place of the API: sample profiles, and a server of this process's own.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use secrecy::SecretString;

use super::SANDBOX_HOST;
use super::access::{Access, Secrets};
use crate::api::Endpoint;
use crate::config::{Credentials, Selection};
use crate::error::Failure;
use crate::sandbox::{self, DEFAULT_PROFILE, Running, SampleProfile};
use crate::topology::Id;

/// The sandbox, and the way to the orgs of its sample profiles.
pub(super) struct Opened {
    pub(super) running: Running,
    /// The profiles that were chosen.
    pub(super) chosen: Vec<Access>,
    /// All profiles.
    pub(super) all: Vec<Access>,
}

/// Starts the sandbox and gives access to the orgs of the chosen sample profiles.
///
/// # Errors
/// A profile is not one of the sandbox's, or the sandbox cannot be started.
pub(super) fn open(state_file: &Path, chosen: &Selection) -> Result<Opened> {
    let profiles = choose(chosen)?;
    let running = sandbox::start(state_file)?;
    let endpoint = Endpoint::new(&running.url(), &[])?;
    let access = |profile: &&SampleProfile| access(profile, &endpoint);
    Ok(Opened {
        chosen: profiles.iter().map(access).collect(),
        all: sandbox::profiles().iter().map(|one| access(&one)).collect(),
        running,
    })
}

fn choose(chosen: &Selection) -> Result<Vec<&'static SampleProfile>> {
    match chosen {
        Selection::All { .. } => Ok(sandbox::profiles().iter().collect()),
        Selection::Some { names, .. } => names.iter().map(|name| find(name)).collect(),
        Selection::None => Ok(vec![find(DEFAULT_PROFILE)?]),
    }
}

/// The sample profile of this name.
///
/// # Errors
/// There is none; the error lists those that exist.
pub(crate) fn find(name: &str) -> Result<&'static SampleProfile> {
    let profiles = sandbox::profiles();
    profiles
        .iter()
        .find(|profile| profile.name == name)
        .ok_or_else(|| {
            let names: Vec<_> = profiles.iter().map(|profile| profile.name).collect();
            Failure::usage(format!(
                "the sandbox has no profile `{name}`; it has {}",
                names.join(", ")
            ))
            .into()
        })
}

fn access(profile: &SampleProfile, endpoint: &Endpoint) -> Access {
    Access {
        profile: Some(Arc::from(profile.name)),
        is_default: profile.name == DEFAULT_PROFILE,
        server: SANDBOX_HOST.to_owned(),
        endpoint: endpoint.clone(),
        pinned_org: Some(Id::from(profile.org_id)),
        credentials: Secrets::Given(Credentials::Keys {
            api_key: SecretString::from(profile.api_key),
            app_key: SecretString::from(profile.app_key),
        }),
    }
}
