//! Reads and writes files that belong to their owner alone: settings, secrets, the history, the cache and the sandbox. It
//! imports nothing of this crate.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// The maximum number of symbolic links that are followed in a row. It is the limit of Linux.
const MAX_LINKS: usize = 40;

/// Reads a file and its metadata; `None` if there is no file. Both belong to the same file, even if it is replaced in
/// the meantime.
pub(crate) fn read(path: &Path) -> io::Result<Option<(Vec<u8>, Metadata)>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some((bytes, metadata)))
}

/// Creates a file that only its owner may access, writes the content and syncs it. If this fails, the file is removed.
///
/// # Errors
/// Fails if the file exists already or cannot be written.
pub(crate) fn create_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = options().write(true).create_new(true).open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        fs::remove_file(path).ok();
    }
    written
}

/// Writes a file that only its owner may access. It takes the place of the present one, if there is one; readers see
/// either the old or the new content.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = directory_of(path);
    // A temporary file has the mode 0600.
    let mut temporary = NamedTempFile::new_in(directory)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    sync_directory(directory)
}

/// Creates a missing directory, which only its owner may access, and checks that files can be created in it.
pub(crate) fn check_directory(directory: &Path) -> io::Result<()> {
    create_directory(directory)?;
    NamedTempFile::new_in(directory).map(drop)
}

/// Opens a file for reading and appending. A missing file and its directory are created, and only their owner may
/// access them.
pub(crate) fn open_for_append(path: &Path) -> io::Result<File> {
    create_directory(directory_of(path))?;
    options().read(true).append(true).create(true).open(path)
}

/// A temporary file with the new content of a file, next to that file. It is removed if it is dropped without a commit.
pub(crate) struct Replacement {
    target: PathBuf,
    temporary: NamedTempFile,
}

impl Replacement {
    /// Writes the new content to a temporary file. Symbolic links are followed. Mode and owner of an existing file are
    /// kept; only the owner may access a new file and its directories.
    pub(crate) fn prepare(path: &Path, content: &[u8]) -> io::Result<Self> {
        let target = follow_links(path)?;
        let directory = directory_of(&target);
        create_directory(directory)?;
        let mut temporary = NamedTempFile::new_in(directory)?;
        temporary.write_all(content)?;
        match fs::metadata(&target) {
            Ok(present) => copy_owner_and_mode(&present, temporary.as_file())?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(Self { target, temporary })
    }

    /// Replaces the file and syncs it. Readers see either the old or the new content.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist(&self.target)?;
        sync_directory(directory_of(&self.target))
    }

    /// As [`Replacement::commit`], but without waiting for the disk. For content that may be lost in a crash.
    pub(crate) fn commit_unsynced(self) -> io::Result<()> {
        self.temporary.persist(&self.target)?;
        Ok(())
    }
}

/// Creates a directory and its missing parents, and syncs them. Only their owner may access them.
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
    let missing: Vec<_> = directory.ancestors().take_while(is_missing).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    let mut created = missing.into_iter();
    created.try_for_each(|created| sync_directory(directory_of(created)))
}

/// Waits until no other process has locked a directory, and locks it while the returned file is open. If this process
/// dies, the system closes the file. A missing directory is created. Where directories cannot be locked, this does
/// nothing.
///
/// # Errors
/// Fails if the directory cannot be created, or another process holds the lock for longer than `limit`.
pub(crate) fn lock_directory(directory: &Path, limit: Duration) -> io::Result<Option<File>> {
    create_directory(directory)?;
    let Ok(file) = File::open(directory) else {
        return Ok(None);
    };
    match wait_for_lock(limit, || file.try_lock()) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::Error(_)) => Ok(None),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            ErrorKind::TimedOut,
            format!("another process has locked {}", directory.display()),
        )),
    }
}

/// Tries to lock a file until it succeeds.
///
/// # Errors
/// Fails with [`TryLockError::WouldBlock`] if another process holds the lock for longer than `limit`, and if the file
/// cannot be locked.
pub(crate) fn wait_for_lock(
    limit: Duration,
    try_lock: impl Fn() -> Result<(), TryLockError>,
) -> Result<(), TryLockError> {
    let start = Instant::now();
    loop {
        match try_lock() {
            Err(TryLockError::WouldBlock) if start.elapsed() < limit => {
                // The delay is random, so that waiting processes do not try at the same time.
                thread::sleep(Duration::from_millis(fastrand::u64(1..=10)));
            }
            result => return result,
        }
    }
}

/// Syncs the list of names in a directory. Only Unix needs this.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// Whether users other than the owner may read a file. Always false on systems without Unix modes.
pub(crate) fn others_may_read(metadata: &Metadata) -> bool {
    has_mode(metadata, 0o044)
}

