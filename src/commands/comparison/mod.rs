//! Compares desired-state files, or a saved plan, with the live state, for `plan`, `apply` and `check --file`.

mod steps;
mod target;
mod warnings;

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

pub(crate) use self::steps::{LocatedError, Steps, report_errors, report_steps};
pub(crate) use self::target::{FileArgs, MAX_PLAN_BYTES, Target};
pub(crate) use self::warnings::describe_as_wanted;
use crate::app::{Account, ChosenAccounts, Snapshot, exit_without_keys};
use crate::desired::{
    DesiredConnection, DesiredError, DesiredState, Location, Plan, Scope, Step, UnclearPair,
    unknown_type_errors,
};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Change, Connection, OrgRef};

/// The live state compared with the target.
pub(crate) struct Comparison<'s> {
    /// The steps that bring the live connections to the target. Incomplete where the live state could not be read.
    pub(crate) plan: Plan,
    /// The orgs and connections that the chosen accounts see; its failures are in `unknown`.
    pub(crate) snapshot: Snapshot<'s>,
    /// The reasons why the live state is only partly known: accounts that could not be read, and connections that no
    /// account sees.
    pub(crate) unknown: Vec<LocatedError>,
    /// The pairs of orgs that the files stand for and that are left out, with the reasons.
    left_out: Vec<String>,
    /// How a lack of keys ends the command: as the accounts do that could not be read, since they may have the keys.
    exit_without_keys: Exit,
}

/// Reads the live state through all accounts and compares it with the target.
///
/// # Errors
/// Fails if no account could be read, or if orgs of the files cannot be found, or if a type in them is unknown and not
/// live; all of these are returned.
pub(crate) async fn compare<'s>(
    chosen_accounts: &'s ChosenAccounts,
    target: &Target,
) -> Result<Comparison<'s>, Vec<LocatedError>> {
    let mut snapshot = chosen_accounts.snapshot().await;
    let failures = std::mem::take(&mut snapshot.failures);
    let exit_without_keys = exit_without_keys(&failures);
    let mut unknown: Vec<LocatedError> = failures.into_iter().map(Into::into).collect();
    if snapshot.accounts.is_empty() {
        return Err(unknown);
    }
    let mut left_out = Vec::new();
    let compared = match target {
        Target::Files { state, prune } => compare_files(state, *prune, &snapshot, &mut left_out),
        Target::Plan(saved) => Ok(compare_plan(saved, &snapshot)),
    };
    let (plan, missing) = match compared {
        Ok(compared) => compared,
        Err(errors) => {
            unknown.extend(LocatedError::from_desired(errors));
            return Err(unknown);
        }
    };
    unknown.extend(missing_access_errors(missing, exit_without_keys, &snapshot));
    unknown.extend(plan.unclear.iter().map(unclear_pair_error));
    if let Target::Plan(saved) = target {
        unknown.extend(other_profile_errors(&plan, saved));
    }
    Ok(Comparison {
        plan,
        snapshot,
        unknown,
        left_out,
        exit_without_keys,
    })
}

/// The plan that brings the snapshot's connections to the state of the files, and what it lacks access to. Descriptions
/// of the pairs that are left out are added to `left_out`.
fn compare_files(
    state: &DesiredState,
    prune: bool,
    snapshot: &Snapshot<'_>,
    left_out: &mut Vec<String>,
) -> Result<(Plan, Vec<MissingAccess>), Vec<DesiredError>> {
    let desired = state.resolve(|selector| snapshot.resolve_org(selector))?;
    let with_itself = desired.left_out.iter();
    left_out.extend(with_itself.map(|pair| {
        let org = pair.source.label();
        describe_left_out(pair, &format!("`{org}` to itself"))
    }));
    let live: HashSet<_> = snapshot.connections.iter().map(Connection::pair).collect();
    let mut connections = desired.connections;
    connections.retain(|pair| {
        let disabled = disabled_end(pair, snapshot);
        let disabled = disabled.filter(|_| pair.is_of_group && !live.contains(&pair.pair()));
        if let Some(org) = disabled {
            let (source, destination) = (pair.source.label(), pair.destination.label());
            let org = org.label();
            let ends = format!("`{source}` to `{destination}`, since `{org}` is disabled");
            left_out.push(describe_left_out(pair, &ends));
        }
        disabled.is_none()
    });
    let (visible, invisible): (Vec<_>, Vec<_>) = connections
        .into_iter()
        .partition(|connection| snapshot.sees(connection.source.id, connection.destination.id));
    let errors = unknown_type_errors(&snapshot.connections, &visible);
    if !errors.is_empty() {
        return Err(errors);
    }
    let invisible = invisible.iter().map(|connection| {
        let DesiredConnection {
            source,
            destination,
            location,
            ..
        } = connection;
        MissingAccess::to_pair(source, destination, Some(location.clone()))
    });
    let mut missing: Vec<_> = invisible.collect();
    if prune {
        missing.extend(unread_sources(&desired.scope, snapshot));
    }
    let scope = scope_locations(desired.scope, snapshot);
    let profile_for = |change: &_| profile_that_may_make(change, snapshot);
    // An account that could be read in part only shows connections, but not which ones there are. Those that the files
    // name would look unwanted.
    let live = snapshot.connections.iter();
    let live = live.filter(|live| snapshot.sees(live.source.id, live.destination.id));
    let live: Vec<_> = live.cloned().collect();
    let plan = Plan::new(&live, visible, scope, prune, profile_for);
    Ok((plan, missing))
}

