use std::fs::File;
use std::io::Read;
use std::path::Path;

use secrecy::zeroize::Zeroizing;

use super::{LONGEST, SecretProblem};
use crate::config::permissions::{chmod, others_may_read};

/// The content of a file that its owner alone may read; at most one byte more than the longest secret. The file that
/// is looked at is the one that is read, even if another takes its place meanwhile.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let file = File::open(path).map_err(SecretProblem::Unreadable)?;
    let metadata = file.metadata().map_err(SecretProblem::Unreadable)?;
    if others_may_read(&metadata) {
        let mend = chmod("600", path);
        return Err(SecretProblem::Exposed { mend });
    }
    read_limited(file).map_err(SecretProblem::Unreadable)
}

/// Reads to the end, or to one byte beyond the longest secret.
pub(super) fn read_limited(source: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Never full: growing would leave a copy behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    source.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
