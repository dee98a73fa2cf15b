use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, Profiles, World, connection, current_user, org_list, page, uuid};

fn order(destination: u128, types: &[&str]) -> Option<Value> {
    Some(json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": types},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(destination)}}},
    }}))
}

fn made(connection: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"data": connection}))
}

fn refused(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errors": [message]}))
}

const CREATE: &str = "/api/v2/org_connections";

#[test]
fn a_look_up_by_name_and_a_create_are_two_requests() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2])).expect(
        "POST",
        CREATE,
        order(2, &["logs", "metrics"]),
        made(connection(50, 1, 2, &["logs", "metrics"])),
        1,
    );
    let id = api
        .world()
        .run(["create", "org 2", "--type", "metrics,logs", "-o", "id"])
        .quiet_success();
    assert_eq!(id, format!("{}\n", uuid(50)));
}

#[test]
fn a_uuid_costs_no_look_up() {
    let api = Api::new();
    api.expect(
        "POST",
        CREATE,
        order(2, &["logs"]),
        made(connection(50, 1, 2, &["logs"])),
        1,
    );
    let created = api
        .world()
        .run(["create", &uuid(2), "--type", "logs", "-o", "json"])
        .code(0);
    assert_eq!(
        created.json(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [{
            "result": "created",
            "reason": null,
            "id": uuid(50),
            "source": {"id": uuid(1), "name": "Org 1"},
            "destination": {"id": uuid(2), "name": "Org 2"},
            "types": ["logs"],
            "created_at": "2025-08-26T20:19:36.177236+00:00",
            "created_by": {"id": uuid(900), "name": "Pipeline"},
            "profiles": [],
        }]})
    );
}

#[test]
fn several_destinations_are_looked_up_with_one_request_and_made_one_by_one() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3]))
        .expect(
            "POST",
            CREATE,
            order(2, &["audit"]),
            made(connection(52, 1, 2, &["audit"])),
            1,
        )
        .expect(
            "POST",
            CREATE,
            order(3, &["audit"]),
            made(connection(53, 1, 3, &["audit"])),
            1,
        );
    let ids = api
        .world()
        .run(["create", "Org 3", "Org 2", "org 3", "--type=audit", "-oid"])
        .quiet_success();
    assert_eq!(ids, format!("{}\n{}\n", uuid(53), uuid(52)));
}

#[test]
fn one_unknown_destination_of_several_keeps_all_from_being_sent() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get("/api/v2/org_connections?limit=1000&offset=0", &page(&[], 0));
    let refused = api
        .world()
        .run(["create", "Org 2", "Org 9", "--type", "logs"])
        .code(5);
    assert_eq!(refused.stdout, "");
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no org with the name or public id `Org 9`; the nearest names:
  `Org 1`
  `Org 2`
hint: `orgconn orgs` lists the orgs that these credentials see; any other has to be given as a UUID

"#]]
    );
}

#[test]
fn a_name_that_two_orgs_have_is_never_picked_from() {
    let api = Api::new();
    let mut orgs = org_list(1, &[1, 2, 3]);
    orgs["included"][2]["attributes"]["name"] = "Org 2".into();
    api.get("/api/v2/org", &orgs);
    let refused = api
        .world()
        .run(["create", "Org 2", "--type", "logs"])
        .code(5);
    assert!(
        refused.stderr.contains(&uuid(2)) && refused.stderr.contains(&uuid(3)),
        "{}",
        refused.stderr
    );
}

#[test]
fn names_come_from_the_connections_where_the_orgs_may_not_be_read() {
    let api = Api::new();
    api.expect("GET", "/api/v2/org", None, refused(403, "Forbidden"), 1)
        .get(
            "/api/v2/org_connections?limit=1000&offset=0",
            &page(&[connection(50, 4, 2, &["logs"])], 1),
        )
        .expect(
            "POST",
            CREATE,
            order(2, &["logs"]),
            made(connection(51, 1, 2, &["logs"])),
            1,
        );
    let id = api
        .world()
        .run(["create", "Org 2", "--type", "logs", "-o", "id"])
        .quiet_success();
    assert_eq!(id, format!("{}\n", uuid(51)));
}

