//! Writes live connections as text: as a desired-state file or as Terraform resources.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::escape::needs_escape;
use crate::model::{
    Connection, ConnectionType, OrgDirectory, OrgRef, OrgSelector, TypeSet, connections_by_pair,
};

/// The first line of the YAML file.
const YAML_HEADER: &str = "# Connections between Datadog orgs, read by orgconn\n";

/// The first lines of the Terraform file. They have no `required_providers` block, since it would conflict with an
/// existing one. What they say of the import is what the provider's code does (`resource_datadog_org_connection.go`).
const TERRAFORM_HEADER: &str = "\
# Connections between Datadog orgs, for the provider DataDog/datadog; `import` blocks need Terraform 1.5.
# A connection belongs to the org whose keys its provider uses: the variables give each provider the keys of its org. On
# another site than datadoghq.com, a provider also needs its `api_url`.
# The provider's import does not look for the id: until the destination is known, it reads the first connection of the
# account. Before you apply an import, compare what `terraform plan` shows of it with its resource.
";

/// How a desired-state file is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FileOptions {
    /// Writes every org as its UUID, with the name as a comment.
    pub(crate) ids: bool,
    /// Says that the file is the whole truth about every org that a profile serves.
    pub(crate) manage_all: bool,
}

/// Words that at least one version of YAML reads as something else than text.
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
/// An org is written as its name if that name identifies it in `directory` and the options do not ask for UUIDs, else as
/// its UUID with the name as a comment. If the file is read and resolved with the same directory, it describes exactly
/// the given connections, except those that are not [expressible](is_expressible). Types that this version does not know are preserved: a
/// reader accepts them where they are live.
pub(crate) fn to_yaml(
    connections: &[Connection],
    directory: &OrgDirectory,
    options: FileOptions,
) -> String {
    let mut scalars: HashMap<Uuid, String> = HashMap::new();
    let mut scalar_of = |org: &OrgRef| {
        let scalar = scalars.entry(org.id);
        let write = || match options.ids {
            true => id_scalar(org),
            false => org_scalar(org, directory),
        };
        scalar.or_insert_with(write).clone()
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
    let manage = if options.manage_all {
        "manage: all\n"
    } else {
        ""
    };
    match entries.is_empty() {
        true => format!("{YAML_HEADER}{manage}connections: []\n"),
        false => format!("{YAML_HEADER}{manage}connections:\n{entries}"),
    }
}

/// Whether a desired-state file can describe the connection. It cannot if the connection shares nothing, has a type
/// with a blank name, or connects an org to itself.
pub(crate) fn is_expressible(connection: &Connection) -> bool {
    let is_blank = |kind: &ConnectionType| kind.as_str().trim().is_empty();
    let types = &connection.types;
    !types.is_empty()
        && !types.iter().any(is_blank)
        && connection.source.id != connection.destination.id
}

/// The selector of `org` in the file: its name if that identifies the org, else its UUID with the name as a comment.
fn org_scalar(org: &OrgRef, directory: &OrgDirectory) -> String {
    let Some(name) = &org.name else {
        return org.id.to_string();
    };
    let mut texts = [name.clone(), format!("name:{name}")].into_iter();
    match texts.find(|text| selects(text, org.id, directory)) {
        Some(text) => yaml_scalar(&text),
        None => id_scalar(org),
    }
}

/// The UUID of `org`, with the name as a comment.
fn id_scalar(org: &OrgRef) -> String {
    match &org.name {
        Some(name) => format!("{} # {}", org.id, yaml_scalar(name)),
        None => org.id.to_string(),
    }
}

/// Whether `text`, read as a selector, selects exactly the org with this id.
fn selects(text: &str, id: Uuid, directory: &OrgDirectory) -> bool {
    let selector: Result<OrgSelector, _> = text.parse();
    let found = selector.map(|selector| selector.resolve(directory));
    matches!(found, Ok(Ok(found)) if found.id == id)
}

/// Writes `connections` as Terraform configuration, sorted by the names of source and destination. Each source org gets
/// a provider alias with variables for its keys. Each connection gets a `datadog_org_connection` resource and a block that
/// imports it.
///
/// The resource is described in the documentation of Datadog's provider (`resources/org_connection`). It does not name
/// the source: that is the org whose keys the provider uses.
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
    format!(
        r#"
# {source}
variable "{alias}_api_key" {{
  type      = string
  sensitive = true
}}

variable "{alias}_app_key" {{
  type      = string
  sensitive = true
}}

provider "datadog" {{
  alias   = "{alias}"
  api_key = var.{alias}_api_key
  app_key = var.{alias}_app_key
}}
"#
    )
}

/// The resource of one connection and the block that imports it. The import block names no provider, since Terraform
/// uses that of the resource.
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

/// The name and the id of an org for a comment. They stay on one line even if the name contains line breaks.
fn org_comment(org: &OrgRef) -> String {
    match &org.name {
        Some(name) => format!("{} ({})", yaml_scalar(name), org.id),
        None => org.id.to_string(),
    }
}

/// A unique Terraform identifier for each org, made from its name.
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

/// Returns `wanted` if it is not taken, else `wanted` with the first free number, from 2.
fn unique_name(wanted: String, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number: u64| format!("{wanted}_{number}"));
    let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
    let new = candidates.find(|candidate| taken.insert(candidate.clone()));
    new.unwrap_or(wanted)
}

/// Turns a name into an identifier of lower-case ASCII letters, digits and underscores that begins with a letter.
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

/// One connection for each pair of orgs, sorted by their names. Names from `directory` are preferred, since they are
/// newer than those in a connection.
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

/// The types, separated by commas. `scalar` writes each of them.
fn type_list(types: &TypeSet, scalar: fn(&str) -> String) -> String {
    let types: Vec<_> = types.iter().map(|kind| scalar(kind.as_str())).collect();
    types.join(", ")
}

/// `text` as a YAML scalar that is also valid inside `[…]`. It is in double quotes unless every reader reads it as this
/// text without them.
fn yaml_scalar(text: &str) -> String {
    match is_plain(text) {
        true => text.to_owned(),
        false => quote(text),
    }
}

/// Whether the text begins with a letter and contains nothing that has a meaning in YAML.
fn is_plain(text: &str) -> bool {
    let is_harmless = |character: char| {
        is_visible(character) && (character.is_alphanumeric() || " ._/()+-".contains(character))
    };
    text.starts_with(char::is_alphabetic)
        && !text.ends_with(' ')
        && text.chars().all(is_harmless)
        && !RESERVED_WORDS.contains(&text.to_lowercase().as_str())
}

/// `text` as an HCL string. Template sequences in it are escaped.
fn hcl_string(text: &str) -> String {
    quote(text).replace("${", "$${").replace("%{", "%%{")
}

/// `text` in double quotes on one line. Every character that is not plainly visible is escaped. YAML and HCL read the
/// result in the same way.
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

/// Whether a character is visible. Rust escapes the others, such as control characters and marks that change the
/// direction of writing.
fn is_visible(character: char) -> bool {
    let is_printable = character == '\'' || character.escape_debug().len() == 1;
    is_printable && !needs_escape(character)
}
