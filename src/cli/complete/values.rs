use std::ffi::OsStr;
use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::engine::{CompletionCandidate, ValueCompleter};

use super::candidates::{candidate, matching_prefix};
use super::line::PartialLine;
use super::orgs::org_candidates;
use crate::commands::formats;
use crate::commands::help::{TOPIC_LIST, TOPICS};
use crate::config::SITES;
use crate::history::{Entry, Journal};
use crate::model::{Connection, ConnectionType, Org};
use crate::output::{
    AccessRow, ConnectionResult, HistoryRow, IdentityRow, ImpactRow, OrgGroupRow, OrgRow,
    ProfileRow, StepRow, VerificationRow, column_names,
};
#[cfg(feature = "sandbox")]
use crate::sandbox;

/// The tag of a candidate that stands for all existing files.
pub(super) const FILES: &str = "files";

/// Completes the values of one argument.
pub(super) struct ArgumentCompleter {
    kind: ValueKind,
    argument: Arg,
    /// The names of the command and of its parent commands, without the program's own.
    path: Vec<String>,
    line: Arc<PartialLine>,
}

/// The kind of an argument's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Org,
    OrgId,
    Connection,
    ConnectionOrOrg,
    Type,
    RunOrEntry,
    Profile,
    Site,
    Format,
    Columns,
    /// Columns, with a `-` in front for the other order.
    SortColumns,
    Topic,
    File,
}

impl ValueKind {
    /// Determines the kind by the value name that the help shows, such as `ORG`: arguments of the same kind have the
    /// same one. `None` if the kind is unknown, or if clap knows all values.
    pub(super) fn of(argument: &Arg, path: &[&str]) -> Option<Self> {
        let name = argument.get_value_names()?.first()?;
        Some(match (name.as_str(), path) {
            ("ORG" | "DESTINATION", _) => Self::Org,
            ("UUID", _) => Self::OrgId,
            ("CONNECTION", _) => Self::Connection,
            ("CONNECTION|ORG", _) => Self::ConnectionOrOrg,
            ("TYPE", _) => Self::Type,
            ("RUN|ENTRY", _) => Self::RunOrEntry,
            // A new profile gets a new name, so there is nothing to offer.
            ("NAME", ["profile", "add"]) if argument.is_positional() => return None,
            ("NAME", _) => Self::Profile,
            ("SITE", _) => Self::Site,
            ("FORMAT", _) => Self::Format,
            ("NAMES", _) => Self::Columns,
            ("COLUMNS", _) => Self::SortColumns,
            ("COMMAND", ["help"]) => Self::Topic,
            ("FILE" | "PLAN" | "PATH" | "DIR", _) => Self::File,
            _ => return None,
        })
    }
}

impl ArgumentCompleter {
    /// The completer for the values of this argument of the command at `path`; `None` if there is nothing to offer
    /// besides the values that clap knows.
    pub(super) fn of(argument: &Arg, path: &[&str], line: &Arc<PartialLine>) -> Option<Self> {
        Some(Self {
            kind: ValueKind::of(argument, path)?,
            argument: argument.clone(),
            path: path.iter().map(|&name| name.to_owned()).collect(),
            line: Arc::clone(line),
        })
    }

