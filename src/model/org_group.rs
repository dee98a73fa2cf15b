use uuid::Uuid;

use super::{fold_name, nearest_names, normalize_name};

/// A group of orgs of an account. Groups are a preview of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgGroup {
    /// The group's UUID.
    pub id: Uuid,
    /// The group's name, exactly as the API gives it, if it is known. Several groups may have the same name.
    pub name: Option<String>,
}

impl OrgGroup {
    /// The name, or the id if there is no name.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.to_string())
    }
}

impl AsRef<Self> for OrgGroup {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Why a name does not select exactly one group. The message does not list [`SelectGroupError::candidates`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectGroupError {
    /// No group has the name.
    #[error("no group of orgs with the name `{wanted}`{}", describe_nearest(.nearest))]
    Unknown {
        /// The name.
        wanted: String,
        /// The most similar names.
        nearest: Vec<String>,
    },
    /// Several groups have the name.
    #[error("{} groups of orgs with the name `{wanted}`", .matches.len())]
    Ambiguous {
        /// The name.
        wanted: String,
        /// All groups that have it.
        matches: Vec<OrgGroup>,
    },
}

impl SelectGroupError {
    /// The groups that may be meant, so that they can be told apart. Empty if the message names the only one.
    pub fn candidates(&self) -> Vec<String> {
        match self {
            Self::Unknown { nearest, .. } if nearest.len() < 2 => Vec::new(),
            Self::Unknown { nearest, .. } => {
                nearest.iter().map(|name| format!("`{name}`")).collect()
            }
            Self::Ambiguous { matches, .. } => {
                let matches = matches.iter();
                let describe = |group: &OrgGroup| format!("`{}` ({})", group.label(), group.id);
                matches.map(describe).collect()
            }
        }
    }
}

fn describe_nearest(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [only] => format!("; did you mean `{only}`?"),
        _ => "; the nearest names".to_owned(),
    }
}

/// Finds the group that a person names by its UUID or its name: an exact match is tried first, then one with letter case
/// ignored.
///
/// # Errors
/// Fails if no group has the name, or several have it.
pub fn select_group<'a, G: AsRef<OrgGroup>>(
    wanted: &str,
    groups: &'a [G],
) -> Result<&'a G, SelectGroupError> {
    let id = wanted.trim().parse::<Uuid>().ok();
    if let Some(group) = groups.iter().find(|group| Some(group.as_ref().id) == id) {
        return Ok(group);
    }
    let name = |group: &'a G| group.as_ref().name.as_deref();
    let with_name = |is_same: &dyn Fn(&str) -> bool| {
        let groups = groups.iter();
        let named = groups.filter(|&group| name(group).is_some_and(is_same));
        named.collect::<Vec<_>>()
    };
    let mut matches = with_name(&|name| normalize_name(name) == normalize_name(wanted));
    if matches.is_empty() {
        matches = with_name(&|name| fold_name(name) == fold_name(wanted));
    }
    match matches.as_slice() {
        [only] => Ok(only),
        [] => {
            let names = groups.iter().filter_map(name);
            let nearest = nearest_names(wanted, names).into_iter().map(str::to_owned);
            Err(SelectGroupError::Unknown {
                wanted: wanted.to_owned(),
                nearest: nearest.collect(),
            })
        }
        several => Err(SelectGroupError::Ambiguous {
            wanted: wanted.to_owned(),
            matches: several
                .iter()
                .map(|&group| group.as_ref().clone())
                .collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: u128, name: &str) -> OrgGroup {
        OrgGroup {
            id: Uuid::from_u128(id),
            name: Some(name.to_owned()),
        }
    }

    #[test]
    fn a_group_is_found_by_its_exact_name_then_in_any_case_then_by_its_id() {
        let groups = [
            group(1, "Production"),
            group(2, "production"),
            group(3, "Caf\u{e9}"),
            group(5, "Staging"),
            OrgGroup {
                id: Uuid::from_u128(4),
                name: None,
            },
        ];
        for (wanted, found) in [
            ("Production", Ok(1)),
            (" production ", Ok(2)),
            ("CAFE\u{301}", Ok(3)),
            ("00000000-0000-0000-0000-000000000004", Ok(4)),
            (
                "PRODUCTION",
                Err("2 groups of orgs with the name `PRODUCTION`"),
            ),
            (
                "Stagin",
                Err("no group of orgs with the name `Stagin`; did you mean `Staging`?"),
            ),
            ("Qqqq", Err("no group of orgs with the name `Qqqq`")),
        ] {
            let selected = select_group(wanted, &groups);
            let selected = selected.map(|group| group.id.as_u128());
            let found = found.map_err(str::to_owned);
            assert_eq!(selected.map_err(|error| error.to_string()), found);
        }
    }

    #[test]
    fn equally_similar_groups_are_all_candidates() {
        let groups = [group(1, "Retail A"), group(2, "Retail B"), group(3, "Hub")];
        for (wanted, expected) in [
            ("Retail X", &["`Retail A`", "`Retail B`"][..]),
            // The message names the only one.
            ("Hubb", &[]),
            ("Qqqq", &[]),
        ] {
            let error = select_group(wanted, &groups).unwrap_err();
            assert_eq!(error.candidates(), expected, "{error}");
        }
    }

    #[test]
    fn groups_of_one_name_are_told_apart_by_their_ids() {
        let groups = [group(1, "Production"), group(2, "Production")];
        let error = select_group("production", &groups).unwrap_err();
        assert_eq!(
            error.candidates(),
            [
                "`Production` (00000000-0000-0000-0000-000000000001)",
                "`Production` (00000000-0000-0000-0000-000000000002)",
            ]
        );
    }
}
