use std::collections::HashMap;

use indexmap::IndexMap;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::Account;
use super::chosen_accounts::for_each_account;
use crate::api::{self, Client, ErrorKind, Permission};
use crate::error::{CommandError, Exit, Result};
use crate::history::{EntryId, Origin, Outcome};
use crate::model::{Change, ChangeKind, Connection, OrgRef};
use crate::output;

/// The maximum number of changes in one org at a time. All users of the org share its rate limit.
pub(crate) const MAX_CONCURRENT_CHANGES: usize = 8;

/// Changes connections with one account's credentials. Each change is written to the journal before it is sent and
/// after it is answered, unless `--no-history` is given.
#[derive(Clone)]
pub(crate) struct ChangeSender<'s> {
    account: &'s Account,
    client: Client,
    command: &'static str,
    origin: Origin,
    /// Whether a restriction policy may take away the caller's own access.
    allows_self_lockout: bool,
    /// Whether changes are made although the command was interrupted.
    ignores_interrupt: bool,
}

/// What came of a change.
pub(crate) enum Effect {
    /// It was made.
    Made(Connection),
    /// Somebody else had made exactly this change already.
    NotNeeded(Connection),
}

impl Effect {
    /// The connection after the change; for a delete, the one before it.
    pub(crate) fn into_connection(self) -> Connection {
        match self {
            Self::Made(connection) | Self::NotNeeded(connection) => connection,
        }
    }
}

impl Account {
    /// Creates a sender of changes that uses this account's credentials. It first checks that they belong to the org
    /// that the profile names. `command` is the name that is written to the journal.
    ///
    /// # Errors
    /// Fails if the credentials belong to another org, or the service could not be asked.
    pub(crate) async fn change_sender(&self, command: &'static str) -> Result<ChangeSender<'_>> {
        let client = self.client().await?;
        self.check_pinned_org().await?;
        let origin = Origin {
            profile: self.profile().map(str::to_owned),
            host: self.host()?,
            org: self.known_current_org(),
        };
        Ok(ChangeSender {
            account: self,
            client: client.clone(),
            command,
            origin,
            allows_self_lockout: false,
            ignores_interrupt: false,
        })
    }
}

/// A sender for each of the connections, with the credentials of its account. All accounts are checked before the first
/// change is sent. One that fails does not stop the others, and is one error for all of its connections.
///
/// # Errors
/// Fails if the command was interrupted.
pub(crate) async fn with_senders<'s>(
    connections: Vec<(&'s Account, Connection)>,
    kind: ChangeKind,
) -> Result<Vec<Result<(ChangeSender<'s>, Connection)>>> {
    let mut of_accounts = IndexMap::new();
    for (account, connection) in &connections {
        let (_, ids) = of_accounts
            .entry(account.profile())
            .or_insert_with(|| (*account, Vec::new()));
        ids.push(connection.id);
    }
    let accounts = of_accounts.values().map(|(account, _)| *account);
    let open = |account: &'s Account| account.change_sender(kind.as_str());
    let (mut senders, mut changes) = (HashMap::new(), Vec::new());
    for (account, opened) in for_each_account(accounts, open).await {
        match opened {
            Ok(sender) => drop(senders.insert(account.profile(), sender)),
            Err(error) if error.exit() == Exit::Interrupted => return Err(error),
            Err(error) => {
                let ids = &of_accounts[&account.profile()].1;
                changes.push(Err(error.context(connection_not_changed(kind, ids))));
            }
        }
    }
    changes.extend(connections.into_iter().filter_map(|(account, connection)| {
        let sender = senders.get(&account.profile())?;
        Some(Ok((sender.clone(), connection)))
    }));
    Ok(changes)
}

/// Says in front of an error which connections it kept from being changed.
pub(super) fn connection_not_changed(kind: ChangeKind, ids: &[Uuid]) -> String {
    let done = kind.past_tense();
    match ids {
        [id] => format!("the connection {id} was not {done}"),
        ids => {
            let ids: Vec<_> = ids.iter().map(Uuid::to_string).collect();
            format!("the connections {} were not {done}", ids.join(", "))
        }
    }
}

impl<'s> ChangeSender<'s> {
    /// The account whose credentials it uses.
    pub(crate) fn account(&self) -> &'s Account {
        self.account
    }

