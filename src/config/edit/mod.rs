//! Edits the configuration file and leaves everything else in it unchanged.

mod comments;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};
use uuid::Uuid;

use super::credentials::SecretSources;
use super::environment::ConfigLocation;
use super::file::{ConfigFile, FileError, MAX_BYTES, parse};
use super::secret::SecretSource;
use super::site::Server;
use crate::private_file::{self, Replacement};
use crate::text_input::decode;

/// The values to write into a profile. A value that is `None` stays unchanged.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileDraft {
    /// The server of the API.
    pub(crate) server: Option<Server>,
    /// The org that the keys must belong to.
    pub(crate) org: Option<Uuid>,
    /// Hosts outside Datadog's domains that the keys may be sent to. They replace the present ones.
    pub(crate) trusted_hosts: Option<Vec<String>>,
    /// The sources of the credentials. They replace the present ones.
    pub(crate) credentials: Option<SecretSources>,
}

/// The maximum time to wait for other processes that edit the file. Each takes milliseconds.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// While this exists, no other process edits the configuration file, or the secrets that it names.
#[derive(Debug)]
pub(crate) struct ConfigLock<'a> {
    location: &'a ConfigLocation,
    /// `None` where directories cannot be locked.
    _directory: Option<File>,
}

impl<'a> ConfigLock<'a> {
    /// Waits until no other process holds the lock.
    ///
    /// # Errors
    /// Fails if the directory of the file cannot be created, or another process holds the lock for long.
    pub(crate) fn new(location: &'a ConfigLocation) -> Result<Self, FileError> {
        let directory = private_file::directory_of(&location.path);
        let locked = private_file::lock_directory(directory, LOCK_TIMEOUT);
        let locked = locked.map_err(|error| FileError::Unwritable(location.path.clone(), error))?;
        Ok(Self {
            location,
            _directory: locked,
        })
    }
}

/// Edits the configuration file. Comments, order and format of everything else stay.
#[derive(Debug)]
pub(crate) struct ConfigEditor {
    /// The settings in the file when it was opened.
    file: ConfigFile,
    /// The content of the file when it was opened; `None` if there is no file.
    original: Option<Vec<u8>>,
    document: DocumentMut,
}

impl ConfigEditor {
    /// Reads the file, makes a change, and writes it completely or not at all. Returns what the change returns, and the
    /// new settings. Other processes that do the same wait meanwhile.
    ///
    /// # Errors
    /// As [`ConfigEditor::open`], or with the error of the change. Also fails if the file cannot be written, another
    /// program changes it at the same time, or the new text would be invalid.
    pub(crate) fn edit<T>(
        location: &ConfigLocation,
        change: impl FnOnce(&mut Self) -> Result<T, FileError>,
    ) -> Result<(T, ConfigFile), FileError> {
        Self::edit_locked(&ConfigLock::new(location)?, change)
    }

    /// As [`ConfigEditor::edit`], for a caller who holds the lock.
    ///
    /// # Errors
    /// As [`ConfigEditor::edit`].
    pub(crate) fn edit_locked<T>(
        lock: &ConfigLock<'_>,
        change: impl FnOnce(&mut Self) -> Result<T, FileError>,
    ) -> Result<(T, ConfigFile), FileError> {
        let mut editor = Self::open(lock.location)?;
        let value = change(&mut editor)?;
        Ok((value, editor.save()?))
    }

    /// Reads the file. A missing one counts as empty.
    ///
    /// # Errors
    /// As [`ConfigFile::load`]. A file with a mistake must be corrected by hand first.
    pub(crate) fn open(location: &ConfigLocation) -> Result<Self, FileError> {
        let (file, original) = ConfigFile::load_with_content(&location.path)?;
        Self::from_content(file, original)
    }

    /// The editor of a file with these settings and this content.
    pub(super) fn from_content(
        file: ConfigFile,
        original: Option<Vec<u8>>,
    ) -> Result<Self, FileError> {
        let text = decode(original.as_deref().unwrap_or_default());
        let document = text.ok().and_then(|text| text.parse().ok());
        let document = document.ok_or_else(|| uneditable_error(&file.path, None))?;
        Ok(Self {
            file,
            original,
            document,
        })
    }

    /// Checks that the file can be written, without writing it. A missing directory is created.
    ///
    /// # Errors
    /// Fails if a new version of the file cannot be created next to it.
    pub(crate) fn check_writable(location: &ConfigLocation) -> Result<(), FileError> {
        let replacement = Replacement::prepare_through_links(&location.path, b"");
        replacement
            .map(drop)
            .map_err(|error| FileError::Unwritable(location.path.clone(), error))
    }

    /// The settings in the file when it was opened.
    pub(crate) fn file(&self) -> &ConfigFile {
        &self.file
    }

    /// Appends a profile.
    ///
    /// # Errors
    /// Fails if the name is invalid, or another profile has it in any letter case.
    pub(crate) fn add(&mut self, name: &str, draft: &ProfileDraft) -> Result<(), FileError> {
        self.file.check_new_name(name)?;
        let is_empty = self.document.is_empty();
        let profiles = self.profiles()?;
        let mut table = Table::new();
        if !is_empty {
            table.decor_mut().set_prefix("\n");
        }
        write_draft(&mut table, draft);
        profiles.insert(name, Item::Table(table));
        Ok(())
    }

    /// Writes the values of a draft into a profile.
    ///
    /// # Errors
    /// Fails if there is no such profile.
    pub(crate) fn update_profile(
        &mut self,
        name: &str,
        draft: &ProfileDraft,
    ) -> Result<(), FileError> {
        write_draft(self.profile(name)?, draft);
        Ok(())
    }