#[test]
fn what_is_shared_is_never_guessed() {
    let refused = World::talking_to("http://127.0.0.1:9")
        .run(["create", "Org 2"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no connection type given
hint: give --type logs, --type metrics, --type audit, or several: --type logs,metrics

"#]]
    );
}

#[test]
fn an_unknown_type_is_sent_only_when_that_is_allowed() {
    let world = World::talking_to("http://127.0.0.1:9");
    let refused = world.run(["create", "Org 2", "--type", "log"]).code(2);
    assert!(
        refused
            .stderr
            .starts_with("error: unknown connection type `log`"),
        "{}",
        refused.stderr
    );
    let api = Api::new();
    api.expect(
        "POST",
        CREATE,
        order(2, &["logs", "rum"]),
        made(connection(50, 1, 2, &["logs", "rum"])),
        1,
    );
    api.world()
        .run([
            "create",
            &uuid(2),
            "--type=rum,logs",
            "--allow-unknown-type",
            "-oid",
        ])
        .code(0);
}

#[test]
fn a_connection_that_exists_is_a_conflict_with_the_way_out() {
    let api = Api::new();
    api.expect(
        "POST",
        CREATE,
        order(2, &["logs", "metrics"]),
        refused(409, "already exists"),
        1,
    )
    .get(
        &format!(
            "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}",
            uuid(2)
        ),
        &page(&[connection(50, 1, 2, &["logs"])], 1),
    );
    let refused = api
        .world()
        .run(["create", &uuid(2), "--type=logs,metrics", "--if-not-exists"])
        .code(6);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: `Org 1` is connected to `Org 2` already (00000000-0000-0000-0000-000000000032, sharing logs)
hint: to share logs,metrics instead: orgconn update 00000000-0000-0000-0000-000000000032 --type logs,metrics

"#]]
    );
}

#[test]
fn if_not_exists_is_content_with_the_same_types_and_gives_the_id() {
    let api = Api::new();
    api.expect(
        "POST",
        CREATE,
        order(2, &["logs"]),
        refused(409, "already exists"),
        1,
    )
    .get(
        &format!(
            "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}",
            uuid(2)
        ),
        &page(&[connection(50, 1, 2, &["logs"])], 1),
    );
    let id = api
        .world()
        .run([
            "create",
            &uuid(2),
            "--type=logs",
            "--if-not-exists",
            "-o",
            "id",
        ])
        .quiet_success();
    assert_eq!(id, format!("{}\n", uuid(50)));
}

#[test]
fn a_dry_run_reads_and_makes_no_change() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2])).get(
        &format!(
            "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}",
            uuid(2)
        ),
        &page(&[], 0),
    );
    api.permit_writes();
    let shown = api
        .world()
        .run(["create", "Org 2", "--type=logs", "--dry-run", "-o", "tsv"])
        .code(0);
    assert!(shown.stdout.contains("would create"), "{}", shown.stdout);
    assert_eq!(shown.stderr, "dry run: nothing was changed\n");
}

#[test]
fn keys_that_may_only_read_know_their_org_by_the_name_that_a_connection_has() {
    let api = Api::new();
    api.expect("GET", "/api/v2/org", None, refused(403, "Forbidden"), 1)
        .get("/api/v2/current_user", &current_user(1))
        .get(
            "/api/v2/org_connections?limit=1000&offset=0",
            &page(&[connection(50, 1, 2, &["logs"])], 1),
        );
    let refused = api
        .world()
        .run(["create", &uuid(3), "--source", "Org 2", "--type=logs"])
        .code(4);
    assert!(
        refused
            .stderr
            .starts_with("error: these credentials belong to `Org 1`, not to `Org 2`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_source_that_the_keys_do_not_belong_to_is_refused_before_anything_is_sent() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3]));
    let refused = api
        .world()
        .run(["create", "Org 2", "--source", "Org 3", "--type=logs"])
        .code(4);
    assert!(
        refused
            .stderr
            .starts_with("error: these credentials belong to `Org 1`, not to `Org 3`")
    );
}

#[test]
fn an_org_is_not_connected_to_itself() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]));
    let refused = api.world().run(["create", "Org 1", "--type=logs"]).code(2);
    assert!(
        refused.stderr.contains("`Org 1` is the source org itself"),
        "{}",
        refused.stderr
    );
}

