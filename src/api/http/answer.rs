use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::request::Request;
use super::transport;
use crate::api::error::{Error, ErrorKind};

/// How much of a refusal's body is read. Its status is what counts; the body only explains it.
const MAX_REFUSAL_BYTES: usize = 64 << 10;

/// A success that was received completely and does not report errors.
#[derive(Debug)]
pub(in crate::api) struct Answer {
    pub(in crate::api) body: String,
    /// The server's time from the `Date` header, which has a precision of one second.
    pub(in crate::api) date: Option<Timestamp>,
}

impl Answer {
    /// Reads the answer to `request`. Fails unless it is complete, not too long, and shows that the request succeeded.
    pub(super) async fn read(response: Response, request: &Request) -> Result<Self, Error> {
        let status = response.status();
        if status.is_success() {
            let date = header_date(response.headers(), DATE.as_str());
            let body = text(read_body(response, request.max_bytes()).await?);
            check_success(request, status, &body)?;
            return Ok(Self { body, date });
        }
        if let Some(host) = redirect_host(&response) {
            return Err(redirect_error(status, &host));
        }
        let retry_after = retry_after(status, response.headers());
        let body = text(read_start(response, MAX_REFUSAL_BYTES).await);
        let error = refusal_error(request, status, &body);
        Err(error.with_retry_after(retry_after))
    }
}

/// Checks that a success shows that the request was carried out. No other function decides this.
pub(super) fn check_success(
    request: &Request,
    status: StatusCode,
    body: &str,
) -> Result<(), Error> {
    let is_documented = match *request.method() {
        Method::DELETE => matches!(status.as_u16(), 200 | 204),
        Method::POST => matches!(status.as_u16(), 200 | 201),
        _ => status == StatusCode::OK,
    };
    let detail = if has_errors(body) {
        format!("{status} with errors{}", explanation(status, body))
    } else if !is_documented {
        format!("{status}, which does not show that the request was carried out")
    } else if request.method() == Method::DELETE && !is_empty(body) {
        format!("{status}{}", explanation(status, body))
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Inconclusive, detail).with_outcome_unknown(true))
}

/// Whether the body is an object with `errors` that are not empty.
fn has_errors(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Success {
        errors: Option<Value>,
    }

    // Nearly no success contains the word, and a long one takes a while to parse.
    if !body.contains("\"errors\"") {
        return false;
    }
    match serde_json::from_str::<Success>(body) {
        Ok(success) => success
            .errors
            .is_some_and(|errors| errors.as_array().is_none_or(|list| !list.is_empty())),
        // Where it stands twice, one of them may not be empty.
        Err(error) => error.is_data(),
    }
}

/// Whether the body is what the API answers to a delete: nothing, or an empty object.
fn is_empty(body: &str) -> bool {
    let fields = serde_json::from_str::<Map<String, Value>>(body);
    body.trim().is_empty() || fields.is_ok_and(|fields| fields.is_empty())
}

