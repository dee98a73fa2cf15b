mod github;

use std::path::Path;
use std::time::Duration;

use anyhow::{Error, Result};

use super::Args;
use super::patience::Patience;
use crate::commands::desired::{self, DesiredFile, Prospect};
use crate::commands::report::{self, PartFailure};
use crate::context::{Context, Session};
use crate::error::{self, Exit};
use crate::output::{Format, Output, StepRow};
use crate::topology::{Action, Expectation, PlanOptions, Step};

/// Holds the live connections against the file at `path`.
pub(super) fn run(path: &Path, args: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check_beside::<StepRow>(&[Format::Github])?;
    let file = match DesiredFile::read(path, args.unknown_types.are_allowed()) {
        Ok(file) => file,
        Err(mistakes) => return refuse(&mistakes, &mut context.output),
    };
    let session = context.session()?;
    let output = &mut context.output;
    let progress = output.progress("reading the connections", None);
    let settled = session.run(progress.during(settle(args, &file, &session)));
    progress.finish();
    match settled {
        Ok(prospect) => show(&prospect, &file, output),
        Err(failures) => refuse(&failures, output),
    }
}

/// Looks, and with `--wait` looks again until nothing differs or the time is over.
async fn settle<'a>(
    args: &Args,
    file: &DesiredFile,
    session: &'a Session,
) -> Result<Prospect<'a>, Vec<PartFailure>> {
    let options = PlanOptions { prune: args.exact };
    let mut patience = Patience::new(args.wait);
    loop {
        let looked = desired::look(session, file, options).await;
        if !may_pass(&looked) {
            return looked;
        }
        match patience.pause() {
            Some(pause) => wait(session, pause)
                .await
                .map_err(|error| vec![error.into()])?,
            None => return looked,
        }
    }
}

/// Whether another look may find what this one did not: a difference, or a failure that is temporary, may go by itself.
fn may_pass(looked: &Result<Prospect<'_>, Vec<PartFailure>>) -> bool {
    let (differs, failures) = match looked {
        Ok(prospect) => (!prospect.plan.is_empty(), &prospect.unknown),
        Err(failures) => (false, failures),
    };
    let mut exits = failures.iter().map(|failure| error::exit(&failure.error));
    differs || exits.any(|exit| exit == Exit::Temporary)
}

async fn wait(session: &Session, length: Duration) -> Result<(), Error> {
    if let Some(account) = session.accounts().first() {
        account.client().await?.pause(length).await?;
    }
    Ok(())
}

/// Reports that nothing could be compared.
fn refuse(failures: &[PartFailure], output: &mut Output) -> Result<Exit> {
    report::conclude(false, failures, output, |errors, output| {
        if output.format() == Format::Github {
            return github::annotate(&[], failures, output);
        }
        Ok(output.only_errors(errors)?)
    })
}

fn show(prospect: &Prospect<'_>, file: &DesiredFile, output: &mut Output) -> Result<Exit> {
    let knows_something = prospect.knows_something();
    let failures = &prospect.unknown;
    let rows: Vec<_> = prospect.plan.changes().cloned().map(difference).collect();
    let exit = if output.format() == Format::Github {
        let placed: Vec<_> = rows
            .iter()
            .map(|row| (prospect.place(&row.step, file), row))
            .collect();
        report::conclude(knows_something, failures, output, |_, output| {
            github::annotate(&placed, failures, output)
        })
    } else {
        desired::finish(rows, knows_something, failures, output)
    }?;
    tell_counts(prospect, output);
    Ok(match exit {
        Exit::Done if !prospect.plan.is_empty() => Exit::Difference,
        exit => exit,
    })
}

/// What differs, in the words of one who looks at the live connection.
fn difference(step: Step) -> StepRow {
    let (result, expectation) = match step.action {
        Action::Create => ("missing", Expectation::SharesExactly(step.after.clone())),
        Action::Update => ("differs", Expectation::SharesExactly(step.after.clone())),
        Action::Delete => ("unwanted", Expectation::Absent),
        Action::Unchanged => return StepRow::planned(step),
    };
    StepRow {
        result: Some(result),
        reason: expectation.check(step.connection.as_ref()).err(),
        step,
    }
}

fn tell_counts(prospect: &Prospect<'_>, output: &mut Output) {
    let counts = prospect.plan.counts();
    output.note(&format!(
        "{} missing, {} different, {} unwanted, {} as wanted",
        counts.create, counts.update, counts.delete, counts.unchanged
    ));
}
