//! UUIDs in the one form that Datadog writes. A long listing holds hundreds of thousands of them, and the `uuid` crate,
//! which knows other forms too, takes a fifth of its whole time to read and write them: four times as long as tables.

use uuid::Uuid;

const LENGTH: usize = 36;

/// Where the pairs of digits begin.
static PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
/// Where the hyphens are.
static HYPHENS: [usize; 4] = [8, 13, 18, 23];
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What each byte is as a digit; [`u8::MAX`] for those that are none.
static VALUES: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = DIGITS[value as usize];
        values[digit as usize] = value;
        values[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
};

/// The two digits of each byte.
static TEXTS: [[u8; 2]; 256] = {
    let mut texts = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        texts[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    texts
};

/// Room for the text of an [`Id`](super::Id).
#[derive(Clone, Debug)]
pub struct TextBuffer([u8; LENGTH]);

impl Default for TextBuffer {
    fn default() -> Self {
        Self([b'-'; LENGTH])
    }
}

/// Reads a UUID with hyphens, in lower or upper case. The `uuid` crate takes braces, `urn:uuid:` and 32 bare digits
/// too, and a name may well look like those.
pub(in crate::topology) fn read(text: &str) -> Option<Uuid> {
    let text: &[u8; LENGTH] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    let mut all = 0;
    for (byte, at) in bytes.iter_mut().zip(&PAIRS) {
        let high = VALUES[usize::from(text[*at])];
        let low = VALUES[usize::from(text[at + 1])];
        *byte = (high << 4) | low;
        all |= high | low;
    }
    let has_hyphens = HYPHENS.iter().all(|at| text[*at] == b'-');
    (all < 16 && has_hyphens).then(|| Uuid::from_bytes(bytes))
}

/// Writes a UUID in lower case.
pub(super) fn write(uuid: Uuid, buffer: &mut TextBuffer) -> &str {
    let TextBuffer(text) = buffer;
    for (byte, at) in uuid.as_bytes().iter().zip(&PAIRS) {
        text[*at..at + 2].copy_from_slice(&TEXTS[usize::from(*byte)]);
    }
    // It is ASCII alone.
    str::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_uuid_is_written_and_read_as_its_own_crate_has_it(bits in any::<u128>()) {
            let uuid = Uuid::from_u128(bits);
            let text = uuid.to_string();
            let mut buffer = TextBuffer::default();
            prop_assert_eq!(write(uuid, &mut buffer), &text);
            prop_assert_eq!(read(&text), Some(uuid));
            prop_assert_eq!(read(&text.to_uppercase()), Some(uuid));
        }

        #[test]
        fn a_damaged_one_is_refused_as_its_own_crate_does(
            bits in any::<u128>(),
            at in 0..LENGTH,
            odd in any::<char>(),
        ) {
            let mut text = Uuid::from_u128(bits).to_string();
            text.replace_range(at..=at, odd.encode_utf8(&mut [0; 4]));
            let expected = (text.len() == LENGTH).then(|| Uuid::try_parse(&text).ok());
            prop_assert_eq!(read(&text), expected.flatten());
        }
    }
}
