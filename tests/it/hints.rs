//! What an error proposes: what to choose from, what is probably meant, and where else to look.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::harness::{Api, Profiles, World, connection, current_user, org_list, page};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// A mock of org 1, which has a connection to each of these orgs and manages those of 1 to 3.
fn account(destinations: &[u128]) -> Api {
    let connection = |number: &u128| connection(40 + number, 1, *number, &["logs"]);
    let connections: Vec<Value> = destinations.iter().map(connection).collect();
    let json = |value: Value| wiremock::ResponseTemplate::new(200).set_body_json(value);
    let api = Api::new();
    api.allow("GET", "/api/v2/current_user", None, json(current_user(1)))
        .allow("GET", "/api/v2/org", None, json(org_list(1, &[1, 2, 3])))
        .allow(
            "GET",
            LIST,
            None,
            json(page(&connections, connections.len())),
        );
    api
}

#[test]
fn without_a_default_profile_all_profiles_are_offered() {
    let api = Api::new();
    let world = Profiles::new("")
        .with("hub", &api, Some(1))
        .with("retail", &api, Some(2))
        .world();
    let refused = world.run(["list", "-o", "json"]).code(2);
    assert_data_eq!(
        refused.stderr.as_str(),
        str![[r#"
error: no credentials: no profile is chosen, and none is the default one; choose one with --profile:
  hub
  retail
hint: the configuration file names the default profile in `default_profile`; or set DD_API_KEY and DD_APP_KEY

"#]]
    );
    let message = "no credentials: no profile is chosen, and none is the default one; choose one with --profile: \
                   hub, retail";
    assert_eq!(refused.json()["errors"][0]["message"], json!(message));
}

#[test]
fn of_many_candidates_ten_are_shown_and_the_others_counted() {
    let api = Api::new();
    let profiles = (1..=13).fold(Profiles::new(""), |profiles, number| {
        profiles.with(&format!("team-{number}"), &api, Some(number))
    });
    let refused = profiles.world().run(["list"]).code(2);
    let shown: Vec<_> = refused.stderr.lines().skip(1).take(11).collect();
    assert_eq!(shown[0], "  team-1");
    assert_eq!(shown[9..], ["  team-10", "  and 3 more"]);
}

#[test]
fn a_default_profile_that_is_none_is_named_with_the_nearest_or_with_all() {
    let api = Api::new();
    let refused = ["hbu", "zzz"].map(|name| {
        let world = Profiles::new(&format!("default_profile = \"{name}\""))
            .with("hub", &api, Some(1))
            .with("retail", &api, Some(2))
            .world();
        world.run(["list"]).code(2).stderr
    });
    assert_data_eq!(
        refused.concat(),
        str![[r#"
error: [..]config.toml:1:1: default_profile: no profile `hbu`; did you mean `hub`?
error: [..]config.toml:1:1: default_profile: no profile `zzz`; the profiles are:
  hub
  retail

"#]]
    );
}

#[test]
fn what_one_profile_does_not_see_is_looked_for_with_all_of_them() {
    let api = account(&[2]);
    let world = Profiles::new("default_profile = \"hub\"")
        .with("hub", &api, Some(1))
        .with("retail", &Api::new(), Some(2))
        .world();
    let commands = [
        &["get", "4242", "--profile=hub"][..],
        &["delete", "4242", "--yes", "--profile=hub"],
        &["list", "--destination", "Zeta"],
        &["create", "Zeta", "--type=logs"],
    ];
    let refused = commands.map(|words| world.run(words).code(5).stderr);
    assert_data_eq!(
        refused.concat(),
        str![[r#"
error: no connection whose id begins with `4242`
hint: `orgconn list --all-profiles` shows the connections that all profiles see
error: no connection whose id begins with `4242`
hint: `orgconn list --all-profiles` shows the connections that all profiles see
error: no org with the name or public id `Zeta`
hint: `orgconn orgs --all-profiles` lists the orgs that all profiles see; any other has to be given as a UUID
error: no org with the name or public id `Zeta`
hint: `orgconn orgs --all-profiles` lists the orgs that all profiles see; any other has to be given as a UUID

"#]]
    );
}

#[test]
fn where_all_profiles_were_asked_they_are_not_proposed() {
    let api = account(&[2]);
    let only = Profiles::new("default_profile = \"hub\"")
        .with("hub", &api, Some(1))
        .world();
    let refused = only.run(["get", "4242"]).code(5);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: no connection whose id begins with `4242`
hint: `orgconn list` shows the connections that these credentials see

"#]]
    );
}

#[test]
fn connections_of_orgs_with_one_name_are_told_apart() {
    let refused = World::sandbox()
        .run(["get", "--source", "Payments"])
        .code(5);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: 2 orgs with the name or public id `Payments`:
  `Payments` (1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17, public id pe9t3k7r1vb)
  `Payments` (6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a, public id pu4m8s2x6jd)
hint: name the one you mean by its UUID

"#]]
    );
    let several = World::sandbox()
        .run(["get", "--destination", "Observability Hub"])
        .code(5);
    let payments: Vec<_> = several
        .stderr
        .lines()
        .filter(|line| line.contains("Payments"))
        .collect();
    assert_eq!(
        payments,
        [
            "  b5a4e6d1-7f28-4391-8c0e-9d6b25f1a784 (`Payments [1f7d93e0]` to `Observability Hub`)",
            "  6e92d03b-c815-4fa7-a6b9-41c7e5308df2 (`Payments [6a48c1b5]` to `Observability Hub`)",
        ]
    );
}

#[test]
fn a_misspelled_profile_is_proposed_once_in_every_place() {
    let world = World::sandbox();
    let refused = [
        &["list", "--profile=retial-us"][..],
        &["create", "profile:retial-us", "--type=logs"],
    ]
    .map(|words| world.run(words).stderr);
    assert_data_eq!(
        refused.concat(),
        str![[r#"
error: in the sandbox: no profile `retial-us`; did you mean `retail-us`?
error: no profile `retial-us`; did you mean `retail-us`?

"#]]
    );
}

#[test]
fn an_id_of_the_history_that_several_begin_with_lists_what_each_is() {
    let world = World::sandbox();
    for destination in ["Security Archive", "Platform"] {
        world
            .run(["create", destination, "--type=logs", "-q"])
            .code(0);
    }
    let history = world.run(["history", "-o", "json"]).json();
    let ids = ["entry", "run"].map(|key| history["items"][0][key].as_str().unwrap().to_owned());
    // Ids begin with their time: in four characters it is the same for hours.
    for (id, kind) in [(&ids[0], "entry"), (&ids[1], "run")] {
        let refused = world.run(["undo", &id[..4], "-y"]).code(5);
        let told = match kind {
            "run" => ": create, 1 change",
            _ => " UTC: create from `Observability Hub` to `Platform`",
        };
        let line = refused
            .stderr
            .lines()
            .find(|line| line.starts_with(&format!("  {kind} {id} of ")));
        assert!(
            line.is_some_and(|line| line.ends_with(told)),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn a_plan_that_is_none_is_refused_in_words_of_its_reader() {
    let world = World::sandbox();
    let refused = [
        "",
        "connections: []",
        "[]",
        r#"{"schema":"orgconn/plan/v1"}"#,
    ]
    .map(|text| {
        world.file("plan.json", text);
        world.run(["apply", "plan.json", "-y"]).code(2).stderr
    });
    assert_data_eq!(
        refused.concat(),
        str![[r#"
error: cannot read the plan plan.json: it is not a plan that `orgconn plan --out` wrote: it is cut short (line 1, column 0)
error: cannot read the plan plan.json: it is not a plan that `orgconn plan --out` wrote: it is not JSON (line 1, column 1)
error: cannot read the plan plan.json: it is not a plan that `orgconn plan --out` wrote: a part of it is missing, or not as it was written (line 1, column 2)
error: cannot read the plan plan.json: it is not a plan that `orgconn plan --out` wrote: a part of it is missing, or not as it was written (line 1, column 28)

"#]]
    );
}
