//! The data that a new sandbox begins with, and the profiles that give access to it.

pub(super) mod content;

use std::collections::BTreeMap;

use uuid::{Uuid, uuid};

use super::data::{
    BindingState, ConnectionState, MembersState, OrgGroupState, OrgState, PolicyState, SandboxData,
    UserState, UserStatus,
};

/// The profile of the org that manages the others.
pub(crate) const DEFAULT_PROFILE: &str = "hub";

/// Credentials for one of the sample orgs. They are valid only in the sandbox.
#[derive(Debug)]
pub(crate) struct SampleProfile {
    /// The profile's name.
    pub(crate) name: &'static str,
    /// The org that the keys belong to.
    pub(crate) org_id: Uuid,
    /// The org's name; it may hold anything, control characters included.
    pub(crate) org_name: &'static str,
    /// The user that the keys belong to.
    pub(super) user_id: Uuid,
    /// Whether the keys may do more than list connections.
    pub(super) may_write: bool,
}

impl SampleProfile {
    /// The value of the header `DD-API-KEY`.
    pub(crate) fn api_key(&self) -> String {
        format!("sandbox-api-key-{}", self.name)
    }

    /// The value of the header `DD-APPLICATION-KEY`.
    pub(crate) fn app_key(&self) -> String {
        format!("sandbox-app-key-{}", self.name)
    }

    /// The token for `Authorization: Bearer`, in place of both keys.
    pub(crate) fn token(&self) -> String {
        format!("sandbox-token-{}", self.name)
    }
}

/// The profiles of the sample data, the default one first.
pub(crate) fn profiles() -> &'static [SampleProfile] {
    &PROFILES
}

/// A name with everything that may confuse a terminal: right-to-left text, a composed emoji, a colour sequence and a
/// newline.
const AWKWARD_NAME: &str = "\u{1b}[31mחנות\u{1b}[0m 👩\u{200d}💻\nKöln";

#[rustfmt::skip]
static PROFILES: [SampleProfile; 11] = [
    profile("hub", orgs::HUB, "Observability Hub", users::HUB),
    profile("retail-us", orgs::RETAIL_US, "Retail US", users::RETAIL_US),
    profile("retail-eu", orgs::RETAIL_EU, "Retail EU", users::RETAIL_EU),
    profile("logistics", orgs::LOGISTICS, "Logistics", users::LOGISTICS),
    profile("platform", orgs::PLATFORM, "Platform", users::PLATFORM),
    profile("payments-eu", orgs::PAYMENTS_EU, "Payments", users::PAYMENTS_EU),
    profile("payments-us", orgs::PAYMENTS_US, "Payments", users::PAYMENTS_US),
    profile("legacy-shop", orgs::LEGACY_SHOP, "Legacy Shop", users::LEGACY_SHOP),
    profile("awkward-name", orgs::AWKWARD, AWKWARD_NAME, users::AWKWARD),
    profile("security-archive", orgs::ARCHIVE, "Security Archive", users::ARCHIVE),
    SampleProfile {
        may_write: false, ..profile("auditor", orgs::HUB, "Observability Hub", users::AUDITOR)
    },
];

const fn profile(
    name: &'static str,
    org_id: Uuid,
    org_name: &'static str,
    user_id: Uuid,
) -> SampleProfile {
    SampleProfile {
        name,
        org_id,
        org_name,
        user_id,
        may_write: true,
    }
}

/// The orgs' public ids, in the order of the profiles.
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

/// New sample data. Each profile has a service account, and an org of its own; only `auditor` shares the hub's org, and
/// has the keys of a person.
pub(super) fn sample_data() -> SandboxData {
    let owners = profiles().iter().filter(|profile| profile.may_write);
    let orgs = owners.zip(PUBLIC_IDS).map(|(profile, public_id)| {
        let org = OrgState {
            name: profile.org_name.to_owned(),
            public_id: public_id.to_owned(),
            subdomain: profile.name.to_owned(),
            disabled: profile.org_id == orgs::LEGACY_SHOP,
            parent: (profile.org_id != orgs::HUB).then_some(orgs::HUB),
        };
        (profile.org_id, org)
    });
    let owners = profiles().iter().filter(|profile| profile.may_write);
    let service_accounts = owners.map(|profile| {
        let name = format!("Automation of {}", profile.name);
        let user = UserState {
            name: (profile.user_id != users::AWKWARD).then_some(name),
            email: format!("automation+{}@example.com", profile.name),
            service_account: true,
            status: UserStatus::Active,
            org: profile.org_id,
        };
        (profile.user_id, user)
    });
    SandboxData {
        orgs: orgs.collect(),
        users: service_accounts.chain(people()).collect(),
        connections: connections(),
        roles: roles(),
        teams: teams(),
        policies: policies(),
        org_groups: org_groups(),
    }
}

