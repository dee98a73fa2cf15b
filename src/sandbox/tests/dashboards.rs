//! Tests of the endpoints for dashboards, notebooks and powerpacks.

use super::*;

/// The ids of the rows in the list of this name.
fn ids(api: &Api, profile: &str, path: &str, list: &str) -> Vec<String> {
    let body = api.get_json(profile, path);
    let rows = body[list].as_array().unwrap().iter();
    rows.map(|row| row["id"].to_string().replace('"', ""))
        .collect()
}

#[test]
fn the_hub_has_each_kind_and_other_orgs_do_not_see_them() {
    let api = Api::sample();
    for (path, list, own) in [
        (
            "/api/v1/dashboard",
            "dashboards",
            &["shp-7kd-29x", "plt-4mw-83c", "hub-5tq-61r"][..],
        ),
        ("/api/v1/notebooks", "data", &["4021", "4022"]),
        (
            "/api/v2/powerpacks",
            "data",
            &["a5d0e7c4-83f1-4b26-9d57-1c60be92f438"],
        ),
    ] {
        assert_eq!(ids(&api, "hub", path, list), own);
        assert_eq!(ids(&api, "retail-us", path, list), [""; 0]);
        assert_eq!(api.get("auditor", path), refusal(403, "Forbidden"));
    }
}

#[test]
fn a_list_has_pages() {
    let api = Api::sample();
    for (query, page) in [
        ("?count=2", &["shp-7kd-29x", "plt-4mw-83c"][..]),
        ("?count=2&start=2", &["hub-5tq-61r"]),
        ("?start=3", &[]),
    ] {
        let path = format!("/api/v1/dashboard{query}");
        assert_eq!(ids(&api, "hub", &path, "dashboards"), page);
    }
    let path = "/api/v2/powerpacks?page[limit]=5&page[offset]=1";
    assert_eq!(ids(&api, "hub", path, "data"), [""; 0]);
    let answer = api.get("hub", "/api/v1/dashboard?count=x");
    assert_eq!(answer, refusal(400, "count is out of range"));
}

#[test]
fn a_dashboard_comes_with_its_widgets_when_it_is_asked_for_alone() {
    let api = Api::sample();
    let list = api.get_json("hub", "/api/v1/dashboard");
    assert_eq!(list["dashboards"][0]["widgets"], Value::Null);
    let one = api.get_json("hub", "/api/v1/dashboard/shp-7kd-29x");
    let query = "/widgets/0/definition/requests/0/queries/0/cross_org_uuids/0";
    assert_eq!(text(&one, query), RETAIL_US);
    let unknown = api.get("retail-us", "/api/v1/dashboard/shp-7kd-29x");
    assert_eq!(unknown, refusal(404, "Not found"));
}

#[test]
fn notebooks_come_without_cells_if_these_are_not_wanted() {
    let api = Api::sample();
    for (query, count) in [
        ("", 3),
        ("?include_cells=true", 3),
        ("?include_cells=false", 0),
    ] {
        let list = api.get_json("hub", &format!("/api/v1/notebooks{query}"));
        let cells = list["data"][0]["attributes"]["cells"].as_array();
        assert_eq!(cells.map_or(0, Vec::len), count, "{query}");
    }
}
