//! A connection under another owner: what is live afterwards, whatever fails on the way.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::live::{self, Access, Connection, Keys, Live, Org, Request};
use crate::harness::{Finished, Gate, Profiles, Reply, Running, Service, World, uuid};

/// The sample connection that a person owns.
const DANAS: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";

#[test]
fn a_connection_gets_another_owner_and_undo_takes_that_back() {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    let set = [
        "access",
        "set",
        DANAS,
        "--editor=role:Datadog Admin Role",
        "--profile=hub",
    ];
    world.run(set).code(0);
    let handed = world.run(["handover", "40bb", "--profile=retail-us", "-o", "json"]);
    let handed = handed.code(0);
    let row = &handed.json()["items"][0];
    assert_eq!(row["result"], "handed over");
    assert_eq!(row["created_by"]["name"], "Automation of retail-us");
    assert_eq!(row["types"], json!(["logs"]));
    let reason = row["reason"].as_str().unwrap();
    assert!(
        reason.starts_with(&format!("replaces {DANAS}; nothing flowed for ")),
        "{reason}"
    );
    assert!(reason.contains(" s; logs: "), "{reason}");
    assert_eq!(
        handed.stderr,
        format!(
            "  {DANAS}  Retail US -> Observability Hub  logs  owned by Dana Example\nfrom its deletion until it is created \
             again, nothing flows through a connection; that takes a second or so\n"
        )
    );
    let id = row["id"].as_str().unwrap();
    let access = ["access", "get", id, "--template={org} {name}", "-q"];
    let expected = "Observability Hub Datadog Admin Role\n";
    assert_eq!(world.run(access).code(0).stdout, expected);

    let again = world.run(["handover", id, "--profile=retail-us", "-o", "json"]);
    let again = again.code(0);
    assert_eq!(again.json()["items"][0]["result"], "unchanged");
    let history = world
        .run(["history", "--template={operation}"])
        .quiet_success();
    assert_eq!(history, "access\ncreate\ndelete\naccess\n");

    world.run(["undo"]).code(0);
    let listed = world
        .run(["list", "--source=Retail US", "-o", "json"])
        .json();
    let live = listed["items"].as_array().unwrap();
    assert_eq!(live.len(), 1);
    assert!(![DANAS, id].contains(&live[0]["id"].as_str().unwrap()));
    assert_eq!(live[0]["types"], json!(["logs"]));
}

#[test]
fn a_dry_run_and_a_connection_of_another_org_change_nothing() {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    let words = ["handover", "40bb", "--profile=retail-us", "--dry-run"];
    let shown = world
        .run(words.iter().chain(&["--template={result} {id}"]))
        .code(0);
    assert_eq!(shown.stdout, format!("would hand over {DANAS}\n"));
    let refused = world.run(["handover", "40bb", "--profile=hub"]).code(4);
    assert!(
        refused
            .stderr
            .contains("was not handed over: the keys belong to `Observability Hub`"),
        "{}",
        refused.stderr
    );
    let unnamed = world.run(["handover", "40bb"]).code(2);
    assert!(
        unnamed
            .stderr
            .starts_with("error: the new owner is not named\n")
    );
    assert_eq!(world.run(["history", "-o", "id"]).code(0).stdout, "");
}

/// The account of org 1, whose connection to org 2 both orgs restrict. The keys 0 are those of the old owner, 1 those of
/// the new one, and 2 those of the destination.
fn live() -> Live {
    let keys = |org| Keys {
        org,
        access: Access::Write,
    };
    let editors =
        |org| json!([{"relation": "editor", "principals": [format!("org:{}", uuid(org))]}]);
    Live {
        orgs: [1, 2].map(Org::numbered).to_vec(),
        keys: vec![keys(0), keys(0), keys(1)],
        connections: vec![Connection {
            id: Uuid::from_u128(50),
            source: 0,
            destination: 1,
            types: ["logs".to_owned()].into(),
            policies: BTreeMap::from([(0, editors(1)), (1, editors(2))]),
        }],
        ..Live::default()
    }
}

/// What happens to a request in place of the service's answer.
type Fault = fn(&Request, &mut Live) -> Reply;

