use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use uuid::Uuid;

use super::error::{DesiredError, DesiredErrorKind};
use super::position::{FileName, Location, Position, WithLocation};
use super::yaml::{self, YamlNode, YamlValue};
use crate::model::{
    Connection, ConnectionType, Org, OrgRef, OrgSelector, ResolveOrgError, TypeSet, nearest_names,
};

/// The JSON Schema (draft 2020-12) of the desired-state file, for editors and linters. It describes only what the text
/// alone shows: pairs that are given twice and orgs that do not exist are found by [`DesiredState`].
pub(crate) const SCHEMA: &str = include_str!("schema.json");

/// The connection types that a file may contain.
pub(super) const TYPE_WORDS: [&str; 3] = ["logs", "metrics", "audit"];
/// The beginning of the keys that are free for the user.
const USER_PREFIX: &str = "x-";
/// The maximum number of connections in all files, after their lists are expanded. Without it, two short lists could
/// stand for billions.
const MAX_CONNECTIONS: usize = 100_000;
/// The maximum number of mistakes that are listed. The others are counted.
const MAX_ERRORS: usize = 100;

/// The desired state that one or several files describe together, read without mistakes. Its orgs are not looked up
/// yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DesiredState {
    pub(super) entries: Vec<FileEntry>,
    /// Where a file says `manage: all`.
    all: Option<Location>,
    /// The source orgs that are in the scope: those that `manage` lists, and the sources of the files without it. An
    /// org may occur several times.
    scope: Vec<WithLocation<OrgSelector>>,
    /// The orgs of the groups that were expanded, for their names.
    group_orgs: HashMap<Uuid, OrgRef>,
}

/// One connection in a file, with its orgs as the file names them. A connection with lists of orgs becomes one entry
/// for each pair of source and destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEntry {
    pub(super) source: WithLocation<OrgSelector>,
    pub(super) destination: WithLocation<OrgSelector>,
    /// The types to share; never empty.
    pub(super) types: TypeSet,
    /// Those of the types that are accepted only if the live connection has them already.
    unknown_types: Vec<WithLocation<ConnectionType>>,
    /// Whether an end is one of the orgs of a group.
    is_of_group: bool,
}

/// The desired state with its orgs looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResolvedState {
    /// The connections that should exist.
    pub(crate) connections: Vec<DesiredConnection>,
    /// The pairs of an org with itself, which are left out: a group has the org at the other end.
    pub(crate) left_out: Vec<DesiredConnection>,
    /// The orgs whose other connections should not exist.
    pub(crate) scope: Scope,
}

/// The source orgs about which the files are the whole truth: pruning deletes the connections of these orgs that no
/// file contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Where a file says `manage: all`, which means every org that a profile serves.
    pub(crate) all: Option<Location>,
    /// The orgs that the files name, each once, with the first location.
    pub(crate) sources: Vec<WithLocation<OrgRef>>,
}

/// One connection that the files describe, with its orgs looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredConnection {
    /// The org whose data is to be shared.
    pub(crate) source: OrgRef,
    /// The org that is to query the data.
    pub(crate) destination: OrgRef,
    /// The types to share; never empty.
    pub(crate) types: TypeSet,
    /// The location of the source in its file.
    pub(crate) location: Location,
    /// Whether an end is one of the orgs of a group.
    pub(crate) is_of_group: bool,
    /// Those of the types that are accepted only if the live connection has them already.
    unknown_types: Vec<WithLocation<ConnectionType>>,
}

impl DesiredState {
    /// Parses the texts of desired-state files, YAML or JSON. The names are those of the files in messages.
    /// `allow_unknown_types` accepts connection types that this version does not know, even if the live connection does
    /// not have them.
    ///
    /// # Errors
    /// Returns all mistakes in the texts, in the order of their locations. If a text is not YAML or far too large, only
    /// its first mistake is returned.
    pub(crate) fn parse(
        texts: &[(FileName, String)],
        allow_unknown_types: bool,
    ) -> Result<Self, Vec<DesiredError>> {
        let mut state = Self::default();
        let (mut errors, mut unknown_types) = (Vec::new(), Vec::new());
        for (name, text) in texts {
            let mut reader = Reader {
                name,
                allow_unknown_types,
                state: &mut state,
                errors: &mut errors,
                unknown_types: &mut unknown_types,
            };
            match yaml::parse(text) {
                Ok(document) => reader.read_root(&document),
                Err((position, kind)) => reader.report(position, kind),
            }
        }
        // Two equal selectors name the same org, so repeated pairs are found before any org is looked up. The orgs of a
        // group may be connected to each other.
        let is_one_group = |entry: &&FileEntry| {
            entry.source.value.group().is_some() && entry.source.value == entry.destination.value
        };
        let pairs = state.entries.iter();
        let pairs = pairs.filter(|entry| !is_one_group(entry)).map(|entry| {
            let (source, destination) = (&entry.source, &entry.destination);
            (&source.location, &source.value, &destination.value)
        });
        errors.extend(pair_errors(pairs, |org| org, text_without_prefix));
        if !errors.is_empty() {
            errors.extend(unknown_types);
        }
        value_or_errors(state, errors)
    }

