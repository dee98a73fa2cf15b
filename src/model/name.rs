use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use unicase::UniCase;

/// The form in which names are compared exactly: letters that look the same may be written in several ways (NFC), and
/// spaces at the ends are not seen.
pub(crate) fn normalize_name(name: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(name.trim())
}

/// The form in which names are compared without regard to letter case.
pub(crate) fn fold_name(name: &str) -> Cow<'_, str> {
    let folded = UniCase::unicode(normalize_name(name)).to_folded_case();
    // Folding may take composed letters apart.
    Cow::Owned(normalize_name(&folded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for (left, right) in [
            ("Caf\u{e9}", "Cafe\u{301}"),
            (" Retail US\t", "Retail US"),
            ("\u{212b}ngstr\u{f6}m", "A\u{30a}ngstro\u{308}m"),
            ("\u{ac00}", "\u{1100}\u{1161}"),
        ] {
            assert_eq!(normalize_name(left), normalize_name(right));
        }
        assert_ne!(normalize_name("Retail US"), normalize_name("Retail  US"));
        assert_ne!(normalize_name("ﬁ"), normalize_name("fi"));
    }

    #[test]
    fn letter_case_is_folded_in_full() {
        for (left, right) in [
            ("STRASSE", "Straße"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "οδος"),
            ("CAFE\u{301}", "caf\u{e9}"),
            ("\u{1fb3}", "\u{3b1}\u{3b9}"),
            ("İ", "i\u{307}"),
        ] {
            assert_eq!(fold_name(left), fold_name(right), "{left} {right}");
        }
        assert_ne!(fold_name("Retail US"), fold_name("Retail EU"));
    }
}
