//! The cache of orgs and connections that commands have read. Shell completion offers them without a request.
//!
//! It imports `model` and `private_file`. Only completion reads the cache, so a file that cannot be read
//! counts as absent, and a failure to write is only a warning.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fs, io, mem};

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::model::{ChangeKind, Connection, Org, OrgDirectory, UserRef};
use crate::private_file::{self, Replacement};

/// The version of the file's format. A file of another version counts as absent.
const VERSION: u32 = 1;

/// The maximum size of a file in bytes. The largest that is written has some 10 MB.
const MAX_BYTES: u64 = 32 << 20;

/// The cache: one file for each [`CacheOwner`].
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    /// Changes that are not in the files yet. They are written when the cache is dropped, so that each file is written
    /// once.
    changes: Mutex<Vec<CachedChange>>,
    /// Whether a failure to write was told.
    has_warned: AtomicBool,
}

/// The owner of a cache file. The file contains the orgs and connections that one profile sees on one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CacheOwner {
    /// The site or the URL of the API, as people write it; `sandbox` for the sandbox, whatever its port.
    pub(crate) server: String,
    /// The profile, if one was used.
    pub(crate) profile: Option<String>,
}

#[derive(Debug)]
struct CachedChange {
    owner: CacheOwner,
    kind: ChangeKind,
    connection: Connection,
}

#[derive(Serialize, Deserialize)]
struct CacheContents {
    version: u32,
    owner: CacheOwner,
    /// The orgs that the owner's credentials can see. Empty if they were never stored or are too many.
    orgs: Vec<Org>,
    /// All connections; `None` if not all of them are known.
    connections: Option<Vec<Connection>>,
}

impl Cache {
    /// The maximum number of connections of one owner, and of orgs. If there are more, none are stored: a part would
    /// look like a complete list, and nobody picks from so long a list.
    pub(crate) const MAX_ITEMS: usize = 10_000;

