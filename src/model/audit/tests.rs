use super::*;
use crate::model::{Org, UserRef};

/// The users of the tests by their numbers.
const SERVICE: u128 = 100;
const PERSON: u128 = 101;
const PENDING: u128 = 102;
const DISABLED: u128 = 103;
const DELETED: u128 = 104;
const FORBIDDEN: u128 = 105;
const FAILED: u128 = 106;
const UNASKED: u128 = 107;
const UNNAMED: u128 = 108;
const UNDESCRIBED: u128 = 109;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn org(number: u128) -> OrgRef {
    let name = Some(format!("Org {number}"));
    OrgRef {
        id: id(number),
        name,
    }
}

/// The connection from org `source` to org `destination`. It has the number `10 * source + destination`.
fn connection(source: u128, destination: u128, types: &str, creator: u128) -> Connection {
    let created_by = UserRef {
        id: Some(id(creator)),
        name: None,
    };
    Connection {
        id: id(10 * source + destination),
        source: org(source),
        destination: org(destination),
        types: types.split(',').map(Into::into).collect(),
        created_by,
        profiles: vec!["hub".to_owned(), format!("org-{source}")],
        ..Connection::default()
    }
}

fn user(number: u128) -> User {
    let name = |name: &str| Some(name.to_owned());
    let service = User {
        id: Some(id(number)),
        name: name("Automation"),
        service_account: Some(true),
        ..User::default()
    };
    match number {
        PERSON => User {
            name: name("Dana"),
            service_account: Some(false),
            ..service
        },
        PENDING => User {
            status: name("Pending"),
            service_account: Some(false),
            ..service
        },
        DISABLED => User {
            status: name("Disabled"),
            service_account: Some(false),
            ..service
        },
        UNNAMED => User {
            name: name(" "),
            ..service
        },
        UNDESCRIBED => User {
            service_account: None,
            ..service
        },
        _ => service,
    }
}

fn users() -> HashMap<Uuid, Lookup<User>> {
    let users = (SERVICE..=UNDESCRIBED).filter(|number| *number != UNASKED);
    let users = users.map(|number| {
        let lookup = match number {
            DELETED => Lookup::NotFound,
            FORBIDDEN => Lookup::Forbidden,
            FAILED => Lookup::Failed,
            _ => Lookup::Found(user(number)),
        };
        (id(number), lookup)
    });
    users.collect()
}

/// Orgs 1 to 9, of which org 1 is current and org 9 is disabled.
fn orgs() -> OrgDirectory {
    let orgs = (1..=9).map(|number| Org {
        name: org(number).name,
        disabled: Some(number == 9),
        ..Org::from_id(id(number))
    });
    OrgDirectory {
        current: Some(id(1)),
        orgs: orgs.collect(),
        unreadable: Vec::new(),
    }
}

