use std::collections::HashMap;
use std::sync::Arc;

use super::{Connection, Id};

/// The connections that several orgs see, each once. A connection has two ends, and both see it.
#[derive(Clone, Debug, Default)]
pub struct Merge {
    connections: Vec<Connection>,
    places: HashMap<Id, usize>,
}

impl Merge {
    /// Adds what one org sees, through `profile` where there is one. What one view lacks is taken from the other; one
    /// without an id can be told from no other and is always added.
    pub fn add(&mut self, seen: Vec<Connection>, profile: Option<&Arc<str>>) {
        for mut connection in seen {
            connection.profiles.extend(profile.cloned());
            let place = connection.id.as_ref().and_then(|id| self.places.get(id));
            match place {
                Some(&place) => self.join(place, connection),
                None => self.append(connection),
            }
        }
    }

    /// All of them, in the order in which they came first.
    pub fn into_connections(self) -> Vec<Connection> {
        self.connections
    }

    fn join(&mut self, place: usize, again: Connection) {
        let known = &mut self.connections[place];
        known.fill_from(&again);
        for profile in again.profiles {
            if !known.profiles.contains(&profile) {
                known.profiles.push(profile);
            }
        }
    }

    fn append(&mut self, connection: Connection) {
        if let Some(id) = &connection.id {
            self.places.insert(id.clone(), self.connections.len());
        }
        self.connections.push(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(id: &str, creator: Option<&str>) -> Connection {
        let mut connection = Connection {
            id: Some(id.into()),
            ..Connection::default()
        };
        connection.created_by.name = creator.map(Into::into);
        connection
    }

    #[test]
    fn a_connection_seen_from_both_ends_comes_once_with_both_profiles() {
        let (hub, retail) = (Arc::from("hub"), Arc::from("retail"));
        let mut merge = Merge::default();
        merge.add(
            vec![connection("a", None), connection("b", None)],
            Some(&hub),
        );
        merge.add(
            vec![connection("c", None), connection("a", Some("Dana"))],
            Some(&retail),
        );
        let merged = merge.into_connections();
        let shown: Vec<_> = merged
            .iter()
            .map(|connection| {
                (
                    connection.id.clone().unwrap().to_string(),
                    connection.profiles.join("+"),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [("a", "hub+retail"), ("b", "hub"), ("c", "retail")].map(|(a, b)| (a.into(), b.into()))
        );
        assert_eq!(merged[0].created_by.name.as_deref(), Some("Dana"));
    }

    #[test]
    fn what_has_no_id_is_never_taken_for_another() {
        let mut merge = Merge::default();
        merge.add(vec![Connection::default(), Connection::default()], None);
        merge.add(vec![Connection::default()], None);
        assert_eq!(merge.into_connections().len(), 3);
    }
}
