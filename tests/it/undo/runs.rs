//! All changes of one command are undone together, in reverse order.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::{entries, state, world};
#[cfg(unix)]
use crate::harness::Running;
use crate::harness::{Api, Profiles, SandboxServer, World, connection, org_list, page, uuid};

/// The runs of the history, the newest first, each once.
fn runs(world: &World) -> Vec<String> {
    let listed = ["history", "--columns=run", "--no-header"];
    let listed = world.run(listed).quiet_success();
    let mut runs: Vec<_> = listed.lines().map(str::to_owned).collect();
    runs.dedup();
    runs
}

/// The operation, destination and result of each entry, the newest first.
fn results(world: &World) -> Vec<String> {
    let columns = "--columns=operation,destination,result";
    let listed = world.run(["history", "-o=tsv", "--no-header", columns]);
    let listed = listed.quiet_success();
    listed.lines().map(|line| line.replace('\t', " ")).collect()
}

fn create(world: &World, destinations: &[&str]) {
    let words = [&["create", "--type=logs"], destinations].concat();
    world.run(words).quiet_success();
}

#[test]
fn a_run_is_taken_back_whole_and_in_reverse_order() {
    let world = world();
    let before = state(&world);
    create(&world, &["Security Archive"]);
    let between = state(&world);
    create(&world, &["Retail US", "Retail EU", "Platform"]);
    let made = entries(&world);
    assert_eq!(runs(&world).len(), 2);
    let shown = world.run(["undo", "--dry-run", "-o", "json"]).code(0);
    let undone = world.run(["undo", "-o", "json"]).code(0);
    assert_data_eq!(
        &undone.stderr,
        str![[r#"
undoing the run r[..] of [..] UTC: create, 3 changes
  delete  [..]  Observability Hub -> [..]  logs
  delete  [..]  Observability Hub -> [..]  logs
  delete  [..]  Observability Hub -> [..]  logs

"#]]
    );
    for (item, planned) in items(&undone.json()).iter().zip(items(&shown.json())) {
        assert_eq!(item["result"], "deleted");
        assert_eq!(planned["result"], "would delete");
        assert_eq!(item["id"], planned["id"]);
    }
    assert_eq!(state(&world), between);
    let history = world.run(["history", "--limit=3", "-o=json"]).json();
    let mut undoes: Vec<_> = items(&history)
        .iter()
        .map(|entry| entry["undoes"].as_str().unwrap().to_owned())
        .collect();
    undoes.sort();
    assert_eq!(undoes, {
        let mut newest = made[..3].to_vec();
        newest.sort();
        newest
    });
    world.run(["undo"]).code(0);
    assert_eq!(state(&world), before);
}

fn items(report: &Value) -> Vec<Value> {
    report["items"].as_array().unwrap().clone()
}

#[test]
fn what_is_done_again_is_undone_again() {
    let world = world();
    let before = state(&world);
    create(&world, &["Security Archive", "Platform"]);
    let created = state(&world);
    world.run(["undo", "-q"]).code(0);
    let undo = runs(&world).remove(0);
    world.run(["undo", &undo, "-q"]).code(0);
    assert_eq!(state(&world), created);
    let counted = |words: [&str; 2], result: &str| {
        let is_counted = |line: &&String| line.starts_with(words[0]) && line.ends_with(result);
        let results = results(&world);
        results.iter().filter(is_counted).count()
    };
    // Both creates are in effect again, and what had undone them is undone.
    assert_eq!(counted(["create", ""], " done"), 4);
    assert_eq!(counted(["delete", ""], " undone"), 2);
    world.run(["undo", "-q"]).code(0);
    assert_eq!(state(&world), before);
    world.run(["undo", "-q"]).code(5);
}

#[test]
fn one_change_of_a_run_is_undone_by_its_entry_and_the_rest_with_the_run() {
    let world = world();
    let before = state(&world);
    create(&world, &["Security Archive", "Platform", "Logistics"]);
    let run = runs(&world).remove(0);
    let entry = entries(&world).remove(1);
    world.run(["undo", &entry]).code(0);
    let undone = world.run(["undo", &run[..10], "-o=json"]).code(0);
    assert_eq!(items(&undone.json()).len(), 2);
    assert_eq!(state(&world), before);
    let again = world.run(["undo", &run]).code(6);
    assert!(again.stderr.contains("was already undone by"));
}

/// A world with the profile `hub` of this server, and one for somebody else with a history of their own.
fn two_people(served: &SandboxServer) -> [World; 2] {
    [(); 2].map(|()| {
        World::bare()
            .with("ORGCONN_API_URL", &served.url)
            .with("DD_API_KEY", "sandbox-api-key-hub")
            .with("DD_APP_KEY", "sandbox-app-key-hub")
            .with("ORGCONN_YES", "1")
    })
}

#[test]
fn what_cannot_be_taken_back_stops_neither_its_run_nor_the_next_undo() {
    let served = SandboxServer::new();
    let [world, other] = two_people(&served);
    let before = state(&world);
    create(&world, &["Security Archive"]);
    create(&world, &["Platform", "Retail EU", "Logistics"]);
    let run = runs(&world).remove(0);
    let changed = ["--source=Observability Hub", "--destination=Retail EU"];
    other
        .run([&["update", "--type=audit"], &changed[..]].concat())
        .quiet_success();

    let shown = world.run(["undo", "--dry-run"]).code(8);
    assert!(shown.stderr.contains("the types are audit now"));
    let undone = world.run(["undo", "-o=json"]).code(8);
    let report = undone.json();
    assert_eq!(items(&report).len(), 2);
    assert_eq!(report["errors"][0]["kind"], "conflict");
    assert_data_eq!(
        &undone.stderr,
        str![[r#"
undoing the run r[..] of [..] UTC: create, 3 changes
  delete  [..]  Observability Hub -> [..]  logs
  delete  [..]  Observability Hub -> [..]  logs
error: the create from `Observability Hub` to `Retail EU` is left: the types are audit now, and no longer logs as [..] left them
hint: it was changed again: `orgconn list` shows the present state
2 undone, 1 left

"#]]
    );

    let next = world.run(["undo", "-q", "-o=jsonl"]).code(0);
    assert_eq!(next.json()["destination"]["name"], "Security Archive");
    assert!(
        next.stderr
            .starts_with(&format!("warning: the run {run} is passed over: ")),
        "{}",
        next.stderr
    );
    // Nothing else is left, so the run is what the next one is about.
    let last = world.run(["undo"]).code(6);
    assert!(last.stderr.contains("the types are audit now"));
    other
        .run([&["delete"], &changed[..]].concat())
        .quiet_success();
    assert_eq!(state(&world), before);
    let nothing = world.run(["undo"]).code(0);
    assert!(nothing.stderr.contains("nothing to undo"));
}

const ORGS: &str = "/api/v2/org";
const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// Answers reads with this connection of org 1.
fn serve_reads(api: &Api, connections: &[Value]) {
    let ok = |body: &Value| ResponseTemplate::new(200).set_body_json(body);
    api.allow("GET", ORGS, None, ok(&org_list(1, &[1, 2, 3])))
        .allow("GET", LIST, None, ok(&page(connections, connections.len())))
        .allow(
            "GET",
            "/api/v2/current_user",
            None,
            ok(&crate::harness::current_user(1)),
        );
}

#[test]
fn an_undo_that_was_refused_is_tried_again_only_by_its_name() {
    let api = Api::new();
    let made = connection(52, 1, 2, &["logs"]);
    serve_reads(&api, std::slice::from_ref(&made));
    let ok = ResponseTemplate::new(200).set_body_json(json!({"data": made}));
    let forbidden = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    let path = format!("/api/v2/org_connections/{}", uuid(52));
    api.expect(
        "POST",
        "/api/v2/org_connections",
        Some(json!({"data": {
            "type": "org_connection", "attributes": {"connection_types": ["logs"]},
            "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(2)}}},
        }})),
        ok,
        1,
    )
    .expect("DELETE", &path, None, forbidden, 2);
    let world = api.world().with("ORGCONN_YES", "1");
    create(&world, &[&uuid(2)]);
    let run = runs(&world).remove(0);
    let refused = world.run(["undo", "-q"]).code(4);
    assert_data_eq!(
        refused.messages(&api.url()),
        str![[r#"
error: the create from `Org 1` to `Org 2` was not undone: DELETE /api/v2/org_connections/00000000-0000-0000-0000-000000000034 at HOST: 403 Forbidden

"#]]
    );
    let again = world.run(["undo", "-q"]).code(1);
    assert!(again.stderr.contains("was refused ("), "{}", again.stderr);
    world.run(["undo", "-q", &run]).code(4);
}

#[test]
fn only_the_profiles_that_it_takes_can_make_an_undo_fail() {
    let served = SandboxServer::new();
    let hub = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
    let nowhere = "http://127.0.0.1:9";
    let world = Profiles::new("default_profile = \"hub\"")
        .at("hub", &served.url, Some(hub), "HUB")
        .at("elsewhere", nowhere, Some(&uuid(7)), "HUB")
        .at("unknown", nowhere, None, "HUB")
        .world()
        .with("HUB_API_KEY", "sandbox-api-key-hub")
        .with("HUB_APP_KEY", "sandbox-app-key-hub")
        .with("ORGCONN_MAX_RETRIES", "0")
        .with("ORGCONN_YES", "1");
    create(&world, &["Security Archive", "Platform"]);
    let undone = world.run(["undo", "-o=id"]).code(0);
    assert_eq!(undone.stdout.lines().count(), 2);
    assert!(!undone.stderr.contains("error"), "{}", undone.stderr);
    create(&world, &["Security Archive"]);
    let words = [
        "--source=Observability Hub",
        "--destination=Security Archive",
    ];
    world.run([&["delete", "-q"], &words[..]].concat()).code(0);
    let undone = world.run(["undo", "-o=jsonl"]).code(0);
    assert_eq!(undone.json()["result"], "created");
}

#[test]
fn of_two_profiles_of_an_org_it_is_the_changes_own_else_the_default_one() {
    let served = SandboxServer::new();
    let hub = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
    let world = |names: &[&str], head: &str| {
        let mut profiles = Profiles::new(head);
        for name in names {
            profiles = profiles.at(name, &served.url, Some(hub), "HUB");
        }
        profiles
            .world()
            .with("HUB_API_KEY", "sandbox-api-key-hub")
            .with("HUB_APP_KEY", "sandbox-app-key-hub")
            .with("ORGCONN_YES", "1")
    };
    let profile_of_undo = |world: &World| {
        let listed = ["history", "--limit=1", "--columns=profile", "--no-header"];
        world.run(listed).quiet_success()
    };
    let with_default = world(&["one", "two"], "default_profile = \"one\"");
    for (profile, expected) in [("two", "two\n"), ("one", "one\n")] {
        let words = ["create", "Security Archive", "--type=logs", "--profile"];
        with_default.run([&words[..], &[profile]].concat()).code(0);
        with_default.run(["undo", "-q"]).code(0);
        assert_eq!(profile_of_undo(&with_default), expected);
    }
    // The profile of the change is gone, and neither of the others is the default one.
    let made_with = world(&["old"], "");
    let words = ["create", "Security Archive", "--type=logs", "--profile=old"];
    made_with.run(words).code(0);
    let journal = "xdg_state_home/orgconn/history.jsonl";
    let written = std::fs::read_to_string(made_with.home().join(journal)).unwrap();
    let without_default = world(&["one", "two"], "");
    without_default.file(journal, &written);
    let refused = without_default.run(["undo", "-q"]).code(2);
    assert!(
        refused.stderr.contains(":\n  one\n  two\n"),
        "{}",
        refused.stderr
    );
    without_default
        .run(["undo", "-q", "--profile=two", &runs(&without_default)[0]])
        .code(0);
    assert_eq!(profile_of_undo(&without_default), "two\n");
}

#[test]
fn a_dry_run_says_that_the_keys_may_not_undo() {
    let served = SandboxServer::new();
    let [world, _] = two_people(&served);
    create(&world, &["Security Archive", "Platform"]);
    let reader = world
        .with("DD_API_KEY", "sandbox-api-key-auditor")
        .with("DD_APP_KEY", "sandbox-app-key-auditor");
    let shown = reader.run(["undo", "--dry-run", "-q"]).code(4);
    assert!(shown.stderr.contains("may not"), "{}", shown.stderr);
    let real = reader.run(["undo", "-q"]).code(4);
    assert!(real.stderr.contains("403 Forbidden"), "{}", real.stderr);
}

#[cfg(unix)]
#[test]
fn an_undo_that_was_interrupted_is_finished_by_the_next_one() {
    let api = Api::new();
    let made: Vec<_> = (0..12)
        .map(|number| connection(50 + number, 1, 2 + number, &["logs"]))
        .collect();
    serve_reads(&api, &made);
    let ok = |body: &Value| ResponseTemplate::new(200).set_body_json(body);
    let gone = ok(&json!({})).set_delay(std::time::Duration::from_millis(300));
    for (made, number) in made.iter().zip(0..) {
        let create = json!({"data": {
            "type": "org_connection", "attributes": {"connection_types": ["logs"]},
            "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(2 + number)}}},
        }});
        let delete = format!("/api/v2/org_connections/{}", uuid(50 + number));
        let made = ok(&json!({"data": made}));
        api.expect("POST", "/api/v2/org_connections", Some(create), made, 1)
            .expect("DELETE", &delete, None, gone.clone(), 1);
    }
    let world = api.world().with("ORGCONN_YES", "1");
    let destinations: Vec<_> = (2..14).map(uuid).collect();
    let words = ["create", "--type=logs", "-q"].into_iter();
    world
        .run(words.chain(destinations.iter().map(String::as_str)))
        .code(0);
    let running = Running::start(world.command(["undo", "-o=json"]));
    running.wait_until(|| api.targets().iter().any(|it| it.starts_with("DELETE")));
    running.interrupt();
    let finished = running.finish().code(130);
    let report = finished.json();
    let count = |result: &str| {
        let is_counted = |item: &&Value| item["result"] == result;
        items(&report).iter().filter(is_counted).count()
    };
    let (undone, left) = (count("deleted"), count("not attempted"));
    assert_eq!(undone + left, 12);
    let counts =
        format!("interrupted: 0 done, {undone} in flight and finished, {left} not attempted");
    assert_eq!(report["errors"][0]["message"], counts);
    assert!(
        finished
            .stderr
            .ends_with(&format!("{undone} undone, {left} left\n"))
    );
    let next = world.run(["undo", "-q", "-o=id"]).code(0);
    assert_eq!(next.stdout.lines().count(), left);
}