    /// Whether a file says `manage: all`.
    pub(crate) fn manages_all(&self) -> bool {
        self.all.is_some()
    }

    /// The groups of orgs that the state names, each with its first location.
    pub(crate) fn groups(&self) -> Vec<WithLocation<&str>> {
        let entries = self.entries.iter();
        let ends = entries.flat_map(|entry| [&entry.source, &entry.destination]);
        let groups = ends.chain(&self.scope).filter_map(|org| {
            let location = org.location.clone();
            let value = org.value.group()?;
            Some(WithLocation { value, location })
        });
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by(|one, other| one.location.cmp(&other.location));
        let mut names = HashSet::new();
        groups.retain(|group| names.insert(group.value));
        groups
    }

    /// The state with the orgs of each group in place of the group. `groups` has the orgs of each name.
    ///
    /// # Errors
    /// Fails if the state stands for too many connections.
    pub(crate) fn with_orgs_of_groups(
        self,
        groups: &HashMap<String, Vec<OrgRef>>,
    ) -> Result<Self, Vec<DesiredError>> {
        let expand = |org: &WithLocation<OrgSelector>| match org.value.group() {
            None => vec![org.clone()],
            Some(name) => {
                let orgs = groups.get(name).into_iter().flatten();
                let location = &org.location;
                let expanded = orgs.map(|org| WithLocation {
                    value: OrgSelector::Uuid(org.id),
                    location: location.clone(),
                });
                expanded.collect()
            }
        };
        let mut entries = Vec::new();
        for entry in &self.entries {
            let (source, destination) = (&entry.source, &entry.destination);
            let (sources, destinations) = (expand(source), expand(destination));
            if entries.len() + sources.len().saturating_mul(destinations.len()) > MAX_CONNECTIONS {
                let error = DesiredErrorKind::TooManyConnections(MAX_CONNECTIONS);
                return Err(vec![DesiredError::new(source.location.clone(), error)]);
            }
            let is_of_group = source.value.group().is_some() || destination.value.group().is_some();
            for source in &sources {
                let pairs = destinations.iter().map(|destination| FileEntry {
                    source: source.clone(),
                    destination: destination.clone(),
                    is_of_group,
                    ..entry.clone()
                });
                entries.extend(pairs);
            }
        }
        let group_orgs = groups.values().flatten();
        Ok(Self {
            entries,
            all: self.all,
            scope: self.scope.iter().flat_map(expand).collect(),
            group_orgs: group_orgs.map(|org| (org.id, org.clone())).collect(),
        })
    }

    /// The orgs whose keys it takes to read the connections that the state is about. Each item has the org whose keys are
    /// preferred, then the other one that may do.
    pub(crate) fn needed_orgs(&self) -> Vec<Vec<OrgSelector>> {
        let pairs = self.entries.iter();
        let pairs = pairs.map(|entry| vec![&entry.source.value, &entry.destination.value]);
        let scope = self.scope.iter().map(|org| vec![&org.value]);
        let orgs: HashSet<_> = pairs.chain(scope).collect();
        let orgs = orgs.into_iter();
        orgs.map(|orgs| orgs.into_iter().cloned().collect())
            .collect()
    }

