//! The configuration file.

mod format;

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

pub(super) use self::format::parse;
pub(crate) use self::format::{ConfigFile, Profile, UnknownProfile};
use self::format::{FormatError, NAME_RULE, is_usable_name};
use super::environment::ConfigLocation;
use crate::private_file::{self, chmod_command, others_may_read};
use crate::text_input::decode;

/// The maximum size of the file. A thousand profiles have some 300 KB.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// An error about the configuration file. No variant contains a value of the file, since it could be a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// A file that the user named does not exist.
    #[error("there is no configuration file {}", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file cannot be written. Its old content is unchanged.
    #[error("cannot write the configuration file {}", .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
    /// The content of the file is invalid.
    #[error("{}:{problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, the column, and the mistake there.
        problem: String,
        /// The words to choose from.
        candidates: Vec<String>,
    },
    /// Another program changed the file after it was read and before it was written.
    #[error("{} was changed by another program meanwhile; nothing was written, try again", .0.display())]
    Changed(PathBuf),
    /// The name is not allowed for a profile.
    #[error("{NAME_RULE}")]
    UnusableName,
    /// A profile with that name exists already.
    #[error("the profile `{0}` already exists")]
    ProfileExists(String),
    /// No profile has the name.
    #[error(transparent)]
    UnknownProfile(#[from] UnknownProfile),
    /// The change would make the file invalid.
    #[error("the change would make {} invalid; edit it by hand{}", path.display(), problem.as_ref().map(|problem| format!(": {problem}")).unwrap_or_default())]
    Uneditable {
        /// The file.
        path: PathBuf,
        /// The mistake that the new text would have.
        problem: Option<String>,
    },
}

impl ConfigFile {
    /// Reads and checks the file. A missing file counts as empty, unless the user named it.
    ///
    /// # Errors
    /// Fails if the file cannot be read, or contains an unknown key, an invalid value or a secret. Also fails if another
    /// user could have written it: it names commands that are run, and the servers that keys are sent to.
    pub(crate) fn load(location: &ConfigLocation) -> Result<Self, FileError> {
        match Self::load_with_content(&location.path)? {
            (_, None) if location.is_named => Err(FileError::Missing(location.path.clone())),
            (file, _) => Ok(file),
        }
    }

    /// Reads the settings of the file, and its bytes if it exists.
    pub(super) fn load_with_content(path: &Path) -> Result<(Self, Option<Vec<u8>>), FileError> {
        let content = private_file::read(path, MAX_BYTES);
        match content.map_err(|error| FileError::Unreadable(path.to_owned(), error))? {
            Some((bytes, metadata)) => {
                Ok((Self::from_bytes(path, &bytes, &metadata)?, Some(bytes)))
            }
            None => {
                let path = path.to_owned();
                Ok((
                    Self {
                        path,
                        ..Self::default()
                    },
                    None,
                ))
            }
        }
    }

    fn from_bytes(path: &Path, bytes: &[u8], metadata: &Metadata) -> Result<Self, FileError> {
        let text = decode(bytes).map_err(FormatError::from_encoding);
        let file = text.and_then(|text| parse(path, &text));
        file.map_err(|error| {
            let mut problem = error.to_string();
            if error.is_secret && others_may_read(metadata) {
                let command = chmod_command("600", path);
                problem.push_str(&format!(
                    "; others may read the file too: run `{command}`, and have the secret replaced"
                ));
            }
            FileError::Invalid {
                path: path.to_owned(),
                problem,
                candidates: error.candidates,
            }
        })
    }

    /// The profile with exactly this name.
    ///
    /// # Errors
    /// Fails if there is none.
    pub(crate) fn profile(&self, name: &str) -> Result<&Profile, FileError> {
        let found = self.profiles.iter().find(|profile| profile.name == name);
        found.ok_or_else(|| self.unknown_profile(name))
    }

    /// Checks that a new profile may have this name.
    ///
    /// # Errors
    /// Fails if the name is invalid, or another profile has it in any letter case.
    pub(crate) fn check_new_name(&self, name: &str) -> Result<(), FileError> {
        if !is_usable_name(name) {
            return Err(FileError::UnusableName);
        }
        let is_same = |profile: &&Profile| profile.name.to_lowercase() == name.to_lowercase();
        match self.profiles.iter().find(is_same) {
            Some(other) => Err(FileError::ProfileExists(other.name.clone())),
            None => Ok(()),
        }
    }

    pub(super) fn unknown_profile(&self, name: &str) -> FileError {
        let known = self.profiles.iter().map(|profile| profile.name.as_str());
        UnknownProfile::new(name, known).into()
    }
}

impl FileError {
    /// The words to choose from, which the message does not list.
    pub(crate) fn candidates(&self) -> Vec<String> {
        match self {
            Self::Invalid { candidates, .. } => candidates.clone(),
            Self::UnknownProfile(unknown) => unknown.candidates(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
