//! Commands and desired-state files.

use serde_json::{Value, json};

use crate::harness::live::Types;

#[derive(Clone, Debug)]
pub(crate) enum Command {
    List(Ends),
    Get(Which),
    Create {
        source: Option<String>,
        destinations: Vec<String>,
        types: Types,
        if_not_exists: bool,
        dry_run: bool,
    },
    Update {
        which: Which,
        edit: Edit,
        types: Types,
        dry_run: bool,
    },
    Delete {
        which: Which,
        from_stdin: bool,
        ignore_not_found: bool,
        dry_run: bool,
    },
    Plan {
        file: File,
        prune: bool,
        exit_code: bool,
    },
    Apply {
        file: File,
        prune: bool,
        yes: bool,
    },
    Check {
        file: File,
        exact: bool,
    },
    Export,
}

/// The ends of connections, as a user names them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends {
    pub(crate) source: Option<String>,
    pub(crate) destination: Option<String>,
}

/// The connections that a command is about.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    Ids(Vec<String>),
    Between(Ends),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Edit {
    Set,
    Add,
    Remove,
}

/// A desired-state file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) manage: Manage,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(crate) enum Manage {
    NamedSources,
    All,
    Sources(Vec<String>),
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) types: Types,
}

impl Command {
    pub(crate) fn file(&self) -> Option<&File> {
        match self {
            Self::Plan { file, .. } | Self::Apply { file, .. } | Self::Check { file, .. } => {
                Some(file)
            }
            _ => None,
        }
    }

    pub(super) fn file_mut(&mut self) -> Option<&mut File> {
        match self {
            Self::Plan { file, .. } | Self::Apply { file, .. } | Self::Check { file, .. } => {
                Some(file)
            }
            _ => None,
        }
    }

    /// The ids or destinations that it names.
    pub(super) fn parts(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Create { destinations, .. } => Some(destinations),
            Self::Update {
                which: Which::Ids(ids),
                ..
            }
            | Self::Delete {
                which: Which::Ids(ids),
                ..
            } => Some(ids),
            _ => None,
        }
    }

    /// Whether the command must not send a change.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::Create { dry_run, .. }
            | Self::Update { dry_run, .. }
            | Self::Delete { dry_run, .. } => *dry_run,
            Self::Apply { yes, .. } => !yes,
            _ => true,
        }
    }

    /// The text on standard input.
    pub(crate) fn input(&self) -> String {
        match self {
            Self::Delete {
                which: Which::Ids(ids),
                from_stdin: true,
                ..
            } => ids.join("\n"),
            _ => String::new(),
        }
    }

    pub(super) fn words(&self) -> Vec<String> {
        let flag = |is_set: &bool, flag: &str| is_set.then(|| flag.to_owned());
        let with_types = |flag: &str, types: &Types| {
            let types: Vec<_> = types.iter().cloned().collect();
            Some(format!("--{flag}={}", types.join(",")))
        };
        let file = || vec!["-fstate.yaml".to_owned()];
        let (command, named, flags) = match self {
            Self::List(ends) => ("list", ends.words(), vec![flag(&true, "-oid")]),
            Self::Get(which) => ("get", which.words(), vec![flag(&true, "-oid")]),
            Self::Create {
                source,
                destinations,
                types,
                if_not_exists,
                dry_run,
            } => (
                "create",
                destinations.clone(),
                vec![
                    source.as_ref().map(|source| format!("--source={source}")),
                    with_types("type", types),
                    flag(if_not_exists, "--if-not-exists"),
                    flag(dry_run, "--dry-run"),
                ],
            ),
            Self::Update {
                which,
                edit,
                types,
                dry_run,
            } => {
                let edit = match edit {
                    Edit::Set => "type",
                    Edit::Add => "add-type",
                    Edit::Remove => "remove-type",
                };
                (
                    "update",
                    which.words(),
                    vec![with_types(edit, types), flag(dry_run, "--dry-run")],
                )
            }
            Self::Delete {
                which,
                from_stdin,
                ignore_not_found,
                dry_run,
            } => (
                "delete",
                if *from_stdin {
                    vec!["-".to_owned()]
                } else {
                    which.words()
                },
                vec![
                    flag(ignore_not_found, "--ignore-not-found"),
                    flag(dry_run, "--dry-run"),
                    flag(&true, "--yes"),
                ],
            ),
            Self::Plan {
                prune, exit_code, ..
            } => (
                "plan",
                file(),
                vec![
                    flag(prune, "--prune"),
                    flag(exit_code, "--exit-code"),
                    flag(&true, "-ojson"),
                ],
            ),
            Self::Apply { prune, yes, .. } => (
                "apply",
                file(),
                vec![flag(prune, "--prune"), flag(yes, "--yes")],
            ),
            Self::Check { exact, .. } => (
                "check",
                file(),
                vec![flag(exact, "--exact"), flag(&true, "-ojson")],
            ),
            Self::Export => ("export", Vec::new(), vec![flag(&true, "--ids")]),
        };
        let flags = flags.into_iter().flatten();
        [command.to_owned()]
            .into_iter()
            .chain(named)
            .chain(flags)
            .collect()
    }
}

impl Ends {
    fn words(&self) -> Vec<String> {
        let source = self.source.iter().map(|org| format!("--source={org}"));
        let destination = self
            .destination
            .iter()
            .map(|org| format!("--destination={org}"));
        source.chain(destination).collect()
    }
}

impl Which {
    fn words(&self) -> Vec<String> {
        match self {
            Self::Ids(ids) => ids.clone(),
            Self::Between(ends) => ends.words(),
        }
    }
}

impl File {
    /// The text, which is JSON and so YAML.
    pub(crate) fn text(&self) -> String {
        let entry = |entry: &Entry| json!({"source": entry.source, "destination": entry.destination, "types": entry.types});
        let entries: Vec<Value> = self.entries.iter().map(entry).collect();
        let manage = match &self.manage {
            Manage::NamedSources => return json!({ "connections": entries }).to_string(),
            Manage::All => json!("all"),
            Manage::Sources(sources) => json!(sources),
        };
        json!({"manage": manage, "connections": entries}).to_string()
    }
}
