//! Each request of each command meets each fault, once and for good: the program ends in time, says what is true, and
//! does nothing twice.
//!
//! `ORGCONN_TEST_CASES=100000` tests all cases, `ORGCONN_TEST_SEED=N` the one of that number. `--nocapture` shows how
//! many held.
#![cfg(unix)]

mod account;
mod command;
mod fault;
mod outcome;

use std::collections::BTreeMap;
use std::fs::File;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use self::command::{COMMANDS, Command};
use self::fault::{Extent, FAULTS, Fault};
use self::outcome::Outcome;
use crate::harness::live::{Live, Request};
use crate::harness::{Finished, Gate, Reply, Running, Service, World, finished, number_in};

/// The cases of an ordinary test run, which are spread over all.
const CASES: usize = 1000;
/// The cases at a time for each core. Most wait.
const WORKERS_PER_CORE: usize = 8;
/// The differences that are shown.
const MAX_SHOWN: usize = 20;

/// A fault of one request of a command.
struct Case {
    number: usize,
    command: &'static Command,
    baseline: Arc<Outcome>,
    fault: &'static Fault,
    extent: Extent,
    target: Target,
}

/// A request of a command.
#[derive(Clone, Debug)]
struct Target {
    /// How many requests came before it.
    before: usize,
    /// Its text, and how many of the requests before it are the same.
    text: String,
    repetition: usize,
}

#[test]
fn no_fault_leads_to_a_wrong_report_or_a_double_change() {
    let baselines = in_parallel(COMMANDS, |command| Arc::new(run(command, None)));
    for (command, baseline) in COMMANDS.iter().zip(&baselines) {
        let name = command.name();
        let ended = &baseline.finished;
        assert_eq!(
            ended.code, command.exit,
            "{name}: {}{}",
            ended.stdout, ended.stderr
        );
        let mut made = account::effects(&baseline.live);
        let owned = |(source, destination, types): &command::Effect| {
            [source, destination, types]
                .map(|text| (*text).to_owned())
                .into()
        };
        let mut wanted: Vec<(String, String, String)> = command.effects.iter().map(owned).collect();
        made.sort();
        wanted.sort();
        assert_eq!(made, wanted, "{name}");
    }
    let mut cases = cases(&baselines);
    let all = cases.len();
    match number_in("ORGCONN_TEST_SEED") {
        Some(number) => cases.retain(|case| case.number as u64 == number),
        None => {
            let count = number_in("ORGCONN_TEST_CASES").map_or(CASES, |count| count as usize);
            cases.retain(|case| {
                case.number * count / all != (case.number + 1) * count / all || count >= all
            });
        }
    }
    let results = in_parallel(&cases, Case::broken);
    let mut held: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut broken = Vec::new();
    for (case, result) in cases.iter().zip(results) {
        let (of_fault, of_all) = held.entry(case.fault.name).or_default();
        *of_all += 1;
        match result {
            None => *of_fault += 1,
            Some(text) => broken.push(text),
        }
    }
    let lines = held
        .iter()
        .map(|(name, (held, all))| format!("{held:>6} of {all:>6}  {name}\n"));
    let summary: String = lines.collect();
    show(&format!(
        "{summary}{:>6} of {:>6} cases held, of {all}\n",
        cases.len() - broken.len(),
        cases.len()
    ));
    let shown = broken.iter().take(MAX_SHOWN).cloned().collect::<String>();
    assert!(
        broken.is_empty(),
        "{} cases are broken:\n{shown}",
        broken.len()
    );
}

#[cfg(target_os = "linux")]
fn full_disk() -> Stdio {
    File::create("/dev/full").unwrap().into()
}

fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Runs each command that changes something with this standard output, and checks how it ended.
fn for_each_change_written_to(
    stdout: impl Fn() -> Stdio + Sync,
    check: impl Fn(&Command, &Service, Finished) + Sync,
) {
    let changing: Vec<_> = COMMANDS
        .iter()
        .filter(|it| !it.effects.is_empty())
        .collect();
    in_parallel(&changing, |command| {
        let (service, world) = prepare(command, Duration::from_secs(10));
        let mut program = world.command(command.words());
        program.stdin(File::open(world.home().join("input")).unwrap());
        program.stdout(stdout());
        check(command, &service, finished(program.output().unwrap()));
    });
}