    /// Looks up the orgs of the state. `lookup` is called once for each selector. The connections are sorted by the
    /// names of source and destination, then by their ids. Each pair of orgs occurs once, and no org is connected to
    /// itself.
    ///
    /// # Errors
    /// Returns all selectors for which `lookup` fails, with its reason. Also returns the pairs of orgs that are given
    /// twice by different selectors, and the orgs that are connected to themselves.
    pub(crate) fn resolve<'a>(
        &'a self,
        mut lookup: impl FnMut(&OrgSelector) -> Result<Org, ResolveOrgError>,
    ) -> Result<ResolvedState, Vec<DesiredError>> {
        let mut results: HashMap<&OrgSelector, Result<OrgRef, ResolveOrgError>> = HashMap::new();
        let mut find = |selector: &'a WithLocation<OrgSelector>| {
            let result = results.entry(&selector.value);
            let result = result.or_insert_with_key(|selector| {
                let mut org = lookup(selector)?.to_ref();
                if let Some(known) = self.group_orgs.get(&org.id) {
                    org.fill_from(known);
                }
                Ok(org)
            });
            let result = result.clone();
            result.map_err(|error| DesiredError::new(selector.location.clone(), error))
        };
        let mut errors = Vec::new();
        let mut connections = Vec::new();
        for entry in &self.entries {
            match (find(&entry.source), find(&entry.destination)) {
                (Ok(source), Ok(destination)) => connections.push(DesiredConnection {
                    source,
                    destination,
                    types: entry.types.clone(),
                    location: entry.source.location.clone(),
                    is_of_group: entry.is_of_group,
                    unknown_types: entry.unknown_types.clone(),
                }),
                (source, destination) => {
                    errors.extend(source.err());
                    errors.extend(destination.err());
                }
            }
        }
        let (mut sources, mut ids) = (Vec::new(), HashSet::new());
        for selector in &self.scope {
            match find(selector) {
                Ok(org) if ids.insert(org.id) => sources.push(WithLocation {
                    value: org,
                    location: selector.location.clone(),
                }),
                Ok(_) => {}
                Err(error) => errors.push(error),
            }
        }
        let is_left_out = |connection: &DesiredConnection| {
            connection.is_of_group && connection.source.id == connection.destination.id
        };
        let (left_out, mut connections): (Vec<_>, Vec<_>) =
            connections.into_iter().partition(is_left_out);
        let pairs = connections.iter().map(|connection| {
            let (source, destination) = (&connection.source, &connection.destination);
            (&connection.location, source, destination)
        });
        errors.extend(pair_errors(pairs, |org| org.id, OrgRef::label));
        connections.sort_by_cached_key(|connection| {
            let (source, destination) = (&connection.source, &connection.destination);
            (source.label(), destination.label(), connection.pair())
        });
        let all = self.all.clone();
        let scope = Scope { all, sources };
        let state = ResolvedState {
            connections,
            left_out,
            scope,
        };
        value_or_errors(state, errors)
    }
}

impl DesiredConnection {
    /// The ids of source and destination.
    pub(crate) fn pair(&self) -> (Uuid, Uuid) {
        (self.source.id, self.destination.id)
    }

    pub(super) fn has_unknown_types(&self) -> bool {
        !self.unknown_types.is_empty()
    }

    /// The unknown types that the live connection does not have, as mistakes.
    pub(super) fn unknown_type_errors(&self, live: Option<&Connection>) -> Vec<DesiredError> {
        let is_live = |kind| live.is_some_and(|connection| connection.types.contains(kind));
        let unknown = self.unknown_types.iter();
        let unknown = unknown.filter(|kind| !is_live(&kind.value));
        unknown.map(unknown_type).collect()
    }
}

fn unknown_type(kind: &WithLocation<ConnectionType>) -> DesiredError {
    let error = DesiredErrorKind::Unknown {
        what: "connection type",
        word: kind.value.to_string(),
        known: &TYPE_WORDS,
    };
    DesiredError::new(kind.location.clone(), error)
}

/// Returns `value` if there is no error, else the errors in the order of their locations. An org in a list belongs to
/// several connections, so equal errors at the same location are returned once. Of very many, the first are returned and
/// the number of the others.
fn value_or_errors<T>(value: T, mut errors: Vec<DesiredError>) -> Result<T, Vec<DesiredError>> {
    errors.sort_by(|one, other| one.location.cmp(&other.location));
    errors.dedup();
    if errors.len() > MAX_ERRORS {
        let others = errors.len() - MAX_ERRORS;
        let location = errors[MAX_ERRORS].location.clone();
        errors.truncate(MAX_ERRORS);
        errors.push(DesiredError::new(location, DesiredErrorKind::More(others)));
    }
    if errors.is_empty() {
        Ok(value)
    } else {
        Err(errors)
    }
}

