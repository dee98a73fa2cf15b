use anyhow::Result;
use uuid::Uuid;

use super::source::SourceArgs;
use super::{of_profile, refuse_in_sandbox, show};
use crate::config::{Editor, ProfileDraft, Server};
use crate::context::{Context, endpoint};
use crate::error::{Exit, Failure};
use crate::output::ProfileRow;

/// Add a profile to the configuration file
///
/// --site or --api-url say where its org's API is. The flags for the keys say where these come from: no flag takes a
/// secret. Without them `orgconn auth login` gives the profile its keys. What else is in the file stays as it is.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Name of the new profile
    #[arg(value_name = "NAME")]
    name: String,

    /// Org that the keys must belong to: a write in another is refused
    #[arg(long, value_name = "UUID", value_parser = org)]
    org: Option<Uuid>,

    /// Use this profile where none is chosen
    #[arg(long)]
    default: bool,

    #[command(flatten)]
    sources: SourceArgs,
}

pub(super) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<ProfileRow>()?;
    refuse_in_sandbox(context)?;
    let draft = ProfileDraft {
        org: args.org,
        credentials: args.sources.sources(&args.name)?,
        ..place(context)?
    };
    let mut editor = Editor::open(&context.config_location()?)?;
    editor.add(&args.name, &draft)?;
    if args.default {
        editor.set_default(&args.name)?;
    }
    let file = editor.save()?;
    let row = of_profile(file.profile(&args.name)?, &file);
    if row.credentials.is_none() {
        context.output.hint(&format!(
            "it has no keys yet: orgconn auth login --profile {}",
            args.name
        ));
    }
    show(vec![row], context)
}

/// Where the org's API is, as the flags say; checked, as keys are to be sent there.
///
/// # Errors
/// The site is unknown, or keys must not be sent to the server.
pub(crate) fn place(context: &Context) -> Result<ProfileDraft> {
    let globals = &context.globals;
    let server = match (&globals.site, &globals.api_url) {
        (Some(site), _) => Some(Server::from_site(site).map_err(|problem| bad("--site", problem))?),
        (None, Some(url)) => {
            Some(Server::from_url(url).map_err(|problem| bad("--api-url", problem))?)
        }
        (None, None) => None,
    };
    if let Some(server) = &server {
        endpoint(server, &context.trusted_hosts()?)?;
    }
    Ok(ProfileDraft {
        site: globals.site.clone(),
        api_url: globals.api_url.clone(),
        trusted_hosts: (!globals.trust_host.is_empty()).then(|| globals.trust_host.clone()),
        ..ProfileDraft::default()
    })
}

fn bad(flag: &str, problem: crate::config::ServerProblem) -> Failure {
    Failure::usage(format!("{flag} {problem}"))
}

fn org(text: &str) -> Result<Uuid, String> {
    let id = crate::topology::Id::from(text);
    id.as_uuid()
        .ok_or_else(|| "give the org's UUID; `orgconn orgs` shows it".to_owned())
}
