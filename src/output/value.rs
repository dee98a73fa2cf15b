use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::model::{OrgRef, TypeSet, UserRef};

/// The value of a column in one row. Programs get the raw value; people get one that is easier to read.
pub(crate) enum Value<'a> {
    /// No value.
    Missing,
    /// A text.
    Text(Cow<'a, str>),
    /// The name of an org. People are shown the id where there is no name.
    Org(Option<&'a str>, Uuid),
    /// The name of a user. People are shown the id where there is no name.
    User(Option<&'a str>, Option<Uuid>),
    /// A time in RFC 3339. People are shown it as `2025-08-26 20:19`, in UTC, or as `3 months ago`.
    Time(Cow<'a, str>),
    /// A number.
    Number(u64),
    /// Types; as one text with commas between them.
    Types(&'a TypeSet),
    /// Names; as one text with commas between them.
    Names(&'a [String]),
    /// `true` or `false`; for people `yes` or `no`.
    YesOrNo(bool),
    /// `true` or `false`; for people `yes` or nothing.
    YesOrNothing(bool),
}

impl<'a> Value<'a> {
    /// A time in RFC 3339; anything else is shown as it is.
    pub(super) fn time(time: impl Into<Cow<'a, str>>) -> Self {
        Self::Time(time.into())
    }

    /// The value for programs.
    pub(super) fn raw(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Missing => None,
            Self::Text(text) | Self::Time(text) => Some(text),
            Self::Org(name, _) | Self::User(name, _) => name.map(Cow::Borrowed),
            Self::Number(number) => Some(number.to_string().into()),
            Self::Types(types) => (!types.is_empty()).then(|| types.to_string().into()),
            Self::Names(names) => (!names.is_empty()).then(|| names.join(",").into()),
            Self::YesOrNo(true) | Self::YesOrNothing(true) => Some("true".into()),
            Self::YesOrNo(false) | Self::YesOrNothing(false) => Some("false".into()),
        }
    }

    /// The org that the value names.
    pub(super) fn named_org(&self) -> Option<Uuid> {
        match self {
            Self::Org(Some(name), id) if !name.trim().is_empty() => Some(*id),
            _ => None,
        }
    }

    /// The value for people, not yet escaped; `None` if it is blank. Times are relative to `now`, if it is given.
    pub(super) fn display(self, now: Option<Timestamp>) -> Option<Cow<'a, str>> {
        let name_or_id = |name: Option<&'a str>, id: Option<Uuid>| {
            let name = name.filter(|name| !name.trim().is_empty());
            name.map(Cow::Borrowed)
                .or_else(|| Some(id?.to_string().into()))
        };
        let text = match self {
            Self::Org(name, id) => name_or_id(name, Some(id))?,
            Self::User(name, id) => name_or_id(name, id)?,
            Self::Time(text) => match text.parse::<Timestamp>() {
                Ok(time) => {
                    let relative = now.and_then(|now| relative_time(time, now));
                    let absolute = || time.strftime("%Y-%m-%d %H:%M").to_string();
                    relative.unwrap_or_else(absolute).into()
                }
                Err(_) => text,
            },
            Self::YesOrNo(true) | Self::YesOrNothing(true) => "yes".into(),
            Self::YesOrNo(false) => "no".into(),
            Self::YesOrNothing(false) => return None,
            _ => self.raw()?,
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }
}

/// The lengths of the units of relative times in seconds, in the Gregorian calendar's mean.
const UNITS: [(i64, &str); 5] = [
    (31_556_952, "year"),
    (2_629_746, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
];

/// The clock of the service may be this many seconds ahead.
const MAX_CLOCK_DIFFERENCE: i64 = 60;

/// `1 org`, `2 orgs`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// The time as `3 months ago`; `None` if it is in the future.
fn relative_time(time: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = now.as_second() - time.as_second();
    if seconds < -MAX_CLOCK_DIFFERENCE {
        return None;
    }
    let unit = UNITS.iter().find(|(length, _)| seconds >= *length);
    Some(match unit {
        None => "just now".to_owned(),
        Some((length, unit)) => match seconds / length {
            1 => format!("1 {unit} ago"),
            count => format!("{count} {unit}s ago"),
        },
    })
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Uuid> for Value<'_> {
    fn from(id: Uuid) -> Self {
        id.to_string().into()
    }
}

impl<'a> From<&'a OrgRef> for Value<'a> {
    fn from(org: &'a OrgRef) -> Self {
        Self::Org(org.name.as_deref(), org.id)
    }
}

impl<'a> From<&'a UserRef> for Value<'a> {
    fn from(user: &'a UserRef) -> Self {
        Self::User(user.name.as_deref(), user.id)
    }
}

impl<'a> From<&'a TypeSet> for Value<'a> {
    fn from(types: &'a TypeSet) -> Self {
        Self::Types(types)
    }
}

impl<'a> From<&'a Vec<String>> for Value<'a> {
    fn from(names: &'a Vec<String>) -> Self {
        Self::Names(names)
    }
}

