use anyhow::{Error, Result};
use futures_util::{StreamExt as _, stream};

use super::accounts;
use super::lookup::Lookup;
use super::report;
use super::selection::{self, Ends, between};
use super::types::UnknownTypes;
use crate::api::{self, ErrorKind};
use crate::context::{CHANGES_AT_ONCE, Context, Writer};
use crate::error::{self, Exit, Failure};
use crate::output::ConnectionChange;
use crate::topology::{Connection, ConnectionSelector, ConnectionType, TypeSet};

/// Change what connections share
///
/// A connection is updated with its source org's credentials. Nothing is sent for one that already is as wanted.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn update --destination 'Security Archive' --add-type audit
  orgconn update --destination 'Security Archive' --type logs --dry-run")]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true).args(["types", "add", "remove"]))]
pub(crate) struct Args {
    /// Ids of the connections, or their beginnings
    #[arg(value_name = "CONNECTION")]
    connections: Vec<ConnectionSelector>,

    #[command(flatten)]
    ends: Ends,

    /// Share exactly these types (repeatable, comma-separated)
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', conflicts_with_all = ["add", "remove"])]
    types: Vec<ConnectionType>,

    /// Share these types as well (repeatable, comma-separated)
    #[arg(
        long = "add-type",
        id = "add",
        value_name = "TYPE",
        value_delimiter = ','
    )]
    add: Vec<ConnectionType>,

    /// Share these types no more (repeatable, comma-separated)
    #[arg(
        long = "remove-type",
        id = "remove",
        value_name = "TYPE",
        value_delimiter = ','
    )]
    remove: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,

    /// Show what would change; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What becomes of a connection's types.
enum Change {
    Set(TypeSet),
    Alter { add: TypeSet, remove: TypeSet },
}

impl Change {
    fn of(args: &Args) -> Result<Self> {
        if !args.types.is_empty() {
            return Ok(Self::Set(args.unknown_types.accept(&args.types)?));
        }
        let add = args.unknown_types.accept(&args.add)?;
        // What is to go may be of any type: one that this version does not know can be on a connection too.
        let remove: TypeSet = args.remove.iter().cloned().collect();
        let both = add.intersection(&remove);
        if both.is_empty() {
            return Ok(Self::Alter { add, remove });
        }
        Err(Failure::usage(format!("{both} is both in --add-type and in --remove-type")).into())
    }

    fn apply(&self, types: &TypeSet) -> TypeSet {
        match self {
            Self::Set(types) => types.clone(),
            Self::Alter { add, remove } => types.union(add).difference(remove),
        }
    }
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    selection::require_one_way(!args.connections.is_empty(), &args.ends)?;
    context.output.check::<ConnectionChange>()?;
    let change = Change::of(&args)?;
    let source = args.ends.source.as_ref();
    let session = context.session_for(source)?;
    let results = session.run(async {
        let account = accounts::of_source(&session, source).await?;
        let mut lookup = Lookup::among(&session, account);
        let picked =
            all_or_none(selection::pick(&args.connections, &args.ends, &mut lookup).await?)?;
        let writer = account
            .writer("update", lookup.current_if_known().as_ref())
            .await?;
        if args.dry_run {
            return Ok(picked
                .into_iter()
                .map(|connection| rehearse(connection, &change))
                .collect());
        }
        let tasks = picked
            .into_iter()
            .map(|connection| update(&writer, connection, &change));
        Ok::<_, Error>(
            stream::iter(tasks)
                .buffered(CHANGES_AT_ONCE)
                .collect()
                .await,
        )
    })?;
    if args.dry_run {
        context.output.note("dry run: nothing was changed");
    }
    report::finish(results, &mut context.output)
}

/// Nothing is begun if one of the connections cannot be found.
fn all_or_none(picked: Vec<Result<Connection>>) -> Result<Vec<Connection>> {
    picked.into_iter().collect()
}

async fn update(
    writer: &Writer<'_>,
    connection: Connection,
    change: &Change,
) -> Result<ConnectionChange> {
    let types = changed(&connection, change)?;
    if types == connection.types {
        return Ok(ConnectionChange::new("unchanged", connection));
    }
    match writer.update(&connection, &types).await {
        Ok(updated) => Ok(ConnectionChange::new("updated", updated)),
        Err(error) => Err(explain(error, &connection)),
    }
}

fn rehearse(mut connection: Connection, change: &Change) -> Result<ConnectionChange> {
    let types = changed(&connection, change)?;
    let result = if types == connection.types {
        "unchanged"
    } else {
        "would update"
    };
    connection.types = types;
    Ok(ConnectionChange::new(result, connection))
}

/// The types after the change; a connection cannot be left with none.
fn changed(connection: &Connection, change: &Change) -> Result<TypeSet> {
    let types = change.apply(&connection.types);
    if !types.is_empty() {
        return Ok(types);
    }
    let (source, destination) = (connection.source.label(), connection.destination.label());
    Err(Failure::usage(format!(
        "nothing would be left to share from `{source}` to `{destination}`"
    ))
    .hint("to end the connection: orgconn delete")
    .into())
}

/// Says which connection was not updated, and of the service's bare refusals what they mean.
pub(super) fn explain(error: Error, connection: &Connection) -> Error {
    let what = between(connection);
    let source = connection.source.label();
    let failure = match error.downcast_ref().map(api::Error::kind) {
        Some(ErrorKind::Forbidden) => Failure::new(
            Exit::Permission,
            format!("{what} was not updated: it is not permitted"),
        )
        .hint(format!(
            "it takes the credentials of its source org, `{source}`, with the permission org_connections_write"
        )),
        Some(ErrorKind::NotFound) => Failure::new(
            Exit::NotFound,
            format!("{what} was not updated: it is not found"),
        )
        .hint(format!(
            "it is gone by now, or the credentials are not those of its source org, `{source}`"
        )),
        Some(ErrorKind::Rejected) => Failure::new(
            Exit::Failure,
            format!("{what} was not updated: it is refused"),
        )
        .hint("the service refuses this set of types"),
        _ if error::is_outcome_unknown(&error) => return error.context(format!("updating {what}")),
        _ => return error.context(format!("{what} was not updated")),
    };
    failure.caused_by(error).into()
}
