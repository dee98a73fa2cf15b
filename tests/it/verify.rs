//! `verify`: whether data comes through a connection.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::live::{self, Access, Connection, Keys, Live, Org, Request};
use crate::harness::{Finished, Profiles, Reply, SandboxServer, Service, World, uuid};

/// The results for sample connections, with what comes through and what the source has.
fn verified(line: &str) -> Finished {
    let words = line.split(' ').map(str::to_owned);
    let columns = "--columns=type,result,amount,source_amount,reason";
    let words = ["verify", columns, "-otsv", "--no-header"]
        .map(str::to_owned)
        .into_iter()
        .chain(words);
    World::sandbox().run(words)
}

const PART: &str =
    "the source has other data: the creator of the connection may see only a part of it";
const REFUSED: &str = "the creator of the connection may not see this data, or is not active";

#[test]
fn each_type_gets_a_result_and_the_exit_code_says_whether_all_is_well() {
    for (line, code, rows) in [
        (
            "d7e0",
            0,
            "logs\tdata\t1800\t1800\t\nmetrics\tdata\t15\t15\t\n".to_owned(),
        ),
        (
            "d7e0 --since=1h --type=metrics",
            0,
            "metrics\tdata\t60\t60\t\n".to_owned(),
        ),
        ("40bb", 3, format!("logs\tdiffers\t675\t1800\t{PART}\n")),
        (
            "b5a4",
            3,
            "metrics\tno data\t0\t0\tthe source has none either in this time\n".to_owned(),
        ),
        (
            "6e92",
            3,
            "logs\tdata\t1800\t1800\t\nrum\tunverified\t\t\tthis version cannot query this type\n"
                .to_owned(),
        ),
        (
            "6e92 --type=logs",
            0,
            "logs\tdata\t1800\t1800\t\n".to_owned(),
        ),
        (
            "40bb --type=metrics",
            3,
            "metrics\tnot shared\t\t\tthe connection does not share this type\n".to_owned(),
        ),
    ] {
        let ended = verified(line).code(code);
        assert_eq!((ended.stdout, ended.stderr.as_str()), (rows, ""), "{line}");
    }
}

#[test]
fn a_refusal_of_the_connection_is_told_apart_from_one_of_the_keys() {
    let refused = verified("8f16").code(4);
    assert_eq!(
        refused.stdout,
        format!("metrics\trefused\t\t15\t{REFUSED}\n")
    );
    assert_eq!(
        refused.stderr,
        "error: profile hub: the service refuses to query metrics from `Logistics` to `Observability Hub`\n\
         hint: the destination may query its own data, so it is the connection: probably its creator, Robin Example, may \
         not see this data, or is not active\n"
    );
    let refused = verified("d7e0 --profile=auditor --type=logs").code(4);
    assert_eq!(refused.stdout, "");
    assert!(
        refused.stderr.contains("POST /api/v2/query/timeseries"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.ends_with(
            "hint: it takes the permission timeseries_query, and that to read the data\n"
        ),
        "{}",
        refused.stderr
    );
}

#[test]
fn it_takes_the_keys_of_the_destination_and_without_those_of_the_source_less_is_known() {
    let refused = verified("40bb --profile=retail-us").code(4);
    assert_eq!(
        refused.stderr,
        "error: no profile is for the org `Observability Hub` (83999dcd-7f97-11f0-8de1-1ecf66f1aa85):\n  \
         retail-us is for 4dee724d-00cc-11ea-a77b-570c9d03c6c5\n\
         hint: it takes the destination's credentials; `orgconn profile add` adds a profile\n"
    );
    let server = SandboxServer::new();
    let world = World::bare()
        .with("ORGCONN_API_URL", &server.url)
        .with("DD_API_KEY", "sandbox-api-key-hub")
        .with("DD_APP_KEY", "sandbox-app-key-hub");
    for (id, code, row) in [
        ("40bb", 0, "logs,data,675,\n"),
        (
            "b5a4",
            3,
            "metrics,no data,0,whether the source has any could not be asked\n",
        ),
    ] {
        let columns = "--columns=type,result,amount,reason";
        let ended = world
            .run(["verify", id, columns, "-ocsv", "--no-header"])
            .code(code);
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (row, ""));
    }
}

#[test]
fn a_row_has_the_same_fields_in_every_format() {
    let world = World::sandbox();
    let verified = world
        .run(["verify", "d7e0", "--type=logs", "-ojson"])
        .code(0);
    assert_eq!(
        verified.json(),
        json!({"schema": "orgconn/v1", "items": [{
            "result": "data",
            "reason": null,
            "id": "d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52",
            "source": {"id": "5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4", "name": "Retail EU"},
            "destination": {"id": "83999dcd-7f97-11f0-8de1-1ecf66f1aa85", "name": "Observability Hub"},
            "type": "logs",
            "query": "*",
            "amount": 1800,
            "source_amount": 1800,
        }], "errors": []})
    );
    assert_eq!(
        world.run(["verify", "d7e0"]).quiet_success(),
        "RESULT  ID                                    SOURCE     DESTINATION        TYPE     AMOUNT  IN SOURCE  QUERY\n\
         data    d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52  Retail EU  Observability Hub  logs     1800    1800       *\n\
         data    d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52  Retail EU  Observability Hub  metrics  15      15         avg:datadog.estimated_usage.hosts{*}\n"
    );
}