    fn candidates(&self, typed: &str) -> Vec<CompletionCandidate> {
        let all = match self.kind {
            ValueKind::Org => return self.orgs(typed),
            ValueKind::OrgId => {
                return org_candidates(&self.known_orgs(), &format!("uuid:{typed}"));
            }
            ValueKind::Connection => self.connections(),
            ValueKind::ConnectionOrOrg if typed.is_empty() => return self.orgs(typed),
            ValueKind::ConnectionOrOrg => match self.orgs(typed) {
                orgs if orgs.is_empty() => self.connections(),
                orgs => return orgs,
            },
            ValueKind::Type => plain(ConnectionType::KNOWN.iter().map(ConnectionType::as_str)),
            ValueKind::RunOrEntry => self.runs_and_entries(),
            ValueKind::Profile => self.profiles(),
            ValueKind::Site => plain(SITES.iter().copied()),
            ValueKind::Format => self.formats(),
            ValueKind::Columns | ValueKind::SortColumns => plain(self.columns()),
            ValueKind::Topic => self.topics(),
            ValueKind::File => return vec![CompletionCandidate::new("").tag(Some(FILES.into()))],
        };
        matching_prefix(all.into_iter().map(|it| (value_of(&it), it)), typed)
            .into_iter()
            .map(|(_, candidate)| candidate)
            .collect()
    }

    fn orgs(&self, typed: &str) -> Vec<CompletionCandidate> {
        if let Some(typed) = typed.strip_prefix("profile:") {
            let profiles = self.profiles().into_iter().map(|it| (value_of(&it), it));
            let found = matching_prefix(profiles, typed).into_iter();
            return found.map(|(_, it)| it.add_prefix("profile:")).collect();
        }
        org_candidates(&self.known_orgs(), typed)
    }

    /// The orgs in the cache. If the cache has none, in the sandbox the sample orgs.
    fn known_orgs(&self) -> Vec<Org> {
        let cache = self.line.cache();
        let orgs = cache.map_or_else(Vec::new, |cache| cache.orgs(&self.line.cache_owners()));
        #[cfg(feature = "sandbox")]
        if orgs.is_empty() && self.line.in_sandbox() {
            let samples = sandbox::profiles().iter();
            let mut orgs: Vec<_> = samples
                .map(|sample| Org {
                    name: Some(sample.org_name.to_owned()),
                    ..Org::from_id(sample.org_id)
                })
                .collect();
            // Two profiles may belong to one org.
            orgs.sort_by_key(|org| org.id);
            orgs.dedup();
            return orgs;
        }
        orgs
    }

    fn connections(&self) -> Vec<CompletionCandidate> {
        let Some(cache) = self.line.cache() else {
            return Vec::new();
        };
        let mut connections = cache.connections(&self.line.cache_owners());
        connections.sort_by_key(|connection| connection.id);
        let describe = |it: &Connection| {
            let (source, destination) = (it.source.label(), it.destination.label());
            candidate(
                it.id.to_string(),
                &format!("{source} → {destination} ({})", it.types),
            )
        };
        connections.iter().map(describe).collect()
    }

    /// The runs and the changes that can be undone: the newest run first, before its changes.
    fn runs_and_entries(&self) -> Vec<CompletionCandidate> {
        let directory = self.line.environment.state_directory().ok();
        let journal = directory.and_then(|directory| Journal::open(&directory).ok());
        let Some(entries) = journal.and_then(|journal| journal.entries().ok()) else {
            return Vec::new();
        };
        let profiles = &self.line.flags.profile;
        let mut runs = entries.runs(|entry| {
            entry.origin.matches(self.line.in_sandbox(), profiles) && entry.check_undoable().is_ok()
        });
        runs.reverse();
        let mut candidates = Vec::new();
        for run in &runs {
            let named = run.entries.iter().find(|entry| !entry.is_own_run());
            if let Some(entry) = named {
                let count = run.entries.len();
                let plural = if count == 1 { "" } else { "s" };
                let description = format!("{}: {count} change{plural}", entry.command);
                candidates.push(candidate(run.id.to_string(), &description));
            }
            candidates.extend(run.entries.iter().rev().map(|entry| describe_entry(entry)));
        }
        candidates
    }

    /// All profiles, each with its site and org.
    fn profiles(&self) -> Vec<CompletionCandidate> {
        #[cfg(feature = "sandbox")]
        if self.line.in_sandbox() {
            let samples = sandbox::profiles().iter();
            return samples.map(|it| candidate(it.name, it.org_name)).collect();
        }
        let file = self.line.load_config();
        let profiles = file.profiles.iter();
        profiles
            .map(|it| candidate(&*it.name, &it.server.label()))
            .collect()
    }

