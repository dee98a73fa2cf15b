//! The configuration file: read whole, checked whole, and edited in place.

mod edit;
mod profile;
mod reader;
mod source;
mod write;

use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::Utf8Error;
use std::sync::Arc;

use toml_edit::{Document, Item, TableLike};
use uuid::Uuid;

pub use self::edit::{Editor, ProfileDraft};
use self::reader::{Reader, position};
use super::credentials::Sources;
use super::directories::ConfigLocation;
use super::error::{FileError, Problem, UnknownProfile};
use super::nearest::{nearest, proposal};
use super::permissions::{chmod, others_may_read, others_may_write};
use super::server::Server;

/// What the configuration file says. A file that does not exist says nothing.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// The profile to use where none is chosen and the environment has no credentials.
    pub default_profile: Option<Arc<str>>,
    /// Hosts outside Datadog's domains that keys may be sent to, whatever the profile.
    pub trusted_hosts: Vec<String>,
    /// The profiles in the order of the file.
    pub profiles: Vec<Profile>,
}

/// A named set of site and credentials.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name. No other differs from it in letter case alone.
    pub name: Arc<str>,
    /// Where the API is.
    pub server: Server,
    /// The org that its keys must belong to.
    pub org: Option<Uuid>,
    /// Hosts outside Datadog's domains that its keys may be sent to.
    pub trusted_hosts: Vec<String>,
    /// Where its credentials come from. A profile may be without until somebody logs in.
    pub credentials: Option<Sources>,
}

const TOP_LEVEL_KEYS: [&str; 3] = ["default_profile", "trusted_hosts", "profiles"];

impl ConfigFile {
    /// Reads and checks the file. One that is missing is empty, unless somebody named it.
    ///
    /// # Errors
    /// It cannot be read, says something that this program does not know or understand, holds a secret, or could be
    /// changed by others while it says where secrets come from. What is wrong is reported all at once, by line and
    /// column, and without a word of what is written there.
    pub fn load(location: &ConfigLocation) -> Result<Self, FileError> {
        match Self::load_with_content(&location.path)? {
            (_, None) if location.is_named => Err(FileError::Missing {
                path: location.path.clone(),
            }),
            (file, _) => Ok(file),
        }
    }

    /// What the file says, and its bytes if it is there.
    fn load_with_content(path: &Path) -> Result<(Self, Option<Vec<u8>>), FileError> {
        match read(path) {
            Ok((bytes, metadata)) => {
                let file = Self::from_bytes(path, &bytes, Some(&metadata))?;
                Ok((file, Some(bytes)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok((Self::empty(path), None)),
            Err(source) => Err(FileError::Unreadable {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn empty(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            ..Self::default()
        }
    }

    /// The profile of this name, exactly.
    ///
    /// # Errors
    /// There is none; the error lists those that exist.
    pub fn profile(&self, name: &str) -> Result<&Profile, UnknownProfile> {
        let found = self.profiles.iter().find(|profile| &*profile.name == name);
        found.ok_or_else(|| self.unknown_profile(name))
    }

    fn unknown_profile(&self, name: &str) -> UnknownProfile {
        let names = self.profiles.iter().map(|profile| &*profile.name);
        UnknownProfile {
            name: name.to_owned(),
            nearest: nearest(name, names.clone()).map(str::to_owned),
            known: names.map(str::to_owned).collect(),
        }
    }

    fn from_bytes(
        path: &Path,
        bytes: &[u8],
        metadata: Option<&Metadata>,
    ) -> Result<Self, FileError> {
        let invalid = |problems| FileError::Invalid {
            path: path.to_owned(),
            problems,
        };
        let text = str::from_utf8(bytes).map_err(|error| invalid(vec![not_text(bytes, error)]))?;
        let mut reader = Reader::new(text);
        if metadata.is_some_and(others_may_read) {
            reader.exposed_mend = Some(chmod("600", path));
        }
        let mut file = reader.file();
        path.clone_into(&mut file.path);
        let problems = reader.into_problems();
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        match metadata {
            Some(metadata) if file.names_secrets() && others_may_write(metadata) => {
                Err(FileError::Writable {
                    path: path.to_owned(),
                    mend: chmod("go-w", path),
                })
            }
            _ => Ok(file),
        }
    }

    fn names_secrets(&self) -> bool {
        self.profiles
            .iter()
            .any(|profile| profile.credentials.is_some())
    }
}

/// The content of a file and what the system says of it, of one and the same file even if it is replaced meanwhile.
fn read(path: &Path) -> std::io::Result<(Vec<u8>, Metadata)> {
    let mut file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, metadata))
}

/// The first byte that is no UTF-8, and its place.
fn not_text(bytes: &[u8], error: Utf8Error) -> Problem {
    let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let (line, column) = position(&before, before.len());
    Problem {
        line,
        column,
        message: "no valid UTF-8".to_owned(),
    }
}

impl Reader<'_> {
    fn file(&mut self) -> ConfigFile {
        let document = match Document::parse(self.text) {
            Ok(document) => document,
            Err(error) => {
                // Never the error itself: it shows the line, and the line could hold a secret.
                self.problem(error.span(), error.message());
                return ConfigFile::default();
            }
        };
        let table = document.as_table();
        self.refuse_unknown_keys(table, &TOP_LEVEL_KEYS);
        let file = ConfigFile {
            path: PathBuf::new(),
            default_profile: self.text_of(table, "default_profile").map(Arc::from),
            trusted_hosts: self.hosts(table),
            profiles: self.profiles(table),
        };
        self.check_default(table, &file);
        file
    }

    fn check_default(&mut self, table: &dyn TableLike, file: &ConfigFile) {
        let Some(name) = &file.default_profile else {
            return;
        };
        // A profile that is there, but wrong, is reported where it is.
        let is_there = table
            .get("profiles")
            .and_then(Item::as_table_like)
            .is_some_and(|profiles| profiles.contains_key(name));
        if !is_there {
            let known = file.profiles.iter().map(|profile| &*profile.name);
            let proposal = proposal(nearest(name, known));
            let span = table.get("default_profile").and_then(Item::span);
            self.problem(
                span,
                format!("default_profile is none of the profiles{proposal}"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