/// A pair that is left out, so that a group does not fail because of one of its orgs.
fn describe_left_out(pair: &DesiredConnection, ends: &str) -> String {
    format!(
        "{}: left out of the group's connections: {ends}",
        pair.location
    )
}

/// An org of the pair that is known to be disabled, so that the service refuses to connect it.
fn disabled_end<'a>(pair: &'a DesiredConnection, snapshot: &Snapshot<'_>) -> Option<&'a OrgRef> {
    let is_disabled = |org: &&OrgRef| {
        let known = snapshot.orgs.get(org.id);
        known.is_some_and(|org| org.disabled == Some(true))
    };
    [&pair.source, &pair.destination]
        .into_iter()
        .find(is_disabled)
}

/// The steps of the saved plan against the snapshot's connections, and what they lack access to.
fn compare_plan(saved: &Plan, snapshot: &Snapshot<'_>) -> (Plan, Vec<MissingAccess>) {
    let steps = saved.steps().iter();
    let invisible = steps.filter(|step| !snapshot.sees(step.source.id, step.destination.id));
    let missing = invisible
        .map(|step| MissingAccess::to_pair(&step.source, &step.destination, step.location.clone()));
    let profile_for = |change: &_| profile_that_may_make(change, snapshot);
    let plan = saved.against(&snapshot.connections, profile_for);
    (plan, missing.collect())
}

/// An error for each source org whose changes another profile would make than the saved plan names: the user of the
/// keys becomes the owner of a connection.
fn other_profile_errors(plan: &Plan, saved: &Plan) -> Vec<LocatedError> {
    let mut described = HashSet::new();
    let planned: HashMap<_, _> = saved
        .steps()
        .iter()
        .map(|step| (step.pair(), step))
        .collect();
    let errors = plan.changes().filter_map(|step| {
        let (now, planned) = (step.profile.as_ref()?, planned.get(&step.pair())?);
        let planned = planned.profile.as_ref().filter(|planned| *planned != now)?;
        let message = format!(
            "the plan is for the profile `{planned}`, and the profile `{now}` is chosen for `{}`",
            step.source.label()
        );
        let error = CommandError::usage(message)
            .hint("choose the profiles of the plan, or make a new plan");
        described.insert((planned, now)).then(|| LocatedError {
            location: step.location.clone(),
            error,
        })
    });
    errors.collect()
}

fn profile_that_may_make(change: &Change, snapshot: &Snapshot<'_>) -> Option<String> {
    let (account, _) = snapshot.account_for(change).ok()??;
    account.profile().map(str::to_owned)
}

/// The orgs in the scope, each with its location in a file.
fn scope_locations(scope: Scope, snapshot: &Snapshot<'_>) -> HashMap<Uuid, Location> {
    let mut locations = HashMap::new();
    if let Some(all) = scope.all {
        let served = snapshot.accounts.iter();
        locations.extend(served.map(|(_, org)| (org.id, all.clone())));
    }
    let sources = scope.sources.into_iter();
    locations.extend(sources.map(|source| (source.value.id, source.location)));
    locations
}

fn unclear_pair_error(pair: &UnclearPair) -> LocatedError {
    let ids = pair.connections.iter().map(|found| found.id.to_string());
    let ids: Vec<_> = ids.collect();
    let ends = pair.connections.first().map(|first| {
        format!(
            "from `{}` to `{}`",
            first.source.label(),
            first.destination.label()
        )
    });
    let ends = ends.unwrap_or_default();
    let error = match ids.as_slice() {
        [id] => CommandError::new(
            Exit::Failure,
            format!("the service does not say what the connection {id} {ends} shares"),
        ),
        ids => CommandError::new(
            Exit::Failure,
            format!(
                "the service lists {} connections {ends}, where there can be one: {}",
                ids.len(),
                ids.join(", ")
            ),
        )
        .hint("`orgconn get ID` shows each; delete those that should not be there"),
    };
    LocatedError {
        location: pair.location.clone(),
        error,
    }
}

