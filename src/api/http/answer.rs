use reqwest::Response;
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

/// What an error's body says, as a clause to follow the status: `: connection between … already exists`.
pub(super) fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        " (an empty answer)".to_owned()
    } else if text.starts_with('<') {
        " (an HTML page, not an answer of the API)".to_owned()
    } else {
        format!(": {}", errors(text).unwrap_or_else(|| text.to_owned()))
    }
}

/// The API's own messages, in either of the two forms that it has: plain strings and JSON:API objects.
fn errors(text: &str) -> Option<String> {
    let body: Value = serde_json::from_str(text).ok()?;
    let errors = body.get("errors")?.as_array()?;
    let messages: Vec<_> = errors.iter().filter_map(error).collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

fn error(error: &Value) -> Option<String> {
    if let Some(text) = error.as_str() {
        return Some(text.to_owned());
    }
    let parts: Vec<_> = ["title", "detail"]
        .iter()
        .filter_map(|part| error.get(part)?.as_str())
        .collect();
    (!parts.is_empty()).then(|| parts.join(": "))
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
    fn both_forms_of_the_apis_errors_are_read() {
        for (body, expected) in [
            (r#"{"errors":["Forbidden"]}"#, ": Forbidden"),
            (r#"{"errors":["one","two"]}"#, ": one; two"),
            (
                r#"{"errors":[{"status":"404","title":"Not Found","detail":"no such org"}]}"#,
                ": Not Found: no such org",
            ),
            (r#"{"errors":[{"title":"Bad Gateway"},7]}"#, ": Bad Gateway"),
            (r#"{"errors":[]}"#, r#": {"errors":[]}"#),
            (r#"{"message":"hm"}"#, r#": {"message":"hm"}"#),
            ("no healthy upstream", ": no healthy upstream"),
        ] {
            assert_eq!(message(body.as_bytes()), expected);
        }
    }

    #[test]
    fn pages_of_gateways_and_silence_are_told_in_words() {
        assert_eq!(
            message(b"\n <!doctype html><html>"),
            " (an HTML page, not an answer of the API)"
        );
        assert_eq!(message(b" \n"), " (an empty answer)");
    }

    #[test]
    fn a_long_text_is_cut_and_stays_on_one_line() {
        assert_eq!(shorten("a\r\n\u{1b}[31mb"), "a   [31mb");
        let cut = shorten(&"é".repeat(1000));
        assert_eq!(cut.chars().count(), LONGEST_MESSAGE + 1);
    }
}
