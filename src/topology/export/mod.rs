//! The way back: live connections as a desired-state file, or as Terraform resources.

mod quote;
mod terraform;
mod yaml;

#[cfg(test)]
mod tests;

use uuid::Uuid;

use super::live::Live;
use super::{Connection, Directory, Id, Reference};

/// Live connections as text, with what the text cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The whole file, with a newline at its end.
    pub text: String,
    /// The connections that are not in it, because they lack what the format needs: an end without a usable id or a
    /// name of its own, no types, an org connected to itself, or a second connection for one pair.
    pub left_out: Vec<Connection>,
}

/// Writes `connections` as a desired-state file, sorted by the names of source and destination.
///
/// An org is called by its name where that name, looked up in `directory`, means this org and no other; else by its
/// UUID, with the name as a comment. Read and resolved against the same directory, the file wants exactly the
/// connections that it was made from. Types that this version does not know are kept: reading them back takes
/// [`allow_unknown_types`](super::desired::ParseOptions::allow_unknown_types).
pub fn as_yaml(connections: &[Connection], directory: &Directory) -> Exported {
    yaml::write(connections, directory)
}

/// Writes `connections` as Terraform configuration: a provider alias for every source org, and for every connection
/// a `datadog_org_connection` resource with the block that imports it. Names come from `directory`, else from the
/// connections; those that are left out lack an id of their own or a UUID of their destination.
///
/// The resource is that of Datadog's provider (its documentation, `resources/org_connection`). It has no source: that
/// is the org whose keys the provider uses.
pub fn as_terraform(connections: &[Connection], directory: &Directory) -> Exported {
    terraform::write(connections, directory)
}

/// The connections in the order in which they are written, each pair once, and those that stand for no pair.
fn in_order(
    connections: &[Connection],
    directory: &Directory,
) -> (Vec<Connection>, Vec<Connection>) {
    let Live { pairs, unmatched } = Live::gather(connections);
    let mut pairs: Vec<_> = pairs.into_values().collect();
    for connection in &mut pairs {
        name(&mut connection.source, directory);
        name(&mut connection.destination, directory);
    }
    pairs.sort_by_cached_key(|connection| {
        let [source, destination] = connection.ends();
        // What these leave open is in the order of the destination's id already.
        (source.label(), source.id.clone(), destination.label())
    });
    (pairs, unmatched)
}

/// Gives `org` the name that the directory knows: it is newer than that of a connection.
fn name(org: &mut Reference, directory: &Directory) {
    let known = org.id.as_ref().and_then(|id| directory.get(id));
    if let Some(name) = known.and_then(|known| known.name.clone()) {
        org.name = Some(name);
    }
}

fn uuid_of(org: &Reference) -> Option<Uuid> {
    org.id.as_ref().and_then(Id::as_uuid)
}
