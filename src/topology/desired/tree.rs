use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{MessageFormatter, Options, Spanned, UserMessageFormatter};

use super::fault::{DesiredError, Fault};
use super::{Located, Position};

/// Longer texts are refused before they are parsed, in bytes. A file of 10 000 connections has about 1 MB.
const MOST_BYTES: usize = 8 << 20;
/// Deeper texts are refused. The format itself needs a depth of 4.
const MOST_DEPTH: usize = 16;
/// At most this many values, those that an alias repeats among them.
const MOST_NODES: usize = 250_000;

/// Any YAML at all, with the place of every value. Reading into this first, and only then looking at what it says,
/// is what lets all mistakes be told at once.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Nothing,
    Bool,
    Number,
    Text(String),
    List(Vec<Located<Node>>),
    /// The keys in their order. One that is written twice is there twice.
    Map(Vec<(Located<Node>, Located<Node>)>),
}

impl Node {
    /// What it is, as a message says it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Reads `text` as one YAML document (JSON is YAML too).
///
/// # Errors
/// The text is no YAML, or larger or deeper than any such file would be. The parser stops at the first of these.
pub(super) fn parse(text: &str) -> Result<Located<Node>, DesiredError> {
    let beginning = Position { line: 1, column: 1 };
    if text.len() > MOST_BYTES {
        return Err(DesiredError::new(
            beginning,
            Fault::TooLarge { most: MOST_BYTES },
        ));
    }
    let document: Option<Spanned<Node>> =
        serde_saphyr::from_str_with_options(text, options()).map_err(|error| refusal(&error))?;
    Ok(document.map_or(
        Located {
            value: Node::Nothing,
            position: beginning,
        },
        Into::into,
    ))
}

/// YAML 1.2, as editors read it: `no` is text, not false. Repeated keys are passed on, to be reported with the rest.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MOST_DEPTH,
            flow_nesting_limit: MOST_DEPTH,
            max_nodes: MOST_NODES,
            max_documents: 2,
            max_total_scalar_bytes: MOST_BYTES,
            max_recorded_anchor_events: MOST_NODES,
            max_recorded_anchor_bytes: MOST_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_NODES },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn refusal(error: &serde_saphyr::Error) -> DesiredError {
    let position = error.location().unwrap_or(serde_saphyr::Location::UNKNOWN);
    let message = UserMessageFormatter.format_message(error.without_snippet());
    DesiredError::new(position.into(), Fault::Syntax(message.into_owned()))
}

/// For a value behind an alias, the place of the alias.
impl From<Spanned<Node>> for Located<Node> {
    fn from(node: Spanned<Node>) -> Self {
        Self {
            value: node.value,
            position: node.referenced.into(),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Bool)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element::<Spanned<Node>>()? {
            nodes.push(node.into());
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<Node>, Spanned<Node>>()? {
            entries.push((key.into(), value.into()));
        }
        Ok(Node::Map(entries))
    }
}
