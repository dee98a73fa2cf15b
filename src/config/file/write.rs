use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::config::error::FileError;

/// More links than this in a row lead nowhere.
const MOST_LINKS: usize = 40;

/// Puts `text` in the place of the file's content at once: whoever reads the file meanwhile sees the old or the new.
/// A link is followed to what it points at; mode and owner are kept, and a new file is its owner's alone.
///
/// # Errors
/// It cannot be written, or its content is not `expected` any more. Then the file is as it was.
pub(super) fn replace(path: &Path, text: &str, expected: Option<&[u8]>) -> Result<(), FileError> {
    let unwritable = |source| FileError::Unwritable {
        path: path.to_owned(),
        source,
    };
    let target = behind_links(path).map_err(unwritable)?;
    let temporary = prepared(&target, text).map_err(unwritable)?;
    if current(&target).map_err(unwritable)?.as_deref() != expected {
        return Err(FileError::Changed {
            path: path.to_owned(),
        });
    }
    temporary
        .persist(&target)
        .map_err(|error| unwritable(error.error))?;
    make_lasting(&target).map_err(unwritable)
}

/// The content of a file; none if it is not there.
pub(super) fn current(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where a path leads, whether or not there is a file yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = directory_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// A file beside the target with the new content, so that it can take the target's place.
fn prepared(target: &Path, text: &str) -> io::Result<NamedTempFile> {
    let directory = directory_of(target);
    create_directories(directory)?;
    let mut temporary = NamedTempFile::new_in(directory)?;
    temporary.write_all(text.as_bytes())?;
    match fs::metadata(target) {
        Ok(old) => take_after(temporary.as_file(), &old)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn create_directories(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create_directories(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Gives a file the owner and mode of another. Root may edit another user's file, who is to keep it.
#[cfg(unix)]
fn take_after(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        fchown(file, Some(old.uid()), Some(old.gid()))?;
    }
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn take_after(file: &File, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

/// Waits until the new name is on the disk too.
#[cfg(unix)]
fn make_lasting(target: &Path) -> io::Result<()> {
    File::open(directory_of(target))?.sync_all()
}

#[cfg(not(unix))]
fn make_lasting(_target: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_and_its_directories_are_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/config.toml");
        replace(&path, "x = 1\n", None).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "x = 1\n");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&home.path().join("a")), 0o700);
    }

    #[test]
    fn the_mode_is_kept_and_links_are_followed() {
        let home = tempfile::tempdir().unwrap();
        let [target, middle, link] =
            ["target", "middle", "link"].map(|name| home.path().join(name));
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("target", &middle).unwrap();
        symlink(&middle, &link).unwrap();
        replace(&link, "new", Some(b"old")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(mode(&target), 0o640);
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_yet_is_kept_and_the_file_made() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        symlink("elsewhere/target", &link).unwrap();
        replace(&link, "new", None).unwrap();
        let target = home.path().join("elsewhere/target");
        assert_eq!(fs::read_to_string(target).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn links_in_a_ring_are_an_error() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        symlink("link", &link).unwrap();
        assert!(matches!(
            replace(&link, "new", None),
            Err(FileError::Unwritable { .. })
        ));
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone_and_nothing_is_left_behind() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        fs::write(&path, "theirs").unwrap();
        for expected in [None, Some(&b"old"[..])] {
            let error = replace(&path, "ours", expected).unwrap_err();
            assert!(matches!(error, FileError::Changed { .. }));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
