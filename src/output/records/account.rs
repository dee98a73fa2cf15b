use anstyle::AnsiColor;
use serde::Serialize;
use uuid::Uuid;

use super::org_or_nulls;
use crate::model::{Org, OrgRef};
use crate::output::colors;
use crate::output::row::{Column, Row};
use crate::output::value::Value;

/// An org, with how it is related to the credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OrgRow {
    /// Its UUID.
    pub(crate) id: Uuid,
    /// The 11-character id of the v1 API.
    pub(crate) public_id: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Whether it is disabled, where that is known.
    pub(crate) disabled: Option<bool>,
    /// Whether the credentials belong to it.
    pub(crate) current: bool,
    /// The profiles whose credentials belong to it.
    pub(crate) profiles: Vec<String>,
}

impl OrgRow {
    /// The row of an org.
    pub(crate) fn new(org: Org, current: bool, profiles: Vec<String>) -> Self {
        Self {
            id: org.id,
            public_id: org.public_id,
            name: org.name,
            disabled: org.disabled,
            current,
            profiles,
        }
    }

    fn state(&self) -> &'static str {
        match self.disabled {
            Some(true) => "disabled",
            Some(false) => "active",
            None => "unknown",
        }
    }
}

impl Row for OrgRow {
    const PLURAL: Option<&'static str> = Some("orgs");
    const COLUMNS: &'static [Column<Self>] = &[
        Column::id("id", |row: &Self| row.id.into()),
        Column::text("public_id", |row: &Self| row.public_id.as_deref().into()).optional(1),
        Column::text("name", |row: &Self| {
            let name = row.name.as_deref();
            name.map(|name| Value::Org(Some(name), row.id)).into()
        }),
        Column::text("state", |row: &Self| row.state().into())
            .color(|state| (state == "disabled").then_some(colors::MAGENTA)),
        Column::text("current", |row: &Self| Value::YesOrNothing(row.current)),
        Column::text("profiles", |row: &Self| (&row.profiles).into())
            .when_filled()
            .optional(2),
    ];
}

/// A profile: where it works and where its secrets come from, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ProfileRow {
    /// Its name.
    pub(crate) name: String,
    /// The site, or the URL of the API.
    pub(crate) site: String,
    /// The org that its credentials must belong to, if it names one.
    pub(crate) org: Option<Uuid>,
    /// Where its credentials come from, if it names a source.
    pub(crate) credentials: Option<CredentialOrigins>,
    /// Whether it is used where no profile is chosen.
    pub(crate) default: bool,
}

/// Where credentials come from, in words: `environment variable HUB_API_KEY`, `keychain entry hub/app-key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum CredentialOrigins {
    /// Both keys.
    Keys {
        /// Where the API key comes from.
        api_key: String,
        /// Where the application key comes from.
        app_key: String,
    },
    /// An access token.
    Token {
        /// Where the token comes from.
        access_token: String,
    },
}

impl CredentialOrigins {
    /// The origins of the sandbox's credentials, which are made up.
    pub(crate) fn sample() -> Self {
        Self::Keys {
            api_key: "sample".to_owned(),
            app_key: "sample".to_owned(),
        }
    }

    /// All of it in one line.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Keys { api_key, app_key } if api_key != app_key => {
                format!("{api_key} and {app_key}")
            }
            Self::Keys { api_key: all, .. } | Self::Token { access_token: all } => all.clone(),
        }
    }
}

impl Row for ProfileRow {
    const PLURAL: Option<&'static str> = Some("profiles");
    const ID_COLUMN: &'static str = "name";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("name", |row: &Self| row.name.as_str().into()),
        Column::text("site", |row: &Self| row.site.as_str().into()).optional(2),
        Column::short_id("org", |row: &Self| row.org.into()),
        Column::long_text("credentials", |row: &Self| {
            row.credentials
                .as_ref()
                .map(CredentialOrigins::describe)
                .into()
        })
        .optional(1),
        Column::text("default", |row: &Self| Value::YesOrNo(row.default)),
    ];
}

/// The owner, the origin and the permissions of credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct IdentityRow {
    /// The profile, if there is one.
    pub(crate) profile: Option<String>,
    /// The site, or the URL of the API.
    pub(crate) site: String,
    /// The org that they belong to, where it is known.
    #[serde(serialize_with = "org_or_nulls")]
    pub(crate) org: Option<OrgRef>,
    /// The user who owns them.
    pub(crate) user: IdentityUser,
    /// Where they come from, where that is known.
    pub(crate) credentials: Option<CredentialOrigins>,
    /// Their permissions for connections.
    pub(crate) connections: IdentityPermissions,
}

/// The user who owns credentials, as far as the API tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct IdentityUser {
    /// Their UUID.
    pub(crate) id: Option<Uuid>,
    /// Their name.
    pub(crate) name: Option<String>,
    /// Their mail address.
    pub(crate) email: Option<String>,
    /// Whether it is a service account, not a person.
    pub(crate) service_account: Option<bool>,
    /// The state of the account: `Active`, `Pending` or `Disabled`.
    pub(crate) status: Option<String>,
}

/// Whether something is permitted: `yes`, `no` or `unknown`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct IdentityPermissions {
    /// Whether connections may be read.
    pub(crate) read: &'static str,
    /// Whether connections may be written.
    pub(crate) write: &'static str,
}

impl Row for IdentityRow {
    const PLURAL: Option<&'static str> = Some("credentials");
    const ID_COLUMN: &'static str = "org_id";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::text("profile", |row: &Self| row.profile.as_deref().into()).when_filled(),
        Column::text("site", |row: &Self| row.site.as_str().into()).optional(2),
        Column::text("org", |row: &Self| {
            let named = row.org.as_ref().filter(|org| org.name.is_some());
            named.into()
        })
        .when_filled(),
        Column::id("org_id", |row: &Self| {
            row.org.as_ref().map(|org| org.id).into()
        })
        .optional(3),
        Column::text("user", |row: &Self| {
            Value::User(row.user.name.as_deref(), row.user.id)
        }),
        Column::id("user_id", |row: &Self| row.user.id.into()).on_request(),
        Column::text("email", |row: &Self| row.user.email.as_deref().into()).on_request(),
        Column::text("kind", |row: &Self| match row.user.service_account {
            Some(true) => "service account".into(),
            Some(false) => "person".into(),
            None => Value::Missing,
        })
        .optional(5),
        Column::text("status", |row: &Self| row.user.status.as_deref().into())
            .color(|status| match status {
                "Active" => Some(colors::GREEN),
                _ => Some(colors::MAGENTA),
            })
            .optional(4),
        Column::text("read", |row: &Self| row.connections.read.into()).color(permission_color),
        Column::text("write", |row: &Self| row.connections.write.into()).color(permission_color),
        Column::text("credentials", |row: &Self| {
            row.credentials
                .as_ref()
                .map(CredentialOrigins::describe)
                .into()
        })
        .optional(1),
    ];
}

fn permission_color(permission: &str) -> Option<AnsiColor> {
    match permission {
        "yes" => Some(colors::GREEN),
        "no" => Some(colors::RED),
        _ => Some(colors::MAGENTA),
    }
}
