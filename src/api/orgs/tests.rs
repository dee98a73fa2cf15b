use serde_json::json;
use wiremock::matchers::{header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::api::samples::{HUB, RETAIL, client};
use crate::api::{ClientOptions, Credentials, samples};

async fn serve(at: &str, status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(at))
        .and(header("dd-api-key", "test-api-key"))
        .and(header("dd-application-key", "test-app-key"))
        .and(header("accept", "application/json"))
        .and(header(
            "user-agent",
            concat!("orgconn/", env!("CARGO_PKG_VERSION")),
        ))
        .and(query_param_is_missing("api_key"))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .expect(1)
        .mount(&server)
        .await;
    server
}

fn orgs() -> Value {
    json!({
        "data": {"type": "managed_orgs", "id": RETAIL, "relationships": {
            "current_org": {"data": {"type": "orgs", "id": RETAIL}},
            "managed_orgs": {"data": [{"type": "orgs", "id": HUB}, {"type": "orgs", "id": "odd"}, null]},
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
async fn every_org_that_is_mentioned_is_known_once_however_long_its_name() {
    let server = serve("/api/v2/org", 200, orgs()).await;
    let directory = client(&server.uri()).managed_orgs(None).await.unwrap();
    assert_eq!(directory.current, Some(RETAIL.into()));
    let ids: Vec<_> = directory
        .orgs
        .iter()
        .map(|org| org.id.to_string())
        .collect();
    assert_eq!(ids, [HUB, RETAIL, "odd"]);
    assert_eq!(directory.orgs[0].public_id.as_deref(), Some("abcdef12345"));
    assert_eq!(directory.orgs[0].disabled, Some(false));
    assert_eq!(directory.orgs[1].name.as_deref().unwrap().len(), 200);
    assert_eq!(directory.orgs[1].disabled, None);
}

#[tokio::test]
async fn a_name_is_asked_for_as_a_filter() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/prefix/api/v2/org"))
        .and(query_param("filter[name]", "Payments & Co"))
        .respond_with(ResponseTemplate::new(200).set_body_json(orgs()))
        .expect(1)
        .mount(&server)
        .await;
    let client = client(&format!("{}/prefix", server.uri()));
    client.managed_orgs(Some("Payments & Co")).await.unwrap();
}

#[tokio::test]
async fn the_current_user_is_read_with_what_is_there() {
    let body = json!({"data": {"type": "users", "id": "03e6bc43-7ecc-11f0-b50b-f28f2be41840",
        "attributes": {"name": "Dana Example", "email": "dana@example.com", "handle": "dana@example.com",
            "service_account": false, "disabled": null, "status": "Active"},
        "relationships": {"org": {"data": {"type": "orgs", "id": RETAIL}}}}});
    let server = serve("/api/v2/current_user", 200, body).await;
    let user = client(&server.uri()).current_user().await.unwrap();
    assert_eq!(user.email.as_deref(), Some("dana@example.com"));
    assert_eq!((user.service_account, user.disabled), (Some(false), None));
    assert_eq!(user.status.as_deref(), Some("Active"));
    assert_eq!(user.org, Some(RETAIL.into()));
}

#[tokio::test]
async fn a_token_goes_as_a_bearer_and_without_keys() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/api/v2/validate_keys"))
        .and(header("authorization", "Bearer test-token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"status": "ok"})))
        .expect(1)
        .mount(&server)
        .await;
    let options = ClientOptions {
        credentials: Credentials::Token("test-token\n".into()),
        ..samples::options(&server.uri())
    };
    Client::new(options).unwrap().validate_keys().await.unwrap();
    let request = &server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("dd-api-key"));
}

#[tokio::test]
async fn good_keys_are_good_and_bad_ones_are_told_by_status_or_text() {
    for (status, body, expected) in [
        (200, json!({"valid": true}), None),
        (
            200,
            json!({"valid": false}),
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
        let server = serve("/api/v1/validate", status, body).await;
        let result = client(&server.uri()).validate_api_key().await;
        assert_eq!(result.err().map(|error| error.kind()), expected);
    }
}
