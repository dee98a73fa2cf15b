use std::sync::Arc;

use super::{Id, TypeSet};

/// A directed edge from a source org, whose data is shared, to a destination org, which may query it.
///
/// Whatever the API left out is `None`: a connection is shown with what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// The connection's own id.
    pub id: Option<Id>,
    /// The org whose data is shared.
    pub source: Reference,
    /// The org that may query it; `sink_org` in the API.
    pub destination: Reference,
    /// What is shared.
    pub types: TypeSet,
    /// When it was made, in the API's own words (RFC 3339, as a rule).
    pub created_at: Option<Box<str>>,
    /// The user who made it, and with whose account it will be deleted.
    pub created_by: Reference,
    /// The profiles through which it was seen; empty where no profile is used.
    pub profiles: Vec<Arc<str>>,
}

/// An org or a user, as a connection mentions it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub id: Option<Id>,
    /// Its name, to the letter.
    pub name: Option<Box<str>>,
}

impl Reference {
    /// What people call it: the name, else the id, else `?`.
    pub fn label(&self) -> String {
        match (&self.name, &self.id) {
            (Some(name), _) => name.to_string(),
            (None, Some(id)) => id.to_string(),
            (None, None) => "?".to_owned(),
        }
    }

    /// The name with the id behind it, for where one name may be two orgs': `` `Retail US` (4dee724d-…) ``.
    pub fn full_label(&self) -> String {
        match (&self.name, &self.id) {
            (Some(name), Some(id)) => format!("`{name}` ({id})"),
            _ => self.label(),
        }
    }

    /// Takes from `known` what is missing here, if both are the same org or user, or this one has no id.
    pub fn fill_from(&mut self, known: &Self) {
        if self.id.is_some() && self.id != known.id {
            return;
        }
        if self.id.is_none() {
            self.id.clone_from(&known.id);
        }
        if self.name.is_none() {
            self.name.clone_from(&known.name);
        }
    }
}

impl Connection {
    /// The two orgs, the source first.
    pub(super) fn ends(&self) -> [&Reference; 2] {
        [&self.source, &self.destination]
    }

    /// Takes from `known`, the same connection as it was read before, what is missing here.
    ///
    /// The answer to an update comes without the names of the orgs and of the creator (recorded).
    pub fn fill_from(&mut self, known: &Self) {
        if self.id.is_none() {
            self.id.clone_from(&known.id);
        }
        self.source.fill_from(&known.source);
        self.destination.fill_from(&known.destination);
        self.created_by.fill_from(&known.created_by);
        if self.created_at.is_none() {
            self.created_at.clone_from(&known.created_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(id: &str, name: Option<&str>) -> Reference {
        Reference {
            id: Some(id.into()),
            name: name.map(Into::into),
        }
    }

    #[test]
    fn a_name_is_taken_from_the_same_org_only() {
        let mut org = reference("a", None);
        org.fill_from(&reference("b", Some("Beta")));
        assert_eq!(org.name, None);
        org.fill_from(&reference("a", Some("Alpha")));
        assert_eq!(org.label(), "Alpha");
        org.fill_from(&reference("a", Some("Older name")));
        assert_eq!(org.label(), "Alpha");
    }

    #[test]
    fn a_label_is_the_best_that_is_known() {
        assert_eq!(Reference::default().label(), "?");
        assert_eq!(reference("a", None).label(), "a");
    }
}