    /// The profile whose credentials it uses.
    pub(crate) fn profile(&self) -> Option<&'s str> {
        self.account.profile()
    }

    /// A sender that finishes what was begun before the command was interrupted.
    pub(crate) fn without_interrupt(&self) -> Self {
        Self {
            client: self.client.without_interrupt(),
            ignores_interrupt: true,
            origin: self.origin.clone(),
            ..*self
        }
    }

    /// Counts a change of several steps as not answered until the token is dropped.
    pub(crate) fn count_unanswered(&self) -> TaskTrackerToken {
        self.account.count_unanswered()
    }

    /// Lets a restriction policy take away the caller's own access.
    pub(crate) fn with_self_lockout(mut self, is_allowed: bool) -> Self {
        self.allows_self_lockout = is_allowed;
        self
    }

    /// Checks what a dry run can know about the service's answer to a change: whether the credentials may make it, and
    /// whether the orgs are enabled.
    ///
    /// # Errors
    /// Fails as the change would, or if the service could not be asked.
    pub(crate) async fn check(&self, change: &Change) -> Result<()> {
        let (orgs, permission) =
            futures_util::join!(self.check_orgs(change), self.check_permission(change));
        orgs.and(permission)
    }

    /// As [`ChangeSender::check`], but checks only that the credentials may write connections.
    ///
    /// # Errors
    /// As [`ChangeSender::check`].
    pub(crate) async fn check_permission(&self, change: &Change) -> Result<()> {
        if self.account.may_write().await? != Permission::No {
            return Ok(());
        }
        let message = "the credentials may not write connections";
        let error = CommandError::new(Exit::Permission, message);
        let error = error.hint("it takes the permission org_connections_write");
        Err(explain(error, None, change))
    }

    async fn check_orgs(&self, change: &Change) -> Result<()> {
        let (message, exit, kind) = match change {
            Change::Create {
                source,
                destination,
                ..
            } => {
                let known = self.account.managed_orgs().await?;
                let ends = source.iter().chain([destination]);
                let mut ends = ends.filter_map(|end| known.get(end.id));
                let message = match ends.find(|org| org.disabled == Some(true)) {
                    Some(org) => format!("the org `{}` is disabled", org.label()),
                    None if known.current == Some(destination.id) => {
                        "an org cannot be connected to itself".to_owned()
                    }
                    None => return Ok(()),
                };
                (message, Exit::Failure, ErrorKind::Rejected)
            }
            Change::Update { before, .. } => {
                let current = self.account.current_org().await?;
                if current.id == before.source.id {
                    return Ok(());
                }
                let message = format!("the credentials belong to {}", current.label_with_id());
                (message, Exit::Permission, ErrorKind::Forbidden)
            }
            Change::Delete { .. } | Change::Access { .. } => return Ok(()),
        };
        Err(explain(
            CommandError::new(exit, message),
            Some(kind),
            change,
        ))
    }

    /// Makes a change. Fields that the service's answer leaves out are filled in.
    ///
    /// # Errors
    /// Fails if the change was refused, or its outcome is unknown. Also fails, before anything is sent, if the journal
    /// cannot be written or the command was interrupted. The message names the change.
    pub(crate) async fn apply(&self, change: &Change) -> Result<Effect> {
        let made = self.carry_out(change, None, false).await;
        made.map_err(|error| explain_answer(error, change))
    }

    /// As [`ChangeSender::apply`], but it is no error if somebody else has made exactly this change already: if the
    /// connection to create exists with these types, or the one to delete does not exist.
    ///
    /// # Errors
    /// As [`ChangeSender::apply`].
    pub(crate) async fn ensure(&self, change: &Change) -> Result<Effect> {
        let made = self.carry_out(change, None, true).await;
        made.map_err(|error| explain_answer(error, change))
    }

    /// As [`ChangeSender::apply`], for a change that undoes `entry`. The caller holds the lock for undos. The error
    /// message does not name the change.
    ///
    /// # Errors
    /// As [`ChangeSender::apply`].
    pub(crate) async fn undo(&self, entry: &EntryId, change: &Change) -> Result<Effect> {
        self.carry_out(change, Some(entry), false).await
    }

    /// Whether the command was interrupted.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.account.is_interrupted()
    }

    /// `accepts_same` as in [`ChangeSender::ensure`].
    async fn carry_out(
        &self,
        change: &Change,
        undoes: Option<&EntryId>,
        accepts_same: bool,
    ) -> Result<Effect> {
        if self.account.is_interrupted() && !self.ignores_interrupt {
            return Err(CommandError::not_attempted());
        }
        // The wait comes before the journal entry: an entry without an outcome means that the change may have been
        // sent.
        match change.kind() {
            ChangeKind::Access => self.client.wait_for_policy_rate_limit().await?,
            _ => self.client.wait_for_rate_limit().await?,
        }
        let mut origin = self.origin.clone();
        if let Some(org) = &mut origin.org {
            change.ends().for_each(|end| org.fill_from(end));
        }
        let journal = self.account.journal_writer();
        let entry = match journal {
            Some(journal) => {
                let begun = journal.begin(change, self.command, &origin, undoes);
                Some((journal, begun.await?))
            }
            None => None,
        };
        let unanswered = self.account.count_unanswered();
        let answer = match self.send(change).await {
            Ok(connection) => Ok(Effect::Made(complete_answer(connection, change))),
            Err(error) => match connection_as_wanted(&error, change) {
                Some(connection) if accepts_same => Ok(Effect::NotNeeded(connection)),
                _ => Err(error),
            },
        };
        let outcome = match &answer {
            Ok(Effect::Made(connection)) => Outcome::Done {
                connection: (change.kind() != ChangeKind::Delete)
                    .then(|| connection.clone().into()),
            },
            Ok(Effect::NotNeeded(_)) => Outcome::Unchanged {
                message: match change.kind() {
                    ChangeKind::Delete => "it did not exist any more".to_owned(),
                    _ => "it existed already".to_owned(),
                },
            },
            Err(error) if error.is_outcome_unknown() => Outcome::Unknown {
                message: Some(error.to_string()),
            },
            Err(error) if error.kind() == ErrorKind::Interrupted => Outcome::Unchanged {
                message: "not attempted: the command was interrupted".to_owned(),
            },
            Err(error) => Outcome::Failed {
                message: error.to_string(),
                http_status: error.http_status(),
            },
        };
        // The change is sent already, so an error of the journal is only a warning.
        if let Some((journal, entry)) = entry
            && let Err(error) = journal.finish(entry, outcome).await
        {
            output::log_line(&format!("warning: {error}"));
        }
        drop(unanswered);
        match (&answer, change) {
            (Ok(Effect::Made(connection) | Effect::NotNeeded(connection)), _) => {
                self.account.cache_change(change.kind(), connection);
            }
            // The connection was deleted by someone else, so the cache must forget it.
            (Err(error), Change::Delete { before }) if error.kind() == ErrorKind::NotFound => {
                self.account.cache_change(ChangeKind::Delete, before);
            }
            _ => {}
        }
        answer.map_err(|error| match error.kind() {
            ErrorKind::Interrupted if !error.is_outcome_unknown() => CommandError::not_attempted(),
            _ => error.into(),
        })
    }

    /// Sends the change and returns the connection in the answer. A delete has none, so it returns the connection
    /// before it.
    async fn send(&self, change: &Change) -> Result<Connection, api::Error> {
        match change {
            Change::Create {
                source,
                destination,
                types,
            } => {
                let source = source.as_ref().map(|source| source.id);
                let created = self.client.create_connection(source, destination.id, types);
                created.await
            }
            Change::Update { before, types } => self.client.update_connection(before, types).await,
            Change::Delete { before } => {
                let deleted = self.client.delete_connection(before).await;
                deleted.map(|()| before.clone())
            }
            Change::Access {
                connection, after, ..
            } => {
                let allow = self.allows_self_lockout;
                let set = self
                    .client
                    .set_restriction_policy(connection.id, after, allow);
                set.await.map(|()| connection.clone())
            }
        }
    }
}

