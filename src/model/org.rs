use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Connection, OrgRef};

/// An org: a Datadog tenant. Names are not unique, ids are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Its UUID.
    pub id: Uuid,
    /// Its name, character for character, where it is known.
    pub name: Option<String>,
    /// The 11-character id of the v1 API.
    pub public_id: Option<String>,
    /// Whether it is disabled, where that is known.
    pub disabled: Option<bool>,
}

impl Org {
    /// An org of which only the id is known.
    pub fn from_id(id: Uuid) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Fills what is missing here from `other`, the same org as another account sees it.
    pub fn fill_from(&mut self, other: &Self) {
        if self.name.is_none() {
            self.name.clone_from(&other.name);
        }
        if self.public_id.is_none() {
            self.public_id.clone_from(&other.public_id);
        }
        self.disabled = self.disabled.or(other.disabled);
    }

    /// The org as a connection names it.
    pub fn to_ref(&self) -> OrgRef {
        OrgRef {
            id: self.id,
            name: self.name.clone(),
        }
    }

    /// The name, else the id.
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

/// The orgs that some credentials can see, and the one that they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrgDirectory {
    /// The org that the credentials belong to, where it is known.
    pub current: Option<Uuid>,
    /// All known orgs, each once, in the order in which they were added.
    pub orgs: Vec<Org>,
}

impl OrgDirectory {
    /// The org with this id.
    pub fn get(&self, id: Uuid) -> Option<&Org> {
        self.orgs.iter().find(|org| org.id == id)
    }

    /// The org that the credentials belong to.
    pub fn current_org(&self) -> Option<OrgRef> {
        self.current.map(|id| self.org_ref(id))
    }

    /// The org with this id, with its name where the directory has it.
    pub fn org_ref(&self, id: Uuid) -> OrgRef {
        self.get(id).map_or_else(|| OrgRef::from(id), Org::to_ref)
    }

    /// Adds an org, or what is new about one that is here already.
    pub fn add(&mut self, org: Org) {
        match self.orgs.iter_mut().find(|known| known.id == org.id) {
            Some(known) => known.fill_from(&org),
            None => self.orgs.push(org),
        }
    }

    /// Adds both orgs of a connection.
    pub fn add_orgs_of(&mut self, connection: &Connection) {
        self.add(Org::from(&connection.source));
        self.add(Org::from(&connection.destination));
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
            orgs: Vec::new(),
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
        };
        assert_eq!(directory.orgs, [expected]);
        assert_eq!(directory.current_org().unwrap().label(), "Hub");
    }
}
