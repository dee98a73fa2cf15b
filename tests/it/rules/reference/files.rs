//! What a desired-state file is about, and what it wants.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{folded, profile_in, takes_lookup};
use super::{
    Chosen, DIFFERENCE, Exits, PARTIAL, PERMISSION, Reference, Refused, UNKNOWN, USAGE, all,
    combined, refused, status,
};
use crate::harness::live::{Connection, Types};
use crate::rules::case::{Command, Entry, File, Manage};

impl Reference<'_> {
    /// The profiles that a file is about: those for its sources (or where there is none, for its destinations), and
    /// those that know its names, the default one first. With `manage: all` these are all.
    pub(super) fn chosen_for(&mut self, file: &File) -> Refused<Chosen> {
        // Some mistakes show in the texts, before any name is looked up.
        let plain = |text: &str| folded(text.strip_prefix("name:").unwrap_or(text));
        let mut pairs = BTreeSet::new();
        for Entry {
            source,
            destination,
            ..
        } in &file.entries
        {
            let (source, destination) = (plain(source), plain(destination));
            if source == destination || !pairs.insert((source, destination)) {
                self.may_refuse = Some(USAGE);
            }
        }
        if let Manage::Sources(sources) = &file.manage {
            let different: BTreeSet<_> = sources.iter().map(|source| plain(source)).collect();
            if different.len() < sources.len() {
                self.may_refuse = Some(USAGE);
            }
        }
        let mut chosen = self.chosen(true)?;
        if !chosen.are_candidates {
            return Ok(chosen);
        }
        chosen.are_candidates = false;
        let managed = match &file.manage {
            Manage::All => return Ok(chosen),
            Manage::NamedSources if file.entries.is_empty() => return self.chosen(false),
            Manage::NamedSources => [].as_slice(),
            Manage::Sources(sources) => sources,
        };
        let default = Chosen {
            profiles: self.case.default.into_iter().collect(),
            are_candidates: false,
        };
        let (mut used, mut looked_up) = (BTreeSet::new(), Vec::new());
        let mut find = |text: &str| {
            let found = match self.find(text, &default) {
                Ok(org) => Ok((org, &default)),
                // It might know the name.
                Err(exits) if takes_lookup(text) && !self.faults(&default).is_empty() => Err(exits),
                Err(_) => self.find(text, &chosen).map(|org| (org, &chosen)),
            };
            let (org, by) = found?;
            let by: Vec<_> = self.healthy(by).collect();
            looked_up.extend(takes_lookup(text).then(|| (text.to_owned(), org, by)));
            used.extend(profile_in(text).filter(|by| self.pin(*by).is_none()));
            Ok::<_, Exits>(org)
        };
        let mut needed = Vec::new();
        let mut find_all = || {
            for Entry {
                source,
                destination,
                ..
            } in &file.entries
            {
                needed.push(vec![find(source)?, find(destination)?]);
            }
            for source in managed {
                needed.push(vec![find(source)?]);
            }
            Ok::<_, Exits>(())
        };
        // With all profiles, what is wrong with a name is told.
        if find_all().is_err() {
            return Ok(chosen);
        }
        for orgs in needed {
            let is_for = |org: &usize| {
                let profiles = chosen.profiles.iter().copied();
                profiles
                    .filter(|by| self.org_of(*by) == Some(*org))
                    .collect::<Vec<_>>()
            };
            let mut profiles = orgs
                .iter()
                .map(is_for)
                .find(|found| !found.is_empty())
                .unwrap_or_default();
            if let Some(default) = self
                .case
                .default
                .filter(|default| profiles.contains(default))
            {
                profiles = vec![default];
            }
            used.extend(profiles);
        }
        for (text, org, by) in looked_up {
            let only = |by: usize| Chosen {
                profiles: vec![by],
                are_candidates: false,
            };
            let knows = |by: &usize| self.matches(&text, &only(*by)).contains(&org);
            if !used.iter().any(knows) {
                used.extend(by.into_iter().find(knows));
            }
        }
        // Where no profile is for any org, all show what can be known.
        chosen
            .profiles
            .retain(|by| used.is_empty() || used.contains(by));
        Ok(chosen)
    }

    /// The connections that the file wants, each with its types if it is to exist, and the exit codes of what cannot be
    /// known or done.
    pub(super) fn compare(
        &self,
        file: &File,
        prune: bool,
        chosen: &Chosen,
    ) -> Refused<(Vec<Step>, Exits)> {
        let mut problems = self.faults(chosen);
        if self.healthy(chosen).next().is_none() {
            return if problems.is_empty() {
                refused(PERMISSION)
            } else {
                Err(problems)
            };
        }
        let managed = match &file.manage {
            Manage::Sources(sources) => sources.as_slice(),
            Manage::All | Manage::NamedSources => &[],
        };
        let mut mistakes = Exits::new();
        let mut find = |text: &str| {
            // A profile that is not read says which org it is for only if it names one.
            let is_read = profile_in(text)
                .is_none_or(|by| self.pin(by).is_some() || chosen.profiles.contains(&by));
            let found = if is_read {
                self.find(text, chosen)
            } else {
                refused(UNKNOWN)
            };
            found.map_err(|exits| mistakes.extend(exits)).ok()
        };
        let mut wanted = BTreeMap::new();
        let mut scope = BTreeSet::new();
        let mut is_wrong = false;
        for Entry {
            source,
            destination,
            types,
        } in &file.entries
        {
            if let (Some(source), Some(destination)) = (find(source), find(destination)) {
                is_wrong |= source == destination;
                is_wrong |= wanted
                    .insert((source, destination), types.clone())
                    .is_some();
                scope.insert(source);
            }
        }
        let managed: Vec<_> = managed.iter().filter_map(|text| find(text)).collect();
        mistakes.extend(is_wrong.then_some(USAGE));
        if !mistakes.is_empty() {
            mistakes.extend(
                problems
                    .iter()
                    .chain([&UNKNOWN])
                    .filter(|_| !problems.is_empty()),
            );
            return Err(mistakes);
        }
        let served: BTreeSet<_> = self.healthy(chosen).map(|by| self.own(by)).collect();
        match file.manage {
            Manage::NamedSources => {}
            Manage::All => scope = served.clone(),
            Manage::Sources(_) => scope = managed.into_iter().collect(),
        }
        if prune && !scope.is_subset(&served) {
            problems.extend(self.lack_of_keys());
        }
        let live: BTreeMap<_, _> = self
            .visible(chosen)
            .into_iter()
            .map(|one| ((one.source, one.destination), one))
            .collect();
        let mut steps = Vec::new();
        for (pair, types) in &wanted {
            match live.get(pair) {
                _ if !served.contains(&pair.0) && !served.contains(&pair.1) => {
                    problems.extend(self.lack_of_keys());
                }
                Some(one) if one.types == *types => {}
                before => steps.push(Step {
                    pair: *pair,
                    before: before.cloned(),
                    after: Some(types.clone()),
                }),
            }
        }
        if prune {
            let unwanted = live
                .into_iter()
                .filter(|(pair, _)| scope.contains(&pair.0) && !wanted.contains_key(pair));
            steps.extend(unwanted.map(|(pair, one)| Step {
                pair,
                before: Some(one),
                after: None,
            }));
        }
        Ok((steps, problems))
    }

    pub(super) fn plan(
        &mut self,
        file: &File,
        prune: bool,
        exit_code: bool,
        rows: &mut Option<BTreeSet<String>>,
    ) -> Refused<Exits> {
        let chosen = self.chosen_for(file)?;
        let (steps, mut problems) = self.compare(file, prune, &chosen)?;
        if matches!(self.case.command, Command::Plan { .. }) {
            problems.extend(self.actors(&steps, &chosen).err().into_iter().flatten());
        }
        if !problems.is_empty() {
            problems.insert(PARTIAL);
            return Err(problems);
        }
        *rows = Some(
            steps
                .iter()
                .map(|step| self.pair(step.pair.0, step.pair.1))
                .collect(),
        );
        Ok(Exits::from([if exit_code && !steps.is_empty() {
            DIFFERENCE
        } else {
            0
        }]))
    }

    pub(super) fn apply(&mut self, file: &File, prune: bool, yes: bool) -> Refused<Exits> {
        let chosen = self.chosen_for(file)?;
        let (steps, mut problems) = self.compare(file, prune, &chosen)?;
        let actors = self.actors(&steps, &chosen);
        problems.extend(actors.as_ref().err().into_iter().flatten());
        if !problems.is_empty() {
            return Err(problems);
        }
        if !yes && !steps.is_empty() {
            return refused(USAGE);
        }
        let mut results = Vec::new();
        for (step, by) in steps.into_iter().zip(actors?) {
            let destination = self.live.orgs[step.pair.1].id;
            results.push(status(match (step.before, step.after) {
                (None, Some(types)) => self.live.create(by, destination, types).map(drop),
                (Some(before), Some(types)) => self.live.update(by, before.id, types).map(drop),
                (Some(before), None) => self.live.delete(by, before.id),
                (None, None) => Ok(()),
            }));
        }
        Ok(combined(results))
    }

    /// The profile that makes each step.
    pub(super) fn actors(&self, steps: &[Step], chosen: &Chosen) -> Refused<Vec<usize>> {
        all(steps.iter().map(|step| {
            let ends = [step.pair.0, step.pair.1];
            let orgs = if step.after.is_none() {
                &ends[..]
            } else {
                &ends[..1]
            };
            // A profile that cannot be asked is told, and may also be told as missing.
            let actor = self.actor(orgs, chosen);
            actor.map_err(|exits| exits.into_iter().chain([PERMISSION]).collect())
        }))
    }

    pub(super) fn pair(&self, source: usize, destination: usize) -> String {
        format!(
            "{} {}",
            self.live.orgs[source].id, self.live.orgs[destination].id
        )
    }
}

/// A step of a plan.
pub(super) struct Step {
    pub(super) pair: (usize, usize),
    pub(super) before: Option<Connection>,
    pub(super) after: Option<Types>,
}
