#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::{
    Connection, Org, OrgDirectory, OrgLabels, UnreadableOrg, fold_name, nearest_names,
    normalize_name, short_ids_of_shared_names,
};

/// A text by which a person names an org.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrgSelector {
    /// A public id or a name. An exact match is tried first, then the name with letter case ignored.
    Text(String),
    /// A UUID, with or without `uuid:` in front. No other information is needed to find the org.
    Uuid(Uuid),
    /// A public id, given after `public-id:`.
    PublicId(String),
    /// A name, given after `name:`. An exact match is tried first, then one with letter case ignored.
    Name(String),
    /// A profile, given after `profile:`. It stands for the org that the profile's credentials belong to.
    Profile(String),
    /// A group of orgs, given after `group:`. It stands for all of them where a list of orgs may stand.
    Group(String),
}

/// Why a text cannot be read as a selector of an org.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSelectorError {
    /// The text is empty, or nothing follows the prefix.
    #[error("it is empty; give an org's name, UUID or public id")]
    Empty,
    /// The text is longer than any name of an org, in bytes.
    #[error("it has {0} bytes; give an org's name, UUID or public id")]
    TooLong(usize),
    /// The text after `uuid:` is not a UUID.
    #[error("`{0}` is not a UUID; one looks like 83999dcd-7f97-11f0-8de1-1ecf66f1aa85")]
    InvalidUuid(String),
}

/// The maximum length of an org's selector, in bytes. Comparing a longer one with names, and showing it, takes long.
const MAX_SELECTOR_LENGTH: usize = 10_000;

/// Why a selector does not select exactly one org. The message does not list [`ResolveOrgError::candidates`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveOrgError {
    /// No org matches.
    #[error("no org {wanted}{}", describe_nearest(.nearest))]
    Unknown {
        /// The selector.
        wanted: OrgSelector,
        /// The most similar labels in backquotes, the most similar first.
        nearest: Vec<String>,
    },
    /// Several orgs match.
    #[error("{} orgs {wanted}", .matches.len())]
    Ambiguous {
        /// The selector.
        wanted: OrgSelector,
        /// All orgs that match.
        matches: Vec<Org>,
    },
    /// The selector stands for a group of orgs.
    #[error("`group:{0}` stands for a group of orgs, and this takes one org")]
    Group(String),
    /// An org matches whose UUID cannot be read.
    #[error("which org {wanted} is meant cannot be read")]
    Unreadable {
        /// The selector.
        wanted: OrgSelector,
        /// The other orgs that match.
        matches: Vec<Org>,
        /// The orgs without a UUID that match.
        unreadable: Vec<UnreadableOrg>,
    },
}

impl ResolveOrgError {
    /// The orgs that may be meant, each described so that it can be told from the others. Empty if the message names the
    /// only one, or if there is none.
    pub fn candidates(&self) -> Vec<String> {
        match self {
            Self::Group(_) => Vec::new(),
            Self::Unknown { nearest, .. } if nearest.len() < 2 => Vec::new(),
            Self::Unknown { nearest, .. } => nearest.clone(),
            Self::Ambiguous { matches, .. } => describe_orgs(matches),
            Self::Unreadable {
                matches,
                unreadable,
                ..
            } => {
                let unreadable = unreadable.iter().map(describe_unreadable);
                unreadable.chain(describe_orgs(matches)).collect()
            }
        }
    }
}

/// Parses a UUID in its usual form, with hyphens. The other forms that the `uuid` crate accepts (32 digits, braces,
/// `urn:uuid:`) could be names.
fn hyphenated_uuid(text: &str) -> Option<Uuid> {
    text.parse::<Hyphenated>().ok().map(Uuid::from)
}

impl FromStr for OrgSelector {
    type Err = ParseSelectorError;

    fn from_str(text: &str) -> Result<Self, ParseSelectorError> {
        if text.len() > MAX_SELECTOR_LENGTH {
            return Err(ParseSelectorError::TooLong(text.len()));
        }
        let selector = match text.split_once(':') {
            Some(("uuid", rest)) => hyphenated_uuid(rest)
                .map(Self::Uuid)
                .ok_or_else(|| ParseSelectorError::InvalidUuid(rest.to_owned()))?,
            Some(("public-id", rest)) => Self::PublicId(rest.to_owned()),
            Some(("name", rest)) => Self::Name(rest.to_owned()),
            Some(("profile", rest)) => Self::Profile(rest.to_owned()),
            Some(("group", rest)) => Self::Group(rest.to_owned()),
            _ => {
                hyphenated_uuid(text.trim()).map_or_else(|| Self::Text(text.to_owned()), Self::Uuid)
            }
        };
        match &selector {
            Self::Text(text)
            | Self::PublicId(text)
            | Self::Name(text)
            | Self::Profile(text)
            | Self::Group(text)
                if text.trim().is_empty() =>
            {
                Err(ParseSelectorError::Empty)
            }
            _ => Ok(selector),
        }
    }
}

impl OrgSelector {
    /// The UUID, if the selector is one.
    pub fn uuid(&self) -> Option<Uuid> {
        match self {
            Self::Uuid(uuid) => Some(*uuid),
            _ => None,
        }
    }

