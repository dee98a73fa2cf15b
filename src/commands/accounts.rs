//! What the accounts of a session know and are between them: who knows an org by its name, and whose keys are its.

use anyhow::{Error, Result};

use super::lookup::Lookup;
use super::selection::Ends;
use crate::context::{Account, FromAccount, Session};
use crate::error::Failure;
use crate::topology::{Id, Org, OrgSelector, ResolveOrgError};

/// An account, and the org it belongs to; an error where that could not be found out.
type Belonging<'s> = (&'s Account, Result<Id>);

/// The org that is meant. The default profile is asked first, which as a rule manages the others; where it does not
/// know the org, all others are asked side by side.
///
/// # Errors
/// No account knows the org, or they know several that it may be; or those that might know it could not be asked.
pub(crate) async fn org(session: &Session, selector: &OrgSelector) -> Result<Org> {
    let first = match session.default_account() {
        Some(account) => match Lookup::new(account).seen(selector).await {
            Err(error) if !is_ambiguous(&error) => Some(error),
            answer => return answer,
        },
        None => None,
    };
    let answers = session
        .each(|account| async move {
            match account.is_default() {
                true => Ok(None),
                false => Lookup::new(account).seen(selector).await.map(Some),
            }
        })
        .await;
    let (mut found, mut errors): (Vec<Org>, Vec<Error>) = (Vec::new(), first.into_iter().collect());
    for FromAccount { result, .. } in answers {
        match result {
            Ok(org) => org.into_iter().for_each(|org| add(&mut found, org)),
            Err(error) if is_ambiguous(&error) => return Err(error),
            Err(error) => errors.push(error),
        }
    }
    only(selector, found, errors)
}

fn add(orgs: &mut Vec<Org>, org: Org) {
    match orgs.iter_mut().find(|known| known.id == org.id) {
        Some(known) => known.fill_from(&org),
        None => orgs.push(org),
    }
}

fn is_ambiguous(error: &Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ResolveOrgError::Ambiguous { .. })
    )
}

/// The only org that was found. One that could not be asked for is not reported as one that is not there.
fn only(selector: &OrgSelector, mut found: Vec<Org>, errors: Vec<Error>) -> Result<Org> {
    if found.len() > 1 {
        let wanted = selector.clone();
        let matches = found;
        return Err(ResolveOrgError::Ambiguous { wanted, matches }.into());
    }
    if let Some(org) = found.pop() {
        return Ok(org);
    }
    let (unknown, failed): (Vec<Error>, Vec<Error>) = errors
        .into_iter()
        .partition(|error| error.is::<ResolveOrgError>());
    let nearest = |error: &Error| match error.downcast_ref() {
        Some(ResolveOrgError::Unknown { nearest, .. }) => nearest.clone(),
        _ => Vec::new(),
    };
    let mut nearest: Vec<String> = unknown.iter().flat_map(nearest).collect();
    nearest.dedup();
    let wanted = selector.clone();
    let unknown = || ResolveOrgError::Unknown { wanted, nearest }.into();
    Err(failed.into_iter().next().unwrap_or_else(unknown))
}

/// The account that a change of `source`'s connections is made with: the only one there is, or of several the one
/// whose org it is.
///
/// # Errors
/// None of them is, or several are and none of those is the default one; or several profiles are chosen and no source
/// is named.
pub(crate) async fn of_source<'s>(
    session: &'s Session,
    source: Option<&OrgSelector>,
) -> Result<&'s Account> {
    let (Some(source), [_, _, ..]) = (source, session.accounts()) else {
        return session.single();
    };
    match find(session, source).await? {
        Ok(account) => Ok(account),
        Err(nobody) => Err(nobody.into()),
    }
}

/// The account that a deletion between `ends` is made with: as [`of_source`], but where no profile is the source's,
/// the destination's, which may delete as well; or the default one, if it may be the destination.
///
/// # Errors
/// As [`of_source`].
pub(crate) async fn of_an_end<'s>(session: &'s Session, ends: &Ends) -> Result<&'s Account> {
    let (Some(source), [_, _, ..]) = (&ends.source, session.accounts()) else {
        return session.single();
    };
    let nobody = match find(session, source).await? {
        Ok(account) => return Ok(account),
        Err(nobody) => nobody,
    };
    let other = match &ends.destination {
        Some(destination) => find(session, destination).await?.ok(),
        None => session.default_account(),
    };
    Ok(other.ok_or(nobody)?)
}

