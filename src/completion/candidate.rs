/// What may stand in the place of the word at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word, without any quotes.
    pub value: String,
    /// What is said of it; may be empty.
    pub description: String,
}

/// How a text begins with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// To the letter.
    Exact,
    /// Without regard to case.
    Loose,
}

impl Candidate {
    /// One of which nothing is said.
    pub(super) fn bare(value: impl Into<String>) -> Self {
        Self::new(value, "")
    }

    pub(super) fn all<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        values.into_iter().map(Self::bare).collect()
    }

    pub(super) fn new(value: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            description: description.into(),
        }
    }
}

/// Whether `text` begins with what was typed.
pub(super) fn fit(text: &str, typed: &str) -> Option<Fit> {
    let head = text.as_bytes().get(..typed.len());
    if head == Some(typed.as_bytes()) {
        return Some(Fit::Exact);
    }
    // Names are plain ASCII nearly always, and there may be thousands to look at.
    let is_loose = match head {
        Some(head) if head.is_ascii() && typed.is_ascii() => {
            head.eq_ignore_ascii_case(typed.as_bytes())
        }
        _ => begins_loosely(text, typed),
    };
    is_loose.then_some(Fit::Loose)
}

fn begins_loosely(text: &str, typed: &str) -> bool {
    let mut text = text.chars().flat_map(char::to_lowercase);
    let mut typed = typed.chars().flat_map(char::to_lowercase);
    typed.all(|letter| text.next() == Some(letter))
}

/// Those that fit to the letter; if none does, those that fit otherwise. A shell puts what all of them begin with in
/// the place of what was typed, and that shall not be less.
pub(super) fn best<T>(fitting: impl Iterator<Item = (Fit, T)>) -> Vec<T> {
    let mut best = Fit::Loose;
    let mut chosen = Vec::new();
    for (fit, candidate) in fitting {
        if fit < best {
            chosen.clear();
            best = fit;
        }
        if fit == best {
            chosen.push(candidate);
        }
    }
    chosen
}

/// Those that begin with what was typed.
pub(super) fn fitting(candidates: Vec<Candidate>, typed: &str) -> Vec<Candidate> {
    let candidates = candidates.into_iter();
    best(candidates.filter_map(|candidate| Some((fit(&candidate.value, typed)?, candidate))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_counts_only_where_it_tells_texts_apart() {
        let texts = ["Retail US", "retail eu", "Röhren", "Other"];
        let begin = |typed: &str| {
            best(
                texts
                    .iter()
                    .filter_map(|text| Some((fit(text, typed)?, *text))),
            )
        };
        assert_eq!(begin("Re"), ["Retail US"]);
        assert_eq!(begin("RE"), ["Retail US", "retail eu"]);
        assert_eq!(begin("RÖ"), ["Röhren"]);
        assert_eq!(begin("x"), [""; 0]);
        assert_eq!(begin(""), texts);
    }

    #[test]
    fn what_is_longer_than_the_text_does_not_fit() {
        assert_eq!(fit("Hub", "Hub2"), None);
        assert_eq!(fit("", "a"), None);
        assert_eq!(fit("İ", "i"), Some(Fit::Loose));
    }
}
