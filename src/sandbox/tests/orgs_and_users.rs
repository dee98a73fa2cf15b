//! Tests of the endpoints for orgs and users.

use super::*;

const ORGS: &str = "/api/v2/org";

#[test]
fn a_child_org_sees_itself_alone_to_the_letter() {
    let expected = concat!(
        r#"{"data":{"type":"managed_orgs","id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","relationships":{"#,
        r#""current_org":{"data":{"type":"orgs","id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5"}},"#,
        r#""managed_orgs":{"data":[{"type":"orgs","id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5"}]}}},"#,
        r#""included":[{"type":"orgs","id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5","attributes":{"#,
        r#""name":"Retail US","public_id":"ru8c3w6n1ta","description":"","disabled":false,"#,
        r#""sharing":"none","url":"https://retail-us.datadoghq.com","#,
        r#""created_at":"2020-01-01T00:00:00Z","modified_at":"2020-01-01T00:00:00Z"}}]}"#,
    );
    let answer = Api::sample().get("retail-us", ORGS);
    assert_eq!(answer, (200, expected.to_owned()));
}

/// The names of the listed orgs. Requires that the links of the answer name the same orgs.
fn names(api: &Api, profile: &str, query: &str) -> Vec<String> {
    let body = api.get_json(profile, &format!("{ORGS}{query}"));
    let links = &body["data"]["relationships"];
    let expected = &super::profile(profile).org_id.to_string();
    assert_eq!(&links["current_org"]["data"]["id"], expected);
    let included = body["included"].as_array().unwrap();
    let linked = links["managed_orgs"]["data"].as_array().unwrap();
    for (org, link) in included.iter().zip(linked) {
        assert_eq!(org["id"], link["id"]);
    }
    assert_eq!(included.len(), linked.len());
    let names = included.iter().map(|org| text(org, "/attributes/name"));
    names.collect()
}

#[test]
fn the_hub_sees_every_org_and_one_is_disabled() {
    let api = Api::sample();
    let mut listed = names(&api, "hub", "");
    listed.sort_unstable();
    assert_eq!(
        listed,
        [
            "\u{1b}[31mחנות\u{1b}[0m 👩\u{200d}💻\nKöln",
            "Legacy Shop",
            "Logistics",
            "Observability Hub",
            "Payments",
            "Payments",
            "Platform",
            "Retail EU",
            "Retail US",
            "Security Archive",
        ]
    );
    let body = api.get_json("hub", ORGS);
    let orgs = body["included"].as_array().unwrap().iter();
    let disabled = orgs.filter(|org| org["attributes"]["disabled"] == true);
    let disabled: Vec<_> = disabled.map(|org| text(org, "/id")).collect();
    assert_eq!(disabled, [LEGACY_SHOP]);
}

#[test]
fn a_part_of_the_name_in_any_case_narrows_the_listing() {
    let api = Api::sample();
    let retail = names(&api, "hub", "?filter[name]=RETAIL");
    assert_eq!(retail, ["Retail US", "Retail EU"]);
    let awkward = names(&api, "hub", "?filter%5Bname%5D=k%C3%B6ln");
    assert_eq!(awkward, [profile("awkward-name").org_name]);
    assert_eq!(names(&api, "retail-us", "?filter[name]=hub"), [""; 0]);
}

#[test]
fn the_current_user_is_the_one_behind_the_keys() {
    let api = Api::sample();
    for profile in profiles() {
        let user = api.get_json(profile.name, "/api/v2/current_user");
        let org = text(&user, "/data/relationships/org/data/id");
        assert_eq!(org, profile.org_id.to_string());
        let same = api.get_json(profile.name, &format!("/api/v2/users/{}", profile.user_id));
        assert_eq!(user, same);
    }
    let expected = json!({"data": {
        "type": "users",
        "id": profile("hub").user_id,
        "attributes": {
            "name": "Automation of hub",
            "email": "automation+hub@example.com",
            "handle": "automation+hub@example.com",
            "service_account": true,
            "disabled": false,
            "status": "Active",
        },
        "relationships": {
            "org": {"data": {"type": "orgs", "id": HUB}},
            "roles": {"data": [{"type": "roles", "id": "a2d5c7e1-08f4-4d39-b6a8-5e1c93f07b24"}]},
        },
    }});
    let answer = api.get("hub", "/api/v2/current_user");
    assert_eq!(answer, (200, expected.to_string()));
}

#[test]
fn creators_are_service_accounts_but_for_people_one_active_one_pending_one_disabled_and_one_deleted()
 {
    let api = Api::sample();
    let mut people = Vec::new();
    for profile in profiles().iter().filter(|profile| profile.name != "hub") {
        let query = format!("{CONNECTIONS}?source_org_id={}", profile.org_id);
        for record in api.get_json(profile.name, &query)["data"]
            .as_array()
            .unwrap()
        {
            let id = text(record, "/relationships/created_by/data/id");
            if id == DELETED_USER {
                continue;
            }
            let user = api.get_json(profile.name, &format!("/api/v2/users/{id}"));
            let user = &user["data"]["attributes"];
            if user["service_account"] == false {
                people.push((text(user, "/status"), user["disabled"] == true));
            }
        }
    }
    people.sort_unstable();
    let expected = [("Active", false), ("Disabled", true), ("Pending", false)];
    assert_eq!(
        people,
        expected.map(|(status, disabled)| (status.to_owned(), disabled))
    );
}

#[test]
fn users_of_other_orgs_are_unknown() {
    let api = Api::sample();
    let dana = "/api/v2/users/03e6bc43-7ecc-11f0-b50b-f28f2be41840";
    assert_eq!(api.get("retail-us", dana).0, 200);
    let expected = r#"{"errors":[{"status":"404","title":"Not Found","detail":"user not found"}]}"#;
    let nobody = format!("/api/v2/users/{NOBODY}");
    for path in [dana, &nobody, "/api/v2/users/no-uuid"] {
        assert_eq!(api.get("hub", path), (404, expected.to_owned()), "{path}");
    }
    let deleted = format!("/api/v2/users/{DELETED_USER}");
    assert_eq!(api.get("logistics", &deleted).0, 404);
}
