//! The errors about parts of a listing that cannot be read.

use crate::api::UnreadableRecord;
use crate::error::{CommandError, Exit};
use crate::model::UnreadableOrg;

/// The error about records of a listing that cannot be read; `None` if there are none.
pub(crate) fn unreadable_records_error(records: &[UnreadableRecord]) -> Option<CommandError> {
    let describe = |record: &UnreadableRecord| match &record.id {
        Some(id) => format!("{id} ({})", record.reason),
        None => format!("one without an id ({})", record.reason),
    };
    unreadable_error("record", records.iter().map(describe))
}

/// The error about orgs of a listing whose UUID cannot be read; `None` if there are none.
pub(crate) fn unreadable_orgs_error(orgs: &[UnreadableOrg]) -> Option<CommandError> {
    let describe = |org: &UnreadableOrg| {
        let name = org.name.as_deref().unwrap_or("?");
        match &org.id {
            Some(id) => format!("`{name}` ({id}, which is no UUID)"),
            None => format!("`{name}` (it has no UUID)"),
        }
    };
    unreadable_error("org", orgs.iter().map(describe))
}

/// The error about parts of a listing that cannot be read; `None` if there are none. `noun` is what they are.
fn unreadable_error(
    noun: &str,
    descriptions: impl ExactSizeIterator<Item = String>,
) -> Option<CommandError> {
    const MAX_SHOWN: usize = 3;
    let subject = match descriptions.len() {
        0 => return None,
        1 if noun == "org" => "an org".to_owned(),
        1 => format!("a {noun}"),
        count => format!("{count} {noun}s"),
    };
    let others = match descriptions.len().saturating_sub(MAX_SHOWN) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let shown: Vec<_> = descriptions.take(MAX_SHOWN).collect();
    let shown = shown.join(", ");
    let message = format!("{subject} of the listing cannot be read: {shown}{others}");
    Some(CommandError::new(Exit::Failure, message))
}
