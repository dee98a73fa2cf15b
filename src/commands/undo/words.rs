//! What is said of an undo before it is done.

use crate::history::{Action, Entry};
use crate::topology::{Connection, Id};

/// What is undone: `undoing 01k2z6mvr9dq4 of 2025-08-26 20:19 UTC: update of Retail US -> Hub`.
pub(super) fn headline(entry: &Entry) -> String {
    let at = entry.at.strftime("%Y-%m-%d %H:%M");
    let operation = entry.action.operation();
    let pair = pair(entry.subject());
    format!("undoing {} of {at} UTC: {operation} of {pair}", entry.id)
}

/// What undoes it, with what is shared before and after.
pub(super) fn action(action: &Action) -> String {
    match action {
        Action::Create { wanted } => format!("  create  {}  {}", pair(wanted), wanted.types),
        Action::Update { before, wanted } => format!(
            "  update  {}  {}  {} -> {wanted}",
            id(before),
            pair(before),
            before.types
        ),
        Action::Delete { before } => {
            format!(
                "  delete  {}  {}  {}",
                id(before),
                pair(before),
                before.types
            )
        }
    }
}

/// What cannot be put back.
pub(super) fn loss(action: &Action) -> Option<&'static str> {
    matches!(action, Action::Create { .. }).then_some(
        "the connection gets a new id, and the user of these keys as its owner; a restriction policy is not put back",
    )
}

/// That nothing is left to do.
pub(super) fn as_it_was(entry: &Entry) -> String {
    let pair = pair(entry.subject());
    format!(
        "{pair} is as it was before {}: nothing to undo; an older entry has to be named",
        entry.id
    )
}

fn pair(connection: &Connection) -> String {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    format!("{source} -> {destination}")
}

fn id(connection: &Connection) -> String {
    let id = connection.id.as_ref();
    id.map_or_else(|| "?".to_owned(), Id::to_string)
}
