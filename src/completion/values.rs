//! What may come next.

use clap::Arg;
use clap::builder::PossibleValue;

use super::candidate::{Candidate, fitting};
use super::columns;
use super::scope::Scope;
use super::walk::{Target, Walk};
use super::words::{commands, explained, flags};
use crate::api::SITES;
use crate::history::{Entry, Journal};
use crate::output::escape;
use crate::topology::ConnectionType;

/// What the shell is to offer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// These words.
    Words(Vec<Candidate>),
    /// The files there are: every shell has its own way to show them.
    Files,
}

/// What the value of an argument is, by what the help calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Org,
    OrgId,
    Connection,
    Type,
    Entry,
    Profile,
    Site,
    Format,
    Columns,
    Order,
    Topic,
    File,
    /// One of those that clap knows.
    Listed,
    /// Something that nobody can know.
    Free,
}

/// What may stand where `typed` does.
pub(super) fn offer(walk: &Walk<'_>, scope: &Scope<'_>, topics: &[&str], typed: &str) -> Offer {
    let place = Place {
        walk,
        scope,
        topics,
    };
    match walk.target(typed) {
        Target::Nothing => Offer::Words(Vec::new()),
        Target::Flag => Offer::Words(flags(walk, typed)),
        Target::Command => Offer::Words(fitting(commands(walk.command, typed), typed)),
        Target::Value {
            argument,
            before,
            typed,
        } => value(argument, &before, &typed, &place),
    }
}

struct Place<'a> {
    walk: &'a Walk<'a>,
    scope: &'a Scope<'a>,
    topics: &'a [&'a str],
}

fn value(argument: &Arg, before: &str, typed: &str, place: &Place<'_>) -> Offer {
    let kind = kind(argument, &place.walk.path);
    if kind == Kind::File {
        return Offer::Files;
    }
    let part = Part::of(typed, argument, kind);
    let earlier = part.stays.split(',');
    let given: Vec<_> = place
        .walk
        .values(argument)
        .chain(earlier)
        .map(|value| unsigned(value, kind))
        .collect();
    let mut candidates = candidates(argument, kind, part.typed, place);
    candidates.retain(|candidate| !given.contains(&candidate.value.as_str()));
    let stays = [before, part.stays].concat();
    if !stays.is_empty() {
        let values = candidates.iter_mut().map(|candidate| &mut candidate.value);
        values.for_each(|value| value.insert_str(0, &stays));
    }
    Offer::Words(candidates)
}

/// What is completed of a value, and what stays in front of it.
struct Part<'a> {
    stays: &'a str,
    typed: &'a str,
}

impl<'a> Part<'a> {
    /// In a list the last part alone is completed, and in an order what follows the sign.
    fn of(value: &'a str, argument: &Arg, kind: Kind) -> Self {
        let delimiter = argument.get_value_delimiter();
        let last = delimiter.and_then(|delimiter| value.rfind(delimiter));
        let mut start = last.map_or(0, |comma| comma + 1);
        start += value.len() - start - unsigned(&value[start..], kind).len();
        let (stays, typed) = value.split_at(start);
        Self { stays, typed }
    }
}

/// The name of a column without the sign that turns the order round.
fn unsigned(value: &str, kind: Kind) -> &str {
    value
        .strip_prefix('-')
        .filter(|_| kind == Kind::Order)
        .unwrap_or(value)
}

fn kind(argument: &Arg, command: &[&str]) -> Kind {
    let name = argument.get_value_names().and_then(|names| names.first());
    match (name.map_or("", |name| name.as_str()), command) {
        ("ORG" | "DESTINATION", _) => Kind::Org,
        ("UUID", _) => Kind::OrgId,
        ("CONNECTION", _) => Kind::Connection,
        ("TYPE", _) => Kind::Type,
        ("ENTRY", _) => Kind::Entry,
        ("NAME", ["profile", "add"]) if argument.is_positional() => Kind::Free,
        ("NAME", _) => Kind::Profile,
        ("SITE", _) => Kind::Site,
        ("FORMAT", _) => Kind::Format,
        ("NAMES", _) => Kind::Columns,
        ("COLUMNS", _) => Kind::Order,
        ("COMMAND", ["help"]) => Kind::Topic,
        ("FILE" | "PATH", _) => Kind::File,
        _ if argument.get_possible_values().is_empty() => Kind::Free,
        _ => Kind::Listed,
    }
}