/// An operation that requires keys of an org to which no chosen account belongs.
struct MissingAccess {
    location: Option<Location>,
    /// The first half of the message: what cannot be read or changed.
    problem: String,
    /// The org whose keys are required, in backticks; or `either org`.
    keys_of: String,
}

impl MissingAccess {
    /// The connection between two orgs cannot be read.
    fn to_pair(source: &OrgRef, destination: &OrgRef, location: Option<Location>) -> Self {
        let (source, destination) = (source.label(), destination.label());
        Self {
            location,
            problem: format!("whether `{source}` is connected to `{destination}` cannot be read"),
            keys_of: "either org".to_owned(),
        }
    }
}

/// The source orgs in the scope whose connections outside the files cannot be read.
fn unread_sources(scope: &Scope, snapshot: &Snapshot<'_>) -> Vec<MissingAccess> {
    let sources = scope.sources.iter();
    let unread =
        sources.filter(|source| snapshot.accounts_of_org(source.value.id).next().is_none());
    let missing = unread.map(|source| {
        let org = source.value.label();
        MissingAccess {
            location: Some(source.location.clone()),
            problem: format!("the connections of `{org}` that are not in the file cannot be read"),
            keys_of: format!("`{org}`"),
        }
    });
    missing.collect()
}

/// Each missing access as an error; the last one has the hint, which is the same for all.
fn missing_access_errors(
    missing: Vec<MissingAccess>,
    exit: Exit,
    snapshot: &Snapshot<'_>,
) -> Vec<LocatedError> {
    let errors = missing.into_iter().map(|it| {
        let reason = describe_lack_of_keys(&it.keys_of, snapshot);
        let message = format!("{}: {reason}", it.problem);
        LocatedError {
            location: it.location,
            error: CommandError::new(exit, message),
        }
    });
    let mut errors: Vec<_> = errors.collect();
    if exit != Exit::Permission {
        return errors;
    }
    if let Some(mut last) = errors.pop() {
        last.error = last.error.hint(
            "a profile must have the keys of the org itself: `orgconn profile add` adds one, and --all-profiles uses all \
             that there are",
        );
        errors.push(last);
    }
    errors
}

fn describe_lack_of_keys(org: &str, snapshot: &Snapshot<'_>) -> String {
    let accounts = snapshot.accounts.iter();
    let profiles = accounts.filter_map(|(account, _)| account.profile());
    let profiles: Vec<_> = profiles.collect();
    match (profiles.as_slice(), snapshot.accounts.as_slice()) {
        ([], [(_, own), ..]) => {
            format!(
                "these credentials belong to `{}`, not to {org}",
                own.label()
            )
        }
        ([only], _) => format!("the profile {only} does not have keys for {org}"),
        (several, _) => format!(
            "none of the profiles {} has keys for {org}",
            several.join(", ")
        ),
    }
}

impl<'s> Comparison<'s> {
    /// The account that makes a step's change, and the org that its credentials belong to. `None` for the steps of
    /// [`Comparison::changes_without_account`].
    pub(crate) fn account_for(&self, step: &Step) -> Option<(&'s Account, &OrgRef)> {
        self.snapshot.account_for(step.change.as_ref()?).ok()?
    }

    /// One error for each source org whose changes no chosen account can make, or several can.
    pub(crate) fn changes_without_account(&self) -> Vec<LocatedError> {
        let mut described = HashSet::new();
        let steps = self.plan.changes();
        let undecided = steps.filter_map(|step| {
            let error = self.snapshot.account_for(step.change.as_ref()?).err()?;
            described.insert(step.source.id).then(|| LocatedError {
                location: self.plan.location_of(step),
                error,
            })
        });
        let mut errors: Vec<_> = undecided.collect();
        errors.extend(self.changes_without_access(described));
        errors
    }

    /// One error for each source org whose changes no chosen account can make, except those in `described`.
    fn changes_without_access(&self, mut described: HashSet<Uuid>) -> Vec<LocatedError> {
        let steps = self.plan.changes();
        let steps = steps
            .filter(|step| self.account_for(step).is_none() && described.insert(step.source.id));
        let missing = steps.map(|step| MissingAccess {
            location: self.plan.location_of(step),
            problem: format!(
                "the connections from `{}` cannot be changed",
                step.source.label()
            ),
            keys_of: format!("`{}`", step.source.label()),
        });
        missing_access_errors(missing.collect(), self.exit_without_keys, &self.snapshot)
    }
}
