use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use url::Url;

use super::transport;
use crate::api::error::{Error, ErrorKind};

/// The maximum length of an answer. A longer one is refused.
const MAX_BYTES: u64 = 64 << 20;

/// A successful (2xx) answer that was received completely.
#[derive(Debug)]
pub(in crate::api) struct Answer {
    pub(in crate::api) body: Vec<u8>,
    /// The server's time from the `Date` header, which has a precision of one second.
    pub(in crate::api) date: Option<Timestamp>,
}

impl Answer {
    /// Reads an answer completely. Fails unless its status is 2xx and it is complete and not too long.
    pub(super) async fn read(response: Response) -> Result<Self, Error> {
        let status = response.status();
        if status.is_redirection() {
            return Err(redirect_error(&response));
        }
        let date = header_date(response.headers(), DATE.as_str());
        let retry_after = retry_after(status, response.headers());
        let body = read_body(response, MAX_BYTES).await;
        if status.is_success() {
            return body.map(|body| Self { body, date });
        }
        // The status is enough for an error, even if the body that explains it was lost.
        let explanation = explanation(status, &body.unwrap_or_default());
        let error = refusal_error(status, &explanation);
        Err(error.with_retry_after(retry_after))
    }
}

/// Creates the error for a 4xx or 5xx answer. `explanation` is appended to the status.
fn refusal_error(status: StatusCode, explanation: &str) -> Error {
    let (kind, max_retries, may_be_done) = match status.as_u16() {
        401 => (ErrorKind::Unauthenticated, 0, false),
        403 => (ErrorKind::Forbidden, 0, false),
        404 => (ErrorKind::NotFound, 0, false),
        407 => (ErrorKind::Proxy, 0, false),
        408 => (ErrorKind::Timeout, u32::MAX, true),
        409 => (ErrorKind::Conflict, 0, false),
        429 => (ErrorKind::RateLimited, u32::MAX, false),
        500.. => (ErrorKind::Server, u32::MAX, true),
        _ => (ErrorKind::Rejected, 0, false),
    };
    Error::new(kind, format!("{status}{explanation}"))
        .with_http_status(status.as_u16())
        .with_max_retries(max_retries)
        .with_outcome_unknown(may_be_done)
}

/// Creates the error for a redirect. It names only the target's host, since the rest of the URL may contain a secret.
fn redirect_error(response: &Response) -> Error {
    let location = response.headers().get(LOCATION);
    let target = location.and_then(|location| response.url().join(location.to_str().ok()?).ok());
    let host = target.as_ref().and_then(Url::host_str);
    let host = host.unwrap_or("an unknown host");
    let status = response.status();
    let detail = format!(
        "{status}: it redirects to {host}; redirects are not followed, to protect the keys"
    );
    Error::new(ErrorKind::Redirected, detail).with_http_status(status.as_u16())
}

/// Reads the body to its end, up to `max_bytes`.
async fn read_body(mut response: Response, max_bytes: u64) -> Result<Vec<u8>, Error> {
    let too_long = || {
        let detail = format!("the answer is longer than {} MiB", max_bytes >> 20);
        Error::new(ErrorKind::Decode, detail).with_outcome_unknown(true)
    };
    let announced = response.content_length().unwrap_or_default();
    if announced > max_bytes {
        return Err(too_long());
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (body.len() + chunk.len()) as u64 > max_bytes => {
                return Err(too_long());
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(transport::to_api_error(&error)),
        }
    }
}

/// The text that the body of an error answer adds to its status: `: connection … already exists`.
fn explanation(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return " (an empty answer)".to_owned();
    }
    if text.starts_with('<') {
        return " (an HTML page, not an answer of the API)".to_owned();
    }
    let mut clauses = error_texts(text).unwrap_or_else(|| vec![text.to_owned()]);
    // The API answers a 403 with the text `Forbidden`, which repeats the status.
    let reason = status.canonical_reason().unwrap_or_default();
    clauses.retain(|clause| !clause.eq_ignore_ascii_case(reason));
    match clauses.as_slice() {
        [] => String::new(),
        clauses => format!(": {}", clauses.join("; ")),
    }
}

