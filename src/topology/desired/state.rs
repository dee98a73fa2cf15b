use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::fault::{DesiredError, DesiredErrors, Fault};
use super::{Desired, Located, Position};
use crate::topology::{Id, Org, OrgSelector, ResolveOrgError, TypeSet};

/// The connections that a desired-state file wants, between known orgs: each pair once, no org with itself, and in
/// an order that does not depend on that of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DesiredState {
    edges: Vec<Edge>,
}

/// One connection that is wanted, between known orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The org whose data is to be shared.
    pub source: Org,
    /// The org that is to query it.
    pub destination: Org,
    /// What is to be shared; never empty.
    pub types: TypeSet,
    /// Where the file wants it: the place of the source.
    pub position: Position,
}

impl DesiredState {
    /// The wanted connections by the names of source and destination, then by their ids.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Parts the wanted connections into those of which `is_known` says that their live state is known, and the
    /// others, both in their order.
    pub fn part(self, is_known: impl FnMut(&Edge) -> bool) -> (Self, Vec<Edge>) {
        let (edges, others) = self.edges.into_iter().partition(is_known);
        (Self { edges }, others)
    }
}

impl Desired {
    /// Looks up the orgs with `lookup`, each selector once.
    ///
    /// # Errors
    /// All selectors that name no single org, with `lookup`'s reason; and of the others, pairs given twice under
    /// different spellings, and orgs connected to themselves.
    pub fn resolve(
        &self,
        lookup: impl FnMut(&OrgSelector) -> Result<Org, ResolveOrgError>,
    ) -> Result<DesiredState, DesiredErrors> {
        let mut orgs = Orgs::new(lookup);
        let mut errors = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        for wanted in &self.wanted {
            let source = orgs.find(&wanted.source);
            let destination = orgs.find(&wanted.destination);
            match (source, destination) {
                (Ok(source), Ok(destination)) => edges.push(Edge {
                    source,
                    destination,
                    types: wanted.types.value.clone(),
                    position: wanted.source.position,
                }),
                (source, destination) => {
                    errors.extend([source.err(), destination.err()].into_iter().flatten())
                }
            }
        }
        errors.extend(conflicts(&edges));
        DesiredErrors::none_of(errors)?;
        edges.sort_by_cached_key(Edge::rank);
        Ok(DesiredState { edges })
    }
}

impl Edge {
    fn rank(&self) -> (String, String, Id, Id) {
        (
            self.source.reference().label(),
            self.destination.reference().label(),
            self.source.id.clone(),
            self.destination.id.clone(),
        )
    }
}

/// The orgs that were looked up so far.
struct Orgs<'a, L> {
    lookup: L,
    known: HashMap<&'a OrgSelector, Result<Org, ResolveOrgError>>,
}

impl<'a, L: FnMut(&OrgSelector) -> Result<Org, ResolveOrgError>> Orgs<'a, L> {
    fn new(lookup: L) -> Self {
        Self {
            lookup,
            known: HashMap::new(),
        }
    }

    fn find(&mut self, wanted: &'a Located<OrgSelector>) -> Result<Org, DesiredError> {
        let found = match self.known.entry(&wanted.value) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert((self.lookup)(&wanted.value)),
        };
        found
            .clone()
            .map_err(|error| DesiredError::new(wanted.position, error))
    }
}

/// Pairs given twice and orgs connected to themselves, which can hide behind different spellings.
fn conflicts(edges: &[Edge]) -> Vec<DesiredError> {
    let mut first = HashMap::new();
    let mut errors = Vec::new();
    for edge in edges {
        let (source, destination) = (
            edge.source.reference().label(),
            edge.destination.reference().label(),
        );
        if edge.source.id == edge.destination.id {
            errors.push(DesiredError::new(
                edge.position,
                Fault::SelfConnection(source),
            ));
            continue;
        }
        match first.entry((&edge.source.id, &edge.destination.id)) {
            Entry::Vacant(place) => {
                place.insert(edge.position);
            }
            Entry::Occupied(place) => errors.push(DesiredError::new(
                edge.position,
                Fault::RepeatedPair {
                    source_org: source,
                    destination_org: destination,
                    first: *place.get(),
                },
            )),
        }
    }
    errors
}
