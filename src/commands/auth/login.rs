use std::path::{self, PathBuf};

use super::login_input::{
    FIRST_PROFILE, NOTHING_STORED, profile_name, read_credentials, secret_names,
    server_by_question_or,
};
use super::status;
use crate::api::{Client, ErrorKind};
use crate::app::{Account, App};
use crate::commands::{profile_helpers, report};
use crate::config::{
    ConfigEditor, ConfigFile, ConfigLocation, ConfigLock, CredentialKind, Credentials, FileError,
    Profile, ProfileDraft, SITES, SecretSource, SecretSources, SecretStore, Server, SystemKeychain,
};
use crate::error::{CommandError, Exit, Result, refused_credentials_hint};
use crate::output::{IdentityRow, Output};

/// Check the keys of an org and store them in a profile
///
/// On a terminal it asks for a profile, its site and the keys, which are not shown. In a script the keys are read from
/// standard input: the API key on the first line and the application key on the second, or with --token a token alone.
/// Without --profile a script logs in to the default profile, else to one with the name `default`.
///
/// The keys are checked before anything is stored. They go to the system's keychain where there is one (in a build with
/// the feature `keyring`), else to files that nobody else may read, in the directory `keys` beside the configuration
/// file. The profile says where they are, and which org they belong to. A second login replaces the keys once the new
/// ones have proved good. The first profile is the default one.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn auth login
  orgconn auth login --profile retail --site datadoghq.eu --token
  printf '%s\\n' \"$DD_API_KEY\" \"$DD_APP_KEY\" | orgconn auth login --profile hub")]
pub(super) struct Args {
    /// Log in with an access token, not with two keys
    #[arg(long)]
    token: bool,

    /// Keep the keys in files at PATH
    ///
    /// They are PATH.orgconn-api-key and PATH.orgconn-app-key, or PATH.orgconn-access-token. Only files that the profile
    /// names already are replaced.
    #[arg(long, value_name = "PATH")]
    to_file: Option<PathBuf>,
}

pub(super) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<IdentityRow>()?;
    profile_helpers::refuse_in_sandbox(app)?;
    app.watch_signals()?;
    let location = app.config_location()?;
    let file = ConfigEditor::open(&location)?.file().clone();
    let login = Login::new(&file, app)?;
    let store = login.store(args.to_file, &location)?;
    let kind = match args.token {
        true => CredentialKind::Token,
        false => CredentialKind::Keys,
    };
    store.check(kind)?;
    ConfigEditor::check_writable(&location)?;
    let credentials = read_credentials(kind, &mut app.output)?;
    let row = login.check(&credentials, app).await;
    let mut row = row.map_err(|error| error.context(NOTHING_STORED))?;
    // No other login may store its secrets between these secrets, or delete them.
    let lock = ConfigLock::new(&location)?;
    let saved = login.save(&row, &store, &credentials, &lock)?;
    login.report(&row, &saved, kind, &mut app.output);
    login.delete_old_secrets(&saved, &mut app.output);
    drop(lock);
    row.credentials = Some(profile_helpers::origins(&saved.sources));
    report::print_rows(vec![row], true, &[], &mut app.output)
}

/// What a login has stored.
struct Saved {
    /// The new settings.
    file: ConfigFile,
    sources: SecretSources,
    /// The sources that the profile named before.
    old_sources: Option<SecretSources>,
    is_new_default: bool,
}

/// The target of a login.
struct Login {
    profile: String,
    /// The existing profile, if there is one.
    existing: Option<Profile>,
    becomes_default: bool,
    server: Server,
    trusted_hosts: Vec<String>,
    draft: ProfileDraft,
}

impl Login {
    /// Asks for the profile and the site on a terminal, where they are not given.
    fn new(file: &ConfigFile, app: &mut App) -> Result<Self> {
        let profile = profile_name(file, app)?;
        let existing = file.profile(&profile).ok().cloned();
        if existing.is_none() {
            file.check_new_name(&profile)?;
        }
        let mut draft = profile_helpers::draft_of_server_flags(app)?;
        let server = match (&draft.server, &existing) {
            (Some(server), _) => server.clone(),
            (None, Some(existing)) => existing.server.clone(),
            (None, None) => {
                let server = match app.server()? {
                    default if default == Server::default() => server_by_question_or(default, app)?,
                    server => server,
                };
                // The server may come from environment variables, which a profile ignores. So the profile stores it.
                draft.server = Some(server.clone()).filter(|server| *server != Server::default());
                server
            }
        };
        let of_profile = existing
            .as_ref()
            .map_or(&[][..], |profile| &profile.trusted_hosts);
        let trusted_hosts = [of_profile, &file.trusted_hosts, &app.trusted_hosts()?].concat();
        server.endpoint(&trusted_hosts)?;
        let mut others = file.profiles.iter();
        let is_only = others.all(|other| other.name == profile);
        Ok(Self {
            becomes_default: is_only || profile == FIRST_PROFILE,
            profile,
            existing,
            server,
            trusted_hosts,
            draft,
        })
    }

