use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::id::hyphenated;
use super::{Directory, Id, Org};

/// What a person wrote to name an org.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrgSelector {
    /// A public id or a name: exact first, then the name without regard to case.
    Text(String),
    /// A UUID, plain or after `uuid:`. It needs no looking up.
    Uuid(Uuid),
    /// After `public-id:`.
    PublicId(String),
    /// After `name:`: exact first, then without regard to case.
    Name(String),
    /// After `profile:`: the org that a profile's keys belong to.
    Profile(String),
}

/// Why a text names no org.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSelectorError {
    /// Nothing was written, or nothing after the prefix.
    #[error("it is empty; give an org's name, UUID or public id")]
    Empty,
    /// `uuid:` with something else behind it.
    #[error("`{0}` is no UUID; one looks like 83999dcd-7f97-11f0-8de1-1ecf66f1aa85")]
    NoUuid(String),
}

/// Why a selector names no single org.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveOrgError {
    /// No org is called so.
    #[error("no org {wanted}{}", nearest_clause(.nearest))]
    Unknown {
        /// What was looked for.
        wanted: OrgSelector,
        /// The names nearest to it, the nearest first.
        nearest: Vec<String>,
    },
    /// Several orgs are called so; none is picked.
    #[error("{} orgs {wanted}: {}", .matches.len(), describe_all(.matches))]
    Ambiguous {
        /// What was looked for.
        wanted: OrgSelector,
        /// All orgs that it matches.
        matches: Vec<Org>,
    },
}

/// At most this many names are proposed in place of an unknown one.
const MOST_PROPOSALS: usize = 3;
/// Names less alike than this (1 is the same) are not proposed.
const LEAST_LIKENESS: f64 = 0.7;

impl FromStr for OrgSelector {
    type Err = ParseSelectorError;

    fn from_str(text: &str) -> Result<Self, ParseSelectorError> {
        let selector = if let Some(rest) = text.strip_prefix("uuid:") {
            Self::Uuid(hyphenated(rest).ok_or_else(|| ParseSelectorError::NoUuid(rest.to_owned()))?)
        } else if let Some(rest) = text.strip_prefix("public-id:") {
            Self::PublicId(rest.to_owned())
        } else if let Some(rest) = text.strip_prefix("name:") {
            Self::Name(rest.to_owned())
        } else if let Some(rest) = text.strip_prefix("profile:") {
            Self::Profile(rest.to_owned())
        } else if let Some(uuid) = hyphenated(text) {
            Self::Uuid(uuid)
        } else {
            Self::Text(text.to_owned())
        };
        match &selector {
            Self::Text(value)
            | Self::PublicId(value)
            | Self::Name(value)
            | Self::Profile(value)
                if value.trim().is_empty() =>
            {
                Err(ParseSelectorError::Empty)
            }
            _ => Ok(selector),
        }
    }
}

impl OrgSelector {
    /// The id, where it takes no looking up.
    pub fn id(&self) -> Option<Id> {
        match self {
            Self::Uuid(uuid) => Some((*uuid).into()),
            _ => None,
        }
    }

    /// Picks the one org of `directory` that is meant. A UUID is taken even if the directory does not know it: orgs
    /// that these credentials do not manage can be connected to as well.
    ///
    /// # Errors
    /// No org is meant, or more than one: an exact public id and another org's exact name count alike.
    pub fn resolve(&self, directory: &Directory) -> Result<Org, ResolveOrgError> {
        if let Some(id) = self.id() {
            let known = directory.get(&id).cloned();
            return Ok(known.unwrap_or_else(|| Org::unnamed(id)));
        }
        let mut matches = self.matches(directory, Org::is_exactly);
        if matches.is_empty() {
            matches = self.matches(directory, Org::is_called_loosely);
        }
        match matches.len() {
            1 => Ok(matches.remove(0)),
            0 => Err(ResolveOrgError::Unknown {
                wanted: self.clone(),
                nearest: self.nearest(directory),
            }),
            _ => Err(ResolveOrgError::Ambiguous {
                wanted: self.clone(),
                matches,
            }),
        }
    }

    fn matches(&self, directory: &Directory, is_meant: fn(&Org, &Self) -> bool) -> Vec<Org> {
        directory
            .orgs
            .iter()
            .filter(|org| is_meant(org, self))
            .cloned()
            .collect()
    }

    fn nearest(&self, directory: &Directory) -> Vec<String> {
        let (Self::Text(wanted) | Self::Name(wanted)) = self else {
            return Vec::new();
        };
        let wanted = wanted.to_lowercase();
        let mut names: Vec<_> = directory
            .orgs
            .iter()
            .filter_map(|org| org.name.as_deref())
            .collect();
        names.sort_unstable();
        names.dedup();
        let mut rated: Vec<_> = names
            .into_iter()
            .map(|name| (likeness(&wanted, &name.to_lowercase()), name))
            .collect();
        rated.retain(|(likeness, _)| *likeness >= LEAST_LIKENESS);
        rated.sort_by(|(left, _), (right, _)| right.total_cmp(left));
        rated
            .into_iter()
            .take(MOST_PROPOSALS)
            .map(|(_, name)| name.to_owned())
            .collect()
    }
}

impl Org {
    fn is_exactly(&self, wanted: &OrgSelector) -> bool {
        let (name, public_id) = (self.name.as_deref(), self.public_id.as_deref());
        match wanted {
            OrgSelector::Text(text) => name == Some(text) || public_id == Some(text),
            OrgSelector::Name(text) => name == Some(text),
            OrgSelector::PublicId(text) => public_id == Some(text),
            OrgSelector::Uuid(uuid) => self.id.as_uuid() == Some(*uuid),
            OrgSelector::Profile(_) => false,
        }
    }

    fn is_called_loosely(&self, wanted: &OrgSelector) -> bool {
        let (OrgSelector::Text(text) | OrgSelector::Name(text)) = wanted else {
            return false;
        };
        self.name
            .as_deref()
            .is_some_and(|name| name.to_lowercase() == text.to_lowercase())
    }
}

/// How alike two lower-case names are, from 0 to 1. A name that holds the wanted text counts as near.
fn likeness(wanted: &str, name: &str) -> f64 {
    let alike = strsim::jaro_winkler(wanted, name);
    if wanted.len() >= 3 && name.contains(wanted) {
        alike.max(0.9)
    } else {
        alike
    }
}

impl fmt::Display for OrgSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "with the name or public id `{text}`"),
            Self::Name(text) => write!(f, "with the name `{text}`"),
            Self::PublicId(text) => write!(f, "with the public id `{text}`"),
            Self::Uuid(uuid) => write!(f, "with the UUID {uuid}"),
            Self::Profile(name) => write!(f, "of the profile `{name}`"),
        }
    }
}

fn nearest_clause(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = nearest.iter().map(|name| format!("`{name}`")).collect();
    format!("; the nearest names: {}", quoted.join(", "))
}

fn describe_all(orgs: &[Org]) -> String {
    let described: Vec<_> = orgs.iter().map(describe).collect();
    described.join(", ")
}

fn describe(org: &Org) -> String {
    let name = org.name.as_deref().unwrap_or("?");
    let disabled = if org.disabled == Some(true) {
        ", disabled"
    } else {
        ""
    };
    match &org.public_id {
        Some(public_id) => format!("`{name}` ({}, public id {public_id}{disabled})", org.id),
        None => format!("`{name}` ({}{disabled})", org.id),
    }
}

#[cfg(test)]
mod tests;
