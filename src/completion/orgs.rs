//! The lines of the cache for orgs: the name, the UUID, the public id, and how the org came to be known.

use std::cmp::Ordering;
use std::io;

use super::candidate::{Candidate, best, fit};
use super::sorted::Sorted;
use crate::output::escape;
use crate::topology::{Org, OrgSelector};

/// No name of another length is taken for a UUID.
const UUID_LENGTH: usize = 36;

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

/// The two ids of an org.
#[derive(Clone, Copy, Debug)]
enum IdKind {
    Uuid,
    Public,
}

impl Line<'_> {
    fn id(&self, kind: IdKind) -> &str {
        match kind {
            IdKind::Uuid => self.id,
            IdKind::Public => self.public_id,
        }
    }
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

/// The lines for the sample orgs of the sandbox.
#[cfg(feature = "sandbox")]
pub(super) fn samples() -> String {
    let mut lines = Vec::new();
    for profile in crate::sandbox::profiles() {
        let org = Org {
            name: Some(profile.org_name.into()),
            ..Org::unnamed(profile.org_id.into())
        };
        lines.push(line(&org, Known::Mentioned) + "\n");
    }
    // Two profiles may be for one org.
    lines.sort();
    lines.dedup();
    lines.concat()
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
    all.sort_by_cached_key(|line| folded(line));
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
pub(super) fn candidates(files: &mut [Sorted], typed: &str) -> Vec<Candidate> {
    let is_id = ["uuid:", "public-id:"]
        .iter()
        .any(|prefix| typed.starts_with(prefix));
    if !is_id {
        let wanted = folded(typed.strip_prefix("name:").unwrap_or(typed));
        let place = |line: &[u8]| place(line, &wanted);
        let among = |file: &mut Sorted| match wanted.as_str() {
            "" => file.all(),
            _ => file.among(place),
        };
        let found = chosen(&texts(files, among), typed);
        if !found.is_empty() || typed.starts_with("name:") {
            return found;
        }
    }
    // Ids stand anywhere in the file.
    chosen(&texts(files, Sorted::all), typed)
}

fn texts(files: &mut [Sorted], read: impl Fn(&mut Sorted) -> io::Result<Vec<u8>>) -> Vec<String> {
    let read = |file| String::from_utf8(read(file).ok()?).ok();
    files.iter_mut().filter_map(read).collect()
}

/// Where a line stands to those that begin with `wanted`, which is in lower case, as the order of names has it.
fn place(line: &[u8], wanted: &str) -> Ordering {
    let head = &line[..line.len().min(wanted.len())];
    if head.is_ascii() && wanted.is_ascii() {
        return head.iter().map(u8::to_ascii_lowercase).cmp(wanted.bytes());
    }
    let line = folded(&String::from_utf8_lossy(line));
    match line.starts_with(wanted) {
        true => Ordering::Equal,
        false => line.as_str().cmp(wanted),
    }
}

/// What names are put in order by: in lower case, letter by letter, whatever stands beside it.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Of the orgs in these texts those that `typed` may be the beginning of.
pub(super) fn chosen(texts: &[String], typed: &str) -> Vec<Candidate> {
    if let Some(typed) = typed.strip_prefix("uuid:") {
        return by_id(texts, typed, "uuid:", IdKind::Uuid);
    }
    if let Some(typed) = typed.strip_prefix("public-id:") {
        return by_id(texts, typed, "public-id:", IdKind::Public);
    }
    if let Some(typed) = typed.strip_prefix("name:") {
        return by_name(texts, typed, "name:");
    }
    let mut found = by_name(texts, typed, "");
    let is_digit = |letter: char| letter.is_ascii_hexdigit() || letter == '-';
    for kind in [IdKind::Uuid, IdKind::Public] {
        let may_be = matches!(kind, IdKind::Public) || typed.chars().all(is_digit);
        if found.is_empty() && may_be {
            found = by_id(texts, typed, "", kind);
        }
    }
    found
}

fn by_name(files: &[String], typed: &str, prefix: &str) -> Vec<Candidate> {
    let lines = files.iter().flat_map(|file| file.lines());
    // The name stands first: the rest of the line is looked at only where that fits.
    let found = lines.filter_map(|line| Some((fit(line, typed)?, parse(line)?)));
    let found = found.filter(|(_, line)| !line.name.is_empty());
    let orgs = each_once(best(found), files.len());
    let is_shared = |index: usize| {
        let before = index.checked_sub(1).and_then(|before| orgs.get(before));
        let beside = before.into_iter().chain(orgs.get(index + 1));
        beside
            .into_iter()
            .any(|other| other.name == orgs[index].name)
    };
    let named = orgs.iter().enumerate();
    named
        .map(|(index, org)| {
            match org.is_plain && !is_shared(index) && can_be_written(org.name, prefix) {
                true => Candidate::bare([prefix, org.name].concat()),
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
    let is_odd = name.starts_with('-') || name.contains(':') || name.len() == UUID_LENGTH;
    match is_odd && prefix.is_empty() {
        true => !name.starts_with('-') && matches!(name.parse(), Ok(OrgSelector::Text(_))),
        false => !name.trim().is_empty(),
    }
}

fn by_id(files: &[String], typed: &str, prefix: &str, kind: IdKind) -> Vec<Candidate> {
    let lines = files.iter().flat_map(|file| file.lines()).filter_map(parse);
    let known = lines.filter(|line| !line.id(kind).is_empty());
    let found = best(known.filter_map(|line| Some((fit(line.id(kind), typed)?, line))));
    each_once(found, files.len())
        .iter()
        .map(|org| Candidate::new([prefix, org.id(kind)].concat(), described(org)))
        .collect()
}

fn described(org: &Line<'_>) -> String {
    match org.public_id {
        "" => org.name.to_owned(),
        public_id => format!("{} ({public_id})", org.name),
    }
}