    /// The name of the group of orgs, if the selector is one.
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Group(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the selector names the org by its public id.
    pub(crate) fn is_public_id_of(&self, org: &Org) -> bool {
        match self {
            Self::Text(text) | Self::PublicId(text) => org.public_id.as_ref() == Some(text),
            Self::Uuid(_) | Self::Name(_) | Self::Profile(_) | Self::Group(_) => false,
        }
    }

    /// Whether the org must be looked up among known ones: a name or a public id says nothing by itself.
    pub fn needs_lookup(&self) -> bool {
        matches!(self, Self::Text(_) | Self::PublicId(_) | Self::Name(_))
    }

    /// Finds the one org in `directory` that the selector names. A UUID is accepted even if the directory does not
    /// contain it, since orgs that the credentials do not manage can be connected, too.
    ///
    /// # Errors
    /// Fails if no org matches, or several do. An exact public id and an exact name of another org count as two
    /// matches. A selector by profile or group never matches, since a directory contains neither.
    pub fn resolve(&self, directory: &OrgDirectory) -> Result<Org, ResolveOrgError> {
        if let Some(group) = self.group() {
            return Err(ResolveOrgError::Group(group.to_owned()));
        }
        if let Some(id) = self.uuid() {
            let known = directory.get(id).cloned();
            return Ok(known.unwrap_or_else(|| Org::from_id(id)));
        }
        let (mut matches, mut unreadable) = self.matches(directory, normalize_name);
        if matches.is_empty() && unreadable.is_empty() {
            (matches, unreadable) = self.matches(directory, fold_name);
        }
        let wanted = self.clone();
        if !unreadable.is_empty() {
            return Err(ResolveOrgError::Unreadable {
                wanted,
                matches,
                unreadable,
            });
        }
        if matches.len() > 1 {
            return Err(ResolveOrgError::Ambiguous { wanted, matches });
        }
        matches.pop().ok_or_else(|| ResolveOrgError::Unknown {
            wanted,
            nearest: self.nearest(directory),
        })
    }

    /// The orgs with this public id, or whose name is the same in one form.
    fn matches(
        &self,
        directory: &OrgDirectory,
        form: fn(&str) -> Cow<'_, str>,
    ) -> (Vec<Org>, Vec<UnreadableOrg>) {
        let (wanted_name, wanted_id) = match self {
            Self::Text(text) => (Some(form(text)), Some(text.trim())),
            Self::Name(text) => (Some(form(text)), None),
            Self::PublicId(text) => (None, Some(text.trim())),
            Self::Uuid(_) | Self::Profile(_) | Self::Group(_) => (None, None),
        };
        let is_match = |name: &Option<String>, public_id: &Option<String>| {
            let has_name = || name.as_deref().map(form) == wanted_name;
            (wanted_name.is_some() && has_name())
                || (wanted_id.is_some() && public_id.as_deref() == wanted_id)
        };
        let orgs = directory.orgs.iter();
        let orgs = orgs.filter(|org| is_match(&org.name, &org.public_id));
        let unreadable = directory.unreadable.iter();
        let unreadable = unreadable.filter(|org| is_match(&org.name, &org.public_id));
        (orgs.cloned().collect(), unreadable.cloned().collect())
    }

    fn nearest(&self, directory: &OrgDirectory) -> Vec<String> {
        let (Self::Text(wanted) | Self::Name(wanted)) = self else {
            return Vec::new();
        };
        let orgs = directory.orgs.iter();
        let orgs: Vec<_> = orgs
            .filter_map(|org| Some((org.name.as_deref()?, org.id)))
            .collect();
        let short_ids = short_ids_of_shared_names(orgs.iter().copied());
        let nearest = nearest_names(wanted, orgs.iter().map(|(name, _)| *name));
        let labels = nearest.into_iter().flat_map(|nearest| {
            let named = orgs.iter().filter(move |(name, _)| *name == nearest);
            named.map(|(name, id)| match short_ids.get(id) {
                Some(short_id) => format!("`{name} [{short_id}]`"),
                None => format!("`{name}`"),
            })
        });
        labels.collect()
    }
}

/// Describes the selector in a message, after "no org" or "2 orgs".
impl fmt::Display for OrgSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "with the name or public id `{text}`"),
            Self::Name(text) => write!(f, "with the name `{text}`"),
            Self::PublicId(text) => write!(f, "with the public id `{text}`"),
            Self::Uuid(uuid) => write!(f, "with the UUID {uuid}"),
            Self::Profile(name) => write!(f, "of the profile `{name}`"),
            Self::Group(name) => write!(f, "of the group `{name}`"),
        }
    }
}

fn describe_nearest(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [only] => format!("; did you mean {only}?"),
        _ => "; the nearest names".to_owned(),
    }
}

