//! Groups of orgs and their members: all pages, and what cannot be read.

use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::api::{ErrorKind, GroupListing, UnreadableRecord};
use crate::model::OrgGroup;

const GROUP: Uuid = uuid!("5d0c1a7e-4b92-11f0-9e36-82f7c0d41b65");
const MEMBERS: &str = "/api/v2/org_group_memberships";

fn org(number: u128) -> OrgRef {
    OrgRef {
        id: Uuid::from_u128(number),
        name: Some(format!("Org {number}")),
    }
}

fn member(number: u128) -> Value {
    let org = org(number);
    json!({
        "type": "org_group_memberships",
        "id": Uuid::from_u128(number + 1000),
        "attributes": {"org_uuid": org.id, "org_name": org.name, "org_site": "datadoghq.com"},
        "relationships": {"org_group": {"data": {"type": "org_groups", "id": GROUP}}},
    })
}

/// A server that gives these members in pages of two, which are counted from `first`. `meta` is what it says of a page.
async fn serve(members: &[Value], first: usize, meta: Value) -> MockServer {
    let server = MockServer::start().await;
    let mut pages: Vec<_> = members.chunks(2).collect();
    pages.push(&[]);
    for (index, rows) in pages.iter().enumerate() {
        let page = Mock::given(method("GET"))
            .and(path(MEMBERS))
            .and(query_param("filter[org_group_id]", GROUP.to_string()))
            .and(query_param("page[size]", "1000"));
        let page = match index {
            0 => page.and(query_param_is_missing("page[number]")),
            _ => page.and(query_param("page[number]", (first + index).to_string())),
        };
        let body = json!({"data": rows, "meta": meta});
        page.respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
            .await;
    }
    server
}

/// The members that are read, or the kind of the error, and the number of requests.
async fn read(server: &MockServer) -> (Result<GroupListing<OrgRef>, ErrorKind>, usize) {
    let listing = client(&server.uri()).org_group_members(GROUP).await;
    let requests = server.received_requests().await.unwrap().len();
    (listing.map_err(|error| error.kind()), requests)
}

#[tokio::test]
async fn every_page_is_read_however_pages_are_counted() {
    let members: Vec<_> = (1..=5).map(member).collect();
    let all = GroupListing {
        rows: (1..=5).map(org).collect(),
        unreadable: Vec::new(),
    };
    for (first, meta, requests) in [
        (0, json!({"page": {"total": 5}}), 3),
        (0, json!({"page": {"total": 5, "number": 0}}), 3),
        (1, json!({"page": {"total": 5, "first_number": 1}}), 3),
        (0, json!({"page": {"total_count": 5}}), 3),
        // Without a total, the end is an empty page.
        (0, json!({}), 4),
    ] {
        let server = serve(&members, first, meta.clone()).await;
        assert_eq!(read(&server).await, (Ok(all.clone()), requests), "{meta}");
    }
    let server = serve(&[], 0, json!({"page": {"total": 0}})).await;
    let none = GroupListing {
        rows: Vec::new(),
        unreadable: Vec::new(),
    };
    assert_eq!(read(&server).await, (Ok(none), 1));
}

#[tokio::test]
async fn a_list_that_lacks_rows_or_repeats_them_is_incomplete() {
    let members: Vec<_> = [1, 2, 2, 3].map(member).into();
    for meta in [json!({"page": {"total": 4}}), json!({})] {
        let server = serve(&members, 0, meta).await;
        assert_eq!(read(&server).await.0, Err(ErrorKind::IncompleteListing));
    }
    let endless = json!({"page": {"total": 1_000_000}});
    let server = serve(&members, 0, endless).await;
    assert_eq!(read(&server).await, (Err(ErrorKind::IncompleteListing), 1));
}

#[tokio::test]
async fn a_record_without_its_org_or_of_another_group_is_told() {
    let mut without = member(2);
    without["attributes"]["org_uuid"] = json!(7);
    let mut other = member(3);
    other["relationships"]["org_group"]["data"]["id"] = json!(HUB);
    let members = [member(1), without, other, json!("odd")];
    let server = serve(&members, 0, json!({"page": {"total": 4}})).await;
    let record = |number: u128, reason| UnreadableRecord {
        id: Some(Uuid::from_u128(number + 1000).to_string()),
        reason,
    };
    let expected = GroupListing {
        rows: vec![org(1)],
        unreadable: vec![
            record(2, "its org has no UUID"),
            record(3, "it is of another group"),
            UnreadableRecord {
                id: None,
                reason: "its org has no UUID",
            },
        ],
    };
    assert_eq!(read(&server).await.0, Ok(expected));
}

#[tokio::test]
async fn groups_are_listed_by_name_and_one_without_a_uuid_is_told() {
    let server = MockServer::start().await;
    let body = json!({"meta": {"page": {"total": 3}}, "data": [
        {"type": "org_groups", "id": GROUP, "attributes": {"name": "Production"}},
        {"type": "org_groups", "id": HUB, "attributes": {}},
        {"type": "org_groups", "id": "odd", "attributes": {"name": "Odd"}},
    ]});
    Mock::given(method("GET"))
        .and(path("/api/v2/org_groups"))
        .and(query_param("sort", "name"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    let listing = client(&server.uri()).org_groups().await.unwrap();
    let group = |id, name: Option<&str>| OrgGroup {
        id,
        name: name.map(str::to_owned),
    };
    assert_eq!(
        listing.rows,
        [group(GROUP, Some("Production")), group(HUB, None)]
    );
    let unreadable = UnreadableRecord {
        id: Some("odd".to_owned()),
        reason: "it has no UUID",
    };
    assert_eq!(listing.unreadable, [unreadable]);
}

#[tokio::test]
async fn an_account_without_groups_has_an_error_of_its_own() {
    for status in [403, 404] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(status).set_body_json(json!({"errors": ["no"]})))
            .mount(&server)
            .await;
        let error = client(&server.uri()).org_groups().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert_eq!(error.http_status(), Some(status));
    }
}
