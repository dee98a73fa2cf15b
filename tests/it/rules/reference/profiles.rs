//! Which profiles a command may use, and which of them does it.

use super::names::profile_in;
use super::{Chosen, Exits, PERMISSION, Reference, Refused, TEMPORARY, USAGE, refused};
use crate::harness::live::Access;
use crate::rules::case::{Ends, Flag, Which};

impl Reference<'_> {
    /// The flag chooses, else the environment's keys are used alone. Else a command that says what it is about may use
    /// all profiles, and one that says nothing uses the default one.
    pub(super) fn chosen(&self, says_target: bool) -> Refused<Chosen> {
        let all: Vec<_> = (0..self.case.profiles.len()).collect();
        let chosen = |profiles| {
            Ok(Chosen {
                profiles,
                are_candidates: false,
            })
        };
        match (&self.case.flag, self.case.default) {
            (Flag::Profiles(profiles), _) => chosen(profiles.clone()),
            (Flag::All, _) => chosen(all),
            (Flag::None, _) if self.case.has_environment_keys => chosen(vec![all.len()]),
            (Flag::None, _) if says_target => Ok(Chosen {
                profiles: all,
                are_candidates: true,
            }),
            (Flag::None, Some(default)) => chosen(vec![default]),
            (Flag::None, None) => refused(USAGE),
        }
    }

    /// The org that the profile names.
    pub(super) fn pin(&self, by: usize) -> Option<usize> {
        self.case.profiles.get(by).and_then(|profile| profile.pin)
    }

    pub(super) fn own(&self, by: usize) -> usize {
        self.live.keys[by].org
    }

    /// How a command fails that needs this profile.
    pub(super) fn fault(&self, by: usize) -> Option<i32> {
        let is_reachable = self
            .case
            .profiles
            .get(by)
            .is_none_or(|profile| profile.is_reachable);
        match (is_reachable, self.live.keys[by].access, self.pin(by)) {
            (false, _, _) => Some(TEMPORARY),
            (true, Access::None, _) => Some(PERMISSION),
            (true, _, Some(pin)) if pin != self.own(by) => Some(USAGE),
            _ => None,
        }
    }

    /// The profile, unless it has a fault.
    pub(super) fn usable(&self, by: usize) -> Refused<usize> {
        self.fault(by).map_or(Ok(by), refused)
    }

    pub(super) fn faults(&self, chosen: &Chosen) -> Exits {
        chosen
            .profiles
            .iter()
            .filter_map(|by| self.fault(*by))
            .collect()
    }

    pub(super) fn healthy<'a>(&'a self, chosen: &'a Chosen) -> impl Iterator<Item = usize> + 'a {
        chosen
            .profiles
            .iter()
            .copied()
            .filter(|by| self.fault(*by).is_none())
    }

    /// The org that a profile is for: the one that it names, else that of its keys, if these can be asked.
    pub(super) fn org_of(&self, by: usize) -> Option<usize> {
        self.pin(by)
            .or_else(|| self.fault(by).is_none().then(|| self.own(by)))
    }

    /// As [`Reference::profile_for`], which must not have a fault.
    pub(super) fn actor(&self, orgs: &[usize], chosen: &Chosen) -> Refused<usize> {
        self.usable(self.profile_for(orgs, chosen)?)
    }

    /// The profile that acts for the first of these orgs that any profile is for. Of two, the default one.
    fn profile_for(&self, orgs: &[usize], chosen: &Chosen) -> Refused<usize> {
        for org in orgs {
            let is_for = |by: &usize| self.org_of(*by) == Some(*org);
            let profiles: Vec<_> = chosen.profiles.iter().copied().filter(is_for).collect();
            let default = self
                .case
                .default
                .filter(|default| profiles.contains(default));
            let actor = match (profiles.as_slice(), default) {
                ([], _) => continue,
                ([only], _) => *only,
                (_, Some(default)) => default,
                _ => return refused(USAGE),
            };
            return Ok(actor);
        }
        Err(self.lack_of_keys())
    }

    /// How a command fails that has no keys for an org. A profile that cannot say which org it is for may be the one.
    pub(super) fn lack_of_keys(&self) -> Exits {
        let unknown = (0..self.case.profiles.len()).filter(|by| self.org_of(*by).is_none());
        let faults = unknown.filter_map(|by| self.fault(by));
        faults.chain([PERMISSION]).collect()
    }

    /// The profile that changes a connection of these orgs. If there is only one, the service decides.
    pub(super) fn sender(&self, which: &Which, orgs: &[usize], chosen: &Chosen) -> Refused<usize> {
        match (which, chosen.profiles.as_slice()) {
            (_, [only]) => Ok(*only),
            (
                Which::Between(Ends {
                    source: Some(source),
                    ..
                }),
                _,
            ) => self.profile_for_source(source, orgs, chosen),
            _ => self.profile_for(orgs, chosen),
        }
    }

    /// As [`Reference::actor`], but a source that is given by a profile means that profile.
    pub(super) fn actor_for(
        &self,
        source: &str,
        orgs: &[usize],
        chosen: &Chosen,
    ) -> Refused<usize> {
        self.usable(self.profile_for_source(source, orgs, chosen)?)
    }

    fn profile_for_source(&self, source: &str, orgs: &[usize], chosen: &Chosen) -> Refused<usize> {
        match profile_in(source).filter(|by| chosen.profiles.contains(by)) {
            Some(by) => Ok(by),
            None => self.profile_for(orgs, chosen),
        }
    }
}
