//! The profiles that a file chooses where nothing else chooses any.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use super::{CREATE, LIST, answer, creation};
use crate::harness::{
    API_KEY, APP_KEY, Api, Profiles, World, connection, current_user, org_list, page, uuid,
};

const FILE: &str = "connections: [{source: Org 1, destination: Org 2, types: [logs]}]";

/// No server listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// An API of the org `own`, which manages `orgs` and has these connections.
fn api(own: u128, orgs: &[u128], connections: &[Value]) -> Api {
    let api = Api::new();
    let json = |value: Value| ResponseTemplate::new(200).set_body_json(value);
    api.allow("GET", "/api/v2/current_user", None, json(current_user(own)))
        .allow("GET", "/api/v2/org", None, json(org_list(own, orgs)))
        .allow(
            "GET",
            LIST,
            None,
            json(page(connections, connections.len())),
        );
    api
}

fn world(profiles: Profiles) -> World {
    let world = profiles.world().with("ORGCONN_MAX_RETRIES", "0");
    world.file("orgconn.yaml", FILE);
    world
}

#[test]
fn the_profile_of_the_source_makes_the_change_and_the_default_one_knows_the_names() {
    let (hub, one) = (api(7, &[1, 2, 3, 7], &[]), api(1, &[1], &[]));
    let made = answer(connection(52, 1, 2, &["logs"]));
    one.expect("POST", CREATE, creation(2, &["logs"]), made, 2);
    let two = Api::new();
    let profiles = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(7))
        .with("one", &one, Some(1))
        .with("two", &two, Some(2))
        .at("three", NOWHERE, Some(&uuid(3)), "TEST");
    let world = world(profiles);
    let planned = world
        .run(["plan", "-f", "orgconn.yaml", "--out", "plan.json"])
        .code(0);
    assert_data_eq!(
        planned.stdout,
        str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER  PROFILE  LINE
create  Org 1   Org 2        -       logs   one      1

"#]]
    );
    assert!(
        planned
            .stderr
            .ends_with("\n1 to create, 0 to update, 0 to delete, 0 unchanged\n")
    );
    world.run(["check", "-f", "orgconn.yaml"]).code(3);
    world.run(["apply", "-f", "orgconn.yaml", "-y"]).code(0);
    // A saved plan has the ids of its orgs, so that no name has to be known.
    let asked = hub.targets().len();
    world.run(["apply", "plan.json", "-y"]).code(0);
    assert_eq!(hub.targets().len(), asked);
    assert_eq!(two.targets(), [""; 0]);
}

#[test]
fn profiles_without_an_org_are_asked_and_one_that_cannot_be_is_at_most_a_note() {
    let (hub, one) = (
        api(7, &[1, 2, 7], &[]),
        api(1, &[1], &[connection(52, 1, 2, &["logs"])]),
    );
    let profiles = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, None)
        .with("one", &one, None)
        .at("down", NOWHERE, None, "TEST");
    let world = world(profiles);
    let checked = world
        .run(["check", "-f", "orgconn.yaml", "--exact"])
        .code(0);
    assert!(
        checked
            .stderr
            .starts_with("the profile `down` could not be asked: "),
        "{}",
        checked.stderr
    );
    assert!(
        checked
            .stderr
            .ends_with("\nno differences: 1 connection is as wanted\n")
    );
}

#[test]
fn a_file_that_manages_all_needs_every_profile() {
    let both = [
        connection(52, 1, 2, &["logs"]),
        connection(60, 2, 1, &["logs"]),
    ];
    let (one, two) = (api(1, &[1, 2], &both), api(2, &[2], &both));
    let profiles = || {
        Profiles::new("default_profile = \"one\"")
            .with("one", &one, Some(1))
            .with("two", &two, Some(2))
    };
    let check = ["check", "-f", "orgconn.yaml", "--exact"];
    world(profiles()).run(check).code(0);
    let manages = |world: World| {
        world.file("orgconn.yaml", &format!("manage: all\n{FILE}"));
        world
    };
    let differs = manages(world(profiles())).run(check).code(3);
    assert!(
        differs.stdout.contains("unwanted  delete  Org 2"),
        "{}",
        differs.stdout
    );
    let part = [&check[..], &["--profile=one"]].concat();
    let part = manages(world(profiles())).run(part).code(0);
    assert_eq!(
        part.stderr,
        "1 live connection of another source org is not in the file, and stays: no chosen profile serves the source\n\
         no differences: 1 connection is as wanted\n"
    );
    let down = profiles().at("three", NOWHERE, Some(&uuid(3)), "TEST");
    let unknown = manages(world(down)).run(check).code(7);
    assert!(
        unknown.stderr.contains("error: profile three: "),
        "{}",
        unknown.stderr
    );
}

