//! Groups of orgs: how they are listed, and what stands for their orgs.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, Profiles, World, connection, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";
const GROUPS: &str = "/api/v2/org_groups?sort=name&page%5Bsize%5D=1000";
/// The numbers of the groups.
const PARTNERS: u128 = 70;
const PLATFORMS: u128 = 71;

fn members_of(group: u128) -> String {
    let id = uuid(group);
    format!("/api/v2/org_group_memberships?filter%5Borg_group_id%5D={id}&page%5Bsize%5D=1000")
}

fn only_page(rows: Vec<Value>) -> Value {
    let counts = json!({"type": "number_size", "number": 0, "size": 1000, "total": rows.len(),
        "first_number": 0, "next_number": null, "last_number": 0, "prev_number": null});
    json!({"data": rows, "meta": {"page": counts}})
}

fn groups(groups: &[(u128, &str)]) -> Value {
    let group = |(number, name): &(u128, &str)| json!({"type": "org_groups", "id": uuid(*number), "attributes": {"name": name}});
    only_page(groups.iter().map(group).collect())
}

fn members(group: u128, orgs: &[u128]) -> Value {
    let member = |org: &u128| {
        json!({
            "type": "org_group_memberships",
            "id": uuid(1000 + org),
            "attributes": {"org_uuid": uuid(*org), "org_name": format!("Org {org}")},
            "relationships": {"org_group": {"data": {"type": "org_groups", "id": uuid(group)}}},
        })
    };
    only_page(orgs.iter().map(member).collect())
}

fn answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refusal(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errors": ["no"]}))
}

/// An API of org 1 whose groups are read so often: `Partners` with these orgs, and `Platforms`, which is not read.
fn api_with_partners(orgs: &[u128], times: u64) -> Api {
    let api = Api::new();
    let both = groups(&[(PARTNERS, "Partners"), (PLATFORMS, "Platforms")]);
    let partners = members(PARTNERS, orgs);
    api.expect("GET", GROUPS, None, answer(&both), times)
        .expect("GET", &members_of(PARTNERS), None, answer(&partners), times);
    api
}

/// Expects the orgs so often and the connections so often. Org 4 is disabled.
fn expect_reads(api: &Api, connections: &[Value], orgs: u64, looks: u64) {
    let mut list = org_list(1, &[1, 2, 3, 4]);
    list["included"][3]["attributes"]["disabled"] = true.into();
    let listing = page(connections, connections.len());
    api.expect("GET", "/api/v2/org", None, answer(&list), orgs)
        .expect("GET", LIST, None, answer(&listing), looks);
}

/// A world whose file wants the hub, org 1, to share its logs with all partners.
fn world(api: &Api) -> World {
    let world = api.world();
    world.file("orgconn.yaml", FILE);
    world
}

const FILE: &str = "\
connections:
  - source: Org 1
    destination: group:partners
    types: [logs]
";

fn live() -> Vec<Value> {
    vec![
        connection(52, 1, 2, &["logs"]),
        connection(53, 3, 1, &["audit"]),
        connection(54, 4, 1, &["audit"]),
    ]
}

