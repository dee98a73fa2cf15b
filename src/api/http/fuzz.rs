use std::time::Instant;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::Request;
use super::answer::{check_success, refusal_error, retry_after};
use super::auth::AuthHeaders;
use super::client::{MAX_DETAIL, shorten_to_one_line};
use crate::config::Credentials;

const API_KEY: &str = "an-api-key-0123";
const APP_KEY: &str = "an-app-key-0123";

/// An answer of the API or of a gateway: the method and the status in the first line, then headers, an empty line and the
/// body.
pub fn api_error(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let first = lines.next().and_then(|line| line.split_once(' '));
    let Some((method, status)) = first else {
        return;
    };
    let Ok(status) = status.parse::<StatusCode>() else {
        return;
    };
    let request = match method {
        "DELETE" => Request::delete("/api/v2/org_connections/1"),
        "PATCH" => Request::patch("/api/v2/org_connections/1", String::new()),
        "POST" => Request::post("/api/v2/org_connections", String::new()),
        _ => Request::get("/api/v2/org_connections"),
    };
    if let Some(wait) = retry_after(status, &headers(lines)) {
        assert!(Instant::now().checked_add(wait).is_some());
    }
    let error = match status.is_success() {
        true => check_success(&request, status, body).err(),
        false => Some(refusal_error(&request, status, body)),
    };
    match error {
        Some(error) => {
            let is_certain = status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT;
            assert_eq!(error.is_outcome_unknown(), !is_certain);
            check_shown(error.detail());
        }
        None => {
            let answer = serde_json::from_str::<Value>(body).unwrap_or_default();
            // No API writes the word with escapes.
            let errors = answer.get("errors").and_then(Value::as_array);
            let errors = errors.filter(|_| body.contains("\"errors\""));
            assert!(errors.is_none_or(Vec::is_empty), "a success with errors");
            let is_empty = body.trim().is_empty() || answer == Value::Object(Default::default());
            assert!(method != "DELETE" || is_empty, "a delete that shows more");
        }
    }
}

fn headers<'a>(lines: impl Iterator<Item = &'a str>) -> HeaderMap {
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let name = name.parse::<HeaderName>().ok()?;
        Some((name, value.parse::<HeaderValue>().ok()?))
    });
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name, value);
    }
    map
}

/// What is shown of an answer is one line without a key, as the client makes it.
fn check_shown(detail: &str) {
    let credentials = Credentials::Keys {
        api_key: API_KEY.into(),
        app_key: APP_KEY.into(),
    };
    let Ok(auth) = AuthHeaders::new(&credentials) else {
        return;
    };
    let shown = shorten_to_one_line(&auth.redact(detail));
    assert!(shown.chars().count() <= MAX_DETAIL + 1 && !shown.contains(char::is_control));
    let shown = shown.to_ascii_lowercase();
    assert!(!shown.contains(API_KEY) && !shown.contains(APP_KEY));
}
