use super::fold_name;

/// The maximum number of names that [`nearest_names`] returns.
const MAX_NAMES: usize = 3;
/// The minimum similarity of a proposed name, where 1 means identical.
const MIN_SIMILARITY: f64 = 0.7;

/// The candidate that is probably meant if `wanted` is misspelt. Several, three at most, if they are equally similar.
///
/// Letter case is ignored. A candidate that contains the wanted text counts as similar, too.
pub fn nearest_names<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let wanted = fold_name(wanted);
    let mut rated: Vec<_> = candidates
        .into_iter()
        .map(|name| (similarity(&wanted, &fold_name(name)), name))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .collect();
    rated.sort_by(|(left, a), (right, b)| right.total_cmp(left).then(a.cmp(b)));
    rated.dedup();
    let highest = rated.first().map(|(similarity, _)| *similarity);
    rated
        .into_iter()
        .take_while(|(similarity, _)| Some(*similarity) == highest)
        .take(MAX_NAMES)
        .map(|(_, name)| name)
        .collect()
}

/// The candidate that is probably meant if `wanted` is a misspelt word of the command line: one typing error for every
/// three letters, or a beginning of at least three. Similarity alone would find too much among short words.
pub fn nearest_word<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let distance = |word: &str| match wanted.len() >= 3 && word.starts_with(wanted) {
        true => 0,
        false => strsim::osa_distance(wanted, word),
    };
    candidates
        .into_iter()
        .map(|word| (distance(word), word))
        .filter(|(distance, _)| *distance <= (wanted.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `; did you mean NAME?` with the candidate that is most similar to `wanted`; `None` if none is similar.
pub(crate) fn did_you_mean<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let nearest = nearest_names(wanted, candidates);
    nearest.first().map(|name| proposal(name))
}

/// The end of a message about a misspelt word.
pub(crate) fn proposal(nearest: &str) -> String {
    format!("; did you mean `{nearest}`?")
}

/// The similarity of two folded names, from 0 to 1. The usual measure is too strict for one typing error in a short
/// name, so that case is handled separately.
fn similarity(wanted: &str, name: &str) -> f64 {
    let similarity = strsim::jaro_winkler(wanted, name);
    let is_near = name.contains(wanted) || strsim::osa_distance(wanted, name) <= 1;
    if wanted.len() >= 3 && is_near {
        similarity.max(0.9)
    } else {
        similarity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_name_is_found_whatever_its_case() {
        let names = ["Retail US", "Retail EU", "Retail", "Retail AP", "Platform"];
        assert_eq!(nearest_names("retial us", names), ["Retail US"]);
        assert_eq!(nearest_names("Retail XP", names), ["Retail AP"]);
        assert_eq!(nearest_names("form", names), ["Platform"]);
        assert_eq!(nearest_names("Qqqq", names), [""; 0]);
    }

    #[test]
    fn a_message_proposes_the_most_similar_name_if_there_is_one() {
        let names = ["Retail US", "Platform"];
        let proposed = did_you_mean("retial us", names);
        assert_eq!(proposed.as_deref(), Some("; did you mean `Retail US`?"));
        assert_eq!(did_you_mean("Qqqq", names), None);
    }

    #[test]
    fn the_nearest_word_is_a_typing_error_away_or_begins_so() {
        let words = [
            "no-input",
            "no-header",
            "destination",
            "source",
            "list",
            "ls",
        ];
        assert_eq!(nearest_word("lst", words), Some("list"));
        assert_eq!(nearest_word("destinaton", words), Some("destination"));
        assert_eq!(nearest_word("destnaton", words), Some("destination"));
        assert_eq!(nearest_word("dest", words), Some("destination"));
        assert_eq!(nearest_word("nope", words), None);
        assert_eq!(nearest_word("verbose", words), None);
    }
}
