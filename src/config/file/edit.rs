mod comments;

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};
use uuid::Uuid;

use super::profile::is_usable_name;
use super::{ConfigFile, write};
use crate::config::credentials::Sources;
use crate::config::directories::ConfigLocation;
use crate::config::error::FileError;
use crate::config::secret::SecretSource;

/// What to write into a profile. What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProfileDraft {
    /// The site; takes the place of an API URL.
    pub site: Option<String>,
    /// The API URL; takes the place of a site.
    pub api_url: Option<String>,
    /// The org that the keys must belong to.
    pub org: Option<Uuid>,
    /// Hosts outside Datadog's domains that the keys may be sent to, in place of those that were.
    pub trusted_hosts: Option<Vec<String>>,
    /// Where the credentials come from, in place of where they came from.
    pub credentials: Option<Sources>,
}

/// Changes the configuration file, and leaves comments, order and format of all else as they are. Nothing is written
/// before [`Editor::save`].
#[derive(Debug)]
pub struct Editor {
    path: PathBuf,
    /// The content that the changes start from; none if there is no file.
    original: Option<Vec<u8>>,
    file: ConfigFile,
    document: DocumentMut,
}

impl Editor {
    /// Reads the file; one that is missing is made by saving.
    ///
    /// # Errors
    /// As [`ConfigFile::load`]: a file that is wrong is not edited, but mended by hand.
    pub fn open(location: &ConfigLocation) -> Result<Self, FileError> {
        let path = location.path.clone();
        let (file, original) = ConfigFile::load_with_content(&path)?;
        let text = str::from_utf8(original.as_deref().unwrap_or_default());
        let document = text.ok().and_then(|text| text.parse().ok());
        let document = document.ok_or_else(|| uneditable(&path))?;
        Ok(Self {
            path,
            original,
            file,
            document,
        })
    }

    /// What the file said when it was opened.
    pub fn file(&self) -> &ConfigFile {
        &self.file
    }

    /// Adds a profile behind the others.
    ///
    /// # Errors
    /// There is one of that name, in whatever letter case, or the name cannot be one.
    pub fn add(&mut self, name: &str, draft: &ProfileDraft) -> Result<(), FileError> {
        if !is_usable_name(name) {
            return Err(FileError::UnusableName);
        }
        let is_empty = self.document.is_empty();
        let profiles = self.profiles()?;
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        if let Some((other, _)) = profiles.iter().find(|(other, _)| same(other)) {
            return Err(FileError::ProfileExists {
                name: other.to_owned(),
            });
        }
        let mut table = Table::new();
        if !is_empty {
            table.decor_mut().set_prefix("\n");
        }
        fill(&mut table, draft);
        profiles.insert(name, Item::Table(table));
        Ok(())
    }

    /// Changes a profile in what the draft gives.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn set(&mut self, name: &str, draft: &ProfileDraft) -> Result<(), FileError> {
        let table = self.profiles()?.get_mut(name);
        match table.and_then(Item::as_table_like_mut) {
            Some(table) => {
                fill(table, draft);
                Ok(())
            }
            None => Err(self.file.unknown_profile(name).into()),
        }
    }

    /// Removes a profile with the comment right above it, and says whether it was the default one, which there is
    /// none of then.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn remove(&mut self, name: &str) -> Result<bool, FileError> {
        let profiles = self.profiles()?;
        let following = profiles
            .iter()
            .skip_while(|(other, _)| *other != name)
            .nth(1)
            .map(|(other, _)| other.to_owned());
        let Some(removed) = profiles.remove(name) else {
            return Err(self.file.unknown_profile(name).into());
        };
        self.keep_comment_above(&removed, following.as_deref());
        let was_default = self
            .document
            .get("default_profile")
            .is_some_and(|item| item.as_str() == Some(name));
        if was_default {
            self.remove_default();
        }
        Ok(was_default)
    }

    /// Removes where a profile's credentials come from.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn forget_credentials(&mut self, name: &str) -> Result<(), FileError> {
        let table = self.profiles()?.get_mut(name);
        let Some(table) = table.and_then(Item::as_table_like_mut) else {
            return Err(self.file.unknown_profile(name).into());
        };
        for key in ["api_key", "app_key", "access_token"] {
            table.remove(key);
        }
        Ok(())
    }

    /// Makes a profile the default one.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn set_default(&mut self, name: &str) -> Result<(), FileError> {
        if !self.profiles()?.contains_key(name) {
            return Err(self.file.unknown_profile(name).into());
        }
        if !self.document.contains_key("default_profile") {
            self.set_tables_apart();
        }
        put(self.document.as_table_mut(), "default_profile", name.into());
        Ok(())
    }

    /// Writes the file at once, and gives what it says now.
    ///
    /// # Errors
    /// It cannot be written, somebody else changed it meanwhile, or what would be written could not be read again.
    /// Then the file is as it was.
    pub fn save(self) -> Result<ConfigFile, FileError> {
        let text = self.document.to_string();
        let file =
            ConfigFile::from_bytes(&self.path, text.as_bytes(), None).map_err(
                |error| match error {
                    FileError::Invalid { path, problems } => {
                        FileError::Uneditable { path, problems }
                    }
                    other => other,
                },
            )?;
        write::replace(&self.path, &text, self.original.as_deref())?;
        Ok(file)
    }

    fn profiles(&mut self) -> Result<&mut dyn TableLike, FileError> {
        let mut empty = Table::new();
        empty.set_implicit(true);
        let item = self
            .document
            .entry("profiles")
            .or_insert(Item::Table(empty));
        item.as_table_like_mut()
            .ok_or_else(|| uneditable(&self.path))
    }
}

fn fill(table: &mut dyn TableLike, draft: &ProfileDraft) {
    if let Some(site) = &draft.site {
        table.remove("api_url");
        put(table, "site", site.into());
    }
    if let Some(url) = &draft.api_url {
        table.remove("site");
        put(table, "api_url", url.into());
    }
    if let Some(org) = draft.org {
        put(table, "org", org.to_string().into());
    }
    if let Some(hosts) = &draft.trusted_hosts {
        put(table, "trusted_hosts", Array::from_iter(hosts).into());
    }
    match &draft.credentials {
        Some(Sources::Keys { api_key, app_key }) => {
            table.remove("access_token");
            put(table, "api_key", written(api_key));
            put(table, "app_key", written(app_key));
        }
        Some(Sources::Token(token)) => {
            table.remove("api_key");
            table.remove("app_key");
            put(table, "access_token", written(token));
        }
        None => {}
    }
}

/// For a document that was checked, and yet is not what the check takes for granted.
fn uneditable(path: &Path) -> FileError {
    FileError::Uneditable {
        path: path.to_owned(),
        problems: Vec::new(),
    }
}

/// Sets a value and keeps the comment behind the old one.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    table.insert(key, Item::Value(value));
}

fn written(source: &SecretSource) -> Value {
    let (kind, value): (_, Value) = match source {
        SecretSource::Environment { name } => ("env", name.into()),
        SecretSource::File { path } => ("file", path.to_string_lossy().into_owned().into()),
        SecretSource::Command { program, arguments } => {
            let words = std::iter::once(program).chain(arguments);
            ("command", Array::from_iter(words).into())
        }
        SecretSource::Keyring { .. } => ("keyring", true.into()),
    };
    InlineTable::from_iter([(kind, value)]).into()
}

#[cfg(test)]
mod tests;