    /// Removes a profile and the comment right above it. Returns whether it was the default profile; if so, no profile
    /// is the default afterwards.
    ///
    /// # Errors
    /// Fails if there is no such profile.
    pub(crate) fn remove(&mut self, name: &str) -> Result<bool, FileError> {
        self.profile(name)?;
        let profiles = self.profiles()?;
        let names: Vec<_> = profiles.iter().map(|(name, _)| name.to_owned()).collect();
        let next = names.iter().skip_while(|other| *other != name).nth(1);
        if let Some(removed) = profiles.remove(name) {
            comments::keep_file_head(&mut self.document, &removed, next.map(String::as_str));
        }
        let was_default = self.file.default_profile.as_deref() == Some(name);
        if was_default {
            comments::remove_default(&mut self.document);
        }
        Ok(was_default)
    }

    /// Removes the sources of a profile's credentials.
    ///
    /// # Errors
    /// Fails if there is no such profile.
    pub(crate) fn remove_credentials(&mut self, name: &str) -> Result<(), FileError> {
        let table = self.profile(name)?;
        for key in ["api_key", "app_key", "access_token"] {
            table.remove(key);
        }
        Ok(())
    }

    /// Makes a profile the default profile.
    ///
    /// # Errors
    /// Fails if there is no such profile.
    pub(crate) fn set_default(&mut self, name: &str) -> Result<(), FileError> {
        self.profile(name)?;
        if !self.document.contains_key("default_profile") {
            comments::separate_first_table(&mut self.document);
        }
        set_value(self.document.as_table_mut(), "default_profile", name.into());
        Ok(())
    }

    /// Writes the file completely or not at all, and returns its new settings.
    ///
    /// # Errors
    /// Fails if the file cannot be written, another program changed it in the meantime, or the new text would be
    /// invalid.
    fn save(self) -> Result<ConfigFile, FileError> {
        let path = self.file.path.as_path();
        let (text, file) = self.new_content()?;
        let unwritable = |error| FileError::Unwritable(path.to_owned(), error);
        let replacement = Replacement::prepare_through_links(path, text.as_bytes());
        let replacement = replacement.map_err(unwritable)?;
        let present = private_file::read(path, MAX_BYTES).map_err(unwritable)?;
        if present.map(|(content, _)| content) != self.original {
            return Err(FileError::Changed(path.to_owned()));
        }
        replacement.commit().map_err(unwritable)?;
        Ok(file)
    }

    /// The new text, and the settings in it.
    ///
    /// # Errors
    /// Fails if the text would be invalid.
    pub(super) fn new_content(&self) -> Result<(String, ConfigFile), FileError> {
        let path = self.file.path.as_path();
        let text = self.document.to_string();
        let file =
            parse(path, &text).map_err(|error| uneditable_error(path, Some(error.message)))?;
        Ok((text, file))
    }

    fn profiles(&mut self) -> Result<&mut dyn TableLike, FileError> {
        let mut empty = Table::new();
        empty.set_implicit(true);
        let profiles = self.document.entry("profiles");
        let profiles = profiles.or_insert(Item::Table(empty)).as_table_like_mut();
        profiles.ok_or_else(|| uneditable_error(&self.file.path, None))
    }

    fn profile(&mut self, name: &str) -> Result<&mut dyn TableLike, FileError> {
        let unknown = self.file.unknown_profile(name);
        let profile = self.profiles()?.get_mut(name);
        profile.and_then(Item::as_table_like_mut).ok_or(unknown)
    }
}

fn uneditable_error(path: &Path, problem: Option<String>) -> FileError {
    FileError::Uneditable {
        path: path.to_owned(),
        problem,
    }
}

fn write_draft(table: &mut dyn TableLike, draft: &ProfileDraft) {
    match &draft.server {
        Some(Server::Site(site)) => {
            table.remove("api_url");
            set_value(table, "site", site.into());
        }
        Some(server @ Server::Url(_)) => {
            table.remove("site");
            set_value(table, "api_url", server.base_url().into());
        }
        None => {}
    }
    if let Some(org) = draft.org {
        set_value(table, "org", org.to_string().into());
    }
    if let Some(hosts) = &draft.trusted_hosts {
        set_value(table, "trusted_hosts", Array::from_iter(hosts).into());
    }
    match &draft.credentials {
        Some(SecretSources::Keys { api_key, app_key }) => {
            table.remove("access_token");
            set_value(table, "api_key", source_table(api_key));
            set_value(table, "app_key", source_table(app_key));
        }
        Some(SecretSources::Token(token)) => {
            table.remove("api_key");
            table.remove("app_key");
            set_value(table, "access_token", source_table(token));
        }
        None => {}
    }
}

/// Sets a value, and keeps the comment that follows the old value on its line.
fn set_value(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    table.insert(key, Item::Value(value));
}

fn source_table(source: &SecretSource) -> Value {
    let (kind, value): (_, Value) = match source {
        SecretSource::Environment(name) => ("env", name.into()),
        SecretSource::File(path) => ("file", path.to_string_lossy().into_owned().into()),
        SecretSource::Command { program, arguments } => {
            let words = std::iter::once(program).chain(arguments);
            ("command", Array::from_iter(words).into())
        }
        SecretSource::Keyring(_) => ("keyring", true.into()),
    };
    InlineTable::from_iter([(kind, value)]).into()
}

#[cfg(test)]
mod tests;
