use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{
    Error, Location, MessageFormatter as _, Options, Spanned, UserMessageFormatter,
};

use super::error::DesiredErrorKind;
use super::position::{Position, WithPosition};

/// The maximum size of a text in bytes. A file of 10 000 connections has about 1 MB.
const MAX_BYTES: usize = 8 << 20;
/// The maximum depth of nested values. The format itself needs 4 levels.
const MAX_DEPTH: usize = 16;
/// The maximum number of values in a text. A value that an alias repeats is counted again.
const MAX_NODES: usize = 250_000;

/// Any YAML value with its position.
pub(super) type YamlNode = WithPosition<YamlValue>;

/// Any YAML value, with the positions of all values in it.
///
/// The text is first read into this type and then checked against the format. Reading directly into the format's
/// structs would stop at the first mistake.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum YamlValue {
    Null,
    Bool,
    Number,
    Text(String),
    List(Vec<YamlNode>),
    /// The keys with their values, in the order of the text. Repeated keys are kept.
    Map(Vec<(YamlNode, YamlNode)>),
}

impl YamlValue {
    /// The name of the kind of value, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
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
/// Fails if the text is not YAML, or is larger or deeper than the limits. The parser stops at the first mistake.
pub(super) fn parse(text: &str) -> Result<YamlNode, (Position, DesiredErrorKind)> {
    if text.len() > MAX_BYTES {
        let kind = DesiredErrorKind::TooLarge(MAX_BYTES);
        return Err((Position::START, kind));
    }
    let document: Option<Spanned<YamlValue>> = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| syntax_error(&error))?;
    Ok(document.map_or(
        WithPosition {
            value: YamlValue::Null,
            position: Position::START,
        },
        Into::into,
    ))
}

/// Options for YAML 1.2, which editors use: `no` is text and not false. Repeated keys are kept, so that they are
/// reported together with the other mistakes.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            // The parser's own limit, which has another error, is never reached.
            flow_nesting_limit: MAX_BYTES,
            max_nodes: MAX_NODES,
            max_merge_keys: MAX_NODES,
            max_documents: 2,
            max_total_scalar_bytes: MAX_BYTES,
            max_recorded_anchor_events: MAX_NODES,
            max_recorded_anchor_bytes: MAX_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Merge,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn syntax_error(error: &Error) -> (Position, DesiredErrorKind) {
    let position = error.location().unwrap_or(Location::UNKNOWN);
    let mut error = error.without_snippet();
    // An error in a value that an alias repeats is inside of another one.
    while let Error::AliasError { error: inner, .. } = error {
        error = inner;
    }
    let kind = match error {
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => DesiredErrorKind::TooDeep(MAX_DEPTH),
            BudgetBreach::Documents { .. } => DesiredErrorKind::SecondDocument,
            _ => DesiredErrorKind::TooManyValues(MAX_NODES),
        },
        Error::MultipleDocuments { .. } => DesiredErrorKind::SecondDocument,
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => DesiredErrorKind::TooManyValues(MAX_NODES),
        other => DesiredErrorKind::Syntax(UserMessageFormatter.format_message(other).into_owned()),
    };
    (position.into(), kind)
}

/// If the parser does not know the location, the beginning of the text is used.
impl From<Location> for Position {
    fn from(location: Location) -> Self {
        Self {
            line: location.line().max(1),
            column: location.column().max(1),
        }
    }
}

/// The position of a value that an alias repeats is that of the alias.
impl From<Spanned<YamlValue>> for YamlNode {
    fn from(node: Spanned<YamlValue>) -> Self {
        Self {
            value: node.value,
            position: node.referenced.into(),
        }
    }
}

impl<'de> Deserialize<'de> for YamlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = YamlValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<YamlValue, E> {
        Ok(YamlValue::Bool)
    }

    fn visit_i64<E>(self, _: i64) -> Result<YamlValue, E> {
        Ok(YamlValue::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<YamlValue, E> {
        Ok(YamlValue::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<YamlValue, E> {
        Ok(YamlValue::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<YamlValue, E> {
        Ok(YamlValue::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<YamlValue, E> {
        Ok(YamlValue::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<YamlValue, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element::<Spanned<YamlValue>>()? {
            nodes.push(node.into());
        }
        Ok(YamlValue::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<YamlValue, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<YamlValue>, Spanned<YamlValue>>()? {
            entries.push((key.into(), value.into()));
        }
        Ok(YamlValue::Map(entries))
    }
}
