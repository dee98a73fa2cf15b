//! The rules of who may see and change what, in the plainest form: what each command should do. It is written from the
//! contract, and shares nothing with the program.

mod connections;
mod files;
mod names;
mod profiles;

use std::collections::BTreeSet;

use self::names::takes_lookup;
use super::case::{Case, Command, Edit, Ends, Which};
use crate::harness::live::{Change, Connection, Live, Types};

const FAILURE: i32 = 1;
const USAGE: i32 = 2;
const DIFFERENCE: i32 = 3;
const PERMISSION: i32 = 4;
const UNKNOWN: i32 = 5;
const CONFLICT: i32 = 6;
const TEMPORARY: i32 = 7;
const PARTIAL: i32 = 8;

/// Exit codes. Where several things are wrong, either may be reported.
pub(super) type Exits = BTreeSet<i32>;

/// What a command should do.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) exits: Exits,
    /// The rows that it shows, or `None` where they are not compared.
    pub(super) rows: Option<BTreeSet<String>>,
    /// The changes that it makes.
    pub(super) changes: Vec<Change>,
}

/// Why nothing was done.
type Refused<T> = Result<T, Exits>;

fn refused<T>(exit: i32) -> Refused<T> {
    Err(Exits::from([exit]))
}

/// The profiles that a command may use.
#[derive(Clone)]
struct Chosen {
    profiles: Vec<usize>,
    /// Whether nothing chose them, so that the command uses those that it needs and can do without the others.
    are_candidates: bool,
}

/// The reference: a case, and the live state as the command changes it.
pub(super) struct Reference<'c> {
    case: &'c Case,
    live: Live,
    /// The exit code with which the command may as well do nothing.
    may_refuse: Option<i32>,
}

impl<'c> Reference<'c> {
    pub(super) fn new(case: &'c Case, live: &Live) -> Self {
        let live = Live {
            changes: Vec::new(),
            attempts: 0,
            ..live.clone()
        };
        Self {
            case,
            live,
            may_refuse: None,
        }
    }

    /// What the command should do.
    pub(super) fn run(mut self) -> Vec<Expected> {
        let mut rows = None;
        let exits = match &self.case.command {
            Command::List(ends) => self.list(ends, &mut rows),
            Command::Get(which) => self.get(which, &mut rows),
            Command::Create {
                source,
                destinations,
                types,
                if_not_exists,
                dry_run,
            } => self.create(
                source.as_deref(),
                destinations,
                types,
                *if_not_exists,
                *dry_run,
            ),
            Command::Update {
                which, edit, types, ..
            } => self.update(which, *edit, types),
            Command::Delete {
                which,
                ignore_not_found,
                ..
            } => self.delete(which, *ignore_not_found),
            Command::Plan {
                file,
                prune,
                exit_code,
            } => self.plan(file, *prune, *exit_code, &mut rows),
            Command::Apply { file, prune, yes } => self.apply(file, *prune, *yes),
            Command::Check { file, exact } => self.plan(file, *exact, true, &mut rows),
            Command::Export => self.export(&mut rows),
        };
        self.expected(exits, rows)
    }

    /// What `undo` of these changes should do: each goes back with the profile of the org that it takes, in reverse
    /// order. One that cannot be taken back does not stop the others.
    pub(super) fn undo(mut self, changes: &[Change]) -> Vec<Expected> {
        let chosen = self.chosen(true);
        let exits = chosen.map(|chosen| {
            let mut results = Vec::new();
            for change in changes.iter().rev() {
                results.push(self.undo_one(change, &chosen));
            }
            combined(results)
        });
        self.expected(exits, None)
    }

    fn undo_one(&mut self, change: &Change, chosen: &Chosen) -> Result<(), Exits> {
        match (change.before.clone(), change.after.clone()) {
            (None, Some(created)) => {
                let by = self.actor(&[created.source, created.destination], chosen)?;
                status(self.live.delete(by, created.id))
            }
            (Some(before), Some(_)) => {
                let by = self.actor(&[before.source], chosen)?;
                status(self.live.update(by, before.id, before.types).map(drop))
            }
            (Some(deleted), None) => {
                let by = self.actor(&[deleted.source], chosen)?;
                let destination = self.live.orgs[deleted.destination].id;
                status(self.live.create(by, destination, deleted.types).map(drop))
            }
            (None, None) => Ok(()),
        }
    }