/// The findings about the connections, seen by the profiles `hub` of org 1 and `org-2` of org 2, as `CODE ID COMMAND`.
fn findings(connections: &[Connection], change: impl FnOnce(&mut AuditFacts<'_>)) -> Vec<String> {
    let (orgs, service) = (orgs(), user(SERVICE));
    let account = |profile, number, managed| AuditedAccount {
        profile: Some(profile),
        org: id(number),
        user: Some(&service),
        managed,
    };
    let policies = connections.iter().map(|one| (one.id, Lookup::NotFound));
    let mut facts = AuditFacts {
        audited: connections.iter().collect(),
        connections,
        orgs: &orgs,
        accounts: vec![account("hub", 1, Some(&orgs)), account("org-2", 2, None)],
        leaves_out_profiles: false,
        users: users(),
        policies: policies.collect(),
    };
    change(&mut facts);
    let lines = audit(&facts).into_iter().map(|finding| {
        let number = finding
            .connection
            .map_or("-".to_owned(), |id| id.as_u128().to_string());
        let words = finding
            .command
            .iter()
            .skip(1)
            .map(|word| match word.parse::<Uuid>() {
                Ok(id) => id.as_u128().to_string(),
                Err(_) => word.clone(),
            });
        let command = words.collect::<Vec<_>>().join(" ");
        format!("{} {number}: {command}", finding.code.as_str())
    });
    lines.collect()
}

#[test]
fn a_connection_has_the_findings_of_its_creator_its_orgs_its_types_and_its_names() {
    let unnamed_source = Connection {
        source: OrgRef::from(id(2)),
        ..connection(2, 1, "logs", SERVICE)
    };
    let without_creator = Connection {
        created_by: UserRef::default(),
        ..connection(2, 1, "logs", SERVICE)
    };
    for (connection, expected) in [
        (connection(2, 1, "logs,metrics", SERVICE), &[][..]),
        (
            connection(2, 1, "logs", DISABLED),
            &["creator_disabled 21: handover 21 --profile org-2"],
        ),
        (
            connection(2, 1, "logs", PERSON),
            &["creator_person 21: handover 21 --profile org-2"],
        ),
        (
            connection(2, 1, "logs", PENDING),
            &["creator_pending 21: handover 21 --profile org-2"],
        ),
        (
            connection(2, 1, "logs", DELETED),
            &["creator_not_found 21: handover 21 --profile org-2"],
        ),
        // No profile has the keys of org 3.
        (
            connection(3, 1, "logs", PERSON),
            &["creator_person 31: handover 31 --profile SERVICE"],
        ),
        // A handover would create a connection that the service refuses.
        (
            connection(9, 1, "logs", PERSON),
            &["org_disabled 91: delete 91", "creator_person 91: delete 91"],
        ),
        (
            connection(2, 9, "logs", SERVICE),
            &["org_disabled 29: delete 29"],
        ),
        (connection(2, 1, "logs", UNNAMED), &["no_name 21: "]),
        (unnamed_source, &["no_name 21: "]),
        (
            connection(2, 1, "logs,rum", SERVICE),
            &["unknown_type 21: update 21 --remove-type rum --allow-unknown-type"],
        ),
        (connection(2, 1, "rum", SERVICE), &["unknown_type 21: "]),
        (
            connection(2, 1, "logs", UNDESCRIBED),
            &["creator_unread 21: "],
        ),
        (without_creator, &["creator_unread 21: "]),
        (
            connection(2, 1, "logs", FORBIDDEN),
            &["creator_unread -: auth login --profile org-2"],
        ),
        (
            connection(2, 1, "logs", FAILED),
            &["creator_unread -: auth status --profile org-2"],
        ),
        (
            connection(3, 1, "logs", UNASKED),
            &["creator_unread -: auth login"],
        ),
    ] {
        let found = findings(std::slice::from_ref(&connection), |_| {});
        assert_eq!(found, expected, "{connection:?}");
    }
}

#[test]
fn a_source_is_gone_if_its_own_keys_do_not_see_the_connection_or_the_account_does_not_list_it() {
    let gone = &["source_gone 31: delete 31"][..];
    let unseen = Connection {
        profiles: vec!["hub".to_owned()],
        ..connection(2, 1, "logs", PERSON)
    };
    let of_environment = Connection {
        profiles: Vec::new(),
        ..unseen.clone()
    };
    let found = findings(&[unseen], |_| {});
    assert_eq!(found, ["source_gone 21: delete 21"]);
    let found = findings(&[of_environment], |_| {});
    assert_eq!(found, ["creator_person 21: handover 21 --profile org-2"]);
    let listed = |numbers: &'static [u128]| {
        let mut list = orgs();
        list.orgs.retain(|org| numbers.contains(&org.id.as_u128()));
        list
    };
    let partly_unread = OrgDirectory {
        unreadable: vec![Default::default()],
        ..listed(&[1, 2])
    };
    for (list, expected) in [
        (listed(&[1, 2, 3]), &[][..]),
        (listed(&[1, 2]), gone),
        // A child org lists itself alone.
        (listed(&[1]), &[]),
        // A list of another account does not have the destination.
        (listed(&[2, 4]), &[]),
        (partly_unread, &[]),
    ] {
        let found = findings(&[connection(3, 1, "logs", SERVICE)], |facts| {
            let list: &OrgDirectory = Box::leak(Box::new(list.clone()));
            facts.accounts[0].managed = Some(list);
        });
        assert_eq!(found, expected, "{list:?}");
    }
}

#[test]
fn a_pair_that_is_connected_both_ways_is_found_once_at_its_later_connection() {
    let at = |time: &str, connection| Connection {
        created_at: Some(time.to_owned()),
        ..connection
    };
    let there = at("2025-01-02", connection(2, 1, "logs", SERVICE));
    let back = at(
        "2025-01-01",
        Connection {
            profiles: vec!["hub".to_owned()],
            ..connection(1, 2, "logs", SERVICE)
        },
    );
    let both = [back, there];
    assert_eq!(findings(&both, |_| {}), ["both_ways 21: delete 21"]);
    let found = findings(&both, |facts| facts.audited.truncate(1));
    assert_eq!(found, ["both_ways 12: delete 12"]);
}