#[test]
fn an_org_that_no_profile_serves_ends_with_4() {
    let hub = api(7, &[1, 2, 7], &[]);
    let profiles = Profiles::new("default_profile = \"hub\"").with("hub", &hub, Some(7));
    let world = world(profiles);
    for command in [&["plan"][..], &["check"], &["apply", "-y"]] {
        let refused = world
            .run([command, &["-f", "orgconn.yaml"]].concat())
            .code(4);
        let expected = "error: orgconn.yaml:1:24: whether `Org 1` is connected to `Org 2` cannot be read: the profile hub does not have \
             keys for either org\n\
             hint: a profile must have the keys of the org itself: `orgconn profile add` adds one, and --all-profiles uses \
             all that there are\n";
        assert!(refused.stderr.ends_with(expected), "{}", refused.stderr);
    }
}

#[test]
fn of_two_profiles_of_the_source_the_default_one_makes_the_change() {
    let (one, other) = (api(1, &[1, 2], &[]), api(1, &[1, 2], &[]));
    other.permit_writes();
    for (head, code) in [("default_profile = \"other\"", 0), ("", 2)] {
        let profiles =
            Profiles::new(head)
                .with("one", &one, Some(1))
                .with("other", &other, Some(1));
        let planned = world(profiles).run(["apply", "-f", "orgconn.yaml", "--dry-run", "-ojson"]);
        let planned = planned.code(code).json();
        match code {
            0 => assert_eq!(planned["items"][0]["profile"], "other"),
            _ => assert_eq!(
                planned["errors"][0]["message"],
                json!(format!(
                    "orgconn.yaml:1:24: 2 profiles are for the org `Org 1` ({}): one, other",
                    uuid(1)
                ))
            ),
        }
    }
}

#[test]
fn a_name_that_means_two_orgs_of_two_accounts_is_ambiguous() {
    let hub = api(7, &[2, 7], &[]);
    let mut orgs = org_list(5, &[5, 12]);
    orgs["included"][1]["attributes"]["name"] = json!("Org 2");
    let five = Api::new();
    let json = |value: Value| ResponseTemplate::new(200).set_body_json(value);
    five.allow("GET", "/api/v2/current_user", None, json(current_user(5)))
        .allow("GET", "/api/v2/org", None, json(orgs))
        .allow("GET", LIST, None, json(page(&[], 0)));
    let profiles = Profiles::new("default_profile = \"hub\"")
        .with("hub", &hub, Some(7))
        .with("five", &five, Some(5));
    let world = world(profiles);
    world.file("orgconn.yaml", &FILE.replace("Org 1", &uuid(5)));
    let refused = world.run(["plan", "-f", "orgconn.yaml"]).code(5);
    assert!(
        refused
            .stderr
            .contains("2 orgs with the name or public id `Org 2`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn keys_in_the_environment_are_used_alone() {
    let one = api(1, &[1, 2], &[connection(52, 1, 2, &["logs"])]);
    let other = Api::new();
    let profiles = Profiles::new("default_profile = \"one\"").with("one", &other, Some(1));
    let world = world(profiles)
        .with("ORGCONN_API_URL", &one.url())
        .with("DD_API_KEY", API_KEY)
        .with("DD_APP_KEY", APP_KEY);
    world
        .run(["check", "-f", "orgconn.yaml", "-q"])
        .quiet_success();
}
