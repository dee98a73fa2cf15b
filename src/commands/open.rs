use std::env;
use std::process::Command;
use std::slice;

use crate::app::{App, ChosenAccounts, ConnectionEnds, is_unknown_connection};
use crate::error::{Exit, Result};
use crate::model::{ConnectionSelector, OrgSelector};

/// Open the web page of an org's connections
///
/// Prints the address of the page and, on a desktop, opens it in the browser. Datadog has one such page on each site. It
/// shows the connections of the org that the browser is signed in to, so that org is named on standard error.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn open
  orgconn open 'Retail EU'
  orgconn open 40bb --print")]
pub(crate) struct Args {
    /// Connection or org whose page it is; as usual that of the keys
    ///
    /// A connection is named by its id or the beginning of it, an org by its name, UUID or public id.
    #[arg(value_name = "CONNECTION|ORG")]
    target: Option<String>,

    /// Print the address only
    #[arg(long)]
    print: bool,

    /// Do nothing but show this page in the browser
    #[arg(long, hide = true, value_name = "URL", conflicts_with_all = ["target", "print"])]
    show: Option<String>,
}

/// The orgs whose connections the user wants to see.
#[derive(Default)]
struct Target {
    /// The orgs as a message names them; empty if the user named none.
    orgs: String,
    /// The profiles that see these orgs.
    profiles: Vec<String>,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    if let Some(page) = &args.show {
        webbrowser::open(page)?;
        return Ok(Exit::Done);
    }
    let chosen_accounts = app.candidate_accounts_if(args.target.is_some())?;
    app.show_command_line();
    chosen_accounts.require_web_page()?;
    let target = match &args.target {
        None => Target::default(),
        Some(text) => {
            let progress = app.output.progress("looking for the org", None);
            progress.during(find(text, &chosen_accounts)).await?
        }
    };
    let page = chosen_accounts.web_page(&target.profiles)?;
    app.output.write_text(&format!("{page}\n"))?;
    if !target.orgs.is_empty() {
        let orgs = target.orgs;
        app.output.note(&format!(
            "the page shows the connections of the org that you sign in to: {orgs}"
        ));
    }
    if !args.print && app.has_browser() {
        start_browser(&page, app)?;
    }
    Ok(Exit::Done)
}

/// Shows the page in the browser. A browser inherits the environment, so a second process of this program without keys
/// in its environment starts it.
fn start_browser(page: &str, app: &mut App) -> Result<()> {
    let private_variables = app.private_variables()?;
    let start = || {
        let mut command = Command::new(env::current_exe()?);
        command.args(["open", "--show", page]);
        for name in private_variables {
            command.env_remove(name);
        }
        command.status()
    };
    if let Err(error) = start() {
        app.output
            .warn(&format!("the browser cannot be started: {error}"));
    }
    Ok(())
}

/// Finds the connection or else the org that the user names. Only a text that looks like an id is looked for among the
/// connections.
async fn find(text: &str, chosen_accounts: &ChosenAccounts) -> Result<Target> {
    let is_like_id = |char: char| char.is_ascii_hexdigit() || char == '-';
    if let Ok(selector) = text.parse::<ConnectionSelector>()
        && text.chars().all(is_like_id)
    {
        let ids = slice::from_ref(&selector);
        let seen = chosen_accounts.connections_by_id(ids).await.connections;
        match chosen_accounts.select(Some(&selector), &ConnectionEnds::default(), &seen) {
            Err(error) if is_unknown_connection(&error) => {}
            found => {
                let found = found?;
                let (source, destination) = (found.source.label(), found.destination.label());
                return Ok(Target {
                    orgs: format!("`{source}` (source) or `{destination}` (destination)"),
                    profiles: found.profiles.clone(),
                });
            }
        }
    }
    let selector: OrgSelector = text.parse().map_err(anyhow::Error::from)?;
    let org = chosen_accounts.org_lookup().find(&selector).await?;
    Ok(Target {
        orgs: format!("`{}`", org.label()),
        profiles: org.profiles,
    })
}
