use std::fs::Metadata;
use std::path::Path;

/// Whether anybody but a file's owner may read it. Always false where files have no Unix modes.
#[cfg(unix)]
pub(super) fn others_may_read(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o044 != 0
}

/// Whether anybody but a file's owner may write it. Always false where files have no Unix modes.
#[cfg(unix)]
pub(super) fn others_may_write(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o022 != 0
}

#[cfg(not(unix))]
pub(super) fn others_may_read(_metadata: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
pub(super) fn others_may_write(_metadata: &Metadata) -> bool {
    false
}

/// The command that gives `path` this mode, fit for pasting into a shell.
pub(super) fn chmod(mode: &str, path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(is_plain) && !path.starts_with('-') {
        return format!("chmod {mode} {path}");
    }
    format!("chmod {mode} -- '{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mend_can_be_pasted_whatever_the_path() {
        assert_eq!(chmod("600", Path::new("/a/b.toml")), "chmod 600 /a/b.toml");
        assert_eq!(chmod("go-w", Path::new("a b")), "chmod go-w -- 'a b'");
        assert_eq!(chmod("600", Path::new("-it's")), r"chmod 600 -- '-it'\''s'");
    }
}
