mod add;
mod kept;
mod remove;
mod row;
mod source;

use anyhow::Result;
use clap::Subcommand;

use super::sorting::Sorting;
use crate::context::Context;
use crate::error::{Exit, Failure};
use crate::output::ProfileRow;

pub(crate) use add::place;
pub(crate) use kept::discard;
pub(crate) use row::{of_profile, origins};

/// The profiles of the configuration file: one for each org that is worked with
///
/// A profile says where an org's API is, where the keys come from, and which org they must belong to. It never holds
/// a secret itself.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the profiles
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show one profile
    Show(ShowArgs),
    Add(Box<add::Args>),
    #[command(visible_alias = "rm")]
    Remove(remove::Args),
}

#[derive(clap::Args, Debug)]
struct ListArgs {
    #[command(flatten)]
    sorting: Sorting,
}

#[derive(clap::Args, Debug)]
struct ShowArgs {
    /// Name of the profile
    #[arg(value_name = "NAME")]
    name: String,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    match args.action {
        Action::List(args) => {
            args.sorting.apply::<ProfileRow>(&mut context.output)?;
            let rows = row::all(context)?;
            show(rows, context)
        }
        Action::Show(args) => {
            context.output.check::<ProfileRow>()?;
            let row = row::one(context, &args.name)?;
            show(vec![row], context)
        }
        Action::Add(args) => add::run(*args, context),
        Action::Remove(args) => remove::run(&args, context),
    }
}

/// Shows profiles as records.
///
/// # Errors
/// The output could not be written.
pub(crate) fn show(rows: Vec<ProfileRow>, context: &mut Context) -> Result<Exit> {
    let mut listing = context.output.begin::<ProfileRow>()?;
    for row in rows {
        listing.push(row)?;
    }
    listing.finish(&[])?;
    Ok(Exit::Done)
}

/// Refuses to change profiles in the sandbox, whose own are fixed.
///
/// # Errors
/// The sandbox stands in for the API.
pub(crate) fn refuse_in_sandbox(context: &Context) -> Result<(), Failure> {
    if !context.in_sandbox() {
        return Ok(());
    }
    Err(
        Failure::usage("the sandbox's profiles are fixed, and need no login").hint(
            "without --sandbox (ORGCONN_SANDBOX) the command works on the configuration file",
        ),
    )
}
