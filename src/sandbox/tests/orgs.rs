use super::*;

const ORGS: &str = "/api/v2/org";

/// The current org, the linked ones and the included ones.
fn listed(api: &Api, profile: &str, query: &str) -> (String, Vec<String>, Vec<String>) {
    let body = api.get_json(profile, &format!("{ORGS}{query}"));
    let texts = |records: &Value, pointer: &str| {
        let records = records.as_array().unwrap().iter();
        records
            .map(|record| {
                record
                    .pointer(pointer)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    let links = &body["data"]["relationships"];
    let current = links["current_org"]["data"]["id"].as_str().unwrap();
    (
        current.to_owned(),
        texts(&links["managed_orgs"]["data"], "/id"),
        texts(&body["included"], "/attributes/name"),
    )
}

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

#[test]
fn the_hub_sees_every_org() {
    let (current, linked, mut included) = listed(&Api::sample(), "hub", "");
    included.sort_unstable();
    assert_eq!((current.as_str(), linked.len()), (HUB, 10));
    assert_eq!(
        included,
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
}

#[test]
fn one_org_is_disabled() {
    let body = Api::sample().get_json("hub", ORGS);
    let included = body["included"].as_array().unwrap();
    let disabled: Vec<_> = included
        .iter()
        .filter(|org| org["attributes"]["disabled"] == true)
        .map(|org| org["id"].as_str().unwrap())
        .collect();
    assert_eq!(disabled, [LEGACY_SHOP]);
}

#[test]
fn a_part_of_the_name_in_any_case_narrows_the_listing() {
    let api = Api::sample();
    let (current, linked, included) = listed(&api, "hub", "?filter[name]=RETAIL");
    assert_eq!((current.as_str(), linked.len()), (HUB, 2));
    assert_eq!(included, ["Retail US", "Retail EU"]);
    let (_, linked, _) = listed(&api, "hub", "?filter%5Bname%5D=k%C3%B6ln");
    assert_eq!(linked, [profile("awkward-name").org_id.to_string()]);
    let (_, linked, included) = listed(&api, "retail-us", "?filter[name]=hub");
    assert!(linked.is_empty() && included.is_empty());
}
