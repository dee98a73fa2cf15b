use std::collections::{BTreeMap, HashMap};
use std::io;
use std::mem;
use std::sync::{Mutex, PoisonError};

use super::cache::{Cache, Content, Owner};
use super::orgs::Known;
use super::{connections, orgs};
use crate::topology::{Connection, Directory, Id, Org};

/// Takes down what a command sees anyway, and leaves it in the cache when it is dropped. It costs no request, and what
/// cannot be written is told of with `-v` alone.
#[derive(Debug)]
pub struct Recorder {
    cache: Cache,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    managed: HashMap<Owner, Vec<String>>,
    connections: HashMap<Owner, Collected>,
    made: HashMap<Owner, Vec<String>>,
    /// What there is now in the place of a line for a connection.
    changed: HashMap<String, Option<String>>,
}

/// All connections of an owner, page by page.
#[derive(Debug, Default)]
pub struct Collected {
    lines: Vec<String>,
    mentioned: BTreeMap<Id, Option<Box<str>>>,
    is_too_long: bool,
}

impl Recorder {
    /// So many orgs are kept for an owner, and so many connections. Of more, none: a part of them would look like all
    /// there are, and nobody picks one of so many from a list.
    pub const MOST: usize = 10_000;

    /// One that leaves what it took down in this cache.
    pub fn new(cache: Cache) -> Self {
        Self {
            cache,
            seen: Mutex::default(),
        }
    }

    /// All orgs that an owner manages.
    pub fn orgs(&self, owner: &Owner, directory: &Directory) {
        let orgs = &directory.orgs;
        let few = orgs.len() <= Self::MOST;
        let lines = orgs.iter().filter(|_| few).map(managed).collect();
        self.seen(|seen| seen.managed.insert(owner.clone(), lines));
    }

    /// All connections that an owner takes part in.
    pub fn connections(&self, owner: &Owner, all: Collected) {
        self.seen(|seen| seen.connections.insert(owner.clone(), all));
    }

    /// A connection that an owner made.
    pub fn made(&self, owner: &Owner, connection: &Connection) {
        if let Some(line) = connections::line(connection) {
            self.seen(|seen| seen.made.entry(owner.clone()).or_default().push(line));
        }
    }

    /// A connection that is another than it was.
    pub fn altered(&self, connection: &Connection) {
        if let Some(id) = &connection.id {
            let line = connections::line(connection);
            self.seen(|seen| seen.changed.insert(id.to_string(), line));
        }
    }

    /// A connection that is there no more.
    pub fn gone(&self, id: &Id) {
        self.seen(|seen| seen.changed.insert(id.to_string(), None));
    }

    fn seen<T>(&self, change: impl FnOnce(&mut Seen) -> T) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn write(&self, seen: Seen) -> io::Result<()> {
        for (owner, lines) in seen.managed {
            self.write_orgs(&owner, lines, Known::Managed)?;
        }
        for (owner, all) in seen.connections {
            self.write_orgs(&owner, all.mentioned(), Known::Mentioned)?;
            self.write_connections(&owner, all.lines)?;
        }
        for (owner, lines) in seen.made {
            self.add(&owner, lines)?;
        }
        match seen.changed.is_empty() {
            true => Ok(()),
            false => self
                .cache
                .correct(|lines| connections::corrected(lines, &seen.changed)),
        }
    }

    fn write_orgs(&self, owner: &Owner, lines: Vec<String>, known: Known) -> io::Result<()> {
        let before = self.cache.read(owner, Content::Orgs).unwrap_or_default();
        let mut lines = orgs::merged(&before, lines, known);
        if lines.len() > Self::MOST {
            lines.retain(|line| orgs::is_managed(line));
        }
        self.cache.write(owner, Content::Orgs, &lines)
    }

    /// Adds connections where all others are known.
    fn add(&self, owner: &Owner, mut made: Vec<String>) -> io::Result<()> {
        let Some(lines) = self.cache.read(owner, Content::Connections) else {
            return Ok(());
        };
        made.extend(lines.lines().map(str::to_owned));
        self.write_connections(owner, made)
    }

    /// Writes them in order, in which they are searched.
    fn write_connections(&self, owner: &Owner, mut lines: Vec<String>) -> io::Result<()> {
        lines.sort_unstable();
        lines.dedup_by(|next, earlier| connections::id(next) == connections::id(earlier));
        self.cache.write(owner, Content::Connections, &lines)
    }
}

fn managed(org: &Org) -> String {
    orgs::line(org, Known::Managed)
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let seen = self.seen.get_mut().unwrap_or_else(PoisonError::into_inner);
        let seen = mem::take(seen);
        if let Err(error) = self.write(seen) {
            let directory = self.cache.directory().display();
            log::info!("what completions know was not written to {directory}: {error}");
        }
    }
}

impl Collected {
    /// Adds a page.
    pub fn add(&mut self, page: &[Connection]) {
        self.is_too_long |= self.lines.len() + page.len() > Recorder::MOST;
        if self.is_too_long {
            self.lines.clear();
            self.mentioned.clear();
            return;
        }
        self.lines.extend(page.iter().filter_map(connections::line));
        for org in page.iter().flat_map(|it| [&it.source, &it.destination]) {
            if let Some(id) = &org.id {
                self.mentioned.insert(id.clone(), org.name.clone());
            }
        }
    }

    fn mentioned(&self) -> Vec<String> {
        let orgs = self.mentioned.iter();
        let orgs = orgs.map(|(id, name)| Org {
            name: name.clone(),
            ..Org::unnamed(id.clone())
        });
        orgs.map(|org| orgs::line(&org, Known::Mentioned)).collect()
    }
}
