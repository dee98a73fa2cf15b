//! Tests of the endpoints for restriction policies, roles and teams.

use super::*;

const ADMINS: &str = "role:a2d5c7e1-08f4-4d39-b6a8-5e1c93f07b24";
const RETAIL_EU_TO_HUB: &str = "d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52";

fn path(id: &str) -> String {
    format!("/api/v2/restriction_policy/cross-org-connection:{id}")
}

fn policy(id: &str, bindings: &Value) -> Value {
    json!({"data": {
        "type": "restriction_policy",
        "id": format!("cross-org-connection:{id}"),
        "attributes": {"bindings": bindings},
    }})
}

fn change(api: &Api, method: Method, profile: &str, path: &str, body: &Value) -> (u16, String) {
    let request = with_keys(api.request(method, path), profile);
    api.exchange(request.body(body.to_string()))
}

fn set(api: &Api, profile: &str, id: &str, bindings: Value) -> (u16, String) {
    change(
        api,
        Method::POST,
        profile,
        &path(id),
        &policy(id, &bindings),
    )
}

#[test]
fn each_org_has_a_policy_of_its_own_until_the_connection_is_gone() {
    let api = Api::sample();
    let bindings = json!([{"relation": "editor", "principals": [ADMINS]}]);
    let expected = policy(RETAIL_TO_HUB, &bindings).to_string();
    assert_eq!(
        set(&api, "hub", RETAIL_TO_HUB, bindings),
        (200, expected.clone())
    );
    assert_eq!(
        api.get("hub", &path(RETAIL_TO_HUB)),
        (200, expected.clone())
    );
    assert_eq!(
        api.get("auditor", &path(RETAIL_TO_HUB).replace(':', "%3A")),
        (200, expected)
    );
    let none = policy(RETAIL_TO_HUB, &json!([])).to_string();
    assert_eq!(api.get("retail-us", &path(RETAIL_TO_HUB)), (200, none));
    assert_eq!(api.get("platform", &path(RETAIL_TO_HUB)).0, 404);
    let delete = |profile| {
        change(
            &api,
            Method::DELETE,
            profile,
            &path(RETAIL_TO_HUB),
            &json!({}),
        )
    };
    assert_eq!(delete("auditor"), refusal(403, "Forbidden"));
    assert_eq!(delete("hub"), (204, String::new()));
    assert_eq!(
        api.get_json("hub", &path(RETAIL_TO_HUB))["data"]["attributes"],
        json!({"bindings": []})
    );
    assert_eq!(api.delete("hub", RETAIL_TO_HUB).0, 200);
    assert_eq!(delete("hub"), refusal(404, "Not found"));
}

#[test]
fn nobody_takes_away_their_own_access_unasked() {
    let api = Api::sample();
    let owner = format!("user:{}", profile("retail-us").user_id);
    let viewer = json!([{"relation": "viewer", "principals": [owner]}]);
    let message =
        "this policy would take away your own access; allow_self_lockout permits it to admins";
    assert_eq!(
        set(&api, "retail-us", RETAIL_TO_HUB, viewer.clone()),
        refusal(400, message)
    );
    let everybody = json!([{"relation": "editor", "principals": [format!("org:{RETAIL_US}")]}]);
    assert_eq!(set(&api, "retail-us", RETAIL_TO_HUB, everybody).0, 200);
    assert_eq!(
        api.update("retail-us", RETAIL_TO_HUB, json!(["metrics"])).0,
        200
    );
    let forced = format!("{}?allow_self_lockout=true", path(RETAIL_TO_HUB));
    let body = policy(RETAIL_TO_HUB, &viewer);
    assert_eq!(
        change(&api, Method::POST, "retail-us", &forced, &body).0,
        200
    );
    let forbidden = refusal(403, "Forbidden");
    assert_eq!(set(&api, "retail-us", RETAIL_TO_HUB, json!([])), forbidden);
    assert_eq!(
        api.update("retail-us", RETAIL_TO_HUB, json!(["logs"])),
        forbidden
    );
    assert_eq!(api.delete("retail-us", RETAIL_TO_HUB), forbidden);
    assert_eq!(api.delete("hub", RETAIL_TO_HUB).0, 200);
}

#[test]
fn principals_are_those_of_the_org() {
    let api = Api::sample();
    let invalid = refusal(400, "Validation failed for input.");
    for (relation, principal) in [
        ("owner", ADMINS.to_owned()),
        ("editor", format!("org:{HUB}")),
        ("editor", ADMINS.to_owned()),
        ("editor", "editor".to_owned()),
        ("editor", format!("robot:{RETAIL_US}")),
    ] {
        let bindings = json!([{"relation": relation, "principals": [principal]}]);
        assert_eq!(
            set(&api, "retail-us", RETAIL_TO_HUB, bindings),
            invalid,
            "{principal}"
        );
    }
}

#[test]
fn roles_teams_and_users_are_found_by_name_and_by_id() {
    let api = Api::sample();
    let names = |profile: &str, path: &str| {
        let body = api.get_json(profile, path);
        let records = body["data"].as_array().unwrap().iter();
        records
            .map(|one| text(one, "/attributes/name"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("hub", "/api/v2/roles?filter=ADMIN"),
        ["Datadog Admin Role"]
    );
    assert_eq!(
        names("hub", "/api/v2/team?filter[keyword]=site"),
        ["Site Reliability"]
    );
    assert_eq!(
        names("retail-us", "/api/v2/users?filter=dana@"),
        ["Dana Example"]
    );
    assert_eq!(names("retail-us", "/api/v2/roles"), [""; 0]);
    let admins = format!("/api/v2/roles/{}", &ADMINS[5..]);
    assert_eq!(
        api.get_json("hub", &admins),
        json!({"data": {"type": "roles", "id": &ADMINS[5..], "attributes": {"name": "Datadog Admin Role"}}})
    );
    assert_eq!(api.get("retail-us", &admins).0, 404);
}

#[test]
fn a_state_file_from_before_there_were_policies_gets_those_of_the_sample() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("state.json");
    drop(Sandbox::open(&file).unwrap());
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let account = state["account"].as_object_mut().unwrap();
    for name in ["roles", "teams", "policies"] {
        account.remove(name).unwrap();
    }
    account["connections"].as_array_mut().unwrap().truncate(2);
    std::fs::write(&file, state.to_string()).unwrap();
    let api = Api::at(&file);
    assert_eq!(api.ids("hub", "").len(), 2);
    let policy = api.get_json("hub", &path(RETAIL_EU_TO_HUB));
    assert_eq!(
        policy["data"]["attributes"]["bindings"][0],
        json!({"relation": "editor", "principals": [ADMINS]})
    );
}
