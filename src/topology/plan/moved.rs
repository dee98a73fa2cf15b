use std::collections::BTreeMap;

use super::{Plan, Step};

/// A connection for which two plans ask for different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<'a> {
    /// What the plan said that was shown; `None` if it had no step for the pair. At least one of the two is there.
    pub shown: Option<&'a Step>,
    /// What the plan says now; `None` if it has no step for the pair.
    pub now: Option<&'a Step>,
}

impl Plan {
    /// Whether carrying out either plan changes the same things from the same to the same.
    pub fn same_changes(&self, other: &Self) -> bool {
        self.moved_since(other).is_empty()
    }

    /// What has to be done otherwise than the plan `shown` said, because the live state moved in between; in the
    /// order of the orgs' ids.
    pub fn moved_since<'a>(&'a self, shown: &'a Self) -> Vec<Moved<'a>> {
        let mut pairs: BTreeMap<_, (Option<&Step>, Option<&Step>)> = BTreeMap::new();
        for step in &shown.steps {
            pairs.entry(step.pair()).or_default().0 = Some(step);
        }
        for step in &self.steps {
            pairs.entry(step.pair()).or_default().1 = Some(step);
        }
        let sides = pairs.into_values();
        sides
            .map(|(shown, now)| Moved { shown, now })
            .filter(Moved::differs)
            .collect()
    }
}

impl Moved<'_> {
    fn differs(&self) -> bool {
        let shown = self.shown.filter(|step| step.is_change());
        let now = self.now.filter(|step| step.is_change());
        match (shown, now) {
            (Some(shown), Some(now)) => !shown.asks_the_same_as(now),
            (None, None) => false,
            _ => true,
        }
    }
}
