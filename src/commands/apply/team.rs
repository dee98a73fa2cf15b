use std::collections::HashMap;

use anyhow::Result;

use crate::commands::desired::Prospect;
use crate::context::Writer;
use crate::topology::{Id, Step};

/// Who carries out the steps: for each org what its account writes with.
pub(super) struct Team<'a> {
    writers: HashMap<Id, Writer<'a>>,
}

impl<'a> Team<'a> {
    /// Makes sure of every account that is to change something, before the first of them does.
    ///
    /// # Errors
    /// The keys of a profile belong to another org than the profile says.
    pub(super) async fn of(prospect: &Prospect<'a>) -> Result<Self> {
        let mut writers = HashMap::new();
        for step in prospect.plan.changes() {
            let Some(member) = prospect.member_for(step) else {
                continue;
            };
            let Some(org) = &member.org.id else { continue };
            if !writers.contains_key(org) {
                let writer = member.account.writer("apply", Some(&member.org)).await?;
                writers.insert(org.clone(), writer);
            }
        }
        Ok(Self { writers })
    }

    /// What a step is carried out with.
    pub(super) fn writer(&self, step: &Step, prospect: &Prospect<'_>) -> Option<&Writer<'a>> {
        let org = prospect.member_for(step)?.org.id.as_ref()?;
        self.writers.get(org)
    }
}