    fn expected(self, exits: Refused<Exits>, rows: Option<BTreeSet<String>>) -> Vec<Expected> {
        let is_dry = self.case.command.only_reads();
        let changes = if is_dry {
            Vec::new()
        } else {
            self.live.changes.clone()
        };
        let (Ok(exits) | Err(exits)) = exits.map_err(or_failure);
        let mut expected = vec![Expected {
            exits,
            rows,
            changes,
        }];
        let refusal = |exits| Expected {
            exits,
            rows: None,
            changes: Vec::new(),
        };
        expected.extend(self.may_refuse.map(|exit| refusal(Exits::from([exit]))));
        // Of several chosen profiles, one that cannot be asked may have another org of a name, or another connection.
        if let Ok(Chosen {
            profiles,
            are_candidates: false,
        }) = self.chosen(true)
            && profiles.len() > 1
        {
            let faults: Exits = profiles.iter().filter_map(|by| self.fault(*by)).collect();
            if !faults.is_empty() {
                expected.push(refusal(or_failure(faults)));
            }
        }
        expected
    }

    fn list(&self, ends: &Ends, rows: &mut Option<BTreeSet<String>>) -> Refused<Exits> {
        let chosen = self.chosen(false)?;
        let found = self
            .select(&Which::Between(ends.clone()), &chosen, &chosen)?
            .concat();
        self.shown(found.iter().map(|one| one.id.to_string()), &chosen, rows)
    }

    fn export(&self, rows: &mut Option<BTreeSet<String>>) -> Refused<Exits> {
        let chosen = self.chosen(false)?;
        let found = self.visible(&chosen);
        self.shown(
            found
                .iter()
                .map(|one| self.pair(one.source, one.destination)),
            &chosen,
            rows,
        )
    }

    /// The exit code of a command that shows what several profiles see.
    fn shown(
        &self,
        found: impl Iterator<Item = String>,
        chosen: &Chosen,
        rows: &mut Option<BTreeSet<String>>,
    ) -> Refused<Exits> {
        let faults = self.faults(chosen);
        if self.healthy(chosen).next().is_none() {
            return Err(faults);
        }
        *rows = Some(found.collect());
        Ok(Exits::from([if faults.is_empty() { 0 } else { PARTIAL }]))
    }

    fn get(&self, which: &Which, rows: &mut Option<BTreeSet<String>>) -> Refused<Exits> {
        let chosen = self.chosen(matches!(which, Which::Ids(_)))?;
        let found = self.only(&self.select(which, &chosen, &chosen)?.concat(), &chosen)?;
        *rows = Some(BTreeSet::from([found.id.to_string()]));
        let is_partial = !chosen.are_candidates && !self.faults(&chosen).is_empty();
        Ok(Exits::from([if is_partial { PARTIAL } else { 0 }]))
    }

