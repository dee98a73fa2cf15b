use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Action, Plan, Step};
use crate::topology::{Directory, Id, Reference};

/// An org shares with at most this many others, unless it is on an Enterprise plan. Nobody but the API knows which
/// plan an org is on: going beyond is worth a warning and never refused.
pub const MOST_DESTINATIONS: usize = 5;

/// What a person should know before a plan is carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanWarning {
    /// A source shares with more than [`MOST_DESTINATIONS`] orgs afterwards.
    #[error(
        "`{}` will share with {destinations} orgs; beyond {MOST_DESTINATIONS} the API may refuse, unless \
         it is on an Enterprise plan",
        .source_org.label()
    )]
    ManyDestinations {
        /// The org whose data is shared.
        source_org: Reference,
        /// With how many orgs it shares afterwards, those outside of the file among them.
        destinations: usize,
    },
    /// An org that takes part in a connection of the file is disabled.
    #[error("`{}` is disabled", .0.label())]
    DisabledOrg(Reference),
}

impl Plan {
    /// What there is to know of the orgs in the file: sources with many destinations, then disabled orgs, both in
    /// the order of the steps. `directory` tells which orgs are disabled.
    pub fn warnings(&self, directory: &Directory) -> Vec<PlanWarning> {
        let mut warnings = self.crowded();
        warnings.extend(self.disabled(directory));
        warnings
    }

    /// The steps that leave a connection.
    fn kept(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| step.action != Action::Delete)
    }

    fn crowded(&self) -> Vec<PlanWarning> {
        let mut destinations: BTreeMap<Option<&Id>, usize> = BTreeMap::new();
        let in_steps = self.kept().map(|step| step.source.id.as_ref());
        let in_beyond = self
            .beyond
            .iter()
            .map(|connection| connection.source.id.as_ref());
        for id in in_steps.chain(in_beyond) {
            *destinations.entry(id).or_default() += 1;
        }
        let mut warnings = Vec::new();
        for step in self.kept() {
            // Removed, so that the source is told of once.
            let count = destinations.remove(&step.source.id.as_ref());
            if let Some(destinations) = count.filter(|count| *count > MOST_DESTINATIONS) {
                let source_org = step.source.clone();
                warnings.push(PlanWarning::ManyDestinations {
                    source_org,
                    destinations,
                });
            }
        }
        warnings
    }

    fn disabled(&self, directory: &Directory) -> Vec<PlanWarning> {
        let known: HashMap<&Id, Option<bool>> = directory
            .orgs
            .iter()
            .map(|org| (&org.id, org.disabled))
            .collect();
        let mut told = HashSet::new();
        self.kept()
            .flat_map(|step| [&step.source, &step.destination])
            .filter(|org| {
                let id = org.id.as_ref();
                id.and_then(|id| known.get(id)) == Some(&Some(true)) && told.insert(id)
            })
            .map(|org| PlanWarning::DisabledOrg(org.clone()))
            .collect()
    }
}