fn describe_orgs(orgs: &[Org]) -> Vec<String> {
    let are_profiles_same = orgs
        .windows(2)
        .all(|pair| pair[0].profiles == pair[1].profiles);
    let describe = |org: &Org| {
        let name = org.name.as_deref().unwrap_or("?");
        let mut details = org.id.to_string();
        if let Some(public_id) = &org.public_id {
            details.push_str(&format!(", public id {public_id}"));
        }
        if org.disabled == Some(true) {
            details.push_str(", disabled");
        }
        if !are_profiles_same {
            details.push_str(&describe_profiles(&org.profiles));
        }
        format!("`{name}` ({details})")
    };
    orgs.iter().map(describe).collect()
}

fn describe_unreadable(org: &UnreadableOrg) -> String {
    let name = org.name.as_deref().unwrap_or("?");
    match &org.id {
        Some(id) => format!("`{name}` ({id}, which is no UUID)"),
        None => format!("`{name}` (without a UUID)"),
    }
}

/// The profiles that see an org, in a message. Many profiles may be of one Datadog account, so that naming one is enough.
fn describe_profiles(profiles: &[String]) -> String {
    match profiles {
        [] => String::new(),
        [only] => format!(", profile {only}"),
        [first, others @ ..] => format!(", profile {first} and {} more", others.len()),
    }
}

/// A text by which a person names a connection: its id, or the beginning of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionSelector {
    /// A whole UUID.
    Id(Uuid),
    /// The beginning of an id, at least [`ConnectionSelector::MIN_PREFIX`] characters.
    Prefix(String),
}

/// Why a text does not select exactly one connection. The message does not list
/// [`SelectConnectionError::candidates`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectConnectionError {
    /// The text is too short to be the beginning of an id.
    #[error(
        "`{0}` is too short: a connection is named by its id, or by at least 4 characters of its beginning"
    )]
    TooShort(String),
    /// No connection matches.
    #[error("no connection {0}")]
    Unknown(String),
    /// Several connections match.
    #[error("{} connections {wanted}", .matches.len())]
    Ambiguous {
        /// The description of the connection, as the message shows it.
        wanted: String,
        /// All connections that match.
        matches: Vec<Connection>,
    },
}

impl SelectConnectionError {
    /// The connections that may be meant, each with its id and its orgs. Empty if there is none.
    pub fn candidates(&self) -> Vec<String> {
        match self {
            Self::Ambiguous { matches, .. } => describe_connections(matches),
            Self::TooShort(_) | Self::Unknown(_) => Vec::new(),
        }
    }
}

impl ConnectionSelector {
    /// The minimum number of characters of a prefix.
    pub const MIN_PREFIX: usize = 4;

    /// Whether the connection matches.
    pub fn matches(&self, connection: &Connection) -> bool {
        match self {
            Self::Id(id) => connection.id == *id,
            Self::Prefix(prefix) => {
                let id = connection.id.to_string();
                let beginning = id.get(..prefix.len());
                beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
            }
        }
    }

    /// Finds the one connection that the selector names.
    ///
    /// # Errors
    /// Fails if no connection matches, or several do.
    pub fn select<'a>(
        &self,
        connections: &'a [Connection],
    ) -> Result<&'a Connection, SelectConnectionError> {
        let matches = connections.iter().filter(|found| self.matches(found));
        only_match(matches, || self.to_string())
    }
}

/// Returns the only one of `matches`. `wanted` describes it in the error message, after "no connection".
///
/// # Errors
/// Fails if there is none, or more than one.
pub fn only_match<'a>(
    matches: impl Iterator<Item = &'a Connection>,
    wanted: impl FnOnce() -> String,
) -> Result<&'a Connection, SelectConnectionError> {
    let matches: Vec<_> = matches.collect();
    match matches.as_slice() {
        [only] => Ok(only),
        [] => Err(SelectConnectionError::Unknown(wanted())),
        several => Err(SelectConnectionError::Ambiguous {
            wanted: wanted(),
            matches: several.iter().map(|&found| found.clone()).collect(),
        }),
    }
}

impl FromStr for ConnectionSelector {
    type Err = SelectConnectionError;

    fn from_str(text: &str) -> Result<Self, SelectConnectionError> {
        if let Some(id) = hyphenated_uuid(text) {
            Ok(Self::Id(id))
        } else if text.trim().chars().count() < Self::MIN_PREFIX {
            Err(SelectConnectionError::TooShort(text.to_owned()))
        } else {
            Ok(Self::Prefix(text.to_owned()))
        }
    }
}

/// Describes the selector in a message, after "no connection" or "2 connections".
impl fmt::Display for ConnectionSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "with the id {id}"),
            Self::Prefix(text) => write!(f, "whose id begins with `{text}`"),
        }
    }
}

fn describe_connections(connections: &[Connection]) -> Vec<String> {
    let orgs = connections
        .iter()
        .flat_map(|connection| [&connection.source, &connection.destination]);
    let labels = OrgLabels::new(orgs);
    let describe = |connection: &Connection| {
        let (source, destination) = (&connection.source, &connection.destination);
        format!(
            "{} ({} to {})",
            connection.id,
            labels.quoted_label(source),
            labels.quoted_label(destination)
        )
    };
    connections.iter().map(describe).collect()
}
