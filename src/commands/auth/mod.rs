mod login;
mod login_input;
mod status;

use clap::Subcommand;

use super::profile_helpers;
use crate::app::App;
use crate::config::{ConfigEditor, ConfigError, ConfigLock, ProfileChoice};
use crate::error::{CommandError, Exit, Result};
use crate::output::ProfileRow;

/// Show the owner and the permissions of credentials; log in and out
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: AuthCommand,
}

#[derive(Debug, Subcommand)]
enum AuthCommand {
    Status(status::Args),
    Login(login::Args),
    Logout(LogoutArgs),
}

/// Delete the keys that a login has stored for a profile
///
/// They are deleted from the keychain, or from the files that the login made; variables, commands and other files are
/// not touched. The profile stays, without a source for its keys.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn auth logout --profile hub")]
struct LogoutArgs {}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    match args.command {
        AuthCommand::Status(args) => status::run(args, app).await,
        AuthCommand::Login(args) => login::run(args, app).await,
        AuthCommand::Logout(_) => log_out(app),
    }
}

fn log_out(app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ProfileRow>()?;
    profile_helpers::refuse_in_sandbox(app)?;
    let location = app.config_location()?;
    let lock = ConfigLock::new(&location)?;
    let file = ConfigEditor::open(&location)?.file().clone();
    let name = single_profile_choice(app)?.or_else(|| file.default_profile.clone());
    let name = match name {
        Some(name) => name,
        None if file.profiles.is_empty() => {
            return Err(ConfigError::NoProfiles { file: file.path }.into());
        }
        None => {
            return Err(CommandError::usage("no profile is named").hint("name it with --profile"));
        }
    };
    // This comes first: if a secret cannot be deleted, the profile must still name it.
    let profile = file.profile(&name)?;
    match &profile.credentials {
        Some(sources) => {
            profile_helpers::delete_login_secrets(sources.iter(), &name, &file, &mut app.output)?;
        }
        None => app
            .output
            .note(&format!("the profile `{name}` has no keys")),
    }
    let (_, file) = ConfigEditor::edit_locked(&lock, |editor| editor.remove_credentials(&name))?;
    profile_helpers::delete_leftovers(&name, &file, &mut app.output);
    drop(lock);
    app.output
        .note(&format!("the profile `{name}` stays, without keys"));
    let row = profile_helpers::row(file.profile(&name)?, &file);
    profile_helpers::show(vec![row], app)
}

/// The one profile that is chosen, if one is.
///
/// # Errors
/// Fails if several profiles are chosen.
fn single_profile_choice(app: &App) -> Result<Option<String>> {
    match app.profile_choice()? {
        ProfileChoice::Named(mut names) if names.len() == 1 => Ok(names.pop()),
        ProfileChoice::None => Ok(None),
        _ => Err(CommandError::usage("this command works with one profile")
            .hint("name it with --profile")),
    }
}
