//! Opens, reads and writes files: the program's own, which are their owner's alone, and those that a user names. It
//! decides for all of them which files are safe to use.

#[cfg(test)]
mod tests;

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use rustix::fs::OFlags;
use tempfile::NamedTempFile;

use crate::shell_quote::command_line;

/// The maximum number of symbolic links that are followed in a row. It is the limit of Linux.
const MAX_LINKS: usize = 40;

/// Why a file is not used, although the system would open it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnsafeFile {
    /// It is a directory, a device or a pipe. Reading a pipe or a device may never end.
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// It is a symbolic link, and the program writes there.
    #[cfg(unix)]
    #[error("it is a symbolic link, which is not followed where the program writes")]
    Link,
    /// Another user owns it. Contains the number of that user.
    #[cfg(unix)]
    #[error(
        "it belongs to another user ({0}); if its content is right, replace it with a copy of your own"
    )]
    OtherOwner(u32),
    /// Other users may write it. Contains the `chmod` command that takes the permission away.
    #[cfg(unix)]
    #[error("others may write it; run `{0}`")]
    Writable(String),
    /// Another user owns its directory, and may replace it.
    #[cfg(unix)]
    #[error(
        "its directory {} belongs to another user ({owner}); use a file in a directory of your own",
        directory.display()
    )]
    DirectoryOfOther {
        /// The directory.
        directory: PathBuf,
        /// The number of that user.
        owner: u32,
    },
    /// Other users may write its directory, and replace it. Contains the `chmod` command.
    #[cfg(unix)]
    #[error("others may write its directory; run `{0}`")]
    WritableDirectory(String),
    /// It is larger than any file of its kind. Contains the limit in bytes.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
}

impl From<UnsafeFile> for io::Error {
    fn from(error: UnsafeFile) -> Self {
        Self::other(error)
    }
}

/// Whether the error is about a file that is not safe to use. Its message says what to do.
pub(crate) fn is_unsafe_file(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<UnsafeFile>())
}

/// Reads a file that nobody else may have written, and its metadata; `None` if there is no file. Both belong to the same
/// file, even if it is replaced in the meantime. Symbolic links are followed.
///
/// # Errors
/// As [`open_regular`] and [`require_safe`]. Also fails if the file has more than `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Option<(Vec<u8>, Metadata)>> {
    let opened = open_regular(path).and_then(|file| {
        require_safe(path, &file)?;
        Ok(file)
    });
    read_opened(opened, limit)
}

/// As [`read`], for a file that the program writes itself. Such a file is no symbolic link.
pub(crate) fn read_own(path: &Path, limit: u64) -> io::Result<Option<(Vec<u8>, Metadata)>> {
    read_opened(open_own(path), limit)
}

fn read_opened(opened: io::Result<File>, limit: u64) -> io::Result<Option<(Vec<u8>, Metadata)>> {
    match opened {
        Ok(file) => {
            let metadata = file.metadata()?;
            Ok(Some((read_bounded(file, limit)?, metadata)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads everything, but never more than `limit` bytes and one.
///
/// # Errors
/// Fails if there is more than `limit`.
pub(crate) fn read_bounded(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(UnsafeFile::TooLarge(limit).into()),
        false => Ok(bytes),
    }
}

/// Opens a regular file for reading, and never waits for it. An open stream of this process that the user names, such as
/// `/dev/stdin` or the `/dev/fd/63` of `<(…)`, may be a pipe too.
///
/// # Errors
/// Fails if it cannot be opened, or is no regular file.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    match is_stream(path) {
        true => File::open(path),
        false => open_without_waiting(OpenOptions::new().read(true), path, true),
    }
}

/// Opens a file that the program has written, for reading.
///
/// # Errors
/// As [`open_regular`] and [`require_safe`]. Also fails if it is a symbolic link.
pub(crate) fn open_own(path: &Path) -> io::Result<File> {
    open_own_with(OpenOptions::new().read(true), path)
}

fn open_own_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = open_without_waiting(options, path, false)?;
    require_safe(path, &file)?;
    Ok(file)
}

/// A named pipe would be waited for until somebody opens its other end.
fn open_without_waiting(
    options: &mut OpenOptions,
    path: &Path,
    follows_links: bool,
) -> io::Result<File> {
    #[cfg(unix)]
    {
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        flags.set(OFlags::NOFOLLOW, !follows_links);
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    }
    let opened = options.open(path);
    #[cfg(unix)]
    if opened.is_err() && !follows_links && is_link(path) {
        return Err(UnsafeFile::Link.into());
    }
    #[cfg(not(unix))]
    let _ = follows_links;
    let file = opened?;
    require_regular(&file.metadata()?)?;
    Ok(file)
}

#[cfg(unix)]
fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

fn require_regular(metadata: &Metadata) -> Result<(), UnsafeFile> {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type()) {
        return Err(UnsafeFile::NotRegular("a named pipe"));
    }
    if metadata.is_file() {
        return Ok(());
    }
    Err(UnsafeFile::NotRegular(match metadata.is_dir() {
        true => "a directory",
        false => "a device or socket",
    }))
}