    /// The sources that the profile names before the login.
    fn old_sources(&self) -> Option<&SecretSources> {
        self.existing.as_ref()?.credentials.as_ref()
    }

    fn store(
        &self,
        to_file: Option<PathBuf>,
        location: &ConfigLocation,
    ) -> Result<SecretStore<'_>> {
        let prefix = to_file.map(path::absolute).transpose()?;
        let config_file = path::absolute(&location.path)?;
        let directory = config_file.parent().unwrap_or(&config_file);
        let sources = self.old_sources();
        Ok(SecretStore::new(
            &self.profile,
            sources,
            prefix,
            directory,
            &SystemKeychain,
        )?)
    }

    /// Asks the API whether the credentials are valid and belong to the profile's org, who owns them, and what they
    /// permit.
    async fn check(&self, credentials: &Credentials, app: &mut App) -> Result<IdentityRow> {
        let chosen_accounts = app.accounts_with_credentials(
            self.server.clone(),
            self.trusted_hosts.clone(),
            self.profile.clone(),
            self.existing.as_ref().and_then(|profile| profile.org),
            credentials.clone(),
        )?;
        let account = chosen_accounts.single_account()?;
        let progress = app.output.progress("checking the keys", None);
        let kind = credentials.kind();
        match progress.during(identify(account, kind)).await {
            Ok((row, None)) => Ok(row),
            Ok((row, Some(mismatch))) if row.org.is_some() => Err(mismatch.hint(
                "log in to another profile with --profile, or correct `org` in the configuration file",
            )),
            Ok((_, Some(unknown_org))) => Err(unknown_org),
            Err(error) if is_refusal(error.api_kind()) => {
                let client = account.client().await?;
                Err(error.hint(self.diagnose_refusal(client, kind).await))
            }
            Err(error) => Err(error),
        }
    }

    /// A hint about credentials that the API refuses. Both keys are checked together, so the API key is checked alone
    /// to find the wrong one.
    async fn diagnose_refusal(&self, client: &Client, kind: CredentialKind) -> String {
        let server = self.server.label();
        let wrong = match kind {
            CredentialKind::Keys => match client.validate_api_key().await {
                Ok(()) => {
                    return format!(
                        "the API key is valid at {server}; the application key is wrong or revoked, or of another org"
                    );
                }
                Err(error) if is_refusal(Some(error.kind())) => "the API key is",
                Err(_) => "the keys are",
            },
            CredentialKind::Token => "the token is",
        };
        wrong_server_hint(&self.server, wrong)
    }

    /// Stores the secrets and names them in the profile: both, or neither.
    fn save(
        &self,
        row: &IdentityRow,
        store: &SecretStore<'_>,
        credentials: &Credentials,
        lock: &ConfigLock<'_>,
    ) -> Result<Saved> {
        let stored = store.save(credentials)?;
        let sources = stored.sources().clone();
        let draft = ProfileDraft {
            org: row.org.as_ref().map(|org| org.id),
            credentials: Some(sources.clone()),
            ..self.draft.clone()
        };
        let ((is_new_default, old_sources), file) = self.write_profile(&draft, lock)?;
        stored.commit();
        Ok(Saved {
            file,
            sources,
            old_sources,
            is_new_default,
        })
    }

    /// Returns whether the profile has become the default one, the sources that it named before, and the new settings.
    fn write_profile(
        &self,
        draft: &ProfileDraft,
        lock: &ConfigLock<'_>,
    ) -> Result<((bool, Option<SecretSources>), ConfigFile), FileError> {
        ConfigEditor::edit_locked(lock, |editor| {
            let file = editor.file();
            let present = file.profile(&self.profile).ok();
            let old_sources = present.and_then(|profile| profile.credentials.clone());
            let becomes_default = self.becomes_default && file.default_profile.is_none();
            let org = |profile: &Profile| profile.org;
            match (present.map(org), &self.existing) {
                (None, None) => editor.add(&self.profile, draft)?,
                (Some(now), Some(before)) if now == before.org => {
                    editor.update_profile(&self.profile, draft)?;
                }
                // The keys were checked against what the profile was before.
                _ => return Err(FileError::Changed(file.path.clone())),
            }
            if becomes_default {
                editor.set_default(&self.profile)?;
            }
            Ok((becomes_default, old_sources))
        })
    }

    fn report(&self, row: &IdentityRow, saved: &Saved, kind: CredentialKind, output: &mut Output) {
        let name = row.user.name.as_deref().or(row.user.email.as_deref());
        let who = name.map_or_else(String::new, |name| format!(" as {name}"));
        let org = row.org.as_ref().map_or_else(
            || "an org that the service does not name".to_owned(),
            |org| format!("the org {}", org.label()),
        );
        let profile = &self.profile;
        output.note(&format!(
            "the profile `{profile}` is logged in{who}, in {org}"
        ));
        for (name, source) in secret_names(kind).iter().zip(saved.sources.iter()) {
            let access = match source {
                SecretSource::File(_) => ", which nobody else may read",
                _ => "",
            };
            output.note(&format!("stored the {name} in the {source}{access}"));
        }
        if saved.is_new_default {
            output.note(&format!(
                "`{profile}` is the default profile now, which is used where none is chosen"
            ));
        }
        if row.user.service_account == Some(false) {
            output.hint(
                "these are a person's keys, and connections are deleted with their creator's account: create them \
                 with a service account's",
            );
        }
        if row.connections.read == "no" {
            output.warn(
                "these keys may not read connections: that takes the permission org_connections_read",
            );
        }
        if row.connections.write == "no" {
            output.hint(
                "these keys may not change connections: that takes the permission org_connections_write",
            );
        }
    }

    /// Deletes the secrets that the profile does not name any more, if a login has stored them.
    fn delete_old_secrets(&self, saved: &Saved, output: &mut Output) {
        let old = saved.old_sources.iter().flat_map(SecretSources::iter);
        let old = old.filter(|old| saved.sources.iter().all(|new| new != *old));
        let deleted =
            profile_helpers::delete_login_secrets(old, &self.profile, &saved.file, output);
        if let Err(error) = deleted.map_err(CommandError::from) {
            output.warn(&format!(
                "an old secret is left behind: {}",
                error.message()
            ));
        }
        profile_helpers::delete_leftovers(&self.profile, &saved.file, output);
    }
}