/// The connection, if a change was refused because somebody else had made exactly this change already.
fn connection_as_wanted(error: &api::Error, change: &Change) -> Option<Connection> {
    match change {
        Change::Create { types, .. } => {
            let existing = error.existing_connection()?;
            (existing.types == *types).then(|| complete_answer(existing.clone(), change))
        }
        Change::Delete { before } if error.kind() == ErrorKind::NotFound => Some(before.clone()),
        _ => None,
    }
}

/// Fills in the org names that the service's answer to `change` leaves out.
pub(crate) fn complete_answer(mut connection: Connection, change: &Change) -> Connection {
    for org in change.ends() {
        connection.fill_name(org);
    }
    connection
}

/// As [`explain`], for an error of the change itself.
fn explain_answer(error: CommandError, change: &Change) -> CommandError {
    let kind = error.api_kind();
    explain(error, kind, change)
}

/// Adds to the error which change failed, and explains the service's short refusals, which are of this kind.
fn explain(error: CommandError, kind: Option<ErrorKind>, change: &Change) -> CommandError {
    let subject = describe_subject(change);
    // A create is named by its destination alone, which is connected.
    let (doing, done) = match change.kind() {
        ChangeKind::Create => ("connecting", "connected"),
        kind @ ChangeKind::Update => ("updating", kind.past_tense()),
        kind @ ChangeKind::Delete => ("deleting", kind.past_tense()),
        kind @ ChangeKind::Access => ("changing", kind.past_tense()),
    };
    if error.is_outcome_unknown() {
        return error.context(format!("{doing} {subject}"));
    }
    let not_done = format!("{subject} was not {done}");
    match kind.and_then(|kind| explain_refusal(kind, change)) {
        Some((reason, hint)) => error.context(format!("{not_done}{reason}")).hint(hint),
        None => error.context(not_done),
    }
}

