use serde_json::{Value, json};
use snapbox::{IntoData as _, assert_data_eq, str};

use crate::harness::{Api, World, connection, half_reachable, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

#[test]
fn the_exported_file_wants_exactly_what_is_live() {
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    let exported = world.run(["export"]).code(0).stdout;
    world.file("orgconn.yaml", &exported);
    let file = ["-f", "orgconn.yaml", "--allow-unknown-type"];
    let planned = world.run([&["plan", "--prune", "-ojson"], &file[..]].concat());
    let planned = planned.code(0);
    // If the file left out a connection, the second line would count a delete.
    assert_eq!(
        planned.stderr,
        "warning: `Legacy Shop` is disabled\nno changes: 14 connections are as wanted\n"
    );
    let listed = world.run(["list", "-ojson"]).json();
    let ids = |items: &Value| {
        let items = items["items"].as_array().unwrap().iter();
        let mut ids: Vec<_> = items.map(|item| item["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let planned = planned.json();
    assert_eq!(ids(&planned), ids(&listed));
    for item in planned["items"].as_array().unwrap() {
        assert_eq!(item["action"], "unchanged");
    }
    let checked = world.run([&["check", "--exact", "-ojson"], &file[..]].concat());
    assert_eq!(checked.code(0).json()["items"], json!([]));
}

#[test]
fn a_unique_name_stands_for_its_org_and_a_uuid_with_the_name_as_comment_for_the_others() {
    let exported = World::sandbox().run(["export", "-o", "yaml"]).code(0);
    assert_data_eq!(
        exported.stdout,
        str![[r#"
# Connections between Datadog orgs, read by orgconn
connections:
  - source: "\u001b[31mחנות\u001b[0m 👩\u200d💻\nKöln"
    destination: Observability Hub
    types: [audit]
  - source: Legacy Shop
    destination: Observability Hub
    types: [logs]
  - source: Logistics
    destination: Observability Hub
    types: [metrics]
  - source: 1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17 # Payments
    destination: Observability Hub
    types: [metrics]
  - source: 6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a # Payments
    destination: Observability Hub
    types: [logs, rum]
  - source: Platform
    destination: Observability Hub
    types: [logs, metrics, audit]
  - source: Retail EU
    destination: Observability Hub
    types: [logs, metrics]
  - source: Retail US
    destination: Observability Hub
    types: [logs]

"#]]
        .raw()
    );
    assert_data_eq!(exported.stderr, str![""]);
}

#[test]
fn terraform_gets_an_alias_for_each_source_and_a_resource_with_its_import_for_each_connection() {
    let exported = World::sandbox().run([
        "export",
        "--profile=platform",
        "--source=Platform",
        "-o",
        "terraform",
    ]);
    assert_data_eq!(
        exported.quiet_success(),
        str![[r##"
# Connections between Datadog orgs, for the provider DataDog/datadog; `import` blocks need Terraform 1.5.
# A connection belongs to the org whose keys its provider uses: the variables give each provider the keys of its org. On
# another site than datadoghq.com, a provider also needs its `api_url`.
# The provider's import does not look for the id: until the destination is known, it reads the first connection of the
# account. Before you apply an import, compare what `terraform plan` shows of it with its resource.

# Platform (c2a85f36-8e04-11ec-a6d7-f1409be37c52)
variable "platform_api_key" {
  type      = string
  sensitive = true
}

variable "platform_app_key" {
  type      = string
  sensitive = true
}

provider "datadog" {
  alias   = "platform"
  api_key = var.platform_api_key
  app_key = var.platform_app_key
}

# Platform (c2a85f36-8e04-11ec-a6d7-f1409be37c52) to Logistics (9e1c47d8-61ab-11ec-b0f3-27d95ac8413e)
resource "datadog_org_connection" "platform_to_logistics" {
  provider         = datadog.platform
  sink_org_id      = "9e1c47d8-61ab-11ec-b0f3-27d95ac8413e"
  connection_types = ["metrics"]
}

import {
  to = datadog_org_connection.platform_to_logistics
  id = "95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38"
}

# Platform (c2a85f36-8e04-11ec-a6d7-f1409be37c52) to Observability Hub (83999dcd-7f97-11f0-8de1-1ecf66f1aa85)
resource "datadog_org_connection" "platform_to_observability_hub" {
  provider         = datadog.platform
  sink_org_id      = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85"
  connection_types = ["logs", "metrics", "audit"]
}

import {
  to = datadog_org_connection.platform_to_observability_hub
  id = "13c9f87e-a04d-4b62-9e5b-f7d3820c6b1a"
}

"##]]
    );
}

#[test]
fn the_exported_file_is_always_as_wanted_also_with_types_that_this_version_does_not_know() {
    for flags in [&[][..], &["--all-profiles"], &["--profile=payments-us"]] {
        let world = World::sandbox();
        let exported = world.run([&["export"], flags].concat()).code(0).stdout;
        let planned = [&["plan", "-f", "-", "-oid", "--exit-code"], flags].concat();
        let planned = world.run_with_input(planned, &exported).code(0);
        assert_eq!(planned.stdout, "");
    }
    let world = World::sandbox();
    let file = "connections: [{source: Observability Hub, destination: Platform, types: [rum]}]";
    let refused = world.run_with_input(["plan", "-f", "-"], file).code(2);
    assert!(
        refused
            .stderr
            .starts_with("error: standard input:1:74: unknown connection type `rum`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn flags_select_connections_and_with_ids_every_org_is_a_uuid() {
    let world = World::sandbox().with("ORGCONN_ALL_PROFILES", "1");
    let exported = world.run([
        "export",
        "--destination=observability hub",
        "--source=Retail EU",
        "--ids",
    ]);
    assert_data_eq!(
        exported.quiet_success(),
        str![[r#"
# Connections between Datadog orgs, read by orgconn
connections:
  - source: 5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4 # Retail EU
    destination: 83999dcd-7f97-11f0-8de1-1ecf66f1aa85 # Observability Hub
    types: [logs, metrics]

"#]]
    );
    let of_type = world.run(["export", "--type=audit"]).quiet_success();
    assert_eq!(of_type.matches("- source:").count(), 2, "{of_type}");
    assert!(!of_type.contains("manage"), "{of_type}");
    let unknown = world.run(["export", "--source=Retail"]).code(5);
    assert_eq!(unknown.stdout, "");
}

#[test]
fn what_the_file_cannot_say_is_told() {
    let api = Api::new();
    let mut lacking = connection(51, 1, 3, &["logs"]);
    lacking["attributes"]["connection_types"] = Value::Array(Vec::new());
    let listing = page(&[connection(50, 1, 2, &["logs"]), lacking], 2);
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3]))
        .get(LIST, &listing);
    let exported = api.world().run(["export"]).code(0);
    assert_data_eq!(
        exported.stdout,
        str![[r#"
# Connections between Datadog orgs, read by orgconn
connections:
  - source: Org 1
    destination: Org 2
    types: [logs]

"#]]
    );
    assert_eq!(
        exported.stderr,
        format!(
            "warning: left out: {} from `Org 1` to `Org 3`; a file cannot describe a connection without types, with a type without \
             a name, or from an org to itself\n",
            uuid(51)
        )
    );
}

#[test]
fn no_file_is_written_of_a_list_that_cannot_be_read_as_a_whole() {
    let api = Api::new();
    let listing = page(&[connection(50, 1, 2, &["logs"]), Value::Null], 2);
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(LIST, &listing);
    let failed = api.world().run(["export"]).code(1);
    assert_eq!(failed.stdout, "");
    let expected = "error: a record of the listing cannot be read: ";
    assert!(failed.stderr.starts_with(expected), "{}", failed.stderr);
}

#[test]
fn a_file_that_is_incomplete_says_so_at_its_head() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let exported = half_reachable(&api)
        .run(["export", "--all-profiles"])
        .code(8);
    assert_data_eq!(
        exported.stdout,
        str![[r#"
# INCOMPLETE: the profile unreachable could not be asked
# Connections between Datadog orgs, read by orgconn
connections:
  - source: Org 1
    destination: Org 2
    types: [logs]

"#]]
    );
    assert!(
        exported.stderr.starts_with("error: profile unreachable: "),
        "{}",
        exported.stderr
    );
}

#[test]
fn nothing_is_written_where_nobody_could_be_asked() {
    let world = half_reachable(&Api::new());
    let failed = world
        .run(["export", "--profile=unreachable", "-o", "yaml"])
        .code(7);
    assert_eq!(failed.stdout, "");
    let refused = World::bare().run(["export", "-o", "yaml"]).code(2);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.starts_with("error: no credentials"));
}

#[test]
fn other_formats_are_refused_with_those_there_are() {
    let world = World::sandbox();
    for format in ["json", "csv", "svg"] {
        let refused = world.run(["export", "-o", format]).code(2);
        assert_eq!(
            refused.stderr,
            format!(
                "error: this command does not write the format {format}; it writes:\n  yaml\n  terraform\n"
            )
        );
    }
    world.run(["export", "--columns=id"]).code(2);
}
