//! Helpers of the commands that change profiles (`profile` and `auth`): rows, server flags, and deleting login secrets.

use std::path;

use super::report;
use crate::app::App;
use crate::config::{
    ConfigFile, Profile, ProfileDraft, SecretSource, SecretSources, StoreError, SystemKeychain,
    delete_login_leftovers, delete_login_secret, is_login_source,
};
use crate::error::{CommandError, Exit, Result};
use crate::output::{CredentialOrigins, Output, ProfileRow};

/// The row of a profile.
pub(crate) fn row(profile: &Profile, file: &ConfigFile) -> ProfileRow {
    ProfileRow {
        name: profile.name.clone(),
        site: profile.server.label(),
        org: profile.org,
        credentials: profile.credentials.as_ref().map(origins),
        default: file.default_profile.as_ref() == Some(&profile.name),
    }
}

/// Where credentials come from, in words.
pub(crate) fn origins(sources: &SecretSources) -> CredentialOrigins {
    match sources {
        SecretSources::Keys { api_key, app_key } => CredentialOrigins::Keys {
            api_key: api_key.to_string(),
            app_key: app_key.to_string(),
        },
        SecretSources::Token(token) => CredentialOrigins::Token {
            access_token: token.to_string(),
        },
    }
}

/// Shows profiles.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn show(rows: Vec<ProfileRow>, app: &mut App) -> Result<Exit> {
    report::print_rows(rows, true, &[], &mut app.output)
}

/// Refuses to change profiles in the sandbox, where they are fixed.
///
/// # Errors
/// Fails if the command runs in the sandbox.
pub(crate) fn refuse_in_sandbox(app: &App) -> Result<()> {
    if !app.in_sandbox() {
        return Ok(());
    }
    Err(
        CommandError::usage("the sandbox's profiles are fixed, and need no login").hint(
            "without --sandbox (ORGCONN_SANDBOX) the command works on the configuration file",
        ),
    )
}

/// The profile settings from `--site`, `--api-url` and `--trust-host`.
///
/// # Errors
/// Fails if the site is unknown, or if keys must not be sent to the server.
pub(crate) fn draft_of_server_flags(app: &App) -> Result<ProfileDraft> {
    let flags = &app.flags.accounts;
    let server = flags.server_by_flag()?;
    if let Some(server) = &server {
        server.endpoint(&app.trusted_hosts()?)?;
    }
    Ok(ProfileDraft {
        server,
        trusted_hosts: (!flags.trust_host.is_empty()).then(|| flags.trust_host.clone()),
        ..ProfileDraft::default()
    })
}

/// Deletes those of a profile's secrets that a login has stored, unless another profile of the file uses them. Prints
/// what happened to each secret.
///
/// # Errors
/// Fails if an existing secret cannot be deleted; the others are still deleted.
pub(crate) fn delete_login_secrets<'a>(
    sources: impl Iterator<Item = &'a SecretSource>,
    profile: &str,
    file: &ConfigFile,
    output: &mut Output,
) -> Result<(), StoreError> {
    let mut result = Ok(());
    for source in sources {
        if !is_login_source(source) {
            output.note(&format!("the {source} is left as it is"));
        } else if is_used_elsewhere(source, profile, file) {
            output.note(&format!(
                "the {source} is left as it is: another profile uses it"
            ));
        } else {
            match delete_login_secret(source, &SystemKeychain) {
                Ok(true) => output.note(&format!("deleted the {source}")),
                Ok(false) => output.note(&format!("the {source} was gone already")),
                Err(error) => result = result.and(Err(error)),
            }
        }
    }
    result
}

/// Deletes what earlier logins to a profile have left behind beside the configuration file, which must be locked. A failure
/// is a warning: nothing depends on it.
pub(crate) fn delete_leftovers(profile: &str, file: &ConfigFile, output: &mut Output) {
    let profiles = file.profiles.iter();
    let used = profiles
        .flat_map(|profile| &profile.credentials)
        .flat_map(SecretSources::iter);
    let directory = path::absolute(&file.path);
    let deleted = directory.map(|path| {
        let directory = path.parent().unwrap_or(&path);
        delete_login_leftovers(profile, directory, used)
    });
    if let Ok(Err(error)) = deleted.map(|deleted| deleted.map_err(CommandError::from)) {
        output.warn(&format!(
            "an old secret is left behind: {}",
            error.message()
        ));
    }
}

fn is_used_elsewhere(source: &SecretSource, profile: &str, file: &ConfigFile) -> bool {
    let others = file.profiles.iter();
    others
        .filter(|other| other.name != profile)
        .flat_map(|other| &other.credentials)
        .any(|sources| sources.iter().any(|other| other == source))
}
