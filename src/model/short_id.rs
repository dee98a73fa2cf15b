use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::OrgRef;

/// The shortest length, at least 8, at which the prefixes of all ids differ.
pub(crate) fn distinct_prefix_length<'a>(ids: impl IntoIterator<Item = &'a String>) -> usize {
    let mut ids = Vec::from_iter(ids);
    ids.sort_unstable();
    ids.dedup();
    let distinct = ids.windows(2).map(|pair| {
        let characters = pair[0].chars().zip(pair[1].chars());
        let common = characters.take_while(|(left, right)| left == right);
        common.count() + 1
    });
    distinct.fold(8, usize::max)
}

/// The orgs among `orgs` that share their name with another one, each with the beginning of its id that tells it from
/// the others of its name.
pub(crate) fn short_ids_of_shared_names<'a>(
    orgs: impl IntoIterator<Item = (&'a str, Uuid)>,
) -> HashMap<Uuid, String> {
    let mut ids_by_name = HashMap::<&str, BTreeSet<Uuid>>::new();
    for (name, id) in orgs {
        ids_by_name.entry(name.trim()).or_default().insert(id);
    }
    let mut short_ids = HashMap::new();
    for ids in ids_by_name.into_values().filter(|ids| ids.len() > 1) {
        let texts: Vec<_> = ids.iter().map(Uuid::to_string).collect();
        let length = distinct_prefix_length(&texts);
        let texts = texts.iter().map(|text| text.chars().take(length).collect());
        short_ids.extend(ids.into_iter().zip(texts));
    }
    short_ids
}

/// The names of the orgs that a run has read. All clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownOrgs(Arc<Mutex<HashMap<Uuid, String>>>);

impl KnownOrgs {
    /// Adds an org, if its name is known.
    pub(crate) fn add(&self, org: &OrgRef) {
        if let Some(name) = &org.name {
            let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            names.entry(org.id).or_insert_with(|| name.clone());
        }
    }

    /// The orgs that share their name with another one, each with the beginning of its id that tells them apart.
    pub(crate) fn short_ids(&self) -> HashMap<Uuid, String> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        short_ids_of_shared_names(names.iter().map(|(id, name)| (name.as_str(), *id)))
    }
}

/// The labels of orgs. Those of orgs that share their name have the beginnings of their ids, as `NAME [id]`.
pub(crate) struct OrgLabels(HashMap<Uuid, String>);

impl OrgLabels {
    /// The labels among the orgs that the run has read.
    pub(crate) fn among(known: &KnownOrgs) -> Self {
        Self(known.short_ids())
    }

    /// The labels among `orgs`.
    pub(crate) fn new<'a>(orgs: impl IntoIterator<Item = &'a OrgRef>) -> Self {
        let orgs = orgs.into_iter();
        let named = orgs.filter_map(|org| Some((org.name.as_deref()?, org.id)));
        Self(short_ids_of_shared_names(named))
    }

    /// The label of one of the orgs.
    pub(crate) fn label(&self, org: &OrgRef) -> String {
        match self.short_id(org.id) {
            Some(short_id) => format!("{} [{short_id}]", org.label()),
            None => org.label(),
        }
    }

    /// The label of one of the orgs in backquotes, for a message.
    pub(crate) fn quoted_label(&self, org: &OrgRef) -> String {
        format!("`{}`", self.label(org))
    }

    /// The beginning of the org's id, if another org has its name.
    pub(crate) fn short_id(&self, org: Uuid) -> Option<&str> {
        self.0.get(&org).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orgs_of_one_name_have_ids_that_differ() {
        let [first, second, other]: [Uuid; 3] = [
            "1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17",
            "1f7d93e0-a4c3-11ed-8b5e-c36ae80d2f17",
            "1f7d93e0-a4c4-11ed-8b5e-c36ae80d2f17",
        ]
        .map(|id| id.parse().unwrap());
        let orgs = [
            ("Payments", first),
            ("Payments ", second),
            ("Payments", first),
            ("payments", other),
        ];
        let short_ids = short_ids_of_shared_names(orgs);
        let expected = [(first, "1f7d93e0-a4c2"), (second, "1f7d93e0-a4c3")];
        assert_eq!(
            short_ids,
            expected.map(|(id, text)| (id, text.to_owned())).into()
        );
    }

    #[test]
    fn the_label_of_an_org_has_its_id_if_another_has_its_name() {
        let org = |id: u128, name: Option<&str>| OrgRef {
            id: Uuid::from_u128(id),
            name: name.map(str::to_owned),
        };
        let orgs = [
            org(1 << 96, Some("Payments")),
            org(2 << 96, Some("Payments")),
            org(3 << 96, Some("Hub")),
            org(4 << 96, None),
        ];
        let known = KnownOrgs::default();
        orgs.iter().for_each(|org| known.add(org));
        for labels in [OrgLabels::among(&known), OrgLabels::new(&orgs)] {
            assert_eq!(
                orgs.each_ref().map(|org| labels.label(org)),
                [
                    "Payments [00000001]",
                    "Payments [00000002]",
                    "Hub",
                    "00000004-0000-0000-0000-000000000000",
                ]
            );
            assert_eq!(labels.quoted_label(&orgs[2]), "`Hub`");
        }
    }
}
