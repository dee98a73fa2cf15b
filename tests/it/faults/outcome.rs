//! What is right after a fault, as the live state shows: how the command ends, what it says, and what the history says.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use super::account::{effects, holds, name_of};
use super::fault::Extent;
use super::{Case, Command};
use crate::harness::Finished;
use crate::harness::live::{KEY, Live};

/// What became of a command.
pub(super) struct Outcome {
    pub(super) finished: Finished,
    pub(super) elapsed: Duration,
    pub(super) live: Live,
    /// What became of it when it was run again without a fault, if it was, and the live state then.
    pub(super) repeated: Option<(Finished, Live)>,
    /// The changes in the history, without those before the command.
    pub(super) history: Vec<Value>,
    /// The requests, each as a text that is the same whenever it is sent again.
    pub(super) requests: Vec<String>,
    /// Whether the fault was met.
    pub(super) is_hit: bool,
}

impl Outcome {
    /// The number of rows in the JSON output.
    fn items(&self) -> usize {
        let report: Value = serde_json::from_str(&self.finished.stdout).unwrap_or_default();
        report["items"].as_array().map_or(0, Vec::len)
    }
}

/// The claims about a case that do not hold.
pub(super) fn broken_claims(case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut claims = Claims {
        case,
        command: case.command,
        outcome,
        broken: Vec::new(),
    };
    claims.check_limits();
    claims.check_exit();
    claims.check_effects(&outcome.live);
    if !case.fault.is_abrupt() || !outcome.is_hit {
        claims.check_errors();
        claims.check_rows();
    }
    claims.check_history();
    claims.check_repetition();
    claims.broken
}

struct Claims<'c> {
    case: &'c Case,
    command: &'c Command,
    outcome: &'c Outcome,
    broken: Vec<String>,
}

/// Results of rows whose change was made.
const MADE: [&str; 7] = [
    "created", "updated", "deleted", "done", "changed", "added", "removed",
];

