use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use super::single_profile;
use crate::api::CurrentUser;
use crate::app::App;
use crate::commands::profile_helpers;
use crate::config::{
    ConfigEditor, ConfigFile, ConfigLocation, Credentials, FileError, KeychainError, Profile,
    ProfileDraft, SecretError, SecretStore, Server, StoreError, SystemKeychain, decode_secret,
    parse_secret,
};
use crate::error::{CommandError, Exit, Result};
use crate::model::OrgRef;
use crate::output::{Output, ProfileRow};

/// Store the keys of a profile after checking them
///
/// The keys are asked for without being shown, or read from standard input: the API key on the first line, the
/// application key on the second, or a token alone. They go to the system's keychain, or with --to-file to files that
/// nobody else may read; the profile says where they are, and which org they belong to. A profile that is not there
/// is made; without --profile it is the default one.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Log in with an access token in place of the two keys
    #[arg(long)]
    token: bool,

    /// Keep the keys in PATH.orgconn-api-key and PATH.orgconn-app-key (PATH.orgconn-access-token), which must not
    /// exist yet
    #[arg(long, value_name = "PATH")]
    to_file: Option<PathBuf>,
}

pub(super) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ProfileRow>()?;
    profile_helpers::refuse_in_sandbox(app)?;
    let location = app.config_location()?;
    let login = Login::new(ConfigEditor::open(&location)?.file(), app)?;
    let store = SecretStore {
        keychain: &SystemKeychain,
        file_prefix: args.to_file.map(std::path::absolute).transpose()?,
    };
    store
        .check(&login.profile, args.token)
        .map_err(explain_store)?;
    app.watch_signals()?;
    let credentials = read_credentials(args.token, &mut app.output)?;
    let user = login
        .verify(&credentials, app)
        .await
        .map_err(|error| error.context("nothing was stored"))?;
    login.require_same_org(&user)?;
    let file = login.save(&user, &store, &credentials, &location)?;
    login.report(&user, &mut app.output);
    let row = profile_helpers::row(file.profile(&login.profile)?, &file);
    profile_helpers::show(vec![row], app)
}

