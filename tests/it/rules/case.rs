//! Random accounts, profiles, files and commands.

mod command;
mod random;

use std::fmt;

pub(super) use self::command::{Command, Edit, Ends, Entry, File, Manage, Which};
use crate::harness::live::{Access, Connection, Keys, Live, Org};

/// One command in one world.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) live: Live,
    /// The profiles. The keys of each are at the same place in [`Live::keys`].
    pub(super) profiles: Vec<Profile>,
    pub(super) default: Option<usize>,
    /// Whether the environment has keys, which are then the last ones in [`Live::keys`].
    pub(super) has_environment_keys: bool,
    pub(super) flag: Flag,
    pub(super) command: Command,
    /// Whether `undo` follows.
    pub(super) is_undone: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) pin: Option<usize>,
    pub(super) is_reachable: bool,
}

/// The flag that chooses profiles.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Flag {
    None,
    All,
    Profiles(Vec<usize>),
}

impl Case {
    /// The case of this number, always the same.
    pub(super) fn random(seed: u64) -> Self {
        random::Generator::new(seed).case()
    }

    /// The smaller cases that one step makes of this one.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        let mut add = |change: &dyn Fn(&mut Self)| {
            let mut case = self.clone();
            change(&mut case);
            smaller.push(case);
        };
        for at in 0..self.live.connections.len() {
            add(&|case| drop(case.live.connections.remove(at)));
        }
        for (at, profile) in self.profiles.iter().enumerate() {
            if profile.pin.is_some() {
                add(&|case| case.profiles[at].pin = None);
            }
            if !profile.is_reachable || self.live.keys[at].access != Access::Write {
                add(&|case| {
                    case.profiles[at].is_reachable = true;
                    case.live.keys[at].access = Access::Write;
                });
            }
        }
        let last = self.profiles.len() - 1;
        let is_used = self.default == Some(last)
            || matches!(&self.flag, Flag::Profiles(used) if used.contains(&last));
        let is_named = self.to_string().contains(&format!("profile:p{last}"));
        if last > 0 && !is_used && !is_named && !self.has_environment_keys {
            add(&|case| {
                case.profiles.pop();
                case.live.keys.pop();
            });
        }
        let parts = self.command.clone().parts().map_or(0, |parts| parts.len());
        for at in (0..parts).filter(|_| parts > 1) {
            add(&|case| drop(case.command.parts().map(|parts| parts.remove(at))));
        }
        for at in 0..self.command.file().map_or(0, |file| file.entries.len()) {
            add(&|case| drop(case.command.file_mut().map(|file| file.entries.remove(at))));
        }
        smaller
    }

    /// The arguments of the command.
    pub(super) fn words(&self) -> Vec<String> {
        [self.command.words(), self.flag_words()].concat()
    }

    pub(super) fn flag_words(&self) -> Vec<String> {
        match &self.flag {
            Flag::None => Vec::new(),
            Flag::All => vec!["--all-profiles".to_owned()],
            Flag::Profiles(profiles) => {
                let names: Vec<_> = profiles
                    .iter()
                    .map(|profile| format!("p{profile}"))
                    .collect();
                vec![format!("--profile={}", names.join(","))]
            }
        }
    }
}

/// The whole case, with the command as a command line.
impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orgs = &self.live.orgs;
        for (at, org) in orgs.iter().enumerate() {
            let parent = if org.is_parent {
                ", manages its account"
            } else {
                ""
            };
            let disabled = if org.is_disabled { ", disabled" } else { "" };
            let Org {
                id,
                public_id,
                name,
                account,
                ..
            } = org;
            writeln!(
                formatter,
                "org {at}: `{name}` {id} {public_id}, account {account}{parent}{disabled}"
            )?;
        }
        for Connection {
            id,
            source,
            destination,
            types,
            ..
        } in &self.live.connections
        {
            writeln!(
                formatter,
                "connection {id}: org {source} -> org {destination} {types:?}"
            )?;
        }
        for (at, Keys { org, access }) in self.live.keys.iter().enumerate() {
            let default = if self.default == Some(at) {
                ", default"
            } else {
                ""
            };
            match self.profiles.get(at) {
                Some(Profile { pin, is_reachable }) => {
                    let pin = pin.map_or_else(String::new, |pin| format!(", names org {pin}"));
                    let reachable = if *is_reachable {
                        ""
                    } else {
                        ", server is down"
                    };
                    writeln!(
                        formatter,
                        "profile p{at}: keys of org {org}, access {access:?}{pin}{default}{reachable}"
                    )?;
                }
                None => writeln!(
                    formatter,
                    "environment: keys of org {org}, access {access:?}"
                )?,
            }
        }
        if let Some(file) = self.command.file() {
            writeln!(formatter, "state.yaml: {}", file.text())?;
        }
        let input = self.command.input();
        if !input.is_empty() {
            writeln!(formatter, "standard input: {input:?}")?;
        }
        let words = self.words();
        let quoted = words.iter().map(|word| match word.contains(' ') {
            true => format!("'{word}'"),
            false => word.clone(),
        });
        writeln!(
            formatter,
            "$ orgconn {}",
            quoted.collect::<Vec<_>>().join(" ")
        )
    }
}
