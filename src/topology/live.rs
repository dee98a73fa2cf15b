use std::collections::{BTreeMap, HashSet};

use super::{Connection, Id};

/// The live connections, each pair of orgs once.
#[derive(Default)]
pub(super) struct Live {
    /// The connections by the ids of source and destination.
    pub(super) pairs: BTreeMap<(Id, Id), Connection>,
    /// Those that stand for no pair: an end has no id, or the pair has another connection already.
    pub(super) unmatched: Vec<Connection>,
}

impl Live {
    /// Sorts `connections`. One that was seen several times, through several profiles, counts once.
    pub(super) fn gather(connections: &[Connection]) -> Self {
        let mut by_id: Vec<_> = connections.iter().collect();
        by_id.sort_by_key(|connection| (connection.id.is_none(), &connection.id));
        let mut live = Self::default();
        for connection in by_id {
            live.add(connection);
        }
        let mut seen = HashSet::new();
        live.unmatched.retain(|connection| match &connection.id {
            Some(id) => seen.insert(id.clone()),
            None => true,
        });
        live
    }

    fn add(&mut self, connection: &Connection) {
        let (Some(source), Some(destination)) = (&connection.source.id, &connection.destination.id)
        else {
            return self.unmatched.push(connection.clone());
        };
        let pair = (source.clone(), destination.clone());
        match self.pairs.get_mut(&pair) {
            None => {
                self.pairs.insert(pair, connection.clone());
            }
            Some(known) if connection.id.is_none() || connection.id == known.id => {
                see_again(known, connection);
            }
            Some(_) => self.unmatched.push(connection.clone()),
        }
    }
}

/// Adds to `known` what the same connection, seen through another profile, has beyond it.
fn see_again(known: &mut Connection, again: &Connection) {
    known.fill_from(again);
    for profile in &again.profiles {
        if !known.profiles.contains(profile) {
            known.profiles.push(profile.clone());
        }
    }
}
