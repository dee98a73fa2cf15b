//! The account in which the commands run: four orgs that share data, and one that does not.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::command::{Command, Effect};
use crate::harness::live::{self, Access, Change, Connection, Group, Keys, Live, Org};
use crate::harness::{Profiles, Service, World, uuid};

const ORGS: [&str; 5] = ["Hub", "Retail", "Platform", "Archive", "Vault"];

/// What a file wants where the hub's keys are used, and where all profiles are.
const HUB_FILE: &str = "\
manage: [Hub]
connections:
  - {source: Hub, destination: Retail, types: [audit]}
  - {source: Hub, destination: Archive, types: [logs]}
";
const ALL_FILE: &str = "\
manage: [Hub, Retail, Platform]
connections:
  - {source: Hub, destination: Retail, types: [audit]}
  - {source: Hub, destination: Archive, types: [logs]}
  - {source: Retail, destination: Hub, types: [metrics]}
  - {source: Platform, destination: Hub, types: [audit]}
";

const GROUP_FILE: &str = "\
connections:
  - {source: Hub, destination: group:Partners, types: [audit]}
";

/// The live state before a command. Its pages are short, so that listings have several.
pub(super) fn live() -> Live {
    let org = |(number, name): (u128, &&str)| Org {
        name: (*name).to_owned(),
        ..Org::numbered(number)
    };
    let connection = |number: u128, source, destination, types: &[&str]| Connection {
        id: Uuid::from_u128(number),
        source,
        destination,
        types: types.iter().map(|word| (*word).to_owned()).collect(),
        policies: BTreeMap::new(),
    };
    let keys = |org| Keys {
        org,
        access: Access::Write,
    };
    let group = |number, name: &str, orgs: &[usize]| Group {
        id: Uuid::from_u128(number),
        name: name.to_owned(),
        orgs: orgs.to_vec(),
    };
    let everybody = json!([{"relation": "editor", "principals": [format!("org:{}", uuid(1))]}]);
    let restricted = Connection {
        policies: BTreeMap::from([(0, everybody)]),
        ..connection(51, 0, 2, &["logs", "metrics"])
    };
    Live {
        orgs: (1..).zip(&ORGS).map(org).collect(),
        keys: (0..3).map(keys).collect(),
        connections: vec![
            connection(50, 0, 1, &["logs"]),
            restricted,
            connection(52, 2, 0, &["audit"]),
            connection(53, 1, 2, &["metrics"]),
        ],
        groups: vec![
            group(70, "Partners", &[0, 1, 3]),
            group(71, "Platforms", &[2]),
            group(72, "Spare", &[]),
        ],
        page_rows: Some(2),
        ..Live::default()
    }
}

/// A home with the files of a command and the keys that it uses.
pub(super) fn world(command: &Command, service: &Service) -> World {
    let url = service.api.url();
    let world = match command.uses_profiles {
        false => service.world(),
        true => Profiles::new("default_profile = \"hub\"")
            .at("hub", url, None, "HUB")
            .at("retail", url, Some(&uuid(2)), "RETAIL")
            .at("platform", url, None, "PLATFORM")
            .world(),
    };
    world.file("hub.yaml", HUB_FILE);
    world.file("all.yaml", ALL_FILE);
    world.file("groups.yaml", GROUP_FILE);
    world.file("input", &command.input());
    let prefixes = ["HUB", "RETAIL", "PLATFORM"].iter().enumerate();
    prefixes.fold(world, |world, (at, prefix)| {
        world
            .with(&format!("{prefix}_API_KEY"), &live::key(at))
            .with(&format!("{prefix}_APP_KEY"), &live::key(at))
    })
}

/// The changes so far, each as what a pair shares afterwards.
pub(super) fn effects(live: &Live) -> Vec<(String, String, String)> {
    // An update that was sent twice changes nothing the second time.
    let is_real = |change: &&Change| {
        let parts = |end: &Option<Connection>| {
            let end = end.as_ref();
            end.map(|one| (one.types.clone(), one.policies.clone()))
        };
        parts(&change.before) != parts(&change.after)
    };
    let effect = |change: &Change| {
        let connection = change.after.as_ref().or(change.before.as_ref()).unwrap();
        let name = |org: usize| live.orgs[org].name.clone();
        let after = change.after.as_ref().map(|after| describe(after, live));
        let (source, destination) = (name(connection.source), name(connection.destination));
        (source, destination, after.unwrap_or_default())
    };
    live.changes.iter().filter(is_real).map(effect).collect()
}

/// Whether the live state is as an effect says.
pub(super) fn holds(live: &Live, (source, destination, wanted): &Effect) -> bool {
    let is_pair = |one: &&Connection| {
        live.orgs[one.source].name == *source && live.orgs[one.destination].name == *destination
    };
    let mut found = live.connections.iter().filter(is_pair);
    let found_one = found.next().map(|one| describe(one, live));
    found_one.unwrap_or_default() == *wanted && found.next().is_none()
}

/// The types of a connection, and the relations that its orgs restrict: `logs,metrics; Hub: editor`.
fn describe(connection: &Connection, live: &Live) -> String {
    let mut text = Vec::from_iter(connection.types.iter().cloned()).join(",");
    for (org, bindings) in &connection.policies {
        let relations = bindings.as_array().unwrap().iter();
        let relations: Vec<_> = relations
            .filter_map(|one| one["relation"].as_str())
            .collect();
        text += &format!("; {}: {}", live.orgs[*org].name, relations.join(","));
    }
    text
}

/// The name of an org with this id.
pub(super) fn name_of(id: &str) -> Option<&'static str> {
    let at = (1..).zip(ORGS).find(|(number, _)| uuid(*number) == id);
    at.map(|(_, name)| name)
}
