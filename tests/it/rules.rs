//! Random commands in random worlds do what the rules say: who may see and change what, and how it ends.
//!
//! `ORGCONN_TEST_CASES=10000` tests more cases, `ORGCONN_TEST_SEED=N` one of them.

mod case;
mod reference;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use uuid::Uuid;

use self::case::{Case, Command, Profile};
use self::reference::{Expected, Reference};
use crate::harness::live::{self, Change, Live, Request};
use crate::harness::{Finished, Flaky, Profiles, World, number_in};

/// The servers of two accounts with one live state.
struct Service {
    accounts: [Flaky; 2],
    live: Arc<Mutex<Live>>,
}

impl Service {
    fn start() -> Self {
        let live = Arc::new(Mutex::new(Live::default()));
        let accounts = [0, 1].map(|account| {
            let live = Arc::clone(&live);
            Flaky::answering(move |request| {
                let request = Request::new(request);
                live.lock().unwrap().reply(account, &request)
            })
        });
        Self { accounts, live }
    }
}

/// The cases of an ordinary test run.
const CASES: u64 = 1000;

/// The differences after which no more cases are tried.
const MAX_DIFFERENCES: usize = 5;

#[test]
fn every_command_does_what_the_rules_say() {
    let only = number_in("ORGCONN_TEST_SEED");
    let first = only.unwrap_or(0);
    let end = only.map_or_else(
        || number_in("ORGCONN_TEST_CASES").unwrap_or(CASES),
        |only| only + 1,
    );
    let next = AtomicU64::new(first);
    let changing = AtomicU64::new(0);
    let differences = Mutex::new(Vec::new());
    let try_cases = || {
        let service = Service::start();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end || differences.lock().unwrap().len() >= MAX_DIFFERENCES {
                return;
            }
            let case = Case::random(seed);
            let expected = Reference::new(&case, &case.live).run();
            changing.fetch_add(
                u64::from(!expected[0].changes.is_empty()),
                Ordering::Relaxed,
            );
            if let Some(difference) = difference(&case, &service) {
                let shrunk = shrink(case, difference, &service);
                differences
                    .lock()
                    .unwrap()
                    .push(format!("seed {seed}\n{shrunk}"));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(try_cases);
        }
    });
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // Cases in which nothing may be done would prove little.
    let changing = changing.into_inner();
    assert!(
        only.is_some() || changing > end / 20,
        "only {changing} of {end} cases change something"
    );
}

/// Makes a case smaller as long as there is a difference, and describes it.
fn shrink(mut case: Case, mut found: String, service: &Service) -> String {
    let smaller = |case: &Case| {
        let mut cases = case.smaller().into_iter();
        cases.find_map(|case| Some((difference(&case, service)?, case)))
    };
    while let Some((difference, next)) = smaller(&case) {
        (found, case) = (difference, next);
    }
    format!("{case}{found}")
}

/// How what the program does differs from what it should do, if it does.
fn difference(case: &Case, service: &Service) -> Option<String> {
    let world = world(case, service);
    *service.live.lock().unwrap() = case.live.clone();
    let expected = Reference::new(case, &case.live).run();
    let ended = world.run_with_input(case.words(), &case.command.input());
    let observed = Observed::new(case, service, &ended);
    if let Some(difference) = observed.difference(&expected, &ended) {
        return Some(difference);
    }
    let attempts = service.live.lock().unwrap().attempts;
    if case.command.only_reads() && attempts > 0 {
        return Some(format!("{attempts} requests for a change were sent"));
    }
    if !case.is_undone || observed.changes.is_empty() {
        return None;
    }
    let mut live = service.live.lock().unwrap().clone();
    live.changes.clear();
    *service.live.lock().unwrap() = live.clone();
    let expected = Reference::new(case, &live).undo(&observed.changes);
    let words = [
        vec!["undo".to_owned(), "--yes".to_owned()],
        case.flag_words(),
    ]
    .concat();
    let ended = world.run(&words);
    let undone = Observed::new(case, service, &ended);
    let difference = undone.difference(&expected, &ended)?;
    Some(format!(
        "{:?}\n$ orgconn {}\n{difference}",
        observed.changes,
        words.join(" ")
    ))
}