/// The roles of the hub, and one of Retail EU.
fn roles() -> BTreeMap<Uuid, MembersState> {
    [
        (
            HUB_ADMINS,
            members("Datadog Admin Role", orgs::HUB, &[users::HUB]),
        ),
        (
            HUB_READERS,
            members("Datadog Read Only Role", orgs::HUB, &[users::AUDITOR]),
        ),
        (
            uuid!("3f8a16c4-6e52-4b0d-8f71-c29d05e4a7b3"),
            members("Datadog Admin Role", orgs::RETAIL_EU, &[users::RETAIL_EU]),
        ),
    ]
    .into()
}

/// The one team, which is in the hub.
fn teams() -> BTreeMap<Uuid, MembersState> {
    [(
        RELIABILITY,
        members("Site Reliability", orgs::HUB, &[users::HUB]),
    )]
    .into()
}

fn members(name: &str, org: Uuid, users: &[Uuid]) -> MembersState {
    MembersState {
        name: name.to_owned(),
        org,
        users: users.to_vec(),
    }
}

/// Retail EU and the hub restrict the connection between them. What Payments shares with the hub, nobody may view there.
fn policies() -> Vec<PolicyState> {
    let binding = |relation: &str, principals: &[String]| BindingState {
        relation: relation.to_owned(),
        principals: principals.to_vec(),
    };
    let policy = |connection, org, bindings| PolicyState {
        connection,
        org,
        bindings,
    };
    let (admins, readers) = (format!("role:{HUB_ADMINS}"), format!("role:{HUB_READERS}"));
    let viewers = [readers, format!("team:{RELIABILITY}")];
    let owner = format!("user:{}", users::RETAIL_EU);
    vec![
        policy(
            RETAIL_EU_TO_HUB,
            orgs::RETAIL_EU,
            vec![binding("editor", &[owner])],
        ),
        policy(
            RETAIL_EU_TO_HUB,
            orgs::HUB,
            vec![binding("editor", &[admins]), binding("viewer", &viewers)],
        ),
        policy(PAYMENTS_US_TO_HUB, orgs::HUB, vec![binding("viewer", &[])]),
    ]
}

const RETAIL_EU_TO_HUB: Uuid = uuid!("d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52");
const PAYMENTS_US_TO_HUB: Uuid = uuid!("6e92d03b-c815-4fa7-a6b9-41c7e5308df2");
const HUB_ADMINS: Uuid = uuid!("a2d5c7e1-08f4-4d39-b6a8-5e1c93f07b24");
const HUB_READERS: Uuid = uuid!("5c1b9f60-d3a7-4e82-9047-b8f26d1e5a93");
const RELIABILITY: Uuid = uuid!("e74c02d8-95b1-4f6a-83ce-170da6b4f952");

impl Default for SandboxData {
    fn default() -> Self {
        sample_data()
    }
}

/// The hub is itself in a group, and a disabled org in the other.
fn org_groups() -> BTreeMap<Uuid, OrgGroupState> {
    let group = |id, name: &str, orgs: &[Uuid]| {
        let (name, orgs) = (name.to_owned(), orgs.to_vec());
        (id, OrgGroupState { name, orgs })
    };
    let production = [
        orgs::HUB,
        orgs::RETAIL_US,
        orgs::RETAIL_EU,
        orgs::LOGISTICS,
        orgs::PAYMENTS_EU,
        orgs::PAYMENTS_US,
    ];
    let internal = [orgs::PLATFORM, orgs::ARCHIVE, orgs::LEGACY_SHOP];
    BTreeMap::from([
        group(
            uuid!("5d0c1a7e-4b92-11f0-9e36-82f7c0d41b65"),
            "Production",
            &production,
        ),
        group(
            uuid!("a17e64f8-4b93-11f0-b5d1-0c39ea7208f4"),
            "Internal",
            &internal,
        ),
    ])
}

fn people() -> [(Uuid, UserState); 4] {
    let person = |id, name: &str, status, org| {
        let user = UserState {
            name: Some(format!("{name} Example")),
            email: format!("{}@example.com", name.to_lowercase()),
            service_account: false,
            status,
            org,
        };
        (id, user)
    };
    [
        person(users::DANA, "Dana", UserStatus::Active, orgs::RETAIL_US),
        person(users::NOOR, "Noor", UserStatus::Disabled, orgs::LEGACY_SHOP),
        person(users::ROBIN, "Robin", UserStatus::Pending, orgs::LOGISTICS),
        person(users::AUDITOR, "Kim", UserStatus::Active, orgs::HUB),
    ]
}