/// The profile that a login creates where no profile is chosen and there is no default one.
const FIRST_PROFILE: &str = "default";

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
    fn new(file: &ConfigFile, app: &App) -> Result<Self> {
        let chosen = single_profile(app, file)?;
        let becomes_default = chosen.is_none();
        let profile = chosen.unwrap_or_else(|| FIRST_PROFILE.to_owned());
        let existing = file.profile(&profile).ok().cloned();
        let mut draft = profile_helpers::draft_of_server_flags(app)?;
        let server = match (&draft.server, &existing) {
            (Some(server), _) => server.clone(),
            (None, Some(existing)) => existing.server.clone(),
            (None, None) => {
                let server = app.server()?;
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
        Ok(Self {
            profile,
            existing,
            becomes_default,
            server,
            trusted_hosts,
            draft,
        })
    }

    /// Asks the API whether the credentials are valid, and who owns them.
    async fn verify(&self, credentials: &Credentials, app: &mut App) -> Result<CurrentUser> {
        let chosen_accounts = app.accounts_with_credentials(
            self.server.clone(),
            self.trusted_hosts.clone(),
            credentials.clone(),
        )?;
        let client = chosen_accounts.single_account()?.client().await?;
        if let Credentials::Keys { .. } = credentials {
            client.validate_keys().await?;
        }
        Ok(client.current_user().await?)
    }

    fn require_same_org(&self, user: &CurrentUser) -> Result<()> {
        let pinned = self.existing.as_ref().and_then(|profile| profile.org);
        match (pinned, user.org) {
            (Some(pinned), Some(org)) if pinned != org => Err(CommandError::usage(format!(
                "these keys belong to the org {org}, and the profile `{}` is for {pinned}; nothing was stored",
                self.profile
            ))
            .hint("log in to another profile, or correct `org` in the configuration file")),
            _ => Ok(()),
        }
    }

    /// Stores the secrets and names them in the profile: both, or neither.
    fn save(
        &self,
        user: &CurrentUser,
        store: &SecretStore<'_>,
        credentials: &Credentials,
        location: &ConfigLocation,
    ) -> Result<ConfigFile> {
        let stored = store.save(&self.profile, credentials)?;
        let draft = ProfileDraft {
            org: user.org,
            credentials: Some(stored.sources().clone()),
            ..self.draft.clone()
        };
        let file = self.write_profile(&draft, location)?;
        stored.commit();
        Ok(file)
    }

    fn write_profile(&self, draft: &ProfileDraft, location: &ConfigLocation) -> Result<ConfigFile> {
        let (_, file) = ConfigEditor::edit(location, |editor| {
            let file = editor.file();
            let becomes_default = self.becomes_default && file.default_profile.is_none();
            let org = |profile: &Profile| profile.org;
            match (file.profile(&self.profile).ok().map(org), &self.existing) {
                (None, None) => editor.add(&self.profile, draft)?,
                (Some(now), Some(before)) if now == before.org => {
                    editor.update_profile(&self.profile, draft)?;
                }
                // The keys were checked against what the profile was before.
                _ => return Err(FileError::Changed(location.path.clone())),
            }
            match becomes_default {
                true => editor.set_default(&self.profile),
                false => Ok(()),
            }
        })?;
        Ok(file)
    }

    fn report(&self, user: &CurrentUser, output: &mut Output) {
        let name = user.name.as_deref().or(user.email.as_deref());
        let who = name.map_or_else(String::new, |name| format!(" as {name}"));
        let org = user.org.map_or_else(
            || "an org that the service does not name".to_owned(),
            |id| format!("the org {}", OrgRef::from(id).label()),
        );
        output.note(&format!(
            "the profile `{}` is logged in{who}, in {org}",
            self.profile
        ));
        if user.service_account == Some(false) {
            output.hint(
                "these are a person's keys, and connections are deleted with their creator's account: create them \
                 with a service account's",
            );
        }
    }
}

/// Adds a hint with the alternatives where no keychain can be used.
fn explain_store(error: StoreError) -> CommandError {
    let is_missing = matches!(
        &error,
        StoreError::Keychain {
            source: KeychainError::NotBuiltIn | KeychainError::Unavailable(_),
            ..
        }
    );
    let error = CommandError::from(error);
    if !is_missing {
        return error;
    }
    error
        .context("there is no keychain to store the keys in; nothing was stored")
        .hint(
            "--to-file PATH stores them in files; or `orgconn profile add` with --api-key-env, --api-key-file or \
             --api-key-command, and the same for --app-key, says where they are",
        )
}

/// The maximum length of both keys together, in bytes.
const MAX_INPUT: usize = 128 * 1024;

/// Asks for a token or for both keys on a terminal; where no question can be asked, reads them from standard input, one
/// per line.
///
/// # Errors
/// Fails if the question is interrupted or cannot be asked, if there are too many or too few lines, or if a line cannot
/// be a secret.
fn read_credentials(token: bool, output: &mut Output) -> Result<Credentials> {
    let names: &[&str] = match token {
        true => &["access token"],
        false => &["API key", "application key"],
    };
    let secrets = if output.can_ask() {
        ask(names, output)?
    } else if io::stdin().is_terminal() {
        return Err(
            CommandError::usage("the keys cannot be asked for with --no-input")
                .hint("leave out --no-input, or pipe the keys in, one per line"),
        );
    } else {
        read_lines(names)?
    };
    let mut secrets = secrets.into_iter();
    match (secrets.next(), secrets.next()) {
        (Some(api_key), Some(app_key)) => Ok(Credentials::Keys { api_key, app_key }),
        (Some(token), None) => Ok(Credentials::Token(token)),
        _ => Err(wrong_line_count(names)),
    }
}

fn ask(names: &[&str], output: &mut Output) -> Result<Vec<SecretString>> {
    let mut secrets = Vec::with_capacity(names.len());
    for name in names {
        let (first, rest) = name.split_at(1);
        let question = format!("{}{rest}", first.to_uppercase());
        let typed = output
            .ask_secret(&question)
            .map_err(|error| CommandError::unanswered(error, "nothing was stored"))?
            .ok_or_else(|| {
                CommandError::new(
                    Exit::Failure,
                    format!("no {name} was given; nothing was stored"),
                )
            })?;
        let origin = format!("what was typed for the {name}");
        secrets.push(secret(typed.expose_secret().as_bytes(), origin)?);
    }
    Ok(secrets)
}

fn read_lines(names: &[&str]) -> Result<Vec<SecretString>> {
    // The capacity is never exceeded: a buffer that grows leaves behind a copy that is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_INPUT + 64));
    let mut stdin = io::stdin().lock().take(MAX_INPUT as u64 + 1);
    stdin
        .read_to_end(&mut bytes)
        .context("cannot read the keys from standard input")?;
    let text = decode_secret(&bytes).map_err(|source| {
        let origin = "standard input".to_owned();
        SecretError { origin, source }
    })?;
    let lines: Vec<&str> = text.trim_ascii().split('\n').collect();
    if lines.len() != names.len() {
        return Err(wrong_line_count(names));
    }
    let named = lines.iter().zip(names);
    named
        .map(|(line, name)| {
            secret(
                line.as_bytes(),
                format!("standard input, where the {name} should be"),
            )
        })
        .collect()
}

fn secret(bytes: &[u8], origin: String) -> Result<SecretString> {
    Ok(parse_secret(bytes).map_err(|source| SecretError { origin, source })?)
}

fn wrong_line_count(names: &[&str]) -> CommandError {
    CommandError::usage(match names {
        [only] => format!("standard input must hold one line, the {only}"),
        names => format!(
            "standard input must hold {} lines: the {}",
            names.len(),
            names.join(", then the ")
        ),
    })
}