/// The error messages in a body. The API writes `errors`, a list of strings or of JSON:API objects; gateways write a
/// single `message` or `error`.
fn error_texts(text: &str) -> Option<Vec<String>> {
    let body: Value = serde_json::from_str(text).ok()?;
    if let Some(errors) = body.get("errors").and_then(Value::as_array) {
        return Some(errors.iter().filter_map(error_text).collect());
    }
    let message = body.get("message").or_else(|| body.get("error"))?;
    Some(vec![message.as_str()?.to_owned()])
}

fn error_text(error: &Value) -> Option<String> {
    let text = |value: Option<&Value>| value?.as_str().map(str::to_owned);
    text(Some(error)).or_else(
        || match (text(error.get("title")), text(error.get("detail"))) {
            (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
            (title, detail) => title.or(detail),
        },
    )
}

/// How long the server asks to wait before the next request. Datadog sends the seconds in `X-RateLimit-Reset`; it is
/// part of other answers too, so it is used for a 429 only. A gateway sends `Retry-After`, in seconds or as a date by
/// the server's own clock.
pub(super) fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if status == StatusCode::TOO_MANY_REQUESTS {
        let reset = header_seconds(headers, "x-ratelimit-reset");
        if reset.is_some() {
            return reset;
        }
    }
    header_seconds(headers, RETRY_AFTER.as_str()).or_else(|| {
        let until = header_date(headers, RETRY_AFTER.as_str())?;
        let now = header_date(headers, DATE.as_str()).unwrap_or_else(Timestamp::now);
        let wait = until.duration_since(now);
        Some(Duration::try_from(wait).unwrap_or_default())
    })
}

/// Reads a header as an HTTP date: `Wed, 26 Nov 2025 08:00:00 GMT`.
fn header_date(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let text = header_text(headers, name)?;
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads a header as a number of seconds, which may have a fraction but is not negative.
pub(super) fn header_seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let seconds = header_text(headers, name)?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

pub(super) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;
    use crate::api::http::Transport;
    use crate::api::tests::raw_server::{RawServer, Reply};
    use crate::config::Endpoint;

    #[tokio::test]
    async fn a_body_without_a_length_is_counted_as_it_comes() {
        let body = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n0123456789";
        let server = RawServer::start(vec![Reply::Bytes(body.to_owned()); 2]).await;
        let endpoint = Endpoint::from_url(&server.url, &[]).unwrap();
        let transport = Transport::new(endpoint, Duration::from_secs(5)).unwrap();
        let get = || transport.client().get(&server.url).send();
        let response = get().await.unwrap();
        assert_eq!(read_body(response, 10).await.unwrap(), b"0123456789");
        let response = get().await.unwrap();
        assert!(read_body(response, 9).await.is_err());
    }

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
            (" \n", " (an empty answer)"),
            (
                "\n <!doctype html><html>",
                " (an HTML page, not an answer of the API)",
            ),
        ] {
            assert_eq!(
                explanation(StatusCode::BAD_REQUEST, body.as_bytes()),
                expected
            );
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
            assert_eq!(explanation(StatusCode::NOT_FOUND, body.as_bytes()), "");
        }
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let lines = lines.iter();
        lines
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn each_way_of_asking_for_a_wait_is_read() {
        let date = ("date", "Wed, 26 Nov 2025 08:00:00 GMT");
        let later = ("retry-after", "Wed, 26 Nov 2025 08:01:30 GMT");
        let earlier = ("retry-after", "Wed, 26 Nov 2025 07:00:00 GMT");
        let (reset, after) = (("x-ratelimit-reset", "4"), ("retry-after", " 7 "));
        for (status, lines, expected) in [
            (429, &[reset][..], Some(4)),
            (429, &[after], Some(7)),
            (429, &[after, reset], Some(4)),
            (429, &[later, date], Some(90)),
            (429, &[earlier, date], Some(0)),
            // The reset of the rate limit is part of other answers too.
            (503, &[reset], None),
            (503, &[reset, after], Some(7)),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let wait = retry_after(status, &headers(lines));
            assert_eq!(wait, expected.map(Duration::from_secs), "{lines:?}");
        }
        for odd in ["", "-1", "soon", "NaN", "1e300", "inf"] {
            for name in ["x-ratelimit-reset", "retry-after"] {
                let wait = retry_after(StatusCode::TOO_MANY_REQUESTS, &headers(&[(name, odd)]));
                assert_eq!(wait, None, "{odd}");
            }
        }
    }
}