/// The home directory with the configuration and the file, and the environment.
fn world(case: &Case, service: &Service) -> World {
    let orgs = &case.live.orgs;
    let head = case
        .default
        .map_or_else(String::new, |at| format!("default_profile = \"p{at}\""));
    let mut profiles = Profiles::new(&head);
    for (at, Profile { pin, is_reachable }) in case.profiles.iter().enumerate() {
        let url = match is_reachable {
            true => service.accounts[orgs[case.live.keys[at].org].account].url(),
            false => "http://127.0.0.1:9",
        };
        let pin = pin.map(|pin| orgs[pin].id.to_string());
        profiles = profiles.at(&format!("p{at}"), url, pin.as_deref(), &format!("P{at}"));
    }
    let mut world = profiles.world().with("ORGCONN_MAX_RETRIES", "0");
    for (at, keys) in case.live.keys.iter().enumerate() {
        let value = live::key(at);
        let prefix = if at < case.profiles.len() {
            format!("P{at}")
        } else {
            "DD".to_owned()
        };
        world = world
            .with(&format!("{prefix}_API_KEY"), &value)
            .with(&format!("{prefix}_APP_KEY"), &value);
        if at == case.profiles.len() {
            let account = &service.accounts[orgs[keys.org].account];
            world = world.with("ORGCONN_API_URL", account.url());
        }
    }
    if let Some(file) = case.command.file() {
        world.file("state.yaml", &file.text());
    }
    world
}

/// What the program did.
struct Observed {
    exit: i32,
    rows: BTreeSet<String>,
    changes: Vec<Change>,
}

impl Observed {
    fn new(case: &Case, service: &Service, ended: &Finished) -> Self {
        let live = service.live.lock().unwrap();
        Self {
            exit: ended.code,
            rows: rows(&case.command, ended),
            changes: live.changes.clone(),
        }
    }

    fn difference(&self, expected: &[Expected], ended: &Finished) -> Option<String> {
        let is_as = |expected: &Expected| {
            expected.exits.contains(&self.exit)
                && expected.rows.as_ref().is_none_or(|rows| *rows == self.rows)
                && comparable(&expected.changes) == comparable(&self.changes)
        };
        if expected.iter().any(is_as) {
            return None;
        }
        let mut text = String::new();
        let Finished {
            code,
            stdout,
            stderr,
        } = ended;
        write!(
            text,
            "{stdout}{stderr}exit code {code}, changes {:?}\nexpected: {expected:#?}\n",
            self.changes
        )
        .unwrap();
        Some(text)
    }
}

/// The changes without their order and the new ids.
fn comparable(changes: &[Change]) -> Vec<String> {
    let describe = |change: &Change| {
        let mut change = change.clone();
        if let Some(after) = &mut change.after {
            after.id = Uuid::nil();
        }
        format!("{change:?}")
    };
    let mut changes: Vec<_> = changes.iter().map(describe).collect();
    changes.sort();
    changes
}

/// The ids or pairs that the command shows.
fn rows(command: &Command, ended: &Finished) -> BTreeSet<String> {
    match command {
        Command::List(_) | Command::Get(_) => ended.stdout.lines().map(str::to_owned).collect(),
        Command::Plan { .. } | Command::Check { .. } => {
            let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
            let items = report["items"].as_array().cloned().unwrap_or_default();
            let changes = items.iter().filter(|item| item["action"] != "unchanged");
            let id = |end: &serde_json::Value| end["id"].as_str().unwrap_or_default().to_owned();
            changes
                .map(|item| format!("{} {}", id(&item["source"]), id(&item["destination"])))
                .collect()
        }
        Command::Export => {
            let ids = |key: &str| {
                let lines = ended.stdout.lines().filter_map(|line| line.split_once(key));
                lines
                    .map(|(_, end)| end.get(..36).unwrap_or_default().to_owned())
                    .collect::<Vec<_>>()
            };
            let ends = ids(" source: ").into_iter().zip(ids(" destination: "));
            ends.map(|(source, destination)| format!("{source} {destination}"))
                .collect()
        }
        _ => BTreeSet::new(),
    }
}
