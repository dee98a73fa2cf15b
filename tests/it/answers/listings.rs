//! Listings with a fault, against every command that reads one.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use super::{Request, Service};
use crate::harness::{Finished, Reply, connection, page, uuid};

/// The commands that need all connections, each with the state for which it would be done.
fn commands_for_the_whole() -> Vec<Vec<String>> {
    let (one, two, id) = (uuid(1), uuid(2), uuid(50));
    let ends = format!("--source {one} --destination {two}");
    [
        format!("get {id}"),
        format!("get {ends}"),
        format!("check {ends} --type logs"),
        format!("check {ends} --absent"),
        format!("check {ends} --type logs --exact"),
        "check -f wanted.yaml".to_owned(),
        "check -f wanted.yaml --exact".to_owned(),
        "export".to_owned(),
        "export -o terraform".to_owned(),
        "plan -f wanted.yaml".to_owned(),
        "plan -f wanted.yaml --prune".to_owned(),
        "apply -f wanted.yaml --yes".to_owned(),
        "apply -f wanted.yaml --prune --yes".to_owned(),
        format!("create {two} --type logs --dry-run"),
        format!("update {id} --type audit"),
        format!("update {ends} --type audit"),
        format!("delete {id} --yes"),
        format!("delete {ends} --yes"),
        format!("delete {id} --ignore-not-found --yes"),
        format!("delete {ends} --ignore-not-found --yes"),
        "undo --yes".to_owned(),
    ]
    .iter()
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .collect()
}

/// The commands that show what they could read.
const LISTING_COMMANDS: [&[&str]; 3] = [
    &["list", "-o", "id"],
    &["graph"],
    &["graph", "--source", "00000000-0000-0000-0000-000000000001"],
];

/// Runs a command against a service whose listings have this fault. The history has one update to undo.
fn run<S: AsRef<std::ffi::OsStr>>(
    command: &[S],
    fault: fn(&Request, &Value) -> Option<Reply>,
) -> (Finished, Service) {
    let service = Service::new();
    // The file wants what a listing without the connection lacks.
    let world = service.world("logs");
    world
        .run(["update", &uuid(50), "--type=audit"])
        .quiet_success();
    let before = service.0.api.calls().len();
    service.fail_with(move |request, answer| {
        request
            .is_listing()
            .then(|| fault(request, answer))
            .flatten()
    });
    let finished = world.run(command);
    let sent = service.0.api.calls().split_off(before);
    let writes = sent.iter().filter(|call| !call.starts_with("GET"));
    assert_eq!(writes.count(), 0, "{sent:?}");
    (finished, service)
}

/// Requires that no command concludes anything, and that the listing commands end with the same exit code.
/// `readings` is how often the whole list is read, in `pages` pages.
#[track_caller]
fn nothing_is_concluded(
    code: i32,
    fault: fn(&Request, &Value) -> Option<Reply>,
    pages: usize,
    readings: usize,
) {
    whole_lists_are_given_up(code, fault, pages, readings);
    for command in LISTING_COMMANDS {
        let (finished, _) = run(command, fault);
        assert_eq!(finished.code, code, "{command:?}: {}", finished.stderr);
    }
}

/// As [`nothing_is_concluded`], without the listing commands.
#[track_caller]
fn whole_lists_are_given_up(
    code: i32,
    fault: fn(&Request, &Value) -> Option<Reply>,
    pages: usize,
    readings: usize,
) {
    for command in commands_for_the_whole() {
        let (finished, service) = run(&command, fault);
        let words = command.join(" ");
        assert_eq!(finished.code, code, "{words}: {}", finished.stderr);
        assert_eq!(finished.stdout, "", "{words}");
        assert!(finished.stderr.contains("error: "), "{words}");
        // One listing was read by the update before.
        assert_eq!(service.listings() - 1, pages * readings, "{words}");
    }
}

