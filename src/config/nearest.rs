/// Names less alike than this (1 is the same) are not proposed.
const LEAST_LIKENESS: f64 = 0.8;

/// The one of `names` that is most like `wanted`, if any is like it at all. Letter case does not count.
pub(super) fn nearest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names
        .into_iter()
        .map(|name| (likeness(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        // The first of those that are alike.
        .min_by(|(left, _), (right, _)| right.total_cmp(left))
        .map(|(_, name)| name)
}

/// How alike two lower-case names are, from 0 to 1. In short names one slip weighs more than it should.
fn likeness(wanted: &str, name: &str) -> f64 {
    let alike = strsim::jaro_winkler(wanted, name);
    if wanted.len() >= 3 && strsim::osa_distance(wanted, name) <= 1 {
        alike.max(0.9)
    } else {
        alike
    }
}

/// `; did you mean NAME?`, or nothing.
pub(super) fn proposal(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_name_and_another_word_finds_none() {
        let names = ["site", "api_url", "api_key", "app_key"];
        assert_eq!(nearest("api-key", names), Some("api_key"));
        assert_eq!(nearest("SITE", names), Some("site"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("hbu", ["hub", "payments"]), Some("hub"));
        assert_eq!(nearest("x", ["y"]), None);
    }
}