#[test]
fn a_query_that_no_type_can_take_is_a_mistake() {
    let refused = verified("13c9 --type=logs,audit --query=x").code(2);
    assert_eq!(
        refused.stderr,
        "error: --query is a query of metrics, which are not among the types to verify\n\
         hint: name with --type the one type whose events it searches for\n"
    );
    for (line, said) in [
        ("", "error: no connection is named\n"),
        (
            "40bb --since=0s",
            "error: invalid value '0s' for '--since <DURATION>'",
        ),
        ("40bb --type=log", "error: unknown connection type `log`"),
        (
            "40bb --source=Hub",
            "error: name a connection by its id, or by --source and --destination, not both\n",
        ),
    ] {
        let words = ["verify"].into_iter().chain(line.split_whitespace());
        let refused = World::sandbox().run(words).code(2);
        assert!(
            refused.stderr.starts_with(said),
            "{line}: {}",
            refused.stderr
        );
    }
}

/// An account in which org 1 shares `types` with org 2. The keys 0 belong to org 1 and the keys 1 to org 2.
fn live(types: &[&str]) -> Live {
    let keys = |org| Keys {
        org,
        access: Access::Write,
    };
    Live {
        orgs: [1, 2].map(Org::numbered).to_vec(),
        keys: vec![keys(0), keys(1)],
        connections: vec![Connection {
            policies: Default::default(),
            id: Uuid::from_u128(50),
            source: 0,
            destination: 1,
            types: types.iter().map(|word| (*word).to_owned()).collect(),
        }],
        ..Live::default()
    }
}

/// A world with a profile for each org, of which the source's is the default one.
fn world(service: &Service) -> World {
    let url = service.api.url();
    let profiles = Profiles::new("default_profile = \"source\"")
        .at("source", url, Some(&uuid(1)), "SOURCE")
        .at("destination", url, Some(&uuid(2)), "DESTINATION");
    let prefixes = ["SOURCE", "DESTINATION"].iter().enumerate();
    prefixes.fold(profiles.world(), |world, (at, prefix)| {
        world
            .with(&format!("{prefix}_API_KEY"), &live::key(at))
            .with(&format!("{prefix}_APP_KEY"), &live::key(at))
    })
}

/// Runs the command, and gives the queries that it sends, each with the number of its keys and its span in minutes.
fn queries(types: &[&str], words: &[&str]) -> Vec<(usize, u64, Value)> {
    let service = Service::start(live(types));
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    service.respond_with(move |request: &Request, live| {
        let attributes = &request.body["data"]["attributes"];
        let time = |name: &str| attributes[name].as_u64();
        if let (Some(from), Some(to)) = (time("from"), time("to")) {
            let query = attributes["queries"][0].clone();
            let minutes = (to - from) / 60_000;
            seen.lock()
                .unwrap()
                .push((request.keys().unwrap(), minutes, query));
        }
        live.reply(0, request)
    });
    world(&service)
        .run([&["verify", &uuid(50)], words].concat())
        .code(0);
    let mut sent = std::mem::take(&mut *sent.lock().unwrap());
    sent.sort_by_key(|(keys, _, query)| (query["data_source"].to_string(), *keys));
    sent
}

#[test]
fn each_type_is_asked_for_once_in_the_destination_and_once_in_the_source() {
    let events = |source: &str, text: &str| {
        json!({"name": "a", "data_source": source, "search": {"query": text}, "indexes": ["*"],
            "compute": {"aggregation": "count"}})
    };
    let metrics = |text: &str| json!({"name": "a", "data_source": "metrics", "query": text});
    let both = |minutes: u64, query: Value| {
        let mut through = query.clone();
        through["cross_org_uuids"] = json!([uuid(1)]);
        [(0, minutes, query), (1, minutes, through)]
    };
    let usual = "avg:datadog.estimated_usage.hosts{*}";
    let all = ["logs", "metrics", "audit"];
    for (words, expected) in [
        (
            &[][..],
            [
                both(15, events("audit", "*")),
                both(15, events("logs", "*")),
                both(15, metrics(usual)),
            ]
            .concat(),
        ),
        (&["--type=audit"], both(15, events("audit", "*")).to_vec()),
        (
            &["--type=logs", "--query=service:web", "--since=1h"],
            both(60, events("logs", "service:web")).to_vec(),
        ),
        (
            &["--type=metrics,audit", "--query=sum:hits{*}", "--since=90s"],
            [
                both(1, events("audit", "*")),
                both(1, metrics("sum:hits{*}")),
            ]
            .concat(),
        ),
    ] {
        assert_eq!(queries(&all, words), expected, "{words:?}");
    }
}

#[test]
fn a_source_that_cannot_be_asked_is_told_and_makes_a_chosen_profile_fail() {
    for (profiles, code, told) in [
        ("", 0, "the profile `source` could not be asked: "),
        ("source,destination", 4, "error: profile source: "),
    ] {
        let service = Service::start(live(&["logs"]));
        service.respond_with(|request: &Request, live| {
            match request.method == "POST" && request.keys() == Some(0) {
                true => Reply::refused(403, "Forbidden"),
                false => live.reply(0, request),
            }
        });
        let mut words = vec!["verify".to_owned(), uuid(50)];
        if !profiles.is_empty() {
            words.push(format!("--profile={profiles}"));
        }
        words.extend(
            [
                "-otsv",
                "--no-header",
                "--columns=result,amount,source_amount",
            ]
            .map(str::to_owned),
        );
        let ended = world(&service).run(words).code(code);
        assert_eq!(ended.stdout, "data\t7\t\n");
        assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
    }
}
