mod input;
mod login;
mod logout;
mod status;

use anyhow::Result;
use clap::Subcommand;

use crate::config::{ConfigFile, Selection};
use crate::context::Context;
use crate::error::{Exit, Failure};

/// Who these credentials are and what they may do; log in and out
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Status(status::Args),
    Login(login::Args),
    Logout(logout::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    match args.action {
        Action::Status(args) => status::run(args, context),
        Action::Login(args) => login::run(&args, context),
        Action::Logout(args) => logout::run(&args, context),
    }
}

/// The one profile that is chosen, or else the default one, if there is one.
///
/// # Errors
/// Several are chosen.
fn chosen_profile(context: &Context, file: &ConfigFile) -> Result<Option<String>> {
    let several =
        || Failure::usage("this command works with one profile").hint("name it with --profile");
    match context.selection()? {
        Selection::Some { mut names, .. } if names.len() == 1 => Ok(names.pop()),
        Selection::None => Ok(file.default_profile.as_deref().map(str::to_owned)),
        _ => Err(several().into()),
    }
}
