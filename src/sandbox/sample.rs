//! The account that a new sandbox begins with.

use uuid::{Uuid, uuid};

use super::account::{Account, Connection, Org, User, UserStatus};
use super::ids::{orgs, users};
use super::profiles::{SampleProfile, profiles};

/// Eleven-character ids, in the order of the profiles.
const PUBLIC_IDS: [&str; 10] = [
    "hb4k7q2m9xd",
    "ru8c3w6n1ta",
    "re5p9j4v2ks",
    "lg7x1b8m3qz",
    "pf2n6d9h4cw",
    "pe9t3k7r1vb",
    "pu4m8s2x6jd",
    "ls6h1q5w9nc",
    "aw3v7z2p8tk",
    "sa1d5r9g4mx",
];

/// A fresh copy of the sample account.
pub(super) fn account() -> Account {
    let owners = profiles().iter().filter(|profile| profile.may_write);
    Account {
        orgs: owners
            .zip(PUBLIC_IDS)
            .map(|(profile, public_id)| (profile.org_id, org(profile, public_id)))
            .collect(),
        users: profiles()
            .iter()
            .map(|profile| (profile.user_id, service_account(profile)))
            .chain(people())
            .collect(),
        connections: connections(),
    }
}

fn org(profile: &SampleProfile, public_id: &str) -> Org {
    Org {
        name: profile.org_name.to_owned(),
        public_id: public_id.to_owned(),
        subdomain: profile.name.to_owned(),
        disabled: profile.org_id == orgs::LEGACY_SHOP,
        parent: (profile.org_id != orgs::HUB).then_some(orgs::HUB),
    }
}

fn service_account(profile: &SampleProfile) -> User {
    User {
        name: (profile.user_id != users::AWKWARD)
            .then(|| format!("Automation of {}", profile.name)),
        email: format!("automation+{}@example.com", profile.name),
        service_account: true,
        status: UserStatus::Active,
        org: profile.org_id,
    }
}

fn people() -> [(Uuid, User); 3] {
    let person = |name: &str, email: &str, status, org| User {
        name: Some(name.to_owned()),
        email: email.to_owned(),
        service_account: false,
        status,
        org,
    };
    let dana = person(
        "Dana Example",
        "dana@example.com",
        UserStatus::Active,
        orgs::RETAIL_US,
    );
    let noor = person(
        "Noor Example",
        "noor@example.com",
        UserStatus::Disabled,
        orgs::LEGACY_SHOP,
    );
    let robin = person(
        "Robin Example",
        "robin@example.com",
        UserStatus::Pending,
        orgs::LOGISTICS,
    );
    [
        (users::DANA, dana),
        (users::NOOR, noor),
        (users::ROBIN, robin),
    ]
}

/// Id, source, destination, types, when and by whom.
type SampleConnection = (
    Uuid,
    Uuid,
    Uuid,
    &'static [&'static str],
    Option<&'static str>,
    Uuid,
);

#[rustfmt::skip]
const CONNECTIONS: [SampleConnection; 9] = [
    (uuid!("40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d"), orgs::RETAIL_US, orgs::HUB, &["logs"],
        Some("2025-08-26T20:19:36.177236+00:00"), users::DANA),
    (uuid!("d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52"), orgs::RETAIL_EU, orgs::HUB, &["logs", "metrics"],
        Some("2025-08-27T07:42:10.503918+00:00"), users::RETAIL_EU),
    (uuid!("8f16a2db-5c73-4e09-b4d8-62f0c7a91e35"), orgs::LOGISTICS, orgs::HUB, &["metrics"],
        Some("2025-08-27T08:05:51.920047+00:00"), users::ROBIN),
    (uuid!("13c9f87e-a04d-4b62-9e5b-f7d3820c6b1a"), orgs::PLATFORM, orgs::HUB, &["logs", "metrics", "audit"],
        Some("2025-09-02T13:30:00.000412+00:00"), users::PLATFORM),
    (uuid!("b5a4e6d1-7f28-4391-8c0e-9d6b25f1a784"), orgs::PAYMENTS_EU, orgs::HUB, &["metrics"],
        None, users::PAYMENTS_EU),
    (uuid!("6e92d03b-c815-4fa7-a6b9-41c7e5308df2"), orgs::PAYMENTS_US, orgs::HUB, &["logs", "rum"],
        Some("2025-10-14T16:21:07.688205+00:00"), users::PAYMENTS_US),
    (uuid!("2a7b5c98-0e64-4d13-bf72-e58d19c604a6"), orgs::LEGACY_SHOP, orgs::HUB, &["logs"],
        Some("2024-03-11T09:58:44.031577+00:00"), users::NOOR),
    (uuid!("f03d8e61-42ab-4579-9d1c-7b60a4e8c2f5"), orgs::AWKWARD, orgs::HUB, &["audit"],
        Some("2025-11-05T22:14:29.745830+00:00"), users::AWKWARD),
    (uuid!("95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38"), orgs::PLATFORM, orgs::LOGISTICS, &["metrics"],
        Some("2025-12-01T10:00:03.250691+00:00"), users::PLATFORM),
];

fn connections() -> Vec<Connection> {
    CONNECTIONS.into_iter().map(connection).collect()
}

fn connection(sample: SampleConnection) -> Connection {
    let (id, source, destination, types, created_at, created_by) = sample;
    Connection {
        id,
        source,
        destination,
        types: types.iter().copied().map(str::to_owned).collect(),
        created_at: created_at.map(str::to_owned),
        created_by,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_that_is_named_is_there_and_ids_are_distinct() {
        let account = account();
        assert_eq!((account.orgs.len(), account.users.len()), (10, 14));
        for connection in &account.connections {
            assert!(account.orgs.contains_key(&connection.source));
            assert!(account.orgs.contains_key(&connection.destination));
            let creator = &account.users[&connection.created_by];
            assert_eq!(creator.org, connection.source, "{}", connection.id);
        }
        let ids: BTreeSet<_> = account.connections.iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), 9);
        let public_ids: BTreeSet<_> = account.orgs.values().map(|org| &org.public_id).collect();
        assert!(public_ids.len() == 10 && public_ids.iter().all(|id| id.len() == 11));
    }

    #[test]
    fn the_archive_is_free_to_be_connected() {
        assert!(
            !account()
                .connections
                .iter()
                .any(|one| one.joins(orgs::ARCHIVE))
        );
    }
}
