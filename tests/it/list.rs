mod failures;
mod order;
mod pages;
mod paused_reader;
mod profiles;

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::harness::{Api, World, connection, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// A mock that lists three connections, once.
fn three() -> Api {
    let api = Api::new();
    let connections = [
        connection(50, 1, 2, &["logs", "metrics"]),
        connection(51, 3, 2, &["metrics"]),
        connection(52, 2, 4, &["audit", "logs"]),
    ];
    api.get(LIST, &page(&connections, 3));
    api
}

#[test]
fn a_row_is_a_connection_and_types_have_one_order() {
    let shown = three().world().run(["list"]).quiet_success();
    assert_data_eq!(
        shown,
        str![[r#"
ID                                    SOURCE  DESTINATION  TYPES         CREATED (UTC)     CREATED BY
00000000-0000-0000-0000-000000000032  Org 1   Org 2        logs,metrics  2025-08-26 20:19  Pipeline
00000000-0000-0000-0000-000000000033  Org 3   Org 2        metrics       2025-08-26 20:19  Pipeline
00000000-0000-0000-0000-000000000034  Org 2   Org 4        logs,audit    2025-08-26 20:19  Pipeline

"#]]
    );
}

#[test]
fn ls_is_list() {
    let ids = three().world().run(["ls", "-o", "id"]).quiet_success();
    assert_eq!(ids, format!("{}\n{}\n{}\n", uuid(50), uuid(51), uuid(52)));
}

#[test]
fn ends_given_as_uuids_are_filtered_by_the_service_without_a_look_up() {
    let target = format!("{LIST}&sink_org_id={}&source_org_id={}", uuid(2), uuid(1));
    for [source, destination] in [
        ["--source", "--destination"],
        ["--from", "--to"],
        ["--from", "--sink"],
    ] {
        let api = Api::new();
        api.get(&target, &page(&[connection(50, 1, 2, &["logs"])], 1));
        let ids = api
            .world()
            .run(["list", source, &uuid(1), destination, &uuid(2), "-oid"])
            .quiet_success();
        assert_eq!(ids, format!("{}\n", uuid(50)));
    }
}

#[test]
fn one_end_filters_by_itself() {
    for (flag, parameter) in [
        ("--source", "source_org_id"),
        ("--destination", "sink_org_id"),
    ] {
        let api = Api::new();
        api.get(&format!("{LIST}&{parameter}={}", uuid(2)), &page(&[], 0));
        let ids = api
            .world()
            .run(["list", flag, &uuid(2), "-o", "id"])
            .quiet_success();
        assert_eq!(ids, "");
    }
}

#[test]
fn two_names_are_looked_up_with_one_request() {
    let api = Api::new();
    let target = format!("{LIST}&sink_org_id={}&source_org_id={}", uuid(2), uuid(1));
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(&target, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let ids = api
        .world()
        .run(["list", "--from", "org 1", "--to", "org00000002", "-o", "id"])
        .quiet_success();
    assert_eq!(ids, format!("{}\n", uuid(50)));
}

#[test]
fn a_name_that_no_org_has_lists_nothing_and_names_the_nearest() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(LIST, &page(&[], 0));
    let refused = api.world().run(["list", "--to", "Org 22"]).code(5);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no org with the name or public id `Org 22`; did you mean `Org 2`?
hint: `orgconn orgs` lists the orgs that these credentials see; any other has to be given as a UUID

"#]]
    );
}

#[test]
fn an_empty_table_in_a_pipe_is_a_header_and_a_word_to_the_reader() {
    for (flags, noted) in [
        (&["-o", "table"][..], "no connections\n"),
        (&["-o", "wide"], "no connections\n"),
        (&["-q"], ""),
        (&["-o", "csv"], ""),
    ] {
        let api = Api::new();
        api.get(LIST, &page(&[], 0));
        let listed = api.world().run([&["list"], flags].concat()).code(0);
        assert_eq!(listed.stderr, noted, "{flags:?}");
        assert_eq!(listed.stdout.lines().count(), 1, "{}", listed.stdout);
    }
}

#[test]
fn any_of_the_given_types_is_enough() {
    for (words, expected) in [
        (["--type=audit", "--type=logs"], vec![50, 52]),
        (["--type=audit,logs", "-q"], vec![50, 52]),
        (["--type=metrics", "-q"], vec![50, 51]),
    ] {
        let ids = three()
            .world()
            .run(["list", "-o", "id", words[0], words[1]])
            .quiet_success();
        let expected: String = expected
            .into_iter()
            .map(|number| format!("{}\n", uuid(number)))
            .collect();
        assert_eq!(ids, expected, "{words:?}");
    }
}

#[test]
fn a_type_that_is_misspelled_unknown_or_empty_is_refused_before_anything_is_asked() {
    for command in ["list", "graph", "export"] {
        let refused = ["log", "rum", ""].map(|word| {
            let refused = Api::new().world().run([command, "--type", word]).code(2);
            assert_eq!(refused.stdout, "", "{command}");
            refused.stderr
        });
        assert_data_eq!(
            refused.concat(),
            str![[r#"
error: unknown connection type `log`; did you mean `logs`?
hint: --allow-unknown-type takes it anyway, if Datadog already has it
error: unknown connection type `rum`; the known ones are logs, metrics, audit
hint: --allow-unknown-type takes it anyway, if Datadog already has it
error: an empty connection type; give logs, metrics or audit

"#]]
        );
    }
}

#[test]
fn a_type_that_only_datadog_knows_is_listed_where_that_is_allowed() {
    let words = ["list", "--type", "rum", "--allow-unknown-type", "-o", "id"];
    let ids = World::sandbox().run(words).quiet_success();
    assert_eq!(ids, "6e92d03b-c815-4fa7-a6b9-41c7e5308df2\n");
}

#[test]
fn a_type_is_read_in_any_letter_case() {
    let list = |types| {
        let listed = World::sandbox().run(["list", "--type", types, "-o", "id"]);
        listed.quiet_success()
    };
    assert_eq!(list("LOGS"), list("logs"));
    assert!(!list("LOGS").is_empty());
}

#[test]
fn columns_are_those_that_are_asked_for_in_their_order() {
    let shown = three()
        .world()
        .run(["list", "--columns", "types,source_id,Destination"])
        .quiet_success();
    assert_data_eq!(
        shown,
        str![[r#"
TYPES         SOURCE ID                             DESTINATION
logs,metrics  00000000-0000-0000-0000-000000000001  Org 2
metrics       00000000-0000-0000-0000-000000000003  Org 2
logs,audit    00000000-0000-0000-0000-000000000002  Org 4

"#]]
    );
}

#[test]
fn the_header_can_be_left_out() {
    for (format, separator) in [("table", "  "), ("csv", ","), ("tsv", "\t")] {
        let shown = three()
            .world()
            .run([
                "list",
                "--no-header",
                "--columns=source,destination",
                "-o",
                format,
            ])
            .quiet_success();
        let rows = ["Org 1|Org 2\n", "Org 3|Org 2\n", "Org 2|Org 4\n"];
        assert_eq!(shown, rows.concat().replace('|', separator), "{format}");
    }
}

#[test]
fn columns_of_a_format_without_columns_are_a_usage_error() {
    let api = Api::new();
    let refused = api
        .world()
        .run(["list", "--columns=source", "-o", "id"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: --columns does not go with the format id of this command, which has no columns to choose

"#]]
    );
}

#[test]
fn a_flag_has_a_variable_and_comes_before_it() {
    let set = |api: &Api| {
        api.world()
            .with("ORGCONN_OUTPUT", "csv")
            .with("ORGCONN_COLUMNS", "source,types")
            .with("ORGCONN_NO_HEADER", "1")
    };
    let shown = set(&three()).run(["list"]).quiet_success();
    assert_eq!(
        shown,
        "Org 1,\"logs,metrics\"\nOrg 3,metrics\nOrg 2,\"logs,audit\"\n"
    );
    let shown = set(&three())
        .run(["list", "--columns=source", "-o", "tsv"])
        .quiet_success();
    assert_eq!(shown, "Org 1\nOrg 3\nOrg 2\n");
}

#[test]
fn a_connection_in_json_has_every_field() {
    let api = Api::new();
    api.get(
        LIST,
        &page(&[connection(50, 1, 2, &["metrics", "logs"])], 1),
    );
    let listed = api.world().run(["list", "-o", "json"]).code(0);
    assert_eq!(
        listed.json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "id": uuid(50),
            "source": {"id": uuid(1), "name": "Org 1"},
            "destination": {"id": uuid(2), "name": "Org 2"},
            "types": ["logs", "metrics"],
            "created_at": "2025-08-26T20:19:36.177236+00:00",
            "created_by": {"id": uuid(900), "name": "Pipeline"},
            "profiles": [],
        }]})
    );
}
