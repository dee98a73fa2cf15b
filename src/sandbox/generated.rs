//! A large account for measurements.

use uuid::{Builder, Uuid};

use super::account::{Account, Connection, Org};
use super::ids::{orgs, users};
use super::sample;

/// The sample account and `connections` more orgs, each with a connection into the hub.
pub(super) fn account(connections: u32) -> Account {
    let mut account = sample::account();
    for number in 0..connections {
        let (org_id, connection_id) = (id(Kind::Org, number), id(Kind::Connection, number));
        account.orgs.insert(org_id, org(number));
        account.connections.push(Connection {
            id: connection_id,
            source: org_id,
            destination: orgs::HUB,
            types: types(number),
            created_at: Some("2025-08-26T20:19:36.177236+00:00".to_owned()),
            created_by: users::HUB,
        });
    }
    account
}

#[derive(Clone, Copy)]
enum Kind {
    Org = 0,
    Connection = 1,
}

/// A different one for every number, and always the same; its digits differ from the first on, as those of real ones.
fn id(kind: Kind, number: u32) -> Uuid {
    // Multiplying by an odd number, and turning the bits, loses nothing.
    let seed = (u64::from(number) << 1) | kind as u64;
    let spread = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    let bits = (u128::from(spread) << 64) | u128::from(seed);
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

fn org(number: u32) -> Org {
    Org {
        name: format!("Generated {number:06}"),
        public_id: format!("g{number:010}"),
        subdomain: format!("generated-{number:06}"),
        disabled: false,
        parent: Some(orgs::HUB),
    }
}

fn types(number: u32) -> Vec<String> {
    let sets: [&[&str]; 3] = [&["logs"], &["metrics"], &["logs", "metrics"]];
    let set = sets[number as usize % sets.len()];
    set.iter().copied().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_org_and_connection_is_one_of_its_own_and_the_same_again() {
        let (once, again) = (account(2000), account(2000));
        assert_eq!(once, again);
        assert_eq!(once.orgs.len(), 2010);
        let mut ids: Vec<_> = once.connections.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2009);
    }
}
