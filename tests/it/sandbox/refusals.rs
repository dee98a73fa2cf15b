//! Requests that the sandbox refuses, as the program reports them.

use snapbox::{assert_data_eq, str};

use crate::harness::World;

#[test]
fn an_org_that_is_disabled_cannot_be_connected() {
    let refused = World::sandbox()
        .run(["create", "Legacy Shop", "--type=logs"])
        .code(1);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
warning: `Legacy Shop` is disabled
error: `Legacy Shop` was not connected: it is refused: POST /api/v2/org_connections at the sandbox: 400 Bad Request: connection between orgs 83999dcd-7f97-11f0-8de1-1ecf66f1aa85 and e83b05f9-2c17-11e9-ad64-70c2915fb8d3 is not allowed
hint: not allowed are an org with itself, a disabled or HIPAA-enabled org, an org of another account or site, and unknown types

"#]]
    );
}

#[test]
fn a_name_that_two_orgs_share_is_told_apart_by_uuid() {
    let world = World::sandbox();
    let refused = world.run(["create", "payments", "--type=logs"]).code(5);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: 2 orgs with the name or public id `payments`:
  `Payments` (1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17, public id pe9t3k7r1vb)
  `Payments` (6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a, public id pu4m8s2x6jd)
hint: name the one you mean by its UUID

"#]]
    );
    world
        .run([
            "create",
            "1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17",
            "--type=logs",
        ])
        .code(0);
}

#[test]
fn keys_that_may_only_read_change_nothing() {
    let world = World::sandbox().with("ORGCONN_PROFILE", "auditor");
    let refused = world.run(["delete", "40bb", "--yes"]).code(4);
    assert_eq!(refused.stdout, "");
    world.run(["get", "40bb"]).code(0);
    let archive = "e83b05f9-2c17-11e9-ad64-70c2915fb8d3";
    let refused = world.run(["create", archive, "--type=logs"]).code(4);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: `e83b05f9-2c17-11e9-ad64-70c2915fb8d3` was not connected: POST /api/v2/org_connections at the sandbox: 403 Forbidden
hint: the credentials may not do this (org_connections_read to list, org_connections_write to create, update and delete), are wrong, or are not of the sandbox; `orgconn auth status` shows what they may do

"#]]
    );
}

#[test]
fn a_connection_is_deleted_from_either_end_and_updated_from_its_source_alone() {
    let world = World::sandbox();
    let refused = world
        .run(["update", "40bb", "--type=audit", "--profile=hub"])
        .code(4);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: the connection from `Retail US` to `Observability Hub` was not updated: it is not permitted: PATCH /api/v2/org_connections/40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d at the sandbox: 403 Forbidden
hint: it takes the credentials of its source org, `Retail US`, with the permission org_connections_write

"#]]
    );
    world
        .run(["update", "40bb", "--type=audit", "--profile=retail-us"])
        .code(0);
    world.run(["delete", "40bb", "--yes"]).code(0);
    world
        .run(["delete", "13c9", "--yes", "--profile=platform"])
        .code(0);
}
