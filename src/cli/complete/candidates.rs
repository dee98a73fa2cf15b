use clap_complete::engine::CompletionCandidate;

use crate::escape::escape;

/// The tag of a candidate that is a value. Without a tag, the engine would render the argument's usage for each.
const VALUES: &str = "values";

/// A value with its description, which may be empty.
pub(super) fn candidate(value: impl Into<String>, description: &str) -> CompletionCandidate {
    let description = (!description.is_empty()).then(|| escape(description).into_owned().into());
    CompletionCandidate::new(value.into())
        .help(description)
        .tag(Some(VALUES.into()))
}

/// The items whose text begins with `typed`; if there are none, those whose text does so when letter case is ignored.
/// The two are not mixed: a shell replaces the typed text with the common prefix of all items, which could then be
/// shorter than the typed text.
pub(super) fn matching_prefix<K: AsRef<str>, T>(
    items: impl Iterator<Item = (K, T)>,
    typed: &str,
) -> Vec<(K, T)> {
    let folded = typed.to_lowercase();
    let loose: Vec<_> = items
        .filter(|(text, _)| begins_with(text.as_ref(), typed, &folded))
        .collect();
    let is_exact = |item: &(K, T)| item.0.as_ref().starts_with(typed);
    match loose.iter().any(is_exact) {
        true => loose.into_iter().filter(is_exact).collect(),
        false => loose,
    }
}

/// Whether the text begins with `typed`, case-insensitively; `folded` is `typed` in lower case.
fn begins_with(text: &str, typed: &str, folded: &str) -> bool {
    text.starts_with(typed) || text.to_lowercase().starts_with(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_counts_only_where_it_tells_texts_apart() {
        let texts = ["Retail US", "retail eu", "Röhren", "İstanbul"];
        let found = |typed: &str| {
            let matches = matching_prefix(texts.iter().map(|text| (text, ())), typed);
            matches
                .into_iter()
                .map(|(text, ())| *text)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("Re"), ["Retail US"]);
        assert_eq!(found("RE"), ["Retail US", "retail eu"]);
        assert_eq!(found("RÖ"), ["Röhren"]);
        assert_eq!(found("i"), ["İstanbul"]);
        assert_eq!(found("Retail US 2"), [""; 0]);
        assert_eq!(found(""), texts);
    }
}