/// The value as data: a name without its id, `null` where there is none, and lists as such.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Text(text) | Self::Time(text) => text.serialize(serializer),
            Self::Org(name, _) | Self::User(name, _) => name.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Types(types) => types.serialize(serializer),
            Self::Names(names) => names.serialize(serializer),
            Self::YesOrNo(is_so) | Self::YesOrNothing(is_so) => is_so.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_get_the_raw_value_and_people_one_to_read() {
        let id = Uuid::nil();
        let id_text = id.to_string();
        for (value, raw, display) in [
            (|| Value::Missing, None, None),
            (|| Value::from(" "), Some(" "), None),
            (
                || Value::User(Some("Dana"), None),
                Some("Dana"),
                Some("Dana"),
            ),
            (|| Value::YesOrNo(false), Some("false"), Some("no")),
            (|| Value::YesOrNothing(true), Some("true"), Some("yes")),
            (|| Value::YesOrNothing(false), Some("false"), None),
        ] as [(fn() -> Value<'static>, _, _); 6]
        {
            assert_eq!(value().raw().as_deref(), raw);
            assert_eq!(value().display(None).as_deref(), display);
        }
        for blank in [None, Some(" ")] {
            let shown = Value::Org(blank, id).display(None);
            assert_eq!(shown.as_deref(), Some(&*id_text));
        }
    }

    #[test]
    fn a_time_is_shown_to_the_minute_in_utc_and_anything_else_as_it_is() {
        for (time, shown) in [
            ("2025-08-26T20:19:36.177236+00:00", "2025-08-26 20:19"),
            ("2025-08-26T20:19:36Z", "2025-08-26 20:19"),
            ("2024-02-29T23:59:59Z", "2024-02-29 23:59"),
            ("2025-08-26T23:30:00-02:00", "2025-08-27 01:30"),
            ("some day", "some day"),
            ("2025-02-30T00:00:00Z", "2025-02-30T00:00:00Z"),
            ("2025-08-26T20:19:36", "2025-08-26T20:19:36"),
            ("日本日本日本日本日本", "日本日本日本日本日本"),
        ] {
            assert_eq!(Value::time(time).display(None).as_deref(), Some(shown));
        }
    }

    #[test]
    fn a_time_is_as_long_ago_as_its_largest_whole_unit() {
        let now: Timestamp = "2026-01-15T12:00:00Z".parse().unwrap();
        for (time, shown) in [
            ("2026-01-15T12:00:00Z", "just now"),
            ("2026-01-15T11:59:01Z", "just now"),
            ("2026-01-15T11:59:00Z", "1 minute ago"),
            ("2026-01-15T10:00:01Z", "1 hour ago"),
            ("2026-01-14T12:00:00Z", "1 day ago"),
            ("2025-12-17T12:00:00Z", "29 days ago"),
            ("2025-10-10T12:00:00Z", "3 months ago"),
            ("2025-01-16T12:00:00Z", "11 months ago"),
            ("2023-12-15T12:00:00Z", "2 years ago"),
            ("2026-01-15T12:00:01Z", "just now"),
            ("2026-01-15T12:01:00Z", "just now"),
            ("2026-01-15T12:01:01Z", "2026-01-15 12:01"),
            ("some day", "some day"),
        ] {
            let relative = Value::time(time).display(Some(now));
            assert_eq!(relative.as_deref(), Some(shown), "{time}");
        }
    }
}