#[rustfmt::skip]
fn connections() -> Vec<ConnectionState> {
    vec![
        connection(uuid!("40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d"), orgs::RETAIL_US, orgs::HUB, &["logs"],
            Some("2025-08-26T20:19:36.177236+00:00"), users::DANA),
        connection(RETAIL_EU_TO_HUB, orgs::RETAIL_EU, orgs::HUB, &["logs", "metrics"],
            Some("2025-08-27T07:42:10.503918+00:00"), users::RETAIL_EU),
        connection(uuid!("8f16a2db-5c73-4e09-b4d8-62f0c7a91e35"), orgs::LOGISTICS, orgs::HUB, &["metrics"],
            Some("2025-08-27T08:05:51.920047+00:00"), users::ROBIN),
        connection(uuid!("13c9f87e-a04d-4b62-9e5b-f7d3820c6b1a"), orgs::PLATFORM, orgs::HUB, &["logs", "metrics", "audit"],
            Some("2025-09-02T13:30:00.000412+00:00"), users::PLATFORM),
        connection(uuid!("b5a4e6d1-7f28-4391-8c0e-9d6b25f1a784"), orgs::PAYMENTS_EU, orgs::HUB, &["metrics"],
            None, users::PAYMENTS_EU),
        connection(PAYMENTS_US_TO_HUB, orgs::PAYMENTS_US, orgs::HUB, &["logs", "rum"],
            Some("2025-10-14T16:21:07.688205+00:00"), users::PAYMENTS_US),
        connection(uuid!("2a7b5c98-0e64-4d13-bf72-e58d19c604a6"), orgs::LEGACY_SHOP, orgs::HUB, &["logs"],
            Some("2024-03-11T09:58:44.031577+00:00"), users::NOOR),
        connection(uuid!("f03d8e61-42ab-4579-9d1c-7b60a4e8c2f5"), orgs::AWKWARD, orgs::HUB, &["audit"],
            Some("2025-11-05T22:14:29.745830+00:00"), users::AWKWARD),
        connection(uuid!("95d1b7a0-6f3c-4e82-8b47-c0a9f2e61d38"), orgs::PLATFORM, orgs::LOGISTICS, &["metrics"],
            Some("2025-12-01T10:00:03.250691+00:00"), users::PLATFORM),
        connection(uuid!("a85e31f7-d2c9-4b06-8e74-15f9b3c70d64"), orgs::LOGISTICS, orgs::PLATFORM, &["logs"],
            Some("2025-12-04T15:12:38.661904+00:00"), users::LOGISTICS),
        connection(uuid!("3e0f94c2-75ab-4d18-96f3-a2c85d1b7e09"), orgs::LOGISTICS, orgs::AWKWARD, &["metrics"],
            Some("2025-12-04T15:13:02.118350+00:00"), users::DELETED),
        connection(uuid!("c71d5a86-0b4f-4932-8ac1-e9f607d24b53"), orgs::LOGISTICS, orgs::RETAIL_EU, &["metrics"],
            Some("2025-12-04T15:13:20.474219+00:00"), users::LOGISTICS),
        connection(uuid!("7b928ce0-f6d1-4a75-b30e-48a1c6f5d927"), orgs::LOGISTICS, orgs::PAYMENTS_EU, &["metrics"],
            Some("2025-12-04T15:13:41.902763+00:00"), users::LOGISTICS),
        connection(uuid!("54f6b0d9-83e2-4c17-a9b5-d07e2f618ac3"), orgs::FORMER, orgs::PAYMENTS_US, &["metrics"],
            Some("2023-06-20T11:45:09.337128+00:00"), users::DELETED),
    ]
}

/// How much of an org's data a user may see, and so a connection that they created shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VisibleData {
    All,
    Part,
    Nothing,
}

/// How much of their org's data a user may see.
pub(super) fn visible_data(user: Uuid) -> VisibleData {
    match user {
        users::DANA => VisibleData::Part,
        users::NOOR | users::ROBIN => VisibleData::Nothing,
        _ => VisibleData::All,
    }
}

/// Whether an org has any data.
pub(super) fn has_data(org: Uuid) -> bool {
    org != orgs::PAYMENTS_EU
}

fn connection(
    id: Uuid,
    source: Uuid,
    destination: Uuid,
    types: &[&str],
    created_at: Option<&str>,
    created_by: Uuid,
) -> ConnectionState {
    ConnectionState {
        id,
        source,
        destination,
        types: types.iter().copied().map(str::to_owned).collect(),
        created_at: created_at.map(str::to_owned),
        created_by,
    }
}

/// The UUIDs of the sample orgs. They are fixed, so that examples and scripts may name them.
mod orgs {
    use uuid::{Uuid, uuid};