    /// The cache in this directory, which need not exist.
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            changes: Mutex::default(),
            has_warned: AtomicBool::new(false),
        }
    }

    /// Stores all orgs that the owner manages, in place of those stored before.
    pub(crate) fn store_orgs(&self, owner: &CacheOwner, directory: &OrgDirectory) {
        let few = directory.orgs.len() <= Self::MAX_ITEMS;
        let mut file = self.load_or_new(owner);
        file.orgs = if few {
            directory.orgs.clone()
        } else {
            Vec::new()
        };
        self.warn_of_failure(self.save(&file));
    }

    /// Stores all connections that the owner sees, in place of those stored before. Completion also offers the orgs in
    /// them.
    pub(crate) fn store_connections(&self, owner: &CacheOwner, connections: &[Connection]) {
        let few = connections.len() <= Self::MAX_ITEMS;
        let mut file = self.load_or_new(owner);
        file.connections = few.then(|| connections.iter().map(without_unused_fields).collect());
        self.warn_of_failure(self.save(&file));
    }

    /// Stores a change that the owner made. A new connection is added only if all other connections of the owner are
    /// known. An updated or deleted connection is changed in the files of all owners that see it.
    pub(crate) fn store_change(
        &self,
        owner: &CacheOwner,
        kind: ChangeKind,
        connection: &Connection,
    ) {
        let change = CachedChange {
            owner: owner.clone(),
            kind,
            connection: without_unused_fields(connection),
        };
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push(change);
    }

    /// Removes the files of this server.
    #[cfg(feature = "sandbox")]
    pub(crate) fn remove_server(&self, server: &str) {
        let removed = self.files().and_then(|paths| {
            let of_server = |path: &&PathBuf| {
                load(path).is_some_and(|file: CacheContents| file.owner.server == server)
            };
            paths.iter().filter(of_server).try_for_each(fs::remove_file)
        });
        self.warn_of_failure(removed);
    }

    /// The orgs that the owners manage or have connections with, each once.
    pub(crate) fn orgs(&self, owners: &[CacheOwner]) -> Vec<Org> {
        let mut seen = HashSet::new();
        let mut orgs = Vec::new();
        for file in owners.iter().filter_map(|owner| self.load(owner)) {
            let connections = file.connections.unwrap_or_default().into_iter();
            let ends =
                connections.flat_map(|connection| [connection.source, connection.destination]);
            let found = file.orgs.into_iter().chain(ends.map(|org| Org::from(&org)));
            orgs.extend(found.filter(|org| seen.insert(org.id)));
        }
        orgs
    }

    /// The connections that the owners see, each once.
    pub(crate) fn connections(&self, owners: &[CacheOwner]) -> Vec<Connection> {
        let mut seen = HashSet::new();
        let files = owners.iter().filter_map(|owner| self.load(owner));
        let connections = files.flat_map(|file| file.connections.unwrap_or_default());
        connections
            .filter(|connection| seen.insert(connection.id))
            .collect()
    }

    fn write_changes(&self, changes: &[CachedChange]) -> io::Result<()> {
        for path in self.files()? {
            let Some(mut file) = load(&path) else {
                continue;
            };
            let mut is_changed = false;
            for change in changes {
                is_changed |= file.apply(change);
            }
            if is_changed {
                self.save(&file)?;
            }
        }
        Ok(())
    }

    /// The path of the owner's file, whose name shows people the owner. On a file system that ignores case two owners
    /// may share a file. That is harmless, since the content names its owner as well.
    fn path(&self, owner: &CacheOwner) -> PathBuf {
        let encode =
            |text: &str| String::from_iter(form_urlencoded::byte_serialize(text.as_bytes()));
        let server = encode(&owner.server);
        self.directory.join(match &owner.profile {
            Some(profile) => format!("{}@{server}.json", encode(profile)),
            None => format!("{server}.json"),
        })
    }

    fn load(&self, owner: &CacheOwner) -> Option<CacheContents> {
        load(&self.path(owner)).filter(|file| file.owner == *owner)
    }

    fn load_or_new(&self, owner: &CacheOwner) -> CacheContents {
        self.load(owner).unwrap_or_else(|| CacheContents {
            version: VERSION,
            owner: owner.clone(),
            orgs: Vec::new(),
            connections: None,
        })
    }

    fn save(&self, file: &CacheContents) -> io::Result<()> {
        let content = serde_json::to_vec(file)?;
        Replacement::prepare(&self.path(&file.owner), &content)?.commit_unsynced()
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        entries.map(|entry| Ok(entry?.path())).collect()
    }

    /// Warns once that the cache cannot be written.
    fn warn_of_failure(&self, result: io::Result<()>) {
        if let Err(error) = result
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            let directory = self.directory.display();
            log::warn!(
                "warning: the completion cache cannot be written to {directory}: {error}; XDG_CACHE_HOME names another place"
            );
        }
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let changes = self
            .changes
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let changes = mem::take(changes);
        if !changes.is_empty() {
            self.warn_of_failure(self.write_changes(&changes));
        }
    }
}

impl CacheContents {
    /// Applies the change, and returns whether it affects this file.
    fn apply(&mut self, change: &CachedChange) -> bool {
        let is_owner = self.owner == change.owner;
        let (Some(connections), connection) = (&mut self.connections, &change.connection) else {
            return false;
        };
        let position = connections
            .iter()
            .position(|known| known.id == connection.id);
        match (change.kind, position) {
            (ChangeKind::Create, None) if is_owner => connections.push(connection.clone()),
            (ChangeKind::Update, Some(position)) => connections[position] = connection.clone(),
            (ChangeKind::Delete, Some(position)) => drop(connections.remove(position)),
            _ => return false,
        }
        true
    }
}

