//! The lines of the cache for connections: the id, and what is said of it.

use std::collections::HashMap;

use super::candidate::{Candidate, best, fit};
use crate::output::escape;
use crate::topology::Connection;

/// The line for a connection; one without an id cannot be named.
pub(super) fn line(connection: &Connection) -> Option<String> {
    let id = connection.id.as_ref()?.to_string();
    let (source, destination) = (connection.source.label(), connection.destination.label());
    let line = format!(
        "{}\t{} → {} ({})",
        escape(&id),
        escape(&source),
        escape(&destination),
        escape(&connection.types.to_string()),
    );
    Some(line)
}

/// The connections of all these files whose ids begin with `typed`.
pub(super) fn candidates(files: &[String], typed: &str) -> Vec<Candidate> {
    let lines = files.iter().flat_map(|file| file.lines());
    let mut found = best(lines.filter_map(|line| Some((fit(line, typed)?, line))));
    if files.len() > 1 {
        found.sort_unstable();
        found.dedup_by_key(|line| id(line));
    }
    let split = found.into_iter().filter_map(|line| line.split_once('\t'));
    split
        .map(|(id, description)| Candidate::new(id, description))
        .collect()
}

/// The lines after some connections became others, or none; `None` if they are not among them.
pub(super) fn corrected(lines: &str, changed: &HashMap<String, Option<String>>) -> Option<String> {
    let change = |line| changed.get(id(line));
    lines.lines().find_map(change)?;
    let mut text = String::with_capacity(lines.len());
    for line in lines.lines() {
        let line = change(line).map_or(Some(line), Option::as_deref);
        text.extend(line.into_iter().flat_map(|line| [line, "\n"]));
    }
    Some(text)
}

fn id(line: &str) -> &str {
    line.split_once('\t').map_or(line, |(id, _)| id)
}
