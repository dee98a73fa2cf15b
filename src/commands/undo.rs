mod reversal;
mod words;

use anyhow::Result;

use self::reversal::Reversal;
use super::report;
use super::survey::{Survey, survey};
use crate::context::{Account, Context, SANDBOX_HOST};
use crate::error::{Exit, Failure, unanswered};
use crate::history::{Entry, History};
use crate::output::{Answer, ConnectionChange, Output};

/// Take back a change of the history
///
/// Puts back what a create, an update or a delete changed, after showing it: without ENTRY, the newest change that is
/// not undone, so that one undo after another goes back in time. What was changed again since is left alone, and
/// nothing is undone twice. A deleted connection comes back with a new id and another owner, and without its
/// restriction policy. The keys are those of the change's own profile, unless others are chosen.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn undo --dry-run
  orgconn undo \"$(orgconn history --limit 1 -o id)\" --yes")]
pub(crate) struct Args {
    /// Entry of `orgconn history`, or its beginning (4 characters or more)
    #[arg(value_name = "ENTRY")]
    entry: Option<String>,

    /// Show what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<ConnectionChange>()?;
    let agreed = args.dry_run || context.globals.yes;
    if !agreed && !context.output.can_ask() {
        return Err(Failure::usage("nobody can be asked here whether to undo")
            .hint("--yes undoes without asking")
            .into());
    }
    let history = context.journal()?.entries()?;
    let entry = choose(args, &history, context)?;
    if let Some(profile) = &entry.origin.profile {
        context.prefer_profile(profile)?;
    }
    let session = context.session()?;
    require_host(&entry, session.accounts())?;
    let output = &mut context.output;
    session.run(async {
        let survey = survey(&session).await;
        if survey.members.is_empty() {
            let nothing = Vec::<ConnectionChange>::new();
            return report::finish_parts(nothing, false, survey.failures, output);
        }
        warn_of_failures(&survey, output);
        let Some(reversal) = Reversal::find(&entry, &survey)? else {
            output.note(&words::as_it_was(&entry));
            return report::finish::<ConnectionChange>(Vec::new(), output);
        };
        show(&entry, &reversal, agreed, output);
        if args.dry_run {
            output.note("dry run: nothing was changed");
            return report::finish(vec![Ok(reversal.rehearsed())], output);
        }
        if !agreed {
            ask(output)?;
        }
        let change = reversal.go(&entry).await?;
        report::finish(vec![Ok(change)], output)
    })
}

/// The entry that is meant, once it is sure that it can be undone as far as the history knows.
fn choose(args: &Args, history: &History, context: &Context) -> Result<Entry> {
    let entry = match &args.entry {
        Some(text) => history.select(text)?,
        None => history
            .newest_to_undo(|origin| context.is_about(origin))
            .ok_or_else(nothing_to_undo)?,
    };
    require_world(entry, context.in_sandbox())?;
    entry.check_undoable()?;
    Ok(history.brought_up_to_date(entry))
}

fn nothing_to_undo() -> Failure {
    Failure::new(Exit::NotFound, "the history has nothing to undo")
        .hint("`orgconn history` lists the changes; an undo is itself undone only by its name")
}

/// Refuses early what only the service's address would tell later.
fn require_world(entry: &Entry, in_sandbox: bool) -> Result<()> {
    let id = &entry.id;
    let failure = match (*entry.origin.host == *SANDBOX_HOST, in_sandbox) {
        (true, false) => {
            Failure::usage(format!("{id} was made in the sandbox")).hint("add --sandbox")
        }
        (false, true) => Failure::usage(format!("{id} was not made in the sandbox"))
            .hint("leave out --sandbox, and ORGCONN_SANDBOX"),
        _ => return Ok(()),
    };
    Err(failure.into())
}

/// Requires that at least one of the accounts is on the entry's host.
fn require_host(entry: &Entry, accounts: &[Account]) -> Result<()> {
    let mut refusal = None;
    for account in accounts {
        match entry.check_host(account.host()) {
            Ok(()) => return Ok(()),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or(Ok(()), |error| Err(error.into()))
}

/// Another profile may do: a failure matters only if none does.
fn warn_of_failures(survey: &Survey<'_>, output: &mut Output) {
    for failure in &survey.failures {
        let profile = failure.profile.as_deref().unwrap_or("?");
        output.warn(&format!(
            "the profile {profile} could not be asked: {:#}",
            failure.error
        ));
    }
}

/// Tells what is undone, and how. Where somebody is asked, that is part of the question.
fn show(entry: &Entry, reversal: &Reversal<'_>, agreed: bool, output: &mut Output) {
    for line in [words::headline(entry), words::action(&reversal.action)] {
        if agreed {
            output.note(&line);
        } else {
            output.show(&line);
        }
    }
    if let Some(loss) = words::loss(&reversal.action) {
        output.warn(loss);
    }
}

fn ask(output: &mut Output) -> Result<()> {
    let answer = output.confirm("Undo this?");
    match answer.map_err(|error| unanswered(error, "nothing was changed"))? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Failure, "not confirmed; nothing was changed").into()),
    }
}
