//! The lines of the cache for orgs: the name, the UUID, the public id, and how the org came to be known.

use super::candidate::{Candidate, best, fit};
use crate::output::escape;
use crate::topology::{Org, OrgSelector};

/// How an org came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The credentials manage it.
    Managed,
    /// A connection mentions it.
    Mentioned,
}

/// An org as a line has it.
#[derive(Clone, Debug)]
struct Line<'a> {
    /// Escaped, if it has to be.
    name: &'a str,
    id: &'a str,
    public_id: &'a str,
    /// Whether the name is what it is written as here.
    is_plain: bool,
}

/// The line for an org.
pub(super) fn line(org: &Org, known: Known) -> String {
    let name = org.name.as_deref().unwrap_or_default();
    let mark = match (known, escape(name) == name) {
        (Known::Managed, true) => "m",
        (Known::Managed, false) => "M",
        (Known::Mentioned, true) => "c",
        (Known::Mentioned, false) => "C",
    };
    let (id, public_id) = (
        org.id.to_string(),
        org.public_id.as_deref().unwrap_or_default(),
    );
    format!(
        "{}\t{}\t{}\t{mark}",
        escape(name),
        escape(&id),
        escape(public_id)
    )
}

/// The lines with which orgs that came to be known in one way replace those that did before. What is known in the
/// other way stays, and an org that is managed is not mentioned besides.
pub(super) fn merged(before: &str, lines: Vec<String>, known: Known) -> Vec<String> {
    let stay = before
        .lines()
        .filter(|line| is_managed(line) != (known == Known::Managed));
    let mut all: Vec<String> = stay.map(str::to_owned).chain(lines).collect();
    // Those that are managed come last, and stay.
    all.sort_by_cached_key(|line| (id(line).to_owned(), is_managed(line)));
    all.dedup_by(|next, earlier| {
        let is_same = id(next) == id(earlier);
        if is_same {
            std::mem::swap(next, earlier);
        }
        is_same
    });
    all.sort_by_cached_key(|line| line.to_lowercase());
    all
}

/// Whether the line is of an org that the credentials manage.
pub(super) fn is_managed(line: &str) -> bool {
    line.ends_with(['m', 'M'])
}

fn id(line: &str) -> &str {
    line.split('\t').nth(1).unwrap_or_default()
}

fn parse(line: &str) -> Option<Line<'_>> {
    let mut fields = line.split('\t');
    let (name, id, public_id) = (fields.next()?, fields.next()?, fields.next()?);
    let mark = fields.next()?;
    Some(Line {
        name,
        id,
        public_id,
        is_plain: matches!(mark, "m" | "c"),
    })
}

/// The orgs of all these files that `typed` may be the beginning of.
pub(super) fn candidates(files: &[String], typed: &str) -> Vec<Candidate> {
    if let Some(typed) = typed.strip_prefix("uuid:") {
        return by_id(files, typed, "uuid:", |line| line.id);
    }
    if let Some(typed) = typed.strip_prefix("public-id:") {
        return by_id(files, typed, "public-id:", |line| line.public_id);
    }
    let (prefix, name) = match typed.strip_prefix("name:") {
        Some(name) => ("name:", name),
        None => ("", typed),
    };
    let named = by_name(files, name, prefix);
    match named.is_empty() && prefix.is_empty() {
        true => {
            let uuids = by_id(files, typed, "", |line| line.id);
            let or_else = || by_id(files, typed, "", |line| line.public_id);
            if uuids.is_empty() { or_else() } else { uuids }
        }
        false => named,
    }
}

fn by_name(files: &[String], typed: &str, prefix: &str) -> Vec<Candidate> {
    let lines = files.iter().flat_map(|file| file.lines());
    // The name stands first: the rest of the line is looked at only where that fits.
    let found = lines.filter_map(|line| Some((fit(line, typed)?, parse(line)?)));
    let found = found.filter(|(_, line)| !line.name.is_empty());
    let orgs = each_once(best(found), files.len());
    let is_shared = |index: usize| {
        let is_called_so =
            |other: Option<&Line<'_>>| other.is_some_and(|other| other.name == orgs[index].name);
        is_called_so(orgs.get(index + 1))
            || index
                .checked_sub(1)
                .is_some_and(|before| is_called_so(orgs.get(before)))
    };
    let named = orgs.iter().enumerate();
    named
        .map(|(index, org)| {
            match org.is_plain && !is_shared(index) && can_be_written(org.name, prefix) {
                true => Candidate::bare(format!("{prefix}{}", org.name)),
                false => Candidate::new(org.id, described(org)),
            }
        })
        .collect()
}

/// In the order of their names, those with the same name beside each other.
fn each_once(mut orgs: Vec<Line<'_>>, files: usize) -> Vec<Line<'_>> {
    // A file is in that order already, but for letter case.
    orgs.sort_by(|one, other| (one.name, one.id).cmp(&(other.name, other.id)));
    if files > 1 {
        orgs.dedup_by(|next, earlier| next.id == earlier.id);
    }
    orgs
}

/// Whether a name means an org when it is written as it is: it may look like an id, a prefix or a flag.
fn can_be_written(name: &str, prefix: &str) -> bool {
    match format!("{prefix}{name}").parse() {
        Ok(OrgSelector::Text(_)) => !name.starts_with('-'),
        Ok(OrgSelector::Name(_)) => !prefix.is_empty(),
        _ => false,
    }
}

fn by_id<'a>(
    files: &'a [String],
    typed: &str,
    prefix: &str,
    id: fn(&Line<'a>) -> &'a str,
) -> Vec<Candidate> {
    let lines = files.iter().flat_map(|file| file.lines()).filter_map(parse);
    let found = lines.filter_map(|line| Some((fit(id(&line), typed)?, line)));
    let found = found.filter(|(_, line)| !id(line).is_empty());
    each_once(best(found), files.len())
        .iter()
        .map(|org| Candidate::new(format!("{prefix}{}", id(org)), described(org)))
        .collect()
}

fn described(org: &Line<'_>) -> String {
    match org.public_id {
        "" => org.name.to_owned(),
        public_id => format!("{} ({public_id})", org.name),
    }
}
