//! What the tests of this module share: numbered orgs and connections, and files that are read against them.

mod export;
mod file;
mod plan;

use std::collections::HashMap;

use uuid::Uuid;

use super::*;
use crate::model::{Connection, Org, OrgDirectory, OrgRef, TypeSet};

/// Reads a file in which only known types may be named.
fn parse(text: &str) -> Result<DesiredState, Vec<DesiredError>> {
    parse_files(&[("orgconn.yaml", text)], false)
}

fn parse_with_unknown_types(text: &str) -> Result<DesiredState, Vec<DesiredError>> {
    parse_files(&[("orgconn.yaml", text)], true)
}

/// Reads files with these names and texts.
fn parse_files(
    files: &[(&str, &str)],
    allow_unknown_types: bool,
) -> Result<DesiredState, Vec<DesiredError>> {
    let files = files.iter();
    let texts: Vec<_> = files
        .map(|(name, text)| (FileName::new(*name), (*text).to_owned()))
        .collect();
    DesiredState::parse(&texts, allow_unknown_types)
}

/// What the file wants, with its orgs looked up in the directory.
fn desired(text: &str, directory: &OrgDirectory) -> Vec<DesiredConnection> {
    let connections = parse_with_unknown_types(text)
        .and_then(|file| file.resolve(|selector| selector.resolve(directory)));
    let state = connections.unwrap_or_else(|errors| panic!("{}\n{text}", lines(errors)));
    state.connections
}

/// The sources of the connections, each with its first location.
fn sources(connections: &[DesiredConnection]) -> HashMap<Uuid, Location> {
    let mut sources = HashMap::new();
    for connection in connections {
        let location = sources.entry(connection.source.id);
        location.or_insert_with(|| connection.location.clone());
    }
    sources
}

/// One line for each of them.
fn lines<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let lines: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    lines.join("\n")
}

/// Orgs with the ids 1, 2, 3 … and these names.
fn directory(names: &[&str]) -> OrgDirectory {
    let orgs = names.iter().zip(1..).map(|(name, number)| Org {
        id: Uuid::from_u128(number),
        name: Some((*name).to_owned()),
        public_id: Some(format!("pub{number:08}")),
        disabled: Some(false),
        profiles: Vec::new(),
    });
    OrgDirectory {
        current: None,
        orgs: orgs.collect(),
        ..OrgDirectory::default()
    }
}

/// A connection with the given number, from one numbered org to another. The orgs come without their names.
fn connection(number: u128, source: u128, destination: u128, words: &[&str]) -> Connection {
    Connection {
        id: Uuid::from_u128(number),
        source: OrgRef::from(Uuid::from_u128(source)),
        destination: OrgRef::from(Uuid::from_u128(destination)),
        types: types(words),
        ..Connection::default()
    }
}

fn types(words: &[&str]) -> TypeSet {
    words.iter().map(|word| (*word).into()).collect()
}

/// What the step does to which pair, from which types to which.
fn step_line(step: &Step) -> String {
    format!(
        "{} {} -> {}: [{}] to [{}]",
        step.action_word(),
        step.source.label(),
        step.destination.label(),
        step.types_before(),
        step.types_after()
    )
}
