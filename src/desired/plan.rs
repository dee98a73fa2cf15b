use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::error::DesiredError;
use super::file::DesiredConnection;
use super::position::Location;
use crate::model::{
    Change, ChangeKind, Connection, MAX_DESTINATIONS, OrgDirectory, OrgRef, TypeSet,
    connections_by_pair,
};

/// The steps that turn the live connections into those of a desired-state file.
///
/// The plan does not depend on the order of the live connections and of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Live connections that no file contains and that are kept.
    pub(super) unlisted: Vec<Connection>,
    /// The source orgs in the scope, each with its location in a file.
    pub(super) scope: HashMap<Uuid, Location>,
    /// The pairs of orgs about which nothing is concluded.
    pub(crate) unclear: Vec<UnclearPair>,
}

/// A pair of orgs whose live state is not clear: the service lists several connections for it, or does not say what the
/// one connection shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnclearPair {
    /// The connections, sorted by their ids.
    pub(crate) connections: Vec<Connection>,
    /// The location of the pair in a file, or that of its source in the scope.
    pub(crate) location: Option<Location>,
}

/// The number of steps of each kind in a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StepCounts {
    /// Connections to create.
    pub(crate) create: usize,
    /// Connections whose types change.
    pub(crate) update: usize,
    /// Connections to delete.
    pub(crate) delete: usize,
    /// Connections that are already as desired.
    pub(crate) unchanged: usize,
}

impl Plan {
    /// Compares the live connections with the desired ones. With `prune`, connections that no file contains are deleted
    /// if their source is in the `scope`; connections of other orgs are never deleted. `profile_for` returns the profile
    /// that can make a change, if there is one.
    pub(crate) fn new(
        live: &[Connection],
        desired: Vec<DesiredConnection>,
        scope: HashMap<Uuid, Location>,
        prune: bool,
        profile_for: impl Fn(&Change) -> Option<String>,
    ) -> Self {
        let names = org_names(live, &desired);
        let mut unclear = unclear_by_pair(live);
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

        let (mut steps, mut inconclusive) = (Vec::new(), Vec::new());
        for mut connection in desired {
            fill_name(&mut connection.source);
            fill_name(&mut connection.destination);
            let live = live.remove(&connection.pair());
            match unclear.remove(&connection.pair()) {
                Some(connections) => inconclusive.push(UnclearPair {
                    connections,
                    location: Some(connection.location),
                }),
                None => steps.push(Step::for_desired(connection, live)),
            }
        }
        let mut unlisted = Vec::new();
        for (pair, connection) in live {
            match (scope.get(&connection.source.id), unclear.remove(&pair)) {
                (Some(location), Some(connections)) if prune => inconclusive.push(UnclearPair {
                    connections,
                    location: Some(location.clone()),
                }),
                (Some(_), None) if prune => steps.push(Step::delete(connection)),
                _ => unlisted.push(connection),
            }
        }
        for step in &mut steps {
            step.profile = step.change.as_ref().and_then(&profile_for);
        }
        let mut plan = Self {
            steps,
            unlisted,
            scope,
            unclear: inconclusive,
        };
        plan.sort_steps();
        plan
    }

    /// The same steps against the live connections as they are now. A step that somebody else made in the meantime
    /// changes nothing any more. `profile_for` is as for [`Plan::new`].
    pub(crate) fn against(
        &self,
        live: &[Connection],
        profile_for: impl Fn(&Change) -> Option<String>,
    ) -> Self {
        let mut unclear = unclear_by_pair(live);
        let mut live = connections_by_pair(live);
        let mut plan = Self::default();
        for step in &self.steps {
            let live = live.remove(&step.pair());
            match unclear.remove(&step.pair()) {
                Some(connections) => plan.unclear.push(UnclearPair {
                    connections,
                    location: step.location.clone(),
                }),
                None => plan.steps.extend(step.against(live, &profile_for)),
            }
        }
        plan.unlisted = live.into_values().collect();
        plan
    }

    /// The steps in the order in which they are made.
    ///
    /// They are sorted by the name of the source org, so that the steps of one source are together. The deletes of a
    /// source come last, so that nobody loses data before its replacement exists. But if the source would meanwhile
    /// share with more than [`MAX_DESTINATIONS`] orgs, its deletes come first, since the API may refuse more. Then the
    /// steps are sorted by the name of the destination.
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

