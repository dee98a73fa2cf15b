//! What `--columns`, `--sort` and `--output` may be given: that depends on what a command shows.

use crate::output::{
    ConnectionChange, Format, HistoryRow, IdentityRow, OrgRow, ProfileRow, Record, StepRow,
};
use crate::topology::Connection;

/// The columns of what a command shows; none of one that shows no records.
pub(super) fn columns(command: &[&str]) -> Vec<&'static str> {
    match command {
        ["list" | "get"] => names::<Connection>(),
        ["create" | "update" | "delete" | "undo" | "check"] => names::<ConnectionChange>(),
        ["plan" | "apply"] => names::<StepRow>(),
        ["history"] => names::<HistoryRow>(),
        ["orgs"] => names::<OrgRow>(),
        ["auth", "status"] => names::<IdentityRow>(),
        ["auth", _] | ["profile", _] => names::<ProfileRow>(),
        _ => Vec::new(),
    }
}

fn names<R: Record>() -> Vec<&'static str> {
    R::COLUMNS.iter().map(|column| column.name).collect()
}

/// The formats that a command writes.
pub(super) fn formats(command: &[&str]) -> Vec<Format> {
    match command {
        ["graph"] => vec![Format::Tree, Format::Mermaid, Format::Dot, Format::Svg],
        ["export"] => vec![Format::Yaml, Format::Terraform],
        ["check"] => [&Format::LISTINGS[..], &[Format::Github]].concat(),
        _ => Format::LISTINGS.to_vec(),
    }
}
