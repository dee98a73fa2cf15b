use serde_json::Value;

use crate::harness::World;

#[test]
fn the_schema_is_printed_without_any_configuration() {
    let world = World::bare().with("ORGCONN_CONFIG", "/nowhere/orgconn.toml");
    let printed = world.run(["schema"]).quiet_success();
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["title"], "orgconn desired state");
    assert_eq!(printed, orgconn::topology::desired::SCHEMA);
}
