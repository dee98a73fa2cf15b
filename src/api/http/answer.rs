use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::failure::Miss;

/// Texts of a server are cut after this many characters.
const LONGEST_MESSAGE: usize = 300;

/// Reads the body to its end, up to `most` bytes.
pub(super) async fn read(mut response: Response, most: u64) -> Result<Vec<u8>, Miss> {
    let announced = response.content_length().unwrap_or_default();
    if announced > most {
        return Err(Miss::too_long(most));
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (body.len() + chunk.len()) as u64 > most => {
                return Err(Miss::too_long(most));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(Miss::in_transport(&error)),
        }
    }
}

/// What an error's body says beyond its status, as a clause to follow that: `: connection between … already exists`.
pub(super) fn message(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return " (an empty answer)".to_owned();
    }
    if text.starts_with('<') {
        return " (an HTML page, not an answer of the API)".to_owned();
    }
    let mut clauses = errors(text).unwrap_or_else(|| vec![text.to_owned()]);
    clauses.retain(|clause| !repeats(status, clause));
    match clauses.as_slice() {
        [] => String::new(),
        clauses => format!(": {}", clauses.join("; ")),
    }
}

/// Whether a text says no more than the status: the API answers 403 with `Forbidden`.
fn repeats(status: StatusCode, text: &str) -> bool {
    let reason = status.canonical_reason();
    reason.is_some_and(|reason| reason.eq_ignore_ascii_case(text))
}

/// The messages in the forms that the API and the gateways before it have: `errors` with plain strings or JSON:API
/// objects, and one `message` or `error`.
fn errors(text: &str) -> Option<Vec<String>> {
    let body: Value = serde_json::from_str(text).ok()?;
    if let Some(errors) = body.get("errors").and_then(Value::as_array) {
        return Some(errors.iter().filter_map(error).collect());
    }
    let message = body.get("message").or_else(|| body.get("error"))?;
    Some(vec![message.as_str()?.to_owned()])
}

fn error(error: &Value) -> Option<String> {
    if let Some(text) = error.as_str() {
        return Some(text.to_owned());
    }
    let part = |name| error.get(name)?.as_str();
    match (part("title"), part("detail")) {
        (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
        (title, detail) => title.or(detail).map(str::to_owned),
    }
}

/// On one line and of a bearable length.
pub(super) fn shorten(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_an_error_is_read() {
        for (body, expected) in [
            (r#"{"errors":["not allowed"]}"#, ": not allowed"),
            (r#"{"errors":["one","two"]}"#, ": one; two"),
            (
                r#"{"errors":[{"status":"400","title":"Invalid","detail":"no such type"}]}"#,
                ": Invalid: no such type",
            ),
            (
                r#"{"errors":[{"detail":"no such type"},7]}"#,
                ": no such type",
            ),
            (r#"{"message":"no such route"}"#, ": no such route"),
            (r#"{"error":"no such route"}"#, ": no such route"),
            (r#"{"odd":1}"#, r#": {"odd":1}"#),
            ("no healthy upstream", ": no healthy upstream"),
        ] {
            assert_eq!(message(StatusCode::BAD_REQUEST, body.as_bytes()), expected);
        }
    }

    #[test]
    fn what_the_status_says_already_is_not_repeated() {
        for body in [
            r#"{"errors":["Not found"]}"#,
            r#"{"errors":[{"status":"404","title":"Not Found"}]}"#,
            r#"{"errors":[]}"#,
            "not found\n",
        ] {
            assert_eq!(message(StatusCode::NOT_FOUND, body.as_bytes()), "");
        }
    }

    #[test]
    fn pages_of_gateways_and_silence_are_told_in_words() {
        let status = StatusCode::BAD_GATEWAY;
        assert_eq!(
            message(status, b"\n <!doctype html><html>"),
            " (an HTML page, not an answer of the API)"
        );
        assert_eq!(message(status, b" \n"), " (an empty answer)");
    }

    #[test]
    fn a_long_text_is_cut_and_stays_on_one_line() {
        assert_eq!(shorten("a\r\n\u{1b}[31mb"), "a   [31mb");
        let cut = shorten(&"é".repeat(1000));
        assert_eq!(cut.chars().count(), LONGEST_MESSAGE + 1);
    }
}
