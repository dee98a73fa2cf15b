use std::borrow::Cow;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::profile::{CredentialOrigins, origins_value};
use super::reference::{ReferenceJson, id, id_value, name_or_id, name_value};
use crate::output::{Column, Fit, InTable, Record};
use crate::topology::{Id, Reference};

/// Who credentials are, where they came from, and what they may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityRow {
    /// The profile, if there is one.
    pub profile: Option<Arc<str>>,
    /// The site, or the URL of the API.
    pub server: String,
    /// The org that they belong to.
    pub org: Reference,
    /// The user whose they are.
    pub user: Reference,
    /// The user's mail address.
    pub email: Option<String>,
    /// Whether the user is a service account and no person.
    pub service_account: Option<bool>,
    /// The state of the user's account: `Active`, `Pending` or `Disabled`.
    pub status: Option<String>,
    /// Where they came from; none for samples.
    pub credentials: Option<CredentialOrigins>,
    /// Whether connections may be read: `yes`, `no` or `unknown`.
    pub read: &'static str,
    /// Whether connections may be written.
    pub write: &'static str,
}

impl Record for IdentityRow {
    type Json<'a> = IdentityJson<'a>;
    const PLURAL: &'static str = "credentials";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("profile", "PROFILE", |row: &Self| {
            row.profile.as_deref().map(Cow::Borrowed)
        })
        .in_table(InTable::WhenFilled),
        Column::new("site", "SITE", |row: &Self| {
            Some(Cow::Borrowed(&row.server))
        }),
        Column::new("org", "ORG", |row: &Self| name_value(&row.org)).in_table(InTable::WhenFilled),
        Column::new("org_id", "ORG ID", |row: &Self| {
            id_value(row.org.id.as_ref())
        })
        .fit(Fit::Keep),
        Column::new("user", "USER", |row: &Self| name_value(&row.user))
            .shown(|row| name_or_id(&row.user)),
        Column::new("user_id", "USER ID", |row: &Self| {
            id_value(row.user.id.as_ref())
        })
        .in_table(InTable::OnRequest)
        .fit(Fit::Keep),
        Column::new("email", "EMAIL", |row: &Self| {
            row.email.as_deref().map(Cow::Borrowed)
        })
        .in_table(InTable::OnRequest),
        Column::new("kind", "KIND", |row: &Self| kind(row).map(Cow::Borrowed)),
        Column::new("status", "STATUS", |row: &Self| {
            row.status.as_deref().map(Cow::Borrowed)
        })
        .style(status_style),
        Column::new("read", "READ", |row: &Self| Some(row.read.into())).style(permission_style),
        Column::new("write", "WRITE", |row: &Self| Some(row.write.into())).style(permission_style),
        Column::new("credentials", "CREDENTIALS", |row: &Self| {
            origins_value(row.credentials.as_ref())
        }),
    ];

    fn json(&self) -> IdentityJson<'_> {
        IdentityJson {
            profile: self.profile.as_deref(),
            site: &self.server,
            org: (&self.org).into(),
            user: UserJson {
                id: self.user.id.as_ref(),
                name: self.user.name.as_deref(),
                email: self.email.as_deref(),
                service_account: self.service_account,
                status: self.status.as_deref(),
            },
            credentials: self.credentials.as_ref(),
            connections: PermissionsJson {
                read: self.read,
                write: self.write,
            },
        }
    }

    fn id(&self) -> Option<Cow<'_, str>> {
        id_value(self.org.id.as_ref())
    }
}

fn kind(row: &IdentityRow) -> Option<&'static str> {
    row.service_account.map(|is_service| {
        if is_service {
            "service account"
        } else {
            "person"
        }
    })
}

fn status_style(status: &str) -> Style {
    match status {
        "Active" => AnsiColor::Green.on_default(),
        _ => AnsiColor::Yellow.on_default(),
    }
}

fn permission_style(permission: &str) -> Style {
    match permission {
        "yes" => AnsiColor::Green.on_default(),
        "no" => AnsiColor::Red.on_default(),
        _ => AnsiColor::Yellow.on_default(),
    }
}

/// Who credentials are, in JSON and YAML.
#[derive(Debug, Serialize)]
pub struct IdentityJson<'a> {
    profile: Option<&'a str>,
    site: &'a str,
    org: ReferenceJson<'a>,
    user: UserJson<'a>,
    credentials: Option<&'a CredentialOrigins>,
    connections: PermissionsJson,
}

#[derive(Debug, Serialize)]
struct UserJson<'a> {
    #[serde(serialize_with = "id")]
    id: Option<&'a Id>,
    name: Option<&'a str>,
    email: Option<&'a str>,
    service_account: Option<bool>,
    status: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct PermissionsJson {
    read: &'static str,
    write: &'static str,
}
