use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::file::DesiredConnection;
use super::position::Position;
use crate::model::{
    Change, ChangeKind, Connection, MAX_DESTINATIONS, OrgDirectory, OrgRef, TypeSet,
    connections_by_pair,
};

/// The steps that turn the live connections into those of a desired-state file.
///
/// It is the same for the same live state and file, in whatever order they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    steps: Vec<Step>,
    /// Live connections that the file does not name and that stay.
    pub(super) unlisted: Vec<Connection>,
}

/// How many steps of each kind a plan has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StepCounts {
    /// Connections to create.
    pub(crate) create: usize,
    /// Connections whose types change.
    pub(crate) update: usize,
    /// Connections to delete.
    pub(crate) delete: usize,
    /// Connections that are as the file wants them.
    pub(crate) unchanged: usize,
}

impl Plan {
    /// Compares the live connections with the desired ones. `prune` deletes connections that the file does not name if
    /// their source is a source in the file; of other orgs nothing is ever deleted. `profile_for` chooses the profile
    /// that carries a change out, if one can.
    pub(crate) fn new(
        live: &[Connection],
        desired: Vec<DesiredConnection>,
        prune: bool,
        profile_for: impl Fn(&Change) -> Option<String>,
    ) -> Self {
        let names = org_names(live, &desired);
        let fill_name = |org: &mut OrgRef| {
            if org.name.is_none() {
                org.name = names.get(&org.id).cloned();
            }
        };
        let mut live = connections_by_pair(live);
        for connection in live.values_mut() {
            fill_name(&mut connection.source);
            fill_name(&mut connection.destination);
        }

        let mut steps = Vec::new();
        let mut sources = HashSet::new();
        for mut connection in desired {
            fill_name(&mut connection.source);
            fill_name(&mut connection.destination);
            sources.insert(connection.source.id);
            let live = live.remove(&connection.pair());
            steps.push(Step::for_desired(connection, live));
        }
        let (unwanted, unlisted): (Vec<_>, _) = live
            .into_values()
            .partition(|connection| prune && sources.contains(&connection.source.id));
        steps.extend(unwanted.into_iter().map(Step::delete));

        for step in &mut steps {
            step.profile = step.change.as_ref().and_then(&profile_for);
        }
        let mut plan = Self { steps, unlisted };
        plan.sort_steps();
        plan
    }