/// An error for each pair of source and destination that is given a second time, and for each org that is connected to
/// itself. Two orgs are the same if their `key` is the same; `label` is an org's name in messages.
fn pair_errors<'a, O: 'a, K: Eq + Hash>(
    pairs: impl Iterator<Item = (&'a Location, &'a O, &'a O)>,
    key: impl Fn(&'a O) -> K,
    label: impl Fn(&O) -> String,
) -> Vec<DesiredError> {
    let mut first_locations = HashMap::new();
    let mut errors = Vec::new();
    for (location, source, destination) in pairs {
        let pair = (key(source), key(destination));
        if pair.0 == pair.1 {
            let kind = DesiredErrorKind::SelfConnection(label(source));
            errors.push(DesiredError::new(location.clone(), kind));
            continue;
        }
        match first_locations.entry(pair) {
            Entry::Vacant(first) => {
                first.insert(location);
            }
            Entry::Occupied(first) => {
                let kind = DesiredErrorKind::RepeatedPair {
                    source_org: label(source),
                    destination_org: label(destination),
                    first: (*first.get()).clone(),
                };
                errors.push(DesiredError::new(location.clone(), kind));
            }
        }
    }
    errors
}

/// The text of a selector without a prefix such as `name:`.
pub(super) fn text_without_prefix(org: &OrgSelector) -> String {
    match org {
        OrgSelector::Text(text)
        | OrgSelector::PublicId(text)
        | OrgSelector::Name(text)
        | OrgSelector::Profile(text) => text.clone(),
        OrgSelector::Uuid(uuid) => uuid.to_string(),
        OrgSelector::Group(name) => format!("group:{name}"),
    }
}

/// Reads one file into the state. A part with a mistake is reported and left out, and the rest is still read.
struct Reader<'a> {
    name: &'a FileName,
    allow_unknown_types: bool,
    state: &'a mut DesiredState,
    errors: &'a mut Vec<DesiredError>,
    /// The types that are mistakes unless they are live. Where the file has other mistakes, they are reported too.
    unknown_types: &'a mut Vec<DesiredError>,
}

impl Reader<'_> {
    fn read_root(&mut self, document: &YamlNode) {
        let expected = "a mapping with the key `connections`";
        let keys = &["connections", "manage"];
        let [connections, manage] = self.read_fields(document, expected, keys, 1);
        let first_entry = self.state.entries.len();
        if let Some(connections) = connections {
            match &connections.value {
                YamlValue::List(list) => list.iter().for_each(|node| self.read_connection(node)),
                _ => self.report_kind(connections, "a list of connections"),
            }
        }
        match manage {
            Some(manage) => self.read_manage(manage),
            None => {
                let entries = &self.state.entries[first_entry..];
                let sources = entries.iter().map(|entry| entry.source.clone());
                self.state.scope.extend(sources);
            }
        }
    }

    /// What the file is the whole truth about.
    fn read_manage(&mut self, node: &YamlNode) {
        match &node.value {
            YamlValue::Text(word) if word == "all" => {
                let location = self.name.location(node.position);
                self.state.all.get_or_insert(location);
            }
            YamlValue::List(_) => {
                let orgs = self.read_orgs(node);
                self.state.scope.extend(orgs);
            }
            _ => self.report_kind(node, "`all` or a list of orgs"),
        }
    }

    /// Reads one connection of the file, and adds an entry for each pair of its sources and destinations.
    fn read_connection(&mut self, node: &YamlNode) {
        let expected = "a connection with source, destination and types";
        let keys = &["source", "destination", "types"];
        let [sources, destinations, types] = self.read_fields(node, expected, keys, 3);
        let sources = sources.map_or_else(Vec::new, |node| self.read_orgs(node));
        let destinations = destinations.map_or_else(Vec::new, |node| self.read_orgs(node));
        let (types, unknown_types) = types.map(|node| self.read_types(node)).unwrap_or_default();
        let count = sources.len().saturating_mul(destinations.len());
        if self.state.entries.len() + count > MAX_CONNECTIONS {
            let error = DesiredErrorKind::TooManyConnections(MAX_CONNECTIONS);
            return self.report(node.position, error);
        }
        for source in &sources {
            for destination in &destinations {
                self.state.entries.push(FileEntry {
                    source: source.clone(),
                    destination: destination.clone(),
                    types: types.clone(),
                    unknown_types: unknown_types.clone(),
                    is_of_group: false,
                });
            }
        }
    }

    /// The values of `keys`, in their order; the first `required` of them must be there. Reports keys that are unknown,
    /// repeated or missing, a misspelt one only as unknown; keys of the user are skipped. If the node is not a mapping, it
    /// reports that `expected` belongs there.
    fn read_fields<'a, const N: usize>(
        &mut self,
        node: &'a YamlNode,
        expected: &'static str,
        keys: &'static [&'static str; N],
        required: usize,
    ) -> [Option<&'a YamlNode>; N] {
        let mut values = [None; N];
        let mut misspelt = Vec::new();
        let YamlValue::Map(entries) = &node.value else {
            self.report_kind(node, expected);
            return values;
        };
        for (key, value) in entries {
            let YamlValue::Text(text) = &key.value else {
                self.report_kind(key, "a key");
                continue;
            };
            match keys.iter().position(|known| known == text) {
                Some(index) if values[index].is_none() => values[index] = Some(value),
                Some(_) => self.report_repeated(key.position, "key", text),
                None if text.starts_with(USER_PREFIX) => {}
                None => {
                    misspelt.extend(nearest_names(text.trim(), keys.iter().copied()).first());
                    self.report_unknown(key.position, "key", text, keys);
                }
            }
        }
        for (key, value) in keys.iter().zip(&values).take(required) {
            if value.is_none() && !misspelt.contains(key) {
                self.report(node.position, DesiredErrorKind::MissingKey(key));
            }
        }
        values
    }

    /// The source orgs or the destination orgs of a connection, given as one text or as a list.
    fn read_orgs(&mut self, node: &YamlNode) -> Vec<WithLocation<OrgSelector>> {
        let list = match &node.value {
            YamlValue::Text(_) => std::slice::from_ref(node),
            YamlValue::List(list) => list,
            _ => {
                self.report_org_kind(node, "an org or a list of orgs");
                return Vec::new();
            }
        };
        if list.is_empty() {
            let expected = "at least one org";
            self.report(node.position, DesiredErrorKind::EmptyList(expected));
        }
        let mut seen = HashSet::new();
        let mut orgs = Vec::new();
        for node in list {
            let YamlValue::Text(text) = &node.value else {
                self.report_org_kind(node, "an org");
                continue;
            };
            match text.parse::<OrgSelector>() {
                Err(error) => self.report(node.position, error),
                Ok(org) if seen.insert(org.clone()) => orgs.push(WithLocation {
                    value: org,
                    location: self.name.location(node.position),
                }),
                Ok(_) => self.report_repeated(node.position, "org", text),
            }
        }
        orgs
    }

    /// The types of a connection, and those of them that are accepted only if the live connection has them already.
    fn read_types(&mut self, node: &YamlNode) -> (TypeSet, Vec<WithLocation<ConnectionType>>) {
        let YamlValue::List(list) = &node.value else {
            self.report_kind(node, "a list of connection types, such as [logs, metrics]");
            return Default::default();
        };
        if list.is_empty() {
            let expected = "at least one connection type";
            self.report(node.position, DesiredErrorKind::EmptyList(expected));
        }
        let (mut types, mut unknown) = (HashSet::new(), Vec::new());
        for node in list {
            let YamlValue::Text(word) = &node.value else {
                self.report_kind(node, "a connection type");
                continue;
            };
            let kind = ConnectionType::from_word(word);
            if word.trim().is_empty() {
                self.report_unknown(node.position, "connection type", word, &TYPE_WORDS);
            } else if !kind.is_known() && !self.allow_unknown_types {
                let kind = WithLocation {
                    value: kind.clone(),
                    location: self.name.location(node.position),
                };
                self.unknown_types.push(unknown_type(&kind));
                unknown.push(kind);
            }
            if !types.insert(kind) {
                self.report_repeated(node.position, "type", word);
            }
        }
        (types.into_iter().collect(), unknown)
    }

    fn report_unknown(
        &mut self,
        position: Position,
        what: &'static str,
        word: &str,
        known: &'static [&'static str],
    ) {
        let word = word.to_owned();
        self.report(position, DesiredErrorKind::Unknown { what, word, known });
    }

    fn report_repeated(&mut self, position: Position, what: &'static str, word: &str) {
        let word = word.to_owned();
        self.report(position, DesiredErrorKind::Repeated { what, word });
    }

    fn report_kind(&mut self, node: &YamlNode, expected: &'static str) {
        let error = DesiredErrorKind::WrongKind {
            expected,
            found: node.value.kind(),
            note: "",
        };
        self.report(node.position, error);
    }

    /// Reports a value that is not text in the place of an org. YAML reads an org's name such as 2024 or `true` as
    /// another kind of value.
    fn report_org_kind(&mut self, node: &YamlNode, expected: &'static str) {
        let error = DesiredErrorKind::WrongKind {
            expected,
            found: node.value.kind(),
            note: match node.value {
                YamlValue::Null | YamlValue::Bool | YamlValue::Number => {
                    "; a name like that is put in quotes"
                }
                _ => "",
            },
        };
        self.report(node.position, error);
    }

    fn report(&mut self, position: Position, kind: impl Into<DesiredErrorKind>) {
        let location = self.name.location(position);
        self.errors.push(DesiredError::new(location, kind));
    }
}
