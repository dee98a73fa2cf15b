//! The two orgs of a check: how they are chosen, and whether these keys can see a connection between them.

use snapbox::{assert_data_eq, str};

use super::between;
use crate::harness::{Api, World, connection, org_list, page, uuid};

#[test]
fn an_end_that_is_left_out_is_the_current_org() {
    for (flag, org, current) in [("--destination", "Org 2", 1), ("--source", "Org 1", 2)] {
        let api = Api::new();
        api.get("/api/v2/org", &org_list(current, &[1, 2]))
            .get(&between(), &page(&[connection(50, 1, 2, &["logs"])], 1));
        api.world()
            .run(["check", flag, org, "--type", "logs"])
            .quiet_success();
    }
}

#[test]
fn that_none_is_seen_says_nothing_when_neither_end_is_the_current_org() {
    for flag in ["--absent", "--wait=30s"] {
        let api = Api::new();
        api.get("/api/v2/org", &org_list(3, &[1, 2, 3]))
            .get(&between(), &page(&[], 0));
        let unknown = api
            .world()
            .run(["check", "--from=Org 1", "--to=Org 2", flag])
            .code(4);
        assert_eq!(unknown.stdout, "");
        assert_data_eq!(
            unknown.stderr,
            str![[r#"
error: whether `Org 1` is connected to `Org 2` cannot be seen from `Org 3`
hint: use the credentials of one of the two orgs

"#]]
        );
    }
}

#[test]
fn an_org_and_itself_are_no_two_ends() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]));
    let refused = api.world().run(["check", "--to", "Org 1"]).code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: `Org 1` is at both ends: an org cannot be connected to itself

"#]]
    );
}

#[test]
fn an_org_that_is_not_found_is_no_verdict() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get("/api/v2/org_connections?limit=1000&offset=0", &page(&[], 0));
    let refused = api
        .world()
        .run(["check", "--to", "Org 9", "--absent"])
        .code(5);
    assert_eq!(refused.stdout, "");
}

#[test]
fn a_filter_that_the_service_ignores_is_no_verdict() {
    let api = Api::new();
    let others = [
        connection(51, 1, 3, &["logs"]),
        connection(52, 2, 1, &["logs"]),
    ];
    api.get(&between(), &page(&others, 2));
    let unknown = api
        .world()
        .run(["check", "--from", &uuid(1), "--to", &uuid(2)])
        .code(1);
    assert_eq!(unknown.stdout, "");
    assert_data_eq!(
        unknown.stderr,
        str![[r#"
error: 2 records of the listing cannot be read: 00000000-0000-0000-0000-000000000033 (its destination org is not the one that was asked for), 00000000-0000-0000-0000-000000000034 (its source org is not the one that was asked for)

"#]]
    );
}

#[test]
fn with_several_profiles_both_ends_have_to_be_named() {
    let refused = World::sandbox()
        .run(["--profile=hub,platform", "check", "--to=Logistics"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: several profiles are chosen, and not both ends are named
hint: give --source and --destination, or choose one profile with --profile

"#]]
    );
}
