use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Connection, OrgRef};

/// An org: a Datadog tenant. Several orgs may have the same name, but ids are unique.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// The org's UUID.
    pub id: Uuid,
    /// The org's name, exactly as the API gives it, if it is known.
    pub name: Option<String>,
    /// The 11-character id that the v1 API uses for the org.
    pub public_id: Option<String>,
    /// Whether the org is disabled; `None` if that is not known.
    pub disabled: Option<bool>,
    /// The profiles that see the org; empty if no profile is used.
    #[serde(skip)]
    pub profiles: Vec<String>,
}

impl Org {
    /// Creates an org with only its id known.
    pub fn from_id(id: Uuid) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Fills in missing fields from `other`, which is the same org as another account sees it.
    pub fn fill_from(&mut self, other: &Self) {
        if self.name.is_none() {
            self.name.clone_from(&other.name);
        }
        if self.public_id.is_none() {
            self.public_id.clone_from(&other.public_id);
        }
        self.disabled = self.disabled.or(other.disabled);
        for profile in &other.profiles {
            if !self.profiles.contains(profile) {
                self.profiles.push(profile.clone());
            }
        }
    }

    /// The org's id and name.
    pub fn to_ref(&self) -> OrgRef {
        OrgRef {
            id: self.id,
            name: self.name.clone(),
        }
    }

    /// The name, or the id if there is no name.
    pub fn label(&self) -> String {
        self.to_ref().label()
    }
}

impl From<&OrgRef> for Org {
    fn from(org: &OrgRef) -> Self {
        Self {
            name: org.name.clone(),
            ..Self::from_id(org.id)
        }
    }
}

/// The orgs that some credentials can see, including the org that the credentials belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrgDirectory {
    /// The org that the credentials belong to, if it is known.
    pub current: Option<Uuid>,
    /// All known orgs, each once, in the order in which they were added.
    pub orgs: Vec<Org>,
    /// The orgs whose UUID cannot be read. A name that means one of them does not mean another org alone.
    pub unreadable: Vec<UnreadableOrg>,
}

/// An org in an answer that does not show the org's UUID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadableOrg {
    /// The id as the API wrote it, if there is one. It may hold any characters.
    pub id: Option<String>,
    /// The org's name, if it is known.
    pub name: Option<String>,
    /// The org's public id, if it is known.
    pub public_id: Option<String>,
}

impl OrgDirectory {
    /// The org with this id.
    pub fn get(&self, id: Uuid) -> Option<&Org> {
        self.orgs.iter().find(|org| org.id == id)
    }

    /// The org that the credentials belong to, if it is known.
    pub fn current_org(&self) -> Option<OrgRef> {
        self.current.map(|id| self.org_ref(id))
    }

    /// The org with this id, and its name if the directory contains it.
    pub fn org_ref(&self, id: Uuid) -> OrgRef {
        self.get(id).map_or_else(|| OrgRef::from(id), Org::to_ref)
    }

    /// Adds an org. If it is here already, its missing fields are filled in.
    pub fn add(&mut self, org: Org) {
        match self.orgs.iter_mut().find(|known| known.id == org.id) {
            Some(known) => known.fill_from(&org),
            None => self.orgs.push(org),
        }
    }

    /// Adds an org whose UUID cannot be read. An answer may name it twice, and only once with its name.
    pub fn add_unreadable(&mut self, org: UnreadableOrg) {
        let is_known = |known: &UnreadableOrg| known.id.is_some() && known.id == org.id;
        if !self.unreadable.iter().any(is_known) {
            self.unreadable.push(org);
        }
    }

    /// Adds the orgs that one account sees. If it belongs to a profile, the profile is added to each of them.
    pub fn add_seen_by(&mut self, seen: &Self, profile: Option<&str>) {
        for org in &seen.orgs {
            let mut org = org.clone();
            org.profiles.extend(profile.map(str::to_owned));
            self.add(org);
        }
        for org in &seen.unreadable {
            self.add_unreadable(org.clone());
        }
    }

    /// Adds both orgs of a connection, with the profiles that see it.
    pub fn add_orgs_of(&mut self, connection: &Connection) {
        for end in [&connection.source, &connection.destination] {
            self.add(Org {
                profiles: connection.profiles.clone(),
                ..Org::from(end)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_org_that_is_added_again_fills_what_was_missing() {
        let id = Uuid::from_u128(1);
        let mut directory = OrgDirectory {
            current: Some(id),
            ..OrgDirectory::default()
        };
        assert_eq!(directory.current_org(), Some(OrgRef::from(id)));
        directory.add(Org::from_id(id));
        directory.add(Org {
            name: Some("Hub".into()),
            disabled: Some(true),
            ..Org::from_id(id)
        });
        directory.add(Org {
            name: Some("Older name".into()),
            disabled: Some(false),
            public_id: Some("hub00000001".into()),
            ..Org::from_id(id)
        });
        let expected = Org {
            id,
            name: Some("Hub".into()),
            public_id: Some("hub00000001".into()),
            disabled: Some(true),
            profiles: Vec::new(),
        };
        assert_eq!(directory.orgs, [expected]);
        assert_eq!(directory.current_org().unwrap().label(), "Hub");
    }

    #[test]
    fn an_org_that_two_profiles_see_is_in_the_directory_once_with_both() {
        let id = Uuid::from_u128(1);
        let seen = OrgDirectory {
            orgs: vec![Org::from_id(id)],
            ..OrgDirectory::default()
        };
        let mut directory = OrgDirectory::default();
        for profile in [Some("hub"), Some("retail"), Some("hub"), None] {
            directory.add_seen_by(&seen, profile);
        }
        let expected = Org {
            profiles: vec!["hub".to_owned(), "retail".to_owned()],
            ..Org::from_id(id)
        };
        assert_eq!(directory.orgs, [expected]);
    }

    #[test]
    fn the_orgs_of_a_connection_are_added_with_their_names_and_profiles() {
        let end = |id, name: &str| OrgRef {
            id: Uuid::from_u128(id),
            name: Some(name.to_owned()),
        };
        let mut directory = OrgDirectory::default();
        directory.add_orgs_of(&Connection {
            source: end(1, "Retail"),
            destination: end(2, "Hub"),
            profiles: vec!["hub".to_owned()],
            ..Connection::default()
        });
        let orgs = directory.orgs.iter();
        let orgs: Vec<_> = orgs
            .map(|org| (org.label(), org.profiles.concat()))
            .collect();
        let expected = ["Retail", "Hub"].map(|name| (name.to_owned(), "hub".to_owned()));
        assert_eq!(orgs, expected);
    }

    #[test]
    fn unreadable_orgs_are_the_same_only_if_they_have_the_same_id() {
        let unreadable = |id: Option<&str>| UnreadableOrg {
            id: id.map(str::to_owned),
            ..UnreadableOrg::default()
        };
        let ids = [Some("odd"), None, Some("odder"), Some("odd"), None];
        let seen = OrgDirectory {
            unreadable: ids.map(unreadable).into(),
            ..OrgDirectory::default()
        };
        let mut directory = OrgDirectory::default();
        directory.add_seen_by(&seen, None);
        let expected = [Some("odd"), None, Some("odder"), None];
        assert_eq!(directory.unreadable, expected.map(unreadable));
    }
}
