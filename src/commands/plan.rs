use anyhow::Result;

use super::desired::{self, DesiredFile, Wish};
use super::report;
use crate::context::Context;
use crate::error::Exit;
use crate::output::StepRow;
use crate::topology::PlanOptions;

/// Show what would turn the live connections into those of a file
///
/// Nothing is changed. The exit code is 0 whether or not there is anything to do; `orgconn check -f FILE` tells the
/// two apart. json, jsonl and yaml hold every connection of the file, the other formats only what would change.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn plan -f orgconn.yaml --all-profiles
  orgconn plan -f orgconn.yaml --all-profiles --prune -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    wish: Wish,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<StepRow>()?;
    match args.wish.read() {
        Ok(file) => show(&file, args.wish.options(), context),
        Err(mistakes) => report::refuse(&mistakes, &mut context.output),
    }
}

/// Shows the plan, with what could not be known or could not be carried out.
pub(super) fn show(
    file: &DesiredFile,
    options: PlanOptions,
    context: &mut Context,
) -> Result<Exit> {
    let session = context.session()?;
    let output = &mut context.output;
    let progress = output.progress("reading the connections", None);
    let looked = session.run(progress.during(desired::look(&session, file, options)));
    progress.finish();
    let mut prospect = match looked {
        Ok(prospect) => prospect,
        Err(failures) => return report::refuse(&failures, output),
    };
    let unserved = prospect.unserved(file);
    session.run(desired::warn(&prospect, output));
    let knows_something = prospect.knows_something();
    let mut failures = std::mem::take(&mut prospect.unknown);
    failures.extend(unserved);
    let exit = desired::finish(prospect.rows(), knows_something, &failures, output)?;
    desired::tell_counts(&prospect.plan, output);
    Ok(exit)
}
