use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// What a connection shares. The order is that in which types are always shown: `logs`, `metrics`, `audit`, others.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectionType {
    /// `logs`
    Logs,
    /// `metrics`
    Metrics,
    /// `audit`
    Audit,
    /// A type that this version does not know. It is shown and kept, never refused on read.
    Other(Box<str>),
}

impl ConnectionType {
    /// The types that this version knows, in their order.
    pub const KNOWN: [Self; 3] = [Self::Logs, Self::Metrics, Self::Audit];

    /// The word that the API and people use.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Audit => "audit",
            Self::Other(word) => word,
        }
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
            other => Self::Other(other.into()),
        }
    }
}

impl FromStr for ConnectionType {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(word.into())
    }
}

impl fmt::Display for ConnectionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ConnectionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of connection types: each once, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeSet(Vec<ConnectionType>);

impl TypeSet {
    /// The types in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, ConnectionType> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `kind` is among them.
    pub fn contains(&self, kind: &ConnectionType) -> bool {
        self.0.binary_search(kind).is_ok()
    }

    /// Whether all of `other` are among them.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.iter().all(|kind| self.contains(kind))
    }

    /// These and those of `other`.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// These without those of `other`.
    pub fn difference(&self, other: &Self) -> Self {
        self.iter()
            .filter(|kind| !other.contains(kind))
            .cloned()
            .collect()
    }

    /// Those that are in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter()
            .filter(|kind| other.contains(kind))
            .cloned()
            .collect()
    }
}

impl FromIterator<ConnectionType> for TypeSet {
    fn from_iter<I: IntoIterator<Item = ConnectionType>>(types: I) -> Self {
        let mut types: Vec<_> = types.into_iter().collect();
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

/// The words with commas between them and no spaces, as `--type` reads them: `logs,metrics`.
impl fmt::Display for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, kind) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(kind.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> TypeSet {
        words
            .iter()
            .map(|word| ConnectionType::from(*word))
            .collect()
    }

    #[test]
    fn types_stand_once_and_in_their_order() {
        assert_eq!(
            set(&["rum", "audit", "logs", "apm", "metrics", "logs"]).to_string(),
            "logs,metrics,audit,apm,rum"
        );
    }

    #[test]
    fn sets_are_compared_and_combined() {
        let (all, some) = (set(&["logs", "metrics", "new"]), set(&["metrics"]));
        assert!(all.contains_all(&some) && !some.contains_all(&all));
        assert!(some.contains_all(&TypeSet::default()));
        assert_eq!(all.difference(&some), set(&["new", "logs"]));
        assert_eq!(all.intersection(&some), some);
        assert_eq!(all.difference(&some).union(&some), all);
    }

    #[test]
    fn known_types_are_those_of_the_api_and_letter_case_counts() {
        assert!(ConnectionType::KNOWN.iter().all(ConnectionType::is_known));
        assert!(!ConnectionType::from("Logs").is_known());
    }
}