/// The account whose org it is; or why there is none.
async fn find<'s>(
    session: &'s Session,
    selector: &OrgSelector,
) -> Result<Result<&'s Account, Failure>> {
    if let OrgSelector::Profile(name) = selector {
        return Ok(named(session, name));
    }
    let org = match selector.id() {
        Some(id) => Org::unnamed(id),
        None => org(session, selector).await?,
    };
    let mut its = pinned_to(session, std::slice::from_ref(&org.id));
    let mut others = Vec::new();
    if its.is_empty() {
        others = unpinned(session).await;
        let belongs = |(_, id): &&Belonging<'s>| id.as_ref().ok() == Some(&org.id);
        its.extend(others.iter().filter(belongs).map(|(account, _)| account));
    }
    let default = its.iter().find(|account| account.is_default());
    match (its.as_slice(), default) {
        ([only], _) | (_, Some(only)) => Ok(Ok(only)),
        ([], None) => Ok(Err(nobody(session, &org, &others))),
        (several, None) => Err(several_serve(&org, several).into()),
    }
}

fn named<'s>(session: &'s Session, name: &str) -> Result<&'s Account, Failure> {
    let of_that_name = |account: &&Account| account.profile().is_some_and(|own| **own == *name);
    session.accounts().iter().find(of_that_name).ok_or_else(|| {
        let names: Vec<_> = session.accounts().iter().map(profile).collect();
        let names = names.join(", ");
        Failure::usage(format!("no profile `{name}` is chosen; there are: {names}"))
    })
}

/// The accounts whose profiles say that they belong to one of `orgs`.
pub(crate) fn pinned_to<'s>(session: &'s Session, orgs: &[Id]) -> Vec<&'s Account> {
    let is_wanted = |account: &&Account| account.pinned_org().is_some_and(|org| orgs.contains(org));
    session.accounts().iter().filter(is_wanted).collect()
}

/// The accounts whose profiles do not say which org they belong to, with the answer of the service. They are asked
/// side by side.
pub(crate) async fn unpinned(session: &Session) -> Vec<Belonging<'_>> {
    let answers = session
        .each(|account| async move {
            match account.pinned_org() {
                Some(_) => Ok(None),
                None => Ok(account.org().await?.id),
            }
        })
        .await;
    let answers = answers.into_iter().map(|answer| answer.result.transpose());
    let accounts = session.accounts().iter();
    accounts
        .zip(answers)
        .filter_map(|(account, answer)| Some((account, answer?)))
        .collect()
}

fn nobody(session: &Session, org: &Org, unpinned: &[Belonging<'_>]) -> Failure {
    let belongs = |account: &Account| {
        if let Some(pinned) = account.pinned_org() {
            return described(session, pinned);
        }
        let same = |(other, _): &&Belonging<'_>| std::ptr::eq(*other, account);
        match unpinned.iter().find(same) {
            Some((_, Ok(id))) => described(session, id),
            Some((_, Err(error))) => format!("unknown: {error:#}"),
            None => "unknown".to_owned(),
        }
    };
    let profiles: Vec<_> = session
        .accounts()
        .iter()
        .map(|account| format!("{} is for {}", profile(account), belongs(account)))
        .collect();
    Failure::usage(format!(
        "no profile is for the org {}: {}",
        described(session, &org.id),
        profiles.join("; ")
    ))
    .hint("a connection is created and updated with its source org's credentials; `orgconn profile add` adds a profile")
}

fn several_serve(org: &Org, several: &[&Account]) -> Failure {
    let profiles: Vec<_> = several.iter().map(|account| profile(account)).collect();
    let org = org.reference().full_label();
    Failure::usage(format!(
        "{} profiles are for the org {org}: {}",
        several.len(),
        profiles.join(", ")
    ))
    .hint("whose keys are used decides whose the connection is: choose one with --profile")
}

/// An org by its id, and its name where one of the accounts was told it in this run.
fn described(session: &Session, id: &Id) -> String {
    let accounts = session.accounts().iter();
    let known = accounts
        .filter_map(Account::known_orgs)
        .find_map(|orgs| orgs.get(id));
    known.map_or_else(|| id.to_string(), |org| org.reference().full_label())
}

fn profile(account: &Account) -> &str {
    account.profile().map_or("", |name| name)
}
