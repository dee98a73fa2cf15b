//! Which connections a command is about.

use std::collections::BTreeMap;

use super::{Chosen, PERMISSION, Reference, Refused, UNKNOWN, all, refused};
use crate::harness::live::Connection;
use crate::rules::case::{Ends, Which};

impl Reference<'_> {
    /// What the profiles that can be asked see, each connection once.
    pub(super) fn visible(&self, chosen: &Chosen) -> Vec<Connection> {
        let seen = self.healthy(chosen).flat_map(|by| self.live.visible(by));
        let seen: BTreeMap<_, _> = seen.map(|one| (one.id, one)).collect();
        seen.into_values().collect()
    }

    /// Those that are named, for each id or for the ends, among what `viewers` see.
    pub(super) fn select(
        &self,
        which: &Which,
        chosen: &Chosen,
        viewers: &Chosen,
    ) -> Refused<Vec<Vec<Connection>>> {
        let seen = self.visible(viewers);
        let select = |is_it: &dyn Fn(&Connection) -> bool| {
            seen.iter().filter(|one| is_it(one)).cloned().collect()
        };
        match which {
            Which::Between(ends) => {
                let (source, destination) = self.find_ends(ends, chosen)?;
                Ok(vec![select(&|one| {
                    source.is_none_or(|org| org == one.source)
                        && destination.is_none_or(|org| org == one.destination)
                })])
            }
            Which::Ids(ids) => {
                let begins = |id: &String| select(&|one| one.id.to_string().starts_with(id));
                Ok(ids.iter().map(begins).collect())
            }
        }
    }

    /// The only one of those that are named.
    pub(super) fn only(&self, named: &[Connection], viewers: &Chosen) -> Refused<Connection> {
        match named {
            [only] => Ok(only.clone()),
            // A profile that cannot be asked may see it.
            [] if !self.faults(viewers).is_empty() => Err(self.faults(viewers)),
            _ => refused(UNKNOWN),
        }
    }

    /// The connections to change, each with the profile that does it: the source's, for a delete else the
    /// destination's. A profile that cannot be asked keeps its connections from being changed, and no others.
    pub(super) fn targets(
        &self,
        which: &Which,
        is_delete: bool,
        ignore_missing: bool,
        chosen: &Chosen,
    ) -> Refused<Vec<Refused<(usize, Connection)>>> {
        let mut viewers = chosen.clone();
        if let Which::Between(
            ends @ Ends {
                source: Some(_),
                destination,
            },
        ) = which
        {
            let (source, found) = self.find_ends(ends, chosen)?;
            let orgs: Vec<_> = source
                .into_iter()
                .chain(found.filter(|_| is_delete))
                .collect();
            let sender = self.sender(which, &orgs, chosen);
            match sender.and_then(|by| self.usable(by)) {
                // An org sees all of its connections.
                Ok(by) => viewers.profiles = vec![by],
                // The destination, which is left open, may have a profile.
                Err(exits) if is_delete && destination.is_none() && exits.contains(&PERMISSION) => {
                }
                Err(exits) => return Err(exits),
            }
        }
        let mut selected = self.select(which, chosen, &viewers)?;
        if ignore_missing && self.faults(&viewers).is_empty() {
            selected.retain(|named| !named.is_empty());
        }
        let faults = self.faults(&viewers);
        let (unread, selected): (Vec<_>, Vec<_>) = selected
            .into_iter()
            .partition(|named| named.is_empty() && !faults.is_empty());
        let targets = selected.into_iter().map(|named| {
            let one = self.only(&named, &viewers)?;
            let ends = [one.source, one.destination];
            let orgs = if is_delete { &ends[..] } else { &ends[..1] };
            match self.sender(which, orgs, chosen) {
                Ok(by) => Ok((one.id, self.usable(by).map(|by| (by, one)))),
                // The profile may be for one of them.
                Err(exits) if chosen.profiles.iter().any(|by| self.org_of(*by).is_none()) => {
                    Ok((one.id, Err(exits)))
                }
                Err(exits) => Err(exits),
            }
        });
        let targets: BTreeMap<_, _> = all(targets)?.into_iter().collect();
        let unread = unread.into_iter().map(|_| Err(faults.clone()));
        Ok(targets.into_values().chain(unread).collect())
    }
}
