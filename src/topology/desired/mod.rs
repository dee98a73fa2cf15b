//! The desired-state file: the connections that should be there, as a person wrote them.
//!
//! Three stages, each with all its errors at once: [`Desired::parse`] reads the text, [`Desired::resolve`] finds the
//! orgs that are meant, and [`Plan::between`](super::Plan::between) compares the outcome with the live state. The way
//! back, from the live state to a file, is [`export`](super::export).

mod fault;
mod position;
mod read;
mod schema;
mod state;
mod tree;

#[cfg(test)]
mod tests;

pub use fault::{DesiredError, DesiredErrors, Fault};
pub use position::{Located, Position};
pub use schema::SCHEMA;
pub use state::{DesiredState, Edge};

use super::{OrgSelector, TypeSet};

/// A desired-state file that was read: its wishes in the order of the file, the orgs not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    wanted: Vec<Wanted>,
}

/// One connection that is wanted. A list of orgs in the file stands for one of these each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The org whose data is to be shared.
    pub source: Located<OrgSelector>,
    /// The org that is to query it.
    pub destination: Located<OrgSelector>,
    /// What is to be shared; never empty.
    pub types: Located<TypeSet>,
}

/// How a desired-state file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// Whether connection types may be named that this version does not know.
    pub allow_unknown_types: bool,
}

impl Desired {
    /// Reads the text of a desired-state file, YAML or JSON.
    ///
    /// # Errors
    /// Everything that is wrong in the text, each with its place. Only where it is no YAML at all, or far too large,
    /// reading stops at the first mistake.
    pub fn parse(text: &str, options: ParseOptions) -> Result<Self, DesiredErrors> {
        read::read(text, options)
    }

    /// What is wanted, in the order of the file.
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }
}

impl OrgSelector {
    /// What was written, without a prefix.
    fn written(&self) -> String {
        match self {
            Self::Text(text) | Self::PublicId(text) | Self::Name(text) | Self::Profile(text) => {
                text.clone()
            }
            Self::Uuid(uuid) => uuid.to_string(),
        }
    }
}
