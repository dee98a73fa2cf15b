use std::net::IpAddr;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::error::ApiError;
use super::rate_limit::RateLimitUsage;

/// The longest body that is read, in bytes. The API's own requests have a few hundred.
const MAX_BODY: usize = 1 << 20;

/// A request, read to its end.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// The part after the `?`, still encoded.
    query: String,
    /// `None` if it was too long, or incomplete.
    body: Option<Bytes>,
}

/// A status and a body of JSON.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) rate_limit: RateLimitUsage,
    body: String,
    /// The methods that the path accepts, if the request used another one.
    allow: Option<&'static str>,
}

impl Request {
    pub(super) async fn read(request: hyper::Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await;
        Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body: body.ok().map(|body| body.to_bytes()),
        }
    }

    /// The first value of a query parameter, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// A query parameter that is a UUID.
    pub(super) fn uuid(&self, name: &'static str) -> Result<Option<Uuid>, ApiError> {
        let parse = |text: String| parse_uuid(&text).ok_or(ApiError::InvalidUuid(name));
        self.parameter(name).map(parse).transpose()
    }

    /// A query parameter that is a number.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<usize>, ApiError> {
        let parse = |text: String| text.parse().map_err(|_| ApiError::OutOfRange(name));
        self.parameter(name).map(parse).transpose()
    }

    /// The body, which is JSON.
    ///
    /// # Errors
    /// Fails if the body is not JSON, or if a required field is missing.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let body = self.body.as_ref().ok_or(ApiError::InvalidJson)?;
        serde_json::from_slice(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => ApiError::InvalidInput,
            _ => ApiError::InvalidJson,
        })
    }
}

/// Whether the request names this machine as its host.
///
/// A page of another site could have its own name resolved to a loopback address (DNS rebinding): then the browser sends
/// that name, and lets the page read the answer.
pub(super) fn is_for_loopback<B>(request: &hyper::Request<B>) -> bool {
    let mut headers = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (headers.next(), headers.next()) else {
        return false;
    };
    let host = Authority::try_from(host.as_bytes());
    host.is_ok_and(|host| is_loopback(host.host())) && request.uri().host().is_none_or(is_loopback)
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Reads a UUID with hyphens, the only form that the API accepts.
pub(super) fn parse_uuid(text: &str) -> Option<Uuid> {
    text.parse::<Hyphenated>().ok().map(Uuid::from)
}

impl Response {
    /// Status 200 with this body.
    pub(super) fn ok(body: impl ToString) -> Self {
        Self {
            status: StatusCode::OK,
            rate_limit: RateLimitUsage::default(),
            body: body.to_string(),
            allow: None,
        }
    }

    /// Status 204, which has no body.
    pub(super) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            ..Self::ok("")
        }
    }
}

impl From<ApiError> for Response {
    fn from(error: ApiError) -> Self {
        let status = error.status();
        let entry = match error.is_json_api() {
            true => json!({
                "status": status.as_str(),
                "title": status.canonical_reason(),
                "detail": error.to_string(),
            }),
            false => Value::from(error.to_string()),
        };
        Self {
            status,
            rate_limit: RateLimitUsage::default(),
            body: json!({ "errors": [entry] }).to_string(),
            allow: match error {
                ApiError::MethodNotAllowed(methods) => Some(methods),
                _ => None,
            },
        }
    }
}

impl From<Response> for hyper::Response<Full<Bytes>> {
    fn from(response: Response) -> Self {
        let mut converted = Self::new(Full::from(response.body));
        *converted.status_mut() = response.status;
        let headers = converted.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in response.rate_limit.headers() {
            // Numbers and the fixed name can always be sent.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        if let Some(methods) = response.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        converted
    }
}
