//! The generator of cases.

use std::collections::BTreeMap;

use fastrand::Rng;
use uuid::Uuid;

use super::{Case, Command, Edit, Ends, Entry, File, Flag, Manage, Profile, Which};
use crate::harness::live::{Access, Connection, Keys, Live, Org, Types};

/// Names of orgs. Some are equal but for letter case, or but for the way in which an accent is written.
const NAMES: [&str; 10] = [
    "Hub",
    "Retail",
    "retail",
    "Caf\u{e9}",
    "CAFE\u{301}",
    "Payments",
    "Platform",
    "Logistics",
    "Archive",
    "Legacy Shop",
];
const TYPES: [&str; 3] = ["logs", "metrics", "audit"];

/// Draws the parts of one case.
pub(super) struct Generator {
    rng: Rng,
    /// Whether profiles may be without permissions, out of reach, or for another org than they name.
    has_faults: bool,
    live: Live,
    profiles: Vec<Profile>,
    default: Option<usize>,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            has_faults: false,
            live: Live::default(),
            profiles: Vec::new(),
            default: None,
        }
    }

    pub(super) fn case(&mut self) -> Case {
        self.has_faults = self.rng.bool();
        for account in 0..2 {
            for number in 0..self.rng.usize(3..=9) / 3 {
                let org = Org {
                    id: Uuid::from_u128(self.rng.u128(..)),
                    public_id: format!("org{account}{number}{:06}", self.rng.u32(..1_000_000)),
                    name: (*self.one_of(&NAMES)).to_owned(),
                    account,
                    is_parent: number == 0,
                    is_disabled: self.chance(8),
                };
                self.live.orgs.push(org);
            }
        }
        let mut ids = 0;
        for source in 0..self.live.orgs.len() {
            for destination in 0..self.live.orgs.len() {
                let is_pair = source != destination
                    && self.live.orgs[source].account == self.live.orgs[destination].account;
                if is_pair && self.chance(45) {
                    ids += 1;
                    // Some begin with the same four digits.
                    let beginning = if self.chance(30) {
                        0xabcd_0000 | ids
                    } else {
                        self.rng.u32(..)
                    };
                    let id =
                        Uuid::from_u128(u128::from(beginning) << 96 | u128::from(self.rng.u64(..)));
                    let types = self.types();
                    self.live.connections.push(Connection {
                        policies: BTreeMap::new(),
                        id,
                        source,
                        destination,
                        types,
                    });
                }
            }
        }
        self.profiles = (0..self.rng.usize(1..=5)).map(|_| self.profile()).collect();
        let profiles = self.profiles.len();
        let has_environment_keys = self.chance(8);
        if has_environment_keys {
            self.profile();
        }
        let some_profile = self.rng.usize(..profiles);
        let flag = match self.rng.u8(..20) {
            0..10 => Flag::None,
            10..15 => Flag::All,
            15..18 => Flag::Profiles(vec![some_profile]),
            _ => {
                let mut chosen: Vec<_> = (0..profiles).collect();
                self.rng.shuffle(&mut chosen);
                chosen.truncate(2);
                Flag::Profiles(chosen)
            }
        };
        self.default = self.chance(85).then(|| self.rng.usize(..profiles));
        let command = self.command();
        Case {
            live: std::mem::take(&mut self.live),
            profiles: std::mem::take(&mut self.profiles),
            default: self.default,
            has_environment_keys,
            flag,
            is_undone: !command.only_reads() && self.chance(50),
            command,
        }
    }

    /// A profile, whose keys are added to the live state.
    fn profile(&mut self) -> Profile {
        // Most profiles are for orgs of their own, and many for one that manages its account.
        let is_free = |org: &usize| self.live.keys.iter().all(|keys| keys.org != *org);
        let free: Vec<_> = (0..self.live.orgs.len()).filter(is_free).collect();
        let parent = free
            .iter()
            .copied()
            .find(|org| self.live.orgs[*org].is_parent);
        let org = match (parent, self.rng.choice(free)) {
            (Some(parent), _) if self.chance(40) => parent,
            (_, Some(free)) if self.chance(85) => free,
            _ => self.rng.usize(..self.live.orgs.len()),
        };
        let access = match self.rng.u8(..20) {
            0 | 1 if self.has_faults => Access::None,
            2..5 if self.has_faults => Access::Read,
            _ => Access::Write,
        };
        self.live.keys.push(Keys { org, access });
        let pin = match self.rng.u8(..10) {
            0 if self.has_faults => Some(self.rng.usize(..self.live.orgs.len())),
            0..6 => Some(org),
            _ => None,
        };
        Profile {
            pin,
            is_reachable: !(self.has_faults && self.chance(10)),
        }
    }

    fn command(&mut self) -> Command {
        match self.rng.u8(..20) {
            0 | 1 => Command::List(self.ends(40)),
            2 => Command::Get(self.which(1)),
            3..7 => self.create(),
            7..10 => Command::Update {
                which: self.which(2),
                edit: *self.one_of(&[Edit::Set, Edit::Add, Edit::Remove]),
                types: self.types(),
                dry_run: self.chance(30),
            },
            10..13 => {
                let which = self.which(3);
                Command::Delete {
                    from_stdin: matches!(which, Which::Ids(_)) && self.chance(40),
                    which,
                    ignore_not_found: self.chance(30),
                    dry_run: self.chance(30),
                }
            }
            13 | 14 => Command::Plan {
                file: self.file(),
                prune: self.rng.bool(),
                exit_code: self.rng.bool(),
            },
            15..18 => Command::Apply {
                file: self.file(),
                prune: self.rng.bool(),
                yes: self.chance(85),
            },
            18 => Command::Check {
                file: self.file(),
                exact: self.rng.bool(),
            },
            _ => Command::Export,
        }
    }

    fn create(&mut self) -> Command {
        let has_source = self.chance(70);
        let default = self.default.map(|default| self.live.keys[default].org);
        let source = match default {
            Some(default) if !has_source => default,
            _ => self.source(),
        };
        Command::Create {
            source: has_source.then(|| self.text_or_any(Some(source))),
            destinations: (0..self.rng.usize(1..=2))
                .map(|_| {
                    let destination = self.neighbour(source);
                    self.text_or_any(destination)
                })
                .collect(),
            types: self.types(),
            if_not_exists: self.chance(30),
            dry_run: self.chance(30),
        }
    }

    fn which(&mut self, most: usize) -> Which {
        if self.chance(40) {
            let mut ends = self.ends(80);
            if ends.source.is_none() && ends.destination.is_none() {
                ends.destination = Some(self.org());
            }
            return Which::Between(ends);
        }
        let ids = (0..self.rng.usize(1..=most)).map(|_| {
            let unknown = Uuid::from_u128(0xffff_ffff << 96);
            let known = self.connection().filter(|_| self.chance(94));
            let id = known.map_or(unknown, |one| one.id).to_string();
            match self.rng.u8(..6) {
                0 => id[..4].to_owned(),
                1 => id[..8].to_owned(),
                _ => id,
            }
        });
        Which::Ids(ids.collect())
    }

    /// The ends of some connection, if there is one, each given with a chance.
    fn ends(&mut self, chance: u8) -> Ends {
        let one = self.connection();
        let mut end = |org: Option<usize>| self.chance(chance).then(|| self.text_or_any(org));
        Ends {
            source: end(one.as_ref().map(|one| one.source)),
            destination: end(one.as_ref().map(|one| one.destination)),
        }
    }

    /// Some connection, often one whose source has a profile.
    fn connection(&mut self) -> Option<Connection> {
        let source = self.source();
        let connections = &self.live.connections;
        let of_source = connections.iter().filter(|one| one.source == source);
        let of_source: Vec<_> = of_source.collect();
        let found = self.rng.choice(of_source);
        found.or_else(|| self.rng.choice(connections)).cloned()
    }

    fn file(&mut self) -> File {
        let (mut entries, mut pairs) = (Vec::new(), Vec::new());
        for _ in 0..self.rng.usize(..=3) {
            let source = self.source();
            let destination = self.neighbour(source);
            // A pair that is named twice is a mistake, which few files have.
            if (destination.is_none() || pairs.contains(&(source, destination))) && self.chance(90)
            {
                continue;
            }
            pairs.push((source, destination));
            let destination = self.text_or_any(destination);
            let is_live = |one: &&Connection| one.source == source;
            let live = self
                .live
                .connections
                .iter()
                .find(is_live)
                .map(|one| one.types.clone());
            let types = live
                .filter(|_| self.chance(50))
                .unwrap_or_else(|| self.types());
            let source = self.text_or_any(Some(source));
            entries.push(Entry {
                source,
                destination,
                types,
            });
        }
        let manage = match self.rng.u8(..3) {
            0 => Manage::NamedSources,
            1 => Manage::All,
            _ => Manage::Sources((0..self.rng.usize(1..=2)).map(|_| self.org()).collect()),
        };
        File { manage, entries }
    }

    /// An org that has a profile, or sometimes any org.
    fn source(&mut self) -> usize {
        match self.rng.choice(&self.live.keys).map(|keys| keys.org) {
            Some(org) if self.chance(85) => org,
            _ => self.rng.usize(..self.live.orgs.len()),
        }
    }

    /// Another org of the same account.
    fn neighbour(&mut self, org: usize) -> Option<usize> {
        let orgs = &self.live.orgs;
        let fits = |at: &usize| *at != org && orgs[*at].account == orgs[org].account;
        self.rng
            .choice((0..orgs.len()).filter(fits).collect::<Vec<_>>())
    }

    /// The org, or sometimes any other, as a user might name it.
    fn text_or_any(&mut self, org: Option<usize>) -> String {
        match org {
            Some(org) if self.chance(90) => self.text(org),
            _ => self.org(),
        }
    }

    /// An org, as a user might name it.
    fn org(&mut self) -> String {
        match self.rng.u8(..10) {
            0 => format!("profile:p{}", self.rng.usize(..self.profiles.len())),
            1 => (*self.one_of(&NAMES)).to_owned(),
            _ => {
                let org = self.rng.usize(..self.live.orgs.len());
                self.text(org)
            }
        }
    }

    /// One of the texts for an org.
    fn text(&mut self, org: usize) -> String {
        let Org {
            id,
            public_id,
            name,
            ..
        } = &self.live.orgs[org];
        match self.rng.u8(..10) {
            0..5 => id.to_string(),
            5 => public_id.clone(),
            6 => name.to_uppercase(),
            7 => format!("name: {name} "),
            _ => name.clone(),
        }
    }

    fn types(&mut self) -> Types {
        let mut types: Types = TYPES
            .iter()
            .filter(|_| self.rng.bool())
            .map(|name| (*name).to_owned())
            .collect();
        if types.is_empty() {
            types.insert((*self.one_of(&TYPES)).to_owned());
        }
        types
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.rng.usize(..items.len())]
    }

    fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }
}
