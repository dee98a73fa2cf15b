use super::{Connection, Id, Reference};

/// An org: a Datadog tenant. Names are not unique, ids are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// Its UUID.
    pub id: Id,
    /// Its name, to the letter, where it is known.
    pub name: Option<Box<str>>,
    /// The 11-character id of the older API.
    pub public_id: Option<Box<str>>,
    /// Whether it is disabled, where that is known.
    pub disabled: Option<bool>,
}

impl Org {
    /// The org with this id, of which nothing else is known.
    pub fn unnamed(id: Id) -> Self {
        Self {
            id,
            name: None,
            public_id: None,
            disabled: None,
        }
    }

    /// Takes from `known`, the same org as somebody else sees it, what is missing here.
    pub fn fill_from(&mut self, known: &Self) {
        if self.name.is_none() {
            self.name.clone_from(&known.name);
        }
        if self.public_id.is_none() {
            self.public_id.clone_from(&known.public_id);
        }
        self.disabled = self.disabled.or(known.disabled);
    }

    /// The org as a connection mentions it.
    pub fn reference(&self) -> Reference {
        Reference {
            id: Some(self.id.clone()),
            name: self.name.clone(),
        }
    }
}

/// The orgs that credentials can see, and the one that they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// The org that the credentials belong to, where it is known.
    pub current: Option<Id>,
    /// All orgs that are known, each once, in the order in which they were learnt.
    pub orgs: Vec<Org>,
}

impl Directory {
    /// The org with this id.
    pub fn get(&self, id: &Id) -> Option<&Org> {
        self.orgs.iter().find(|org| org.id == *id)
    }

    /// The org that the credentials belong to, with what is known of it.
    pub fn current_reference(&self) -> Option<Reference> {
        let id = self.current.as_ref()?;
        let known = self.get(id).map(Org::reference);
        Some(known.unwrap_or_else(|| Reference {
            id: Some(id.clone()),
            name: None,
        }))
    }

    /// Adds an org, or what is new of one that is known.
    pub fn add(&mut self, org: Org) {
        match self.orgs.iter_mut().find(|known| known.id == org.id) {
            Some(known) => known.fill_from(&org),
            None => self.orgs.push(org),
        }
    }

    /// Adds the orgs that a connection mentions with an id, as far as they are new.
    pub fn learn(&mut self, connection: &Connection) {
        for mentioned in [&connection.source, &connection.destination] {
            let Some(id) = &mentioned.id else { continue };
            self.add(Org {
                id: id.clone(),
                name: mentioned.name.clone(),
                public_id: None,
                disabled: None,
            });
        }
    }
}
