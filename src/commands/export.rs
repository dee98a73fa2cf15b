use std::fmt::Write as _;

use anyhow::Result;

use super::report::{self, PartFailure};
use super::survey::{Survey, survey};
use crate::context::Context;
use crate::error::{self, Exit};
use crate::output::{Format, Output, escape};
use crate::topology::export::{Exported, as_terraform, as_yaml};
use crate::topology::{Connection, ConnectionType, Id};

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

pub(crate) fn run(_: &Args, context: &mut Context) -> Result<Exit> {
    let format = context
        .output
        .require_text(Format::Yaml, &[Format::Terraform])?;
    let session = match context.session() {
        Ok(session) => session,
        // With `-o yaml` an error would be written as an envelope, and this is a file of another kind.
        Err(error) => return Err(error::reported(error, &mut context.output)),
    };
    let progress = context.output.progress("reading the connections", None);
    let Survey {
        connections,
        directory,
        members,
        failures,
        ..
    } = session.run(progress.during(survey(&session)));
    progress.finish();
    if members.is_empty() {
        return report::finish_text(None, &failures, &mut context.output);
    }
    let Exported { text, left_out } = match format {
        Format::Terraform => as_terraform(&connections, &directory),
        _ => as_yaml(&connections, &directory),
    };
    let text = format!("{}{text}", incompleteness(&failures));
    let exit = report::finish_text(Some(&text), &failures, &mut context.output)?;
    for connection in &left_out {
        context.output.warn(&omission(connection));
    }
    if format == Format::Yaml {
        tell_of_unknown_types(&connections, &mut context.output);
    }
    Ok(exit)
}

/// A comment for the head of the file, in YAML and in Terraform alike, if some profiles could not be asked.
fn incompleteness(failures: &[PartFailure]) -> String {
    let mut comment = String::new();
    for failure in failures {
        let profile = escape(failure.profile.as_deref().unwrap_or("?"));
        // Writing to a string does not fail.
        let _ = writeln!(
            comment,
            "# INCOMPLETE: the profile {profile} could not be asked"
        );
    }
    comment
}

fn omission(connection: &Connection) -> String {
    let id = connection.id.as_ref().map_or("?".to_owned(), Id::to_string);
    let (source, destination) = (connection.source.label(), connection.destination.label());
    format!(
        "left out: {id}, {source} -> {destination}, which lacks an id, an org or a type, or doubles another"
    )
}

/// A reader of the file has to be told to let them through.
fn tell_of_unknown_types(connections: &[Connection], output: &mut Output) {
    let types = connections.iter().flat_map(|connection| &connection.types);
    let mut unknown: Vec<_> = types
        .filter(|kind| !ConnectionType::KNOWN.contains(kind))
        .map(ConnectionType::as_str)
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        output.note(&format!(
            "types that this version does not know: {}; to read the file takes --allow-unknown-type",
            unknown.join(", ")
        ));
    }
}