fn describe_subject(change: &Change) -> String {
    let destination = change.destination().label();
    match change.connection_before() {
        None => format!("`{destination}`"),
        Some(before) => {
            let source = before.source.label();
            let connection = format!("the connection from `{source}` to `{destination}`");
            match change {
                Change::Access { org, .. } => {
                    format!("the access in `{}` to {connection}", org.label())
                }
                _ => connection,
            }
        }
    }
}

/// Explains a refusal of this change: a text for the end of the message, and a hint.
fn explain_refusal(kind: ErrorKind, change: &Change) -> Option<(&'static str, String)> {
    let source = change.source().map(OrgRef::label).unwrap_or_default();
    let (reason, hint) = match (change.kind(), kind) {
        (ChangeKind::Create, ErrorKind::NotFound) => (
            ": the org is not found",
            "both orgs must be in the same account and on the same site; `orgconn orgs` lists those you manage"
                .to_owned(),
        ),
        (ChangeKind::Create, ErrorKind::Rejected) => (
            ": it is refused",
            "not allowed are an org with itself, a disabled or HIPAA-enabled org, an org of another account or site, \
             and unknown types"
                .to_owned(),
        ),
        (ChangeKind::Update, ErrorKind::Forbidden) => (
            ": it is not permitted",
            format!(
                "it takes the credentials of its source org, `{source}`, with the permission org_connections_write"
            ),
        ),
        (ChangeKind::Update, ErrorKind::NotFound) => (
            ": it is not found",
            format!("it no longer exists, or the credentials are not those of its source org, `{source}`"),
        ),
        (ChangeKind::Update, ErrorKind::Rejected) => (
            ": it is refused",
            "the service refuses this set of types".to_owned(),
        ),
        (ChangeKind::Access, ErrorKind::Forbidden) => (
            ": it is not permitted",
            "it takes org_connections_write, and where the org restricts the connection, access as an editor; \
             `orgconn access get` shows the editors"
                .to_owned(),
        ),
        (ChangeKind::Access, ErrorKind::Rejected) => (
            ": it is refused",
            "refused are a policy that takes away your own access (--allow-self-lockout lets admins), and roles, \
             teams and users of another org"
                .to_owned(),
        ),
        (ChangeKind::Delete, ErrorKind::NotFound) => (
            "",
            "it no longer exists; --ignore-not-found counts that as done".to_owned(),
        ),
        _ => return None,
    };
    Some((reason, hint))
}