/// Creates the error for an answer that is neither a success nor a redirect. Its body may explain the status.
pub(super) fn refusal_error(request: &Request, status: StatusCode, body: &str) -> Error {
    let explanation = explanation(status, body);
    if !status.is_client_error() && !status.is_server_error() {
        let detail = format!("{status}, which is no answer to what was asked");
        return Error::new(ErrorKind::Decode, detail)
            .with_http_status(status.as_u16())
            .with_outcome_unknown(true);
    }
    let (kind, max_retries, may_be_done) = match status.as_u16() {
        401 => (ErrorKind::Unauthenticated, 0, false),
        403 => (ErrorKind::Forbidden, 0, false),
        404 if is_about_resource(request, body) => (ErrorKind::NotFound, 0, false),
        404 => (ErrorKind::UnknownPath, 0, false),
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

/// Whether a 404 means that an org, a connection or a user does not exist. Only writes and paths below a collection name
/// one; and a 404 that does not have the API's form comes from a gateway, or from a server that is not the API.
fn is_about_resource(request: &Request, body: &str) -> bool {
    (request.is_write() || request.names_resource()) && has_errors(body)
}

/// The host that a redirect leads to. `None` if the answer is no redirect: a 304, for example, leads nowhere.
fn redirect_host(response: &Response) -> Option<String> {
    let is_redirect = response.status().is_redirection();
    let location = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    let target = response.url().join(location.to_str().ok()?).ok()?;
    target.host_str().map(str::to_owned)
}

/// Creates the error for a redirect. It names only the target's host, since the rest of the URL may contain a secret.
fn redirect_error(status: StatusCode, host: &str) -> Error {
    let detail = format!(
        "{status}: it redirects to {host}; redirects are not followed, to protect the keys"
    );
    Error::new(ErrorKind::Redirected, detail).with_http_status(status.as_u16())
}

/// The body as text. Invalid UTF-8 damages only the text that contains it.
fn text(body: Vec<u8>) -> String {
    String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Reads the first `max_bytes` of a body, or less if the rest is lost.
async fn read_start(mut response: Response, max_bytes: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < max_bytes
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(max_bytes);
    body
}

/// Reads the body to its end, up to `max_bytes`.
async fn read_body(mut response: Response, max_bytes: usize) -> Result<Vec<u8>, Error> {
    let too_long = || {
        let detail = format!("the answer is longer than {} MiB", max_bytes >> 20);
        Error::new(ErrorKind::Decode, detail).with_outcome_unknown(true)
    };
    let announced = response.content_length().unwrap_or_default();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > max_bytes {
        return Err(too_long());
    }
    let mut body = Vec::with_capacity(announced);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > max_bytes => return Err(too_long()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(transport::to_api_error(&error)),
        }
    }
}

/// The text that the body of an error answer adds to its status: `: connection … already exists`.
fn explanation(status: StatusCode, body: &str) -> String {
    let text = body.trim();
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
        let reset = header_wait(headers, "x-ratelimit-reset");
        if reset.is_some() {
            return reset;
        }
    }
    header_wait(headers, RETRY_AFTER.as_str()).or_else(|| {
        let until = header_date(headers, RETRY_AFTER.as_str())?;
        Some(time_until(until, headers))
    })
}

/// Reads a header as an HTTP date: `Wed, 26 Nov 2025 08:00:00 GMT`.
fn header_date(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let text = header_text(headers, name)?;
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads a header as the number of seconds to wait, which may have a fraction but is not negative. Of several numbers
/// the largest is used. A number beyond a year is a Unix time.
pub(super) fn header_wait(headers: &HeaderMap, name: &str) -> Option<Duration> {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    let seconds = header_items(headers, name).filter_map(|item| item.parse().ok());
    let waits = seconds.filter_map(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let wait = waits.max()?;
    if wait <= YEAR {
        return Some(wait);
    }
    let until = Timestamp::UNIX_EPOCH.checked_add(wait).ok()?;
    Some(time_until(until, headers))
}

/// The time from now until `until` by the server's clock; nothing if it is over.
fn time_until(until: Timestamp, headers: &HeaderMap) -> Duration {
    let now = header_date(headers, DATE.as_str()).unwrap_or_else(Timestamp::now);
    Duration::try_from(until.duration_since(now)).unwrap_or_default()
}

/// The values of a header that a server or a gateway may send several times, in one line or in several.
pub(super) fn header_items<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
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
            assert_eq!(explanation(StatusCode::BAD_REQUEST, body), expected);
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
            assert_eq!(explanation(StatusCode::NOT_FOUND, body), "");
        }
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let lines = lines.iter();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
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
            // A gateway doubles a header, and the longest wait is safe.
            (429, &[("x-ratelimit-reset", "3, 5")], Some(5)),
            (429, &[reset, ("x-ratelimit-reset", "9")], Some(9)),
            (429, &[("retry-after", "3, 3")], Some(3)),
            // A number beyond a year is a Unix time, here 30 s after the server's own.
            (429, &[("x-ratelimit-reset", "1764144030"), date], Some(30)),
            (503, &[("retry-after", "1764144030"), date], Some(30)),
            (429, &[("x-ratelimit-reset", "1764143000"), date], Some(0)),
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
