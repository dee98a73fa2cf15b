use std::str::FromStr;

use uuid::fmt::Hyphenated;

use super::{OrgSelector, ParseSelectorError, Principal, PrincipalKind, fold_name, normalize_name};

/// A role, a team or a user with its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPrincipal {
    /// The principal.
    pub principal: Principal,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The handle of a team, or of a user, whose handle is usually the mail address.
    pub handle: Option<String>,
}

/// A text by which a person names a principal: its kind, and its UUID or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalSelector {
    /// A UUID, which needs no lookup.
    Id(Principal),
    /// An org by anything but its UUID.
    Org(OrgSelector),
    /// The name or the handle of a role, a team or a user.
    Name(PrincipalKind, String),
}

/// Why a text cannot be read as a principal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePrincipalError {
    /// It does not begin with a kind.
    #[error("`{0}` is no principal; give role:, team:, user: or org: with a name or a UUID")]
    UnknownKind(String),
    /// Nothing follows the kind.
    #[error("nothing follows `{0}:`; give a name or a UUID")]
    Empty(&'static str),
    /// The org cannot be read.
    #[error(transparent)]
    Org(#[from] ParseSelectorError),
}

/// Why a name does not select exactly one principal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectPrincipalError {
    /// None has the name.
    #[error("no {} is named `{}` in this org", .0.as_str(), .1)]
    Unknown(PrincipalKind, String),
    /// Several have the name.
    #[error("{} {}s are named `{}`", .matches.len(), .kind.as_str(), .name)]
    Ambiguous {
        /// The kind.
        kind: PrincipalKind,
        /// The name.
        name: String,
        /// All that match.
        matches: Vec<Principal>,
    },
}

impl NamedPrincipal {
    /// The text by which a person knows it: the name, else the handle.
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.handle.as_deref())
    }
}

impl FromStr for PrincipalSelector {
    type Err = ParsePrincipalError;

    fn from_str(text: &str) -> Result<Self, ParsePrincipalError> {
        let parts = text.split_once(':');
        let parts = parts.and_then(|(kind, rest)| Some((PrincipalKind::from_word(kind)?, rest)));
        let unknown = || ParsePrincipalError::UnknownKind(text.to_owned());
        let (kind, rest) = parts.ok_or_else(unknown)?;
        let rest = rest.trim();
        if rest.is_empty() {
            return Err(ParsePrincipalError::Empty(kind.as_str()));
        }
        if let Ok(id) = rest.parse::<Hyphenated>() {
            return Ok(Self::Id(Principal::new(kind, id.into())));
        }
        Ok(match kind {
            PrincipalKind::Org => Self::Org(rest.parse()?),
            kind => Self::Name(kind, rest.to_owned()),
        })
    }
}

/// Finds the one principal with this name or handle: the one that has it exactly, else with letter case ignored.
///
/// # Errors
/// Fails if there is none, or more than one.
pub fn select_principal<'a>(
    kind: PrincipalKind,
    name: &str,
    known: &'a [NamedPrincipal],
) -> Result<&'a NamedPrincipal, SelectPrincipalError> {
    let having = |is_same: &dyn Fn(&str) -> bool| {
        let has = |one: &&NamedPrincipal| {
            let mut names = one.name.iter().chain(&one.handle);
            names.any(|other| is_same(other))
        };
        known.iter().filter(has).collect::<Vec<_>>()
    };
    let exact = having(&|other| normalize_name(other) == normalize_name(name));
    let found = match exact.is_empty() {
        true => having(&|other| fold_name(other) == fold_name(name)),
        false => exact,
    };
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(SelectPrincipalError::Unknown(kind, name.to_owned())),
        several => Err(SelectPrincipalError::Ambiguous {
            kind,
            name: name.to_owned(),
            matches: several.iter().map(|one| one.principal.clone()).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_principal_is_written_with_its_kind() {
        let nil = Uuid::nil();
        let read = |text: &str| text.parse::<PrincipalSelector>();
        for kind in PrincipalKind::ALL {
            let expected = PrincipalSelector::Id(Principal::new(kind, nil));
            assert_eq!(read(&format!("{}: {nil} ", kind.as_str())), Ok(expected));
        }
        let team = PrincipalSelector::Name(PrincipalKind::Team, "a:b c".to_owned());
        assert_eq!(read("team: a:b c"), Ok(team));
        let org = PrincipalSelector::Org(OrgSelector::Name("Hub".to_owned()));
        assert_eq!(read("org:name:Hub"), Ok(org));
        for (text, message) in [
            (
                "Admins",
                "`Admins` is no principal; give role:, team:, user: or org: with a name or a UUID",
            ),
            (
                "Role:x",
                "`Role:x` is no principal; give role:, team:, user: or org: with a name or a UUID",
            ),
            ("user: ", "nothing follows `user:`; give a name or a UUID"),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_name_selects_the_one_that_has_it() {
        let named = |number: u128, name: Option<&str>, handle: Option<&str>| NamedPrincipal {
            principal: Principal::new(PrincipalKind::Team, Uuid::from_u128(number)),
            name: name.map(str::to_owned),
            handle: handle.map(str::to_owned),
        };
        let known = [
            named(1, Some("Reliability"), Some("sre")),
            named(2, Some("reliability"), None),
            named(3, None, Some("SRE-EU")),
            named(4, Some("Twice"), None),
            named(5, Some("Twice"), None),
        ];
        let select = |name: &str| {
            let found = select_principal(PrincipalKind::Team, name, &known);
            found
                .map(|one| one.principal.parts().unwrap().1.as_u128())
                .map_err(|error| error.to_string())
        };
        assert_eq!(select("Reliability"), Ok(1));
        assert_eq!(select("sre"), Ok(1));
        assert_eq!(select("sre-eu"), Ok(3));
        let message = "2 teams are named `RELIABILITY`";
        assert_eq!(select("RELIABILITY"), Err(message.to_owned()));
        assert_eq!(select("Twice"), Err("2 teams are named `Twice`".to_owned()));
        let message = "no team is named `Rel` in this org";
        assert_eq!(select("Rel"), Err(message.to_owned()));
    }
}
