use std::collections::HashMap;

use anyhow::Result;

use crate::commands::desired::Prospect;
use crate::context::{Account, Writer};
use crate::topology::{Id, Step};

/// Who carries out the steps: for each org the account that serves it, ready to write.
pub(super) struct Team<'a> {
    workers: HashMap<Id, Worker<'a>>,
}

/// An account, and what it writes with.
pub(super) struct Worker<'a> {
    pub(super) account: &'a Account,
    pub(super) writer: Writer<'a>,
}

impl<'a> Team<'a> {
    /// Makes sure of every account that is to change something, before the first of them does.
    ///
    /// # Errors
    /// The keys of a profile belong to another org than the profile says.
    pub(super) async fn of(prospect: &Prospect<'a>) -> Result<Self> {
        let mut workers = HashMap::new();
        for step in prospect.plan.changes() {
            let Some(member) = prospect.member_for(step) else {
                continue;
            };
            let Some(org) = &member.org.id else { continue };
            if !workers.contains_key(org) {
                let account = member.account;
                let writer = account.writer("apply", Some(&member.org)).await?;
                workers.insert(org.clone(), Worker { account, writer });
            }
        }
        Ok(Self { workers })
    }

    /// Who carries out a step.
    pub(super) fn worker(&self, step: &Step, prospect: &Prospect<'_>) -> Option<&Worker<'a>> {
        let org = prospect.member_for(step)?.org.id.as_ref()?;
        self.workers.get(org)
    }
}