/// Whether a path names an open stream of this process, which the user has opened for it, or the empty file `/dev/null`.
fn is_stream(path: &Path) -> bool {
    const STREAMS: [&str; 4] = ["/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/null"];
    const DIRECTORIES: [&str; 2] = ["/dev/fd", "/proc/self/fd"];
    let is_one_of = |names: &[&str], path| names.iter().any(|name| Path::new(name) == path);
    cfg!(unix)
        && (is_one_of(&STREAMS, path)
            || path
                .parent()
                .is_some_and(|parent| is_one_of(&DIRECTORIES, parent)))
}

/// Requires that nobody but the user and root could have written a file: one of them owns it and each directory on the
/// way to it, and others may not write them. A directory such as `/tmp`, in which nobody may replace the files of others,
/// will do. Where a symbolic link is on the way, this holds for the way to its target too. The streams of this process
/// are not checked.
///
/// # Errors
/// Fails if another user could have written it.
pub(crate) fn require_safe(path: &Path, file: &File) -> io::Result<()> {
    if is_stream(path) {
        return Ok(());
    }
    require_own_content(path, file)?;
    require_safe_way(path, MAX_LINKS)
}

/// Requires that nobody but the user and root can put another file in a path's place: in none of the directories on
/// the way to it, and in none on the way to where a link leads.
fn require_safe_way(path: &Path, links_left: usize) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    for part in path.ancestors() {
        if let Some(directory) = part.parent() {
            require_safe_directory(directory)?;
        }
        if let Ok(target) = fs::read_link(part) {
            let Some(links_left) = links_left.checked_sub(1) else {
                return Err(io::Error::other("too many links"));
            };
            require_safe_way(&directory_of(part).join(target), links_left)?;
        }
    }
    Ok(())
}

/// As [`require_safe`], whatever the file's directory.
///
/// # Errors
/// Fails if another user owns the file, or may write it.
pub(crate) fn require_own_content(path: &Path, file: &File) -> io::Result<()> {
    #[cfg(unix)]
    if !is_stream(path) {
        let metadata = file.metadata()?;
        if let Some(owner) = other_owner(&metadata) {
            return Err(UnsafeFile::OtherOwner(owner).into());
        }
        if others_may_write(&metadata) {
            return Err(UnsafeFile::Writable(chmod_command("go-w", path)).into());
        }
    }
    #[cfg(not(unix))]
    let _ = (path, file);
    Ok(())
}

/// Requires that nobody but the user and root can replace files in a directory.
fn require_safe_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        // In a directory with this bit, such as `/tmp`, only its owner may replace a file.
        const STICKY: u32 = 0o1000;
        let metadata = fs::metadata(directory)?;
        if let Some(owner) = other_owner(&metadata) {
            let directory = directory.to_owned();
            return Err(UnsafeFile::DirectoryOfOther { directory, owner }.into());
        }
        if others_may_write(&metadata) && !has_mode(&metadata, STICKY) {
            let command = chmod_command("go-w", directory);
            return Err(UnsafeFile::WritableDirectory(command).into());
        }
    }
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// The number of the user who owns a file, unless it is root or the user who runs this program.
#[cfg(unix)]
fn other_owner(metadata: &Metadata) -> Option<u32> {
    let owner = std::os::unix::fs::MetadataExt::uid(metadata);
    (owner != 0 && !is_own(metadata)).then_some(owner)
}

/// Creates a file that only its owner may access, with this content or not at all.
///
/// # Errors
/// Fails if the file exists already or cannot be written, or others may replace files in its directory.
pub(crate) fn create_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = directory_of(path);
    require_safe_directory(directory)?;
    let temporary = temporary_in(directory, content)?;
    temporary.as_file().sync_all()?;
    temporary.persist_noclobber(path)?;
    sync_directory(directory)
}

