use serde_json::{Value, json};
use wiremock::matchers::{body_json, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::api::raw_server::{RawServer, Reply};
use crate::api::samples::{CONNECTION, HUB, LIST, RETAIL, client, record, types};

mod lost;

const EXISTS: &str = r#"{"errors":["connection between orgs SRC and DST already exists"]}"#;

fn known() -> Connection {
    wire::connection(answer(&record(&CONNECTION.into())).to_string().as_bytes()).unwrap()
}

fn answer(record: &Value) -> Value {
    json!({"data": record})
}

async fn serve(verb: &str, at: &str, body: Option<Value>, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let mut mock = Mock::given(method(verb)).and(path(at));
    if let Some(body) = body {
        mock = mock.and(body_json(body));
    }
    mock.respond_with(answer).expect(1).mount(&server).await;
    server
}

fn of_the_connection() -> String {
    format!("{LIST}/{CONNECTION}")
}

#[tokio::test]
async fn a_connection_is_created_with_one_request() {
    let body = json!({"data": {"type": "org_connection", "attributes": {"connection_types": ["logs", "new"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": HUB}}}}});
    let created = ResponseTemplate::new(200).set_body_json(answer(&record(&CONNECTION.into())));
    let server = serve("POST", LIST, Some(body), created).await;
    let types = types(&["new", "logs"]);
    let made = client(&server.uri())
        .create_connection(&HUB.into(), &types)
        .await;
    assert_eq!(made.unwrap(), known());
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.headers["content-type"], "application/json");
}

#[tokio::test]
async fn an_update_replaces_the_types_and_keeps_the_names() {
    let body = json!({"data": {"type": "org_connection", "id": CONNECTION,
        "attributes": {"connection_types": ["audit"]}}});
    let mut nameless = record(&CONNECTION.into());
    nameless["attributes"]["connection_types"] = json!(["audit"]);
    for end in ["source_org", "sink_org", "created_by"] {
        let data = nameless["relationships"][end]["data"]
            .as_object_mut()
            .unwrap();
        data.remove("name");
    }
    let updated = ResponseTemplate::new(200).set_body_json(answer(&nameless));
    let server = serve("PATCH", &of_the_connection(), Some(body), updated).await;
    let types = types(&["audit"]);
    let updated = client(&server.uri())
        .update_connection(&known(), &types)
        .await;
    assert_eq!(updated.unwrap(), Connection { types, ..known() });
}

#[tokio::test]
async fn a_deletion_is_believed_whatever_its_200_holds() {
    for body in ["{}\n", "", "<html>"] {
        let deleted = ResponseTemplate::new(200).set_body_string(body);
        let server = serve("DELETE", &of_the_connection(), None, deleted).await;
        client(&server.uri())
            .delete_connection(&known())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_api() {
    let text = format!("org connection with id:{CONNECTION} not found not found");
    let refused = ResponseTemplate::new(404).set_body_json(json!({"errors": [text]}));
    let server = serve("DELETE", &of_the_connection(), None, refused).await;
    let deleted = client(&server.uri()).delete_connection(&known()).await;
    let error = deleted.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let host = server.address();
    let expected = format!("DELETE {LIST}/{CONNECTION} at {host}: 404 Not Found: {text}");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn nothing_is_sent_for_an_id_that_may_lead_elsewhere() {
    let server = RawServer::start(vec![Reply::Close]).await;
    let client = client(&server.url);
    for id in [None, Some(".."), Some("a/b?c"), Some("")] {
        let odd = Connection {
            id: id.map(Into::into),
            ..known()
        };
        let deleted = client.delete_connection(&odd).await;
        assert_eq!(deleted.unwrap_err().kind(), ErrorKind::Rejected);
        let updated = client.update_connection(&odd, &types(&["logs"])).await;
        assert_eq!(updated.unwrap_err().kind(), ErrorKind::Rejected);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_conflict_comes_with_the_connection_that_is_in_the_way() {
    let refused = ResponseTemplate::new(409).set_body_string(EXISTS);
    let server = serve("POST", LIST, None, refused).await;
    let other = json!({"relationships": {"sink_org": {"data": {"id": RETAIL}}}});
    Mock::given(method("GET"))
        .and(path(LIST))
        .and(query_param("sink_org_id", HUB))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"data": [record(&CONNECTION.into()), other]})),
        )
        .expect(1)
        .mount(&server)
        .await;
    let made = client(&server.uri())
        .create_connection(&HUB.into(), &types(&["logs", "metrics"]))
        .await;
    let error = made.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.existing(), Some(&known()));
    assert!(
        error
            .to_string()
            .ends_with("409 Conflict: connection between orgs SRC and DST already exists")
    );
}

#[tokio::test]
async fn a_conflict_stays_one_when_the_other_connection_cannot_be_looked_up() {
    let refused = Reply::status("409 Conflict", EXISTS);
    let server = RawServer::start(vec![refused, Reply::status("403 Forbidden", "")]).await;
    let made = client(&server.url)
        .create_connection(&HUB.into(), &types(&["logs"]))
        .await;
    let error = made.unwrap_err();
    assert_eq!(
        (error.kind(), error.existing()),
        (ErrorKind::Conflict, None)
    );
    assert!(!error.outcome_unknown());
}