const FAULTS: [(&str, Fault); 9] = [
    ("closed", |_, _| Reply::Close),
    ("closed after it was done", |request, live| {
        live.reply(0, request);
        Reply::Close
    }),
    ("500", |_, _| Reply::refused(500, "broken")),
    ("500 after it was done", |request, live| {
        live.reply(0, request);
        Reply::refused(500, "broken")
    }),
    ("400", |_, _| Reply::refused(400, "odd")),
    ("403", |_, _| Reply::refused(403, "Forbidden")),
    ("404 with HTML", |_, _| {
        Reply::Answer(404, "<html>".to_owned())
    }),
    ("nonsense", |_, _| Reply::json(&json!(["nonsense"]))),
    ("nonsense after it was done", |request, live| {
        live.reply(0, request);
        Reply::json(&json!(["nonsense"]))
    }),
];

/// A request that fails: its place, and whether all that follow fail too.
#[derive(Clone, Copy, Debug)]
struct Failing {
    at: usize,
    fault: Fault,
    is_rest: bool,
}

/// The service's own answer, in which each set of keys has a user of its own.
fn answer(request: &Request, live: &mut Live) -> Reply {
    let (status, mut body) = live.answer(0, request);
    if request.path == "/api/v2/current_user" {
        body["data"]["id"] = json!(uuid(800 + request.keys().unwrap() as u128));
    }
    Reply::Answer(status, body.to_string())
}

fn world(service: &Service) -> World {
    let url = service.api.url();
    let world = Profiles::new("default_profile = \"old\"")
        .at("old", url, Some(&uuid(1)), "OLD")
        .at("new", url, Some(&uuid(1)), "NEW")
        .at("destination", url, Some(&uuid(2)), "DESTINATION")
        .world()
        .with("ORGCONN_MAX_RETRIES", "1")
        .with("ORGCONN_YES", "1");
    let prefixes = ["OLD", "NEW", "DESTINATION"].iter().enumerate();
    prefixes.fold(world, |world, (at, prefix)| {
        world
            .with(&format!("{prefix}_API_KEY"), &live::key(at))
            .with(&format!("{prefix}_APP_KEY"), &live::key(at))
    })
}

/// Hands the connection over, and returns the requests and what is live then.
fn hand_over(failing: Option<Failing>) -> (Finished, Vec<String>, Live) {
    let service = Service::start(live());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    service.respond_with(move |request, live| {
        let mut log = log.lock().unwrap();
        let at = log.len();
        log.push(format!("{} {}", request.method, request.path));
        match failing {
            Some(it) if at == it.at || at > it.at && it.is_rest => (it.fault)(request, live),
            _ => answer(request, live),
        }
    });
    let finished = world(&service).run(["handover", &uuid(50), "--profile=new", "-o", "json"]);
    let requests = requests.lock().unwrap().clone();
    (finished, requests, service.with_live(|live| live.clone()))
}

/// What does not hold after a fault.
fn broken(finished: &Finished, after: &Live) -> Vec<&'static str> {
    let mut broken = Vec::new();
    let mut require = |holds: bool, claim| {
        if !holds {
            broken.push(claim);
        }
    };
    let before = live().connections.remove(0);
    let stderr = &finished.stderr;
    require(
        after.connections.len() <= 1,
        "there is one connection at most",
    );
    match after.connections.first() {
        None => {
            require(
                finished.code != 0,
                "a connection that is gone is no success",
            );
            require(
                stderr.contains("hint: create it: orgconn --profile=new create"),
                "the command that creates it is shown",
            );
        }
        Some(live) => {
            require(live.types == before.types, "the types are the same");
            let is_whole = live.policies == before.policies;
            let is_told = stderr.contains("restrict it again: orgconn --profile=");
            require(
                is_whole || is_told && finished.code != 0,
                "a lost policy is told",
            );
            let is_new = live.id != before.id;
            let report: Value = serde_json::from_str(&finished.stdout).unwrap_or_default();
            let is_shown = report["items"][0]["id"] == json!(live.id);
            require(
                finished.code != 0 || is_new && is_shown,
                "a success shows the new id",
            );
            let is_named = stderr.contains(&live.id.to_string()) || is_shown;
            require(
                !is_new || is_named || stderr.contains("create it: orgconn"),
                "the new id is told",
            );
        }
    }
    broken
}