#[test]
fn a_source_is_found_from_five_destinations_on_whichever_are_audited() {
    let four: Vec<_> = (3..=6)
        .map(|to| connection(2, to, "logs", SERVICE))
        .collect();
    assert_eq!(findings(&four, |_| {}), [""; 0]);
    let five: Vec<_> = (3..=7)
        .map(|to| connection(2, to, "logs", SERVICE))
        .collect();
    let found = findings(&five, |facts| facts.audited.truncate(1));
    assert_eq!(
        found,
        ["many_destinations -: list --all-profiles --source 2"]
    );
    let found = findings(&five, |facts| facts.audited.clear());
    assert_eq!(found, [""; 0]);
}

#[test]
fn keys_are_found_that_are_a_persons_or_whose_owner_is_not_known() {
    for (number, expected) in [
        (Some(SERVICE), &[][..]),
        (
            Some(PERSON),
            &["keys_of_person -: auth login --profile hub"],
        ),
        (
            Some(UNDESCRIBED),
            &["keys_unread -: auth status --profile hub"],
        ),
        (None, &["keys_unread -: auth status --profile hub"]),
    ] {
        let found = findings(&[], |facts| {
            let user = number.map(|number| &*Box::leak(Box::new(user(number))));
            facts.accounts[0].user = user;
        });
        assert_eq!(found, expected, "{number:?}");
    }
    let found = findings(&[], |facts| {
        facts.accounts[0].profile = None;
        facts.accounts[0].user = None;
    });
    assert_eq!(found, ["keys_unread -: auth status"]);
}

#[test]
fn a_policy_is_found_that_lets_nobody_view_or_could_not_be_read() {
    let mut nobody = RestrictionPolicy::default();
    nobody.add("viewer".to_owned(), []);
    let mut somebody = nobody.clone();
    somebody.add("editor".to_owned(), ["org:x".to_owned().into()]);
    for (policy, expected) in [
        (Some(Lookup::Found(RestrictionPolicy::default())), &[][..]),
        (Some(Lookup::Found(somebody)), &[]),
        (Some(Lookup::NotFound), &[]),
        (
            Some(Lookup::Found(nobody)),
            &["no_viewers 21: access clear 21"],
        ),
        (
            Some(Lookup::Forbidden),
            &["policy_unread -: auth login --profile hub"],
        ),
        (
            Some(Lookup::Failed),
            &["policy_unread -: auth status --profile hub"],
        ),
        (None, &["policy_unread -: auth login"]),
    ] {
        let found = findings(&[connection(2, 1, "logs", SERVICE)], |facts| {
            facts.policies = policy
                .clone()
                .into_iter()
                .map(|policy| (id(21), policy))
                .collect();
        });
        assert_eq!(found, expected, "{policy:?}");
    }
}

#[test]
fn what_could_not_be_read_for_lack_of_keys_is_one_finding_and_more_profiles_may_have_them() {
    let connections = [
        connection(3, 1, "logs", UNASKED),
        connection(4, 1, "logs", UNASKED),
    ];
    let found = findings(&connections, |facts| facts.leaves_out_profiles = true);
    assert_eq!(found, ["creator_unread -: audit --all-profiles"]);
    let unknown = OrgDirectory::default();
    let found = findings(&connections[..1], |facts| {
        facts.orgs = Box::leak(Box::new(unknown));
        facts
            .users
            .insert(id(UNASKED), Lookup::Found(user(SERVICE)));
    });
    assert_eq!(found, ["org_unread -: auth login"]);
}

#[test]
fn the_worst_comes_first_then_the_order_of_the_codes_and_of_the_names() {
    let connections = [
        connection(4, 1, "logs", UNNAMED),
        connection(3, 1, "logs", PERSON),
        connection(2, 1, "logs,rum", PERSON),
        connection(9, 1, "logs", SERVICE),
    ];
    let expected = [
        "org_disabled 91: delete 91",
        "creator_person 21: handover 21 --profile org-2",
        "creator_person 31: handover 31 --profile SERVICE",
        "unknown_type 21: update 21 --remove-type rum --allow-unknown-type",
        "no_name 41: ",
    ];
    assert_eq!(findings(&connections, |_| {}), expected);
    let mut reversed = connections;
    reversed.reverse();
    assert_eq!(findings(&reversed, |_| {}), expected);
}

#[test]
fn only_another_owner_is_a_handover() {
    for (creator, needs_handover) in [(PERSON, true), (UNNAMED, false)] {
        let connections = [connection(2, 1, "logs", creator)];
        let facts = AuditFacts {
            audited: connections.iter().collect(),
            connections: &connections,
            orgs: &orgs(),
            accounts: Vec::new(),
            leaves_out_profiles: false,
            users: users(),
            policies: HashMap::from([(id(21), Lookup::NotFound)]),
        };
        let found = audit(&facts);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].needs_handover(), needs_handover);
    }
}
