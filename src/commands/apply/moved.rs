use crate::commands::report::PartFailure;
use crate::error::{Exit, Failure};
use crate::topology::plan::Moved;
use crate::topology::{Action, Plan, Step};

/// What has to be done otherwise than it was shown, as the reasons to change nothing.
pub(super) fn failures(now: &Plan, shown: &Plan) -> Vec<PartFailure> {
    let moved = now.moved_since(shown);
    let last = moved.len().saturating_sub(1);
    let explain = |(index, moved): (usize, &Moved<'_>)| {
        let mut failure = Failure::new(Exit::Conflict, sentence(moved));
        if index == last {
            failure = failure.hint("nothing was changed: look at the new plan, and apply that");
        }
        PartFailure::from(anyhow::Error::from(failure))
    };
    moved.iter().enumerate().map(explain).collect()
}

fn sentence(moved: &Moved<'_>) -> String {
    let pair = moved.now.or(moved.shown).map_or_else(String::new, |step| {
        format!(
            "`{}` to `{}`",
            step.source.label(),
            step.destination.label()
        )
    });
    format!(
        "{pair} moved since the plan was made: it said to {}, now it would be to {}",
        order(moved.shown),
        order(moved.now)
    )
}

fn order(step: Option<&Step>) -> String {
    let Some(step) = step else {
        return "leave it alone".to_owned();
    };
    match step.action {
        Action::Create => format!("create it with {}", step.after),
        Action::Update => format!("change {} to {}", step.before, step.after),
        Action::Delete => format!("delete it with {}", step.before),
        Action::Unchanged => format!("leave it at {}", step.after),
    }
}
