use std::collections::HashMap;

use super::{Exported, in_order, quote, uuid_of};
use crate::topology::{Connection, Directory, Id, OrgSelector, Reference, TypeSet};

/// The first line of the file.
const HEAD: &str = "# Connections between Datadog orgs, read by orgconn\n";

/// See [`as_yaml`](super::as_yaml).
pub(super) fn write(connections: &[Connection], directory: &Directory) -> Exported {
    let (pairs, mut left_out) = in_order(connections, directory);
    let mut orgs = Orgs {
        directory,
        written: HashMap::new(),
    };
    let mut entries = String::new();
    for connection in pairs {
        match orgs.entry(&connection) {
            Some(entry) => entries.push_str(&entry),
            None => left_out.push(connection),
        }
    }
    let text = if entries.is_empty() {
        format!("{HEAD}connections: []\n")
    } else {
        format!("{HEAD}connections:\n{entries}")
    };
    Exported { text, left_out }
}

/// The orgs that were written so far, with what stands for them.
struct Orgs<'a> {
    directory: &'a Directory,
    written: HashMap<Id, Option<String>>,
}

impl Orgs<'_> {
    /// The lines for one connection, if it can be written.
    fn entry(&mut self, connection: &Connection) -> Option<String> {
        let [source, destination] = connection.ends();
        if source.id == destination.id || !is_writable(&connection.types) {
            return None;
        }
        let source = self.org(source)?;
        let destination = self.org(destination)?;
        let types: Vec<_> = connection
            .types
            .iter()
            .map(|kind| quote::yaml(kind.as_str()))
            .collect();
        let types = types.join(", ");
        Some(format!(
            "  - source: {source}\n    destination: {destination}\n    types: [{types}]\n"
        ))
    }

    fn org(&mut self, org: &Reference) -> Option<String> {
        let id = org.id.clone()?;
        let directory = self.directory;
        let written = self.written.entry(id);
        written.or_insert_with(|| scalar(org, directory)).clone()
    }
}

/// The file cannot say “nothing”, nor a type without a word.
fn is_writable(types: &TypeSet) -> bool {
    let is_word = |word: &str| !word.trim().is_empty();
    !types.is_empty() && types.iter().all(|kind| is_word(kind.as_str()))
}

/// What stands for `org`: its name where that means this org, else its UUID, with the name as a comment.
fn scalar(org: &Reference, directory: &Directory) -> Option<String> {
    let name = org.name.as_deref();
    let by_name = name
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("name:{name}")]);
    for candidate in by_name {
        if means(&candidate, org, directory) {
            return Some(quote::yaml(&candidate));
        }
    }
    let id = uuid_of(org)?;
    Some(match name {
        Some(name) => format!("{id} # {}", quote::yaml(name)),
        None => id.to_string(),
    })
}

/// Whether a reader of `text` finds `org` and no other.
fn means(text: &str, org: &Reference, directory: &Directory) -> bool {
    let Ok(selector) = text.parse::<OrgSelector>() else {
        return false;
    };
    let found = selector.resolve(directory);
    found.is_ok_and(|found| Some(&found.id) == org.id.as_ref())
}
