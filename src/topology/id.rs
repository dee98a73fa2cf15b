use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

pub use self::hyphenated::TextBuffer;
pub(super) use self::hyphenated::read as hyphenated;

mod hyphenated;

/// The identifier of an org, a user or a connection.
///
/// Datadog's are UUIDs. One that is not is kept as it came: a record with an odd id is still shown. UUIDs are shown
/// in their usual form (lower case, with hyphens) and compare without regard to how they were written.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(Repr);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Uuid(Uuid),
    Other(Box<str>),
}

impl Id {
    /// The identifier as a UUID, if it is one.
    pub fn as_uuid(&self) -> Option<Uuid> {
        match self.0 {
            Repr::Uuid(uuid) => Some(uuid),
            Repr::Other(_) => None,
        }
    }

    /// How it is shown; a UUID is written into `buffer` for that.
    pub fn text<'a>(&'a self, buffer: &'a mut TextBuffer) -> &'a str {
        match &self.0 {
            Repr::Uuid(uuid) => hyphenated::write(*uuid, buffer),
            Repr::Other(text) => text,
        }
    }
}

impl From<Uuid> for Id {
    fn from(uuid: Uuid) -> Self {
        Self(Repr::Uuid(uuid))
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        match hyphenated(text) {
            Some(uuid) => uuid.into(),
            None => Self(Repr::Other(text.into())),
        }
    }
}

impl FromStr for Id {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text(&mut Default::default()))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";

    #[test]
    fn a_uuid_is_one_however_it_is_written() {
        let id = Id::from(TEXT);
        assert_eq!(id, Id::from(TEXT.to_uppercase().as_str()));
        assert_eq!(id.to_string(), TEXT);
        assert!(id.as_uuid().is_some());
    }

    #[test]
    fn what_is_no_uuid_is_kept_to_the_letter() {
        for odd in [
            "",
            "A",
            "40BBB1C232B24AA38A1A5D93B5382E3D",
            "{40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3}",
        ] {
            assert_eq!(Id::from(odd).to_string(), odd);
            assert_eq!(Id::from(odd).as_uuid(), None);
        }
    }
}
