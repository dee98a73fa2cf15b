//! With which account an undo is done, and how.

use anyhow::Result;

use crate::commands::survey::{Member, Survey};
use crate::error::Failure;
use crate::history::{Action, Entry};
use crate::output::ConnectionChange;
use crate::topology::{Connection, Reference};

/// What undoes an entry, and whose credentials may.
pub(super) struct Reversal<'a> {
    /// What is to be done.
    pub(super) action: Action,
    member: &'a Member<'a>,
}

impl<'a> Reversal<'a> {
    /// What undoes `entry` as things are now; `None` if everything is as it was before.
    ///
    /// # Errors
    /// The connection is no longer what the entry left; or the profiles that were chosen cannot see it, or may not put
    /// it back.
    pub(super) fn find(entry: &Entry, survey: &'a Survey<'a>) -> Result<Option<Self>> {
        let subject = entry.subject();
        let ends = [&subject.source, &subject.destination];
        // An org is shown its own connections only: what neither end shows may be there all the same.
        member(entry, survey, &ends)?;
        let live = entry.find_live(&survey.connections);
        let Some(action) = entry.reversal(live)? else {
            return Ok(None);
        };
        let member = match &action {
            Action::Create { wanted } => member(entry, survey, &[&wanted.source])?,
            Action::Update { before, .. } => member(entry, survey, &[&before.source])?,
            Action::Delete { before } => {
                member(entry, survey, &[&before.source, &before.destination])?
            }
        };
        entry.check_host(member.account.host())?;
        Ok(Some(Self { action, member }))
    }

    /// What would become of the connection.
    pub(super) fn rehearsed(self) -> ConnectionChange {
        match self.action {
            Action::Create { wanted } => ConnectionChange::new("would create", wanted),
            Action::Update { before, wanted } => ConnectionChange::new(
                "would update",
                Connection {
                    types: wanted,
                    ..before
                },
            ),
            Action::Delete { before } => ConnectionChange::new("would delete", before),
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// It was refused, or its outcome is unknown; or the entry was undone in the meantime.
    pub(super) async fn go(self, entry: &Entry) -> Result<ConnectionChange> {
        let Self { action, member } = self;
        let writer = member.account.writer("undo", Some(&member.org)).await?;
        let mut left = writer.undo(entry, &action).await?;
        if let Some(left) = &mut left {
            match &action {
                Action::Create { wanted: known } | Action::Update { before: known, .. } => {
                    left.fill_from(known);
                }
                Action::Delete { .. } => {}
            }
        }
        Ok(match (action, left) {
            (Action::Create { wanted }, made) => {
                let replaced = entry.subject().id.as_ref();
                ConnectionChange::new("created", made.unwrap_or(wanted))
                    .because(replaced.map(|old| format!("replaces {old}")))
            }
            (Action::Update { before, .. }, left) => {
                ConnectionChange::new("updated", left.unwrap_or(before))
            }
            (Action::Delete { before }, _) => ConnectionChange::new("deleted", before),
        })
    }
}

/// An account that belongs to one of `orgs`: the one with the entry's own profile if that does.
fn member<'a>(
    entry: &Entry,
    survey: &'a Survey<'a>,
    orgs: &[&Reference],
) -> Result<&'a Member<'a>> {
    let fitting = || {
        survey.members.iter().filter(|member| {
            member.org.id.is_some() && orgs.iter().any(|org| org.id == member.org.id)
        })
    };
    let own = fitting().find(|member| member.account.profile() == entry.origin.profile.as_ref());
    own.or_else(|| fitting().next())
        .ok_or_else(|| no_keys(entry, orgs).into())
}

fn no_keys(entry: &Entry, orgs: &[&Reference]) -> Failure {
    let names: Vec<_> = orgs
        .iter()
        .map(|org| format!("`{}`", org.label()))
        .collect();
    Failure::usage(format!(
        "undoing {} takes the keys of {}, and those that are used belong to another org",
        entry.id,
        names.join(" or ")
    ))
    .hint("choose its profile with --profile, or all with --all-profiles")
}
