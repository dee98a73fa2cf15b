//! Tests of the endpoints for groups of orgs.

use super::*;

const GROUPS: &str = "/api/v2/org_groups";
const MEMBERSHIPS: &str = "/api/v2/org_group_memberships";
const PRODUCTION: &str = "5d0c1a7e-4b92-11f0-9e36-82f7c0d41b65";

#[test]
fn groups_come_page_by_page_to_the_letter() {
    let expected = concat!(
        r#"{"data":[{"type":"org_groups","id":"5d0c1a7e-4b92-11f0-9e36-82f7c0d41b65","attributes":{"#,
        r#""name":"Production","owner_org_uuid":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85","#,
        r#""owner_org_site":"datadoghq.com","created_at":"2025-06-02T08:15:00Z","#,
        r#""modified_at":"2025-06-02T08:15:00Z"}}],"#,
        r#""meta":{"page":{"type":"number_size","number":1,"size":1,"total":2,"first_number":0,"#,
        r#""next_number":null,"last_number":1,"prev_number":0}},"#,
        r#""links":{"self":"/api/v2/org_groups?page[number]=1&page[size]=1","#,
        r#""first":"/api/v2/org_groups?page[number]=0&page[size]=1","next":null,"#,
        r#""prev":"/api/v2/org_groups?page[number]=0&page[size]=1","#,
        r#""last":"/api/v2/org_groups?page[number]=1&page[size]=1"}}"#,
    );
    let path = format!("{GROUPS}?sort=name&page[size]=1&page[number]=1");
    assert_eq!(Api::sample().get("hub", &path), (200, expected.to_owned()));
}

/// The names of the listed groups or members.
fn names(api: &Api, path: &str, attribute: &str) -> Vec<String> {
    let body = api.get_json("hub", path);
    let rows = body["data"].as_array().unwrap().iter();
    rows.map(|row| text(row, &format!("/attributes/{attribute}")))
        .collect()
}

#[test]
fn groups_come_in_the_order_that_is_asked_for() {
    let api = Api::sample();
    for (sort, expected) in [
        ("name", ["Internal", "Production"]),
        ("-name", ["Production", "Internal"]),
        ("uuid", ["Production", "Internal"]),
        ("-uuid", ["Internal", "Production"]),
    ] {
        let path = format!("{GROUPS}?sort={sort}");
        assert_eq!(names(&api, &path, "name"), expected, "{sort}");
    }
    let path = format!("{GROUPS}?sort=size");
    assert_eq!(
        api.get("hub", &path),
        refusal(400, "Validation failed for input.")
    );
}

#[test]
fn members_are_those_of_a_group_or_the_group_of_one_org() {
    let api = Api::sample();
    let of_group = format!("{MEMBERSHIPS}?filter[org_group_id]={PRODUCTION}");
    assert_eq!(
        names(&api, &of_group, "org_name"),
        [
            "Observability Hub",
            "Retail US",
            "Retail EU",
            "Logistics",
            "Payments",
            "Payments",
        ]
    );
    let of_org = format!("{MEMBERSHIPS}?filter[org_uuid]={RETAIL_US}");
    let body = api.get_json("hub", &of_org);
    let [membership] = &body["data"].as_array().unwrap()[..] else {
        panic!("{body}");
    };
    let group = text(membership, "/relationships/org_group/data/id");
    assert_eq!(group, PRODUCTION);
    let unknown = format!("{MEMBERSHIPS}?filter[org_group_id]={NOBODY}");
    assert_eq!(api.get("hub", &unknown), refusal(404, "Not found"));
    assert_eq!(
        api.get("hub", MEMBERSHIPS),
        refusal(400, "Validation failed for input.")
    );
}

#[test]
fn orgs_that_manage_no_others_and_read_only_keys_see_no_groups() {
    let api = Api::sample();
    for profile in ["retail-us", "auditor"] {
        let of_group = format!("{MEMBERSHIPS}?filter[org_group_id]={PRODUCTION}");
        for path in [GROUPS, &of_group] {
            assert_eq!(api.get(profile, path), refusal(403, "Forbidden"), "{path}");
        }
    }
}