    /// The formats that the command writes.
    fn formats(&self) -> Vec<CompletionCandidate> {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        let written = formats(&path);
        let values = written
            .iter()
            .filter_map(clap::ValueEnum::to_possible_value);
        values
            .map(|value| {
                let help = value
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                candidate(value.get_name(), &help)
            })
            .collect()
    }

    /// The columns of the command's rows; none if it does not show rows.
    fn columns(&self) -> Vec<&'static str> {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["list" | "get"] => column_names::<Connection>(),
            ["create" | "update" | "delete" | "undo" | "handover" | "check"] => {
                column_names::<ConnectionResult>()
            }
            ["plan" | "apply"] => column_names::<StepRow>(),
            ["impact"] => column_names::<ImpactRow>(),
            ["verify"] => column_names::<VerificationRow>(),
            ["history"] => column_names::<HistoryRow>(),
            ["access", _] => column_names::<AccessRow>(),
            ["orgs"] if self.line.is_given("groups") => column_names::<OrgGroupRow>(),
            ["orgs"] => column_names::<OrgRow>(),
            ["auth", "login" | "status"] => column_names::<IdentityRow>(),
            ["auth", _] | ["profile", _] => column_names::<ProfileRow>(),
            _ => Vec::new(),
        }
    }

    /// The commands and topics that `help` explains. After a command, these are its subcommands.
    fn topics(&self) -> Vec<CompletionCandidate> {
        let given = self.line.given(&self.argument);
        let command = given
            .iter()
            .try_fold(&self.line.definition, |command, name| {
                command.find_subcommand(name)
            });
        let commands = command.into_iter().flat_map(Command::get_subcommands);
        let mut candidates: Vec<_> = commands
            .filter(|command| !command.is_hide_set())
            .map(|command| {
                let about = command
                    .get_about()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                candidate(command.get_name(), &about)
            })
            .collect();
        if given.is_empty() {
            candidates.extend(plain(TOPICS.into_iter().chain([TOPIC_LIST])));
        }
        candidates
    }

    /// Leaves out the values that the line already has. The words of `help` all stay: each is a subcommand of the word
    /// before it, so a name may occur twice.
    fn without_given(&self, mut candidates: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
        if self.kind == ValueKind::Topic {
            return candidates;
        }
        let sorts = self.kind == ValueKind::SortColumns;
        for given in self.line.given(&self.argument) {
            let given = given.strip_prefix('-').filter(|_| sorts).unwrap_or(&given);
            candidates.retain(|candidate| candidate.get_value() != OsStr::new(given));
        }
        candidates
    }
}

impl ValueCompleter for ArgumentCompleter {
    /// In a comma-separated list, `typed` is only the part after the last comma: the engine splits the list.
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let typed = typed.to_string_lossy();
        let sorts = self.kind == ValueKind::SortColumns;
        match typed.strip_prefix('-').filter(|_| sorts) {
            Some(name) => {
                let columns = self.without_given(self.candidates(name)).into_iter();
                columns.map(|column| column.add_prefix("-")).collect()
            }
            None => self.without_given(self.candidates(&typed)),
        }
    }
}

fn describe_entry(entry: &Entry) -> CompletionCandidate {
    let source = entry.source();
    let source = source.map_or_else(|| "?".to_owned(), |org| org.label());
    let destination = entry.destination().label();
    let description = format!("{}: {source} → {destination}", entry.command);
    candidate(entry.id.to_string(), &description)
}

fn plain<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<CompletionCandidate> {
    values
        .into_iter()
        .map(|value| candidate(value, ""))
        .collect()
}

fn value_of(candidate: &CompletionCandidate) -> String {
    candidate.get_value().to_string_lossy().into_owned()
}
