use super::report;
use super::shared_flags::UnknownTypes;
use crate::app::{App, ChangeSender, ConnectionEnds, with_senders};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Change, ChangeKind, Connection, ConnectionSelector, ConnectionType, TypeSet};
use crate::output::ConnectionResult;

/// For the error of a question without an answer.
const UNCHANGED: &str = "nothing was changed";

/// Change the types that connections share
///
/// A connection is updated with its source org's credentials: where no profile is chosen, an id or --source selects
/// that org's profile. Nothing is sent for one that already is as wanted.
#[derive(clap::Args, Debug)]
#[command(
    before_help = "  orgconn update --destination 'Security Archive' --add-type audit --dry-run"
)]
#[command(override_usage = "orgconn update [OPTIONS] [CONNECTION]...
       with --type, or with --add-type, --remove-type or both")]
pub(crate) struct Args {
    /// Ids of the connections, or their beginnings
    ///
    /// At least 4 characters that no other id begins with.
    #[arg(value_name = "CONNECTION")]
    connections: Vec<ConnectionSelector>,

    #[command(flatten)]
    ends: ConnectionEnds,

    /// Share exactly these types
    ///
    /// Repeatable, comma-separated.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', conflicts_with_all = ["add", "remove"])]
    types: Vec<ConnectionType>,

    /// Share these types as well
    ///
    /// Repeatable, comma-separated.
    #[arg(
        long = "add-type",
        id = "add",
        value_name = "TYPE",
        value_delimiter = ','
    )]
    add: Vec<ConnectionType>,

    /// Stop sharing these types
    ///
    /// Repeatable, comma-separated.
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

pub(crate) async fn run(mut args: Args, app: &mut App) -> Result<Exit> {
    let edit = TypeEdit::new(&args)?;
    let has_ids = !args.connections.is_empty();
    let asks_for_connection = app.asks_for_connection(has_ids, &args.ends)?;
    if edit.is_none() && !app.output.can_ask() {
        return Err(no_types_error("no types are given"));
    }
    app.output.check_listing::<ConnectionResult>()?;
    let says_target = has_ids || args.ends.source.is_some();
    let question = "Update which connection?";
    let opening =
        app.accounts_and_connection(says_target, asks_for_connection, question, UNCHANGED);
    let (chosen_accounts, chosen) = opening.await?;
    args.connections.extend(chosen);
    let targets = chosen_accounts.change_targets(ChangeKind::Update, &args.connections, &args.ends);
    let targets = targets.await?;
    app.note_unused_profiles(&targets.failures);
    // If one of them is not found, nothing is changed.
    let connections = targets
        .connections
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let edit = match edit {
        Some(edit) => edit,
        None if connections.is_empty() => {
            let failures = targets.unreachable.into_iter().map(Err);
            return report::print_results::<ConnectionResult>(failures.collect(), &mut app.output);
        }
        None => {
            let present = common_types(connections.iter().map(|(_, connection)| connection))?;
            let types = app.ask_for_types("Share which types?", &present, UNCHANGED)?;
            TypeEdit::Replace(types)
        }
    };
    app.show_command_line();
    if chosen_accounts.accounts().len() == 1 {
        app.output.hide_column("profiles");
    }
    let changes = with_senders(connections, ChangeKind::Update).await?;
    let unreachable = targets.unreachable.into_iter().map(Err);
    let tasks = unreachable.chain(changes).map(async |change| {
        let (sender, connection) = change?;
        let result = update(connection, &edit, args.dry_run, &sender).await?;
        Ok(result.seen_by(sender.profile()))
    });
    report::run_changes(tasks, args.dry_run, app).await
}

async fn update(
    connection: Connection,
    edit: &TypeEdit,
    dry_run: bool,
    sender: &ChangeSender<'_>,
) -> Result<ConnectionResult> {
    let types = edit.apply_to(&connection)?;
    if types == connection.types {
        return Ok(ConnectionResult::new("unchanged", connection));
    }
    let change = Change::Update {
        before: connection,
        types,
    };
    if dry_run {
        sender.check(&change).await?;
        return Ok(ConnectionResult::planned(&change));
    }
    match sender.apply(&change).await {
        Ok(effect) => Ok(ConnectionResult::made(&change, effect.into_connection())),
        Err(error) if error.is_not_attempted() => Ok(ConnectionResult::not_attempted(&change)),
        Err(error) => Err(error),
    }
}

/// The types that each of the connections shares.
///
/// # Errors
/// Fails if they share different types: one set for all of them would take types away, or add some.
fn common_types<'a>(connections: impl Iterator<Item = &'a Connection>) -> Result<TypeSet> {
    let mut sets = connections.map(|connection| &connection.types);
    let first = sets.next().cloned().unwrap_or_default();
    match sets.all(|types| *types == first) {
        true => Ok(first),
        false => Err(no_types_error(
            "no types are given, and the connections share different ones",
        )),
    }
}

fn no_types_error(message: &str) -> CommandError {
    CommandError::usage(message)
        .hint("give --type for the whole set, or --add-type and --remove-type: --add-type audit")
}

/// How the types of each connection change.
enum TypeEdit {
    Replace(TypeSet),
    Edit { add: TypeSet, remove: TypeSet },
}

impl TypeEdit {
    /// The edit that the flags ask for; `None` without a flag.
    fn new(args: &Args) -> Result<Option<Self>> {
        if !args.types.is_empty() {
            let types = args.unknown_types.check(&args.types)?;
            return Ok(Some(Self::Replace(types)));
        }
        if args.add.is_empty() && args.remove.is_empty() {
            return Ok(None);
        }
        let add = args.unknown_types.check(&args.add)?;
        // A connection may have types that this version does not know: any type can be removed.
        let remove: TypeSet = args.remove.iter().cloned().collect();
        let both = add.intersection(&remove);
        if both.is_empty() {
            return Ok(Some(Self::Edit { add, remove }));
        }
        Err(CommandError::usage(format!(
            "{both} is both in --add-type and in --remove-type"
        )))
    }

    /// The types of the connection afterwards. At least one must be left.
    fn apply_to(&self, connection: &Connection) -> Result<TypeSet> {
        let types = match self {
            Self::Replace(types) => types.clone(),
            // A connection always has a type: without any, this part of the answer is missing.
            Self::Edit { .. } if connection.types.is_empty() => {
                return Err(CommandError::new(
                    Exit::Failure,
                    format!("the service does not say what {} shares", connection.id),
                )
                .hint("--type replaces the types, whatever they are"));
            }
            Self::Edit { add, remove } => connection.types.union(add).difference(remove),
        };
        if !types.is_empty() {
            return Ok(types);
        }
        let (source, destination) = (connection.source.label(), connection.destination.label());
        Err(CommandError::usage(format!(
            "nothing would be left to share from `{source}` to `{destination}`"
        ))
        .hint("to remove the connection: orgconn delete"))
    }
}
