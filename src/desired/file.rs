use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use uuid::Uuid;

use super::error::{DesiredError, DesiredErrorKind};
use super::position::{FileName, Location, Position, WithPosition};
use super::yaml::{self, YamlNode, YamlValue};
use crate::model::{ConnectionType, Org, OrgRef, OrgSelector, ResolveOrgError, TypeSet};

/// The JSON Schema (draft 2020-12) of the desired-state file, for editors and linters. It describes only what the text
/// alone shows: pairs that are given twice and orgs that do not exist are found by [`DesiredFile`].
pub(crate) const SCHEMA: &str = include_str!("schema.json");

/// The connection types that a file may contain.
pub(super) const TYPE_WORDS: [&str; 3] = ["logs", "metrics", "audit"];
/// The maximum number of connections in a file, after its lists are expanded. Without it, two short lists could stand
/// for billions.
const MAX_CONNECTIONS: usize = 100_000;

/// A desired-state file that was read without mistakes. Its orgs are not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredFile {
    name: FileName,
    pub(super) entries: Vec<FileEntry>,
}

/// One connection in the file, with its orgs as the file names them. A connection with lists of orgs becomes one entry
/// for each pair of source and destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEntry {
    pub(super) source: WithPosition<OrgSelector>,
    pub(super) destination: WithPosition<OrgSelector>,
    /// The types to share; never empty.
    pub(super) types: TypeSet,
}

/// One connection that the file describes, with its orgs looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredConnection {
    /// The org whose data is to be shared.
    pub(crate) source: OrgRef,
    /// The org that is to query the data.
    pub(crate) destination: OrgRef,
    /// The types to share; never empty.
    pub(crate) types: TypeSet,
    /// The position of the source in the file.
    pub(crate) position: Position,
}

impl DesiredFile {
    /// Parses the text of a desired-state file, YAML or JSON. `name` is the file's name in messages.
    /// `allow_unknown_types` accepts connection types that this version does not know.
    ///
    /// # Errors
    /// Returns all mistakes in the text, in their order. If the text is not YAML or far too large, it returns the first
    /// mistake only.
    pub(crate) fn parse(
        name: FileName,
        text: &str,
        allow_unknown_types: bool,
    ) -> Result<Self, Vec<DesiredError>> {
        let document = yaml::parse(text).map_err(|error| vec![error])?;
        let mut reader = Reader {
            allow_unknown_types,
            entries: Vec::new(),
            errors: Vec::new(),
        };
        reader.read_root(&document);
        // Two equal selectors name the same org, so repeated pairs are found before any org is looked up.
        let pairs = reader.entries.iter().map(|entry| {
            let (source, destination) = (&entry.source, &entry.destination);
            (source.position, &source.value, &destination.value)
        });
        let repeated = pair_errors(pairs, |org| org, text_without_prefix);
        reader.errors.extend(repeated);
        let entries = reader.entries;
        value_or_errors(Self { name, entries }, reader.errors)
    }

    /// Looks up the orgs of the file. `lookup` is called once for each selector. The connections are sorted by the
    /// names of source and destination, then by their ids. Each pair of orgs occurs once, and no org is connected to
    /// itself.
    ///
    /// # Errors
    /// Returns all selectors for which `lookup` fails, with its reason. Also returns the pairs of orgs that are given
    /// twice by different selectors, and the orgs that are connected to themselves.
    pub(crate) fn resolve<'a>(
        &'a self,
        mut lookup: impl FnMut(&OrgSelector) -> Result<Org, ResolveOrgError>,
    ) -> Result<Vec<DesiredConnection>, Vec<DesiredError>> {
        let mut results: HashMap<&OrgSelector, Result<OrgRef, ResolveOrgError>> = HashMap::new();
        let mut find = |selector: &'a WithPosition<OrgSelector>| {
            let result = results.entry(&selector.value);
            let result = result.or_insert_with_key(|selector| Ok(lookup(selector)?.to_ref()));
            let result = result.clone();
            result.map_err(|error| DesiredError::new(selector.position, error))
        };
        let mut errors = Vec::new();
        let mut connections = Vec::new();
        for entry in &self.entries {
            match (find(&entry.source), find(&entry.destination)) {
                (Ok(source), Ok(destination)) => connections.push(DesiredConnection {
                    source,
                    destination,
                    types: entry.types.clone(),
                    position: entry.source.position,
                }),
                (source, destination) => {
                    errors.extend(source.err());
                    errors.extend(destination.err());
                }
            }
        }
        let pairs = connections.iter().map(|connection| {
            let (source, destination) = (&connection.source, &connection.destination);
            (connection.position, source, destination)
        });
        errors.extend(pair_errors(pairs, |org| org.id, OrgRef::label));
        connections.sort_by_cached_key(|connection| {
            let (source, destination) = (&connection.source, &connection.destination);
            (source.label(), destination.label(), connection.pair())
        });
        value_or_errors(connections, errors)
    }

    /// Adds the name of this file to a position in it.
    pub(crate) fn location(&self, position: Position) -> Location {
        self.name.location(position)
    }
}

impl DesiredConnection {
    /// The ids of source and destination.
    pub(super) fn pair(&self) -> (Uuid, Uuid) {
        (self.source.id, self.destination.id)
    }
}

