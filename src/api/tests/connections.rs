//! Every operation as it should go, and its refusals.

use wiremock::matchers::{body_json, header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::api::{Error, ErrorKind, Permission};
use crate::model::Org;

const EXISTS: &str = "connection between orgs SRC and DST already exists";

/// A server that expects one request, with this body if there is one.
async fn serve(verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let mut mock = Mock::given(method(verb))
        .and(path(at))
        .and(header("dd-api-key", "test-api-key"))
        .and(header("dd-application-key", "test-app-key"))
        .and(header("accept", "application/json"))
        .and(header(
            "user-agent",
            concat!("orgconn/", env!("CARGO_PKG_VERSION")),
        ))
        .and(query_param_is_missing("api_key"));
    if let Some(body) = body {
        mock = mock
            .and(header("content-type", "application/json"))
            .and(body_json(body));
    }
    mock.respond_with(answer).expect(1).mount(&server).await;
    server
}

fn json_answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

async fn create(url: &str, words: &[&str]) -> Result<Connection, Error> {
    let types = types(words);
    client(url).create_connection(None, HUB, &types).await
}

async fn delete(url: &str) -> Result<(), Error> {
    client(url).delete_connection(&connection(0)).await
}

fn path_of_connection() -> String {
    format!("{LIST}/{}", id(0))
}

#[tokio::test]
async fn a_connection_is_created_with_one_request() {
    let body = json!({"data": {"type": "org_connection", "attributes": {"connection_types": ["logs", "new"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": HUB}}}}});
    let mut made = record(0);
    made["attributes"]["connection_types"] = json!(["new", "logs"]);
    let answer = json_answer(200, &json!({"data": made}));
    let server = serve("POST", LIST, Some(body), answer).await;
    let created = create(&server.uri(), &["new", "logs"]).await;
    let expected = Connection {
        types: types(&["logs", "new"]),
        ..connection(0)
    };
    assert_eq!(created.unwrap(), expected);
}

#[tokio::test]
async fn an_update_replaces_the_types_and_keeps_the_names() {
    let body = json!({"data": {"type": "org_connection", "id": id(0),
        "attributes": {"connection_types": ["audit"]}}});
    let mut nameless = record(0);
    nameless["attributes"]["connection_types"] = json!(["audit"]);
    for relation in ["source_org", "sink_org", "created_by"] {
        let data = &mut nameless["relationships"][relation]["data"];
        data.as_object_mut().unwrap().remove("name");
    }
    let answer = json_answer(200, &json!({"data": nameless}));
    let server = serve("PATCH", &path_of_connection(), Some(body), answer).await;
    let types = types(&["audit"]);
    let updated = client(&server.uri())
        .update_connection(&connection(0), &types)
        .await;
    let expected = Connection {
        types,
        ..connection(0)
    };
    assert_eq!(updated.unwrap(), expected);
}

#[tokio::test]
async fn a_delete_is_done_when_it_is_answered_with_nothing() {
    for (status, body) in [(200, "{}\n"), (200, ""), (204, "")] {
        let answer = ResponseTemplate::new(status).set_body_string(body);
        let server = serve("DELETE", &path_of_connection(), None, answer).await;
        delete(&server.uri()).await.unwrap();
    }
}

/// Trap: a captive portal answers 200 to everything.
#[tokio::test]
async fn a_delete_that_is_answered_with_anything_else_is_looked_up() {
    for (status, body, told) in [
        (
            200,
            "<html>",
            "200 OK (an HTML page, not an answer of the API)",
        ),
        (200, r#"{"errors":["busy"]}"#, "200 OK with errors: busy"),
        (200, r#"{"data":{}}"#, r#"200 OK: {"data":{}}"#),
        (
            202,
            "{}",
            "202 Accepted, which does not show that the request was carried out",
        ),
    ] {
        for is_there in [true, false] {
            let answer = ResponseTemplate::new(status).set_body_string(body);
            let server = serve("DELETE", &path_of_connection(), None, answer).await;
            let look = Mock::given(method("GET")).and(path(LIST));
            let rows = if is_there { 1 } else { 0 };
            look.respond_with(json_answer(200, &page_of(0, rows, rows)))
                .expect(1)
                .mount(&server)
                .await;
            let deleted = delete(&server.uri()).await;
            let told = format!("{told}; a check afterwards found that it still exists");
            match deleted {
                Ok(()) => assert!(!is_there, "{body}"),
                Err(error) => {
                    assert!(is_there && error.to_string().ends_with(&told), "{error}");
                    assert_eq!(error.kind(), ErrorKind::Inconclusive);
                    assert!(!error.is_outcome_unknown());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_conflict_comes_with_the_connection_that_is_in_the_way() {
    let answer = json_answer(409, &json!({"errors": [EXISTS]}));
    let server = serve("POST", LIST, None, answer).await;
    Mock::given(method("GET"))
        .and(path(LIST))
        .and(query_param("sink_org_id", HUB.to_string()))
        .respond_with(json_answer(200, &page_of(0, 1, 1)))
        .expect(1)
        .mount(&server)
        .await;
    let created = create(&server.uri(), &["logs", "metrics"]).await;
    let error = created.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.existing_connection(), Some(&connection(0)));
    let text = error.to_string();
    assert!(text.ends_with(&format!("409 Conflict: {EXISTS}")), "{text}");
}

/// A path in the URL may be a mistake, so that a 404 may mean the path and not the org.
#[tokio::test]
async fn a_create_answered_404_is_looked_into_where_the_url_has_a_path() {
    for (prefix, listings, kind) in [
        ("", 0, ErrorKind::NotFound),
        ("/prefix", 1, ErrorKind::UnknownPath),
    ] {
        let server = MockServer::start().await;
        for (verb, count) in [("POST", 1), ("GET", listings)] {
            Mock::given(method(verb))
                .and(path(format!("{prefix}{LIST}")))
                .respond_with(json_answer(404, &json!({"errors": ["Not found"]})))
                .expect(count)
                .mount(&server)
                .await;
        }
        let created = create(&format!("{}{prefix}", server.uri()), &["logs"]).await;
        assert_eq!(created.unwrap_err().kind(), kind);
    }
}

fn orgs() -> Value {
    let org = |id: Uuid| json!({"type": "orgs", "id": id});
    json!({
        "data": {"type": "managed_orgs", "id": RETAIL, "relationships": {
            "current_org": {"data": org(RETAIL)},
            "managed_orgs": {"data": [org(HUB), {"type": "orgs", "id": "odd"}, null, org(DANA)]},
        }},
        "included": [
            {"type": "orgs", "id": HUB, "attributes": {
                "name": "Observability Hub", "public_id": "abcdef12345", "disabled": false,
            }},
            {"type": "orgs", "id": RETAIL, "attributes": {"name": "x".repeat(200), "disabled": "?"}},
            {"type": "orgs", "id": null}, 7,
        ],
    })
}

/// Trap: one org with a long name hides all orgs.
#[tokio::test]
async fn every_org_that_is_mentioned_comes_once_however_odd_the_others_are() {
    let server = serve("GET", "/api/v2/org", None, json_answer(200, &orgs())).await;
    let directory = client(&server.uri()).managed_orgs(None).await.unwrap();
    assert_eq!(directory.current, Some(RETAIL));
    let hub = Org {
        id: HUB,
        name: Some("Observability Hub".to_owned()),
        public_id: Some("abcdef12345".to_owned()),
        disabled: Some(false),
        profiles: Vec::new(),
    };
    let retail = Org {
        name: Some("x".repeat(200)),
        ..Org::from_id(RETAIL)
    };
    assert_eq!(directory.orgs, [hub, retail, Org::from_id(DANA)]);
    // Those that cannot be read are known as far as they are shown.
    let ids: Vec<_> = directory
        .unreadable
        .iter()
        .map(|org| org.id.as_deref())
        .collect();
    assert_eq!(ids, [None, None, Some("odd"), None]);
}

#[tokio::test]
async fn orgs_are_filtered_by_name_below_the_path_of_the_endpoint() {
    let answer = json_answer(200, &json!({"data": {}, "included": null}));
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/prefix/api/v2/org"))
        .and(query_param("filter[name]", "Payments & Co"))
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    let client = client(&format!("{}/prefix", server.uri()));
    client.managed_orgs(Some("Payments & Co")).await.unwrap();
}

#[tokio::test]
async fn the_current_user_is_read_as_far_as_the_answer_goes() {
    let body = json!({"data": {"type": "users", "id": DANA,
        "attributes": {"name": "Dana Example", "email": "dana@example.com", "handle": 7,
            "service_account": false, "disabled": null, "status": "Active"},
        "relationships": {"org": {"data": {"type": "orgs", "id": RETAIL}}}}});
    let server = serve("GET", "/api/v2/current_user", None, json_answer(200, &body)).await;
    let user = client(&server.uri()).current_user().await.unwrap();
    assert_eq!((user.id, user.org), (Some(DANA), Some(RETAIL)));
    assert_eq!(user.email.as_deref(), Some("dana@example.com"));
    assert_eq!((user.handle, user.service_account), (None, Some(false)));
    assert_eq!(
        (user.disabled, user.status.as_deref()),
        (None, Some("Active"))
    );
}

#[tokio::test]
async fn invalid_keys_are_told_by_status_or_text() {
    for (status, body, expected) in [
        (200, json!({"status": "ok"}), None),
        (200, json!({}), Some(ErrorKind::Decode)),
        (
            200,
            json!({"status": "no"}),
            Some(ErrorKind::Unauthenticated),
        ),
        (
            403,
            json!({"errors": ["Forbidden"]}),
            Some(ErrorKind::Forbidden),
        ),
        (
            401,
            json!({"errors": ["Unauthorized"]}),
            Some(ErrorKind::Unauthenticated),
        ),
        (200, json!("hello"), Some(ErrorKind::Decode)),
    ] {
        let answer = json_answer(status, &body);
        let server = serve("GET", "/api/v2/validate_keys", None, answer).await;
        let result = client(&server.uri()).validate_keys().await;
        assert_eq!(result.err().map(|error| error.kind()), expected);
    }
}

/// That writing is permitted shows once the service has looked for the connection. An answer that may come before the
/// permission is checked tells nothing.
#[tokio::test]
async fn whether_writing_is_permitted_shows_in_the_update_of_no_connection() {
    let nil = Uuid::nil();
    let unknown = format!("Org connection with id:{nil} not found not found");
    for (status, message, expected) in [
        (404, unknown.as_str(), Permission::Yes),
        (403, "Forbidden", Permission::No),
        (400, "Validation failed for input.", Permission::Unknown),
        (404, "Not found", Permission::Unknown),
        (405, "Method not allowed", Permission::Unknown),
        (200, "done", Permission::Unknown),
    ] {
        let body = json!({"data": {"type": "org_connection", "id": nil,
            "attributes": {"connection_types": ["metrics"]}}});
        let answer = json_answer(status, &json!({"errors": [message]}));
        let server = serve("PATCH", &format!("{LIST}/{nil}"), Some(body), answer).await;
        let permission = client(&server.uri()).may_write_connections().await;
        assert_eq!(permission.unwrap(), expected, "{status}");
    }
}

#[tokio::test]
async fn whether_reading_is_permitted_is_what_the_shortest_listing_says() {
    for (status, expected) in [
        (200, (Permission::Yes, Some(connection(0)))),
        (403, (Permission::No, None)),
        (400, (Permission::Unknown, None)),
    ] {
        let server = serve("GET", LIST, None, json_answer(status, &page_of(0, 1, 1))).await;
        let permission = client(&server.uri()).may_read_connections().await;
        assert_eq!(permission.unwrap(), expected);
        let request = &server.received_requests().await.unwrap()[0];
        assert_eq!(request.url.query(), Some("limit=1&offset=0"));
    }
}