#[test]
fn a_record_that_cannot_be_read_may_be_the_one_that_matters() {
    nothing_is_concluded(
        1,
        |_, _| Some(Reply::json(&page(&[json!({"id": uuid(50)})], 1))),
        1,
        1,
    );
    let faults: [fn(&Request, &Value) -> Option<Reply>; 3] = [
        |_, _| {
            Some(Reply::json(
                &json!({"data": [1], "meta": {"page": {"total_count": 1, "total_filtered_count": 1}}}),
            ))
        },
        |_, _| {
            let nested = format!("{}1{}", "[".repeat(300), "]".repeat(300));
            let meta = r#""meta":{"page":{"total_count":1,"total_filtered_count":1}}"#;
            Some(Reply::Answer(
                200,
                format!(r#"{{"data":[{nested}],{meta}}}"#),
            ))
        },
        |_, _| {
            let mut odd = connection(50, 1, 2, &[]);
            odd["attributes"]["connection_types"] = "logs".into();
            Some(Reply::json(&page(&[odd], 1)))
        },
    ];
    for fault in faults {
        for command in [
            &["list"][..],
            &["check", "--absent", "--to", &uuid(2)],
            &["plan", "-f", "wanted.yaml"],
        ] {
            let (finished, _) = run(command, fault);
            assert_eq!(finished.code, 1, "{command:?}: {}", finished.stderr);
            let told = "error: a record of the listing cannot be read: ";
            assert!(finished.stderr.starts_with(told), "{}", finished.stderr);
        }
    }
}

#[test]
fn a_listing_shows_the_records_that_it_could_read_and_tells_the_others() {
    let fault = |_: &Request, _: &Value| {
        let odd = json!({"id": uuid(70)});
        Some(Reply::json(&page(
            &[odd, connection(51, 1, 3, &["logs"])],
            2,
        )))
    };
    let (listed, _) = run(&["list", "-o", "json"], fault);
    let report = listed.code(1).json();
    assert_eq!(report["items"].as_array().unwrap().len(), 1);
    assert_eq!(report["items"][0]["id"], uuid(51));
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    assert_eq!(report["errors"][0]["kind"], "failure");
    let (drawn, _) = run(&["graph"], fault);
    let drawn = drawn.code(1);
    assert!(drawn.stdout.contains("Org 3"), "{}", drawn.stdout);
    assert_data_eq!(
        drawn.stderr,
        str![[r#"
error: a record of the listing cannot be read: 00000000-0000-0000-0000-000000000046 (its source org has no UUID)

"#]]
    );
}

#[test]
fn errors_in_a_success_are_told_in_the_words_of_the_service() {
    nothing_is_concluded(
        1,
        |_, _| {
            Some(Reply::json(
                &json!({"data": [], "errors": ["partial failure"]}),
            ))
        },
        1,
        1,
    );
    let (listed, service) = run(&["list"], |_, _| {
        Some(Reply::json(
            &json!({"errors": [{"title": "Partial", "detail": "a shard is down"}]}),
        ))
    });
    assert_data_eq!(
        listed.code(1).messages(service.0.api.url()),
        str![[r#"
error: GET /api/v2/org_connections at HOST: 200 OK with errors: Partial: a shard is down
hint: the answer does not show what was asked for: try again later, or see with orgconn list what became of a change

"#]]
    );
    let (listed, _) = run(&["list"], |_, answer| {
        let mut answer = answer.clone();
        answer["errors"] = json!([]);
        Some(Reply::json(&answer))
    });
    listed.quiet_success();
}

#[test]
fn rows_that_were_not_asked_for_are_not_taken_for_those_that_were() {
    let foreign =
        |_: &Request, _: &Value| Some(Reply::json(&page(&[connection(51, 3, 4, &["logs"])], 1)));
    let ends = ["--source", &uuid(1), "--destination", &uuid(2)];
    for (command, flags) in [
        ("list", &[][..]),
        ("get", &[]),
        ("graph", &[]),
        ("check", &[]),
        ("check", &["--absent"]),
        ("update", &["--type=audit"]),
        ("delete", &["--yes"]),
        ("delete", &["--yes", "--ignore-not-found"]),
    ] {
        let words = [&[command], &ends[..], flags].concat();
        let (finished, _) = run(&words, foreign);
        let finished = finished.code(1);
        assert!(!finished.stdout.contains("Org 3"), "{words:?}");
        assert_data_eq!(
            finished.stderr.lines().next().unwrap(),
            "error: a record of the listing cannot be read: 00000000-0000-0000-0000-000000000033 (its source org is \
             not the one that was asked for)"
        );
    }
}

/// A list of two pages, of which the second begins with the last row of the first: a connection was created at its head
/// meanwhile.
fn shifted(request: &Request, _: &Value) -> Option<Reply> {
    let row = |number| connection(number, 1, 2, &["logs"]);
    Some(Reply::json(&match request.offset() {
        0 => page(&[row(51), row(50)], 3),
        _ => page(&[row(50)], 3),
    }))
}

#[test]
fn a_list_that_changes_while_it_is_read_is_read_again_and_then_given_up() {
    nothing_is_concluded(7, shifted, 2, 3);
    let (listed, service) = run(&["list", "-o", "id"], shifted);
    let listed = listed.code(7);
    assert_eq!(listed.stdout, format!("{}\n{}\n", uuid(51), uuid(50)));
    assert_data_eq!(
        listed.messages(service.0.api.url()),
        str![[r#"
error: the listing breaks off after 2 of 3 connections: GET /api/v2/org_connections at HOST: the list changed during the reading: a connection came twice, and some may be missing
hint: try again: the list probably changed while it was read

"#]]
    );
}

#[test]
fn a_page_that_lacks_rows_is_no_shorter_list() {
    nothing_is_concluded(7, |_, _| Some(Reply::json(&page(&[], 5))), 1, 3);
}

/// Without a stable order one row comes twice, far apart, and another is lost.
#[test]
fn a_row_that_comes_twice_anywhere_means_that_another_may_be_lost() {
    whole_lists_are_given_up(
        7,
        |request, _| {
            let row = |number| connection(number, 1, 2, &["logs"]);
            Some(Reply::json(&match request.offset() {
                0 => page(&[row(51)], 3),
                1 => page(&[row(52)], 3),
                _ => page(&[row(51)], 3),
            }))
        },
        3,
        3,
    );
}

#[test]
fn a_list_that_has_settled_is_believed_when_it_is_read_again() {
    for command in [
        &["get", &uuid(50), "-o", "id"][..],
        &["check", "--to", &uuid(2), "--type=audit"],
        &["export"],
    ] {
        let service = Service::new();
        let world = service.world("audit");
        world
            .run(["update", &uuid(50), "--type=audit"])
            .quiet_success();
        let readings = std::sync::atomic::AtomicUsize::new(0);
        service.fail_with(move |request, answer| {
            let is_first = request.is_listing()
                && readings.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2;
            is_first.then(|| shifted(request, answer)).flatten()
        });
        let finished = world.run(command);
        assert_eq!(finished.code, 0, "{command:?}: {}", finished.stderr);
        assert_eq!(service.listings() - 1, 3, "{command:?}");
    }
}

#[test]
fn a_page_that_comes_for_ever_ends_every_reading() {
    // A gateway that ignores `offset`, with a count and without one.
    nothing_is_concluded(
        7,
        |_, _| {
            let rows = [
                connection(50, 1, 2, &["logs"]),
                connection(51, 1, 2, &["logs"]),
            ];
            Some(Reply::json(&page(&rows, 3)))
        },
        2,
        3,
    );
    nothing_is_concluded(
        7,
        |_, _| {
            Some(Reply::json(
                &json!({"data": [connection(50, 1, 2, &["logs"])]}),
            ))
        },
        2,
        3,
    );
}

#[test]
fn pages_without_a_readable_row_do_not_come_for_ever() {
    // A gateway that ignores `offset`, and gives no count: a record that cannot be read, and one that nobody asked for.
    let unreadable = |_: &Request, _: &Value| Some(Reply::json(&json!({"data": [1]})));
    let foreign = |_: &Request, _: &Value| {
        let other = connection(51, 3, 4, &["logs"]);
        Some(Reply::json(&json!({ "data": [other] })))
    };
    let ends = ["--source", &uuid(1), "--destination", &uuid(2)];
    for command in [
        ["list", "-o", "id"].as_slice(),
        &["get", &uuid(50)],
        &["export"],
    ] {
        let (finished, service) = run(command, unreadable);
        assert_eq!(finished.code, 7, "{command:?}: {}", finished.stderr);
        assert!(
            service.listings() <= 8,
            "{command:?}: {}",
            service.listings()
        );
    }
    for command in [
        ["list"].as_slice(),
        &["get"],
        &["update", "--type", "audit"],
        &["delete", "--yes"],
    ] {
        let (finished, service) = run(&[command, &ends].concat(), foreign);
        assert_eq!(finished.code, 7, "{command:?}: {}", finished.stderr);
        assert!(
            service.listings() <= 8,
            "{command:?}: {}",
            service.listings()
        );
    }
}

#[test]
fn types_that_the_service_does_not_say_are_not_taken_for_none() {
    let untyped = |request: &Request, answer: &Value| {
        let mut answer = answer.clone();
        let rows = answer["data"].as_array_mut()?;
        for row in rows.iter_mut().filter(|_| request.is_listing()) {
            row["attributes"]
                .as_object_mut()?
                .remove("connection_types");
        }
        Some(Reply::json(&answer))
    };
    let said = format!("the service does not say what {} shares", uuid(50));
    let in_file = format!(
        "the service does not say what the connection {} from",
        uuid(50)
    );
    for (command, told) in [
        (
            ["update", &uuid(50), "--add-type", "audit"].as_slice(),
            &said,
        ),
        (&["update", &uuid(50), "--remove-type", "logs"], &said),
        (&["plan", "-f", "wanted.yaml"], &in_file),
        (&["apply", "-f", "wanted.yaml", "--yes"], &in_file),
        (&["check", "-f", "wanted.yaml"], &in_file),
    ] {
        let (finished, _) = run(command, untyped);
        assert_eq!(finished.code, 1, "{command:?}: {}", finished.stderr);
        assert!(
            finished.stderr.contains(told),
            "{command:?}: {}",
            finished.stderr
        );
    }
}

#[test]
fn a_delete_of_unknown_types_is_not_undone() {
    let service = Service::new();
    service.fail_with(|request, answer| {
        let mut answer = answer.clone();
        let row = answer["data"].get_mut(0).filter(|_| request.is_listing())?;
        row["attributes"]["connection_types"] = Value::Null;
        Some(Reply::json(&answer))
    });
    let world = service.world("logs");
    world.run(["delete", &uuid(50), "--yes"]).quiet_success();
    let writes = service.writes();
    let undone = world.run(["undo", "--yes"]).code(1);
    assert!(
        undone
            .stderr
            .contains("it is not known what the connection shared before")
    );
    assert_eq!(service.writes(), writes);
}

#[test]
fn a_path_that_the_server_does_not_have_is_no_missing_connection() {
    nothing_is_concluded(1, |_, _| Some(Reply::refused(404, "Not found")), 1, 1);
    nothing_is_concluded(1, |_, _| Some(Reply::Answer(304, String::new())), 1, 1);
    let (listed, service) = run(&["list"], |_, _| Some(Reply::Answer(304, String::new())));
    assert_data_eq!(
        listed.messages(service.0.api.url()),
        str![[r#"
error: GET /api/v2/org_connections at HOST: 304 Not Modified, which is no answer to what was asked
hint: check that ORGCONN_API_URL leads to Datadog's API

"#]]
    );
}

#[test]
fn a_page_of_more_rows_than_were_asked_for_is_refused() {
    nothing_is_concluded(
        1,
        |_, _| {
            let rows = vec![json!({}); 1001];
            Some(Reply::json(&page(&rows, 1001)))
        },
        1,
        1,
    );
}

#[test]
fn orgs_without_a_uuid_are_told_and_their_names_mean_no_other_org() {
    let service = Service::new();
    service.fail_with(|request, answer| {
        if request.path != "/api/v2/org" {
            return None;
        }
        let mut answer = answer.clone();
        // Org 2 twice, and org 3 alone, without a UUID.
        let included = answer["included"].as_array_mut().unwrap();
        let mut twin = included[1].clone();
        twin["id"] = "odd-2".into();
        included[2]["id"] = "odd-3".into();
        included.push(twin);
        answer["data"]["relationships"]["managed_orgs"]["data"]
            .as_array_mut()
            .unwrap()
            .truncate(2);
        Some(Reply::json(&answer))
    });
    let world = service.world("logs");
    let listed = world.run(["orgs", "-o", "json"]).code(1);
    let report = listed.json();
    assert_eq!(report["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        report["errors"][0]["message"],
        "2 orgs of the listing cannot be read: `Org 3` (odd-3, which is no UUID), `Org 2` (odd-2, which is no UUID)"
    );
    for (name, code, told) in [
        (
            "Org 2",
            5,
            "`Org 2` (odd-2, which is no UUID)\n  `Org 2` (00000000-0000-0000-0000-000000000002, public id org00000002)",
        ),
        ("Org 3", 1, "`Org 3` (odd-3, which is no UUID)"),
    ] {
        let refused = world.run(["create", name, "--type=logs"]).code(code);
        assert_eq!(
            refused.stderr,
            format!(
                "error: which org with the name or public id `{name}` is meant cannot be read:\n  {told}\n\
                 hint: name the one you mean by its UUID\n"
            )
        );
    }
    assert_eq!(service.writes(), 0);
}

#[test]
fn errors_in_a_success_are_no_list_of_orgs() {
    let service = Service::new();
    service.fail_with(|request, answer| {
        let mut answer = answer.clone();
        answer["errors"] = json!(["partial failure"]);
        (request.path == "/api/v2/org").then(|| Reply::json(&answer))
    });
    let world = service.world("logs");
    for command in [&["orgs"][..], &["create", "Org 2", "--type=logs"]] {
        let failed = world.run(command).code(1);
        assert_eq!(failed.stdout, "");
        assert!(
            failed
                .stderr
                .contains("200 OK with errors: partial failure"),
            "{}",
            failed.stderr
        );
    }
    assert_eq!(service.writes(), 0);
}
