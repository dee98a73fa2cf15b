use std::collections::HashMap;
use std::ffi::OsStr;
use std::sync::Arc;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, FromArgMatches as _};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::api::SITES;
use crate::app::GlobalFlags;
use crate::commands::help::TOPICS;
use crate::completion::{Cache, CacheOwner};
#[cfg(feature = "sandbox")]
use crate::config::ProfileChoice;
use crate::config::{AccountFlags, ConfigFile, Environment, Settings};
#[cfg(feature = "sandbox")]
use crate::history::SANDBOX_HOST;
use crate::history::{Entry, Journal};
use crate::model::{Connection, ConnectionType, Org};
use crate::output::{
    ConnectionChange, Format, HistoryRow, IdentityRow, OrgRow, ProfileRow, StepRow, column_names,
    escape,
};
#[cfg(feature = "sandbox")]
use crate::sandbox::{self, DEFAULT_PROFILE};

/// The tag of the candidate that stands for "the files there are".
pub(super) const FILES: &str = "files";

/// The line that is being completed, as far as it can be parsed, and the environment.
pub(super) struct LineContext {
    matches: Option<ArgMatches>,
    /// The word at the cursor.
    word: String,
    flags: Option<GlobalFlags>,
    /// The names of the command and its subcommands, such as `["profile", "show"]`.
    command: Vec<String>,
    /// What `help` explains next, behind the words that are given to it.
    help_words: Vec<String>,
    /// Whether `--source` is given to a command that then chooses the profile.
    is_any_profile: bool,
    environment: Environment,
}

impl LineContext {
    /// Parses `words`, of which the last is the one at the cursor. What cannot be parsed is skipped.
    pub(super) fn new(definition: &clap::Command, words: &[String]) -> Self {
        let (word, finished) = words
            .split_last()
            .map_or((String::new(), &[][..]), |(word, finished)| {
                (word.clone(), finished)
            });
        let lenient = definition.clone().ignore_errors(true);
        let matches = lenient.try_get_matches_from(finished).ok();
        let mut context = Self {
            flags: matches
                .as_ref()
                .and_then(|matches| GlobalFlags::from_arg_matches(matches).ok()),
            command: matches.as_ref().map_or_else(Vec::new, command_path),
            help_words: Vec::new(),
            is_any_profile: false,
            environment: Environment::from_process().unwrap_or_default(),
            matches,
            word,
        };
        let chooses_by_source = matches!(
            context.command().as_slice(),
            ["create" | "update" | "delete"]
        );
        context.is_any_profile = chooses_by_source && !context.given_values("source").is_empty();
        context.help_words = help_words(definition, &context.given_values("words"));
        context
    }

    /// The matches of the innermost command.
    fn command_matches(&self) -> Option<&ArgMatches> {
        let mut matches = self.matches.as_ref()?;
        while let Some((_, next)) = matches.subcommand() {
            matches = next;
        }
        Some(matches)
    }

    /// The values that the line gives an argument before the cursor, each part of a comma-separated list on its own.
    fn given_values(&self, id: &str) -> Vec<String> {
        let matches = self.command_matches();
        let raw = matches.and_then(|matches| matches.try_get_raw(id).ok().flatten());
        let is_given = matches.is_some_and(|matches| {
            matches.try_contains_id(id).unwrap_or(false)
                && matches.value_source(id) == Some(ValueSource::CommandLine)
        });
        let values = raw.into_iter().flatten().filter(|_| is_given);
        let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
        let parts = values.iter().flat_map(|value| value.split(','));
        parts.map(str::to_owned).collect()
    }

    /// Whether a flag is given before the cursor that may be given only once.
    pub(super) fn is_used_up(&self, flag: &str, definition: &clap::Command) -> bool {
        let mut command = definition;
        for name in &self.command {
            let Some(subcommand) = command.find_subcommand(name) else {
                return false;
            };
            command = subcommand;
        }
        let has_name = |argument: &&clap::Arg| {
            let names = argument.get_long_and_visible_aliases().unwrap_or_default();
            names
                .iter()
                .any(|name| flag.strip_prefix("--") == Some(name))
        };
        let argument = command.get_arguments().find(has_name);
        argument.is_some_and(|argument| {
            let id = argument.get_id().as_str();
            let is_single = matches!(argument.get_action(), ArgAction::Set | ArgAction::SetTrue);
            let matches = self.command_matches();
            is_single
                && argument.get_value_delimiter().is_none()
                && matches.is_some_and(|matches| {
                    matches.try_contains_id(id).unwrap_or(false)
                        && matches.value_source(id) == Some(ValueSource::CommandLine)
                })
        })
    }