/// Whether users other than the owner may write a file. Always false on systems without Unix modes.
pub(crate) fn others_may_write(metadata: &Metadata) -> bool {
    has_mode(metadata, 0o022)
}

/// Whether users other than the owner may list a directory, or open a file in it. Always false on systems without Unix
/// modes.
pub(crate) fn others_may_enter(metadata: &Metadata) -> bool {
    has_mode(metadata, 0o077)
}

/// Whether a file belongs to the user who runs this program. Always true on systems without Unix users.
pub(crate) fn is_own(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw();
    #[cfg(not(unix))]
    true
}

#[cfg(unix)]
fn has_mode(metadata: &Metadata, bits: u32) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & bits != 0
}

#[cfg(not(unix))]
fn has_mode(_metadata: &Metadata, _bits: u32) -> bool {
    false
}

/// The `chmod` command that gives `path` this mode, quoted for a shell.
pub(crate) fn chmod_command(mode: &str, path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(is_plain) && !path.starts_with('-') {
        return format!("chmod {mode} {path}");
    }
    format!("chmod {mode} -- '{}'", path.replace('\'', r"'\''"))
}

/// Options for creating a file that only its owner may access.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The path after all symbolic links are followed. The file there need not exist.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = directory_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Gives a new file the owner and mode of the file that it replaces. So a user's file still belongs to the user when
/// root edits it.
fn copy_owner_and_mode(from: &Metadata, to: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let new = to.metadata()?;
        if (new.uid(), new.gid()) != (from.uid(), from.gid()) {
            fchown(to, Some(from.uid()), Some(from.gid()))?;
        }
    }
    to.set_permissions(from.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chmod_command_can_be_pasted_whatever_the_path() {
        for (mode, path, expected) in [
            ("600", "/a/b.toml", "chmod 600 /a/b.toml"),
            ("go-w", "a b", "chmod go-w -- 'a b'"),
            ("600", "-it's", r"chmod 600 -- '-it'\''s'"),
        ] {
            assert_eq!(chmod_command(mode, Path::new(path)), expected);
        }
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt, symlink};

        use super::super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        }

        fn replace(path: &Path, content: &str) -> io::Result<()> {
            Replacement::prepare(path, content.as_bytes())?.commit()
        }

        #[test]
        fn new_files_and_their_directories_are_the_owners_alone() {
            let home = tempfile::tempdir().unwrap();
            let replaced = home.path().join("a/b/config.toml");
            replace(&replaced, "x = 1\n").unwrap();
            assert_eq!(fs::read_to_string(&replaced).unwrap(), "x = 1\n");
            let appended = home.path().join("c/history.jsonl");
            open_for_append(&appended).unwrap();
            let created = home.path().join("a/key");
            create_new(&created, b"x").unwrap();
            for path in [&replaced, &appended, &created] {
                assert_eq!(mode(path), 0o600, "{}", path.display());
                assert_eq!(mode(directory_of(path)), 0o700, "{}", path.display());
            }
        }

        #[test]
        fn a_file_that_is_there_is_never_created_anew() {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join("key");
            create_new(&path, b"theirs").unwrap();
            let error = create_new(&path, b"ours").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        }

        #[test]
        fn a_private_file_takes_the_place_of_one_that_others_may_read() {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join("key");
            for content in ["first", "second"] {
                replace_private(&path, content.as_bytes()).unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), content);
                assert_eq!(mode(&path), 0o600);
                fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            }
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        }

        #[test]
        fn a_replacement_keeps_the_mode_and_follows_links() {
            let home = tempfile::tempdir().unwrap();
            let [target, middle, link] =
                ["target", "middle", "link"].map(|name| home.path().join(name));
            fs::write(&target, "old").unwrap();
            fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
            symlink("target", &middle).unwrap();
            symlink(&middle, &link).unwrap();
            replace(&link, "new").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(&target).unwrap(), "new");
            assert_eq!(mode(&target), 0o640);
        }

        #[test]
        fn a_link_to_a_file_that_is_not_there_yet_is_kept_and_the_file_created() {
            let home = tempfile::tempdir().unwrap();
            let link = home.path().join("link");
            symlink("elsewhere/target", &link).unwrap();
            replace(&link, "new").unwrap();
            let target = home.path().join("elsewhere/target");
            assert_eq!(fs::read_to_string(target).unwrap(), "new");
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        }

        #[test]
        fn links_in_a_ring_are_an_error() {
            let home = tempfile::tempdir().unwrap();
            let link = home.path().join("link");
            symlink("link", &link).unwrap();
            assert!(replace(&link, "new").is_err());
        }

        #[test]
        fn a_replacement_that_is_not_committed_leaves_no_trace() {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join("config.toml");
            fs::write(&path, "old").unwrap();
            drop(Replacement::prepare(&path, b"new").unwrap());
            assert_eq!(fs::read_to_string(&path).unwrap(), "old");
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        }
    }
}
