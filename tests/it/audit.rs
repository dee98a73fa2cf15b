//! Connections at risk, found in the samples of the sandbox and in answers that lack something.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use snapbox::{IntoData as _, assert_data_eq, str};
use wiremock::ResponseTemplate;

#[cfg(unix)]
use crate::harness::Terminal;
use crate::harness::{Api, Flaky, Reply, World, connection, current_user, half_reachable};
use crate::harness::{org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

#[test]
fn the_samples_show_each_finding_the_worst_first() {
    let columns = "--columns=severity,code,id,source,destination,profile";
    let audited = World::sandbox().run(["audit", "--all-profiles", columns]);
    assert_data_eq!(audited.stdout.clone(), str![[r#"
SEVERITY  CODE               ID                                    SOURCE                                DESTINATION                       PROFILE
error     creator_disabled   2a7b5c98-0e64-4d13-bf72-e58d19c604a6  Legacy Shop                           Observability Hub                 -
error     org_disabled       2a7b5c98-0e64-4d13-bf72-e58d19c604a6  Legacy Shop                           Observability Hub                 -
error     source_gone        54f6b0d9-83e2-4c17-a9b5-d07e2f618ac3  0a6d2f8b-1c3e-11e8-9f40-7b5ce1d23a96  Payments [6a48c1b5]               -
warning   creator_person     40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d  Retail US                             Observability Hub                 -
warning   creator_pending    8f16a2db-5c73-4e09-b4d8-62f0c7a91e35  Logistics                             Observability Hub                 -
warning   creator_not_found  3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09  Logistics                             \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln  -
warning   keys_of_person     -                                     -                                     -                                 auditor
warning   many_destinations  -                                     Logistics                             -                                 -
warning   unknown_type       6e92d03b-c815-4fa7-a6b9-41c7e5308df2  Payments [6a48c1b5]                   Observability Hub                 -
warning   both_ways          a85e31f7-d2c9-4b06-8e74-15f9b3c70d64  Logistics                             Platform                          -
warning   no_viewers         6e92d03b-c815-4fa7-a6b9-41c7e5308df2  Payments [6a48c1b5]                   Observability Hub                 -
note      no_name            f03d8e61-42ab-4579-9d1c-7b60a4e8c2f5  \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln      Observability Hub                 -
note      no_name            54f6b0d9-83e2-4c17-a9b5-d07e2f618ac3  0a6d2f8b-1c3e-11e8-9f40-7b5ce1d23a96  Payments [6a48c1b5]               -

"#]].raw());
    let summary = "3 errors, 8 warnings, 2 notes in 14 connections\n";
    assert_eq!(audited.code(3).stderr, summary);
}

#[test]
fn each_finding_says_what_is_wrong_and_which_command_mends_it() {
    let audited = World::sandbox().run(["audit", "--all-profiles", "-ojson", "-q"]);
    let report = audited.code(3).json();
    let lines = report["items"].as_array().unwrap().iter().map(|item| {
        let text = |key: &str| item[key].as_str().unwrap_or("-");
        format!("{}\n  {}\n", text("message"), text("command"))
    });
    assert_data_eq!(
        lines.collect::<String>(),
        str![[r#"
its creator, Noor Example, is disabled
  orgconn delete 2a7b5c98-0e64-4d13-bf72-e58d19c604a6
its source org is disabled
  orgconn delete 2a7b5c98-0e64-4d13-bf72-e58d19c604a6
its source org is not among the orgs of the account
  orgconn delete 54f6b0d9-83e2-4c17-a9b5-d07e2f618ac3
its creator, Dana Example, is a person, with whose account it is deleted
  orgconn handover 40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d --profile retail-us
its creator, Robin Example, has not accepted the invitation yet
  orgconn handover 8f16a2db-5c73-4e09-b4d8-62f0c7a91e35 --profile logistics
its creator is not to be found in the source org
  orgconn handover 3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09 --profile logistics
the keys belong to Kim Example, a person, and so would new connections
  orgconn auth login --profile auditor
it shares with 5 orgs; beyond 5 the API may refuse, unless it is on an Enterprise plan
  orgconn list --all-profiles --source 9e1c47d8-61ab-11ec-b0f3-27d95ac8413e
it shares rum, which this version does not know
  orgconn update 6e92d03b-c815-4fa7-a6b9-41c7e5308df2 --remove-type rum --allow-unknown-type
its destination shares with its source, too (95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38)
  orgconn delete a85e31f7-d2c9-4b06-8e74-15f9b3c70d64
its policy in the destination org lets nobody view it
  orgconn access clear 6e92d03b-c815-4fa7-a6b9-41c7e5308df2
no name of its creator is known
  -
no name of its source org is known
  -

"#]]
        .raw()
    );
    assert_eq!(report["errors"], json!([]));
    let expected = json!({
        "severity": "error",
        "code": "creator_disabled",
        "id": "2a7b5c98-0e64-4d13-bf72-e58d19c604a6",
        "source": {"id": "e83b05f9-2c17-11e9-ad64-70c2915fb8d3", "name": "Legacy Shop"},
        "destination": {"id": "83999dcd-7f97-11f0-8de1-1ecf66f1aa85", "name": "Observability Hub"},
        "profile": null,
        "message": "its creator, Noor Example, is disabled",
        "command": "orgconn delete 2a7b5c98-0e64-4d13-bf72-e58d19c604a6",
    });
    assert_eq!(report["items"][0], expected);
}

#[test]
fn the_default_profile_alone_cannot_see_the_creators_and_says_so() {
    let columns = "--columns=severity,code,message,command";
    let audited = World::sandbox().run(["audit", columns, "-otsv"]);
    assert_data_eq!(
        audited.stdout.clone(),
        str![[r#"
severity	code	message	command
error	org_disabled	its source org is disabled	orgconn delete 2a7b5c98-0e64-4d13-bf72-e58d19c604a6
warning	unknown_type	it shares rum, which this version does not know	orgconn update 6e92d03b-c815-4fa7-a6b9-41c7e5308df2 --remove-type rum --allow-unknown-type
warning	no_viewers	its policy in the destination org lets nobody view it	orgconn access clear 6e92d03b-c815-4fa7-a6b9-41c7e5308df2
warning	creator_unread	creators that could not be read: 8; no chosen profile has the keys of the source orgs	orgconn audit --all-profiles

"#]]
    );
    let summary = "1 error, 3 warnings, 0 notes in 8 connections\n";
    assert_eq!(audited.code(3).stderr, summary);
}

#[test]
fn ids_are_those_of_connections_that_need_another_owner() {
    let world = World::sandbox();
    let audited = world.run(["audit", "--all-profiles", "-oid", "-q"]).code(3);
    assert_data_eq!(
        audited.stdout,
        str![[r#"
40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d
8f16a2db-5c73-4e09-b4d8-62f0c7a91e35
3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09

"#]]
    );
}

#[test]
fn findings_are_annotations_and_a_table_for_a_pull_request() {
    let world = World::sandbox();
    let audit = |format| {
        let source = "--source=Logistics";
        let audited = world.run(["audit", "--all-profiles", source, "-q", "-o", format]);
        audited.code(3).stdout
    };
    assert_data_eq!(audit("github"), str![[r#"
::warning title=orgconn audit%3A creator_pending::`Logistics` to `Observability Hub`: its creator, Robin Example, has not accepted the invitation yet; mended by `orgconn handover 8f16a2db-5c73-4e09-b4d8-62f0c7a91e35 --profile logistics`
::warning title=orgconn audit%3A creator_not_found::`Logistics` to `\u{1b}[31mחנות\u{1b}[0m 👩‍💻%0AKöln`: its creator is not to be found in the source org; mended by `orgconn handover 3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09 --profile logistics`
::warning title=orgconn audit%3A keys_of_person::profile auditor: the keys belong to Kim Example, a person, and so would new connections; mended by `orgconn auth login --profile auditor`
::warning title=orgconn audit%3A many_destinations::`Logistics`: it shares with 5 orgs; beyond 5 the API may refuse, unless it is on an Enterprise plan; mended by `orgconn list --all-profiles --source 9e1c47d8-61ab-11ec-b0f3-27d95ac8413e`
::warning title=orgconn audit%3A both_ways::`Logistics` to `Platform`: its destination shares with its source, too (95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38); mended by `orgconn delete a85e31f7-d2c9-4b06-8e74-15f9b3c70d64`

"#]].raw());
    assert_data_eq!(audit("markdown"), str![[r#"
### orgconn: 0 errors, 5 warnings, 0 notes in 5 connections

| Severity | Source | Destination | Profile | Finding | Command |
| --- | --- | --- | --- | --- | --- |
| warning | Logistics | Observability Hub | - | its creator, Robin Example, has not accepted the invitation yet | orgconn handover 8f16a2db-5c73-4e09-b4d8-62f0c7a91e35 --profile logistics |
| warning | Logistics | \\u{1b}\[31mחנות\\u{1b}\[0m 👩‍💻\\nKöln | - | its creator is not to be found in the source org | orgconn handover 3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09 --profile logistics |
| warning | - | - | auditor | the keys belong to Kim Example, a person, and so would new connections | orgconn auth login --profile auditor |
| warning | Logistics | - | - | it shares with 5 orgs; beyond 5 the API may refuse, unless it is on an Enterprise plan | orgconn list --all-profiles --source 9e1c47d8-61ab-11ec-b0f3-27d95ac8413e |
| warning | Logistics | Platform | - | its destination shares with its source, too (95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38) | orgconn delete a85e31f7-d2c9-4b06-8e74-15f9b3c70d64 |

"#]].raw());
}

#[cfg(unix)]
#[test]
fn a_terminal_of_80_columns_shows_message_and_command_below_the_row() {
    let flags = [
        "audit",
        "--all-profiles",
        "--source=Logistics",
        "--color=never",
    ];
    let (code, shown) = Terminal::start(&World::sandbox(), 80, &flags).end();
    assert_eq!(code, Some(3), "{shown}");
    assert_data_eq!(
        shown,
        str![[r#"
SEVERITY  ID        SOURCE    → DESTINATION                       PROFILE
warning   8f16a2db  Logistics → Observability Hub                 -
  MESSAGE: its creator, Robin Example, has not accepted the invitation yet
  FIX: orgconn handover 8f16a2db-5c73-4e09-b4d8-62f0c7a91e35 --profile logistics
warning   3e0f94c2  Logistics → \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln  -
  MESSAGE: its creator is not to be found in the source org
  FIX: orgconn handover 3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09 --profile logistics
warning   -         -         → -                                 auditor
  MESSAGE: the keys belong to Kim Example, a person, and so would new
           connections
  FIX: orgconn auth login --profile auditor
warning   -         Logistics → -                                 -
  MESSAGE: it shares with 5 orgs; beyond 5 the API may refuse, unless it is on
           an Enterprise plan
  FIX: orgconn list --all-profiles --source 9e1c47d8-61ab-11ec-b0f3-27d95ac8413e
warning   a85e31f7  Logistics → Platform                          -
  MESSAGE: its destination shares with its source, too
           (95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38)
  FIX: orgconn delete a85e31f7-d2c9-4b06-8e74-15f9b3c70d64
0 errors, 5 warnings, 0 notes in 5 connections

"#]]
        .raw()
    );
}

#[test]
fn the_exit_code_tells_of_findings_from_a_severity_on() {
    let world = World::sandbox();
    let audit = |source: &str, fail_on: &str| {
        let (source, fail_on) = (format!("--source={source}"), format!("--fail-on={fail_on}"));
        world
            .run(["audit", "--all-profiles", &source, &fail_on])
            .code
    };
    // The keys of a person are found whatever the source is.
    for (fail_on, code) in [("error", 0), ("warning", 3), ("note", 3), ("none", 0)] {
        assert_eq!(audit("Retail EU", fail_on), code, "{fail_on}");
    }
    for (fail_on, code) in [("error", 3), ("warning", 3), ("note", 3), ("none", 0)] {
        assert_eq!(audit("Legacy Shop", fail_on), code, "{fail_on}");
    }
    let clean = ["audit", "--profile=hub,retail-eu", "--source=Retail EU"];
    let clean = world.run(clean).code(0);
    assert_eq!(clean.stderr, "no findings in 1 connection\n");
    let note = [
        "audit",
        "--profile=hub,awkward-name",
        "--type=audit",
        "--source=profile:awkward-name",
    ];
    assert_eq!(
        world.run(note).code(0).stderr,
        "0 errors, 0 warnings, 1 note in 1 connection\n"
    );
    assert_eq!(
        world.run(note.into_iter().chain(["--fail-on=note"])).code,
        3
    );
}

#[test]
fn ends_and_types_narrow_what_is_audited_and_unknown_ones_are_refused() {
    let world = World::sandbox();
    let audit = |flags: &[&str]| {
        let words = [
            "audit",
            "--all-profiles",
            "--fail-on=none",
            "-otsv",
            "--no-header",
            "--columns=code",
        ];
        world.run([&words, flags].concat())
    };
    let found = audit(&["--type=rum", "--allow-unknown-type"]).code(0);
    assert_eq!(found.stdout, "keys_of_person\nunknown_type\nno_viewers\n");
    let found = audit(&["--source=Logistics", "--destination=Platform"]).code(0);
    assert_eq!(
        found.stdout,
        "keys_of_person\nmany_destinations\nboth_ways\n"
    );
    audit(&["--source=Nobody"]).code(5);
    audit(&["--type=rum"]).code(2);
    audit(&["-otree"]).code(2);
    audit(&["--fail-on=all"]).code(2);
}

/// A connection from org 1 to org 2 that this user created.
fn created_by(number: u128, user: u128) -> Value {
    let mut record = connection(number, 1, 2, &["logs"]);
    record["relationships"]["created_by"]["data"] = json!({"type": "users", "id": uuid(user)});
    record
}

/// Answers with the user of this number: a person.
fn person(number: u128) -> Value {
    let mut user = current_user(1);
    user["data"]["id"] = json!(uuid(number));
    user["data"]["attributes"]["service_account"] = json!(false);
    user
}

/// A mock of the account of org 1, which manages org 2 and has these connections.
fn account(connections: &[Value]) -> Api {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(LIST, &page(connections, connections.len()))
        .get("/api/v2/current_user", &current_user(1));
    api
}

fn user_path(number: u128) -> String {
    format!("/api/v2/users/{}", uuid(number))
}

const COLUMNS: [&str; 4] = [
    "audit",
    "-otsv",
    "--no-header",
    "--columns=code,id,message,command",
];

#[test]
fn each_user_is_asked_for_once_and_the_owner_of_the_keys_not_again() {
    let api = account(&[
        created_by(50, 900),
        created_by(51, 901),
        created_by(52, 901),
    ]);
    api.get(&user_path(901), &person(901));
    let audited = api.world().run(COLUMNS).code(3);
    assert_data_eq!(
        audited.stdout,
        str![[r#"
creator_person	00000000-0000-0000-0000-000000000033	its creator, Pipeline, is a person, with whose account it is deleted	orgconn handover 00000000-0000-0000-0000-000000000033 --profile SERVICE
creator_person	00000000-0000-0000-0000-000000000034	its creator, Pipeline, is a person, with whose account it is deleted	orgconn handover 00000000-0000-0000-0000-000000000034 --profile SERVICE
policy_unread		policies that could not be read: 3; the keys of the destination orgs are missing	orgconn auth login

"#]]
    );
    assert_eq!(api.targets().len(), 4);
}

#[test]
fn a_user_who_is_not_there_is_a_finding_and_so_are_users_who_may_not_be_read() {
    let api = account(&[created_by(50, 901)]);
    let answer = ResponseTemplate::new(404).set_body_json(json!({"errors": ["user not found"]}));
    api.expect("GET", &user_path(901), None, answer, 1);
    let audited = api.world().run(COLUMNS).code(3);
    assert_data_eq!(
        audited.stdout,
        str![[r#"
creator_not_found	00000000-0000-0000-0000-000000000032	its creator is not to be found in the source org	orgconn handover 00000000-0000-0000-0000-000000000032 --profile SERVICE
policy_unread		policies that could not be read: 1; the keys of the destination orgs are missing	orgconn auth login

"#]]
    );
    assert_eq!(
        audited.stderr,
        "0 errors, 2 warnings, 0 notes in 1 connection\n"
    );

    let api = account(&[created_by(50, 901)]);
    let answer = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.expect("GET", &user_path(901), None, answer, 1);
    let audited = api.world().run(COLUMNS).code(3);
    assert_data_eq!(
        audited.stdout,
        str![[r#"
creator_unread		creators that could not be read: 1; the keys may not read users, which takes the permission user_access_read	orgconn auth login
policy_unread		policies that could not be read: 1; the keys of the destination orgs are missing	orgconn auth login

"#]]
    );
    assert_eq!(
        audited.stderr,
        "0 errors, 2 warnings, 0 notes in 1 connection\n"
    );
}

#[test]
fn a_user_who_cannot_be_asked_for_is_an_error_and_a_finding() {
    let api = account(&[created_by(50, 901)]);
    api.expect("GET", &user_path(901), None, ResponseTemplate::new(500), 1);
    let world = api.world().with("ORGCONN_MAX_RETRIES", "0");
    let audited = world.run(COLUMNS).code(8);
    assert_data_eq!(
        audited.stdout,
        str![[r#"
creator_unread		creators that could not be read: 1; the service could not be asked	orgconn auth status
policy_unread		policies that could not be read: 1; the keys of the destination orgs are missing	orgconn auth login

"#]]
    );
    let error = audited
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "));
    assert_eq!(error.count(), 1, "{}", audited.stderr);
    // A failure is no finding of the connections that were read.
    let world = api_down().with("ORGCONN_MAX_RETRIES", "0");
    let audited = world.run(["audit"]).code(7);
    assert_eq!(audited.stdout, "");
}

fn api_down() -> World {
    World::talking_to("http://127.0.0.1:9")
}

#[test]
fn a_profile_that_fails_costs_its_part_alone() {
    let api = account(&[created_by(50, 900)]);
    let world = half_reachable(&api);
    let audited = world.run(["audit", "--all-profiles", "-ogithub"]).code(8);
    assert_data_eq!(
        audited.stdout.replace("127.0.0.1:9", "HOST"),
        str![[r#"
::warning title=orgconn audit%3A policy_unread::policies that could not be read: 1; the keys of the destination orgs are missing; mended by `orgconn auth login`
::error title=orgconn%3A temporary::profile unreachable: GET /api/v2/org at HOST: cannot connect: Connection refused (os error 111)

"#]]
    );
    assert!(
        audited.stderr.starts_with("error: profile unreachable: "),
        "{}",
        audited.stderr
    );
}

#[test]
fn four_hundred_users_take_four_hundred_requests() {
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    let rows: Vec<_> = (1000..1400)
        .map(|number| created_by(number, number))
        .collect();
    let api = Flaky::answering(move |request| {
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        let path = request.split(' ').nth(1).unwrap_or_default();
        if let Some(id) = path.strip_prefix("/api/v2/users/") {
            let mut user = person(0);
            user["data"]["id"] = json!(id);
            return Reply::json(&user);
        }
        Reply::json(&match path {
            "/api/v2/org" => org_list(1, &[1, 2]),
            "/api/v2/current_user" => current_user(1),
            _ => page(&rows, rows.len()),
        })
    });
    let audited = api.world().run(["audit", "-oid", "-q"]).code(3);
    assert_eq!(audited.stdout.lines().count(), 400);
    assert_eq!(REQUESTS.load(Ordering::Relaxed), 403);
}
