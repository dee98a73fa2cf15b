use std::fmt;

use serde::{Deserialize, Serialize};

use super::fold_name;

/// A type of data that a connection shares. The order of the variants is the order in which types are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ConnectionType {
    /// `logs`
    Logs,
    /// `metrics`
    Metrics,
    /// `audit`
    Audit,
    /// A type that this version does not know. It is shown and preserved, and accepted in every answer of the API.
    Other(String),
}

impl ConnectionType {
    /// The types that this version knows, in the order in which they are shown.
    pub const KNOWN: [Self; 3] = [Self::Logs, Self::Metrics, Self::Audit];

    /// The type's name in the API.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Audit => "audit",
            Self::Other(word) => word,
        }
    }

    /// Reads a type that a person wrote: a known one in any letter case, and with spaces at its ends. Any other stays as
    /// it is, since the API may tell apart what this version does not know.
    pub fn from_word(word: &str) -> Self {
        let is_same = |known: &Self| fold_name(known.as_str()) == fold_name(word);
        let known = Self::KNOWN.into_iter().find(is_same);
        known.unwrap_or_else(|| word.into())
    }

    /// Whether this version knows the type.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<&str> for ConnectionType {
    fn from(word: &str) -> Self {
        match word {
            "logs" => Self::Logs,
            "metrics" => Self::Metrics,
            "audit" => Self::Audit,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<String> for ConnectionType {
    fn from(word: String) -> Self {
        word.as_str().into()
    }
}

impl From<ConnectionType> for String {
    fn from(kind: ConnectionType) -> Self {
        kind.as_str().to_owned()
    }
}

impl fmt::Display for ConnectionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A sorted set of connection types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Vec<ConnectionType>")]
pub struct TypeSet(Vec<ConnectionType>);

impl TypeSet {
    /// The types in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, ConnectionType> {
        self.0.iter()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `kind` is in the set.
    pub fn contains(&self, kind: &ConnectionType) -> bool {
        self.0.contains(kind)
    }

    /// The types that are in this set, in `other`, or in both.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// The types of this set that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        let missing = self.iter().filter(|kind| !other.contains(kind));
        missing.cloned().collect()
    }

    /// The types that are in both this set and `other`.
    pub fn intersection(&self, other: &Self) -> Self {
        let common = self.iter().filter(|kind| other.contains(kind));
        common.cloned().collect()
    }
}

impl FromIterator<ConnectionType> for TypeSet {
    fn from_iter<I: IntoIterator<Item = ConnectionType>>(types: I) -> Self {
        Vec::from_iter(types).into()
    }
}

impl From<Vec<ConnectionType>> for TypeSet {
    fn from(mut types: Vec<ConnectionType>) -> Self {
        types.sort_unstable();
        types.dedup();
        Self(types)
    }
}

impl<'a> IntoIterator for &'a TypeSet {
    type Item = &'a ConnectionType;
    type IntoIter = std::slice::Iter<'a, ConnectionType>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The names of the types, separated by commas as in the argument of `--type`: `logs,metrics`.
impl fmt::Display for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.iter().map(ConnectionType::as_str).collect();
        f.pad(&words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> TypeSet {
        words.iter().map(|word| (*word).into()).collect()
    }

    #[test]
    fn a_set_has_each_type_once_and_in_order() {
        assert_eq!(
            set(&["rum", "audit", "logs", "apm", "metrics", "logs"]).to_string(),
            "logs,metrics,audit,apm,rum"
        );
    }

    #[test]
    fn sets_are_combined() {
        let (all, some) = (set(&["logs", "metrics", "new"]), set(&["metrics"]));
        assert_eq!(all.difference(&some), set(&["new", "logs"]));
        assert_eq!(all.intersection(&some), some);
        assert_eq!(all.difference(&some).union(&some), all);
    }

    #[test]
    fn known_types_are_those_of_the_api_and_letter_case_counts() {
        assert!(ConnectionType::KNOWN.iter().all(ConnectionType::is_known));
        assert!(!ConnectionType::from("Logs").is_known());
    }

    #[test]
    fn a_person_writes_a_type_in_any_letter_case_and_with_spaces() {
        assert_eq!(ConnectionType::from_word(" Logs"), ConnectionType::Logs);
        assert_eq!(ConnectionType::from_word("AUDIT "), ConnectionType::Audit);
        let unknown = ConnectionType::Other("Rum ".to_owned());
        assert_eq!(ConnectionType::from_word("Rum "), unknown);
    }

    #[test]
    fn a_set_is_a_list_of_words_in_json() {
        let read: TypeSet = serde_json::from_str(r#"["rum", "metrics", "rum"]"#).unwrap();
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"["metrics","rum"]"#
        );
    }
}
