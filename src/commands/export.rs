use std::collections::HashSet;
use std::slice;

use uuid::Uuid;

use super::report;
use super::shared_flags::TypeFilter;
use crate::app::{App, ChosenAccounts, ConnectionEnds, EndOrgs, Snapshot};
use crate::config::ProfileChoice;
use crate::desired::{FileOptions, is_expressible, repeated_pairs, to_terraform, to_yaml};
use crate::error::{self, Exit, Result};
use crate::escape::escape;
use crate::model::{Connection, OrgSelector};
use crate::output::{Format, Output};

/// Write the live connections as a file
///
/// All connections that the chosen profiles see: as a desired-state file (-o yaml, as usual), in which the same
/// profiles then find no difference, or as Terraform resources with the blocks that import them (-o terraform). Orgs
/// are called by their names where those are unique, else by their UUIDs, with the name as a comment. The file of
/// --all-profiles says `manage: all`: a connection that is later taken out of it is one too many.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn export --all-profiles > orgconn.yaml
  orgconn export --source 'Retail EU' --ids
  orgconn export -o terraform > connections.tf")]
pub(crate) struct Args {
    #[command(flatten)]
    ends: ConnectionEnds,

    #[command(flatten)]
    filter: TypeFilter,

    /// Call all orgs by their UUIDs (-o yaml)
    ///
    /// With the name as a comment, so that the file outlives a new name.
    #[arg(long)]
    ids: bool,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    let format = app.output.text_format(&Format::EXPORT)?;
    match export(&args, format, app).await {
        // Other commands write errors into the envelope of `-o yaml`. Here standard output is a desired-state file
        // without an envelope, so the error goes only to standard error.
        Err(error) if !error.is_closed_pipe() => {
            error::report(slice::from_ref(&error), &mut app.output);
            Ok(error.exit())
        }
        result => result,
    }
}

async fn export(args: &Args, format: Format, app: &mut App) -> Result<Exit> {
    args.filter.check()?;
    let are_all_profiles = app.profile_choice()? == ProfileChoice::All;
    let chosen_accounts = app.chosen_accounts()?;
    let progress = app.output.progress("reading the connections", None);
    let mut snapshot = progress.during(chosen_accounts.snapshot()).await;
    if snapshot.accounts.is_empty() {
        return report::print_text(None, false, &snapshot.failures, &mut app.output);
    }
    let is_filtered = !args.ends.is_empty() || !args.filter.is_empty();
    let connections = select(args, &chosen_accounts, &mut snapshot).await?;
    let text = match format {
        Format::Terraform => to_terraform(&connections, &snapshot.orgs),
        _ => {
            let options = FileOptions {
                ids: args.ids,
                // Only a complete file may say so: what it leaves out counts as unwanted.
                manage_all: are_all_profiles && !is_filtered && snapshot.failures.is_empty(),
            };
            to_yaml(&connections, &snapshot.orgs, options)
        }
    };
    let text = format!("{}{text}", describe_gaps(&snapshot));
    let exit = report::print_text(Some(&text), true, &snapshot.failures, &mut app.output)?;
    if format == Format::Yaml {
        warn_of_inexpressible(&connections, &mut app.output);
    }
    warn_of_repeated_pairs(&connections, &mut app.output);
    Ok(exit)
}

/// The connections that the flags select.
///
/// # Errors
/// Fails if an org or a group is unknown, or several have the name.
async fn select(
    args: &Args,
    chosen_accounts: &ChosenAccounts,
    snapshot: &mut Snapshot<'_>,
) -> Result<Vec<Connection>> {
    let ends = EndOrgs {
        source: find(args.ends.source.as_ref(), chosen_accounts, snapshot).await?,
        destination: find(args.ends.destination.as_ref(), chosen_accounts, snapshot).await?,
    };
    let connections = snapshot.connections.iter();
    let selected = connections.filter(|found| ends.selects(found) && args.filter.selects(found));
    Ok(selected.cloned().collect())
}

/// The ids of the orgs that a selector stands for, if there is one. What could not be read is added to the snapshot's
/// failures.
async fn find(
    selector: Option<&OrgSelector>,
    chosen_accounts: &ChosenAccounts,
    snapshot: &mut Snapshot<'_>,
) -> Result<Option<HashSet<Uuid>>> {
    let Some(selector) = selector else {
        return Ok(None);
    };
    let Some(group) = selector.group() else {
        return Ok(Some(HashSet::from([snapshot.resolve_org(selector)?.id])));
    };
    let (orgs, failures) = chosen_accounts.orgs_of_group(group).await?;
    snapshot.failures.extend(failures);
    Ok(Some(orgs))
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
            "left out: {} from `{source}` to `{destination}`; a file cannot describe a connection without types, with a type \
             without a name, or from an org to itself",
            connection.id
        ));
    }
}

/// Warns of pairs of orgs with several connections: the file has the one with the smallest id.
fn warn_of_repeated_pairs(connections: &[Connection], output: &mut Output) {
    for connections in repeated_pairs(connections) {
        for connection in connections.iter().skip(1) {
            let (source, destination) = (connection.source.label(), connection.destination.label());
            output.warn(&format!(
                "left out: {}, a second connection from `{source}` to `{destination}`",
                connection.id
            ));
        }
    }
}
