use anyhow::{Error, Result};
use futures_util::{StreamExt as _, stream};

use super::accounts;
use super::lookup::Lookup;
use super::report;
use super::types::UnknownTypes;
use crate::api::{self, ConnectionFilter, ErrorKind};
use crate::context::{Account, CHANGES_AT_ONCE, Context, Writer};
use crate::error::{self, Exit, Failure, unanswered};
use crate::output::{ConnectionChange, Output};
use crate::topology::plan::MOST_DESTINATIONS;
use crate::topology::{Connection, ConnectionType, Id, Org, OrgSelector, Reference, TypeSet};

/// Connect this org to others, which may then query its data
///
/// The org whose credentials are used is the source: it shares its data with each destination. Destinations are named
/// by name, UUID or public id; all of them are looked up before anything is sent.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn create 'Security Archive' --type logs,metrics
  id=$(orgconn create 'Security Archive' --type logs,metrics --if-not-exists -o id)")]
pub(crate) struct Args {
    /// Orgs that may query this org's data: name, UUID or public id
    #[arg(value_name = "DESTINATION", required = true)]
    destinations: Vec<OrgSelector>,

    /// What is shared: logs, metrics, audit (repeatable, comma-separated)
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,

    /// Org whose data is shared: where no profile is chosen, the profile whose org it is makes the connection; else
    /// the credentials must belong to it
    #[arg(long, value_name = "ORG", visible_alias = "from")]
    source: Option<OrgSelector>,

    /// Succeed if the connection is there already with exactly these types
    #[arg(long)]
    if_not_exists: bool,

