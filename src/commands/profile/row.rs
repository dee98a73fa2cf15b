use anyhow::Result;

use crate::config::{ConfigFile, Profile, Sources};
use crate::context::Context;
use crate::output::{CredentialOrigins, ProfileRow};

/// All profiles, in the order of the file; in the sandbox its samples.
pub(super) fn all(context: &Context) -> Result<Vec<ProfileRow>> {
    #[cfg(feature = "sandbox")]
    if context.in_sandbox() {
        return Ok(crate::sandbox::profiles().iter().map(of_sample).collect());
    }
    let file = context.config_file()?;
    let profiles = file.profiles.iter();
    Ok(profiles.map(|profile| of_profile(profile, &file)).collect())
}

/// The profile of this name.
///
/// # Errors
/// There is none; the error lists those that exist.
pub(super) fn one(context: &Context, name: &str) -> Result<ProfileRow> {
    #[cfg(feature = "sandbox")]
    if context.in_sandbox() {
        return Ok(of_sample(crate::context::sample_profile(name)?));
    }
    let file = context.config_file()?;
    Ok(of_profile(file.profile(name)?, &file))
}

/// What is shown of a profile.
pub(crate) fn of_profile(profile: &Profile, file: &ConfigFile) -> ProfileRow {
    ProfileRow {
        name: profile.name.clone(),
        server: profile.server.label(),
        org: profile.org.map(Into::into),
        credentials: profile.credentials.as_ref().map(origins),
        is_default: file.default_profile.as_deref() == Some(&profile.name),
    }
}

/// Where credentials come from, in words.
pub(crate) fn origins(sources: &Sources) -> CredentialOrigins {
    match sources {
        Sources::Keys { api_key, app_key } => CredentialOrigins::Keys {
            api_key: api_key.to_string(),
            app_key: app_key.to_string(),
        },
        Sources::Token(token) => CredentialOrigins::Token {
            access_token: token.to_string(),
        },
    }
}

#[cfg(feature = "sandbox")]
fn of_sample(sample: &crate::sandbox::SampleProfile) -> ProfileRow {
    ProfileRow {
        name: sample.name.into(),
        server: crate::context::SANDBOX_HOST.to_owned(),
        org: Some(sample.org_id.into()),
        credentials: Some(CredentialOrigins::sample()),
        is_default: sample.name == crate::sandbox::DEFAULT_PROFILE,
    }
}