/// Writes a file that only its owner may access. It takes the place of the present one, if there is one, even of a
/// symbolic link; readers see either the old or the new content.
///
/// # Errors
/// Fails if the file cannot be written, or others may replace files in its directory.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    require_safe_directory(directory_of(path))?;
    replace(path, content)
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = directory_of(path);
    let temporary = temporary_in(directory, content)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    sync_directory(directory)
}

/// Writes a file that the user names for the output of a command, in any directory; only its owner may access it. To an
/// open stream of this process, such as `/dev/stdout` or that of `>(…)`, the content is appended.
///
/// # Errors
/// Fails if the file cannot be written, or is a symbolic link or no regular file.
pub(crate) fn write_output(path: &Path, content: &[u8]) -> io::Result<()> {
    if is_stream(path) {
        return OpenOptions::new()
            .append(true)
            .open(path)?
            .write_all(content);
    }
    match fs::symlink_metadata(path) {
        #[cfg(unix)]
        Ok(present) if present.is_symlink() => return Err(UnsafeFile::Link.into()),
        Ok(present) => require_regular(&present)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    replace(path, content)
}

/// A temporary file with this content, which only its owner may access, whatever the umask.
fn temporary_in(directory: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut temporary = NamedTempFile::new_in(directory)?;
    #[cfg(unix)]
    temporary
        .as_file()
        .set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    temporary.write_all(content)?;
    Ok(temporary)
}

/// Checks that files can be created in a directory.
///
/// # Errors
/// Fails if a file cannot be created, or others could replace it.
pub(crate) fn check_directory(directory: &Path) -> io::Result<()> {
    require_safe_directory(directory)?;
    temporary_in(directory, b"").map(drop)
}

/// Opens a file for reading and appending. A missing file and its directory are created, and only their owner may
/// access them.
///
/// # Errors
/// Fails if the file cannot be opened or created, is a symbolic link or no regular file, or another user could have
/// written it.
pub(crate) fn open_for_append(path: &Path) -> io::Result<File> {
    create_directory(directory_of(path))?;
    let open = || open_own_with(OpenOptions::new().read(true).append(true), path);
    match open() {
        Err(error) if error.kind() == ErrorKind::NotFound => match create_new(path, b"") {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            // Another process may have created it meanwhile.
            _ => open(),
        },
        opened => opened,
    }
}

/// A temporary file with the new content of a file, next to that file. It is removed if it is dropped without a commit.
pub(crate) struct Replacement {
    target: PathBuf,
    temporary: NamedTempFile,
}

impl Replacement {
    /// Writes the new content to a temporary file. Only the owner may access the file and its missing directories. A
    /// symbolic link will be replaced.
    ///
    /// # Errors
    /// Fails if the file cannot be written, or others may replace files in its directory.
    pub(crate) fn prepare(path: &Path, content: &[u8]) -> io::Result<Self> {
        let directory = directory_of(path);
        create_directory(directory)?;
        require_safe_directory(directory)?;
        Ok(Self {
            target: path.to_owned(),
            temporary: temporary_in(directory, content)?,
        })
    }

    /// As [`Replacement::prepare`], but a symbolic link stays, and the file that it leads to is replaced. Mode and owner
    /// of an existing file are kept.
    ///
    /// # Errors
    /// As [`Replacement::prepare`], about the file that the link leads to.
    pub(crate) fn prepare_through_links(path: &Path, content: &[u8]) -> io::Result<Self> {
        let replacement = Self::prepare(&follow_links(path)?, content)?;
        match fs::metadata(&replacement.target) {
            Ok(present) => copy_owner_and_mode(&present, replacement.temporary.as_file())?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(replacement)
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

/// Creates a directory and its missing parents, and syncs them. Only their owner may access them, whatever the umask.
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.is_dir();
    let missing: Vec<_> = directory.ancestors().take_while(is_missing).collect();
    for path in missing.into_iter().rev() {
        match create_one_directory(path) {
            // Another process may have created it meanwhile.
            Err(_) if path.is_dir() => {}
            created => {
                created?;
                sync_directory(directory_of(path))?;
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn create_one_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().mode(0o700).create(path)?;
    fs::set_permissions(path, PermissionsExt::from_mode(0o700))
}

#[cfg(not(unix))]
fn create_one_directory(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
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

/// Whether users other than the owner may write a file.
#[cfg(unix)]
fn others_may_write(metadata: &Metadata) -> bool {
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
    let end_of_options = path.starts_with('-').then_some("--");
    let words = ["chmod", mode].into_iter().chain(end_of_options);
    command_line(words.chain([&*path]))
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
