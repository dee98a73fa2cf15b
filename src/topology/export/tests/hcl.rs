use super::*;

#[test]
fn every_source_has_a_provider_and_every_connection_a_resource_and_an_import() {
    let live = [
        connection(12, 4, 1, &["metrics", "logs"]),
        connection(11, 3, 1, &["logs"]),
        connection(13, 3, 2, &["audit"]),
    ];
    let exported = as_terraform(&live, &directory());
    assert_eq!(
        exported.text,
        r#"# Connections between Datadog orgs, for the provider DataDog/datadog; `import` blocks need Terraform 1.5.
# A connection belongs to the org whose keys its provider uses: give each provider the keys of its org.

# Twin (00000000-0000-0000-0000-000000000003)
provider "datadog" {
  alias = "twin"
}

# Twin (00000000-0000-0000-0000-000000000003) to Observability Hub (00000000-0000-0000-0000-000000000001)
resource "datadog_org_connection" "twin_to_observability_hub" {
  provider         = datadog.twin
  sink_org_id      = "00000000-0000-0000-0000-000000000001"
  connection_types = ["logs"]
}

import {
  to = datadog_org_connection.twin_to_observability_hub
  id = "00000000-0000-0000-0000-00000000000b"
}

# Twin (00000000-0000-0000-0000-000000000003) to Retail US (00000000-0000-0000-0000-000000000002)
resource "datadog_org_connection" "twin_to_retail_us" {
  provider         = datadog.twin
  sink_org_id      = "00000000-0000-0000-0000-000000000002"
  connection_types = ["audit"]
}

import {
  to = datadog_org_connection.twin_to_retail_us
  id = "00000000-0000-0000-0000-00000000000d"
}

# Twin (00000000-0000-0000-0000-000000000004)
provider "datadog" {
  alias = "twin_2"
}

# Twin (00000000-0000-0000-0000-000000000004) to Observability Hub (00000000-0000-0000-0000-000000000001)
resource "datadog_org_connection" "twin_2_to_observability_hub" {
  provider         = datadog.twin_2
  sink_org_id      = "00000000-0000-0000-0000-000000000001"
  connection_types = ["logs", "metrics"]
}

import {
  to = datadog_org_connection.twin_2_to_observability_hub
  id = "00000000-0000-0000-0000-00000000000c"
}
"#
    );
    assert_eq!(exported.left_out, []);
}

#[test]
fn awkward_names_become_identifiers_and_stay_in_their_comments() {
    let mut live = connection(11, 90, 91, &["${file(\"/etc/passwd\")}", "%{ if }", "a\\"]);
    live.source.name = Some("42 \u{e9}\nresource {".into());
    live.destination.name = Some("---".into());
    let text = as_terraform(&[live], &Directory::default()).text;
    for line in [
        r#"# "42 é\nresource {" (00000000-0000-0000-0000-00000000005a)"#,
        r#"  alias = "org_42_resource""#,
        r#"resource "datadog_org_connection" "org_42_resource_to_org" {"#,
        r#"  connection_types = ["$${file(\"/etc/passwd\")}", "%%{ if }", "a\\"]"#,
    ] {
        assert!(
            text.lines().any(|written| written == line),
            "{line}\n{text}"
        );
    }
}

#[test]
fn two_names_that_run_together_do_not_share_an_identifier() {
    let orgs = Directory {
        current: None,
        orgs: vec![
            org(1, "a", "p1"),
            org(2, "a to b", "p2"),
            org(3, "b to c", "p3"),
            org(4, "c", "p4"),
        ],
    };
    let live = [
        connection(11, 1, 3, &["logs"]),
        connection(12, 2, 4, &["logs"]),
    ];
    let text = as_terraform(&live, &orgs).text;
    assert!(text.contains("to = datadog_org_connection.a_to_b_to_c\n"));
    assert!(text.contains("to = datadog_org_connection.a_to_b_to_c_2\n"));
}

#[test]
fn what_cannot_be_imported_is_left_out_and_told() {
    let mut nameless = connection(11, 2, 1, &["logs"]);
    nameless.id = None;
    let mut odd = connection(12, 3, 1, &["logs"]);
    odd.destination.id = Some("odd".into());
    let live = [nameless, odd];
    let exported = as_terraform(&live, &directory());
    assert_eq!(exported.left_out.len(), 2);
    assert!(!exported.text.contains("resource"));
}
