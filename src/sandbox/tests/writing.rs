use jiff::Timestamp;

use super::*;

#[test]
fn what_was_created_is_answered_with_names_and_listed() {
    let api = Api::sample();
    let before = Timestamp::now();
    let (status, body) = api.create("hub", ARCHIVE, r#"["metrics","logs"]"#);
    let answer: Value = serde_json::from_str(&body).unwrap();
    let text = |pointer: &str| answer.pointer(pointer).unwrap().as_str().unwrap();
    let (id, at) = (text("/data/id"), text("/data/attributes/created_at"));
    let user = profile("hub").user_id;
    let expected = format!(
        concat!(
            r#"{{"data":{{"type":"org_connection","id":"{id}","#,
            r#""attributes":{{"created_at":"{at}","connection_types":["metrics","logs"]}},"#,
            r#""relationships":{{"#,
            r#""source_org":{{"data":{{"type":"orgs","id":"{hub}","name":"Observability Hub"}}}},"#,
            r#""sink_org":{{"data":{{"type":"orgs","id":"{archive}","name":"Security Archive"}}}},"#,
            r#""created_by":{{"data":{{"type":"users","id":"{user}","name":"Automation of hub"}}}}}}}}}}"#,
        ),
        id = id,
        at = at,
        hub = HUB,
        archive = ARCHIVE,
        user = user,
    );
    assert_eq!((status, &body), (200, &expected));
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 4);
    assert!(at.len() == "2025-08-26T20:19:36.177236+00:00".len() && at.ends_with("+00:00"));
    let age = at.parse::<Timestamp>().unwrap().duration_since(before);
    assert!((-1..20).contains(&age.as_secs()), "{at} is not now");
    assert_eq!(api.ids("security-archive", ""), [id]);
    assert_eq!(api.ids("hub", "").len(), 9);
}

#[test]
fn the_other_direction_is_another_connection() {
    let api = Api::sample();
    assert_eq!(api.create("hub", RETAIL_US, r#"["audit"]"#).0, 200);
    assert_eq!(api.ids("retail-us", "").len(), 2);
}

#[test]
fn a_type_that_came_after_the_client_can_be_shared_as_well() {
    assert_eq!(Api::sample().create("hub", ARCHIVE, r#"["rum"]"#).0, 200);
}

#[test]
fn an_update_replaces_the_types_and_is_answered_without_names() {
    let api = Api::sample();
    let answer = api.update("retail-us", RETAIL_TO_HUB, r#"["audit","metrics"]"#);
    let expected = concat!(
        r#"{"data":{"type":"org_connection","id":"40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d","#,
        r#""attributes":{"created_at":"2025-08-26T20:19:36.177236+00:00","connection_types":["audit","metrics"]},"#,
        r#""relationships":{"#,
        r#""source_org":{"data":{"type":"orgs","id":"4dee724d-00cc-11ea-a77b-570c9d03c6c5"}},"#,
        r#""sink_org":{"data":{"type":"orgs","id":"83999dcd-7f97-11f0-8de1-1ecf66f1aa85"}},"#,
        r#""created_by":{"data":{"type":"users","id":"03e6bc43-7ecc-11f0-b50b-f28f2be41840"}}}}}"#,
    );
    assert_eq!(answer, (200, expected.to_owned()));
    let listed = api.get_json("hub", &format!("{CONNECTIONS}?source_org_id={RETAIL_US}"));
    let types = listed.pointer("/data/0/attributes/connection_types");
    assert_eq!(types, Some(&serde_json::json!(["audit", "metrics"])));
}

#[test]
fn either_end_may_delete_and_the_answer_is_an_empty_object_and_a_newline() {
    let api = Api::sample();
    let [first, .., last] = &*api.ids("platform", "") else {
        panic!("the sample has two connections of this org");
    };
    assert_eq!(api.delete("hub", first), (200, "{}\n".to_owned()));
    assert_eq!(api.delete("platform", last), (200, "{}\n".to_owned()));
    assert_eq!(api.ids("platform", ""), [""; 0]);
    assert_eq!(api.delete("platform", last).0, 404);
}
