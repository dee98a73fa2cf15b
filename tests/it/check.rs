mod ends;
mod wait;

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, Finished, World, connection, org_list, page, uuid};

/// The target of the request for the connection from org 1 to org 2.
fn between() -> String {
    format!(
        "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}&source_org_id={}",
        uuid(2),
        uuid(1)
    )
}

/// Runs `check` for org 1 to org 2 with the keys of org 1. The connection shares `types`; with `None` there is no
/// connection.
fn check(types: Option<&[&str]>, flags: &[&str]) -> Finished {
    let api = Api::new();
    let found: Vec<Value> = types
        .map(|types| connection(50, 1, 2, types))
        .into_iter()
        .collect();
    api.get(&between(), &page(&found, found.len()));
    if types.is_none() {
        api.get("/api/v2/org", &org_list(1, &[1, 2]));
    }
    let ends = ["check", "--source", &uuid(1), "--destination", &uuid(2)];
    api.world().run([&ends, flags].concat())
}

#[test]
fn what_is_as_wanted_ends_with_0_and_says_nothing_on_standard_error() {
    for (types, flags) in [
        (Some(&["logs"][..]), &[][..]),
        (Some(&["logs"]), &["--type", "logs"]),
        (Some(&["logs", "metrics", "rum"]), &["--type=metrics,logs"]),
        (
            Some(&["logs", "metrics"]),
            &["--type=metrics", "--type=logs", "--exact"],
        ),
        (Some(&["logs"]), &["--type=metrics,audit", "--absent"]),
        (None, &["--absent"]),
        (None, &["--type=metrics", "--absent"]),
    ] {
        check(types, flags).quiet_success();
    }
}

#[test]
fn what_differs_ends_with_3_and_says_why() {
    for (types, flags, why) in [
        (None, &[][..], "is not connected"),
        (None, &["--type=logs", "--exact"], "is not connected"),
        (
            Some(&["logs"][..]),
            &["--type=logs,metrics"],
            "lacks metrics (shares logs)",
        ),
        (
            Some(&["logs", "audit"]),
            &["--type=logs", "--exact"],
            "shares audit as well (shares logs,audit)",
        ),
        (
            Some(&["logs"]),
            &["--type=audit", "--exact"],
            "lacks audit and shares logs instead",
        ),
        (Some(&[]), &["--type=audit"], "lacks audit (shares nothing)"),
        (Some(&["logs"]), &["--absent"], "is connected (shares logs)"),
        (
            Some(&["logs", "rum"]),
            &["--type=audit,logs", "--absent"],
            "shares logs",
        ),
    ] {
        let differs = check(types, flags).code(3);
        let expected = format!("` {why}\n");
        assert!(
            differs.stderr.ends_with(&expected),
            "{flags:?}: {}",
            differs.stderr
        );
    }
}

#[test]
fn a_verdict_is_a_row() {
    assert_data_eq!(
        check(Some(&["logs"]), &["--type=logs"]).quiet_success(),
        str![[r#"
RESULT     ID                                    SOURCE  DESTINATION  TYPES  CREATED (UTC)     CREATED BY
as wanted  00000000-0000-0000-0000-000000000032  Org 1   Org 2        logs   2025-08-26 20:19  Pipeline

"#]]
    );
    let differs = check(Some(&["logs"]), &["--type=audit"]).code(3);
    assert_data_eq!(
        differs.stdout,
        str![[r#"
RESULT   ID                                    SOURCE  DESTINATION  TYPES  CREATED (UTC)     CREATED BY  REASON
differs  00000000-0000-0000-0000-000000000032  Org 1   Org 2        logs   2025-08-26 20:19  Pipeline    lacks audit (shares logs)

"#]]
    );
    assert_data_eq!(
        differs.stderr,
        str![[r#"
warning: `Org 1` to `Org 2` lacks audit (shares logs)

"#]]
    );
}

#[test]
fn a_verdict_in_json_says_why_and_is_no_error() {
    let differs = check(None, &["--type=logs", "-o", "json"]).code(3);
    assert_eq!(
        differs.json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "result": "differs",
            "reason": "is not connected",
            "id": null,
            "source": {"id": uuid(1), "name": "Org 1"},
            "destination": {"id": uuid(2), "name": "Org 2"},
            "types": [],
            "created_at": null,
            "created_by": {"id": null, "name": null},
            "profiles": [],
        }]})
    );
}

#[test]
fn what_could_not_be_found_out_is_neither_0_nor_3() {
    for (status, expected) in [(401, 4), (403, 4), (500, 7), (429, 7)] {
        let api = Api::new();
        let answer = ResponseTemplate::new(status).set_body_json(json!({"errors": ["no"]}));
        api.expect("GET", &between(), None, answer, 1);
        let ended = api.world().run([
            "check",
            "--from",
            &uuid(1),
            "--to",
            &uuid(2),
            "--absent",
            "--max-retries=0",
        ]);
        assert_eq!(ended.code(expected).stdout, "", "{status}");
    }
}

#[test]
fn mistakes_are_usage_errors_and_send_nothing() {
    for flags in [
        &[][..],
        &["--type", "logs"],
        &["--to=Org 2", "--exact"],
        &["--to=Org 2", "--type=logs", "--exact", "--absent"],
        &["--to=Org 2", "--type=log"],
        &["--to=Org 2", "--type="],
        &["--to=Org 2", "--wait=soon"],
        &["--to=Org 2", "--columns=nme"],
    ] {
        let refused = Api::new().world().run([&["check"], flags].concat());
        assert_eq!(refused.code(2).stdout, "", "{flags:?}");
    }
}

/// A script must not go on after a difference because nobody reads the rows: neither for one connection nor for a file.
#[test]
fn a_difference_is_3_even_if_nobody_reads_it() {
    let world = World::sandbox();
    world.file(
        "orgconn.yaml",
        "connections: [{source: Retail US, destination: Observability Hub, types: [audit]}]",
    );
    for arguments in [
        "--source 'Retail US' --destination 'Observability Hub' --type audit",
        "--source 'Retail US' --destination 'Observability Hub' --absent",
        "--file orgconn.yaml --all-profiles",
        "--file orgconn.yaml --all-profiles -o github",
    ] {
        let script = format!("exec 3> >(exec <&-); sleep 0.3; orgconn check {arguments} >&3");
        world.script(&script).code(3);
    }
}
