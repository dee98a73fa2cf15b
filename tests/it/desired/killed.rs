//! `apply` is killed after each number of writes: the history stays true, and the next run reaches the file's state.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Stdio};

use serde_json::{Value, json};

use super::apply;
use crate::harness::World;

/// The connections that the hub should have. At first it shares other types with two of these orgs, and shares with one
/// org that is not in the file.
const FILE: &str = "\
connections:
  - source: Observability Hub
    destination: [Retail US, Retail EU, Logistics, Platform, Security Archive]
    types: [logs, metrics]
";
const UNWANTED: &str = "6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a";
/// The number of changes: three creates, two updates and a delete.
const WRITES: usize = 6;

/// A sandbox server in a process of its own, and the worlds of the server and of its client.
struct SandboxServer {
    server: Child,
    log: BufReader<ChildStderr>,
    client: World,
    _home: World,
}

impl SandboxServer {
    fn start() -> Self {
        let home = World::bare();
        let mut server = home
            .command(["sandbox", "serve", "--latency", "20ms", "-v"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let introduction = BufReader::new(server.stdout.take().unwrap());
        let first = introduction.lines().next().unwrap().unwrap();
        let url = first.strip_prefix("export DATADOG_HOST=").unwrap();
        let client = World::bare()
            .with("ORGCONN_API_URL", url)
            .with("DD_API_KEY", "sandbox-api-key-hub")
            .with("DD_APP_KEY", "sandbox-app-key-hub");
        client.file("orgconn.yaml", FILE);
        Self {
            log: BufReader::new(server.stderr.take().unwrap()),
            server,
            client,
            _home: home,
        }
    }

    /// Reads the server's log until it has answered this many writes.
    fn await_writes(&mut self, writes: usize) {
        let mut seen = 0;
        while seen < writes {
            let mut line = String::new();
            assert_ne!(
                self.log.read_line(&mut line).unwrap(),
                0,
                "the server is gone"
            );
            let is_write = ["POST", "PATCH", "DELETE"]
                .iter()
                .any(|verb| line.starts_with(verb));
            seen += usize::from(is_write);
        }
    }

    /// Creates the connections that exist at first.
    fn prepare(&mut self) {
        let connections = [
            ("Retail US", "logs"),
            ("Retail EU", "audit"),
            (UNWANTED, "logs"),
        ];
        for (org, types) in connections {
            self.client
                .run(["create", org, "--type", types, "-q"])
                .code(0);
        }
        self.await_writes(connections.len());
    }

    fn live(&self) -> Vec<Value> {
        let listed = self
            .client
            .run(["list", "--source=Observability Hub", "-ojson"])
            .code(0);
        listed.json()["items"].as_array().unwrap().clone()
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn at_every_step_the_history_is_true_and_the_next_run_ends_at_the_files_state() {
    let mut cut_short = 0;
    for writes in 1..=WRITES {
        let mut served = SandboxServer::start();
        served.prepare();
        let prepared = apply::history(&served.client).len();
        let mut apply =
            served
                .client
                .command(["apply", "-f", "orgconn.yaml", "--prune", "-y", "-q"]);
        let mut apply = apply
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        served.await_writes(writes);
        apply.kill().unwrap();
        apply.wait().unwrap();

        let live = served.live();
        let entries = apply::history(&served.client).split_off(prepared);
        assert!(entries.len() >= writes, "{writes}: {entries:?}");
        assert!(
            entries.iter().all(|entry| is_true(entry, &live)),
            "{writes}: {entries:?}"
        );
        let unanswered = entries
            .iter()
            .filter(|entry| entry["result"] != "done")
            .count();
        cut_short += usize::from(unanswered > 0 || entries.len() < WRITES);
        converge(&served, writes);
    }
    assert!(cut_short > 0, "no run was killed before its end");
}

/// Whether a history entry agrees with the live connections. An entry without an answer claims nothing, but must give
/// the reason.
fn is_true(entry: &Value, live: &[Value]) -> bool {
    let found = live
        .iter()
        .find(|row| row["destination"]["id"] == entry["destination"]["id"]);
    match (entry["result"].as_str().unwrap(), &entry["operation"]) {
        ("unknown", _) => entry["reason"] == "the run ended before the answer",
        ("done", operation) if operation == "delete" => found.is_none(),
        ("done", _) => found.is_some_and(|row| row["types"] == json!(["logs", "metrics"])),
        _ => false,
    }
}

fn converge(served: &SandboxServer, writes: usize) {
    served
        .client
        .run(["apply", "-f", "orgconn.yaml", "--prune", "-y", "-q"])
        .code(0);
    let planned = served
        .client
        .run(["plan", "-f", "orgconn.yaml", "--prune", "-oid"])
        .code(0);
    assert_eq!(
        planned.stderr, "no changes: 5 connections are as wanted\n",
        "{writes}"
    );
    assert_eq!(served.live().len(), 5, "{writes}");
}
