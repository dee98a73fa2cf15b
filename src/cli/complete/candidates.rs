use clap_complete::engine::CompletionCandidate;

use crate::output::escape;

/// The tag of a value. The engine would else render the argument's usage for each.
const VALUES: &str = "values";

/// A value, with what is said of it, which may be empty.
pub(super) fn candidate(value: impl Into<String>, description: &str) -> CompletionCandidate {
    let description = (!description.is_empty()).then(|| escape(description).into_owned().into());
    CompletionCandidate::new(value.into())
        .help(description)
        .tag(Some(VALUES.into()))
}

/// The items whose text begins with `typed` to the letter; if there is none, those that do without regard to case. A
/// shell puts what all of them begin with in the place of what was typed, which should not become less.
pub(super) fn fitting<K: AsRef<str>, T>(
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

/// Whether the text begins with `typed` without regard to case; `folded` is `typed` in lower case.
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
            let fitting = fitting(texts.iter().map(|text| (text, ())), typed);
            fitting
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
