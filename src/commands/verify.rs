use std::time::Duration;

use super::report;
use super::shared_flags::{OneConnection, UnknownTypes};
use crate::app::{App, Verifications, duration};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Connection, ConnectionType, DataQuery, Verification, VerificationResult};
use crate::output::{Output, VerificationRow};

/// Verify that data comes through a connection
///
/// Asks in the destination for the source's data of each type: logs and audit data are counted, and of metrics one is
/// queried that Datadog itself writes. Where a profile is for the source, it is asked for the same data, and what both
/// find is compared. A connection shows only what the user may see who created it.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn verify d7e0
  orgconn verify d7e0 --type metrics --query 'avg:system.cpu.user{*}' --since 1h
  orgconn verify --source 'Retail EU' --destination 'Observability Hub' -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    connection: OneConnection,

    /// Query of metrics, in place of the usual one
    ///
    /// With one --type of another kind, the search for its events, in place of `*`.
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,

    /// How far back to look for data
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration)]
    since: Duration,

    /// Only these types
    ///
    /// Repeatable, comma-separated. As usual all types that the connection shares.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<VerificationRow>()?;
    let chosen_types = args.unknown_types.check(&args.types)?;
    let question = "Verify which connection?";
    let finding = args.connection.find(question, "nothing was verified", app);
    let (chosen_accounts, connection, failures) = finding.await?;
    let types = match chosen_types.is_empty() {
        true => &connection.types,
        false => &chosen_types,
    };
    let types: Vec<_> = types.iter().cloned().collect();
    let query = special_query(args.query, &types)?;
    if types.is_empty() {
        let (source, destination) = (connection.source.label(), connection.destination.label());
        let message = format!("`{source}` to `{destination}` shares nothing");
        return Err(CommandError::new(Exit::Difference, message));
    }
    let accounts = chosen_accounts.end_accounts(&connection, failures).await?;
    let progress = app.output.progress("asking for data", None);
    let verifying = accounts.verify(&connection, &types, query.as_ref(), args.since);
    let Verifications {
        types: verifications,
        source_failure,
    } = progress.during(verifying).await;
    let mut failures = Vec::from_iter(source_failure);
    if chosen_accounts.are_candidates() {
        app.note_unused_profiles(&failures);
        failures.clear();
    }
    let profile = accounts.destination.profile();
    print(
        verifications,
        failures,
        &connection,
        profile,
        &mut app.output,
    )
}

/// The query that `--query` gives: of the only type, else of metrics.
fn special_query(text: Option<String>, types: &[ConnectionType]) -> Result<Option<DataQuery>> {
    let Some(text) = text else { return Ok(None) };
    let kind = match types {
        [only] => only.clone(),
        _ if types.contains(&ConnectionType::Metrics) => ConnectionType::Metrics,
        _ => {
            return Err(CommandError::usage(
                "--query is a query of metrics, which are not among the types to verify",
            )
            .hint("name with --type the one type whose events it searches for"));
        }
    };
    Ok(Some(DataQuery { kind, text }))
}

/// Shows the results. A refusal is an error too, like any other of the service.
fn print(
    verifications: Vec<Result<Verification>>,
    mut failures: Vec<CommandError>,
    connection: &Connection,
    profile: Option<&str>,
    output: &mut Output,
) -> Result<Exit> {
    let (mut rows, mut exit) = (Vec::new(), Exit::Done);
    for verification in verifications {
        let verification = match verification {
            Ok(verification) => verification,
            Err(error) => {
                failures.push(error);
                continue;
            }
        };
        match verification.result {
            VerificationResult::Data => {}
            VerificationResult::Refused => {
                let error = refusal_error(&verification.kind, connection);
                failures.push(error.for_profile(profile));
            }
            _ => exit = Exit::Difference,
        }
        rows.push(VerificationRow::new(connection, verification));
    }
    report::print_with_failures(&failures, output, |errors, output| {
        report::print_list(rows, errors, output)
    })?;
    let exits: Vec<_> = failures.iter().map(CommandError::exit).collect();
    Ok(match exits.is_empty() {
        true => exit,
        false => Exit::of_parts(false, &exits),
    })
}

fn refusal_error(kind: &ConnectionType, connection: &Connection) -> CommandError {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    let creator = match &connection.created_by.name {
        Some(name) => format!(", {name},"),
        None => String::new(),
    };
    let message = format!("the service refuses to query {kind} from `{source}` to `{destination}`");
    CommandError::new(Exit::Permission, message).hint(format!(
        "the destination may query its own data, so it is the connection: probably its creator{creator} may not see \
         this data, or is not active"
    ))
}
