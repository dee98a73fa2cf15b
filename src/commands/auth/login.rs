use std::path::PathBuf;

use anyhow::{Context as _, Error, Result};

use super::{chosen_profile, input};
use crate::api::{CurrentUser, Endpoint};
use crate::commands::profile::{of_profile, place, refuse_in_sandbox, show};
use crate::config::{
    ConfigFile, Credentials, DEFAULT_SITE, Editor, KeychainError, ProfileDraft, SecretStore,
    Server, StoreError, SystemKeychain,
};
use crate::context::{Context, endpoint};
use crate::error::{Exit, Failure};
use crate::output::ProfileRow;
use crate::topology::{Id, Org};

/// Keep keys for a profile, once they have proved good
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

/// The name of the profile that is made where none is named.
const FIRST: &str = "default";

/// What is to be logged in to.
struct Goal {
    profile: String,
    exists: bool,
    becomes_default: bool,
    server: Server,
    endpoint: Endpoint,
    /// The org that the profile names already.
    pinned_org: Option<Id>,
    draft: ProfileDraft,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<ProfileRow>()?;
    refuse_in_sandbox(context)?;
    let editor = Editor::open(&context.config_location()?)?;
    let goal = goal(editor.file(), context)?;
    let store = match &args.to_file {
        Some(path) => SecretStore::Files(std::path::absolute(path)?),
        None => SecretStore::Keychain(&SystemKeychain),
    };
    store.check(&goal.profile, args.token).map_err(explain)?;
    let credentials = input::read(args.token, &mut context.output)?;
    let user = verify(&goal, &credentials, context).context("nothing was kept")?;
    require_same_org(&goal, &user)?;
    let file = keep(&goal, &user, &store, &credentials, editor)?;
    tell(&goal, &user, context);
    show(
        vec![of_profile(file.profile(&goal.profile)?, &file)],
        context,
    )
}

fn goal(file: &ConfigFile, context: &Context) -> Result<Goal> {
    let chosen = chosen_profile(context, file)?;
    let becomes_default = chosen.is_none();
    let profile = chosen.unwrap_or_else(|| FIRST.to_owned());
    let existing = file.profile(&profile).ok();
    let mut draft = place(context)?;
    let is_placed = draft.site.is_some() || draft.api_url.is_some();
    let server = match existing {
        Some(existing) if !is_placed => existing.server.clone(),
        _ => context.server()?,
    };
    if existing.is_none() && !is_placed {
        // The profile will not look at the variables that this came from.
        match &server {
            Server::Site(site) if site == DEFAULT_SITE => {}
            Server::Site(site) => draft.site = Some(site.clone()),
            Server::Url(_) => draft.api_url = Some(server.base_url()),
        }
    }
    let of_profile = existing.map_or(&[][..], |profile| &profile.trusted_hosts);
    let hosts = [of_profile, &file.trusted_hosts, &context.trusted_hosts()?].concat();
    Ok(Goal {
        exists: existing.is_some(),
        becomes_default,
        endpoint: endpoint(&server, &hosts)?,
        server,
        pinned_org: existing.and_then(|profile| profile.org).map(Id::from),
        profile,
        draft,
    })
}

/// Says what else there is where the keychain does not serve.
fn explain(error: StoreError) -> Error {
    match &error {
        StoreError::Keychain {
            source: KeychainError::NotBuiltIn | KeychainError::Unavailable(_),
            ..
        } => Failure::usage("there is no keychain to keep the keys in; nothing was kept")
            .hint(
                "--to-file PATH keeps them in files; or `orgconn profile add` with --api-key-env, --api-key-file or \
                 --api-key-command, and the same for --app-key, says where they are",
            )
            .caused_by(error)
            .into(),
        _ => error.into(),
    }
}

/// Asks the service whether the credentials are good, and whose they are.
fn verify(goal: &Goal, credentials: &Credentials, context: &Context) -> Result<CurrentUser> {
    let session = context.session_with(&goal.server, goal.endpoint.clone(), credentials.clone())?;
    let account = session.single()?;
    session.run(async {
        let client = account.client().await?;
        if let Credentials::Keys { .. } = credentials {
            client.validate_keys().await?;
        }
        Ok(client.current_user().await?)
    })
}

fn require_same_org(goal: &Goal, user: &CurrentUser) -> Result<(), Failure> {
    match (&goal.pinned_org, &user.org) {
        (Some(pinned), Some(org)) if pinned != org => Err(Failure::usage(format!(
            "these keys belong to the org {org}, and the profile `{}` is for {pinned}; nothing was kept",
            goal.profile
        ))
        .hint("log in to another profile, or correct `org` in the configuration file")),
        _ => Ok(()),
    }
}

/// Keeps the secrets and names them in the profile: both, or neither.
fn keep(
    goal: &Goal,
    user: &CurrentUser,
    store: &SecretStore<'_>,
    credentials: &Credentials,
    mut editor: Editor,
) -> Result<ConfigFile> {
    let kept = store.keep(&goal.profile, credentials)?;
    let draft = ProfileDraft {
        org: user.org.as_ref().and_then(Id::as_uuid),
        credentials: Some(kept.sources.clone()),
        ..goal.draft.clone()
    };
    let edited = match goal.exists {
        true => editor.set(&goal.profile, &draft),
        false => editor.add(&goal.profile, &draft),
    };
    let edited = match goal.becomes_default {
        true => edited.and_then(|()| editor.set_default(&goal.profile)),
        false => edited,
    };
    match edited.and_then(|()| editor.save()) {
        Ok(file) => Ok(file),
        Err(error) => {
            kept.take_back();
            Err(error.into())
        }
    }
}

fn tell(goal: &Goal, user: &CurrentUser, context: &mut Context) {
    let name = user.name.as_deref().or(user.email.as_deref());
    let who = name.map_or_else(String::new, |name| format!(" as {name}"));
    let org = user.org.clone().map_or_else(
        || "an org that the service does not name".to_owned(),
        |id| format!("the org {}", Org::unnamed(id).reference().label()),
    );
    let output = &mut context.output;
    output.note(&format!(
        "the profile `{}` is logged in{who}, in {org}",
        goal.profile
    ));
    if user.service_account == Some(false) {
        output.hint(
            "these are a person's keys, and connections are deleted with their creator's account: create them with a \
             service account's",
        );
    }
}