fn candidates(argument: &Arg, kind: Kind, typed: &str, place: &Place<'_>) -> Vec<Candidate> {
    let Place {
        walk,
        scope,
        topics,
    } = place;
    let all = match kind {
        Kind::Org => return org(scope, typed),
        Kind::OrgId => return org_ids(scope, typed),
        Kind::Connection => {
            let cache = scope.cache();
            return cache.map_or_else(Vec::new, |cache| cache.connections(&scope.owners(), typed));
        }
        Kind::Type => Candidate::all(ConnectionType::KNOWN.iter().map(ConnectionType::as_str)),
        Kind::Entry => entries(scope),
        Kind::Profile => scope.profiles(),
        Kind::Site => Candidate::all(SITES.iter().copied()),
        Kind::Format => formats(argument, &walk.path),
        Kind::Columns | Kind::Order => Candidate::all(columns::columns(&walk.path)),
        Kind::Topic => explained(walk, argument, topics),
        Kind::Listed => argument
            .get_possible_values()
            .iter()
            .filter_map(listed)
            .collect(),
        Kind::File | Kind::Free => Vec::new(),
    };
    fitting(all, typed)
}

fn org(scope: &Scope<'_>, typed: &str) -> Vec<Candidate> {
    if let Some(typed) = typed.strip_prefix("profile:") {
        let mut profiles = fitting(scope.profiles(), typed);
        profiles
            .iter_mut()
            .for_each(|profile| profile.value.insert_str(0, "profile:"));
        return profiles;
    }
    let cache = scope.cache();
    let seen = cache.map_or_else(Vec::new, |cache| cache.orgs(&scope.owners(), typed));
    match seen.is_empty() {
        true => samples(scope, typed),
        false => seen,
    }
}

/// The sample orgs of the sandbox: so that Tab works there before any command has seen them.
fn samples(scope: &Scope<'_>, typed: &str) -> Vec<Candidate> {
    #[cfg(feature = "sandbox")]
    if scope.is_sandbox {
        return super::orgs::chosen(&[super::orgs::samples()], typed);
    }
    let _ = (scope, typed);
    Vec::new()
}

fn org_ids(scope: &Scope<'_>, typed: &str) -> Vec<Candidate> {
    let mut orgs = org(scope, &format!("uuid:{typed}"));
    orgs.iter_mut()
        .for_each(|org| org.value.drain(.."uuid:".len()).for_each(drop));
    orgs
}

/// The changes that can be undone, the newest first.
fn entries(scope: &Scope<'_>) -> Vec<Candidate> {
    let directory = scope.state_directory();
    let journal = directory.and_then(|directory| Journal::open(&directory).ok());
    let Some(history) = journal.and_then(|journal| journal.entries().ok()) else {
        return Vec::new();
    };
    let entries = history.entries().iter().rev();
    entries
        .filter(|entry| scope.is_about(&entry.origin) && entry.check_undoable().is_ok())
        .map(|entry| Candidate::new(entry.id.as_str(), told(entry)))
        .collect()
}

fn told(entry: &Entry) -> String {
    let subject = entry.subject();
    let (source, destination) = (subject.source.label(), subject.destination.label());
    format!(
        "{}: {} → {}",
        entry.command,
        escape(&source),
        escape(&destination)
    )
}

fn formats(argument: &Arg, command: &[&str]) -> Vec<Candidate> {
    let values = argument.get_possible_values();
    let written = columns::formats(command);
    let find = |format: &crate::output::Format| {
        values
            .iter()
            .find(|value| value.matches(&format.to_string(), false))
    };
    written
        .iter()
        .filter_map(find)
        .filter_map(described)
        .collect()
}

fn listed(value: &PossibleValue) -> Option<Candidate> {
    described(value).filter(|_| !value.is_hide_set())
}

fn described(value: &PossibleValue) -> Option<Candidate> {
    let help = value.get_help().map(ToString::to_string);
    Some(Candidate::new(value.get_name(), help.unwrap_or_default()))
}
