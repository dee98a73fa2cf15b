use console::{measure_text_width, truncate_str};

/// The text, or its beginning and its end with `ellipsis` between them, in at most `width` columns.
///
/// The end stays since names often differ only there, as in `Payments EU` and `Payments US`.
pub(super) fn shorten(text: &str, width: usize, ellipsis: &str) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let space = width.saturating_sub(measure_text_width(ellipsis));
    let reverse = |text: &str| text.chars().rev().collect::<String>();
    let start = truncate_str(text, space - space / 3, "");
    let end = reverse(&truncate_str(&reverse(text), space / 3, ""));
    format!("{}{ellipsis}{}", start.trim_end(), end.trim_start())
}