    /// Whether no step changes anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// The number of steps of each kind.
    pub(crate) fn counts(&self) -> StepCounts {
        let count = |kind| self.steps.iter().filter(|step| step.kind() == kind).count();
        StepCounts {
            create: count(Some(ChangeKind::Create)),
            update: count(Some(ChangeKind::Update)),
            delete: count(Some(ChangeKind::Delete)),
            unchanged: count(None),
        }
    }

    /// Live connections that no file contains and that pruning would delete, since their source is in the scope.
    pub(crate) fn prunable(&self) -> impl Iterator<Item = &Connection> {
        let unlisted = self.unlisted.iter();
        unlisted.filter(|connection| self.scope.contains_key(&connection.source.id))
    }

    /// Live connections that no file contains and that are outside the scope, so that nothing deletes them.
    pub(crate) fn outside_scope(&self) -> impl Iterator<Item = &Connection> {
        let unlisted = self.unlisted.iter();
        unlisted.filter(|connection| !self.scope.contains_key(&connection.source.id))
    }

    /// The location of a step's connection in its file. If no file contains it, the first location of its source.
    pub(crate) fn location_of(&self, step: &Step) -> Option<Location> {
        let of_source = || {
            let same_source = |other: &&Step| other.source.id == step.source.id;
            let steps = self.steps.iter().filter(same_source);
            let first = steps.filter_map(|other| other.location.as_ref()).min();
            first.or_else(|| self.scope.get(&step.source.id)).cloned()
        };
        step.location.clone().or_else(of_source)
    }

    /// Warnings for the user before the plan is applied: about sources with many destinations, then about disabled
    /// orgs, both in the order of the steps. `directory` contains which orgs are disabled.
    pub(crate) fn warnings(&self, directory: &OrgDirectory) -> Vec<String> {
        let is_delete = |step: &&Step| step.kind() == Some(ChangeKind::Delete);
        let remaining = || self.steps.iter().filter(|step| !is_delete(step));
        // A source is removed from the counts after its warning, so that each org has one warning.
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

    /// The differences of this plan from the plan that was `shown`, which arise if the live state changed in between.
    /// One sentence for each pair of orgs, in the order of their ids.
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

    /// The number of orgs that each source shares with, if the connections of `steps` and the unlisted ones exist.
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

/// The names of orgs in the file or the live connections. They are used for orgs that the file names by UUID, so that
/// all steps of an org have the same label.
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

/// The unknown types of the desired connections that the live ones do not have, as mistakes in the files.
pub(crate) fn unknown_type_errors(
    live: &[Connection],
    desired: &[DesiredConnection],
) -> Vec<DesiredError> {
    if !desired.iter().any(DesiredConnection::has_unknown_types) {
        return Vec::new();
    }
    let live = connections_by_pair(live);
    let errors = desired
        .iter()
        .flat_map(|connection| connection.unknown_type_errors(live.get(&connection.pair())));
    errors.collect()
}

/// The connections of each pair of orgs that has several, sorted by their ids.
pub(crate) fn repeated_pairs(live: &[Connection]) -> impl Iterator<Item = Vec<Connection>> {
    repeated_by_pair(live).into_values()
}

/// The connections of each pair whose state is not clear. A connection always has a type, so one without types lacks
/// this part in the answer of the service.
fn unclear_by_pair(live: &[Connection]) -> BTreeMap<(Uuid, Uuid), Vec<Connection>> {
    let mut unclear = repeated_by_pair(live);
    for connection in live.iter().filter(|live| live.types.is_empty()) {
        let pair = unclear.entry(connection.pair());
        pair.or_insert_with(|| vec![connection.clone()]);
    }
    unclear
}

fn repeated_by_pair(live: &[Connection]) -> BTreeMap<(Uuid, Uuid), Vec<Connection>> {
    let mut first_by_pair: HashMap<_, &Connection> = HashMap::new();
    let mut repeated: BTreeMap<_, Vec<Connection>> = BTreeMap::new();
    for connection in live {
        let first = *first_by_pair.entry(connection.pair()).or_insert(connection);
        if first.id != connection.id {
            let connections = repeated
                .entry(connection.pair())
                .or_insert(vec![first.clone()]);
            if connections.iter().all(|known| known.id != connection.id) {
                connections.push(connection.clone());
            }
        }
    }
    for connections in repeated.values_mut() {
        connections.sort_by_key(|connection| connection.id);
    }
    repeated
}

/// The step of a plan for one pair of orgs, which may change nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The org whose data is shared.
    pub(crate) source: OrgRef,
    /// The org that may query it.
    pub(crate) destination: OrgRef,
    /// The live connection; `None` if there is none.
    pub(crate) live: Option<Connection>,
    /// The change to make; `None` if the live connection is as desired.
    pub(crate) change: Option<Change>,
    /// The profile that can make the change, if there is one.
    pub(crate) profile: Option<String>,
    /// The location of the connection in its file; `None` if no file contains it.
    pub(crate) location: Option<Location>,
}

impl Step {
    /// The step that creates the desired connection, or changes the live one into it.
    fn for_desired(desired: DesiredConnection, live: Option<Connection>) -> Self {
        let DesiredConnection {
            source,
            destination,
            types,
            location,
            ..
        } = desired;
        Self::for_types(source, destination, types, Some(location), live)
    }

