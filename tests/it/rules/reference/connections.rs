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
    /// destination's.
    pub(super) fn targets(
        &self,
        which: &Which,
        is_delete: bool,
        ignore_missing: bool,
        chosen: &Chosen,
    ) -> Refused<Vec<(usize, Connection)>> {
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
            match self.sender(which, &orgs, chosen) {
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
        let targets = selected.into_iter().map(|named| {
            let one = self.only(&named, &viewers)?;
            let ends = [one.source, one.destination];
            let orgs = if is_delete { &ends[..] } else { &ends[..1] };
            Ok((self.sender(which, orgs, chosen)?, one))
        });
        let targets = all(targets)?
            .into_iter()
            .map(|(by, one)| (one.id, (by, one)));
        Ok(targets.collect::<BTreeMap<_, _>>().into_values().collect())
    }
}
