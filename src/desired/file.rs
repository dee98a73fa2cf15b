use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use uuid::Uuid;

use super::error::{DesiredError, DesiredErrorKind};
use super::position::{FileName, Location, Position, WithPosition};
use super::yaml::{self, YamlNode, YamlValue};
use crate::model::{ConnectionType, Org, OrgRef, OrgSelector, ResolveOrgError, TypeSet};

/// The JSON Schema (draft 2020-12) of the desired-state file, for editors and linters. It says what can be said of the
/// text alone: pairs that are given twice and orgs that do not exist are for [`DesiredFile`] to find.
pub(crate) const SCHEMA: &str = include_str!("schema.json");

/// The types that a file may name.
pub(super) const TYPE_WORDS: [&str; 3] = ["logs", "metrics", "audit"];
/// The most connections that a file may stand for. Two short lists could otherwise stand for billions.
const MAX_CONNECTIONS: usize = 100_000;

/// A desired-state file without a mistake. Its orgs are not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredFile {
    name: FileName,
    pub(super) entries: Vec<FileEntry>,
}

/// One connection as the file names it. A list of orgs stands for one of these each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEntry {
    pub(super) source: WithPosition<OrgSelector>,
    pub(super) destination: WithPosition<OrgSelector>,
    /// What is to be shared; never empty.
    pub(super) types: TypeSet,
}

/// One connection that the file wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredConnection {
    /// The org whose data is to be shared.
    pub(crate) source: OrgRef,
    /// The org that is to query it.
    pub(crate) destination: OrgRef,
    /// What is to be shared; never empty.
    pub(crate) types: TypeSet,
    /// Where the file names the source.
    pub(crate) position: Position,
}

impl DesiredFile {
    /// Reads the text of a desired-state file, YAML or JSON. `name` is what messages call the file;
    /// `allow_unknown_types` accepts connection types that this version does not know.
    ///
    /// # Errors
    /// Returns all mistakes in the text, in its order. Only where it is not YAML at all, or far too large, reading
    /// stops at the first one.
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
        reader.read_file(&document);
        // The same selector names the same org, which shows before any org is looked up.
        let pairs = reader.entries.iter().map(|entry| {
            let (source, destination) = (&entry.source, &entry.destination);
            (source.position, &source.value, &destination.value)
        });
        let repeated = pair_errors(pairs, |org| org, text_without_prefix);
        reader.errors.extend(repeated);
        let entries = reader.entries;
        value_or_errors(Self { name, entries }, reader.errors)
    }

    /// Finds the orgs that are meant. `lookup` is asked once for each selector. The connections come in the order of
    /// the names of source and destination, then of their ids, each pair of orgs once, and no org with itself.
    ///
    /// # Errors
    /// Returns all selectors for which `lookup` fails, with its reason; and of the others, pairs given twice under
    /// different spellings, and orgs connected to themselves.
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

    /// A place in this file.
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

/// `value` if there is no error, else the errors in the order of the file. The same error at the same place counts
/// once: an org of a list stands in several connections.
fn value_or_errors<T>(value: T, mut errors: Vec<DesiredError>) -> Result<T, Vec<DesiredError>> {
    errors.sort_by_key(|error| error.position);
    errors.dedup();
    if errors.is_empty() {
        Ok(value)
    } else {
        Err(errors)
    }
}

/// An error for each pair of source and destination that is given a second time, and for each org that is connected
/// to itself. `key` tells two orgs apart, `label` is what messages call one.
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

/// What was written to name an org, without a prefix such as `name:`.
pub(super) fn text_without_prefix(org: &OrgSelector) -> String {
    match org {
        OrgSelector::Text(text)
        | OrgSelector::PublicId(text)
        | OrgSelector::Name(text)
        | OrgSelector::Profile(text) => text.clone(),
        OrgSelector::Uuid(uuid) => uuid.to_string(),
    }
}

/// What was read so far. A faulty part is reported and left out, and reading goes on behind it.
struct Reader {
    allow_unknown_types: bool,
    entries: Vec<FileEntry>,
    errors: Vec<DesiredError>,
}

impl Reader {
    fn read_file(&mut self, document: &YamlNode) {
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

    /// Adds one entry for each source and destination.
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

    /// The values of `keys`, in their order. Reports keys that are unknown, repeated or missing; a value of another
    /// kind than a mapping is reported as not being `expected`.
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

    /// The orgs of one side, given alone or as a list.
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

    /// Reports a value that is not text where an org belongs. An org's name such as 2024 or `true` is read as another
    /// kind.
    fn report_org_kind(&mut self, node: &YamlNode, expected: &'static str) {
        let error = DesiredErrorKind::WrongKind {
            expected,
            found: node.value.kind(),
            note: match node.value {
                YamlValue::Bool | YamlValue::Number => "; a name like that is put in quotes",
                _ => "",
            },
        };
        self.report(node.position, error);
    }

    fn report(&mut self, position: Position, kind: impl Into<DesiredErrorKind>) {
        self.errors.push(DesiredError::new(position, kind));
    }
}
