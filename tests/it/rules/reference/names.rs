//! Which org a text stands for.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Chosen, Exits, Reference, Refused, UNKNOWN, refused};
use crate::harness::live::Access;
use crate::rules::case::Ends;

impl Reference<'_> {
    /// The orgs that the keys manage. Keys that may only read cannot list them.
    pub(super) fn managed(&self, by: usize) -> BTreeSet<usize> {
        let own = &self.live.orgs[self.own(by)];
        let is_managed = |at: &usize| match own.is_parent {
            true => self.live.orgs[*at].account == own.account,
            false => *at == self.own(by),
        };
        let may_list = self.live.keys[by].access == Access::Write;
        (0..self.live.orgs.len())
            .filter(|at| may_list && is_managed(at))
            .collect()
    }

    /// The orgs whose names the keys show: those that they manage, and the ends of their connections.
    pub(super) fn known(&self, by: usize) -> BTreeSet<usize> {
        let ends = self
            .live
            .visible(by)
            .into_iter()
            .flat_map(|one| [one.source, one.destination]);
        ends.chain(self.managed(by)).collect()
    }

    /// The org that a text stands for, among those that these profiles know. A UUID or a profile takes no lookup.
    pub(super) fn find(&self, text: &str, chosen: &Chosen) -> Refused<usize> {
        if let Ok(id) = text.parse::<Uuid>() {
            return self
                .live
                .orgs
                .iter()
                .position(|org| org.id == id)
                .ok_or(Exits::from([UNKNOWN]));
        }
        if let Some(by) = profile_in(text) {
            return self
                .org_of(by)
                .ok_or_else(|| self.fault(by).into_iter().collect());
        }
        match self.matches(text, chosen).as_slice() {
            [only] => Ok(*only),
            [] if !self.faults(chosen).is_empty() => Err(self.faults(chosen)),
            _ => refused(UNKNOWN),
        }
    }

    /// The orgs with this name or public id, among those that these profiles know.
    pub(super) fn matches(&self, text: &str, chosen: &Chosen) -> Vec<usize> {
        let known: BTreeSet<_> = self.healthy(chosen).flat_map(|by| self.known(by)).collect();
        let managed: BTreeSet<_> = self
            .healthy(chosen)
            .flat_map(|by| self.managed(by))
            .collect();
        let (text, is_name) = match text.strip_prefix("name:") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let matches = |compare: fn(&str) -> String| {
            let is_it = |at: &&usize| {
                let org = &self.live.orgs[**at];
                let has_public_id = !is_name && org.public_id == text && managed.contains(*at);
                has_public_id || compare(&org.name) == compare(text)
            };
            known.iter().filter(is_it).copied().collect::<Vec<_>>()
        };
        match matches(normal) {
            found if found.is_empty() => matches(folded),
            found => found,
        }
    }

    pub(super) fn find_ends(
        &self,
        ends: &Ends,
        chosen: &Chosen,
    ) -> Refused<(Option<usize>, Option<usize>)> {
        let find = |text: &Option<String>| {
            text.as_ref()
                .map(|text| self.find(text, chosen))
                .transpose()
        };
        Ok((find(&ends.source)?, find(&ends.destination)?))
    }
}

/// The profile that a text names, in place of an org.
pub(super) fn profile_in(text: &str) -> Option<usize> {
    text.strip_prefix("profile:p")?.parse().ok()
}

/// Whether the org that a text stands for has to be looked up: it is a name or a public id.
pub(super) fn takes_lookup(text: &str) -> bool {
    text.parse::<Uuid>().is_err() && profile_in(text).is_none()
}

/// A name without what makes no difference: spaces at its ends, and the way in which an accent is written.
pub(super) fn normal(name: &str) -> String {
    name.trim()
        .replace("e\u{301}", "\u{e9}")
        .replace("E\u{301}", "\u{c9}")
}

pub(super) fn folded(name: &str) -> String {
    normal(name).to_lowercase()
}
