use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::reference::{id, id_value};
use crate::output::{Column, Fit, Record};
use crate::topology::Id;

/// A profile: where it works and where its secrets come from, never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// Its name.
    pub name: Arc<str>,
    /// The site, or the URL of the API.
    pub server: String,
    /// The org that its credentials must belong to, if it names one.
    pub org: Option<Id>,
    /// Where its credentials come from; none as long as nobody has said so.
    pub credentials: Option<CredentialOrigins>,
    /// Whether it is used where no profile is chosen.
    pub is_default: bool,
}

/// Where credentials come from, in words: `environment variable HUB_API_KEY`, `keychain entry hub/app-key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum CredentialOrigins {
    /// Both keys.
    Keys {
        /// Of the API key.
        api_key: String,
        /// Of the application key.
        app_key: String,
    },
    /// An access token.
    Token {
        /// Of the token.
        access_token: String,
    },
}

impl CredentialOrigins {
    /// Those of the sandbox, which come from nowhere.
    pub fn sample() -> Self {
        let sample = || "sample".to_owned();
        Self::Keys {
            api_key: sample(),
            app_key: sample(),
        }
    }

    /// All of it in one line.
    pub fn describe(&self) -> String {
        match self {
            Self::Keys { api_key, app_key } if api_key == app_key => api_key.clone(),
            Self::Keys { api_key, app_key } => format!("{api_key} and {app_key}"),
            Self::Token { access_token } => access_token.clone(),
        }
    }
}

impl Record for ProfileRow {
    type Json<'a> = ProfileJson<'a>;
    const PLURAL: &'static str = "profiles";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("name", "NAME", |row: &Self| Some(Cow::Borrowed(&row.name))),
        Column::new("site", "SITE", |row: &Self| {
            Some(Cow::Borrowed(&row.server))
        }),
        Column::new("org", "ORG", |row: &Self| id_value(row.org.as_ref())).fit(Fit::Keep),
        Column::new("credentials", "CREDENTIALS", |row: &Self| {
            origins_value(row.credentials.as_ref())
        }),
        Column::new("default", "DEFAULT", |row: &Self| {
            Some(if row.is_default { "true" } else { "false" }.into())
        })
        .shown(|row| Some(if row.is_default { "yes" } else { "no" }.into())),
    ];

    fn json(&self) -> ProfileJson<'_> {
        ProfileJson {
            name: &self.name,
            site: &self.server,
            org: self.org.as_ref(),
            credentials: self.credentials.as_ref(),
            default: self.is_default,
        }
    }

    fn id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.name))
    }
}

/// Origins as the value of a column.
pub(super) fn origins_value(origins: Option<&CredentialOrigins>) -> Option<Cow<'_, str>> {
    origins.map(|origins| Cow::Owned(origins.describe()))
}

/// A profile in JSON and YAML.
#[derive(Debug, Serialize)]
pub struct ProfileJson<'a> {
    name: &'a str,
    site: &'a str,
    #[serde(serialize_with = "id")]
    org: Option<&'a Id>,
    credentials: Option<&'a CredentialOrigins>,
    default: bool,
}
