//! The shapes of the bodies. Fields are written in the order in which the API writes them.

use serde::Serialize;
use uuid::Uuid;

use super::account::{Account, Connection, Org, User, UserStatus};

/// A body with `data` in it.
#[derive(Serialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

/// A link to an org or a user.
#[derive(Serialize)]
pub(super) struct Link<'a> {
    r#type: &'static str,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// A connection.
#[derive(Serialize)]
pub(super) struct ConnectionRecord<'a> {
    r#type: &'static str,
    id: Uuid,
    attributes: ConnectionAttributes<'a>,
    relationships: ConnectionLinks<'a>,
}

#[derive(Serialize)]
struct ConnectionAttributes<'a> {
    created_at: Option<&'a str>,
    connection_types: &'a [String],
}

#[derive(Serialize)]
struct ConnectionLinks<'a> {
    source_org: Data<Link<'a>>,
    sink_org: Data<Link<'a>>,
    created_by: Data<Link<'a>>,
}

/// An org, as `GET /api/v2/org` includes it.
#[derive(Serialize)]
pub(super) struct OrgRecord<'a> {
    r#type: &'static str,
    id: Uuid,
    attributes: OrgAttributes<'a>,
}

#[derive(Serialize)]
struct OrgAttributes<'a> {
    name: &'a str,
    public_id: &'a str,
    description: &'static str,
    disabled: bool,
    sharing: &'static str,
    url: String,
    created_at: &'static str,
    modified_at: &'static str,
}

/// A user.
#[derive(Serialize)]
pub(super) struct UserRecord<'a> {
    r#type: &'static str,
    id: Uuid,
    attributes: UserAttributes<'a>,
    relationships: UserLinks<'a>,
}

#[derive(Serialize)]
struct UserAttributes<'a> {
    name: Option<&'a str>,
    email: &'a str,
    handle: &'a str,
    service_account: bool,
    disabled: bool,
    status: UserStatus,
}

#[derive(Serialize)]
struct UserLinks<'a> {
    org: Data<Link<'a>>,
}

impl<'a> Link<'a> {
    /// A link to an org by its id alone.
    pub(super) fn org(id: Uuid) -> Self {
        Self::new("orgs", id, None)
    }

    fn new(r#type: &'static str, id: Uuid, name: Option<&'a str>) -> Self {
        Self { r#type, id, name }
    }
}

impl<'a> ConnectionRecord<'a> {
    /// With the names of the orgs and of the creator, as far as `account` has them.
    pub(super) fn named(connection: &'a Connection, account: &'a Account) -> Self {
        let org = |id| account.orgs.get(&id).map(|org| org.name.as_str());
        let user = account.users.get(&connection.created_by);
        Self::new(connection, org, user.and_then(|user| user.name.as_deref()))
    }

    /// Without any names, as the answer to an update has it.
    pub(super) fn nameless(connection: &'a Connection) -> Self {
        Self::new(connection, |_| None, None)
    }

    fn new(
        connection: &'a Connection,
        org: impl Fn(Uuid) -> Option<&'a str>,
        user: Option<&'a str>,
    ) -> Self {
        let org = |id| Data {
            data: Link::new("orgs", id, org(id)),
        };
        Self {
            r#type: "org_connection",
            id: connection.id,
            attributes: ConnectionAttributes {
                created_at: connection.created_at.as_deref(),
                connection_types: &connection.types,
            },
            relationships: ConnectionLinks {
                source_org: org(connection.source),
                sink_org: org(connection.destination),
                created_by: Data {
                    data: Link::new("users", connection.created_by, user),
                },
            },
        }
    }
}

impl<'a> OrgRecord<'a> {
    pub(super) fn new(id: Uuid, org: &'a Org) -> Self {
        Self {
            r#type: "orgs",
            id,
            attributes: OrgAttributes {
                name: &org.name,
                public_id: &org.public_id,
                description: "",
                disabled: org.disabled,
                sharing: "none",
                url: format!("https://{}.datadoghq.com", org.subdomain),
                created_at: "2020-01-01T00:00:00Z",
                modified_at: "2020-01-01T00:00:00Z",
            },
        }
    }
}

impl<'a> UserRecord<'a> {
    pub(super) fn new(id: Uuid, user: &'a User) -> Self {
        Self {
            r#type: "users",
            id,
            attributes: UserAttributes {
                name: user.name.as_deref(),
                email: &user.email,
                handle: &user.email,
                service_account: user.service_account,
                disabled: user.status == UserStatus::Disabled,
                status: user.status,
            },
            relationships: UserLinks {
                org: Data {
                    data: Link::org(user.org),
                },
            },
        }
    }
}
