//! The lines of the cache for connections: the id, and what is said of it.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::sorted::Sorted;
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
pub(super) fn candidates(files: &mut [Sorted], typed: &str) -> Vec<Candidate> {
    let found = begun(files, typed);
    match found.is_empty() {
        // Ids are written in lower case.
        true => begun(files, &typed.to_lowercase()),
        false => found,
    }
}

fn begun(files: &mut [Sorted], typed: &str) -> Vec<Candidate> {
    let place = |line: &[u8]| line[..line.len().min(typed.len())].cmp(typed.as_bytes());
    let read = |file: &mut Sorted| match typed {
        "" => file.all(),
        _ => file.among(place),
    };
    let texts = files
        .iter_mut()
        .filter_map(|file| String::from_utf8(read(file).ok()?).ok());
    let texts: Vec<_> = texts.collect();
    let mut found: Vec<_> = texts.iter().flat_map(|text| text.lines()).collect();
    if texts.len() > 1 {
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

/// The id at the head of a line.
pub(super) fn id(line: &str) -> &str {
    line.split_once('\t').map_or(line, |(id, _)| id)
}
