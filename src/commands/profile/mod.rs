mod add;

use clap::Subcommand;

use super::profile_helpers;
use super::shared_flags::Sorting;
use crate::app::App;
#[cfg(feature = "sandbox")]
use crate::app::find_sample_profile;
use crate::config::{ConfigEditor, SecretSources};
use crate::error::{CommandError, Exit, Result};
#[cfg(feature = "sandbox")]
use crate::history::SANDBOX_HOST;
#[cfg(feature = "sandbox")]
use crate::output::CredentialOrigins;
use crate::output::ProfileRow;
#[cfg(feature = "sandbox")]
use crate::sandbox::{self, DEFAULT_PROFILE, SampleProfile};

/// List, show, add and remove the profiles of the configuration file
///
/// One for each org that is worked with. A profile says where an org's API is, where the keys come from, and which org they must belong to. It never holds
/// a secret itself.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: ProfileCommand,
}

#[derive(Debug, Subcommand)]
enum ProfileCommand {
    /// List the profiles
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show one profile
    Show(ShowArgs),
    Add(Box<add::Args>),
    #[command(visible_alias = "rm")]
    Remove(RemoveArgs),
}

#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn profile list
  orgconn profile list --sort name -o json")]
struct ListArgs {
    #[command(flatten)]
    sorting: Sorting,
}

#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn profile show hub")]
struct ShowArgs {
    /// Name of the profile
    #[arg(value_name = "NAME")]
    name: String,
}

/// Remove a profile from the configuration file
///
/// Asks, unless --yes is given. Secrets that `orgconn auth login` has stored for the profile are deleted too.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn profile remove hub")]
struct RemoveArgs {
    /// Name of the profile
    #[arg(value_name = "NAME")]
    name: String,
}

pub(crate) fn run(args: Args, app: &mut App) -> Result<Exit> {
    match args.command {
        ProfileCommand::List(args) => {
            args.sorting.apply::<ProfileRow>(&mut app.output)?;
            let rows = all_rows(app)?;
            let is_empty = rows.is_empty();
            let exit = profile_helpers::show(rows, app)?;
            if is_empty {
                app.output.hint("`orgconn auth login` adds one with its keys, `orgconn profile add` one by hand");
            }
            Ok(exit)
        }
        ProfileCommand::Show(args) => {
            app.output.check_listing::<ProfileRow>()?;
            let row = row_of(&args.name, app)?;
            profile_helpers::show(vec![row], app)
        }
        ProfileCommand::Add(args) => add::run(*args, app),
        ProfileCommand::Remove(args) => remove(&args.name, app),
    }
}

/// All profiles in the order of the file; in the sandbox the sample profiles.
fn all_rows(app: &App) -> Result<Vec<ProfileRow>> {
    #[cfg(feature = "sandbox")]
    if app.in_sandbox() {
        return Ok(sandbox::profiles().iter().map(sample_row).collect());
    }
    let file = app.config_file()?;
    let rows = file.profiles.iter();
    Ok(rows
        .map(|profile| profile_helpers::row(profile, &file))
        .collect())
}

fn row_of(name: &str, app: &App) -> Result<ProfileRow> {
    #[cfg(feature = "sandbox")]
    if app.in_sandbox() {
        return Ok(sample_row(find_sample_profile(name)?));
    }
    let file = app.config_file()?;
    Ok(profile_helpers::row(file.profile(name)?, &file))
}

#[cfg(feature = "sandbox")]
fn sample_row(sample: &SampleProfile) -> ProfileRow {
    ProfileRow {
        name: sample.name.to_owned(),
        site: SANDBOX_HOST.to_owned(),
        org: Some(sample.org_id),
        credentials: Some(CredentialOrigins::sample()),
        default: sample.name == DEFAULT_PROFILE,
    }
}

fn remove(name: &str, app: &mut App) -> Result<Exit> {
    profile_helpers::refuse_in_sandbox(app)?;
    let location = app.config_location()?;
    let file = ConfigEditor::open(&location)?.file().clone();
    let profile = file.profile(name)?;
    if app.must_ask(
        "removing a profile",
        "add --yes to remove it without asking",
    )? {
        let question = format!("Remove the profile `{name}`?");
        app.ask_confirmation(&question, "nothing was removed")?;
    }
    let (was_default, _) = ConfigEditor::edit(&location, |editor| editor.remove(name))?;
    app.output.note(&format!("removed the profile `{name}`"));
    if was_default {
        app.output
            .hint("it was the default profile, and there is none now");
    }
    let sources = profile.credentials.iter().flat_map(SecretSources::iter);
    let deleted = profile_helpers::delete_login_secrets(sources, name, &file, &mut app.output);
    if let Err(error) = deleted.map_err(CommandError::from) {
        let message = error.message();
        app.output
            .warn(&format!("a secret may be left behind: {message}"));
    }
    Ok(Exit::Done)
}
