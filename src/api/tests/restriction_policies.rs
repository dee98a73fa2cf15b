//! Restriction policies, and the names of their principals.

use super::raw_server::{RawServer, Reply};
use super::*;
use crate::api::{Error, ErrorKind};
use crate::model::{Principal, PrincipalKind, RestrictionPolicy};

const PATH: &str =
    "/api/v2/restriction_policy/cross-org-connection:00000000-0000-0000-0000-000000000001";

fn dana() -> Principal {
    Principal::new(PrincipalKind::User, DANA)
}

fn policy() -> RestrictionPolicy {
    RestrictionPolicy::new([], [dana()])
}

fn answer(bindings: Value) -> Value {
    json!({"data": {
        "type": "restriction_policy",
        "id": format!("cross-org-connection:{}", id(0)),
        "attributes": {"bindings": bindings},
    }})
}

fn shown() -> Reply {
    Reply::json(&answer(
        json!([{"relation": "editor", "principals": [dana()]}]),
    ))
}

fn empty() -> Reply {
    Reply::json(&answer(json!([])))
}

fn lost() -> Reply {
    Reply::status("504 Gateway Timeout", "")
}

async fn read(reply: Reply) -> Result<RestrictionPolicy, Error> {
    let server = RawServer::start(vec![reply]).await;
    let policy = client(&server.url).restriction_policy(id(0)).await;
    assert_eq!(server.requests(), [format!("GET {PATH}")]);
    policy
}

#[tokio::test]
async fn a_policy_is_read_with_relations_that_are_not_known() {
    let both = json!([
        {"relation": "editor", "principals": [dana()]},
        {"relation": "owner", "principals": ["robot:7"]},
    ]);
    let mut expected = policy();
    expected.add("owner".to_owned(), ["robot:7".to_owned().into()]);
    assert_eq!(read(Reply::json(&answer(both))).await.unwrap(), expected);
    assert!(read(empty()).await.unwrap().is_empty());
    let missing = Reply::status("404 Not Found", r#"{"errors":["Not found"]}"#);
    assert!(read(missing).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_policy_of_which_a_part_cannot_be_read_is_not_taken_for_another() {
    let mut other = answer(json!([]));
    other["data"]["id"] = json!("cross-org-connection:other");
    for odd in [
        json!({}),
        json!({"data": {}}),
        answer(json!([{"relation": "viewer"}])),
        answer(json!([{"relation": "viewer", "principals": [7]}])),
        other,
    ] {
        let error = read(Reply::json(&odd)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{odd}");
    }
    let gateway = read(Reply::status("404 Not Found", "nothing here")).await;
    assert_eq!(gateway.unwrap_err().kind(), ErrorKind::UnknownPath);
}

async fn set(replies: Vec<Reply>, policy: RestrictionPolicy) -> (Result<(), Error>, Vec<String>) {
    let server = RawServer::start(replies).await;
    let client = client_with_timeout(&server.url, 2000);
    let changed = client.set_restriction_policy(id(0), &policy, false).await;
    (changed, server.requests())
}

#[tokio::test]
async fn a_policy_is_set_by_a_post_and_an_empty_one_by_a_delete() {
    let (changed, requests) = set(vec![shown()], policy()).await;
    changed.unwrap();
    assert_eq!(requests, [format!("POST {PATH}")]);
    let not_found = || Reply::status("404 Not Found", r#"{"errors":["Not found"]}"#);
    let none = RestrictionPolicy::default();
    let (changed, _) = set(vec![not_found(), empty()], none.clone()).await;
    changed.unwrap();
    let (changed, _) = set(vec![not_found(), not_found()], none).await;
    assert!(changed.unwrap_err().is_outcome_unknown());
    let gone = Reply::status("204 No Content", "");
    let (changed, requests) = set(vec![gone], RestrictionPolicy::default()).await;
    changed.unwrap();
    assert_eq!(requests, [format!("DELETE {PATH}")]);
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_or_shows_another_policy_is_looked_up() {
    let (post, get) = (format!("POST {PATH}"), format!("GET {PATH}"));
    let (changed, requests) = set(vec![empty(), shown()], policy()).await;
    changed.unwrap();
    assert_eq!(requests, [post.clone(), get]);
    let (changed, _) = set(vec![lost(), lost(), lost(), shown()], policy()).await;
    changed.unwrap();
    for (look, is_unknown, note) in [
        (empty(), false, "a check afterwards did not find the change"),
        (
            Reply::status("403 Forbidden", ""),
            true,
            "it is not known whether the change was made",
        ),
    ] {
        let (changed, _) = set(vec![lost(), lost(), lost(), look], policy()).await;
        let error = changed.unwrap_err();
        assert_eq!(error.is_outcome_unknown(), is_unknown);
        assert!(error.to_string().ends_with(note), "{error}");
    }
}

#[tokio::test]
async fn a_self_lockout_is_allowed_in_the_query() {
    let server = RawServer::start(vec![shown()]).await;
    let (client, policy) = (client(&server.url), policy());
    let changed = client.set_restriction_policy(id(0), &policy, true);
    changed.await.unwrap();
    let expected = format!("POST {PATH}?allow_self_lockout=true");
    assert_eq!(server.requests(), [expected]);
}

#[tokio::test]
async fn principals_have_the_names_of_their_endpoints() {
    let record = json!({"id": DANA, "attributes": {"name": null, "handle": "dana@example.com"}});
    let found = Reply::json(&json!({"data": record}));
    let list = Reply::json(&json!({"data": [record, {"id": "odd"}]}));
    let missing = Reply::status("404 Not Found", r#"{"errors":["Not found"]}"#);
    let server = RawServer::start(vec![found, missing, list]).await;
    let client = client(&server.url);
    let user = client.principal(PrincipalKind::User, DANA).await.unwrap();
    assert_eq!(user.unwrap().label(), Some("dana@example.com"));
    let role = client.principal(PrincipalKind::Role, DANA).await.unwrap();
    assert_eq!(role, None);
    let teams = client.find_principals(PrincipalKind::Team, "a b").await;
    let teams: Vec<_> = teams
        .unwrap()
        .into_iter()
        .map(|team| team.principal)
        .collect();
    assert_eq!(teams, [Principal::new(PrincipalKind::Team, DANA)]);
    let org = client.principal(PrincipalKind::Org, HUB).await.unwrap();
    assert_eq!(org, None);
    assert_eq!(
        server.requests(),
        [
            format!("GET /api/v2/users/{DANA}"),
            format!("GET /api/v2/roles/{DANA}"),
            "GET /api/v2/team?filter%5Bkeyword%5D=a+b&page%5Bsize%5D=100".to_owned(),
        ]
    );
}