/// Changes are made before they are shown. If they cannot be shown, the error names them.
#[cfg(target_os = "linux")]
#[test]
fn changes_that_cannot_be_shown_are_told() {
    for_each_change_written_to(full_disk, |command, service, ended| {
        let name = command.name();
        assert_eq!(ended.code, 1, "{name}: {}", ended.stderr);
        let told = ": cannot write to standard output: No space left on device (os error 28)\n\
                    hint: `orgconn history` shows the changes\n";
        assert!(ended.stderr.ends_with(told), "{name}: {}", ended.stderr);
        let changes = service.with_live(|live| live.changes.clone());
        assert_eq!(changes.len(), command.effects.len(), "{name}");
        for change in changes {
            let id = change.after.or(change.before).unwrap().id;
            let is_told = ended.stderr.matches(&format!("d {id}")).count() == 1;
            assert!(is_told, "{name}: {id}: {}", ended.stderr);
        }
    });
}

/// A reader that has gone needs no error.
#[test]
fn changes_whose_reader_is_gone_are_made() {
    for_each_change_written_to(closed_pipe, |command, service, ended| {
        let name = command.name();
        assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
        assert!(
            !ended.stderr.contains("error: "),
            "{name}: {}",
            ended.stderr
        );
        let changes = service.with_live(|live| live.changes.len());
        assert_eq!(changes, command.effects.len(), "{name}");
    });
}

#[expect(clippy::print_stdout, reason = "shown with --nocapture")]
fn show(text: &str) {
    print!("{text}");
}

