use super::*;

#[test]
fn the_current_user_is_the_one_behind_the_keys_to_the_letter() {
    let expected = format!(
        concat!(
            r#"{{"data":{{"type":"users","id":"{user}","attributes":{{"#,
            r#""name":"Automation of hub","email":"automation+hub@example.com","#,
            r#""handle":"automation+hub@example.com","service_account":true,"disabled":false,"status":"Active"}},"#,
            r#""relationships":{{"org":{{"data":{{"type":"orgs","id":"{hub}"}}}}}}}}}}"#,
        ),
        user = profile("hub").user_id,
        hub = HUB,
    );
    let answer = Api::sample().get("hub", "/api/v2/current_user");
    assert_eq!(answer, (200, expected));
}

#[test]
fn every_profile_has_a_user_in_its_org() {
    let api = Api::sample();
    for profile in profiles() {
        let user = api.get_json(profile.name, "/api/v2/current_user");
        let org = user.pointer("/data/relationships/org/data/id").unwrap();
        assert_eq!(org, &Value::from(profile.org_id.to_string()));
        let same = api.get_json(profile.name, &format!("/api/v2/users/{}", profile.user_id));
        assert_eq!(user, same);
    }
}

#[test]
fn creators_are_service_accounts_but_for_three_people_one_active_one_pending_one_disabled() {
    let api = Api::sample();
    let mut people = Vec::new();
    for profile in profiles() {
        let listed = api.get_json(profile.name, CONNECTIONS);
        for record in listed["data"].as_array().unwrap() {
            let links = &record["relationships"];
            if links["source_org"]["data"]["id"] != profile.org_id.to_string() {
                continue;
            }
            let id = links["created_by"]["data"]["id"].as_str().unwrap();
            let user = api.get_json(profile.name, &format!("/api/v2/users/{id}"));
            let attributes = &user["data"]["attributes"];
            if attributes["service_account"] == false {
                let status = attributes["status"].as_str().unwrap().to_owned();
                people.push((status, attributes["disabled"].as_bool().unwrap()));
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
fn users_of_other_orgs_and_nobody_are_unknown() {
    let api = Api::sample();
    let dana = "03e6bc43-7ecc-11f0-b50b-f28f2be41840";
    assert_eq!(
        api.get("retail-us", &format!("/api/v2/users/{dana}")).0,
        200
    );
    let expected = r#"{"errors":[{"status":"404","title":"Not Found","detail":"user not found"}]}"#;
    for id in [dana, NOBODY, "no-uuid"] {
        let answer = api.get("hub", &format!("/api/v2/users/{id}"));
        assert_eq!(answer, (404, expected.to_owned()), "{id}");
    }
}
