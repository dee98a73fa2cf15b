mod witness;

use anyhow::Result;

use super::Args;
use super::patience::Patience;
use crate::api::ConnectionFilter;
use crate::commands::lookup::Lookup;
use crate::commands::report::PartFailure;
use crate::commands::selection::Ends;
use crate::context::{Account, Context};
use crate::error::{self, Exit, Failure};
use crate::output::{ConnectionChange, Output};
use crate::topology::{Connection, Expectation, OrgSelector, Reference};

/// The two orgs, looked up.
struct Pair {
    source: Reference,
    destination: Reference,
}

impl Pair {
    /// Fills in the names that are known by now: ends given as UUIDs come without.
    fn learn_names(&mut self, lookup: &Lookup<'_>) {
        for end in [&mut self.source, &mut self.destination] {
            if let Some(org) = end.id.as_ref().and_then(|id| lookup.known(id)) {
                end.fill_from(&org.reference());
            }
        }
    }
}

/// What was found, and why it is not as it should be.
struct Finding {
    live: Option<Connection>,
    difference: Option<String>,
}

/// A finding, and the profiles that could have told the same, but failed.
struct Outcome {
    pair: Pair,
    finding: Finding,
    failures: Vec<PartFailure>,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    if args.ends.is_empty() {
        return Err(Failure::usage("no connection is named")
            .hint("give --source, --destination or both")
            .into());
    }
    context.output.check::<ConnectionChange>()?;
    let expectation = expectation(args)?;
    let session = context.session()?;
    let outcome = session.run(async {
        match session.accounts() {
            [account] => ask_one(args, &expectation, account).await.map(Ok),
            _ => witness::ask(args, &expectation, &session).await,
        }
    })?;
    match outcome {
        Ok(outcome) => show(outcome, &mut context.output),
        Err(unanswered) => unanswered.report(&mut context.output),
    }
}

async fn ask_one(args: &Args, expectation: &Expectation, account: &Account) -> Result<Outcome> {
    let mut lookup = Lookup::new(account);
    let mut pair = pair(&args.ends, &mut lookup).await?;
    let finding = settle(args, &mut pair, expectation, &mut lookup).await?;
    Ok(Outcome {
        pair,
        finding,
        failures: Vec::new(),
    })
}

fn expectation(args: &Args) -> Result<Expectation> {
    let types = args.unknown_types.accept(&args.types)?;
    Ok(match (args.absent, args.exact) {
        (true, _) if types.is_empty() => Expectation::Absent,
        (true, _) => Expectation::SharesNone(types),
        (false, true) => Expectation::SharesExactly(types),
        (false, false) => Expectation::Shares(types),
    })
}

async fn pair(ends: &Ends, lookup: &mut Lookup<'_>) -> Result<Pair> {
    let pair = Pair {
        source: end(ends.source.as_ref(), lookup).await?,
        destination: end(ends.destination.as_ref(), lookup).await?,
    };
    if pair.source.id == pair.destination.id {
        let name = pair.source.label();
        return Err(Failure::usage(format!(
            "`{name}` is at both ends: an org cannot be connected to itself"
        ))
        .into());
    }
    Ok(pair)
}

async fn end(selector: Option<&OrgSelector>, lookup: &mut Lookup<'_>) -> Result<Reference> {
    match selector {
        Some(selector) => Ok(lookup.org(selector).await?.reference()),
        None => lookup.current().await,
    }
}

/// Looks, and with `--wait` looks again until it holds or the time is over.
async fn settle(
    args: &Args,
    pair: &mut Pair,
    expectation: &Expectation,
    lookup: &mut Lookup<'_>,
) -> Result<Finding> {
    let mut patience = Patience::new(args.wait);
    loop {
        let finding = look(pair, expectation, lookup).await?;
        let pause = finding.difference.as_ref().and_then(|_| patience.pause());
        match pause {
            Some(pause) => lookup.pause(pause).await?,
            None => return Ok(finding),
        }
    }
}

async fn look(
    pair: &mut Pair,
    expectation: &Expectation,
    lookup: &mut Lookup<'_>,
) -> Result<Finding> {
    let filter = ConnectionFilter {
        source: pair.source.id.clone(),
        destination: pair.destination.id.clone(),
    };
    let found = lookup.connections(filter).await?;
    let live = found.into_iter().find(|connection| {
        connection.source.id == pair.source.id && connection.destination.id == pair.destination.id
    });
    if live.is_none() {
        require_part(pair, lookup).await?;
    }
    let difference = expectation.check(live.as_ref()).err();
    Ok(Finding { live, difference })
}

/// The service shows an org its own connections only: that none is seen says something only to one of the two orgs.
async fn require_part(pair: &mut Pair, lookup: &mut Lookup<'_>) -> Result<()> {
    let current = lookup.current().await?;
    pair.learn_names(lookup);
    if current.id == pair.source.id || current.id == pair.destination.id {
        return Ok(());
    }
    let (source, destination) = (pair.source.label(), pair.destination.label());
    let message = format!(
        "whether `{source}` is connected to `{destination}` cannot be seen from `{}`",
        current.label()
    );
    Err(Failure::new(Exit::Permission, message)
        .hint("use the credentials of one of the two orgs")
        .into())
}

fn show(outcome: Outcome, output: &mut Output) -> Result<Exit> {
    let Outcome {
        pair,
        finding,
        failures,
    } = outcome;
    let mut connection = finding.live.unwrap_or_default();
    connection.source.fill_from(&pair.source);
    connection.destination.fill_from(&pair.destination);
    let (source, destination) = (connection.source.label(), connection.destination.label());
    let (result, exit) = match &finding.difference {
        None => ("as wanted", Exit::Done),
        Some(_) => ("differs", Exit::Difference),
    };
    let views: Vec<_> = failures.iter().map(PartFailure::view).collect();
    let mut listing = output.begin::<ConnectionChange>()?;
    listing.push(ConnectionChange::new(result, connection).because(finding.difference.clone()))?;
    listing.finish(&views)?;
    for failure in &failures {
        error::report(&failure.error, failure.profile.as_deref(), output);
    }
    if let Some(difference) = finding.difference {
        output.warn(&format!("`{source}` to `{destination}` {difference}"));
    }
    Ok(exit)
}
