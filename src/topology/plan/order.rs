use std::collections::{HashMap, HashSet};

use super::{Action, MOST_DESTINATIONS, Plan, Step};
use crate::topology::{Connection, Id};

/// When a step's turn comes among those of its source.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    MakingRoom,
    Building,
    Clearing,
}

impl Plan {
    /// Gives the orgs of the steps the names that are known from anywhere in the plan: an org given as a UUID has
    /// none of its own, and its steps would otherwise stand under two labels.
    pub(super) fn name_orgs(&mut self) {
        let mut names = HashMap::new();
        let live = self
            .steps
            .iter()
            .filter_map(|step| step.connection.as_ref());
        let in_steps = self
            .steps
            .iter()
            .flat_map(|step| [&step.source, &step.destination]);
        let in_connections = live.chain(&self.beyond).flat_map(Connection::ends);
        for org in in_steps.chain(in_connections) {
            if let (Some(id), Some(name)) = (&org.id, &org.name) {
                names.entry(id.clone()).or_insert_with(|| name.clone());
            }
        }
        for org in self.ends_mut().filter(|org| org.name.is_none()) {
            org.name = org.id.as_ref().and_then(|id| names.get(id)).cloned();
        }
    }

    /// Brings the steps into the order in which they are carried out.
    pub(super) fn put_in_order(&mut self) {
        let crowded = self.crowded_on_the_way();
        self.steps.sort_by_cached_key(|step| {
            (
                step.source.label(),
                step.source.id.clone(),
                step.turn(&crowded),
                step.destination.label(),
                step.destination.id.clone(),
            )
        });
    }

    /// The sources that would share with too many orgs if everything was created before anything is deleted.
    fn crowded_on_the_way(&self) -> HashSet<Id> {
        let mut destinations: HashMap<&Id, usize> = HashMap::new();
        let in_steps = self.steps.iter().map(|step| &step.source);
        let in_beyond = self.beyond.iter().map(|connection| &connection.source);
        for id in in_steps
            .chain(in_beyond)
            .filter_map(|source| source.id.as_ref())
        {
            *destinations.entry(id).or_default() += 1;
        }
        destinations.retain(|_, count| *count > MOST_DESTINATIONS);
        destinations.into_keys().cloned().collect()
    }
}

impl Step {
    fn turn(&self, crowded: &HashSet<Id>) -> Turn {
        let is_crowded = self
            .source
            .id
            .as_ref()
            .is_some_and(|id| crowded.contains(id));
        match self.action {
            Action::Delete if is_crowded => Turn::MakingRoom,
            Action::Delete => Turn::Clearing,
            _ => Turn::Building,
        }
    }
}
