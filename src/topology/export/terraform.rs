use std::collections::{HashMap, HashSet};
use std::fmt;

use uuid::Uuid;

use super::{Exported, in_order, quote, uuid_of};
use crate::topology::{Connection, Directory, Id, Reference};

/// What a reader needs to know. A `required_providers` block of its own would clash with one that is there already.
const HEAD: &str = "\
# Connections between Datadog orgs, for the provider DataDog/datadog; `import` blocks need Terraform 1.5.
# A connection belongs to the org whose keys its provider uses: give each provider the keys of its org.
";

/// See [`as_terraform`](super::as_terraform).
pub(super) fn write(connections: &[Connection], directory: &Directory) -> Exported {
    let (pairs, mut left_out) = in_order(connections, directory);
    let mut names = Names::default();
    let mut text = HEAD.to_owned();
    for connection in pairs {
        let (Some(id), Some(destination)) = (&connection.id, uuid_of(&connection.destination))
        else {
            left_out.push(connection);
            continue;
        };
        let alias = names.alias(&connection.source);
        if names.providers.insert(alias.clone()) {
            text.push_str(&provider(&connection.source, &alias));
        }
        let resource = format!("{alias}_to_{}", names.alias(&connection.destination));
        let block = Block {
            connection: &connection,
            id,
            destination,
            alias,
            resource: unique(&resource, &mut names.resources),
        };
        text.push_str(&block.to_string());
    }
    Exported { text, left_out }
}

fn provider(source: &Reference, alias: &str) -> String {
    format!(
        "\n# {}\nprovider \"datadog\" {{\n  alias = \"{alias}\"\n}}\n",
        described(source)
    )
}

/// The resource of one connection and the block that imports it.
struct Block<'a> {
    connection: &'a Connection,
    id: &'a Id,
    destination: Uuid,
    alias: String,
    resource: String,
}

/// The import block names no provider: Terraform takes the one of the resource.
impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = &self.connection.types;
        let types: Vec<_> = types.iter().map(|kind| quote::hcl(kind.as_str())).collect();
        write!(
            f,
            r#"
# {source_org} to {destination_org}
resource "datadog_org_connection" "{resource}" {{
  provider         = datadog.{alias}
  sink_org_id      = "{destination}"
  connection_types = [{types}]
}}

import {{
  to = datadog_org_connection.{resource}
  id = {id}
}}
"#,
            source_org = described(&self.connection.source),
            destination_org = described(&self.connection.destination),
            resource = self.resource,
            alias = self.alias,
            destination = self.destination,
            types = types.join(", "),
            id = quote::hcl(&self.id.to_string()),
        )
    }
}

/// The name and the id, fit for a comment: on one line, whatever the name holds.
fn described(org: &Reference) -> String {
    let id = org.id.as_ref().map(|id| quote::yaml(&id.to_string()));
    match (&org.name, id) {
        (Some(name), Some(id)) => format!("{} ({id})", quote::yaml(name)),
        (Some(name), None) => quote::yaml(name),
        (None, id) => id.unwrap_or_default(),
    }
}

/// The identifiers that were given so far.
#[derive(Default)]
struct Names {
    aliases: HashMap<Id, String>,
    providers: HashSet<String>,
    taken: HashSet<String>,
    resources: HashSet<String>,
}

impl Names {
    /// An identifier for `org`, made from its name, and not given to another one.
    fn alias(&mut self, org: &Reference) -> String {
        let wanted = identifier(&org.label());
        let Some(id) = org.id.clone() else {
            return wanted;
        };
        let taken = &mut self.taken;
        self.aliases
            .entry(id)
            .or_insert_with(|| unique(&wanted, taken))
            .clone()
    }
}

/// `wanted`, or with the first number behind it that makes it new.
fn unique(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut candidate = wanted.to_owned();
    let mut number = 2u64;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{wanted}_{number}");
        number += 1;
    }
    candidate
}

/// Lower-case letters and digits of ASCII, with underscores for all else; a letter first.
fn identifier(name: &str) -> String {
    let words: Vec<_> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let joined = words.join("_");
    if joined.starts_with(|first: char| first.is_ascii_lowercase()) {
        joined
    } else {
        format!("org_{joined}").trim_end_matches('_').to_owned()
    }
}