/// The results of an action for all items, some at a time, in their order.
fn in_parallel<T: Sync, R: Send>(items: &[T], action: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores * WORKERS_PER_CORE {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = action(item);
                    results.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// All cases of all commands.
fn cases(baselines: &[Arc<Outcome>]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (command, baseline) in COMMANDS.iter().zip(baselines) {
        for (before, text) in baseline.requests.iter().enumerate() {
            let earlier = &baseline.requests[..before];
            let target = Target {
                before,
                text: text.clone(),
                repetition: earlier.iter().filter(|other| *other == text).count(),
            };
            for fault in FAULTS {
                for extent in fault.extents(!text.contains(" GET ")) {
                    cases.push(Case {
                        number: cases.len(),
                        command,
                        baseline: Arc::clone(baseline),
                        fault,
                        extent: *extent,
                        target: target.clone(),
                    });
                }
            }
        }
    }
    cases
}

impl Case {
    /// What does not hold, with what the program did.
    fn broken(&self) -> Option<String> {
        let outcome = run(self.command, Some(self));
        let broken = outcome::broken_claims(self, &outcome);
        if broken.is_empty() {
            return None;
        }
        let (number, name, fault) = (self.number, self.command.name(), self.fault.name);
        let ended = &outcome.finished;
        Some(format!(
            "case {number}: {name}\n{fault}, {:?}: {}\n{}exit code {}, {:?}\n{}{}---\n",
            self.extent,
            self.target.text,
            broken
                .iter()
                .map(|text| format!("! {text}\n"))
                .collect::<String>(),
            ended.code,
            account::effects(&outcome.live),
            ended.stdout,
            ended.stderr,
        ))
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(if self.fault.is_slow { 1 } else { 10 })
    }
}

/// A server and a world for a command, after the commands before it.
fn prepare(command: &Command, timeout: Duration) -> (Service, World) {
    let service = Service::start(account::live());
    let world = account::world(command, &service)
        .with("ORGCONN_MAX_RETRIES", "1")
        .with("ORGCONN_TIMEOUT", &format!("{}s", timeout.as_secs()));
    for words in command.before() {
        world.run(words).code(0);
    }
    service.with_live(|live| live.changes.clear());
    (service, world)
}

/// Runs a command, perhaps with a fault, in a world of its own.
fn run(command: &Command, case: Option<&Case>) -> Outcome {
    let timeout = case.map_or(Duration::from_secs(10), Case::timeout);
    let (mut service, world) = prepare(command, timeout);
    let earlier = intents(&world);
    let log = Arc::new(Mutex::new(Log::default()));
    let gate = Gate::default();
    match case {
        Some(case) if case.fault.refuses_connections() && case.target.before == 0 => {
            service.api.refuse();
            log.lock().unwrap().is_hit = true;
        }
        _ => {
            let (log, gate) = (Arc::clone(&log), gate.clone());
            let fault = case.map(|case| (case.fault, case.extent, case.target.clone()));
            service.respond_with(move |request, live| {
                let mut log = log.lock().unwrap();
                log.respond(request, live, fault.as_ref(), &gate)
            });
        }
    }
    let mut program = world.command(command.words());
    program.stdin(File::open(world.home().join("input")).unwrap());
    let begin = Instant::now();
    let mut running = Running::start(program);
    let signals = case.map_or(&[][..], |case| case.fault.signals);
    send_signals(signals, &mut running, &log, &gate);
    let finished = running.finish();
    let elapsed = begin.elapsed();
    gate.open();
    let mut history = history(&world);
    history.truncate(history.len() - earlier);
    let log = std::mem::take(&mut *log.lock().unwrap());
    let mut outcome = Outcome {
        finished,
        elapsed,
        live: service.with_live(|live| live.clone()),
        repeated: None,
        history,
        requests: log.requests,
        is_hit: log.is_hit,
    };
    let refuses = case.is_some_and(|case| case.fault.refuses_connections());
    if command.is_repeatable && outcome.finished.code != command.exit && !refuses {
        service.respond_with(|request, live| live.reply(0, request));
        let words = command.words().into_iter();
        let finished = world.run(words.chain(["--timeout=10s".to_owned()]));
        outcome.repeated = Some((finished, service.with_live(|live| live.clone())));
    }
    outcome
}

/// Sends signals to the program while a request waits at the gate, and opens the gate if the program lets requests
/// finish.
fn send_signals(signals: &[&str], running: &mut Running, log: &Mutex<Log>, gate: &Gate) {
    if signals.is_empty() {
        return;
    }
    running.wait_until_ended_or(|| log.lock().unwrap().is_hit);
    if !log.lock().unwrap().is_hit {
        return;
    }
    for signal in signals {
        running.signal(signal);
        if *signal != "KILL" {
            running.wait_for_message("interrupted: waiting for requests in flight");
        }
    }
    if let ["INT" | "TERM"] = signals {
        gate.open();
    }
}

/// The number of changes in the history file.
fn intents(world: &World) -> usize {
    let path = world.home().join("xdg_state_home/orgconn/history.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.matches(r#""event":"intent""#).count()
}

/// The changes in the history, the newest first.
fn history(world: &World) -> Vec<Value> {
    let path = world.home().join("xdg_state_home/orgconn/history.jsonl");
    if !path.exists() {
        return Vec::new();
    }
    let listed = world.run(["history", "--output=json"]).code(0).json();
    listed["items"].as_array().unwrap().clone()
}

/// The requests of a command so far.
#[derive(Default)]
struct Log {
    requests: Vec<String>,
    is_hit: bool,
}

impl Log {
    fn respond(
        &mut self,
        request: &Request,
        live: &mut Live,
        fault: Option<&(&Fault, Extent, Target)>,
        gate: &Gate,
    ) -> Reply {
        let text = describe(request);
        let repetition = self.requests.iter().filter(|other| **other == text).count();
        self.requests.push(text.clone());
        let Some((fault, extent, target)) = fault else {
            return live.reply(0, request);
        };
        if fault.refuses_connections() {
            let is_last = self.requests.len() == target.before;
            self.is_hit |= is_last;
            let reply = live.reply(0, request);
            return match is_last {
                true => Reply::Last(Box::new(reply)),
                false => reply,
            };
        }
        let is_target = text == target.text && repetition == target.repetition;
        self.is_hit |= is_target;
        let fails = match extent {
            Extent::Once => is_target,
            Extent::Repeated => self.is_hit && text == target.text,
            Extent::Rest => self.is_hit,
        };
        match fails {
            true if fault.signals.is_empty() => fault.reply(request, live),
            true => Reply::Held(gate.clone(), Box::new(fault.reply(request, live))),
            false => live.reply(0, request),
        }
    }
}

/// The keys, the method, the target and the body of a request: `0 GET /api/v2/org`.
fn describe(request: &Request) -> String {
    let Request {
        method,
        path,
        query,
        body,
        ..
    } = request;
    let keys = request.keys().unwrap();
    let mut body = body.clone();
    // The times of a query are others in each run.
    if let Some(attributes) = body.pointer_mut("/data/attributes") {
        let attributes = attributes.as_object_mut().unwrap();
        attributes.retain(|name, _| name != "from" && name != "to");
    }
    let body = if body.is_null() {
        String::new()
    } else {
        format!(" {body}")
    };
    format!("{keys} {method} {path}?{query}{body}")
}
