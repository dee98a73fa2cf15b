//! The secrets that a login has kept for a profile.

use crate::config::{self, ConfigFile, Profile, SecretSource, StoreError, SystemKeychain, is_kept};
use crate::output::Output;

/// Deletes what a login has kept for the profile and no other profile of the file uses. Says what went, and what
/// stays as it came from elsewhere.
///
/// # Errors
/// A secret is there and cannot be deleted; the others are.
pub(crate) fn discard(
    profile: &Profile,
    file: &ConfigFile,
    output: &mut Output,
) -> Result<(), StoreError> {
    let mut failure = None;
    for source in profile.credentials.iter().flat_map(|all| all.iter()) {
        if !is_kept(source) {
            output.note(&format!("the {source} is left as it is"));
        } else if is_used_elsewhere(source, profile, file) {
            output.note(&format!(
                "the {source} is left as it is: another profile uses it"
            ));
        } else {
            match config::discard(source, &SystemKeychain) {
                Ok(true) => output.note(&format!("deleted the {source}")),
                Ok(false) => output.note(&format!("the {source} was gone already")),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

fn is_used_elsewhere(source: &SecretSource, profile: &Profile, file: &ConfigFile) -> bool {
    let others = file
        .profiles
        .iter()
        .filter(|other| other.name != profile.name);
    others
        .flat_map(|other| &other.credentials)
        .any(|sources| sources.iter().any(|other| other == source))
}
