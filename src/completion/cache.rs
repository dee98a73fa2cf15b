use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::candidate::Candidate;
use super::sorted::Sorted;
use super::{connections, disk, orgs};
use crate::output::escape;

/// Stands at the head of every file. Another version is as no file at all.
const VERSION: &str = "orgconn completions 1";

/// What commands at a terminal have seen, for completions and nothing else: for each [`Owner`] a file of orgs and one
/// of connections.
///
/// The files are lines of fields between tabs, so that they can be searched without being taken apart. One that is
/// damaged, or of another version, is as good as none.
#[derive(Clone, Debug)]
pub struct Cache {
    directory: PathBuf,
}

/// Through whose eyes something was seen: the profile, if one was used, and the site or the URL of the API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The profile.
    pub profile: Option<Arc<str>>,
    /// What people call the server. The sandbox is `sandbox`, whatever its port.
    pub server: String,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Orgs,
    Connections,
}

impl Content {
    const fn extension(self) -> &'static str {
        match self {
            Self::Orgs => "orgs",
            Self::Connections => "connections",
        }
    }
}

impl Cache {
    /// The cache in a directory, which need not be there.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }

    /// The orgs that `typed` may be the beginning of, as any of the owners saw them. It is read as an ORG is:
    /// `name:`, `uuid:` and `public-id:` in front force one reading. An org that cannot be called by its name comes
    /// with its UUID.
    pub fn orgs(&self, owners: &[Owner], typed: &str) -> Vec<Candidate> {
        orgs::candidates(&mut self.open_all(owners, Content::Orgs), typed)
    }

    /// The connections whose ids begin with `typed`, as any of the owners saw them.
    pub fn connections(&self, owners: &[Owner], typed: &str) -> Vec<Candidate> {
        connections::candidates(&mut self.open_all(owners, Content::Connections), typed)
    }

    fn open_all(&self, owners: &[Owner], content: Content) -> Vec<Sorted> {
        let open = |owner| self.open(owner, content);
        owners.iter().filter_map(open).collect()
    }

    fn open(&self, owner: &Owner, content: Content) -> Option<Sorted> {
        Sorted::open(&self.path(owner, content), &head(owner))
    }

    /// The lines of a file, without its head; none if there is no such file, or it is damaged.
    pub(super) fn read(&self, owner: &Owner, content: Content) -> Option<String> {
        let bytes = self.open(owner, content)?.all().ok()?;
        String::from_utf8(bytes).ok()
    }

    pub(super) fn write(
        &self,
        owner: &Owner,
        content: Content,
        lines: &[String],
    ) -> io::Result<()> {
        let mut text = head(owner);
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        disk::replace(&self.path(owner, content), &text)
    }

    /// Changes the connections of all owners: `change` is given each file's lines, and gives those to put in their
    /// place, if they differ.
    pub(super) fn correct(&self, change: impl Fn(&str) -> Option<String>) -> io::Result<()> {
        for path in disk::files(&self.directory, Content::Connections.extension())? {
            let text = std::fs::read_to_string(&path).ok();
            let Some((head, lines)) = text.as_deref().and_then(|text| text.split_once('\n')) else {
                continue;
            };
            if let Some(lines) = change(lines) {
                disk::replace(&path, &format!("{head}\n{lines}"))?;
            }
        }
        Ok(())
    }

    /// Takes away whatever was seen on this server.
    ///
    /// # Errors
    /// A file cannot be taken away.
    pub fn forget(&self, server: &str) -> io::Result<()> {
        let end = format!("\t{}\n", escape(server));
        for content in [Content::Orgs, Content::Connections] {
            for path in disk::files(&self.directory, content.extension())? {
                let bytes = std::fs::read(&path).unwrap_or_default();
                let head = bytes.split_inclusive(|byte| *byte == b'\n').next();
                if head.is_some_and(|head| head.ends_with(end.as_bytes())) {
                    std::fs::remove_file(path)?;
                }
            }
        }
        Ok(())
    }

    fn path(&self, owner: &Owner, content: Content) -> PathBuf {
        let mut name = format!("{:016x}", digest(&head(owner)));
        // Writing to a string does not fail.
        let _ = write!(name, ".{}", content.extension());
        self.directory.join(name)
    }

    /// Where the files are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

fn head(owner: &Owner) -> String {
    let profile = owner.profile.as_deref().unwrap_or_default();
    format!(
        "{VERSION}\t{}\t{}\n",
        escape(profile),
        escape(&owner.server)
    )
}

/// FNV-1a: profiles and servers may be called what no file can. That two never meet is for the head to see to.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