    /// The steps in the order in which they are carried out.
    ///
    /// The steps of one source org stand together, the sources by name. Deletes come last, so that nobody loses data
    /// before its replacement is there. But where the source would share with more than [`MAX_DESTINATIONS`] orgs on
    /// the way they come first, because the API may refuse what goes beyond. Within that, by the destination's name.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn sort_steps(&mut self) {
        let mut destinations = self.destination_counts(&self.steps);
        destinations.retain(|_, count| *count > MAX_DESTINATIONS);
        self.steps.sort_by_cached_key(|step| {
            let is_delete = step.kind() == Some(ChangeKind::Delete);
            let deletes_first = destinations.contains_key(&step.source.id);
            (
                step.source.label(),
                step.source.id,
                is_delete != deletes_first,
                step.destination.label(),
                step.destination.id,
            )
        });
    }

    /// The steps that change something.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.change.is_some())
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// How many steps of each kind there are.
    pub(crate) fn counts(&self) -> StepCounts {
        let count = |kind| self.steps.iter().filter(|step| step.kind() == kind).count();
        StepCounts {
            create: count(Some(ChangeKind::Create)),
            update: count(Some(ChangeKind::Update)),
            delete: count(Some(ChangeKind::Delete)),
            unchanged: count(None),
        }
    }

    /// Live connections that the file does not name and that pruning would delete: their source is a source in the
    /// file.
    pub(crate) fn prunable(&self) -> impl Iterator<Item = &Connection> {
        let sources: HashSet<_> = self.steps.iter().map(|step| step.source.id).collect();
        let unlisted = self.unlisted.iter();
        unlisted.filter(move |connection| sources.contains(&connection.source.id))
    }

    /// Where the file speaks of a step; for a connection that it does not name, where it first speaks of its source.
    pub(crate) fn position_of(&self, step: &Step) -> Option<Position> {
        let of_source = || {
            let same_source = |other: &&Step| other.source.id == step.source.id;
            let steps = self.steps.iter().filter(same_source);
            steps.filter_map(|other| other.position).min()
        };
        step.position.or_else(of_source)
    }

    /// What a person should know before the plan is carried out: sources with many destinations, then disabled orgs,
    /// both in the order of the steps. `directory` knows which orgs are disabled.
    pub(crate) fn warnings(&self, directory: &OrgDirectory) -> Vec<String> {
        let is_delete = |step: &&Step| step.kind() == Some(ChangeKind::Delete);
        let remaining = || self.steps.iter().filter(|step| !is_delete(step));
        // What was warned of is removed, so that there is one warning for each org.
        let mut counts = self.destination_counts(remaining());
        let many_destinations = remaining().filter_map(|step| {
            let count = counts.remove(&step.source.id);
            let count = count.filter(|count| *count > MAX_DESTINATIONS)?;
            Some(format!(
                "`{}` will share with {count} orgs; beyond {MAX_DESTINATIONS} the API may refuse, unless it is on an \
                 Enterprise plan",
                step.source.label()
            ))
        });
        let disabled = directory
            .orgs
            .iter()
            .filter(|org| org.disabled == Some(true));
        let mut disabled: HashSet<_> = disabled.map(|org| org.id).collect();
        let orgs = remaining().flat_map(|step| [&step.source, &step.destination]);
        let disabled = orgs.filter(|org| disabled.remove(&org.id));
        let disabled = disabled.map(|org| format!("`{}` is disabled", org.label()));
        many_destinations.chain(disabled).collect()
    }

    /// What this plan does otherwise than the plan that was `shown`, because the live state changed in between: a
    /// sentence for each pair of orgs, in the order of their ids.
    pub(crate) fn differences_from(&self, shown: &Self) -> Vec<String> {
        let mut pairs = BTreeMap::new();
        for step in &shown.steps {
            pairs.insert(step.pair(), (Some(step), None));
        }
        for step in &self.steps {
            pairs.entry(step.pair()).or_default().1 = Some(step);
        }
        let pairs = pairs.into_values();
        pairs
            .filter_map(|(shown, now)| describe_difference(shown, now))
            .collect()
    }

    /// With how many orgs each source shares, if `steps` and the unlisted connections are there.
    fn destination_counts<'a>(
        &self,
        steps: impl IntoIterator<Item = &'a Step>,
    ) -> HashMap<Uuid, usize> {
        let of_steps = steps.into_iter().map(|step| step.source.id);
        let of_unlisted = self.unlisted.iter().map(|connection| connection.source.id);
        let mut counts = HashMap::new();
        for source in of_steps.chain(of_unlisted) {
            *counts.entry(source).or_default() += 1;
        }
        counts
    }
}

/// The names that the file's orgs or live connections give to orgs: an org given as a UUID has none of its own, and
/// its steps would otherwise stand under two labels.
fn org_names(live: &[Connection], desired: &[DesiredConnection]) -> HashMap<Uuid, String> {
    let desired = desired.iter();
    let desired = desired.flat_map(|connection| [&connection.source, &connection.destination]);
    let live = live.iter();
    let live = live.flat_map(|connection| [&connection.source, &connection.destination]);
    let mut names = HashMap::new();
    for org in desired.chain(live) {
        if let Some(name) = &org.name {
            names.entry(org.id).or_insert_with(|| name.clone());
        }
    }
    names
}