/// Reads the cache file at this path; `None` if it is missing, invalid or of another version.
fn load(path: &Path) -> Option<CacheContents> {
    let (content, _) = private_file::read_own(path, MAX_BYTES).ok()??;
    let file: CacheContents = serde_json::from_slice(&content).ok()?;
    (file.version == VERSION).then_some(file)
}

/// The connection with only the fields that completion uses: its id, its orgs and its types.
fn without_unused_fields(connection: &Connection) -> Connection {
    Connection {
        created_at: None,
        created_by: UserRef::default(),
        profiles: Vec::new(),
        ..connection.clone()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::OrgRef;

    const SANDBOX: &str = "sandbox";

    fn cache(directory: &tempfile::TempDir) -> Cache {
        Cache::new(directory.path().join("a/b"))
    }

    fn owner(profile: &str, server: &str) -> CacheOwner {
        CacheOwner {
            server: server.to_owned(),
            profile: (!profile.is_empty()).then(|| profile.to_owned()),
        }
    }

    /// A connection with this number as its id, between orgs whose ids follow from their names.
    fn connection(id: usize, source: &str, destination: &str) -> Connection {
        Connection {
            id: Uuid::from_u128(id as u128),
            source: org(source).to_ref(),
            destination: org(destination).to_ref(),
            created_at: Some("2025-08-26T20:19:36Z".to_owned()),
            ..Connection::default()
        }
    }

    fn org(name: &str) -> Org {
        let id = name.bytes().fold(0, |id, byte| id << 8 | u128::from(byte));
        let name = Some(name.to_owned());
        Org::from(&OrgRef {
            id: Uuid::from_u128(id),
            name,
        })
    }

    fn directory_of(names: &[&str]) -> OrgDirectory {
        OrgDirectory {
            current: None,
            orgs: names.iter().map(|name| org(name)).collect(),
            ..OrgDirectory::default()
        }
    }

    fn org_names(cache: &Cache, owners: &[CacheOwner]) -> Vec<String> {
        cache.orgs(owners).iter().map(Org::label).collect()
    }

    /// The ids and the destinations of the connections.
    fn stored(cache: &Cache, owner: &CacheOwner) -> Vec<(u128, String)> {
        let connections = cache.connections(std::slice::from_ref(owner));
        let pairs = connections
            .iter()
            .map(|it| (it.id.as_u128(), it.destination.label()));
        pairs.collect()
    }

    #[test]
    fn each_owner_has_a_view_of_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(&directory);
        let hub = owner("hub", "https://api.example.com:8443/a b");
        cache.store_orgs(&hub, &directory_of(&["Röhren", "a\u{1b}\"b"]));
        cache.store_connections(&hub, &[connection(1, "Röhren", "Mentioned")]);
        assert_eq!(
            org_names(&cache, std::slice::from_ref(&hub)),
            ["Röhren", "a\u{1b}\"b", "Mentioned"]
        );
        let expected = without_unused_fields(&connection(1, "Röhren", "Mentioned"));
        assert_eq!(cache.connections(&[hub.clone(), hub.clone()]), [expected]);
        let others = [
            owner("", &hub.server),
            owner("hub", SANDBOX),
            owner("Hub", &hub.server),
        ];
        assert_eq!(org_names(&cache, &others), [""; 0]);
        assert_eq!(cache.connections(&others), []);
    }

    #[test]
    fn what_is_seen_anew_takes_the_place_of_what_was_seen_before() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(&directory);
        let owners = [owner("", "a.test")];
        cache.store_connections(&owners[0], &[connection(1, "A", "B")]);
        cache.store_orgs(&owners[0], &directory_of(&["B", "C"]));
        assert_eq!(org_names(&cache, &owners), ["B", "C", "A"]);
        cache.store_connections(&owners[0], &[connection(1, "B", "D")]);
        assert_eq!(org_names(&cache, &owners), ["B", "C", "D"]);
        cache.store_orgs(&owners[0], &directory_of(&[]));
        assert_eq!(org_names(&cache, &owners), ["B", "D"]);
    }

    #[test]
    fn a_change_is_made_for_every_owner_who_knows_the_connection() {
        let directory = tempfile::tempdir().unwrap();
        let [source, destination, other] =
            ["source", "destination", "other"].map(|name| owner(name, "a.test"));
        let cache = cache(&directory);
        cache.store_connections(&source, &[connection(1, "A", "B"), connection(2, "A", "C")]);
        cache.store_connections(&destination, &[connection(1, "A", "B")]);
        cache.store_change(&source, ChangeKind::Delete, &connection(1, "A", "B"));
        cache.store_change(&source, ChangeKind::Update, &connection(2, "A", "D"));
        cache.store_change(&source, ChangeKind::Create, &connection(3, "A", "E"));
        // Where the others are not known, one would look like all there are.
        cache.store_change(&other, ChangeKind::Create, &connection(4, "A", "E"));
        drop(cache);
        let cache = self::cache(&directory);
        assert_eq!(
            stored(&cache, &source),
            [(2, "D".to_owned()), (3, "E".to_owned())]
        );
        assert_eq!(stored(&cache, &destination), []);
        assert_eq!(stored(&cache, &other), []);
    }

    #[test]
    fn of_too_many_none_is_stored() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(&directory);
        let hub = [owner("hub", "a.test")];
        let many: Vec<_> = (0..=Cache::MAX_ITEMS)
            .map(|id| connection(id, "A", "B"))
            .collect();
        cache.store_connections(&hub[0], &many[1..]);
        assert_eq!(cache.connections(&hub).len(), Cache::MAX_ITEMS);
        cache.store_connections(&hub[0], &many);
        assert_eq!(cache.connections(&hub), []);
        let orgs = |count| OrgDirectory {
            current: None,
            orgs: (0..count)
                .map(|id| Org::from_id(Uuid::from_u128(id)))
                .collect(),
            ..OrgDirectory::default()
        };
        let max = Cache::MAX_ITEMS as u128;
        cache.store_orgs(&hub[0], &orgs(max));
        assert_eq!(cache.orgs(&hub).len(), Cache::MAX_ITEMS);
        cache.store_orgs(&hub[0], &orgs(max + 1));
        assert_eq!(cache.orgs(&hub), []);
    }

    #[test]
    fn a_server_can_be_removed() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(&directory);
        cache.remove_server(SANDBOX);
        let owners = [
            owner("hub", SANDBOX),
            owner("", SANDBOX),
            owner("hub", "a.test"),
        ];
        for owner in &owners {
            cache.store_connections(owner, &[connection(1, "A", "B")]);
        }
        cache.remove_server(SANDBOX);
        assert_eq!(cache.connections(&owners[..2]), []);
        assert_eq!(stored(&cache, &owners[2]).len(), 1);
    }

    #[test]
    fn damaged_and_foreign_files_count_as_absent_and_are_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(&directory);
        let hub = owner("hub", "a.test");
        let all = [connection(1, "A", "B")];
        cache.store_connections(&hub, &all);
        let path = cache.path(&hub);
        let whole = fs::read_to_string(&path).unwrap();
        for damaged in [
            String::new(),
            whole[..whole.len() - 1].to_owned(),
            whole.replace("\"version\":1", "\"version\":2"),
            whole.replace("a.test", "b.test"),
            "[]".to_owned(),
        ] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(stored(&cache, &hub), []);
            cache.store_connections(&hub, &all);
            assert_eq!(fs::read_to_string(&path).unwrap(), whole);
        }
    }

    #[test]
    fn a_change_alone_creates_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(&directory);
        cache.store_change(
            &owner("", "a.test"),
            ChangeKind::Create,
            &connection(1, "A", "B"),
        );
        drop(cache);
        assert!(!directory.path().join("a").exists());
    }
}