#[test]
fn whatever_request_fails_the_connection_is_there_or_its_command_is_shown() {
    let (finished, requests, after) = hand_over(None);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert_eq!(broken(&finished, &after), [""; 0], "{}", finished.stderr);
    let first_change = requests
        .iter()
        .position(|request| request.starts_with("DELETE"));
    let first_change = first_change.unwrap();
    let cases = (0..requests.len()).flat_map(|at| {
        FAULTS.iter().flat_map(move |(name, fault)| {
            let case = |is_rest| {
                (
                    *name,
                    Failing {
                        at,
                        fault: *fault,
                        is_rest,
                    },
                )
            };
            [case(false), case(true)]
        })
    });
    let cases: Vec<_> = cases.collect();
    let next = Mutex::new(cases.into_iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while let Some((name, failing)) = { next.lock().unwrap().next() } {
                    let (finished, seen, after) = hand_over(Some(failing));
                    let mut broken = broken(&finished, &after);
                    if failing.at < first_change && finished.code != 0 && after.changes.is_empty() {
                        broken.clear();
                    }
                    if !broken.is_empty() {
                        let request = &seen[failing.at];
                        failures.lock().unwrap().push(format!(
                            "{name} (rest: {}) at {request}: {broken:?}, exit code {}\n{}{}",
                            failing.is_rest, finished.code, finished.stdout, finished.stderr
                        ));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("---\n"));
}

#[test]
fn a_create_that_is_refused_is_made_by_the_old_owner() {
    let (_, requests, _) = hand_over(None);
    let create = requests
        .iter()
        .position(|one| one == "POST /api/v2/org_connections");
    let failing = Failing {
        at: create.unwrap(),
        fault: |_, _| Reply::refused(400, "odd"),
        is_rest: false,
    };
    let (finished, _, after) = hand_over(Some(failing));
    assert_eq!(finished.code, 1);
    let id = after.connections[0].id;
    let put_back = format!("error: not handed over, but put back by the profile `old` as {id}: ");
    assert!(finished.stderr.contains(&put_back), "{}", finished.stderr);
    let makers: Vec<_> = after.changes.iter().map(|change| change.by).collect();
    assert_eq!(makers[..2], [1, 0]);
}

#[test]
fn a_person_becomes_no_owner_unless_that_is_allowed() {
    let service = Service::start(live());
    service.respond_with(|request, live| {
        let (status, mut body) = live.answer(0, request);
        if request.path == "/api/v2/current_user" {
            body["data"]["id"] = json!(uuid(800));
            body["data"]["attributes"]["service_account"] = json!(false);
        }
        Reply::Answer(status, body.to_string())
    });
    let world = world(&service);
    let words = ["handover", &uuid(50), "--profile=new"];
    let refused = world.run(words).code(2);
    assert_eq!(
        refused.stderr,
        "error: `Pipeline`, whose keys these are, is a person: a connection is deleted when its owner's account is \
         deactivated\nhint: choose the profile of a service account, or add --allow-person\n"
    );
    assert!(service.with_live(|live| live.changes.is_empty()));
    world.run(words.iter().chain(&["--allow-person"])).code(0);
}

#[test]
fn an_interrupt_after_the_deletion_finishes_the_handover() {
    let service = Service::start(live());
    let (gate, held) = (Gate::default(), Gate::default());
    let (waiting, is_held) = (gate.clone(), Arc::new(Mutex::new(false)));
    let seen = Arc::clone(&is_held);
    service.respond_with(move |request, live| {
        let reply = answer(request, live);
        match request.method.as_str() {
            "DELETE" => {
                *seen.lock().unwrap() = true;
                Reply::Held(waiting.clone(), Box::new(reply))
            }
            _ => reply,
        }
    });
    drop(held);
    let world = world(&service);
    let program = world.command(["handover", &uuid(50), "--profile=new", "-o", "json"]);
    let mut running = Running::start(program);
    running.wait_until_ended_or(|| *is_held.lock().unwrap());
    running.interrupt();
    running.wait_for_message("interrupted: waiting for requests in flight");
    gate.open();
    let finished = running.finish();
    let after = service.with_live(|live| live.clone());
    assert_eq!(broken(&finished, &after), [""; 0], "{}", finished.stderr);
    assert_ne!(after.connections[0].id, Uuid::from_u128(50));
}
