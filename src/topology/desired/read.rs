use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::fault::{DesiredError, DesiredErrors, Fault};
use super::tree::{self, Node};
use super::{Desired, Located, ParseOptions, Position, Wanted};
use crate::topology::{ConnectionType, OrgSelector, TypeSet};

/// The keys of the file.
pub(super) const FILE_KEYS: &[&str] = &["connections"];
/// The keys of one of its connections.
pub(super) const CONNECTION_KEYS: &[&str] = &["source", "destination", "types"];
/// The types that a file may name.
pub(super) const TYPE_WORDS: &[&str] = &["logs", "metrics", "audit"];
/// A file may stand for at most this many connections. Two short lists could otherwise stand for billions.
const MOST_CONNECTIONS: usize = 100_000;
/// A word less alike than this (1 is the same) is not proposed.
const LEAST_LIKENESS: f64 = 0.75;

/// Reads `text` and gathers everything that is wrong in it.
pub(super) fn read(text: &str, options: ParseOptions) -> Result<Desired, DesiredErrors> {
    let document = tree::parse(text)?;
    let mut reader = Reader {
        options,
        wanted: Vec::new(),
        errors: Vec::new(),
    };
    reader.file(&document);
    reader.pairs();
    DesiredErrors::none_of(reader.errors)?;
    Ok(Desired {
        wanted: reader.wanted,
    })
}

/// What was read so far. A faulty part is left out of `wanted`, and reading goes on behind it.
struct Reader {
    options: ParseOptions,
    wanted: Vec<Wanted>,
    errors: Vec<DesiredError>,
}

impl Reader {
    fn file(&mut self, document: &Located<Node>) {
        let Some(entries) = self.mapping(document, "a mapping with the key `connections`") else {
            return;
        };
        self.check_keys(document.position, entries, FILE_KEYS);
        let Some(connections) = value_of(entries, "connections") else {
            return;
        };
        let Node::List(connections) = &connections.value else {
            return self.wrong_kind(connections, "a list of connections");
        };
        for connection in connections {
            self.connection(connection);
        }
    }

    fn connection(&mut self, node: &Located<Node>) {
        let expected = "a connection with source, destination and types";
        let Some(entries) = self.mapping(node, expected) else {
            return;
        };
        self.check_keys(node.position, entries, CONNECTION_KEYS);
        let sources = self.orgs(value_of(entries, "source"));
        let destinations = self.orgs(value_of(entries, "destination"));
        let types = Located {
            value: self.types(value_of(entries, "types")),
            position: value_of(entries, "types").map_or(node.position, |types| types.position),
        };
        self.want(node.position, &sources, &destinations, &types);
    }

    /// Adds one connection for each source and destination.
    fn want(
        &mut self,
        position: Position,
        sources: &[Located<OrgSelector>],
        destinations: &[Located<OrgSelector>],
        types: &Located<TypeSet>,
    ) {
        let most = MOST_CONNECTIONS;
        if self.wanted.len() + sources.len().saturating_mul(destinations.len()) > most {
            return self.report(position, Fault::TooMany { most });
        }
        for source in sources {
            self.wanted
                .extend(destinations.iter().map(|destination| Wanted {
                    source: source.clone(),
                    destination: destination.clone(),
                    types: types.clone(),
                }));
        }
    }

    /// The orgs of one side, given alone or as a list.
    fn orgs(&mut self, node: Option<&Located<Node>>) -> Vec<Located<OrgSelector>> {
        let Some(node) = node else { return Vec::new() };
        match &node.value {
            Node::Text(text) => self.org(text, node.position).into_iter().collect(),
            Node::List(list) => self.org_list(list, node.position),
            _ => {
                self.wrong_kind(node, "an org or a list of orgs");
                Vec::new()
            }
        }
    }

    fn org_list(&mut self, list: &[Located<Node>], at: Position) -> Vec<Located<OrgSelector>> {
        if list.is_empty() {
            let expected = "at least one org";
            self.report(at, Fault::EmptyList { expected });
        }
        let mut seen = HashSet::new();
        let mut orgs = Vec::new();
        for node in list {
            let Node::Text(text) = &node.value else {
                self.wrong_kind(node, "an org");
                continue;
            };
            let Some(org) = self.org(text, node.position) else {
                continue;
            };
            if seen.insert(org.value.clone()) {
                orgs.push(org);
            } else {
                self.report(node.position, Fault::RepeatedOrg(text.clone()));
            }
        }
        orgs
    }

