use std::slice;

use super::report;
use crate::app::{App, Snapshot};
use crate::desired::{is_expressible, to_terraform, to_yaml};
use crate::error::{self, Exit, Result};
use crate::model::{Connection, ConnectionType};
use crate::output::{Format, Output, escape};

/// Write the live connections as a file
///
/// All connections that the chosen profiles see: as a desired-state file (-o yaml, as usual), in which the same
/// profiles then find no difference, or as Terraform resources with the blocks that import them (-o terraform). Orgs
/// are called by their names where those are unique, else by their UUIDs, with the name as a comment.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn export --all-profiles > orgconn.yaml
  orgconn export -o terraform > connections.tf")]
pub(crate) struct Args {}

pub(crate) async fn run(_: Args, app: &mut App) -> Result<Exit> {
    let format = app.output.text_format(&Format::EXPORT)?;
    let chosen_accounts = match app.chosen_accounts() {
        Ok(chosen_accounts) => chosen_accounts,
        Err(error) => {
            // Other commands write errors into the envelope of `-o yaml`. Here standard output is a desired-state file
            // without an envelope, so the error goes only to standard error.
            error::report(slice::from_ref(&error), &mut app.output);
            return Ok(error.exit());
        }
    };
    let progress = app.output.progress("reading the connections", None);
    let snapshot = progress.during(chosen_accounts.snapshot()).await;
    if snapshot.accounts.is_empty() {
        return report::print_text(None, false, &snapshot.failures, &mut app.output);
    }
    let (connections, orgs) = (&snapshot.connections, &snapshot.orgs);
    let text = match format {
        Format::Terraform => to_terraform(connections, orgs),
        _ => to_yaml(connections, orgs),
    };
    let text = format!("{}{text}", describe_gaps(&snapshot));
    let exit = report::print_text(Some(&text), true, &snapshot.failures, &mut app.output)?;
    if format == Format::Yaml {
        warn_of_inexpressible(connections, &mut app.output);
        note_unknown_types(connections, &mut app.output);
    }
    Ok(exit)
}

/// A comment for the head of the file, in YAML and in Terraform alike, with the errors of accounts that could not be
/// read.
fn describe_gaps(snapshot: &Snapshot<'_>) -> String {
    let comments = snapshot.failures.iter().map(|failure| {
        let mut accounts = snapshot.accounts.iter();
        let answered = accounts.any(|(account, _)| account.profile() == failure.profile());
        match failure.profile() {
            Some(profile) if !answered => {
                let profile = escape(profile);
                format!("# INCOMPLETE: the profile {profile} could not be asked\n")
            }
            _ => format!("# INCOMPLETE: {}\n", escape(&failure.message())),
        }
    });
    comments.collect()
}

fn warn_of_inexpressible(connections: &[Connection], output: &mut Output) {
    for connection in connections.iter().filter(|found| !is_expressible(found)) {
        let (source, destination) = (connection.source.label(), connection.destination.label());
        output.warn(&format!(
            "left out: {}, {source} -> {destination}; a file cannot describe a connection without types, with a type \
             without a name, or from an org to itself",
            connection.id
        ));
    }
}

/// Warns of unknown types: commands that read the file then require a flag.
fn note_unknown_types(connections: &[Connection], output: &mut Output) {
    let types = connections.iter().flat_map(|connection| &connection.types);
    let unknown = types.filter(|kind| !kind.is_known());
    let mut unknown: Vec<_> = unknown.map(ConnectionType::as_str).collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        output.note(&format!(
            "types that this version does not know: {}; reading the file requires --allow-unknown-type",
            unknown.join(", ")
        ));
    }
}
