use std::borrow::Cow;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::topology::{Id, Reference, TextBuffer};

/// An org or a user, in JSON and YAML.
#[derive(Debug, Serialize)]
pub(super) struct ReferenceJson<'a> {
    #[serde(serialize_with = "id")]
    id: Option<&'a Id>,
    name: Option<&'a str>,
}

impl<'a> From<&'a Reference> for ReferenceJson<'a> {
    fn from(reference: &'a Reference) -> Self {
        Self {
            id: reference.id.as_ref(),
            name: reference.name.as_deref(),
        }
    }
}

/// Serializes an id as its text.
pub(super) fn id<S: Serializer>(id: &Option<&Id>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.serialize_str(id.text(&mut TextBuffer::default())),
        None => serializer.serialize_none(),
    }
}

/// Serializes the names of profiles.
pub(super) fn names<S: Serializer>(names: &[Arc<str>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(names.iter().map(|name| &**name))
}

/// An id as the value of a column.
pub(super) fn id_value(id: Option<&Id>) -> Option<Cow<'_, str>> {
    // Without the machinery of formatting: a long listing holds hundreds of thousands of them.
    id.map(|id| Cow::Owned(id.text(&mut TextBuffer::default()).to_owned()))
}

/// A name as the value of a column.
pub(super) fn name_value(reference: &Reference) -> Option<Cow<'_, str>> {
    reference.name.as_deref().map(Cow::Borrowed)
}

/// What people are shown of an org or a user: the name, else the id.
pub(super) fn name_or_id(reference: &Reference) -> Option<Cow<'_, str>> {
    name_value(reference)
        .filter(|name| !name.trim().is_empty())
        .or_else(|| id_value(reference.id.as_ref()))
}

/// The names of profiles as the value of a column, with commas between them.
pub(super) fn names_value(names: &[Arc<str>]) -> Option<Cow<'_, str>> {
    (!names.is_empty()).then(|| Cow::Owned(names.join(",")))
}
