use std::collections::HashSet;

use uuid::Uuid;

use crate::api::ErrorKind;
use crate::app::chosen_accounts::for_each_account;
use crate::app::{Account, ChosenAccounts, MAX_CONCURRENT_ACCOUNTS, run_concurrently};
use crate::error::{CommandError, Result};
use crate::model::{OrgGroup, OrgRef, SelectGroupError, select_group};

/// The orgs of groups that a user names.
pub(crate) struct GroupOrgs {
    /// The orgs of each group, in the order of the names, or why the group is not found.
    pub(crate) orgs: Vec<Result<Vec<OrgRef>>>,
    /// The profiles that see the groups. They know more of the orgs.
    pub(crate) profiles: Vec<String>,
    /// The errors of the accounts that could not be asked: they may see another group of the same name.
    pub(crate) failures: Vec<CommandError>,
}

/// A group of orgs, and an account that sees it.
struct VisibleGroup<'s> {
    group: OrgGroup,
    account: &'s Account,
}

impl AsRef<OrgGroup> for VisibleGroup<'_> {
    fn as_ref(&self) -> &OrgGroup {
        &self.group
    }
}

/// The groups that some accounts see.
#[derive(Default)]
struct VisibleGroups<'s> {
    /// Each group once.
    groups: Vec<VisibleGroup<'s>>,
    /// Whether an account has groups, though there may be none in it.
    has_answer: bool,
    /// The errors of the accounts without groups.
    without_groups: Vec<CommandError>,
    /// The errors of the accounts that could not be asked.
    failures: Vec<CommandError>,
}

impl ChosenAccounts {
    /// Reads the orgs of the groups with these names, side by side. Groups are looked up as the names of orgs are: among
    /// those that any account sees; where nothing chooses accounts, first among those that the default one sees.
    ///
    /// # Errors
    /// Fails if no account has groups, or none could be asked.
    pub(crate) async fn orgs_of_groups(&self, names: &[&str]) -> Result<GroupOrgs> {
        let comes_first = |account: &&Account| !self.are_candidates || account.is_default();
        let (first, others): (Vec<_>, Vec<_>) = self.accounts.iter().partition(comes_first);
        let mut visible = VisibleGroups::default();
        visible.read(first).await;
        let is_known = |name: &&str| {
            let found = select_group(name, &visible.groups);
            !matches!(found, Err(SelectGroupError::Unknown { .. }))
        };
        if !names.iter().all(is_known) {
            visible.read(others).await;
        }
        let errors = match visible.failures.is_empty() {
            true => &mut visible.without_groups,
            false => &mut visible.failures,
        };
        if !visible.has_answer && !errors.is_empty() {
            return Err(self.first_failure(errors));
        }
        let VisibleGroups {
            groups,
            mut failures,
            ..
        } = visible;
        let selected = names.iter().map(|name| match select_group(name, &groups) {
            // An account that could not be asked may see it.
            Err(SelectGroupError::Unknown { .. }) if !failures.is_empty() => {
                Err(self.first_failure(&mut failures))
            }
            selected => Ok(selected?),
        });
        let selected: Vec<Result<&VisibleGroup<'_>>> = selected.collect();
        let accounts = selected.iter().flatten().map(|found| found.account);
        let profiles = accounts.filter_map(|account| Some(account.profile()?.to_owned()));
        let profiles = profiles.collect();
        let members = selected.into_iter().map(|selected| async {
            let VisibleGroup { group, account } = selected?;
            let members = account.group_members(group.id).await;
            members.map_err(|error| {
                let group = group.label();
                error.context(format!("cannot read the orgs of the group `{group}`"))
            })
        });
        Ok(GroupOrgs {
            orgs: run_concurrently(members, MAX_CONCURRENT_ACCOUNTS).await,
            profiles,
            failures,
        })
    }

    /// As [`ChosenAccounts::orgs_of_groups`], the ids of the orgs of one group.
    ///
    /// # Errors
    /// Fails if the group is not found, or its orgs cannot be read.
    pub(crate) async fn orgs_of_group(
        &self,
        name: &str,
    ) -> Result<(HashSet<Uuid>, Vec<CommandError>)> {
        let GroupOrgs { orgs, failures, .. } = self.orgs_of_groups(&[name]).await?;
        let mut ids = HashSet::new();
        for orgs in orgs {
            ids.extend(orgs?.iter().map(|org| org.id));
        }
        Ok((ids, failures))
    }
}

impl<'s> VisibleGroups<'s> {
    /// Adds the groups that these accounts see.
    async fn read(&mut self, accounts: Vec<&'s Account>) {
        for (account, result) in for_each_account(accounts.into_iter(), Account::org_groups).await {
            match result {
                Ok(groups) => {
                    self.has_answer = true;
                    for group in groups.iter().cloned() {
                        if self.groups.iter().all(|known| known.group.id != group.id) {
                            self.groups.push(VisibleGroup { group, account });
                        }
                    }
                }
                Err(error) if has_no_groups(&error) => {
                    self.without_groups.push(explain_lack_of_groups(error));
                }
                Err(error) => self.failures.push(error),
            }
        }
    }
}

/// Whether the account has no groups of orgs, or the credentials may not read them.
pub(crate) fn has_no_groups(error: &CommandError) -> bool {
    error.api_kind() == Some(ErrorKind::Forbidden)
}

/// Says what to do without groups.
pub(crate) fn explain_lack_of_groups(error: CommandError) -> CommandError {
    error.context("these credentials see no groups of orgs").hint(
        "write the orgs one by one in place of group:NAME; groups of orgs are a preview of Datadog's, which an account \
         may lack, and take the permission org_group_read",
    )
}