    /// Show what would be created; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is to be made, looked up and agreed.
struct Order {
    source: Option<Reference>,
    destinations: Vec<Org>,
    types: TypeSet,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<ConnectionChange>()?;
    let given = given_types(&args, &context.output)?;
    let session = context.session_for(args.source.as_ref())?;
    let account = session.run(accounts::of_source(&session, args.source.as_ref()))?;
    let types = match given {
        Some(types) => types,
        None => ask_for_types(&mut context.output)?,
    };
    let results = session.run(async {
        let mut lookup = Lookup::among(&session, account);
        let order = order(&args, types, account, &mut lookup).await?;
        warn(&order, &mut context.output);
        let writer = account.writer("create", order.source.as_ref()).await?;
        if args.dry_run {
            return rehearse(&order, &args, &lookup).await;
        }
        let tasks = order
            .destinations
            .iter()
            .map(|org| create(&writer, org, &order, &args));
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

/// The types to share, if they are given. They are never guessed: without them somebody has to be there to ask.
fn given_types(args: &Args, output: &Output) -> Result<Option<TypeSet>> {
    let types = args.unknown_types.accept(&args.types)?;
    if types.is_empty() && !output.can_ask() {
        return Err(Failure::usage("nothing says what to share")
            .hint("give --type logs, --type metrics, --type audit, or several: --type logs,metrics")
            .into());
    }
    Ok((!types.is_empty()).then_some(types))
}

fn ask_for_types(output: &mut Output) -> Result<TypeSet> {
    let known = ConnectionType::KNOWN.each_ref().map(ConnectionType::as_str);
    let chosen = output
        .choose_many("Share which types?", &known)
        .map_err(|error| unanswered(error, "nothing was created"))?;
    if chosen.is_empty() {
        return Err(Failure::usage("no type was chosen; nothing was created").into());
    }
    Ok(chosen
        .into_iter()
        .map(|index| ConnectionType::KNOWN[index].clone())
        .collect())
}

async fn order(
    args: &Args,
    types: TypeSet,
    account: &Account,
    lookup: &mut Lookup<'_>,
) -> Result<Order> {
    let mut destinations: Vec<Org> = Vec::with_capacity(args.destinations.len());
    for selector in &args.destinations {
        let org = lookup.org(selector).await?;
        if !destinations.iter().any(|earlier| earlier.id == org.id) {
            destinations.push(org);
        }
    }
    let source = match &args.source {
        Some(selector) => Some(asserted_source(selector, account, lookup).await?),
        None => lookup.current_if_known(),
    };
    if let Some(org) = destinations
        .iter()
        .find(|org| is_same(org, source.as_ref()))
    {
        let name = org.reference().label();
        return Err(Failure::usage(format!(
            "`{name}` is the source org itself: an org cannot be connected to itself"
        ))
        .into());
    }
    Ok(Order {
        source,
        destinations,
        types,
    })
}

fn is_same(org: &Org, other: Option<&Reference>) -> bool {
    other.is_some_and(|other| other.id.as_ref() == Some(&org.id))
}

/// The org named by `--source`, if the credentials belong to it.
async fn asserted_source(
    selector: &OrgSelector,
    account: &Account,
    lookup: &mut Lookup<'_>,
) -> Result<Reference> {
    let wanted = lookup.org(selector).await?;
    let current = lookup.current().await?;
    account.require_pinned(&current)?;
    if is_same(&wanted, Some(&current)) {
        return Ok(current);
    }
    let (wanted, current) = (wanted.reference().label(), current.label());
    Err(Failure::usage(format!(
        "these credentials belong to `{current}`, not to `{wanted}`"
    ))
    .hint("a connection is created with its source org's credentials")
    .into())
}

fn warn(order: &Order, output: &mut Output) {
    if order.destinations.len() > MOST_DESTINATIONS {
        output.warn(&format!(
            "an org shares with at most {MOST_DESTINATIONS} others, unless it is on an Enterprise plan"
        ));
    }
    for org in order
        .destinations
        .iter()
        .filter(|org| org.disabled == Some(true))
    {
        output.warn(&format!("`{}` is disabled", org.reference().label()));
    }
}

async fn create(
    writer: &Writer<'_>,
    org: &Org,
    order: &Order,
    args: &Args,
) -> Result<ConnectionChange> {
    let mut made = match writer.create(org, &order.types).await {
        Ok(made) => made,
        Err(error) => return not_made(error, org, order, args),
    };
    complete(&mut made, org, order);
    Ok(ConnectionChange::new("created", made))
}

fn not_made(error: Error, org: &Org, order: &Order, args: &Args) -> Result<ConnectionChange> {
    match error
        .downcast_ref::<api::Error>()
        .and_then(api::Error::existing)
    {
        Some(existing) => exists(existing.clone(), org, order, args),
        None => Err(explain(error, org)),
    }
}

/// Fills in what the service's answer left out.
fn complete(connection: &mut Connection, org: &Org, order: &Order) {
    connection.destination.fill_from(&org.reference());
    if let Some(source) = &order.source {
        connection.source.fill_from(source);
    }
}

/// The connection is there already: as wanted, or in the way.
fn exists(
    mut existing: Connection,
    org: &Org,
    order: &Order,
    args: &Args,
) -> Result<ConnectionChange> {
    complete(&mut existing, org, order);
    let same = existing.types == order.types;
    if same && args.if_not_exists {
        return Ok(ConnectionChange::new("exists", existing));
    }
    let id = existing
        .id
        .as_ref()
        .map_or_else(|| "?".to_owned(), Id::to_string);
    let (source, destination, shared) = (
        existing.source.label(),
        existing.destination.label(),
        &existing.types,
    );
    let message =
        format!("`{source}` is connected to `{destination}` already ({id}, sharing {shared})");
    let hint = if same {
        "with --if-not-exists that counts as done".to_owned()
    } else {
        format!(
            "to share {types} instead: orgconn update {id} --type {types}",
            types = order.types
        )
    };
    Err(Failure::new(Exit::Conflict, message).hint(hint).into())
}

/// Says which connection was not made, and of the service's bare refusals what they mean.
pub(super) fn explain(error: Error, org: &Org) -> Error {
    let name = org.reference().label();
    let failure = match error.downcast_ref().map(api::Error::kind) {
        Some(ErrorKind::NotFound) => Failure::new(Exit::NotFound, format!("`{name}` was not connected: the org is not found"))
            .hint("both orgs must be in the same account and on the same site; `orgconn orgs` lists those you manage"),
        Some(ErrorKind::Rejected) => Failure::new(Exit::Failure, format!("`{name}` was not connected: it is refused")).hint(
            "not allowed are an org with itself, a disabled or HIPAA-enabled org, an org of another account or site, \
             and unknown types",
        ),
        _ if error::is_outcome_unknown(&error) => return error.context(format!("connecting `{name}`")),
        _ => return error.context(format!("`{name}` was not connected")),
    };
    failure.caused_by(error).into()
}

/// What would be done, found out by reading alone.
async fn rehearse(
    order: &Order,
    args: &Args,
    lookup: &Lookup<'_>,
) -> Result<Vec<Result<ConnectionChange>>> {
    let mut results = Vec::with_capacity(order.destinations.len());
    for org in &order.destinations {
        results.push(rehearse_one(org, order, args, lookup).await);
    }
    Ok(results)
}

async fn rehearse_one(
    org: &Org,
    order: &Order,
    args: &Args,
    lookup: &Lookup<'_>,
) -> Result<ConnectionChange> {
    let filter = ConnectionFilter {
        destination: Some(org.id.clone()),
        ..ConnectionFilter::default()
    };
    let mut existing = lookup.connections(filter).await?.into_iter();
    if let Some(existing) = existing.find(|found| found.destination.id.as_ref() == Some(&org.id)) {
        return exists(existing, org, order, args);
    }
    let mut planned = Connection {
        types: order.types.clone(),
        ..Connection::default()
    };
    complete(&mut planned, org, order);
    Ok(ConnectionChange::new("would create", planned))
}