impl Claims<'_> {
    fn require(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(otherwise());
        }
    }

    /// It ends in time, without a panic, and shows no key.
    fn check_limits(&mut self) {
        // A change and the look after it have the whole time each; changes that wait for others come after them.
        let in_turn = 2 + 2 * self.command.effects.len() as u32;
        let limit = self.case.timeout() * in_turn + Duration::from_secs(5);
        let Outcome { elapsed, .. } = self.outcome;
        self.require(*elapsed <= limit, || format!("it took {elapsed:?}"));
        let Finished { stdout, stderr, .. } = &self.outcome.finished;
        let history = serde_json::to_string(&self.outcome.history).unwrap();
        let shows_key = [stdout, stderr, &history]
            .iter()
            .any(|text| text.contains(KEY));
        self.require(!shows_key, || "a key is shown".to_owned());
        self.require(!stderr.contains("panicked"), || "it panicked".to_owned());
    }

    /// It ends as if there were no fault, if it could; else with the fault's exit code.
    fn check_exit(&mut self) {
        let (code, usual) = (self.outcome.finished.code, self.command.exit);
        let Case { fault, extent, .. } = self.case;
        // Of several parts, some may be done, and others fail in different ways.
        let is_many = self.command.uses_profiles || self.case.baseline.items() > 1;
        let is_mixed = is_many && [1, 8].contains(&code);
        // A profile that cannot be asked which org it is for is left out, as if there were none for the org.
        let is_left_out = self.command.uses_profiles && code == 4;
        // The answer to a second attempt may be lost halfway.
        let is_unclear = code == 1 && *extent == Extent::Rest && fault.is_applied;
        let is_allowed = self.command.other_exits.contains(&code)
            || code == usual
            || fault.exits.contains(&code)
            || is_mixed
            || is_left_out
            || is_unclear;
        self.require(is_allowed, || format!("exit code {code}"));
        let must_go_on = fault.is_temporary && *extent == Extent::Once || !self.outcome.is_hit;
        self.require(!must_go_on || code == usual, || {
            "one failure ends it".to_owned()
        });
        let mut wanted = self.command.effects.iter();
        let is_as_wanted = wanted.all(|effect| holds(&self.outcome.live, effect));
        let is_true = code != usual || is_as_wanted || self.is_believable();
        self.require(is_true, || "the end is not as wanted".to_owned());
    }

    /// Whether answers of the fault may be true, as far as the program can know.
    fn is_believable(&self) -> bool {
        let Case {
            fault,
            target,
            extent,
            baseline,
            ..
        } = self.case;
        match extent {
            Extent::Once | Extent::Repeated => fault.is_believable([&target.text].into_iter()),
            Extent::Rest => {
                // Profiles are asked side by side, so the order may differ from that without a fault.
                let sent = &self.outcome.requests;
                let first = sent.iter().position(|request| *request == target.text);
                let since = &sent[first.unwrap_or(sent.len())..];
                fault.is_believable(baseline.requests[target.before..].iter().chain(since))
            }
        }
    }

    /// Each change was made once at most, and no other.
    fn check_effects(&mut self, live: &Live) {
        let mut made = HashSet::new();
        for effect in effects(live) {
            let (source, destination, types) = &effect;
            let wanted = (source.as_str(), destination.as_str(), types.as_str());
            let is_wanted = self.command.effects.contains(&wanted);
            self.require(is_wanted, || format!("it made {effect:?}"));
            self.require(made.insert(effect.clone()), || {
                format!("it made {effect:?} twice")
            });
        }
        let mut writes = self.outcome.requests.clone();
        writes.retain(|request| !request.contains(" GET "));
        writes.sort();
        let is_often = writes.windows(3).any(|same| same[0] == same[2]);
        self.require(!is_often, || "a change was sent again twice".to_owned());
    }

    /// Each failure is told once, by the messages and the envelope, and says of no change that it was not made if it
    /// was.
    fn check_errors(&mut self) {
        let Finished { code, stderr, .. } = &self.outcome.finished;
        let lines = stderr.lines().filter(|line| line.starts_with("error: "));
        let told = lines.count();
        let is_failure = ![0, 3].contains(code);
        self.require((told > 0) == is_failure, || {
            format!("{told} errors are told")
        });
        let most = match self.command.uses_profiles {
            // Each profile may fail, and each entry of a file that needs it.
            true => 10,
            false if self.is_believable() => 10,
            false => self
                .case
                .baseline
                .items()
                .max(self.command.kinds_of_reads()),
        };
        self.require(told <= most, || format!("{told} errors are too many"));
        if self.command.format != "json" {
            return;
        }
        let errors = self.items("errors");
        let is_cut = stderr.contains(" more of this kind; -o json lists them all");
        self.require(errors.len() == told || is_cut, || {
            "the envelope has other errors".to_owned()
        });
        let mut seen = HashSet::new();
        for error in &errors {
            let message = error["message"].as_str().unwrap();
            let is_new = seen.insert((error["profile"].to_string(), message));
            self.require(is_new, || format!("said twice: {message}"));
            for (source, destination, _) in self.command.effects {
                let is_about = self.command.effects.len() == 1
                    || message.contains(&format!("from `{source}` to `{destination}` was not "))
                    || !self.command.uses_profiles
                        && message.contains(&format!("`{destination}` was not "));
                let is_denied = ["connected", "updated", "deleted", "undone", "changed"]
                    .iter()
                    .any(|done| message.contains(&format!("was not {done}")));
                let is_false = is_about && is_denied && self.has_made(Some(source), destination);
                self.require(!is_false, || format!("it was made: {message}"));
            }
        }
    }

    /// The list of this name in the JSON output.
    fn items(&mut self, name: &str) -> Vec<Value> {
        let report = serde_json::from_str::<Value>(&self.outcome.finished.stdout);
        self.require(report.is_ok(), || "it shows no JSON".to_owned());
        let report = report.unwrap_or_default();
        report[name].as_array().cloned().unwrap_or_default()
    }

    /// The rows are those that it shows without a fault, or fewer if it fails; the results of changes are true.
    fn check_rows(&mut self) {
        let (finished, usual) = (&self.outcome.finished, &self.case.baseline.finished);
        let is_complete = finished.code == self.command.exit;
        if self.command.format != "json" {
            let is_usual = !is_complete || self.is_believable() || finished.stdout == usual.stdout;
            self.require(is_usual, || format!("it should show\n{}", usual.stdout));
            return;
        }
        let rows = self.items("items");
        if self.command.effects.is_empty() && !self.is_believable() {
            let usual = usual.json();
            let usual = usual["items"].as_array().unwrap();
            for row in &rows {
                let code = row["code"].as_str().unwrap_or_default();
                // An audit tells what it could not read.
                let is_unread = code.ends_with("_unread");
                let is_usual = is_unread || usual.iter().any(|usual| agrees(row, usual));
                self.require(is_usual, || format!("a row is wrong: {row}"));
            }
            let is_whole = !is_complete || rows.len() == usual.len();
            self.require(is_whole, || "rows are missing".to_owned());
        }
        let mut done = 0;
        for row in rows.iter().filter(|_| !self.command.effects.is_empty()) {
            let Some(destination) = end(row, "destination") else {
                self.require(self.is_believable(), || format!("a row is strange: {row}"));
                continue;
            };
            let is_made = self.has_made(end(row, "source"), destination);
            let is_true = match row["result"].as_str().unwrap_or_default() {
                result if MADE.contains(&result) => is_made || self.is_believable(),
                "unknown" => true,
                _ => !is_made,
            };
            self.require(is_true, || format!("a row is wrong: {row}"));
            let is_told = MADE.contains(&row["result"].as_str().unwrap_or_default());
            done += usize::from(is_told);
        }
        let is_told = done == 0 || is_complete || [8, 130].contains(&finished.code);
        self.require(is_told, || {
            format!("{done} are done, and it fails as a whole")
        });
    }

    /// The history has each change that was made, and its results are true.
    fn check_history(&mut self) {
        let history = &self.outcome.history;
        let is_more = history.len() > self.command.effects.len().max(1);
        self.require(!is_more, || "the history has more changes".to_owned());
        for entry in history {
            let Some(destination) = end(entry, "destination") else {
                self.require(false, || format!("the history is strange: {entry}"));
                continue;
            };
            let is_made = self.has_made(end(entry, "source"), destination);
            let is_true = match entry["result"].as_str().unwrap_or_default() {
                "done" => is_made || self.is_believable(),
                "failed" | "unchanged" => !is_made,
                // If the live state can be read, it shows what a change did.
                _ => self.case.fault.hides_changes(self.case.extent),
            };
            self.require(is_true, || format!("the history is wrong: {entry}"));
        }
        for (source, destination, types) in effects(&self.outcome.live) {
            let is_it = |entry: &Value| {
                let is_source = end(entry, "source").is_none_or(|end| end == source);
                is_source && end(entry, "destination") == Some(&destination)
            };
            let is_known = history.iter().any(is_it);
            self.require(is_known, || {
                format!("the history lacks {source} to {destination}: {types}")
            });
        }
    }

    /// Another run makes the changes that are left.
    fn check_repetition(&mut self) {
        let Some((finished, live)) = &self.outcome.repeated else {
            return;
        };
        let (code, stderr) = (finished.code, &finished.stderr);
        self.require(code == 0, || {
            format!("the next run ends with {code}: {stderr}")
        });
        let mut wanted = self.command.effects.iter();
        let is_as_wanted = wanted.all(|effect| holds(live, effect));
        self.require(is_as_wanted, || {
            "the next run does not end as wanted".to_owned()
        });
        self.check_effects(live);
    }

    /// Whether this run made a change of the pair.
    fn has_made(&self, source: Option<&str>, destination: &str) -> bool {
        effects(&self.outcome.live)
            .iter()
            .any(|(from, to, _)| to == destination && source.is_none_or(|source| source == from))
    }
}

/// The name of the org at an end of a row.
fn end(row: &Value, end: &str) -> Option<&'static str> {
    row[end]["id"].as_str().and_then(name_of)
}

/// Whether a value shows nothing else than another one, though it may show less. Which profiles see it may differ.
fn agrees(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Null, _) => true,
        (Value::String(text), _) if text == "unknown" => true,
        (Value::Object(fields), _) => fields.iter().all(|(name, field)| {
            let differs = ["profile", "profiles", "site", "current"].contains(&name.as_str());
            differs || agrees(field, &other[name])
        }),
        (Value::Array(items), Value::Array(others)) => items
            .iter()
            .all(|item| others.iter().any(|other| agrees(item, other))),
        _ => value == other,
    }
}