/// Returns `value` if there is no error, else the errors in the order of the file. An org in a list belongs to several
/// connections, so equal errors at the same position are returned once.
fn value_or_errors<T>(value: T, mut errors: Vec<DesiredError>) -> Result<T, Vec<DesiredError>> {
    errors.sort_by_key(|error| error.position);
    errors.dedup();
    if errors.is_empty() {
        Ok(value)
    } else {
        Err(errors)
    }
}

/// An error for each pair of source and destination that is given a second time, and for each org that is connected to
/// itself. Two orgs are the same if their `key` is the same; `label` is an org's name in messages.
fn pair_errors<'a, O: 'a, K: Eq + Hash>(
    pairs: impl Iterator<Item = (Position, &'a O, &'a O)>,
    key: impl Fn(&'a O) -> K,
    label: impl Fn(&O) -> String,
) -> Vec<DesiredError> {
    let mut first_positions = HashMap::new();
    let mut errors = Vec::new();
    for (position, source, destination) in pairs {
        let pair = (key(source), key(destination));
        if pair.0 == pair.1 {
            let kind = DesiredErrorKind::SelfConnection(label(source));
            errors.push(DesiredError::new(position, kind));
            continue;
        }
        match first_positions.entry(pair) {
            Entry::Vacant(first) => {
                first.insert(position);
            }
            Entry::Occupied(first) => {
                let kind = DesiredErrorKind::RepeatedPair {
                    source_org: label(source),
                    destination_org: label(destination),
                    first: *first.get(),
                };
                errors.push(DesiredError::new(position, kind));
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
    }
}

/// Reads the file into entries. A part with a mistake is reported and left out, and the rest is still read.
struct Reader {
    allow_unknown_types: bool,
    entries: Vec<FileEntry>,
    errors: Vec<DesiredError>,
}

impl Reader {
    fn read_root(&mut self, document: &YamlNode) {
        let expected = "a mapping with the key `connections`";
        let [connections] = self.read_fields(document, expected, &["connections"]);
        let Some(connections) = connections else {
            return;
        };
        let YamlValue::List(list) = &connections.value else {
            return self.report_kind(connections, "a list of connections");
        };
        for connection in list {
            self.read_connection(connection);
        }
    }

    /// Reads one connection of the file, and adds an entry for each pair of its sources and destinations.
    fn read_connection(&mut self, node: &YamlNode) {
        let expected = "a connection with source, destination and types";
        let keys = &["source", "destination", "types"];
        let [sources, destinations, types] = self.read_fields(node, expected, keys);
        let sources = sources.map_or_else(Vec::new, |node| self.read_orgs(node));
        let destinations = destinations.map_or_else(Vec::new, |node| self.read_orgs(node));
        let types = types.map_or_else(TypeSet::default, |node| self.read_types(node));
        let count = sources.len().saturating_mul(destinations.len());
        if self.entries.len() + count > MAX_CONNECTIONS {
            let error = DesiredErrorKind::TooManyConnections(MAX_CONNECTIONS);
            return self.report(node.position, error);
        }
        for source in &sources {
            for destination in &destinations {
                self.entries.push(FileEntry {
                    source: source.clone(),
                    destination: destination.clone(),
                    types: types.clone(),
                });
            }
        }
    }

    /// The values of `keys`, in their order. Reports keys that are unknown, repeated or missing. If the node is not a
    /// mapping, it reports that `expected` belongs there.
    fn read_fields<'a, const N: usize>(
        &mut self,
        node: &'a YamlNode,
        expected: &'static str,
        keys: &'static [&'static str; N],
    ) -> [Option<&'a YamlNode>; N] {
        let mut values = [None; N];
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
                None => self.report_unknown(key.position, "key", text, keys),
            }
        }
        for (key, value) in keys.iter().zip(&values) {
            if value.is_none() {
                self.report(node.position, DesiredErrorKind::MissingKey(key));
            }
        }
        values
    }

    /// The source orgs or the destination orgs of a connection, given as one text or as a list.
    fn read_orgs(&mut self, node: &YamlNode) -> Vec<WithPosition<OrgSelector>> {
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
                Ok(org) if seen.insert(org.clone()) => orgs.push(WithPosition {
                    value: org,
                    position: node.position,
                }),
                Ok(_) => self.report_repeated(node.position, "org", text),
            }
        }
        orgs
    }

    fn read_types(&mut self, node: &YamlNode) -> TypeSet {
        let YamlValue::List(list) = &node.value else {
            self.report_kind(node, "a list of connection types, such as [logs, metrics]");
            return TypeSet::default();
        };
        if list.is_empty() {
            let expected = "at least one connection type";
            self.report(node.position, DesiredErrorKind::EmptyList(expected));
        }
        let mut types = HashSet::new();
        for node in list {
            let YamlValue::Text(word) = &node.value else {
                self.report_kind(node, "a connection type");
                continue;
            };
            let kind = ConnectionType::from(word.as_str());
            let is_word = !word.trim().is_empty();
            let is_accepted = kind.is_known() || (self.allow_unknown_types && is_word);
            if !is_accepted {
                self.report_unknown(node.position, "connection type", word, &TYPE_WORDS);
            }
            if !types.insert(kind) {
                self.report_repeated(node.position, "type", word);
            }
        }
        types.into_iter().collect()
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
        self.errors.push(DesiredError::new(position, kind));
    }
}
