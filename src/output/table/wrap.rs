use unicode_segmentation::UnicodeSegmentation;

use super::cells::width;

/// Breaks a text into lines of at most `limit` columns: at spaces, which go, after hyphens and
/// commas, before a backslash, where an escape may begin, and in the middle of a word only if that
/// is longer than a line. A character that is wider than the limit stands alone.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while width(rest) > limit {
        let end = line_end(rest, limit);
        lines.push(rest[..end].trim_end_matches(' '));
        rest = rest[end..].trim_start_matches(' ');
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Where the first line of a text that is too long ends, in bytes.
fn line_end(text: &str, limit: usize) -> usize {
    let longest = longest_beginning(text, limit);
    let is_break = |end: &usize| {
        text[*end..].starts_with([' ', '\\']) || text[..*end].ends_with([' ', '-', ','])
    };
    let says_something = |end: &usize| !text[..*end].trim_start_matches(' ').is_empty();
    let ends = (1..=longest)
        .rev()
        .filter(|end| text.is_char_boundary(*end));
    ends.filter(is_break)
        .find(says_something)
        .unwrap_or(longest)
}

/// How many bytes of a text fit into `limit` columns, in whole graphemes and at least one.
fn longest_beginning(text: &str, limit: usize) -> usize {
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > limit && start > 0 {
            return start;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output::escape;
    use crate::output::tests::samples::any_text;

    #[test]
    fn a_text_is_broken_between_words() {
        assert_eq!(wrap("Observability Hub", 13), ["Observability", "Hub"]);
        assert_eq!(wrap("Observability Hub", 14), ["Observability", "Hub"]);
        assert_eq!(
            wrap("logs,metrics,audit", 12),
            ["logs,", "metrics,", "audit"]
        );
        assert_eq!(wrap(r"red\nnext\u{1b}", 12), [r"red\nnext", r"\u{1b}"]);
        assert_eq!(wrap("short", 12), ["short"]);
        assert_eq!(wrap("", 12), [""]);
    }

    #[test]
    fn an_id_is_broken_at_its_hyphens() {
        assert_eq!(
            wrap("40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d", 12),
            ["40bbb1c2-", "32b2-4aa3-", "8a1a-", "5d93b5382e3d"]
        );
    }

    #[test]
    fn a_long_word_is_broken_between_characters_as_people_see_them() {
        assert_eq!(wrap("日本語データ", 5), ["日本", "語デ", "ータ"]);
        assert_eq!(
            wrap("👩\u{200d}🚀👩\u{200d}🚀", 3),
            ["👩\u{200d}🚀", "👩\u{200d}🚀"]
        );
        assert_eq!(wrap("日", 1), ["日"]);
    }

    proptest! {
        #[test]
        fn every_line_fits_and_only_spaces_go(text in any_text(), limit in 2usize..20) {
            let text = escape(&text);
            let lines = wrap(&text, limit);
            prop_assert!(lines.iter().all(|line| width(line) <= limit));
            prop_assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
