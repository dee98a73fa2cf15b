use std::borrow::Cow;

use jiff::Timestamp;

/// A time of RFC 3339 as `2025-08-26 20:19`, in UTC; anything else as it came.
pub(super) fn to_the_minute(time: &str) -> Cow<'_, str> {
    if is_plainly_utc(time) {
        return Cow::Owned([&time[..10], " ", &time[11..16]].concat());
    }
    match time.parse::<Timestamp>() {
        Ok(time) => Cow::Owned(time.strftime("%Y-%m-%d %H:%M").to_string()),
        Err(_) => Cow::Borrowed(time),
    }
}

/// Whether the time is in the shape in which the API writes it, `2025-08-26T20:19:36.177236+00:00`,
/// and can be shown without reading it: a long listing has a time in each row, and reading it took
/// longer than writing the row. Days that not every month has are left to who knows the calendar.
fn is_plainly_utc(time: &str) -> bool {
    let Some((date, rest)) = time.split_at_checked(10) else {
        return false;
    };
    let Some((clock, rest)) = rest.split_at_checked(9) else {
        return false;
    };
    is_shaped(date, "0000-00-00")
        && ("01"..="12").contains(&&date[5..7])
        && ("01"..="28").contains(&&date[8..])
        && is_shaped(clock, "T00:00:00")
        && clock[1..3] < *"24"
        && clock[4..6] < *"60"
        && clock[7..] < *"60"
        && is_fraction_and_utc(rest)
}

/// Whether `text` is `shape`, with any digits for its zeros.
fn is_shaped(text: &str, shape: &str) -> bool {
    let is_alike = |(text, shape): (u8, u8)| match shape {
        b'0' => text.is_ascii_digit(),
        _ => text == shape,
    };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(is_alike)
}

/// Whether `text` is what may follow the seconds: a fraction of up to nine digits, or none, and the
/// zone of UTC.
fn is_fraction_and_utc(text: &str) -> bool {
    let Some(fraction) = text
        .strip_suffix("+00:00")
        .or_else(|| text.strip_suffix('Z'))
    else {
        return false;
    };
    fraction.is_empty()
        || fraction.strip_prefix('.').is_some_and(|digits| {
            matches!(digits.len(), 1..=9) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the full reading gives.
    fn read(time: &str) -> String {
        time.parse::<Timestamp>().map_or_else(
            |_| time.to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
        )
    }

    #[test]
    fn a_time_is_shown_to_the_minute_in_utc() {
        for (time, shown) in [
            ("2025-08-26T20:19:36.177236+00:00", "2025-08-26 20:19"),
            ("2025-08-26T20:19:36Z", "2025-08-26 20:19"),
            ("2024-02-29T23:59:59Z", "2024-02-29 23:59"),
            ("2025-08-26T23:30:00-02:00", "2025-08-27 01:30"),
        ] {
            assert_eq!(to_the_minute(time), shown);
        }
    }

    #[test]
    fn what_is_no_time_is_shown_as_it_came() {
        for odd in [
            "",
            "some day",
            "2025-13-01T00:00:00Z",
            "2025-02-30T00:00:00Z",
            "2025-08-26T24:00:00Z",
            "2025-08-26T20:19:36",
            "2025-08-26T20:19:36.Z",
            "日本日本日本日本日本",
        ] {
            assert_eq!(to_the_minute(odd), odd);
        }
    }

    proptest! {
        #[test]
        fn the_short_way_leads_where_the_long_way_does(
            time in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|\\+00:00|-00:00|\\+01:00)?"
        ) {
            prop_assert_eq!(to_the_minute(&time), read(&time));
        }
    }
}
