use std::borrow::Cow;

use clap_complete::engine::CompletionCandidate;

use super::candidates::{candidate, matching_prefix};
use crate::escape::escape;
use crate::model::{Org, OrgSelector};

/// The orgs whose name begins with `typed`. A prefix `name:`, `uuid:` or `public-id:` in `typed` chooses what is
/// compared; without a prefix, the ids are compared where no name fits.
///
/// An org is offered by its UUID if its name does not select exactly this org.
pub(super) fn org_candidates(orgs: &[Org], typed: &str) -> Vec<CompletionCandidate> {
    let uuid = |org: &Org| Some(org.id.to_string());
    let public_id = |org: &Org| org.public_id.clone();
    match typed.split_once(':') {
        Some(("uuid", typed)) => by_id(orgs, typed, "uuid:", uuid),
        Some(("public-id", typed)) => by_id(orgs, typed, "public-id:", public_id),
        Some(("name", typed)) => by_name(orgs, typed, "name:"),
        _ => {
            let mut found = by_name(orgs, typed, "");
            if found.is_empty() {
                found = by_id(orgs, typed, "", uuid);
            }
            if found.is_empty() {
                found = by_id(orgs, typed, "", public_id);
            }
            found
        }
    }
}

fn by_name(orgs: &[Org], typed: &str, prefix: &str) -> Vec<CompletionCandidate> {
    let named = orgs
        .iter()
        .filter_map(|org| Some((escape(org.name.as_deref()?), org)));
    let mut found = matching_prefix(named.filter(|(name, _)| !name.is_empty()), typed);
    found.sort_by(|(one, org), (other, next)| one.cmp(other).then(org.id.cmp(&next.id)));
    let is_shared = |index: usize| {
        let next = found.get(index + 1);
        let previous = index.checked_sub(1).and_then(|index| found.get(index));
        let mut neighbours = previous.into_iter().chain(next);
        neighbours.any(|(name, _)| *name == found[index].0)
    };
    let offer = |(index, (name, org)): (usize, &(Cow<'_, str>, &Org))| {
        // A name that had to be escaped can neither be typed nor shown as it is.
        let stands_for_org = org.name.as_deref() == Some(name) && is_read_as_name(name, prefix);
        match stands_for_org && !is_shared(index) {
            true => candidate([prefix, name].concat(), ""),
            false => candidate(org.id.to_string(), &describe(org)),
        }
    };
    found.iter().enumerate().map(offer).collect()
}

/// Whether the name, written after the prefix, is read as a name and not as an id, a flag or another prefix.
fn is_read_as_name(name: &str, prefix: &str) -> bool {
    match prefix {
        "" => !name.starts_with('-') && matches!(name.parse(), Ok(OrgSelector::Text(_))),
        _ => !name.trim().is_empty(),
    }
}

fn by_id(
    orgs: &[Org],
    typed: &str,
    prefix: &str,
    id: impl Fn(&Org) -> Option<String>,
) -> Vec<CompletionCandidate> {
    let with_id = orgs.iter().filter_map(|org| Some((id(org)?, org)));
    let mut found = matching_prefix(with_id, typed);
    found.sort_by_key(|(_, org)| (org.name.as_deref(), org.id));
    let found = found.into_iter();
    found
        .map(|(id, org)| candidate([prefix, &id].concat(), &describe(org)))
        .collect()
}

/// The description of an org: its name, then its public id in brackets.
fn describe(org: &Org) -> String {
    let name = org.name.as_deref().unwrap_or_default();
    match &org.public_id {
        Some(public_id) => format!("{name} ({public_id})"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";

    /// The values that are offered for `typed` among orgs with these names. The id of an org is its index.
    fn offered(names: &[&str], typed: &str) -> Vec<String> {
        let org = |(number, name): (usize, &&str)| Org {
            name: Some((*name).to_owned()),
            public_id: Some(format!("p{number}")),
            ..Org::from_id(Uuid::from_u128(number as u128))
        };
        let orgs: Vec<_> = names.iter().enumerate().map(org).collect();
        let value = |candidate: CompletionCandidate| {
            let value = candidate.get_value().to_string_lossy().into_owned();
            value.replace("00000000-0000-0000-0000-00000000", "id ")
        };
        org_candidates(&orgs, typed)
            .into_iter()
            .map(value)
            .collect()
    }

    #[test]
    fn an_org_whose_name_does_not_stand_for_it_is_offered_by_its_uuid() {
        let odd = [
            "Same",
            "-flag",
            "uuid:x",
            HUB,
            " ",
            "a\nb",
            "a: b",
            "z\u{202e}",
            "Same",
            "zz\u{e03b}id",
        ];
        assert_eq!(
            offered(&odd, ""),
            [
                "id 0004", "id 0001", "id 0003", "id 0000", "id 0008", "a: b", "id 0005",
                "id 0002", "id 0007", "id 0009"
            ]
        );
        assert_eq!(
            offered(&odd, "name:")[..4],
            ["id 0004", "name:-flag", &format!("name:{HUB}"), "id 0000"]
        );
    }

    #[test]
    fn an_org_is_found_by_any_of_its_ids() {
        let names = ["Retail", "Hub"];
        assert_eq!(offered(&names, "p1"), ["p1"]);
        assert_eq!(
            offered(&names, "public-id:p"),
            ["public-id:p1", "public-id:p0"]
        );
        assert_eq!(offered(&names, "0000"), ["id 0001", "id 0000"]);
        assert_eq!(offered(&names, "uuid:00"), ["uuid:id 0001", "uuid:id 0000"]);
        assert_eq!(offered(&names, "x"), [""; 0]);
    }
}