    /// The step that creates the connection with these types, or changes the live one into it.
    fn for_types(
        source: OrgRef,
        destination: OrgRef,
        types: TypeSet,
        location: Option<Location>,
        live: Option<Connection>,
    ) -> Self {
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
            location,
        }
    }

    /// The same step against the live connection as it is now; `None` if the step was to delete it and it is gone.
    fn against(
        &self,
        live: Option<Connection>,
        profile_for: impl Fn(&Change) -> Option<String>,
    ) -> Option<Self> {
        let live = live.map(|mut live| {
            live.fill_name(&self.source);
            live.fill_name(&self.destination);
            live
        });
        let mut step = match self.kind() {
            Some(ChangeKind::Delete) => Self::delete(live?),
            _ => Self::for_types(
                self.source.clone(),
                self.destination.clone(),
                self.types_after(),
                self.location.clone(),
                live,
            ),
        };
        step.profile = step.change.as_ref().and_then(profile_for);
        Some(step)
    }

    /// The step that deletes a connection that no file contains.
    fn delete(connection: Connection) -> Self {
        Self {
            source: connection.source.clone(),
            destination: connection.destination.clone(),
            live: Some(connection.clone()),
            change: Some(Change::Delete { before: connection }),
            profile: None,
            location: None,
        }
    }

    /// The kind of the change; `None` if the step changes nothing.
    pub(crate) fn kind(&self) -> Option<ChangeKind> {
        self.change.as_ref().map(Change::kind)
    }

    /// `create`, `update`, `delete` or `unchanged`.
    pub(crate) fn action_word(&self) -> &'static str {
        self.kind().map_or("unchanged", ChangeKind::as_str)
    }

    /// The types that are shared now; empty if there is no connection.
    pub(crate) fn types_before(&self) -> TypeSet {
        let live = self.live.as_ref();
        live.map_or_else(TypeSet::default, |connection| connection.types.clone())
    }

    /// The types that are shared after the step; empty if the connection is deleted.
    pub(crate) fn types_after(&self) -> TypeSet {
        let change = self.change.as_ref();
        change.map_or_else(|| self.types_before(), Change::types_after)
    }

    /// The ids of source and destination.
    pub(crate) fn pair(&self) -> (Uuid, Uuid) {
        (self.source.id, self.destination.id)
    }

    /// Whether both steps, which have the same pair of orgs, make the same change to the same connection, or no change.
    /// Names, profiles and positions are not compared.
    fn makes_same_change(&self, other: &Self) -> bool {
        let live_id = |step: &Self| step.live.as_ref().map(|connection| connection.id);
        let effect = |step: &Self| (live_id(step), step.types_before(), step.types_after());
        self.kind() == other.kind() && (self.change.is_none() || effect(self) == effect(other))
    }

    /// Whether the live connection of `now` is what this step was to make of it.
    fn is_made_in(&self, now: &Self) -> bool {
        now.live.is_some() && now.change.is_none() && now.types_before() == self.types_after()
    }
}

/// Describes the difference of two plans for one pair of orgs; `None` if there is none. A pair that neither plan
/// changes makes no difference, even if only one of them has a step for it. Neither does a step that somebody else has
/// made since, just as it was shown.
fn describe_difference(shown: Option<&Step>, now: Option<&Step>) -> Option<String> {
    let is_same = match (shown, now) {
        (Some(shown), Some(now)) => shown.makes_same_change(now) || shown.is_made_in(now),
        (Some(shown), None) => shown.change.is_none() || shown.kind() == Some(ChangeKind::Delete),
        (None, Some(now)) => now.change.is_none(),
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
        Some(ChangeKind::Access) | None => format!("leave it at {after}"),
    }
}
