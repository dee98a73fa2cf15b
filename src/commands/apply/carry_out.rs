use anyhow::{Error, Result};
use futures_util::{StreamExt as _, stream};

use super::team::Team;
use crate::api;
use crate::commands::desired::Prospect;
use crate::commands::report::PartFailure;
use crate::commands::{create, delete, update};
use crate::context::{ACCOUNTS_AT_ONCE, CHANGES_AT_ONCE, Writer};
use crate::error::{self, Exit, Failure};
use crate::output::{Progress, StepRow};
use crate::topology::{Action, Connection, Org, Reference, Step};

/// What became of a step that was carried out.
const DONE: &str = "done";
const FAILED: &str = "failed";
const UNKNOWN: &str = "unknown";
const NOT_ATTEMPTED: &str = "not attempted";

/// What became of a plan.
#[derive(Default)]
pub(super) struct Applied {
    /// All steps, in the order of the plan.
    pub(super) rows: Vec<StepRow>,
    /// What failed, and that something was not attempted.
    pub(super) failures: Vec<PartFailure>,
    /// Whether at least one was done.
    pub(super) succeeded: bool,
}

/// A step's row, and the failure if it is one.
type Ended = (StepRow, Option<PartFailure>);

/// Carries out the steps: those of different source orgs side by side, and within one in the plan's turns. A step
/// that fails stops no other. Once somebody wishes to stop, nothing more is begun.
pub(super) async fn carry_out(
    prospect: &Prospect<'_>,
    team: &Team<'_>,
    progress: &Progress,
) -> Applied {
    let steps = prospect.plan.steps();
    let orgs = steps.chunk_by(|step, next| step.source.id == next.source.id);
    let tasks = orgs.map(|steps| in_one_org(steps, prospect, team, progress));
    let ended = side_by_side(tasks, ACCOUNTS_AT_ONCE).await;
    let mut applied = Applied::default();
    for (row, failure) in ended.into_iter().flatten() {
        applied.rows.push(row);
        applied.failures.extend(failure);
    }
    applied.failures.extend(applied.left_undone());
    applied.succeeded = applied.count(DONE) > 0;
    applied
}

/// Deletes do not overtake what the plan puts before them, nor the other way round.
async fn in_one_org(
    steps: &[Step],
    prospect: &Prospect<'_>,
    team: &Team<'_>,
    progress: &Progress,
) -> Vec<Ended> {
    let is_delete = |step: &Step| step.action == Action::Delete;
    let mut ended = Vec::with_capacity(steps.len());
    for turn in steps.chunk_by(|step, next| is_delete(step) == is_delete(next)) {
        let tasks = turn.iter().map(|step| async move {
            let ended = attempt(step, team.writer(step, prospect)).await;
            progress.advance(u64::from(step.is_change()));
            ended
        });
        ended.extend(side_by_side(tasks, CHANGES_AT_ONCE).await);
    }
    ended
}

/// Does so many of the tasks at once, and gives what came of them in their order. One that has to wait, as a rate limit
/// may ask, keeps none of the others from being begun.
async fn side_by_side<T>(
    tasks: impl Iterator<Item = impl Future<Output = T>>,
    at_once: usize,
) -> Vec<T> {
    let numbered = tasks
        .enumerate()
        .map(|(number, task)| async move { (number, task.await) });
    let ended = stream::iter(numbered).buffer_unordered(at_once);
    let mut ended: Vec<_> = ended.collect().await;
    ended.sort_unstable_by_key(|(number, _)| *number);
    ended.into_iter().map(|(_, ended)| ended).collect()
}

async fn attempt(step: &Step, writer: Option<&Writer<'_>>) -> Ended {
    let mut row = StepRow::planned(step.clone());
    let Some(writer) = writer.filter(|_| step.is_change()) else {
        return (row, None);
    };
    match perform(step, writer).await {
        Ok(made) => {
            row.result = Some(DONE);
            row.step.connection = made.or(row.step.connection);
            (row, None)
        }
        Err(error) if was_stopped(&error) => {
            row.result = Some(NOT_ATTEMPTED);
            (row, None)
        }
        Err(error) => {
            let is_unknown = error::is_outcome_unknown(&error);
            row.result = Some(if is_unknown { UNKNOWN } else { FAILED });
            row.reason = Some(format!("{error:#}"));
            let profile = step.profile.clone();
            (row, Some(PartFailure { profile, error }))
        }
    }
}

/// Whether it was not sent, or refused for a while, and somebody wished to stop before it was sent again.
fn was_stopped(error: &Error) -> bool {
    error::exit(error) == Exit::Interrupted && !error::is_outcome_unknown(error)
}

/// Does what the step says. What somebody else did in the meantime, just as the file wants it, is done.
async fn perform(step: &Step, writer: &Writer<'_>) -> Result<Option<Connection>> {
    match (step.action, &step.connection) {
        (Action::Create, _) => create(step, writer).await.map(Some),
        (Action::Update, Some(connection)) => {
            let updated = writer.update(connection, &step.after).await;
            updated
                .map(Some)
                .map_err(|error| update::explain(error, connection))
        }
        (Action::Delete, Some(connection)) => match writer.delete(connection).await {
            Err(error) if !delete::is_not_found(&error) => Err(delete::explain(error, connection)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

async fn create(step: &Step, writer: &Writer<'_>) -> Result<Connection> {
    let destination = org(&step.destination)?;
    let error = match writer.create(&destination, &step.after).await {
        Ok(made) => return Ok(made),
        Err(error) => error,
    };
    let existing = error.downcast_ref().and_then(api::Error::existing);
    match existing {
        Some(existing) if existing.types == step.after => Ok(existing.clone()),
        _ => {
            let source = step.source.label();
            Err(create::explain(error, &destination).context(format!("from `{source}`")))
        }
    }
}

fn org(reference: &Reference) -> Result<Org> {
    let id = reference.id.clone();
    let id = id.ok_or_else(|| Failure::new(Exit::Failure, "the destination has no id"))?;
    Ok(Org {
        id,
        name: reference.name.clone(),
        public_id: None,
        disabled: None,
    })
}

impl Applied {
    fn count(&self, result: &str) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.result == Some(result)).count()
    }

    /// That somebody stopped it, if so.
    fn left_undone(&self) -> Option<PartFailure> {
        let left = self.count(NOT_ATTEMPTED);
        let failure = Failure::new(
            Exit::Interrupted,
            format!("interrupted: {left} of the changes were not attempted"),
        );
        let failure = failure.hint("run it again: it goes on where it stopped");
        (left > 0).then(|| Error::from(failure).into())
    }

    /// `2 done, 1 failed, 3 not attempted`
    pub(super) fn tally(&self) -> String {
        let mut tally = format!("{} done, {} failed", self.count(DONE), self.count(FAILED));
        for result in [UNKNOWN, NOT_ATTEMPTED] {
            let count = self.count(result);
            if count > 0 {
                tally.push_str(&format!(", {count} {result}"));
            }
        }
        tally
    }
}