#[test]
fn a_listing_shows_the_connections_of_the_orgs_of_a_group() {
    let api = api_with_partners(&[1, 3], 4);
    expect_reads(&api, &live(), 1, 4);
    let world = api.world();
    let listed = |arguments: &[&str]| world.run(arguments).quiet_success();
    assert_eq!(
        listed(&["list", "--source", "group:Partners", "-o", "id"]),
        format!("{}\n{}\n", uuid(52), uuid(53))
    );
    assert_eq!(
        listed(&[
            "list",
            "--source=group:partners",
            "--destination=group:PARTNERS",
            "-oid"
        ]),
        format!("{}\n", uuid(53))
    );
    assert_data_eq!(
        listed(&["graph", "--source", "group:Partners"]),
        str![[r#"
Org 1
└── Org 3  audit

Org 2
└── Org 1  logs

"#]]
    );
    assert_data_eq!(
        listed(&["export", "--source", "group:Partners"]),
        str![[r#"
# Connections between Datadog orgs, read by orgconn
connections:
  - source: Org 1
    destination: Org 2
    types: [logs]
  - source: Org 3
    destination: Org 1
    types: [audit]

"#]]
    );
}

#[test]
fn the_service_selects_the_connections_of_a_group_with_one_org() {
    let api = api_with_partners(&[3], 1);
    let of_org = format!("{LIST}&source_org_id={}", uuid(3));
    api.get(&of_org, &page(&[connection(53, 3, 1, &["audit"])], 1));
    let listed = api
        .world()
        .run(["list", "--source", "group:Partners", "-o", "id"])
        .quiet_success();
    assert_eq!(listed, format!("{}\n", uuid(53)));
}

#[test]
fn a_plan_has_the_orgs_of_a_group_and_leaves_out_the_org_itself_and_disabled_ones() {
    let api = api_with_partners(&[1, 2, 3, 4], 1);
    expect_reads(&api, &live(), 1, 1);
    api.get("/api/v2/current_user", &crate::harness::current_user(1));
    let planned = world(&api).run(["plan", "-f", "orgconn.yaml"]).code(0);
    assert_data_eq!(
        planned.stdout,
        str![[r#"
ACTION  SOURCE  DESTINATION  BEFORE  AFTER  LINE
create  Org 1   Org 3        -       logs   2

"#]]
    );
    assert_data_eq!(
        planned.stderr,
        str![[r#"
orgconn.yaml:2:13: left out of the group's connections: `Org 1` to itself
orgconn.yaml:2:13: left out of the group's connections: `Org 1` to `Org 4`, since `Org 4` is disabled
1 to create, 0 to update, 0 to delete, 1 unchanged

"#]]
    );
}

#[test]
fn a_live_connection_of_a_disabled_org_in_a_group_stays_wanted() {
    let api = api_with_partners(&[2, 4], 1);
    let connections = [
        connection(52, 1, 2, &["logs"]),
        connection(55, 1, 4, &["logs"]),
    ];
    expect_reads(&api, &connections, 1, 1);
    let planned = world(&api)
        .run(["plan", "-f", "orgconn.yaml", "--prune", "--exit-code"])
        .code(0);
    assert_data_eq!(
        planned.stderr,
        str![[r#"
warning: `Org 4` is disabled
no changes: 2 connections are as wanted

"#]]
    );
}

#[test]
fn groups_are_read_once_though_the_connections_are_read_twice() {
    let api = api_with_partners(&[3], 1);
    expect_reads(&api, &[], 1, 2);
    api.get("/api/v2/current_user", &crate::harness::current_user(1));
    let body = json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": ["logs"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(3)}}},
    }});
    let created = json!({"data": connection(60, 1, 3, &["logs"])});
    api.expect(
        "POST",
        "/api/v2/org_connections",
        Some(body),
        answer(&created),
        1,
    );
    let applied = world(&api)
        .run(["apply", "-f", "orgconn.yaml", "--yes", "-o", "id"])
        .code(0);
    assert_eq!(applied.stdout, format!("{}\n", uuid(60)));
}

#[test]
fn a_saved_plan_keeps_the_orgs_that_were_reviewed() {
    let api = api_with_partners(&[2, 3], 1);
    expect_reads(&api, &[], 2, 2);
    let user = crate::harness::current_user(1);
    api.expect("GET", "/api/v2/current_user", None, answer(&user), 2);
    let world = world(&api);
    world
        .run(["plan", "-f", "orgconn.yaml", "--out", "plan.json"])
        .code(0);
    api.permit_writes();
    let again = world
        .run([
            "apply",
            "plan.json",
            "--dry-run",
            "-o",
            "tsv",
            "--columns=action,destination",
        ])
        .code(0);
    assert_eq!(
        again.stdout,
        "action\tdestination\ncreate\tOrg 2\ncreate\tOrg 3\n"
    );
}

#[test]
fn a_new_org_in_a_group_is_a_difference() {
    let api = api_with_partners(&[2, 3], 1);
    expect_reads(&api, &live(), 1, 1);
    let checked = world(&api)
        .run(["check", "-f", "orgconn.yaml", "-o", "github"])
        .code(3);
    assert_data_eq!(
        checked.stdout,
        str![[r#"
::error file=orgconn.yaml,line=2,col=13,title=connection missing::`Org 1` to `Org 3` is not connected

"#]]
    );
}

#[test]
fn every_group_of_a_file_that_is_not_found_is_told_with_its_place() {
    let api = Api::new();
    let listed = groups(&[(PARTNERS, "Partners"), (80, "Shops"), (81, "shops")]);
    api.get(GROUPS, &listed)
        .get(&members_of(PARTNERS), &members(PARTNERS, &[2]));
    let world = api.world();
    world.file(
        "orgconn.yaml",
        "\
manage: [group:SHOPS]
connections:
  - {source: Org 1, destination: [group:Partnes, group:Partners], types: [logs]}
",
    );
    let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(5);
    assert_data_eq!(
        planned.stderr,
        str![[r#"
error: orgconn.yaml:1:10: 2 groups of orgs with the name `SHOPS`:
  `Shops` (00000000-0000-0000-0000-000000000050)
  `shops` (00000000-0000-0000-0000-000000000051)
hint: name the one you mean by its UUID: group:UUID
error: orgconn.yaml:3:35: no group of orgs with the name `Partnes`; did you mean `Partners`?
hint: `orgconn orgs --groups` lists the groups that these credentials see

"#]]
    );
}

#[test]
fn without_groups_it_is_said_what_to_write_instead() {
    for status in [403, 404] {
        let api = Api::new();
        api.expect("GET", GROUPS, None, refusal(status), 3);
        let world = world(&api);
        let listed = world.run(["list", "--source", "group:Partners"]).code(4);
        let reason = match status {
            403 => "403 Forbidden: no",
            _ => "404 Not Found: no",
        };
        let hint = "hint: write the orgs one by one in place of group:NAME; groups of orgs are a preview of Datadog's, \
                    which an account may lack, and take the permission org_group_read\n";
        let error = format!(
            "these credentials see no groups of orgs: GET /api/v2/org_groups at {}: {reason}\n{hint}",
            api.url().trim_start_matches("http://")
        );
        assert_eq!(listed.stderr, format!("error: {error}"));
        let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(4);
        assert_eq!(planned.stderr, format!("error: orgconn.yaml:3:18: {error}"));
        let shown = world.run(["orgs", "--groups"]).code(4);
        assert_eq!(shown.stderr, format!("error: {error}"));
    }
}

#[test]
fn the_profile_that_sees_groups_is_found() {
    let (hub, other) = (api_with_partners(&[2], 1), Api::new());
    other.expect("GET", GROUPS, None, refusal(403), 1);
    for (api, org) in [(&hub, 1), (&other, 2)] {
        let user = crate::harness::current_user(org);
        api.allow("GET", "/api/v2/current_user", None, answer(&user))
            .allow("GET", "/api/v2/org", None, answer(&org_list(org, &[org])))
            .allow("GET", LIST, None, answer(&page(&[], 0)));
    }
    let world = Profiles::new("default_profile = \"other\"")
        .with("other", &other, Some(2))
        .with("hub", &hub, Some(1))
        .world();
    world.file("orgconn.yaml", &FILE.replace("Org 1", &uuid(1)));
    let planned = world
        .run([
            "plan",
            "-f",
            "orgconn.yaml",
            "-ocsv",
            "--columns=action,destination,profile",
        ])
        .code(0);
    assert_eq!(
        planned.stdout,
        "action,destination,profile\ncreate,Org 2,hub\n"
    );
}

#[test]
fn each_profile_is_asked_once_for_the_groups_of_both_ends() {
    let (hub, other) = (api_with_partners(&[1, 2], 1), Api::new());
    hub.get(&members_of(PLATFORMS), &members(PLATFORMS, &[2, 3]));
    other.expect("GET", GROUPS, None, refusal(403), 1);
    for (api, org) in [(&hub, 1), (&other, 2)] {
        let user = crate::harness::current_user(org);
        let live = page(&[connection(52, 1, 2, &["logs"])], 1);
        api.allow("GET", "/api/v2/current_user", None, answer(&user))
            .get(LIST, &live);
    }
    let world = Profiles::new("")
        .with("hub", &hub, Some(1))
        .with("other", &other, Some(2))
        .world();
    let listed = world.run([
        "list",
        "--source=group:Partners",
        "--destination=group:Platforms",
        "--all-profiles",
        "-oid",
    ]);
    assert_eq!(listed.quiet_success(), format!("{}\n", uuid(52)));
}

#[test]
fn profiles_that_see_no_groups_are_counted_where_another_sees_them() {
    let (hub, other) = (api_with_partners(&[2], 1), Api::new());
    hub.get(&members_of(PLATFORMS), &members(PLATFORMS, &[]));
    other.expect("GET", GROUPS, None, refusal(403), 2);
    let world = Profiles::new("")
        .with("hub", &hub, None)
        .with("one", &other, None)
        .with("two", &other, None)
        .world();
    let shown = world
        .run([
            "orgs",
            "--groups",
            "--all-profiles",
            "-otsv",
            "--columns=name",
        ])
        .code(0);
    assert_eq!(shown.stdout, "name\nPartners\nPlatforms\n");
    assert_eq!(shown.stderr, "2 other profiles see no groups of orgs\n");
}

#[test]
fn a_command_that_takes_one_org_sends_nothing_for_a_group() {
    let api = Api::new();
    let world = api.world();
    for arguments in [
        &["get", "--source", "group:Partners"][..],
        &[
            "update",
            "--destination",
            "group:Partners",
            "--type",
            "logs",
        ],
        &["delete", "--destination", "group:Partners", "--yes"],
        &["create", "group:Partners", "--type", "logs"],
        &[
            "create",
            "Org 2",
            "--source",
            "group:Partners",
            "--type",
            "logs",
        ],
        &["check", "--destination", "group:Partners", "--type", "logs"],
    ] {
        let refused = world.run(arguments).code(2);
        assert_eq!(
            refused.stderr,
            "error: `group:Partners` stands for a group of orgs, and this takes one org\n\
             hint: name one of its orgs, which `orgconn orgs --groups` lists\n",
            "{arguments:?}"
        );
    }
}

#[test]
fn groups_are_listed_with_their_orgs_in_every_format() {
    let api = api_with_partners(&[3, 2], 4);
    let none = members(PLATFORMS, &[]);
    api.expect("GET", &members_of(PLATFORMS), None, answer(&none), 4);
    let world = api.world();
    let shown = |flags: &[&str]| {
        world
            .run([&["orgs", "--groups"], flags].concat())
            .quiet_success()
    };
    assert_data_eq!(
        shown(&[]),
        str![[r#"
ID                                    NAME       COUNT  ORGS
00000000-0000-0000-0000-000000000046  Partners   2      Org 2,Org 3
00000000-0000-0000-0000-000000000047  Platforms  0      -

"#]]
    );
    assert_eq!(
        serde_json::from_str::<Value>(&shown(&["-ojson"])).unwrap(),
        json!({"schema": "orgconn/v1", "errors": [], "items": [
            {"id": uuid(PARTNERS), "name": "Partners", "count": 2, "orgs": [
                {"id": uuid(2), "name": "Org 2"},
                {"id": uuid(3), "name": "Org 3"},
            ]},
            {"id": uuid(PLATFORMS), "name": "Platforms", "count": 0, "orgs": []},
        ]})
    );
    assert_eq!(
        shown(&["--sort=-name", "-otsv", "--columns=name,count,orgs"]),
        "name\tcount\torgs\nPlatforms\t0\t\nPartners\t2\tOrg 2,Org 3\n"
    );
    assert_eq!(
        shown(&["-oid"]),
        format!("{}\n{}\n", uuid(PARTNERS), uuid(PLATFORMS))
    );
}

#[test]
fn a_group_whose_orgs_cannot_be_read_costs_the_others_nothing() {
    let api = Api::new();
    api.get(
        GROUPS,
        &groups(&[(PARTNERS, "Partners"), (PLATFORMS, "Platforms")]),
    )
    .get(&members_of(PARTNERS), &members(PARTNERS, &[2]))
    .expect("GET", &members_of(PLATFORMS), None, refusal(400), 1);
    let shown = api
        .world()
        .run(["orgs", "--groups", "--columns=name,orgs"])
        .code(8);
    assert_data_eq!(
        shown.stdout,
        str![[r#"
NAME      ORGS
Partners  Org 2

"#]]
    );
    let host = api.url().replace("http://", "");
    assert_eq!(
        shown.stderr.replace(&host, "HOST"),
        "error: the orgs of the group `Platforms`: GET /api/v2/org_group_memberships at HOST: 400 Bad Request: no\n"
    );
}

#[test]
fn a_member_that_cannot_be_read_is_told_and_stops_a_plan() {
    let api = Api::new();
    let mut partners = members(PARTNERS, &[2, 3]);
    partners["data"][1]["attributes"]["org_uuid"] = Value::Null;
    let listed = groups(&[(PARTNERS, "Partners")]);
    api.expect("GET", GROUPS, None, answer(&listed), 2).expect(
        "GET",
        &members_of(PARTNERS),
        None,
        answer(&partners),
        2,
    );
    let world = world(&api);
    let reason = format!(
        "a record of the listing cannot be read: {} (its org has no UUID)\n",
        uuid(1003)
    );
    let shown = world
        .run(["orgs", "--groups", "-otsv", "--columns=orgs"])
        .code(8);
    assert_eq!(shown.stdout, "orgs\nOrg 2\n");
    assert_eq!(
        shown.stderr,
        format!("error: the orgs of the group `Partners`: {reason}")
    );
    let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(1);
    assert_eq!(
        planned.stderr,
        format!("error: orgconn.yaml:3:18: cannot read the orgs of the group `Partners`: {reason}")
    );
}

#[test]
fn every_production_org_of_the_sandbox_shares_its_logs_with_the_hub() {
    let world = World::sandbox();
    world.file(
        "orgconn.yaml",
        "connections: [{source: group:Production, destination: Observability Hub, types: [logs]}]",
    );
    let planned = world.run(["plan", "-f", "orgconn.yaml"]).code(0);
    assert_data_eq!(
        planned.stdout,
        str![[r#"
ACTION  SOURCE               DESTINATION        BEFORE        AFTER  PROFILE      LINE
update  Logistics            Observability Hub  metrics       logs   logistics    1
update  Payments [1f7d93e0]  Observability Hub  metrics       logs   payments-eu  1
update  Payments [6a48c1b5]  Observability Hub  logs,rum      logs   payments-us  1
update  Retail EU            Observability Hub  logs,metrics  logs   retail-eu    1

"#]]
    );
    world.run(["apply", "-f", "orgconn.yaml", "--yes"]).code(0);
    world.run(["check", "-f", "orgconn.yaml"]).code(0);
    assert_data_eq!(
        world.run(["orgs", "--groups"]).quiet_success(),
        str![[r#"
ID                                    NAME        COUNT  ORGS
a17e64f8-4b93-11f0-b5d1-0c39ea7208f4  Internal    3      Legacy Shop,Platform,Security Archive
5d0c1a7e-4b92-11f0-9e36-82f7c0d41b65  Production  6      Logistics,Observability Hub,Payments [1f7d93e0],Payments [6a48c1b5],Retail EU,Retail US

"#]]
    );
}

#[test]
fn an_audit_is_about_the_connections_of_the_orgs_of_a_group() {
    let world = World::sandbox();
    let sources = |group: &str| {
        let arguments = [
            "audit",
            "--source",
            group,
            "--fail-on=none",
            "-otsv",
            "--columns=source",
        ];
        let found = world.run(arguments).code(0).stdout;
        found
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let found = sources("group:Internal");
    assert!(found.contains("Legacy Shop"), "{found:?}");
    assert!(!found.contains("Logistics"), "{found:?}");
    assert!(!sources("group:Production").contains("Legacy Shop"));
}
