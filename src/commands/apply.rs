mod carry_out;
mod moved;
mod team;

use anyhow::{Error, Result};

use self::carry_out::carry_out;
use self::team::Team;
use super::desired::{self, DesiredFile, Prospect, Wish};
use super::plan;
use super::report::{self, PartFailure};
use crate::context::{Context, Session};
use crate::error::{self, Exit, Failure};
use crate::output::{Answer, Output, StepRow};

/// Carry out what turns the live connections into those of a file
///
/// Shows the plan and asks, unless --yes is given. Then the live state is read again: if it moved, nothing is changed.
/// A step that fails does not stop the others. What is done once is not done twice: run again after a failure or an
/// interruption, it ends at the file's state.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn apply -f orgconn.yaml --all-profiles --dry-run
  orgconn apply -f orgconn.yaml --all-profiles --yes")]
pub(crate) struct Args {
    #[command(flatten)]
    wish: Wish,

    /// Show the plan, as `orgconn plan` does; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<StepRow>()?;
    if !args.dry_run && !context.globals.yes && !context.output.can_ask() {
        return Err(refuse_to_guess());
    }
    let file = match args.wish.read() {
        Ok(file) => file,
        Err(mistakes) => return report::refuse(&mistakes, &mut context.output),
    };
    if args.dry_run {
        let exit = plan::show(&file, args.wish.options(), context)?;
        context.output.note("dry run: nothing was changed");
        return Ok(exit);
    }
    apply(args, &file, context)
}

fn refuse_to_guess() -> Error {
    Failure::usage("nobody can be asked here whether to carry out the plan")
        .hint("--yes carries it out without asking; `orgconn plan` shows it")
        .into()
}

fn apply(args: &Args, file: &DesiredFile, context: &mut Context) -> Result<Exit> {
    let session = context.session()?;
    let (globals, output) = (&context.globals, &mut context.output);
    let shown = match look(args, file, &session, output) {
        Ok(prospect) => prospect,
        Err(failures) => return report::refuse(&failures, output),
    };
    session.run(desired::warn(&shown, output));
    output.show_diff(&shown.rows(), !globals.yes);
    desired::tell_counts(&shown.plan, output);
    if shown.plan.is_empty() {
        return desired::finish(shown.rows(), true, &[], output);
    }
    let team = session.run(Team::of(&shown))?;
    if !globals.yes {
        ask(&shown, output)?;
    }
    let now = match look(args, file, &session, output) {
        Ok(prospect) => prospect,
        Err(failures) => return report::refuse(&failures, output),
    };
    let moved = moved::failures(&now.plan, &shown.plan);
    if !moved.is_empty() {
        return report::refuse(&moved, output);
    }
    change(&now, &team, &session, output)
}

/// Reads the live state. Nothing is begun on a part of it: a name may mean another org, and a connection be there
/// already, where a profile could not be asked.
fn look<'a>(
    args: &Args,
    file: &DesiredFile,
    session: &'a Session,
    output: &mut Output,
) -> Result<Prospect<'a>, Vec<PartFailure>> {
    let progress = output.progress("reading the connections", None);
    let looked = desired::look(session, file, args.wish.options());
    let mut prospect = session.run(progress.during(looked))?;
    let mut failures = std::mem::take(&mut prospect.unknown);
    failures.extend(prospect.unserved(file));
    if failures.is_empty() {
        Ok(prospect)
    } else {
        Err(failures)
    }
}

fn ask(shown: &Prospect<'_>, output: &mut Output) -> Result<()> {
    let question = match shown.plan.changes().count() {
        1 => "Make this change?".to_owned(),
        several => format!("Make these {several} changes?"),
    };
    let answer = output
        .confirm(&question)
        .map_err(|error| error::unanswered(error, "nothing was changed"))?;
    match answer {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Failure, "not confirmed; nothing was changed").into()),
    }
}

/// Carries the plan out and reports.
fn change(
    prospect: &Prospect<'_>,
    team: &Team<'_>,
    session: &Session,
    output: &mut Output,
) -> Result<Exit> {
    let changes = prospect.plan.changes().count() as u64;
    let progress = output.progress("changing connections", Some(changes));
    let done = session.run(progress.during(carry_out(prospect, team, &progress)));
    progress.finish();
    let tally = done.tally();
    let exit = desired::finish(done.rows, done.succeeded, &done.failures, output)?;
    output.note(&tally);
    Ok(exit)
}