    fn create(
        &mut self,
        source: Option<&str>,
        destinations: &[String],
        types: &Types,
        if_not_exists: bool,
        dry_run: bool,
    ) -> Refused<Exits> {
        let chosen = self.chosen(source.is_some())?;
        let by = match (source, chosen.profiles.as_slice()) {
            (Some(source), [only]) => {
                let org = self.find(source, &chosen)?;
                let by = self.usable(*only)?;
                if self.own(by) == org {
                    by
                } else {
                    return refused(PERMISSION);
                }
            }
            (Some(source), _) => self.actor_for(source, &[self.find(source, &chosen)?], &chosen)?,
            (None, [only]) => self.usable(*only)?,
            (None, _) => return refused(USAGE),
        };
        // A source that takes no lookup leaves the names to its profile and the default one, if these know them.
        let is_known_source =
            chosen.are_candidates && source.is_some_and(|source| !takes_lookup(source));
        let first = Chosen {
            profiles: self.case.default.into_iter().chain([by]).collect(),
            are_candidates: true,
        };
        let knows =
            |text: &str| !self.matches(text, &first).is_empty() || !self.faults(&first).is_empty();
        let find = |text: &String| match is_known_source && knows(text) {
            true => self.find(text, &first),
            false => self.find(text, &chosen),
        };
        let found: Refused<BTreeSet<_>> = destinations.iter().map(find).collect();
        let found = found?;
        // Without a source, whose keys these are may not be known before the service refuses.
        if found.contains(&self.own(by)) {
            match source {
                Some(_) => return refused(USAGE),
                None => self.may_refuse = Some(USAGE),
            }
        }
        let lists_all = found.is_subset(&self.managed(by));
        let mut results = Vec::new();
        for destination in found {
            let id = self.live.orgs[destination].id;
            let same = |one: &Connection| {
                (one.source, one.destination) == (self.own(by), destination) && one.types == *types
            };
            let exists = if_not_exists && self.live.connections.iter().any(same);
            results.push(match self.live.create(by, id, types.clone()) {
                Err(409) if exists => Ok(()),
                result => status(result.map(drop)),
            });
        }
        let exits = combined(results);
        // Keys that do not list a destination show nothing of its state.
        let promised: &[i32] = if dry_run && !lists_all {
            &[0, PARTIAL]
        } else {
            &[]
        };
        Ok(exits.into_iter().chain(promised.iter().copied()).collect())
    }

    fn update(&mut self, which: &Which, edit: Edit, types: &Types) -> Refused<Exits> {
        let chosen = self.chosen(says_target(which))?;
        let mut results = Vec::new();
        for target in self.targets(which, false, false, &chosen)? {
            let (by, one) = match target {
                Ok(target) => target,
                Err(exits) => {
                    results.push(Err(exits));
                    continue;
                }
            };
            let after: Types = match edit {
                Edit::Set => types.clone(),
                Edit::Add => one.types.union(types).cloned().collect(),
                Edit::Remove => one.types.difference(types).cloned().collect(),
            };
            results.push(match after {
                after if after.is_empty() => refused(USAGE),
                after if after == one.types => Ok(()),
                after => status(self.live.update(by, one.id, after).map(drop)),
            });
        }
        Ok(combined(results))
    }

    fn delete(&mut self, which: &Which, ignore_not_found: bool) -> Refused<Exits> {
        let chosen = self.chosen(says_target(which))?;
        let mut results = Vec::new();
        for target in self.targets(which, true, ignore_not_found, &chosen)? {
            results.push(target.and_then(|(by, one)| status(self.live.delete(by, one.id))));
        }
        Ok(combined(results))
    }
}

/// Whether a change says which source or connection it is about.
fn says_target(which: &Which) -> bool {
    match which {
        Which::Ids(_) => true,
        Which::Between(ends) => ends.source.is_some(),
    }
}

/// The exit code for an answer of the service.
fn status(answer: Result<(), u16>) -> Refused<()> {
    answer.or_else(|status| {
        refused(match status {
            403 => PERMISSION,
            404 => UNKNOWN,
            409 => CONFLICT,
            _ => FAILURE,
        })
    })
}

/// All of several things, or why some of them cannot be.
fn all<T>(items: impl Iterator<Item = Refused<T>>) -> Refused<Vec<T>> {
    let mut exits = Exits::new();
    let items: Vec<_> = items
        .filter_map(|item| item.map_err(|other| exits.extend(other)).ok())
        .collect();
    if exits.is_empty() {
        Ok(items)
    } else {
        Err(exits)
    }
}

/// The exit code of several things.
fn combined(results: Vec<Refused<()>>) -> Exits {
    let is_any_done = results.iter().any(Result::is_ok);
    let failures: Exits = results
        .into_iter()
        .filter_map(Result::err)
        .flatten()
        .collect();
    match (failures.len(), is_any_done) {
        (0, _) => Exits::from([0]),
        (_, true) => Exits::from([PARTIAL]),
        (_, false) => or_failure(failures),
    }
}

/// Several kinds of errors without anything done are a failure. One error may also keep the others from being found.
fn or_failure(mut exits: Exits) -> Exits {
    if exits.len() > 1 {
        exits.insert(FAILURE);
    }
    exits
}