/// What a plan says of one pair of orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The org whose data is shared.
    pub(crate) source: OrgRef,
    /// The org that may query it.
    pub(crate) destination: OrgRef,
    /// The live connection; `None` where there is none yet.
    pub(crate) live: Option<Connection>,
    /// What is to be done; `None` if the live connection is as wanted.
    pub(crate) change: Option<Change>,
    /// The profile that carries the change out, if one can.
    pub(crate) profile: Option<String>,
    /// Where the file names the connection; `None` if it does not.
    pub(crate) position: Option<Position>,
}

impl Step {
    /// Turns the live connection, if there is one, into the desired one.
    fn for_desired(desired: DesiredConnection, live: Option<Connection>) -> Self {
        let DesiredConnection {
            source,
            destination,
            types,
            position,
        } = desired;
        let change = match &live {
            None => Some(Change::Create {
                source: Some(source.clone()),
                destination: destination.clone(),
                types,
            }),
            Some(connection) if connection.types == types => None,
            Some(connection) => Some(Change::Update {
                before: connection.clone(),
                types,
            }),
        };
        Self {
            source,
            destination,
            live,
            change,
            profile: None,
            position: Some(position),
        }
    }

    /// Deletes a connection that the file does not name.
    fn delete(connection: Connection) -> Self {
        Self {
            source: connection.source.clone(),
            destination: connection.destination.clone(),
            live: Some(connection.clone()),
            change: Some(Change::Delete { before: connection }),
            profile: None,
            position: None,
        }
    }

    /// The kind of the change; `None` if nothing is to be done.
    pub(crate) fn kind(&self) -> Option<ChangeKind> {
        self.change.as_ref().map(Change::kind)
    }

    /// `create`, `update`, `delete` or `unchanged`.
    pub(crate) fn action_word(&self) -> &'static str {
        self.kind().map_or("unchanged", ChangeKind::as_str)
    }

    /// The types that are shared now; none where there is no connection yet.
    pub(crate) fn types_before(&self) -> TypeSet {
        let live = self.live.as_ref();
        live.map_or_else(TypeSet::default, |connection| connection.types.clone())
    }

    /// The types that are shared afterwards; none where the connection is deleted.
    pub(crate) fn types_after(&self) -> TypeSet {
        let change = self.change.as_ref();
        change.map_or_else(|| self.types_before(), Change::types_after)
    }

    /// The ids of source and destination.
    fn pair(&self) -> (Uuid, Uuid) {
        (self.source.id, self.destination.id)
    }

    /// Whether both steps, of one pair of orgs, make the same change to the same connection, or none. Names, profiles
    /// and positions do not count.
    fn makes_same_change(&self, other: &Self) -> bool {
        let live_id = |step: &Self| step.live.as_ref().map(|connection| connection.id);
        let effect = |step: &Self| (live_id(step), step.types_before(), step.types_after());
        self.kind() == other.kind() && (self.change.is_none() || effect(self) == effect(other))
    }
}

/// What two plans do with one pair of orgs, if that is not the same. A pair that neither plan changes does not count,
/// even if only one of them has a step for it.
fn describe_difference(shown: Option<&Step>, now: Option<&Step>) -> Option<String> {
    let is_same = match (shown, now) {
        (Some(shown), Some(now)) => shown.makes_same_change(now),
        (Some(only), None) | (None, Some(only)) => only.change.is_none(),
        (None, None) => true,
    };
    let step = now.or(shown).filter(|_| !is_same)?;
    Some(format!(
        "`{}` to `{}` changed since the plan was made: the plan was to {}, now it would be to {}",
        step.source.label(),
        step.destination.label(),
        describe_action(shown),
        describe_action(now)
    ))
}

fn describe_action(step: Option<&Step>) -> String {
    let Some(step) = step else {
        return "leave it alone".to_owned();
    };
    let (before, after) = (step.types_before(), step.types_after());
    match step.kind() {
        Some(ChangeKind::Create) => format!("create it with {after}"),
        Some(ChangeKind::Update) => format!("change {before} to {after}"),
        Some(ChangeKind::Delete) => format!("delete it with {before}"),
        None => format!("leave it at {after}"),
    }
}
