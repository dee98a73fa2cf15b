use std::fmt;

use jiff::Timestamp;

/// Crockford's base 32, which leaves out the letters that are taken for digits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// So many bits of chance follow the millisecond.
const RANDOM_BITS: u32 = 20;
/// So many digits hold a 64-bit number.
const DIGITS: u32 = 13;

/// The name of an entry of the history, such as `01k2z6mvr9dq4`: the millisecond in which it began, then chance, so that
/// ids sort by time and processes side by side do not clash.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(Box<str>);

impl EntryId {
    /// A beginning must have so many characters to stand for an entry.
    pub const LEAST_PREFIX: usize = 4;

    /// A new id for what begins now, at `at`.
    pub(super) fn new(at: Timestamp) -> Self {
        let millisecond = u64::try_from(at.as_millisecond()).unwrap_or_default();
        let number = millisecond << RANDOM_BITS | fastrand::u64(..1 << RANDOM_BITS);
        let digit = |place: u32| char::from(ALPHABET[(number >> (5 * place)) as usize % 32]);
        Self((0..DIGITS).rev().map(digit).collect())
    }

    /// The id as it was written in the journal.
    pub(super) fn from_journal(text: Box<str>) -> Self {
        Self(text)
    }

    /// The text that people see and type.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a person who typed `text` can mean this entry: letter case does not count, and `o`, `i` and `l` are
    /// read as the digits that they look like.
    pub fn begins_with(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        self.0.starts_with(&text) || self.0.starts_with(&as_digits(&text))
    }
}

fn as_digits(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_at(millisecond: i64) -> EntryId {
        EntryId::new(Timestamp::from_millisecond(millisecond).unwrap())
    }

    #[test]
    fn ids_sort_by_time_and_differ_within_a_millisecond() {
        let start = 1_763_935_381_000;
        let mut ids: Vec<_> = (0..500).map(|step| id_at(start + step)).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.as_str().len() == 13));
        ids.extend((0..20).map(|_| id_at(start)));
        ids.sort();
        ids.dedup();
        assert!(ids.len() >= 519, "{}", ids.len());
    }

    #[test]
    fn a_beginning_is_known_however_it_was_typed() {
        let id = EntryId::from_journal("01k2z6mvr9dq4".into());
        for typed in ["01k2", "01K2Z", "oik2", "OLK2z6mvr9dq4", " 01k2z6mvr9dq4 "] {
            assert!(id.begins_with(typed), "{typed:?}");
        }
        for typed in ["1k2z", "01k3", "01k2z6mvr9dq45"] {
            assert!(!id.begins_with(typed), "{typed:?}");
        }
    }
}