    /// Whether the command takes words, so that flags are not all there is to offer.
    pub(super) fn takes_words(&self, definition: &clap::Command) -> bool {
        let mut command = definition;
        for name in &self.command {
            match command.find_subcommand(name) {
                Some(subcommand) => command = subcommand,
                None => return true,
            }
        }
        command.has_subcommands() || command.get_positionals().next().is_some()
    }

    fn command(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    fn is_sandbox(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.flags.as_ref().is_some_and(|flags| flags.sandbox);
        #[cfg(not(feature = "sandbox"))]
        false
    }

    fn account_flags(&self) -> AccountFlags {
        let flags = self.flags.as_ref().map(|flags| flags.accounts.clone());
        flags.unwrap_or_default()
    }

    /// The cached views that the command would work with; none if a setting is wrong.
    fn owners(&self) -> Vec<CacheOwner> {
        let flags = self.account_flags();
        if self.is_sandbox() {
            return self.sandbox_owners(&flags);
        }
        let file = self.config_file();
        let settings = Settings::new(&flags, &self.environment, &file);
        let accounts = settings.accounts(self.is_any_profile);
        let accounts = accounts.unwrap_or_default().into_iter();
        accounts
            .map(|account| CacheOwner {
                server: account.server.label(),
                profile: account.profile,
            })
            .collect()
    }

    #[cfg(feature = "sandbox")]
    fn sandbox_owners(&self, flags: &AccountFlags) -> Vec<CacheOwner> {
        let names: Vec<String> = match flags.profile_choice(&self.environment) {
            Ok(ProfileChoice::Named(names)) => names,
            Ok(ProfileChoice::None) if !self.is_any_profile => vec![DEFAULT_PROFILE.to_owned()],
            _ => sandbox::profiles()
                .iter()
                .map(|profile| profile.name.to_owned())
                .collect(),
        };
        let owner = |profile| CacheOwner {
            server: SANDBOX_HOST.to_owned(),
            profile: Some(profile),
        };
        names.into_iter().map(owner).collect()
    }

    #[cfg(not(feature = "sandbox"))]
    fn sandbox_owners(&self, _: &AccountFlags) -> Vec<CacheOwner> {
        Vec::new()
    }

    fn config_file(&self) -> ConfigFile {
        let path = self
            .flags
            .as_ref()
            .and_then(|flags| flags.config.as_deref());
        let location = self.environment.config_file(path);
        let file = location.ok().and_then(|at| ConfigFile::load(&at).ok());
        file.unwrap_or_default()
    }

    fn cache(&self) -> Option<Cache> {
        Some(Cache::new(self.environment.cache_directory().ok()?))
    }
}

fn command_path(matches: &ArgMatches) -> Vec<String> {
    let mut path = Vec::new();
    let mut matches = matches;
    while let Some((name, next)) = matches.subcommand() {
        path.push(name.to_owned());
        matches = next;
    }
    path
}

/// The commands below the command that `words` name, and behind no word the topics as well.
fn help_words(definition: &clap::Command, words: &[String]) -> Vec<String> {
    let mut command = Some(definition);
    for word in words {
        command = command.and_then(|command| command.find_subcommand(word));
    }
    let commands = command.into_iter().flat_map(clap::Command::get_subcommands);
    let topics = TOPICS.iter().filter(|_| words.is_empty());
    commands
        .map(clap::Command::get_name)
        .chain(topics.copied())
        .map(str::to_owned)
        .collect()
}

/// Attaches to each argument the completer for its kind of value, which the name of the value tells.
pub(super) fn attach(definition: clap::Command, context: &Arc<LineContext>) -> clap::Command {
    let command = definition.get_name().to_owned();
    definition
        .mut_args(|argument| {
            let names = argument.get_value_names().and_then(|names| names.first());
            let completer = match names.map_or("", |name| name.as_str()) {
                "ORG" | "DESTINATION" => orgs,
                "UUID" => org_ids,
                "CONNECTION" => connections,
                "TYPE" => types,
                "ENTRY" => entries,
                "NAME" if command != "add" || !argument.is_positional() => profiles,
                "SITE" => sites,
                "FORMAT" => formats,
                "NAMES" => columns,
                "COLUMNS" => sort_columns,
                "COMMAND" => help_topics,
                "FILE" | "PATH" => files,
                "WHEN" | "SHELL" => return argument,
                _ => nothing,
            };
            let (context, id) = (context.clone(), argument.get_id().to_string());
            let complete = move |typed: &OsStr| {
                let mut found = completer(&context, &typed.to_string_lossy());
                let mut given = context.given_values(&id);
                let list = context.word.rsplit('=').next().unwrap_or_default();
                given.extend(list.split(',').rev().skip(1).map(str::to_owned));
                found.retain(|candidate| {
                    let value = candidate.get_value().to_string_lossy();
                    let is_same = |other: &String| {
                        other.trim_start_matches('-') == value.trim_start_matches('-')
                    };
                    !given.iter().any(is_same)
                });
                found
            };
            argument.add(ArgValueCompleter::new(complete))
        })
        .mut_subcommands(|subcommand| attach(subcommand, context))
}

type Candidates = Vec<CompletionCandidate>;

fn candidate(value: impl Into<String>, help: impl Into<String>) -> CompletionCandidate {
    let (value, help): (String, String) = (value.into(), help.into());
    let help = escape(&help).into_owned();
    CompletionCandidate::new(value).help((!help.is_empty()).then(|| help.into()))
}

/// The candidates that begin with what is typed; letter case counts only if some begin with exactly that.
fn starting_with<V: AsRef<str>>(
    typed: &str,
    all: impl IntoIterator<Item = (V, String)>,
) -> Candidates {
    let folded = typed.to_lowercase();
    let all = all
        .into_iter()
        .filter(|(value, _)| value.as_ref().to_lowercase().starts_with(&folded));
    let all: Vec<_> = all.collect();
    let is_exact = |(value, _): &&(V, String)| value.as_ref().starts_with(typed);
    let exact: Vec<_> = all.iter().filter(is_exact).collect();
    let found = if exact.is_empty() {
        all.iter().collect()
    } else {
        exact
    };
    let found = found.into_iter();
    found
        .map(|(value, help)| candidate(value.as_ref(), help.as_str()))
        .collect()
}

fn words<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Candidates {
    starting_with(typed, words.into_iter().map(|word| (word, String::new())))
}

fn nothing(_: &LineContext, _: &str) -> Candidates {
    Vec::new()
}

fn files(_: &LineContext, _: &str) -> Candidates {
    vec![CompletionCandidate::new("").tag(Some(FILES.into()))]
}

fn types(_: &LineContext, typed: &str) -> Candidates {
    words(
        typed,
        ConnectionType::KNOWN.iter().map(ConnectionType::as_str),
    )
}

fn sites(_: &LineContext, typed: &str) -> Candidates {
    words(typed, SITES.iter().copied())
}

fn help_topics(context: &LineContext, typed: &str) -> Candidates {
    words(typed, context.help_words.iter().map(String::as_str))
}

fn profiles(context: &LineContext, typed: &str) -> Candidates {
    #[cfg(feature = "sandbox")]
    if context.is_sandbox() {
        let samples = sandbox::profiles().iter();
        return starting_with(
            typed,
            samples.map(|sample| (sample.name, sample.org_name.to_owned())),
        );
    }
    let file = context.config_file();
    let profiles = file.profiles.iter();
    starting_with(
        typed,
        profiles.map(|profile| (&profile.name, profile.server.label())),
    )
}

/// Orgs by name; one whose name is not unique by its UUID. Where no name begins with what is typed, an id may.
fn orgs(context: &LineContext, typed: &str) -> Candidates {
    if let Some(typed) = typed.strip_prefix("profile:") {
        let found = profiles(context, typed).into_iter();
        return found
            .map(|profile| profile.add_prefix("profile:"))
            .collect();
    }
    let orgs = known_orgs(context);
    let by_id = |typed: &str, id: fn(&Org) -> Option<String>| {
        let ids = orgs
            .iter()
            .filter_map(|org| Some((id(org)?, describe(org))));
        starting_with(typed, ids)
    };
    let uuid = |org: &Org| Some(org.id.to_string());
    let public_id = |org: &Org| org.public_id.clone();
    let (prefix, found) = if let Some(typed) = typed.strip_prefix("uuid:") {
        ("uuid:", by_id(typed, uuid))
    } else if let Some(typed) = typed.strip_prefix("public-id:") {
        ("public-id:", by_id(typed, public_id))
    } else if let Some(typed) = typed.strip_prefix("name:") {
        ("name:", by_name(typed, &orgs))
    } else {
        let mut found = by_name(typed, &orgs);
        if found.is_empty() {
            found = by_id(typed, uuid);
        }
        if found.is_empty() {
            found = by_id(typed, public_id);
        }
        ("", found)
    };
    let found = found.into_iter();
    found.map(|org| org.add_prefix(prefix)).collect()
}

fn by_name(typed: &str, orgs: &[Org]) -> Candidates {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for org in orgs {
        *counts.entry(org.label().to_lowercase()).or_default() += 1;
    }
    let folded = typed.to_lowercase();
    let mut named: Vec<&Org> = orgs
        .iter()
        .filter(|org| {
            org.name
                .as_ref()
                .is_some_and(|name| name.to_lowercase().starts_with(&folded))
        })
        .collect();
    // A name with control characters can neither be typed nor put on the line.
    let is_plain = |org: &&Org| escape(&org.label()) == org.label();
    named.retain(|org| typed.is_empty() || is_plain(org));
    named.sort_by_key(|org| (!is_plain(org), org.label().to_lowercase(), org.id));
    let offered = named.into_iter().map(|org| {
        let name = org.label();
        match counts.get(&name.to_lowercase()) {
            Some(1) if is_plain(&org) => candidate(name, ""),
            _ => candidate(org.id.to_string(), describe(org)),
        }
    });
    offered.collect()
}

/// The name, with the public id where it is known.
fn describe(org: &Org) -> String {
    match &org.public_id {
        Some(public_id) => format!("{} ({public_id})", org.label()),
        None => org.label(),
    }
}

fn org_ids(context: &LineContext, typed: &str) -> Candidates {
    let orgs = known_orgs(context);
    starting_with(
        typed,
        orgs.iter().map(|org| (org.id.to_string(), org.label())),
    )
}

/// The cached orgs; in the sandbox its samples, until a command has seen some.
fn known_orgs(context: &LineContext) -> Vec<Org> {
    let cache = context.cache();
    let orgs = cache.map_or_else(Vec::new, |cache| cache.orgs(&context.owners()));
    #[cfg(feature = "sandbox")]
    if orgs.is_empty() && context.is_sandbox() {
        let mut samples: Vec<Org> = Vec::new();
        for profile in sandbox::profiles() {
            if !samples.iter().any(|org| org.id == profile.org_id) {
                samples.push(Org {
                    name: Some(profile.org_name.to_owned()),
                    ..Org::from_id(profile.org_id)
                });
            }
        }
        return samples;
    }
    orgs
}

fn connections(context: &LineContext, typed: &str) -> Candidates {
    let Some(cache) = context.cache() else {
        return Vec::new();
    };
    let mut connections = cache.connections(&context.owners());
    connections.sort_by_key(|connection| connection.id);
    let described = connections.iter().map(|connection| {
        let (source, destination) = (connection.source.label(), connection.destination.label());
        let help = format!("{source} → {destination} ({})", connection.types);
        (connection.id.to_string(), help)
    });
    starting_with(typed, described)
}

/// The changes that can be undone, the newest first.
fn entries(context: &LineContext, typed: &str) -> Candidates {
    let directory = context.environment.state_directory().ok();
    let journal = directory.and_then(|directory| Journal::open(&directory).ok());
    let Some(entries) = journal.and_then(|journal| journal.entries().ok()) else {
        return Vec::new();
    };
    let profiles = context.account_flags().profile;
    let can_be_undone = |entry: &&Entry| {
        entry.origin.matches(context.is_sandbox(), &profiles) && entry.check_undoable().is_ok()
    };
    let described = entries.iter().rev().filter(can_be_undone).map(|entry| {
        let source = entry.source().map(|org| org.label()).unwrap_or_default();
        let destination = entry.destination().label();
        let help = format!("{}: {source} → {destination}", entry.command);
        (entry.id.to_string(), help)
    });
    starting_with(typed, described)
}

/// The formats that the command writes.
fn formats(context: &LineContext, typed: &str) -> Candidates {
    let formats = match context.command().as_slice() {
        ["graph"] => vec![
            Format::Tree,
            Format::Matrix,
            Format::Mermaid,
            Format::Dot,
            Format::Svg,
            Format::Json,
        ],
        ["export"] => vec![Format::Yaml, Format::Terraform],
        ["check"] => [&Format::LISTINGS[..], &[Format::Github]].concat(),
        _ => Format::LISTINGS.to_vec(),
    };
    let formats: Vec<_> = formats.iter().map(ToString::to_string).collect();
    words(typed, formats.iter().map(String::as_str))
}

fn columns(context: &LineContext, typed: &str) -> Candidates {
    let names = match context.command().as_slice() {
        ["list" | "get"] => column_names::<Connection>(),
        ["create" | "update" | "delete" | "undo" | "check"] => column_names::<ConnectionChange>(),
        ["plan" | "apply"] => column_names::<StepRow>(),
        ["history"] => column_names::<HistoryRow>(),
        ["orgs"] => column_names::<OrgRow>(),
        ["auth", "status"] => column_names::<IdentityRow>(),
        ["auth", _] | ["profile", _] => column_names::<ProfileRow>(),
        _ => Vec::new(),
    };
    words(typed, names)
}

/// Columns with `-` in front for the descending order.
fn sort_columns(context: &LineContext, typed: &str) -> Candidates {
    match typed.strip_prefix('-') {
        Some(typed) => {
            let found = columns(context, typed).into_iter();
            found.map(|column| column.add_prefix("-")).collect()
        }
        None => columns(context, typed),
    }
}
