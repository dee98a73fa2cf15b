//! The plan: what turns the live connections into those that a desired-state file wants. It is data, made without
//! asking anybody, and the same for the same state and wishes in whatever order they come.

mod moved;
mod order;
mod step;
mod warning;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

pub use moved::Moved;
pub use step::{Action, Step};
pub use warning::{MOST_DESTINATIONS, PlanWarning};

use super::desired::DesiredState;
use super::live::Live;
use super::{Connection, Id, Reference};

/// What a plan may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether connections are deleted that the file does not name, as far as their source is a source in the file.
    /// Of orgs that the file does not name as a source, nothing is ever deleted.
    pub prune: bool,
}

/// The steps from the live state to the desired one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
    beyond: Vec<Connection>,
    unmatched: Vec<Connection>,
}

/// How many steps of each kind a plan has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections to create.
    pub create: usize,
    /// Connections whose types change.
    pub update: usize,
    /// Connections to delete.
    pub delete: usize,
    /// Connections that are as the file wants them.
    pub unchanged: usize,
}

impl Plan {
    /// Compares the live connections with what is desired.
    pub fn between(live: &[Connection], desired: &DesiredState, options: PlanOptions) -> Self {
        let Live {
            mut pairs,
            unmatched,
        } = Live::gather(live);
        let mut steps = Vec::new();
        let mut sources = HashSet::new();
        for edge in desired.edges() {
            let pair = (edge.source.id.clone(), edge.destination.id.clone());
            steps.push(Step::toward(edge, pairs.remove(&pair)));
            sources.insert(pair.0);
        }
        let (unwanted, beyond): (Vec<_>, Vec<_>) = pairs
            .into_iter()
            .partition(|((source, _), _)| options.prune && sources.contains(source));
        steps.extend(
            unwanted
                .into_iter()
                .map(|(_, connection)| Step::away_with(connection)),
        );
        let mut plan = Self {
            steps,
            beyond: beyond
                .into_iter()
                .map(|(_, connection)| connection)
                .collect(),
            unmatched,
        };
        plan.name_orgs();
        plan.put_in_order();
        plan
    }

    /// The steps in the order in which they are carried out.
    ///
    /// The steps of one source org stand together, the sources by name. Deletes come last, so that nobody loses data
    /// before its replacement is there; but where the source would share with more than [`MOST_DESTINATIONS`] orgs on
    /// the way they come first, because the API may refuse what goes beyond. Within that, by the destination's name.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps that do something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.is_change())
    }

    /// Whether there is nothing to do: all steps are [`Action::Unchanged`].
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// How many steps of each kind there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for step in &self.steps {
            match step.action {
                Action::Create => counts.create += 1,
                Action::Update => counts.update += 1,
                Action::Delete => counts.delete += 1,
                Action::Unchanged => counts.unchanged += 1,
            }
        }
        counts
    }

    /// Live connections that the file does not name and that stay.
    pub fn beyond(&self) -> &[Connection] {
        &self.beyond
    }

    /// Those of [`beyond`](Self::beyond) that pruning would delete: their source is a source in the file.
    pub fn prunable(&self) -> impl Iterator<Item = &Connection> {
        let sources: HashSet<Option<&Id>> = self
            .steps
            .iter()
            .map(|step| step.source.id.as_ref())
            .collect();
        self.beyond
            .iter()
            .filter(move |connection| sources.contains(&connection.source.id.as_ref()))
    }

    /// Live connections that cannot be compared and are left alone: an end came without an id, or the pair of orgs
    /// has a second connection, which the API is not supposed to allow.
    pub fn unmatched(&self) -> &[Connection] {
        &self.unmatched
    }

    /// Notes for every step which profile carries it out.
    pub fn assign_profiles(&mut self, mut profile_for: impl FnMut(&Step) -> Option<Arc<str>>) {
        for step in &mut self.steps {
            step.profile = profile_for(step);
        }
    }

    fn ends_mut(&mut self) -> impl Iterator<Item = &mut Reference> {
        let steps = self.steps.iter_mut();
        steps.flat_map(|step| [&mut step.source, &mut step.destination])
    }
}
