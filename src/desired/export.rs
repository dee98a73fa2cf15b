//! Live connections as text: a desired-state file, or Terraform resources.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::model::{
    Connection, ConnectionType, OrgDirectory, OrgRef, OrgSelector, TypeSet, connections_by_pair,
};

/// The first line of the file.
const YAML_HEADER: &str = "# Connections between Datadog orgs, read by orgconn\n";

/// The head of the file. A `required_providers` block would clash with an existing one.
const TERRAFORM_HEADER: &str = "\
# Connections between Datadog orgs, for the provider DataDog/datadog; `import` blocks need Terraform 1.5.
# A connection belongs to the org whose keys its provider uses: give each provider the keys of its org.
";

/// Words that some version of YAML does not read as text.
const RESERVED_WORDS: [&str; 13] = [
    "true",
    "false",
    "null",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "nan",
    "inf",
    "infinity",
    "undefined",
];

/// Writes `connections` as a desired-state file, sorted by the names of source and destination.
///
/// An org is called by its name where that name, looked up in `directory`, means this org and no other; else by its
/// UUID, with the name as a comment. Read and resolved against the same directory, the file wants exactly the
/// connections that it was made from, but for those that are not [expressible](is_expressible). Types that this
/// version does not know are preserved; only a reader that allows unknown types takes them back.
pub(crate) fn to_yaml(connections: &[Connection], directory: &OrgDirectory) -> String {
    let mut scalars: HashMap<Uuid, String> = HashMap::new();
    let mut scalar_of = |org: &OrgRef| {
        let scalar = scalars.entry(org.id);
        scalar.or_insert_with(|| org_scalar(org, directory)).clone()
    };
    let mut entries = String::new();
    let mut connections = one_per_pair_sorted(connections, directory);
    connections.retain(is_expressible);
    for connection in &connections {
        let source = scalar_of(&connection.source);
        let destination = scalar_of(&connection.destination);
        let types = type_list(&connection.types, yaml_scalar);
        entries.push_str(&format!(
            "  - source: {source}\n    destination: {destination}\n    types: [{types}]\n"
        ));
    }
    match entries.is_empty() {
        true => format!("{YAML_HEADER}connections: []\n"),
        false => format!("{YAML_HEADER}connections:\n{entries}"),
    }
}

/// Whether a desired-state file can want the connection. It cannot say "shares nothing", nor name a type without a
/// word, nor connect an org to itself.
pub(crate) fn is_expressible(connection: &Connection) -> bool {
    let is_blank = |kind: &ConnectionType| kind.as_str().trim().is_empty();
    let types = &connection.types;
    !types.is_empty()
        && !types.iter().any(is_blank)
        && connection.source.id != connection.destination.id
}

/// The selector of `org` in the file: its name where that means this org alone, else its UUID with the name as a
/// comment.
fn org_scalar(org: &OrgRef, directory: &OrgDirectory) -> String {
    let Some(name) = &org.name else {
        return org.id.to_string();
    };
    let mut texts = [name.clone(), format!("name:{name}")].into_iter();
    match texts.find(|text| selects(text, org.id, directory)) {
        Some(text) => yaml_scalar(&text),
        None => format!("{} # {}", org.id, yaml_scalar(name)),
    }
}

/// Whether a reader of `text` finds the org with this id and no other.
fn selects(text: &str, id: Uuid, directory: &OrgDirectory) -> bool {
    let selector: Result<OrgSelector, _> = text.parse();
    let found = selector.map(|selector| selector.resolve(directory));
    matches!(found, Ok(Ok(found)) if found.id == id)
}

/// Writes `connections` as Terraform configuration, sorted by the names of source and destination: a provider alias
/// for each source org, and for each connection a `datadog_org_connection` resource with the block that imports it.
///
/// The resource is that of Datadog's provider (its documentation, `resources/org_connection`). It has no source: that
/// is the org whose keys the provider uses.
pub(crate) fn to_terraform(connections: &[Connection], directory: &OrgDirectory) -> String {
    let mut text = TERRAFORM_HEADER.to_owned();
    let mut aliases = Aliases::default();
    let mut resources = HashSet::new();
    let connections = one_per_pair_sorted(connections, directory);
    for connections in connections.chunk_by(|one, next| one.source.id == next.source.id) {
        let source = &connections[0].source;
        let alias = aliases.get(source);
        text.push_str(&provider_block(source, &alias));
        for connection in connections {
            let resource = format!("{alias}_to_{}", aliases.get(&connection.destination));
            let resource = unique_name(resource, &mut resources);
            text.push_str(&resource_blocks(connection, &alias, &resource));
        }
    }
    text
}