/// The owner and the permissions of the credentials, and an error if they belong to another org than the profile names.
async fn identify(
    account: &Account,
    kind: CredentialKind,
) -> Result<(IdentityRow, Option<CommandError>)> {
    if kind == CredentialKind::Keys {
        account.client().await?.validate_keys().await?;
    }
    status::identify(account).await
}

fn is_refusal(kind: Option<ErrorKind>) -> bool {
    matches!(
        kind,
        Some(ErrorKind::Unauthenticated | ErrorKind::Forbidden)
    )
}

/// A hint that credentials may be those of another server. `wrong` is the beginning of the sentence.
fn wrong_server_hint(server: &Server, wrong: &str) -> String {
    match server {
        Server::Site(site) => {
            let others = SITES.iter().filter(|other| *other != site).copied();
            let others = others.collect::<Vec<_>>().join(", ");
            let hint = refused_credentials_hint(wrong, &format!("the site {site}"));
            format!("{hint}; --site names another: {others}")
        }
        Server::Url(_) => {
            refused_credentials_hint(wrong, &format!("the server {}", server.label()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_a_site_refuses_may_be_of_one_of_the_others() {
        let hint = wrong_server_hint(&Server::Site("datadoghq.eu".to_owned()), "the API key is");
        assert_eq!(
            hint,
            "the API key is wrong or revoked, or not of the site datadoghq.eu; --site names another: datadoghq.com, \
             us3.datadoghq.com, us5.datadoghq.com, ap1.datadoghq.com, ap2.datadoghq.com, uk1.datadoghq.com, \
             ddog-gov.com, us2.ddog-gov.com"
        );
    }
}
