use std::path::{Path, PathBuf};

use super::comparison::{self, FileArgs, Target, compare};
use crate::app::App;
use crate::desired::Plan;
use crate::error::{CommandError, Exit, Result};
use crate::output::{Format, Output, StepRow};
use crate::private_file;

/// Show what would bring the live connections to a file's state
///
/// Nothing is changed. The exit code is 0 whether or not there is anything to do, unless --exit-code is given. json,
/// jsonl and yaml hold every connection of the file, the other formats only the changes: -o markdown is a table for a
/// pull request, -o github writes them as annotations of the file's lines.
#[derive(clap::Args, Debug)]
#[command(mut_arg("files", |files| files.required(true)))]
#[command(before_help = "  orgconn plan -f orgconn.yaml
  orgconn plan -f teams/ --prune --out plan.json
  orgconn plan -f orgconn.yaml --prune -o markdown")]
pub(crate) struct Args {
    #[command(flatten)]
    files: FileArgs,

    /// Save the plan to this file
    ///
    /// `orgconn apply PLAN` carries out these steps, or none if the live state has changed.
    #[arg(long, value_name = "PLAN")]
    out: Option<PathBuf>,

    /// End with 3 if there is anything to change
    #[arg(long)]
    exit_code: bool,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing_or::<StepRow>(&Format::PLAN)?;
    if let Some(path) = &args.out
        && args.files.contains(path)?
    {
        let file = path.display();
        let message = format!("{file} is one of the files of the plan and would be overwritten");
        return Err(CommandError::usage(message).hint("give --out a name of its own"));
    }
    let mut target = match args.files.read() {
        Ok(target) => target,
        Err(errors) => return comparison::report_errors(errors, &mut app.output),
    };
    let (exit, plan) = show(&mut target, app).await?;
    if let Some(path) = &args.out {
        save(plan.as_ref(), path, &mut app.output)?;
    }
    let has_changes = plan.is_some_and(|plan| !plan.is_empty());
    match exit {
        Exit::Done if args.exit_code && has_changes => Ok(Exit::Difference),
        exit => Ok(exit),
    }
}

/// Shows the plan, the parts of the live state that could not be read, and the changes that cannot be made. Returns the
/// plan if it is complete.
///
/// # Errors
/// Fails if there are no credentials, or if the output could not be written.
async fn show(target: &mut Target, app: &mut App) -> Result<(Exit, Option<Plan>)> {
    let mut chosen_accounts = target.open_accounts(app).await?;
    if let Err(errors) = target.expand_groups(&mut chosen_accounts, app).await {
        return Ok((comparison::report_errors(errors, &mut app.output)?, None));
    }
    let output = &mut app.output;
    let progress = output.progress("reading the connections", None);
    let compared = progress.during(compare(&chosen_accounts, target)).await;
    let mut comparison = match compared {
        Ok(comparison) => comparison,
        Err(errors) => return Ok((comparison::report_errors(errors, output)?, None)),
    };
    let without_account = comparison.changes_without_account();
    comparison.print_warnings(output).await;
    let mut errors = std::mem::take(&mut comparison.unknown);
    errors.extend(without_account);
    let is_complete = errors.is_empty();
    let steps = comparison.steps();
    let exit = comparison::report_steps(steps, false, errors, output, |output| {
        comparison.note_counts(target, is_complete, output);
    })?;
    Ok((exit, is_complete.then_some(comparison.plan)))
}

/// Saves the plan if it is complete.
fn save(plan: Option<&Plan>, path: &Path, output: &mut Output) -> Result<()> {
    let file = path.display();
    let Some(plan) = plan else {
        output.note(&format!("the plan is incomplete: {file} was not written"));
        return Ok(());
    };
    let text = plan.to_json().map_err(anyhow::Error::from)?;
    if text.len() as u64 > comparison::MAX_PLAN_BYTES {
        let message = format!("the plan is too large to be read again: {file} was not written");
        return Err(CommandError::usage(message).hint("plan fewer files at once"));
    }
    private_file::write_output(path, text.as_bytes()).map_err(|error| {
        CommandError::from(error).context(format!("cannot write the plan to {file}"))
    })
}
