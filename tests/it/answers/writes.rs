//! Answers to writes that do not show what was asked for: a look at the live state decides, and every report says the
//! same.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use super::{Request, Service, uuid, wanted};
use crate::harness::{Finished, Reply, World};

/// Makes an answer that does not show that the write was carried out from one that does.
type Distortion = fn(&Value) -> Reply;

/// Answers that do not show an update or a create.
const DISTORTIONS: [(&str, Distortion); 11] = [
    ("other types", |answer| {
        with(answer, "/data/attributes/connection_types", json!(["rum"]))
    }),
    ("no types", |answer| {
        with(answer, "/data/attributes/connection_types", json!([]))
    }),
    ("types that are no list", |answer| {
        with(answer, "/data/attributes/connection_types", json!("audit"))
    }),
    ("no attributes", |answer| {
        with(answer, "/data/attributes", Value::Null)
    }),
    ("other destination", |answer| {
        with(
            answer,
            "/data/relationships/sink_org/data/id",
            json!(uuid(3)),
        )
    }),
    ("other source", |answer| {
        with(
            answer,
            "/data/relationships/source_org/data/id",
            json!(uuid(3)),
        )
    }),
    ("no id", |answer| with(answer, "/data/id", Value::Null)),
    ("errors", |answer| {
        let mut answer = answer.clone();
        answer["errors"] = json!(["partial failure"]);
        Reply::json(&answer)
    }),
    ("accepted", |answer| Reply::Answer(202, answer.to_string())),
    ("nothing", |_| Reply::Answer(200, String::new())),
    ("a page", |_| {
        Reply::Answer(200, "<html>Sign in</html>".to_owned())
    }),
];

fn with(answer: &Value, pointer: &str, value: Value) -> Reply {
    let mut answer = answer.clone();
    *answer.pointer_mut(pointer).unwrap() = value;
    Reply::json(&answer)
}

/// A service that answers one kind of write with a distortion, and perhaps changes nothing.
fn distorted(method: &'static str, distortion: Distortion, is_frozen: bool) -> Service {
    let service = Service::new();
    service.distort(method, distortion, is_frozen);
    service
}

impl Service {
    fn distort(&self, method: &'static str, distortion: Distortion, is_frozen: bool) {
        let fault = move |request: &Request, answer: &Value| {
            (request.method == method).then(|| distortion(answer))
        };
        match is_frozen {
            true => self.freeze_with(fault),
            false => self.fail_with(fault),
        }
    }
}

/// The result and the reason of the newest change in the history.
fn newest(world: &World) -> (String, String) {
    let path = world.home().join("xdg_state_home/orgconn/history.jsonl");
    let lines = std::fs::read_to_string(path).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let text = |name: &str| last[name].as_str().unwrap_or_default().to_owned();
    (text("result"), text("message"))
}

/// Requires the exit code, and that the history says the same as the messages.
#[track_caller]
fn ended(finished: &Finished, world: &World, code: i32, result: &str, told: &str, case: &str) {
    assert_eq!(finished.code, code, "{case}: {}", finished.stderr);
    let (found, reason) = newest(world);
    assert_eq!(found, result, "{case}: {reason}");
    assert!(reason.contains(told), "{case}: {reason}");
    assert!(
        finished.stderr.contains(told),
        "{case}: {}",
        finished.stderr
    );
}

/// The commands that send an update of connection 50 to share audit data, with what must be done before.
fn updates(world: &World, command: &str) -> Finished {
    let (id, two) = (uuid(50), uuid(2));
    match command {
        "update" => world.run(["update", &id, "--type=audit"]),
        "update by its ends" => world.run(["update", "--destination", &two, "--type=audit"]),
        "apply" => world.run(["apply", "-f", "wanted.yaml", "--yes"]),
        _ => world.run(["undo", "--yes"]),
    }
}

