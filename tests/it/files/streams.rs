//! Pipes that the user gives on purpose.

use snapbox::{assert_data_eq, str};

use crate::harness::World;

const WANTED: &str =
    "connections: [{source: Retail US, destination: Observability Hub, types: [logs]}]";

#[test]
fn a_pipe_of_the_shell_is_read_where_a_file_is() {
    let world = World::sandbox();
    world.file("orgconn.yaml", WANTED);
    for script in [
        "orgconn check --profile retail-us -f <(cat orgconn.yaml)",
        "cat orgconn.yaml | orgconn check --profile retail-us -f /dev/stdin",
        "orgconn check --profile retail-us -f /dev/stdin < orgconn.yaml",
        "cat orgconn.yaml | orgconn check --profile retail-us -f -",
    ] {
        world.script(script).code(0);
    }
}

#[test]
fn a_configuration_may_come_through_a_pipe_of_the_shell() {
    let world = World::bare();
    let script =
        "orgconn profile list --columns name --no-header --config <(echo '[profiles.hub]')";
    assert_eq!(world.script(script).quiet_success(), "hub\n");
    let script = "orgconn profile list --columns name --no-header --config /dev/null";
    assert_eq!(world.script(script).code(0).stdout, "");
}

#[test]
fn a_plan_may_go_into_a_pipe_of_the_shell() {
    let world = World::sandbox();
    world.file("orgconn.yaml", WANTED);
    let plan = "orgconn plan --profile retail-us --no-header -f orgconn.yaml 2> notes";
    for script in [
        format!("{plan} --out >(cat > copy.json); wait $!; cat copy.json"),
        format!("{plan} --out /dev/stdout | cat"),
    ] {
        assert_data_eq!(
            world.script(&script).code(0).stdout,
            str![[r#"
{
  "schema": "orgconn/plan/v1",
  "steps": []
}

"#]]
        );
    }
}
