use super::report;
use super::shared_flags::{OwnerRule, UnknownTypes, personal_owner_warning};
use crate::api::ConnectionFilter;
use crate::app::{App, ChangeSender, Effect, complete_answer};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Change, Connection, ConnectionType, MAX_DESTINATIONS, Org, OrgSelector};
use crate::output::{ConnectionResult, Output};
use crate::shell_quote::command_line;

/// Connect this org to others, which may then query its data
///
/// The org whose credentials are used is the source: it shares its data with each destination. All destinations are
/// looked up before anything is sent.
#[derive(clap::Args, Debug)]
#[command(
    before_help = "  orgconn create 'Security Archive' --type logs,metrics --dry-run
  id=$(orgconn create 'Security Archive' --type logs --if-not-exists -o id)"
)]
pub(crate) struct Args {
    /// Orgs that may query this org's data
    ///
    /// Each by its name, UUID or public id; `orgconn help selectors` has more.
    #[arg(value_name = "DESTINATION")]
    destinations: Vec<OrgSelector>,

    /// Types to share: logs, metrics, audit
    ///
    /// Repeatable, comma-separated. Without any, a terminal is asked.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,

    /// Org whose data is shared
    ///
    /// Where no profile is chosen, the profile of this org makes the connection; else the credentials must belong to
    /// it.
    #[arg(long, value_name = "ORG", visible_alias = "from")]
    source: Option<OrgSelector>,

    /// Succeed if it is there already
    ///
    /// With exactly these types: with others it is a conflict.
    #[arg(long)]
    if_not_exists: bool,

    #[command(flatten)]
    owner: OwnerRule,

    /// Show what would be created; change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(mut args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ConnectionResult>()?;
    let types = args.unknown_types.check(&args.types)?;
    if !app.output.can_ask() {
        require_destinations_and_types(&args)?;
    }
    let chosen_accounts = app.candidate_accounts_if(args.source.is_some())?;
    if args.destinations.is_empty() {
        let source = args.source.as_ref();
        let chosen = app.ask_for_destinations(&chosen_accounts, source, args.if_not_exists);
        args.destinations = chosen.await?;
    }
    let types = match types.is_empty() {
        true => app.ask_for_types("Share which types?", &types, "nothing was created")?,
        false => types,
    };
    app.show_command_line();
    let targets = chosen_accounts.create_targets(args.source.as_ref(), &args.destinations);
    let targets = targets.await?;
    app.note_unused_profiles(&targets.failures);
    app.output.hide_column("profiles");
    warn_about_destinations(&targets.destinations, &mut app.output);
    let sender = targets.account.change_sender("create").await?;
    let is_required = args.owner.require_service_account;
    targets.account.check_owner(is_required).await?;
    // Without a person to read the warning, the request for it is saved.
    if app.output.can_ask()
        && let Some(owner) = targets.account.personal_owner().await
    {
        let source = targets.source.as_ref().map_or_else(
            || "this org".to_owned(),
            |source| format!("`{}`", source.label()),
        );
        app.output.warn(&personal_owner_warning(&source, &owner));
    }
    let tasks = targets.destinations.iter().map(|destination| {
        let change = Change::Create {
            source: targets.source.clone(),
            destination: destination.to_ref(),
            types: types.clone(),
        };
        let (args, sender) = (&args, &sender);
        async move {
            let result = match args.dry_run {
                true => preview(&change, args, sender).await?,
                false => create(&change, args, sender).await?,
            };
            Ok(result.seen_by(sender.profile()))
        }
    });
    report::run_changes(tasks, args.dry_run, app).await
}

/// Requires what would otherwise be asked for.
fn require_destinations_and_types(args: &Args) -> Result<()> {
    if args.destinations.is_empty() {
        return Err(CommandError::usage("no destination is named").hint(
            "name the orgs that may query this org's data: orgconn create 'Security Archive' --type logs",
        ));
    }
    if args.types.is_empty() {
        return Err(CommandError::usage("no connection type given").hint(
            "give --type logs, --type metrics, --type audit, or several: --type logs,metrics",
        ));
    }
    Ok(())
}

fn warn_about_destinations(destinations: &[Org], output: &mut Output) {
    if destinations.len() > MAX_DESTINATIONS {
        output.warn(&format!(
            "an org shares with at most {MAX_DESTINATIONS} others, unless it is on an Enterprise plan"
        ));
    }
    let disabled = destinations.iter().filter(|org| org.disabled == Some(true));
    output.warn_each(disabled.map(|org| format!("`{}` is disabled", org.label())));
}

async fn create(
    change: &Change,
    args: &Args,
    sender: &ChangeSender<'_>,
) -> Result<ConnectionResult> {
    let effect = match args.if_not_exists {
        true => sender.ensure(change).await,
        false => sender.apply(change).await,
    };
    match effect {
        Ok(Effect::Made(created)) => Ok(ConnectionResult::made(change, created)),
        Ok(Effect::NotNeeded(existing)) => Ok(ConnectionResult::new("exists", existing)),
        Err(error) if error.is_not_attempted() => Ok(ConnectionResult::not_attempted(change)),
        Err(error) => match error.existing_connection() {
            // This request may have created it, which is no conflict.
            Some(_) if error.is_outcome_unknown() && !args.if_not_exists => Err(error),
            Some(existing) => describe_existing(existing, change, args.if_not_exists),
            None => Err(error),
        },
    }
}

/// The result that the change would have, determined only by reading.
async fn preview(
    change: &Change,
    args: &Args,
    sender: &ChangeSender<'_>,
) -> Result<ConnectionResult> {
    let destination = change.destination();
    let filter = ConnectionFilter {
        destination: Some(destination.id),
        ..ConnectionFilter::default()
    };
    let found = sender.account().complete_connections(filter).await?;
    let existing = match found.as_slice() {
        [] => None,
        found => {
            // If the destination is the account's own org, these are connections of other orgs.
            let current = sender.account().current_org().await?;
            found.iter().find(|found| found.source.id == current.id)
        }
    };
    match existing {
        Some(existing) => {
            // The service refuses these credentials before it looks at connections.
            sender.check_permission(change).await?;
            describe_existing(existing, change, args.if_not_exists)
        }
        None => {
            sender.check(change).await?;
            Ok(ConnectionResult::planned(change))
        }
    }
}

/// The result for a connection that exists already: as wanted, or a conflict.
fn describe_existing(
    existing: &Connection,
    change: &Change,
    if_not_exists: bool,
) -> Result<ConnectionResult> {
    let existing = complete_answer(existing.clone(), change);
    let wanted = change.types_after();
    let is_same = existing.types == wanted;
    if is_same && if_not_exists {
        return Ok(ConnectionResult::new("exists", existing));
    }
    let (id, source) = (existing.id, existing.source.label());
    let (destination, shared) = (existing.destination.label(), &existing.types);
    let hint = if is_same {
        "--if-not-exists counts this as done".to_owned()
    } else {
        let update = [
            "orgconn",
            "update",
            &id.to_string(),
            "--type",
            &wanted.to_string(),
        ];
        format!("to share {wanted} instead: {}", command_line(update))
    };
    Err(CommandError::new(
        Exit::Conflict,
        format!("`{source}` is connected to `{destination}` already ({id}, sharing {shared})"),
    )
    .hint(hint))
}