fn provider_block(source: &OrgRef, alias: &str) -> String {
    let source = org_comment(source);
    format!("\n# {source}\nprovider \"datadog\" {{\n  alias = \"{alias}\"\n}}\n")
}

/// The resource of one connection and the block that imports it. The import names no provider: Terraform takes the
/// one of the resource.
fn resource_blocks(connection: &Connection, alias: &str, resource: &str) -> String {
    format!(
        r#"
# {source} to {destination}
resource "datadog_org_connection" "{resource}" {{
  provider         = datadog.{alias}
  sink_org_id      = "{destination_id}"
  connection_types = [{types}]
}}

import {{
  to = datadog_org_connection.{resource}
  id = "{id}"
}}
"#,
        source = org_comment(&connection.source),
        destination = org_comment(&connection.destination),
        destination_id = connection.destination.id,
        types = type_list(&connection.types, hcl_string),
        id = connection.id,
    )
}

/// The name and the id for a comment: on one line, whatever the name holds.
fn org_comment(org: &OrgRef) -> String {
    match &org.name {
        Some(name) => format!("{} ({})", yaml_scalar(name), org.id),
        None => org.id.to_string(),
    }
}

/// An identifier for each org, made from its name.
#[derive(Default)]
struct Aliases {
    by_org: HashMap<Uuid, String>,
    taken: HashSet<String>,
}

impl Aliases {
    fn get(&mut self, org: &OrgRef) -> String {
        let taken = &mut self.taken;
        let alias = self.by_org.entry(org.id);
        alias
            .or_insert_with(|| unique_name(identifier(&org.label()), taken))
            .clone()
    }
}

/// `wanted`, or `wanted` with the first number from 2 that makes it new.
fn unique_name(wanted: String, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number: u64| format!("{wanted}_{number}"));
    let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
    let new = candidates.find(|candidate| taken.insert(candidate.clone()));
    new.unwrap_or(wanted)
}

/// Lower-case letters and digits of ASCII, with underscores for all else; a letter first.
fn identifier(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let joined = words.join("_").to_ascii_lowercase();
    match joined.chars().next() {
        Some(first) if first.is_ascii_lowercase() => joined,
        Some(_) => format!("org_{joined}"),
        None => "org".to_owned(),
    }
}

/// Names come from `directory` where it has them: they are newer than those of a connection.
fn one_per_pair_sorted(connections: &[Connection], directory: &OrgDirectory) -> Vec<Connection> {
    let named = |org: &OrgRef| OrgRef {
        id: org.id,
        name: directory.org_ref(org.id).name.or_else(|| org.name.clone()),
    };
    let mut sorted: Vec<_> = connections_by_pair(connections).into_values().collect();
    for connection in &mut sorted {
        connection.source = named(&connection.source);
        connection.destination = named(&connection.destination);
    }
    sorted.sort_by_cached_key(|connection| {
        let (source, destination) = (&connection.source, &connection.destination);
        (
            source.label(),
            source.id,
            destination.label(),
            destination.id,
        )
    });
    sorted
}

/// The types with commas between them, each written by `scalar`.
fn type_list(types: &TypeSet, scalar: fn(&str) -> String) -> String {
    let types: Vec<_> = types.iter().map(|kind| scalar(kind.as_str())).collect();
    types.join(", ")
}

/// `text` as a YAML scalar, also within `[…]`: plain where every reader reads it as this text, else in double quotes.
fn yaml_scalar(text: &str) -> String {
    match is_plain(text) {
        true => text.to_owned(),
        false => quote(text),
    }
}

/// Whether it begins with a letter, and nothing in it has a meaning in YAML.
fn is_plain(text: &str) -> bool {
    let is_harmless =
        |character: char| character.is_alphanumeric() || " ._/()+-".contains(character);
    text.starts_with(char::is_alphabetic)
        && !text.ends_with(' ')
        && text.chars().all(is_harmless)
        && !RESERVED_WORDS.contains(&text.to_lowercase().as_str())
}

/// `text` as an HCL string in which nothing is a template.
fn hcl_string(text: &str) -> String {
    quote(text).replace("${", "$${").replace("%{", "%%{")
}

/// `text` in double quotes on one line, with escapes for everything that is not plainly visible. YAML and HCL read it
/// alike.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            visible if is_visible(visible) => quoted.push(visible),
            _ if code <= 0xffff => quoted.push_str(&format!("\\u{code:04x}")),
            _ => quoted.push_str(&format!("\\U{code:08x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether Rust's own escapes show the character as it is, unlike control characters, marks that turn the direction
/// of writing, and the like.
fn is_visible(character: char) -> bool {
    character == '\'' || character.escape_debug().len() == 1
}
