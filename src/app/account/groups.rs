//! The groups of orgs that the credentials of an account see.

use std::sync::PoisonError;

use uuid::Uuid;

use super::Account;
use crate::api::{self, ErrorKind, GroupListing};
use crate::app::unreadable::unreadable_records_error;
use crate::error::{CommandError, Result};
use crate::model::{OrgGroup, OrgRef};

impl Account {
    /// Reads the groups of orgs that the credentials see. Also returns the reason why they may not be all, if there is
    /// one.
    ///
    /// # Errors
    /// Fails if the service could not be asked, or if the credentials belong to another org than the profile names. The
    /// error of an account without groups is [`ErrorKind::Forbidden`].
    pub(crate) async fn list_org_groups(&self) -> Result<(Vec<OrgGroup>, Option<CommandError>)> {
        let listing = async { Ok(self.client().await?.org_groups().await?) };
        Ok(with_gap(self.with_pinned_org(listing).await?))
    }

    /// As [`Account::list_org_groups`], asked once, and all of them.
    ///
    /// # Errors
    /// As [`Account::list_org_groups`], or if a part of the answer cannot be read.
    pub(crate) async fn org_groups(&self) -> Result<&[OrgGroup]> {
        let read = || async {
            match self.list_org_groups().await {
                Ok(listed) => Ok(Ok(complete(listed)?)),
                Err(error) => match error.downcast_ref::<api::Error>() {
                    Some(refusal) if refusal.kind() == ErrorKind::Forbidden => {
                        Ok(Err(refusal.clone()))
                    }
                    _ => Err(error),
                },
            }
        };
        let groups = self.org_groups.get_or_try_init(read).await?;
        Ok(groups.as_ref().map_err(api::Error::clone)?)
    }

    /// Reads the orgs in a group. Also returns the reason why they may not be all, if there is one.
    ///
    /// # Errors
    /// As [`Account::list_org_groups`].
    pub(crate) async fn list_group_members(
        &self,
        group: Uuid,
    ) -> Result<(Vec<OrgRef>, Option<CommandError>)> {
        let listing = self.client().await?.org_group_members(group).await?;
        Ok(with_gap(listing))
    }

    /// As [`Account::list_group_members`], read once, and all of them.
    ///
    /// # Errors
    /// As [`Account::list_org_groups`], or if a part of the answer cannot be read.
    pub(crate) async fn group_members(&self, group: Uuid) -> Result<Vec<OrgRef>> {
        let lock = || {
            let members = self.group_members.lock();
            members.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(&group) {
            return Ok(known.clone());
        }
        let members = complete(self.list_group_members(group).await?)?;
        lock().insert(group, members.clone());
        Ok(members)
    }
}

/// The rows of a listing, and the error about those that cannot be read.
fn with_gap<T>(listing: GroupListing<T>) -> (Vec<T>, Option<CommandError>) {
    (listing.rows, unreadable_records_error(&listing.unreadable))
}

/// The rows, if they are all.
fn complete<T>((rows, gap): (Vec<T>, Option<CommandError>)) -> Result<Vec<T>> {
    gap.map_or(Ok(rows), Err)
}
