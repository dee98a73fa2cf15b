//! What a person should know before a plan is carried out.

use std::collections::HashSet;

use super::{Comparison, LocatedError, Target};
use crate::app::{Account, MAX_CONCURRENT_ACCOUNTS, run_concurrently};
use crate::commands::shared_flags::personal_owner_warning;
use crate::desired::Step;
use crate::model::{ChangeKind, Connection, OrgDirectory, OrgRef};
use crate::output::Output;

impl Comparison<'_> {
    /// Prints the warnings that a person should see before the plan is carried out.
    pub(crate) async fn print_warnings(&self, output: &mut Output) {
        self.note_left_out(output);
        output.warn_each(self.plan.warnings(&self.snapshot.orgs));
        output.warn_each(self.impossible_pair_warnings());
        output.warn_each(self.personal_owner_warnings().await);
    }

    /// A warning for each connection to create that the service will refuse, as far as the lists of orgs show: the orgs
    /// at its ends are on different sites, or belong to different accounts.
    fn impossible_pair_warnings(&self) -> Vec<String> {
        let creates = self
            .plan
            .changes()
            .filter(|step| step.kind() == Some(ChangeKind::Create));
        creates
            .filter_map(|step| self.impossible_pair_warning(step))
            .collect()
    }

    fn impossible_pair_warning(&self, step: &Step) -> Option<String> {
        let (account, _) = self.account_for(step)?;
        let pair = format!(
            "`{}` cannot be connected to `{}`",
            step.source.label(),
            step.destination.label()
        );
        let destination = step.destination.id;
        let accounts = self.snapshot.accounts.iter();
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            accounts.partition(|(other, _)| other.server() == account.server());
        let knows_destination = |(other, own): &&&(&Account, OrgRef)| {
            let listed = other.known_orgs().and_then(|list| list.get(destination));
            own.id == destination || listed.is_some()
        };
        if here.iter().find(knows_destination).is_none()
            && let Some((other, _)) = elsewhere.iter().find(knows_destination)
        {
            let (here, there) = (account.server(), other.server());
            return Some(format!(
                "{pair}: they are on different sites, {here} and {there}"
            ));
        }
        let lists = here.iter().filter_map(|(other, _)| complete_list(other));
        let mut lists_with_source = lists
            .filter(|list| list.get(step.source.id).is_some())
            .peekable();
        lists_with_source.peek()?;
        lists_with_source
            .all(|list| list.get(destination).is_none())
            .then(|| format!("{pair}: it is not among the orgs of the same account"))
    }

    /// A warning for each account whose new connections would belong to a person. An account that cannot be asked is
    /// skipped: its error is reported elsewhere.
    async fn personal_owner_warnings(&self) -> Vec<String> {
        let accounts = self.creating_accounts();
        let warnings = accounts.into_iter().map(|(account, org)| async move {
            let owner = account.personal_owner().await?;
            Some(personal_owner_warning(
                &format!("`{}`", org.label()),
                &owner,
            ))
        });
        let warnings = run_concurrently(warnings, MAX_CONCURRENT_ACCOUNTS).await;
        warnings.into_iter().flatten().collect()
    }

    /// The accounts that create connections, each with its org.
    fn creating_accounts(&self) -> Vec<(&Account, &OrgRef)> {
        let mut orgs = HashSet::new();
        let creates = self
            .plan
            .changes()
            .filter(|step| step.kind() == Some(ChangeKind::Create));
        creates
            .filter_map(|step| self.account_for(step))
            .filter(|(_, org)| orgs.insert(org.id))
            .collect()
    }

    /// An error for each account that must create connections with a service account, and has the keys of a person.
    /// `is_required` as in [`Account::check_owner`].
    pub(crate) async fn check_owners(&self, is_required: bool) -> Vec<LocatedError> {
        let accounts = self.creating_accounts();
        let checks = accounts.into_iter().map(|(account, _)| async move {
            let refused = account.check_owner(is_required).await.err()?;
            Some(LocatedError::from(refused.for_profile(account.profile())))
        });
        let refused = run_concurrently(checks, MAX_CONCURRENT_ACCOUNTS).await;
        refused.into_iter().flatten().collect()
    }

    /// Prints which pairs of orgs are left out, though the files stand for them.
    pub(crate) fn note_left_out(&self, output: &mut Output) {
        output.note_each(self.left_out.iter().cloned());
    }

    /// Prints how many changes there are, how many more connections `--prune` would delete, and how many it would not.
    pub(crate) fn note_counts(&self, target: &Target, is_complete: bool, output: &mut Output) {
        let counts = self.plan.counts();
        output.note(&match is_complete && self.plan.is_empty() {
            true => format!("no changes: {}", describe_as_wanted(counts.unchanged)),
            false => format!(
                "{} to create, {} to update, {} to delete, {} unchanged",
                counts.create, counts.update, counts.delete, counts.unchanged
            ),
        });
        match self.plan.prunable().count() {
            0 => {}
            1 => output.hint(
                "--prune would delete 1 more connection of these source orgs that is not in the file",
            ),
            several => output.hint(&format!(
                "--prune would delete {several} more connections of these source orgs that are not in the file"
            )),
        }
        self.note_outside_scope(target, output);
    }

    /// Prints how many live connections are outside the scope of the files, if there are any. Those of sources that no
    /// profile serves count only if the files manage all orgs. A saved plan has no scope.
    pub(crate) fn note_outside_scope(&self, target: &Target, output: &mut Output) {
        if matches!(target, Target::Plan(_)) {
            return;
        }
        let has_profile = |found: &&Connection| self.snapshot.has_profile(found.source.id);
        let outside = self.plan.outside_scope();
        let outside = outside.filter(|found| target.manages_all() || has_profile(found));
        let (connections, them) = match outside.count() {
            0 => return,
            1 => (
                "1 live connection of another source org is not in the file, and stays".to_owned(),
                "it",
            ),
            several => (
                format!(
                    "{several} live connections of other source orgs are not in the file, and stay"
                ),
                "them",
            ),
        };
        output.note(&match target.manages_all() {
            true => format!("{connections}: no chosen profile serves the source"),
            false => {
                format!("{connections}; `manage: all` in the file would put {them} in its scope")
            }
        });
    }
}

/// `1 connection is as wanted`, `2 connections are as wanted`.
pub(crate) fn describe_as_wanted(connections: usize) -> String {
    match connections {
        0 => "no connections are wanted".to_owned(),
        1 => "1 connection is as wanted".to_owned(),
        count => format!("{count} connections are as wanted"),
    }
}

/// The orgs that the account manages, if that is all orgs of its account. A child org manages nobody: its list has
/// itself only.
fn complete_list(account: &Account) -> Option<&OrgDirectory> {
    let list = account.known_orgs()?;
    let has_others = list.orgs.iter().any(|org| Some(org.id) != list.current);
    has_others.then_some(list)
}
