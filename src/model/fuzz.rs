use std::collections::HashSet;

use uuid::Uuid;

use super::{
    Connection, ConnectionSelector, Org, OrgDirectory, OrgLabels, OrgRef, OrgSelector, TypeSet,
    fold_name, normalize_name,
};

/// A text that names an org or a connection, and in the other lines the names of the orgs that there are.
pub fn selector(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let wanted = lines.next().unwrap_or_default();
    let orgs = lines.zip(1..).map(|(name, number)| Org {
        name: Some(name.to_owned()),
        public_id: name.get(..4).map(str::to_owned),
        ..Org::from_id(Uuid::from_u128(number << 64))
    });
    let directory = OrgDirectory {
        orgs: orgs.collect(),
        ..OrgDirectory::default()
    };
    if let Ok(selector) = wanted.parse::<OrgSelector>() {
        check_resolve(&selector, &directory);
    }
    for org in &directory.orgs {
        check_name(org, &directory);
    }
    check_labels(&directory);
    check_connection(wanted, &directory);
}

/// An org that is found is one that the text names.
fn check_resolve(selector: &OrgSelector, directory: &OrgDirectory) {
    match selector.resolve(directory) {
        Ok(org) => {
            let name = org.name.as_deref().unwrap_or_default();
            let is_named = match selector {
                OrgSelector::Uuid(id) => org.id == *id,
                OrgSelector::Name(text) => fold_name(text) == fold_name(name),
                OrgSelector::PublicId(text) => org.public_id.as_deref() == Some(text.trim()),
                OrgSelector::Text(text) => {
                    fold_name(text) == fold_name(name)
                        || org.public_id.as_deref() == Some(text.trim())
                }
                OrgSelector::Profile(_) | OrgSelector::Group(_) => false,
            };
            assert!(is_named, "{selector:?} is not {org:?}");
        }
        Err(error) => {
            let candidates = error.candidates();
            let distinct: HashSet<_> = candidates.iter().collect();
            assert_eq!(distinct.len(), candidates.len(), "{candidates:?}");
        }
    }
}

/// A name finds its org, unless another org has the same one.
fn check_name(org: &Org, directory: &OrgDirectory) {
    let name = org.name.as_deref().unwrap_or_default();
    let Ok(selector) = format!("name:{name}").parse::<OrgSelector>() else {
        assert!(name.trim().is_empty());
        return;
    };
    let form = normalize_name(name);
    let mut same = directory.orgs.iter();
    let is_only = same.all(|other| {
        other.id == org.id || normalize_name(other.name.as_deref().unwrap_or_default()) != form
    });
    let found = selector.resolve(directory).map(|found| found.id);
    assert_eq!(found.ok(), is_only.then_some(org.id));
}

/// Two orgs of one name have labels of their own.
fn check_labels(directory: &OrgDirectory) {
    let orgs: Vec<_> = directory.orgs.iter().map(Org::to_ref).collect();
    let labels = OrgLabels::new(&orgs);
    for (position, org) in orgs.iter().enumerate() {
        for other in &orgs[..position] {
            assert!(org.name != other.name || labels.label(org) != labels.label(other));
        }
    }
}

/// A connection that is found is one whose id begins with the text.
fn check_connection(wanted: &str, directory: &OrgDirectory) {
    let connections: Vec<_> = directory
        .orgs
        .iter()
        .map(|org| Connection {
            id: org.id,
            source: org.to_ref(),
            destination: OrgRef::from(Uuid::nil()),
            types: TypeSet::default(),
            ..Connection::default()
        })
        .collect();
    if let Ok(selector) = wanted.parse::<ConnectionSelector>() {
        match selector.select(&connections) {
            Ok(found) => {
                let id = found.id.to_string();
                assert!(
                    id.starts_with(&wanted.to_lowercase()),
                    "{wanted} is not {id}"
                );
            }
            Err(error) => assert_ne!(error.candidates().len(), 1),
        }
    }
}