    fn org(&mut self, text: &str, position: Position) -> Option<Located<OrgSelector>> {
        match text.parse() {
            Ok(value) => Some(Located { value, position }),
            Err(error) => {
                self.report(position, Fault::Unreadable(error));
                None
            }
        }
    }

    fn types(&mut self, node: Option<&Located<Node>>) -> TypeSet {
        let Some(node) = node else {
            return TypeSet::default();
        };
        let Node::List(list) = &node.value else {
            self.wrong_kind(node, "a list of connection types, such as [logs, metrics]");
            return TypeSet::default();
        };
        if list.is_empty() {
            let expected = "at least one connection type";
            self.report(node.position, Fault::EmptyList { expected });
        }
        let mut types = BTreeSet::new();
        for node in list {
            let Some(kind) = self.kind(node) else {
                continue;
            };
            if !types.insert(kind.clone()) {
                self.report(node.position, Fault::RepeatedType(kind.to_string()));
            }
        }
        types.into_iter().collect()
    }

    fn kind(&mut self, node: &Located<Node>) -> Option<ConnectionType> {
        let Node::Text(word) = &node.value else {
            self.wrong_kind(node, "a connection type");
            return None;
        };
        let kind = ConnectionType::from(word.as_str());
        let is_taken = self.options.allow_unknown_types && !word.trim().is_empty();
        if !kind.is_known() && !is_taken {
            let fault = Fault::UnknownType {
                word: word.clone(),
                nearest: nearest(word, TYPE_WORDS),
                known: TYPE_WORDS,
            };
            self.report(node.position, fault);
        }
        Some(kind)
    }

    /// What can be said of pairs before the orgs are looked up: the same selector names the same org.
    fn pairs(&mut self) {
        let mut first = HashMap::new();
        for wanted in &self.wanted {
            let position = wanted.source.position;
            let (source, destination) = (&wanted.source.value, &wanted.destination.value);
            if source == destination {
                let fault = Fault::SelfConnection(source.written());
                self.errors.push(DesiredError::new(position, fault));
            }
            match first.entry((source, destination)) {
                Entry::Vacant(place) => {
                    place.insert(position);
                }
                Entry::Occupied(place) => self.errors.push(DesiredError::new(
                    position,
                    Fault::RepeatedPair {
                        source_org: source.written(),
                        destination_org: destination.written(),
                        first: *place.get(),
                    },
                )),
            }
        }
    }

    fn mapping<'a>(
        &mut self,
        node: &'a Located<Node>,
        expected: &'static str,
    ) -> Option<&'a [(Located<Node>, Located<Node>)]> {
        if let Node::Map(entries) = &node.value {
            return Some(entries);
        }
        self.wrong_kind(node, expected);
        None
    }

    /// Reports the keys that are unknown, repeated or, at the place of the mapping, missing.
    fn check_keys(
        &mut self,
        position: Position,
        entries: &[(Located<Node>, Located<Node>)],
        known: &'static [&'static str],
    ) {
        let mut seen = Vec::new();
        for (key, _) in entries {
            let Node::Text(text) = &key.value else {
                self.wrong_kind(key, "a key");
                continue;
            };
            match known.iter().find(|known| *known == text) {
                Some(known) if seen.contains(known) => {
                    self.report(key.position, Fault::RepeatedKey(known));
                }
                Some(known) => seen.push(*known),
                None => {
                    let fault = Fault::UnknownKey {
                        key: text.clone(),
                        nearest: nearest(text, known),
                        known,
                    };
                    self.report(key.position, fault);
                }
            }
        }
        for key in known.iter().filter(|key| !seen.contains(key)) {
            self.report(position, Fault::MissingKey(key));
        }
    }

    fn wrong_kind(&mut self, node: &Located<Node>, expected: &'static str) {
        let found = node.value.kind();
        self.report(node.position, Fault::WrongKind { expected, found });
    }

    fn report(&mut self, position: Position, fault: Fault) {
        self.errors.push(DesiredError::new(position, fault));
    }
}

/// The value behind `wanted`, the first where there are several.
fn value_of<'a>(
    entries: &'a [(Located<Node>, Located<Node>)],
    wanted: &str,
) -> Option<&'a Located<Node>> {
    entries
        .iter()
        .find(|(key, _)| matches!(&key.value, Node::Text(text) if text == wanted))
        .map(|(_, value)| value)
}

/// The known word that is most like `word`, whatever the case, if any is alike at all.
fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(&word, known), *known))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, known)| known)
}
