//! What credentials may do with connections, found out without changing anything.

use uuid::Uuid;

use super::http::Request;
use super::{Client, Error, ErrorKind, wire};
use crate::topology::{Connection, ConnectionType, Id};

const PATH: &str = "/api/v2/org_connections";

/// Whether something is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The service's answer does not tell.
    Unknown,
}

impl Permission {
    /// `yes`, `no` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl Client {
    /// Whether connections may be read, with one of them if there is one: the shortest listing is asked for.
    ///
    /// # Errors
    /// Somebody wished to stop. Any other failure is [`Permission::Unknown`].
    pub async fn may_read_connections(&self) -> Result<(Permission, Option<Connection>), Error> {
        let request = Request::get(PATH)
            .with_query("limit", "1")
            .with_query("offset", "0");
        match self.http.send(&request, self.http.deadline()).await {
            Ok(answer) => {
                let page = wire::page(&answer.body);
                let first = page.and_then(|page| page.connections.into_iter().next());
                Ok((Permission::Yes, first))
            }
            Err(failure) => Ok((refusal(failure.error, Permission::Unknown)?, None)),
        }
    }

    /// Whether connections may be created, updated and deleted.
    ///
    /// An update of the connection with the nil UUID is sent. It cannot have an effect, as no connection has that id:
    /// the service makes its UUIDs, and RFC 9562 reserves this one for none. What comes back is read so:
    ///
    /// - 403: the permission is missing. The same credentials are known to be good by then, so nothing else is meant.
    /// - 404 of a connection: the service has looked for it, and so had no objection before. That it asks for the
    ///   permission first is not documented; but a service that looked things up for callers without it would tell
    ///   them which ids exist.
    /// - anything else, such as 400: the request was turned down for its form, perhaps before anybody asked for the
    ///   permission. That tells nothing.
    ///
    /// # Errors
    /// Somebody wished to stop. Any other failure is [`Permission::Unknown`].
    pub async fn may_write_connections(&self) -> Result<Permission, Error> {
        let nil = Id::from(Uuid::nil());
        let types = [ConnectionType::Metrics].into_iter().collect();
        let request = Request::patch(format!("{PATH}/{nil}"), wire::update(&nil, &types));
        match self.http.send(&request, self.http.deadline()).await {
            // Nobody knows what answers so.
            Ok(_) => Ok(Permission::Unknown),
            Err(failure) => refusal(failure.error, Permission::Yes),
        }
    }
}

/// What a refusal says, where `not_found` is what a 404 of a connection says. That one names the connection
/// (`Org connection with id:ID not found not found`); one of a gateway, or of an API without this path, does not.
fn refusal(error: Error, not_found: Permission) -> Result<Permission, Error> {
    match error.kind() {
        ErrorKind::Interrupted => Err(error),
        ErrorKind::Forbidden => Ok(Permission::No),
        ErrorKind::NotFound if error.to_string().contains(&format!("id:{}", Uuid::nil())) => {
            Ok(not_found)
        }
        _ => Ok(Permission::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{body_json, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::api::samples::client;

    const NIL: &str = "/api/v2/org_connections/00000000-0000-0000-0000-000000000000";

    async fn writing(status: u16, message: &str) -> Permission {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_json(json!({"errors": [message]}));
        Mock::given(method("PATCH"))
            .and(path(NIL))
            .and(body_json(json!({"data": {
                "type": "org_connection",
                "id": "00000000-0000-0000-0000-000000000000",
                "attributes": {"connection_types": ["metrics"]},
            }})))
            .respond_with(answer)
            .expect(1)
            .mount(&server)
            .await;
        client(&server.uri()).may_write_connections().await.unwrap()
    }

    #[tokio::test]
    async fn that_writing_is_permitted_shows_when_the_service_has_looked_for_the_connection() {
        let unknown =
            "Org connection with id:00000000-0000-0000-0000-000000000000 not found not found";
        assert_eq!(writing(404, unknown).await, Permission::Yes);
        assert_eq!(writing(403, "Forbidden").await, Permission::No);
    }

    #[tokio::test]
    async fn an_answer_that_may_come_before_the_permission_is_looked_at_tells_nothing() {
        for (status, message) in [
            (400, "Validation failed for input."),
            (404, "Not found"),
            (405, "Method not allowed"),
            (200, "done"),
        ] {
            assert_eq!(
                writing(status, message).await,
                Permission::Unknown,
                "{status}"
            );
        }
    }

    #[tokio::test]
    async fn whether_reading_is_permitted_is_what_the_shortest_listing_says() {
        for (status, expected) in [
            (200, Permission::Yes),
            (403, Permission::No),
            (400, Permission::Unknown),
        ] {
            let server = MockServer::start().await;
            Mock::given(method("GET"))
                .and(path(PATH))
                .and(wiremock::matchers::query_param("limit", "1"))
                .respond_with(ResponseTemplate::new(status).set_body_json(json!({"data": []})))
                .expect(1)
                .mount(&server)
                .await;
            let (permission, first) = client(&server.uri()).may_read_connections().await.unwrap();
            assert_eq!((permission, first), (expected, None));
        }
    }
}