#[test]
fn one_of_several_that_fails_is_told_and_hides_nothing_of_the_others() {
    let api = Api::new();
    api.expect(
        "POST",
        CREATE,
        order(2, &["logs"]),
        refused(404, "Not found"),
        1,
    )
    .expect(
        "POST",
        CREATE,
        order(3, &["logs"]),
        made(connection(53, 1, 3, &["logs"])),
        1,
    );
    let part = api
        .world()
        .run(["create", &uuid(2), &uuid(3), "--type=logs", "-o", "json"])
        .code(8);
    let report = part.json();
    assert_eq!(report["items"][0]["id"], uuid(53));
    assert_eq!(report["errors"][0]["kind"], "not_found");
    assert_eq!(report["errors"][0]["http_status"], 404);
    assert!(
        part.stderr.contains("the org is not found"),
        "{}",
        part.stderr
    );
}

#[test]
fn a_refusal_of_the_service_says_what_it_may_mean() {
    let api = Api::new();
    let message = "connection between orgs SRC and DST is not allowed";
    api.expect(
        "POST",
        CREATE,
        order(2, &["logs"]),
        refused(400, message),
        1,
    );
    let refused = api.world().run(["create", &uuid(2), "--type=logs"]).code(1);
    assert!(
        refused.stderr.contains(message) && refused.stderr.contains("hint: not allowed are"),
        "{}",
        refused.stderr
    );
}

/// The user behind the keys: a service account, a person, or one of whom it is not known.
fn owner(service_account: Option<bool>) -> Value {
    let mut owner = current_user(1);
    owner["data"]["attributes"]["service_account"] = json!(service_account);
    owner
}

const REQUIRING: [&str; 4] = [
    "create",
    "Org 2",
    "--type=logs",
    "--require-service-account",
];

#[test]
fn a_service_account_may_own_what_must_belong_to_one() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get("/api/v2/current_user", &owner(Some(true)))
        .expect(
            "POST",
            CREATE,
            order(2, &["logs"]),
            made(connection(50, 1, 2, &["logs"])),
            1,
        );
    api.world().run(REQUIRING).quiet_success();
}

#[test]
fn a_person_may_not_own_what_must_belong_to_a_service_account() {
    for (service_account, whose) in [
        (Some(false), "would belong to Pipeline, a person"),
        (None, "may belong to a person"),
    ] {
        for further in [&[][..], &["--dry-run"]] {
            let api = Api::new();
            api.get("/api/v2/org", &org_list(1, &[1, 2]))
                .get("/api/v2/current_user", &owner(service_account));
            let refused = api.world().run([&REQUIRING[..], further].concat()).code(2);
            assert_eq!(
                refused.stderr,
                format!(
                    "error: new connections {whose}, and --require-service-account refuses that: nothing was created\n\
                     hint: use the keys of a service account of the source org\n"
                )
            );
        }
    }
}

#[test]
fn nothing_is_created_while_a_required_owner_is_not_known() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2])).expect(
        "GET",
        "/api/v2/current_user",
        None,
        refused(403, "Forbidden"),
        1,
    );
    let refused = api.world().run(REQUIRING).code(4);
    let message =
        "error: a service account is required, and whose keys these are is not known: GET";
    assert!(refused.stderr.starts_with(message), "{}", refused.stderr);
}

#[test]
fn a_profile_may_require_a_service_account() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get("/api/v2/current_user", &owner(Some(false)));
    let world = Profiles::new("")
        .with("hub", &api, None)
        .with_line("require_service_account = true")
        .world();
    let refused = world
        .run(["create", "Org 2", "--type=logs", "--profile=hub"])
        .code(2);
    let message = "error: new connections would belong to Pipeline, a person, and `require_service_account` of the \
                   profile hub refuses that: nothing was created\n";
    assert!(refused.stderr.starts_with(message), "{}", refused.stderr);
}