    pub(super) const HUB: Uuid = uuid!("83999dcd-7f97-11f0-8de1-1ecf66f1aa85");
    pub(super) const RETAIL_US: Uuid = uuid!("4dee724d-00cc-11ea-a77b-570c9d03c6c5");
    pub(super) const RETAIL_EU: Uuid = uuid!("5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4");
    pub(super) const LOGISTICS: Uuid = uuid!("9e1c47d8-61ab-11ec-b0f3-27d95ac8413e");
    pub(super) const PLATFORM: Uuid = uuid!("c2a85f36-8e04-11ec-a6d7-f1409be37c52");
    pub(super) const PAYMENTS_EU: Uuid = uuid!("1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17");
    pub(super) const PAYMENTS_US: Uuid = uuid!("6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a");
    pub(super) const LEGACY_SHOP: Uuid = uuid!("e83b05f9-2c17-11e9-ad64-70c2915fb8d3");
    pub(super) const AWKWARD: Uuid = uuid!("b94e2c70-5f8d-11ee-8a3b-059df4617ce2");
    pub(super) const ARCHIVE: Uuid = uuid!("37c5e8a4-d10b-11ef-b92e-e6481f3a0d75");
    /// An org that is no longer in the account, though a connection still names it.
    pub(super) const FORMER: Uuid = uuid!("0a6d2f8b-1c3e-11e8-9f40-7b5ce1d23a96");
}

/// The UUIDs of the sample users: one service account for each org, and four people.
mod users {
    use uuid::{Uuid, uuid};

    pub(super) const HUB: Uuid = uuid!("d1f4a7c2-8031-11f0-b7c5-3a90e52d64f8");
    pub(super) const RETAIL_US: Uuid = uuid!("2e70b9d5-7ecd-11f0-9f18-b6d14c83a05e");
    pub(super) const RETAIL_EU: Uuid = uuid!("7a95e3c8-7ece-11f0-84d2-0fc67b1e92a3");
    pub(super) const LOGISTICS: Uuid = uuid!("c46d1f80-7ecf-11f0-a3e9-58b7d20f6c41");
    pub(super) const PLATFORM: Uuid = uuid!("0b82c6e7-7ed0-11f0-bd75-e1934fa82d06");
    pub(super) const PAYMENTS_EU: Uuid = uuid!("95f3d07a-7ed1-11f0-8c46-7de0a19b35f2");
    pub(super) const PAYMENTS_US: Uuid = uuid!("e8174ab9-7ed2-11f0-96fb-c25308d7e14d");
    pub(super) const LEGACY_SHOP: Uuid = uuid!("5d29f6c3-7ed3-11f0-a01c-9b4e76f3d850");
    pub(super) const AWKWARD: Uuid = uuid!("b0c48e15-7ed4-11f0-87a9-46f1d35c02be");
    pub(super) const ARCHIVE: Uuid = uuid!("1c6fa3d8-7ed5-11f0-be52-d8079e4b61fa");
    /// A person, whose keys the profile `auditor` has.
    pub(super) const AUDITOR: Uuid = uuid!("f75b20e4-8032-11f0-937d-204ca68ef1b9");
    /// A person, whose account is active.
    pub(super) const DANA: Uuid = uuid!("03e6bc43-7ecc-11f0-b50b-f28f2be41840");
    /// A person whose account is disabled.
    pub(super) const NOOR: Uuid = uuid!("8e41d7b6-5a13-11ed-b8f0-6c29a57e0d34");
    /// A person whose invitation is pending.
    pub(super) const ROBIN: Uuid = uuid!("49da05f2-7f10-11f0-a2d6-13e8cb7f4590");
    /// A user whose account is deleted.
    pub(super) const DELETED: Uuid = uuid!("6c04b9e1-7f11-11f0-95a8-e2170cd3f86b");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_that_is_named_is_there_but_one_org_and_one_user_and_ids_are_distinct() {
        let data = sample_data();
        assert_eq!((data.orgs.len(), data.users.len()), (10, 14));
        for connection in &data.connections {
            let has_source = data.orgs.contains_key(&connection.source);
            assert_eq!(has_source, connection.source != orgs::FORMER);
            assert!(data.orgs.contains_key(&connection.destination));
            match data.users.get(&connection.created_by) {
                Some(creator) => assert_eq!(creator.org, connection.source, "{}", connection.id),
                None => assert_eq!(connection.created_by, users::DELETED),
            }
        }
        let ids: BTreeSet<_> = data.connections.iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), 14);
        let public_ids: BTreeSet<_> = data.orgs.values().map(|org| &org.public_id).collect();
        assert!(public_ids.len() == 10 && public_ids.iter().all(|id| id.len() == 11));
    }

    #[test]
    fn the_archive_is_free_to_be_connected() {
        assert!(
            !sample_data()
                .connections
                .iter()
                .any(|one| one.involves(orgs::ARCHIVE))
        );
    }
}