#[test]
fn an_update_is_done_only_if_its_answer_or_a_look_shows_it() {
    for command in ["update", "update by its ends", "apply", "undo"] {
        for (name, distortion) in DISTORTIONS {
            for is_frozen in [true, false] {
                let case = format!("{command}, {name}, {is_frozen}");
                let service = Service::new();
                let world = service.world("audit");
                if command == "undo" {
                    // The undo updates the types to audit again.
                    world.run(["update", &uuid(50), "--type=audit"]).code(0);
                    world.run(["update", &uuid(50), "--type=logs"]).code(0);
                }
                let before = (service.listings(), service.writes());
                service.distort("PATCH", distortion, is_frozen);
                let finished = updates(&world, command);
                match is_frozen {
                    true => ended(&finished, &world, 1, "failed", "", &case),
                    false => ended(&finished, &world, 0, "done", "", &case),
                }
                assert_eq!(service.writes() - before.1, 1, "{case}");
                // Each reads the connections once, an apply twice; then comes the look.
                let readings = if command == "apply" { 3 } else { 2 };
                assert_eq!(service.listings() - before.0, readings, "{case}");
            }
        }
    }
}

/// Trap: the command, the plan and the history tell three stories.
#[test]
fn an_update_that_is_not_as_it_was_asked_for_is_told_as_that_everywhere() {
    let told = "not as asked: has logs, asked for audit";
    let old: Distortion =
        |answer| with(answer, "/data/attributes/connection_types", json!(["logs"]));
    let service = distorted("PATCH", old, true);
    let world = service.world("audit");
    let finished = updates(&world, "update");
    ended(&finished, &world, 1, "failed", told, "update");
    assert_data_eq!(
        finished.messages(service.0.api.url()),
        str![[r#"
error: the connection from `Org 1` to `Org 2` was not updated: PATCH /api/v2/org_connections/00000000-0000-0000-0000-000000000032 at HOST: not as asked: has logs, asked for audit
hint: the answer does not show what was asked for: try again later, or see with orgconn list what became of a change

"#]]
    );
    let applied = world.run(["apply", "-f", "wanted.yaml", "--yes", "-o", "json"]);
    ended(&applied, &world, 1, "failed", told, "apply");
    let row = &applied.json()["items"][0];
    assert_eq!(row["result"], "failed");
    assert!(row["reason"].as_str().unwrap().ends_with(told), "{row}");
}

#[test]
fn an_update_that_does_something_else_is_neither_done_nor_failed() {
    let service = Service::new();
    let world = service.world("audit,metrics");
    service.fail_with(|request, answer| {
        if request.method == "PATCH" {
            return Some(with(
                answer,
                "/data/attributes/connection_types",
                json!(["audit"]),
            ));
        }
        let is_look = request.is_listing() && request.query.contains("sink_org_id");
        is_look.then(|| {
            with(
                answer,
                "/data/0/attributes/connection_types",
                json!(["audit"]),
            )
        })
    });
    let finished = world.run(["update", &uuid(50), "--type=audit,metrics"]);
    let told = "not as asked: has audit, asked for metrics,audit";
    ended(&finished, &world, 1, "unknown", told, "update");
}

fn creates(world: &World, command: &str) -> Finished {
    let two = uuid(2);
    match command {
        "create" => world.run(["create", &two, "--type=logs"]),
        "create with its source" => {
            world.run(["create", &two, "--type=logs", "--source", &uuid(1)])
        }
        "apply" => world.run(["apply", "-f", "wanted.yaml", "--yes"]),
        _ => world.run(["undo", "--yes"]),
    }
}

#[test]
fn a_create_is_done_only_if_its_answer_or_a_look_shows_it() {
    for command in ["create", "create with its source", "apply", "undo"] {
        for (name, distortion) in DISTORTIONS {
            for is_frozen in [true, false] {
                let case = format!("{command}, {name}, {is_frozen}");
                let service = Service::new();
                let world = service.world("logs");
                match command {
                    "undo" => drop(world.run(["delete", &uuid(50), "--yes"]).code(0)),
                    _ => service.disconnect_all(),
                }
                let before = (service.listings(), service.writes());
                service.distort("POST", distortion, is_frozen);
                let finished = creates(&world, command);
                assert_eq!(service.writes() - before.1, 1, "{case}");
                if command == "create" && name == "other source" {
                    // Whose keys these are is not known, and the answer shows all that was asked for.
                    ended(&finished, &world, 0, "done", "", &case);
                    continue;
                }
                match is_frozen {
                    true => ended(
                        &finished,
                        &world,
                        1,
                        "failed",
                        "a check afterwards found no such connection",
                        &case,
                    ),
                    false => ended(&finished, &world, 0, "done", "", &case),
                }
                let readings = match command {
                    "apply" => 3,
                    "undo" => 2,
                    _ => 1,
                };
                assert_eq!(service.listings() - before.0, readings, "{case}");
            }
        }
    }
}

#[test]
fn a_create_with_fewer_types_is_told_as_what_it_is() {
    let service = Service::new();
    let world = service.world("logs,metrics");
    service.disconnect_all();
    service.fail_with(|request, answer| {
        if request.method == "POST" {
            return Some(with(
                answer,
                "/data/attributes/connection_types",
                json!(["logs"]),
            ));
        }
        let is_look = request.is_listing() && request.query.contains("sink_org_id");
        is_look.then(|| {
            with(
                answer,
                "/data/0/attributes/connection_types",
                json!(["logs"]),
            )
        })
    });
    let finished = world.run(["create", &uuid(2), "--type=logs,metrics"]);
    let told = "not as asked: has logs, asked for logs,metrics";
    ended(&finished, &world, 1, "unknown", told, "create");
    assert_data_eq!(
        finished.messages(service.0.api.url()),
        str![[r#"
error: connecting `00000000-0000-0000-0000-000000000002`: POST /api/v2/org_connections at HOST: not as asked: has logs, asked for logs,metrics
hint: check the present state before you try again: orgconn list

"#]]
    );
}

/// The API names both orgs; an answer without them does not show another pair.
#[test]
fn an_answer_without_the_orgs_is_completed_from_what_is_known() {
    let unrelated: Distortion = |answer| with(answer, "/data/relationships", Value::Null);
    let service = distorted("PATCH", unrelated, false);
    let world = service.world("audit");
    let row = world
        .run(["update", &uuid(50), "--type=audit", "-o", "jsonl"])
        .code(0)
        .json();
    assert_eq!(row["source"]["name"], "Org 1");
    assert_eq!(service.listings(), 1);
    for (source, looks) in [(None, 1), (Some(uuid(1)), 0)] {
        let service = distorted("POST", unrelated, false);
        let world = service.world("logs");
        service.disconnect_all();
        let mut words = vec!["create".to_owned(), uuid(2), "--type=logs".to_owned()];
        words.extend(["-o", "jsonl"].map(str::to_owned));
        words.extend(source.iter().map(|source| format!("--source={source}")));
        let row = world.run(words).code(0).json();
        assert_eq!(row["source"]["id"], uuid(1));
        assert_eq!(row["destination"]["id"], uuid(2));
        assert_eq!(service.listings(), looks);
    }
}

fn deletes(world: &World, command: &str) -> Finished {
    let (id, two) = (uuid(50), uuid(2));
    match command {
        "delete" => world.run(["delete", &id, "--yes"]),
        "delete by its ends" => world.run(["delete", "--destination", &two, "--yes"]),
        "delete or ignore" => world.run(["delete", &id, "--yes", "--ignore-not-found"]),
        "apply" => world.run(["apply", "-f", "wanted.yaml", "--prune", "--yes"]),
        _ => world.run(["undo", "--yes"]),
    }
}

#[test]
fn a_delete_is_done_only_if_its_answer_or_a_look_shows_it() {
    let distortions: [(&str, Distortion); 6] = [
        ("errors", |_| Reply::json(&json!({"errors": ["busy"]}))),
        ("accepted", |_| Reply::Answer(202, "{}".to_owned())),
        ("a page", |_| {
            Reply::Answer(200, "<html>Sign in</html>".to_owned())
        }),
        ("a text", |_| Reply::Answer(200, "ok".to_owned())),
        ("an object", |_| Reply::json(&json!({"data": null}))),
        ("not modified", |_| Reply::Answer(304, String::new())),
    ];
    for command in [
        "delete",
        "delete by its ends",
        "delete or ignore",
        "apply",
        "undo",
    ] {
        for (name, distortion) in distortions {
            for is_frozen in [true, false] {
                let case = format!("{command}, {name}, {is_frozen}");
                let service = Service::new();
                let world = service.world("logs");
                if command == "apply" {
                    // The file has another connection, and pruning deletes this one.
                    service.connect(51, 3);
                    let file = wanted("logs").replace(&uuid(2), &uuid(3));
                    world.file("wanted.yaml", &file);
                }
                if command == "undo" {
                    service.disconnect_all();
                    world.run(["create", &uuid(2), "--type=logs"]).code(0);
                }
                let before = service.writes();
                service.distort("DELETE", distortion, is_frozen);
                let finished = deletes(&world, command);
                assert_eq!(service.writes() - before, 1, "{case}");
                let told = "a check afterwards found that it still exists";
                match is_frozen {
                    true => ended(&finished, &world, 1, "failed", told, &case),
                    false => ended(&finished, &world, 0, "done", "", &case),
                }
            }
        }
    }
}

/// A 404 that is not the API's says nothing about the connection.
#[test]
fn a_404_of_a_gateway_is_no_missing_connection() {
    for body in ["", "<html>Not found</html>", "404 page not found"] {
        let service = Service::new();
        let world = service.world("logs");
        service.fail_with(move |request, _| {
            (request.method == "DELETE").then(|| Reply::Answer(404, body.to_owned()))
        });
        let finished = deletes(&world, "delete or ignore");
        ended(&finished, &world, 1, "failed", "404 Not Found", body);
    }
}

#[test]
fn a_404_of_a_create_below_a_path_is_no_unknown_org_if_nothing_is_there() {
    let service = Service::new();
    service.fail_with(|_, _| Some(Reply::refused(404, "Not found")));
    let url = format!("--api-url={}/api/v2", service.0.api.url());
    let create = ["create", &uuid(2), "--type=logs", &url];
    let failed = service.world("logs").run(create).code(1);
    assert_data_eq!(
        failed.messages(service.0.api.url()),
        str![[r#"
error: `00000000-0000-0000-0000-000000000002` was not connected: GET /api/v2/org_connections at HOST: 404 Not Found
hint: check --api-url; the URL of the API must not have a path, such as /api/v2

"#]]
    );
}

#[test]
fn changes_whose_outcome_is_unknown_are_named_where_nothing_else_can_be_undone() {
    let service = Service::new();
    let world = service.world("logs");
    service.disconnect_all();
    // The change is made, and neither its answer nor a look arrives.
    service.fail_with(|request, _| {
        let is_lost = request.method == "POST" || request.is_listing();
        is_lost.then(|| Reply::refused(500, "Internal error"))
    });
    let source = uuid(1);
    world
        .run(["create", &uuid(2), "--type=logs", "--source", &source])
        .code(7);
    service.fail_with(|_, _| None);
    let undone = world.run(["undo", "--yes"]).code(1);
    let entry = world.run(["history", "-o", "id"]).code(0).stdout;
    let entry = entry.trim();
    let told = format!(
        "error: the history has nothing to undo but changes whose outcome is unknown: {entry}\n\
         hint: `orgconn list` shows whether they were made; `orgconn undo ENTRY` looks at one of them\n"
    );
    assert_eq!(undone.stderr, told);
    let named = world.run(["undo", entry, "--yes"]).code(6);
    assert!(
        named.stderr.contains("it is not known whether"),
        "{}",
        named.stderr
    );
}
