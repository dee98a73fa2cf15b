//! A large account for measurements.

use uuid::{Builder, Uuid};

use super::account::{Account, Connection, Org, User, UserStatus};
use super::ids::{orgs, users};
use super::sample;

const API_KEY: &str = "sandbox-api-key-";
const APP_KEY: &str = "sandbox-app-key-";

/// One of the orgs of [`Sandbox::generated`](super::Sandbox::generated), and keys that open it there and nowhere else.
/// All of it follows from its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedOrg {
    /// The org's id.
    pub id: Uuid,
    /// The org's name.
    pub name: String,
    /// A name for the profile that holds the keys.
    pub profile: String,
    /// For the header `DD-API-KEY`.
    pub api_key: String,
    /// For the header `DD-APPLICATION-KEY`.
    pub app_key: String,
}

impl GeneratedOrg {
    /// The org number `number`, counted from 0.
    pub fn new(number: u32) -> Self {
        let profile = profile(number);
        Self {
            id: id(Kind::Org, number),
            name: org(number).name,
            api_key: format!("{API_KEY}{profile}"),
            app_key: format!("{APP_KEY}{profile}"),
            profile,
        }
    }

    /// The service account that the keys belong to.
    pub(super) fn user_id(number: u32) -> Uuid {
        id(Kind::User, number)
    }
}

/// The number of the org that an API key opens, if it is one of these.
pub(super) fn number_of_api_key(key: &str) -> Option<u32> {
    number(key.strip_prefix(API_KEY)?)
}

/// The number of the org that an application key opens, if it is one of these.
pub(super) fn number_of_app_key(key: &str) -> Option<u32> {
    number(key.strip_prefix(APP_KEY)?)
}

fn number(profile: &str) -> Option<u32> {
    profile.strip_prefix("generated-")?.parse().ok()
}

fn profile(number: u32) -> String {
    format!("generated-{number:06}")
}

/// The sample account and `connections` more orgs, each with a connection into the hub.
pub(super) fn account(connections: u32) -> Account {
    let mut account = sample::account();
    for number in 0..connections {
        let (org_id, connection_id) = (id(Kind::Org, number), id(Kind::Connection, number));
        account.orgs.insert(org_id, org(number));
        let user_id = GeneratedOrg::user_id(number);
        account.users.insert(user_id, service_account(number));
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
    Org,
    Connection,
    User,
}

/// A different one for every number, and always the same; its digits differ from the first on, as those of real ones.
fn id(kind: Kind, number: u32) -> Uuid {
    // Multiplying by an odd number, and turning the bits, loses nothing.
    let number = u64::from(number);
    let seed = match kind {
        Kind::Org => number << 1,
        Kind::Connection => (number << 1) | 1,
        Kind::User => (1 << 33) | number,
    };
    let spread = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    let bits = (u128::from(spread) << 64) | u128::from(seed);
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

fn org(number: u32) -> Org {
    Org {
        name: format!("Generated {number:06}"),
        public_id: format!("g{number:010}"),
        subdomain: profile(number),
        disabled: false,
        parent: Some(orgs::HUB),
    }
}

fn service_account(number: u32) -> User {
    let profile = profile(number);
    User {
        name: Some(format!("Automation of {profile}")),
        email: format!("automation+{profile}@example.com"),
        service_account: true,
        status: UserStatus::Active,
        org: id(Kind::Org, number),
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
        assert_eq!((once.orgs.len(), once.users.len()), (2010, 2014));
        let mut ids: Vec<_> = once.connections.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2009);
    }

    #[test]
    fn keys_lead_back_to_the_number_that_they_follow_from() {
        let org = GeneratedOrg::new(42);
        assert_eq!(number_of_api_key(&org.api_key), Some(42));
        assert_eq!(number_of_app_key(&org.app_key), Some(42));
        assert_eq!(number_of_app_key(&org.api_key), None);
        assert_eq!(number_of_api_key("sandbox-api-key-hub"), None);
    }
}
