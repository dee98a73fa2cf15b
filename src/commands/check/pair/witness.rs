//! Checking with several profiles. An org is shown its own connections alone, so a profile that belongs to neither end
//! has nothing to say, and one that belongs to an end says all there is to say.

use anyhow::Result;

use super::{Outcome, Pair, pair, settle};
use crate::commands::accounts;
use crate::commands::check::Args;
use crate::commands::lookup::Lookup;
use crate::commands::report::{self, PartFailure};
use crate::context::{Account, Session};
use crate::error::{Exit, Failure};
use crate::output::{ConnectionChange, Output};
use crate::topology::{Expectation, Id};

/// Why several profiles together do not know the answer.
pub(super) struct Unanswered {
    pair: Pair,
    /// The profiles that might have known it, but failed.
    failures: Vec<PartFailure>,
    /// All that were chosen.
    profiles: Vec<String>,
}

/// Asks those accounts that belong to one of the ends, one after the other, until one has answered.
///
/// # Errors
/// An end is not named, or it is not known which org it is.
pub(super) async fn ask(
    args: &Args,
    expectation: &Expectation,
    session: &Session,
) -> Result<Result<Outcome, Unanswered>> {
    if args.ends.source.is_none() || args.ends.destination.is_none() {
        return Err(
            Failure::usage("several profiles are chosen, and not both ends are named")
                .hint("give --source and --destination, or choose one profile with --profile")
                .into(),
        );
    }
    // Whom the names are asked of is settled among the accounts; which one begins makes no difference.
    let mut lookup = Lookup::among(session, &session.accounts()[0]);
    let mut pair = pair(&args.ends, &mut lookup).await?;
    let ends: Vec<_> = [&pair.source, &pair.destination]
        .into_iter()
        .filter_map(|end| end.id.clone())
        .collect();
    let mut failures = Vec::new();
    // Profiles that name their org cost no request to be told apart.
    for pinned in [true, false] {
        for witness in witnesses(session, &ends, pinned, &mut failures).await {
            match settle(args, &mut pair, expectation, &mut Lookup::new(witness)).await {
                Ok(finding) => {
                    return Ok(Ok(Outcome {
                        pair,
                        finding,
                        failures,
                    }));
                }
                Err(error) => failures.push(failure(witness, error)),
            }
        }
    }
    let accounts = session.accounts().iter();
    Ok(Err(Unanswered {
        pair,
        failures,
        profiles: accounts
            .filter_map(Account::profile)
            .map(|name| name.to_string())
            .collect(),
    }))
}

/// The accounts that belong to one of the ends: of those whose profiles name their org, or of the others, which are
/// asked.
async fn witnesses<'s>(
    session: &'s Session,
    ends: &[Id],
    pinned: bool,
    failures: &mut Vec<PartFailure>,
) -> Vec<&'s Account> {
    if pinned {
        return accounts::pinned_to(session, ends);
    }
    let mut witnesses = Vec::new();
    for (account, org) in accounts::unpinned(session).await {
        match org {
            Ok(org) if ends.contains(&org) => witnesses.push(account),
            Ok(_) => {}
            Err(error) => failures.push(failure(account, error)),
        }
    }
    witnesses
}

fn failure(account: &Account, error: anyhow::Error) -> PartFailure {
    PartFailure {
        profile: account.profile().cloned(),
        error,
    }
}

impl Unanswered {
    /// Reports those that failed, and that nobody else could see the pair.
    ///
    /// # Errors
    /// The output could not be written, or nobody failed: then nobody can see it at all.
    pub(super) fn report(self, output: &mut Output) -> Result<Exit> {
        let (source, destination) = (self.pair.source.label(), self.pair.destination.label());
        if self.failures.is_empty() {
            let message = format!(
                "whether `{source}` is connected to `{destination}` cannot be seen from any of the profiles {}",
                self.profiles.join(", ")
            );
            return Err(Failure::new(Exit::Permission, message)
                .hint("choose a profile of one of the two orgs")
                .into());
        }
        let others = self.failures.len() < self.profiles.len();
        report::finish_parts::<ConnectionChange>(Vec::new(), others, self.failures, output)
    }
}
