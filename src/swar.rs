//! Looking for bytes in a text, eight at a time: what long listings spend most of their time with. (SIMD within a
//! register: the compiler does not make it of a loop where the program is to be small.)

/// A one in each byte of a word.
const EACH: u64 = u64::MAX / 0xff;

/// Where the first byte is that `marks` marks in a word: with the highest bit of that byte, as [`below`] and [`equal`]
/// do. A space must not be marked.
pub(crate) fn find(bytes: &[u8], marks: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    let mut at = 0;
    for word in words {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return Some(at + first(marks));
        }
        at += 8;
    }
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    let marks = marks(u64::from_le_bytes(last));
    (marks != 0).then(|| at + first(marks))
}

fn first(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// Marks the bytes that are less than `limit`, which is 128 at most. The lowest mark is right; those above it may be
/// wrong, as subtraction borrows.
#[inline(always)]
pub(crate) fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(EACH * u64::from(limit)) & !word & (EACH * 0x80)
}

/// Marks the bytes that are this one; of them too the lowest mark alone is sure to be right.
#[inline(always)]
pub(crate) fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (EACH * u64::from(byte)), 1)
}

/// Marks the bytes that are not ASCII.
#[inline(always)]
pub(crate) fn foreign(word: u64) -> u64 {
    word & (EACH * 0x80)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_at_a_time_finds_what_one_by_one_does(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            limit in 0..=b' ',
            byte in b'!'..,
        ) {
            let marks = |word| below(word, limit) | equal(word, byte) | foreign(word);
            let is_marked = |one: &u8| *one < limit || *one == byte || !one.is_ascii();
            prop_assert_eq!(find(&bytes, marks), bytes.iter().position(is_marked));
        }
    }
}
