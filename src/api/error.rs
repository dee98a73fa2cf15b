use std::fmt;
use std::time::Duration;

use crate::model::Connection;

/// Why a call to the API failed.
///
/// Its message is a fragment that says what was tried, on which host, and what came back. It never contains a key.
#[derive(Clone, Debug)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug)]
struct Details {
    kind: ErrorKind,
    /// The method and the path of the request.
    request: Option<String>,
    host: Option<String>,
    credentials_origin: Option<String>,
    server_origin: Option<String>,
    detail: String,
    note: Option<&'static str>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
    max_retries: u32,
    outcome_unknown: bool,
    existing: Option<Connection>,
}

/// The kinds of failure that a caller may want to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The server could not be reached, or the connection was lost.
    Network,
    /// No answer came in time.
    Timeout,
    /// 429: too many requests.
    RateLimited,
    /// 5xx: the server, or a gateway before it, failed.
    Server,
    /// 401: the credentials are missing or wrong.
    Unauthenticated,
    /// 403: the credentials do not permit it.
    Forbidden,
    /// 404: there is no such org, connection or user.
    NotFound,
    /// 404: the server does not have the path of the request.
    UnknownPath,
    /// 409: the pair of orgs is connected already.
    Conflict,
    /// Any other 4xx.
    Rejected,
    /// A success that reports errors, or shows another result than the one that was asked for.
    Inconclusive,
    /// 3xx: the server points elsewhere. Redirects are not followed, since the keys would go with them.
    Redirected,
    /// The answer was not understood.
    Decode,
    /// The list changed while it was read, or a part of it could not be read.
    IncompleteListing,
    /// The server's certificate, or the encryption itself, was not accepted.
    Tls,
    /// A proxy on the way refused.
    Proxy,
    /// The client was interrupted.
    Interrupted,
    /// A key cannot be sent as a header.
    InvalidKey,
    /// The client could not be set up.
    Setup,
}

impl Error {
    /// Creates an error without an HTTP status, for which the request is not sent again.
    pub(super) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            request: None,
            host: None,
            credentials_origin: None,
            server_origin: None,
            detail: detail.into(),
            note: None,
            http_status: None,
            retry_after: None,
            max_retries: 0,
            outcome_unknown: false,
            existing: None,
        }))
    }

    /// Adds the request that failed, and its host.
    pub(super) fn with_request(mut self, request: String, host: &str) -> Self {
        self.0.request = Some(request);
        self.0.host = Some(host.to_owned());
        self
    }

    /// Adds where the credentials and the server come from.
    pub(super) fn with_origins(
        mut self,
        credentials: Option<String>,
        server: Option<String>,
    ) -> Self {
        self.0.credentials_origin = credentials;
        self.0.server_origin = server;
        self
    }

    pub(super) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(super) fn with_detail(mut self, detail: String) -> Self {
        self.0.detail = detail;
        self
    }

    /// Adds a note about the live state, which was read after the error.
    pub(super) fn with_note(mut self, note: &'static str) -> Self {
        self.0.note = Some(note);
        self
    }

    pub(super) fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    pub(super) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Sets how often the request may be sent again at most. 0 means that another attempt would fail too.
    pub(super) fn with_max_retries(mut self, max_retries: u32) -> Self {
        self.0.max_retries = max_retries;
        self
    }

    pub(super) fn with_outcome_unknown(mut self, is_unknown: bool) -> Self {
        self.0.outcome_unknown = is_unknown;
        self
    }

    pub(super) fn with_existing(mut self, existing: Option<Connection>) -> Self {
        self.0.existing = existing;
        self
    }

    /// What came back from the server or the connection, without the request and the host.
    pub(super) fn detail(&self) -> &str {
        &self.0.detail
    }

    pub(super) fn max_retries(&self) -> u32 {
        self.0.max_retries
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long the service asks to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether a write may or may not have taken effect. If this is false, the write did not take effect, as far as the
    /// live state shows.
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// The existing connection that prevented the creation of a new one, if it could be read.
    pub fn existing_connection(&self) -> Option<&Connection> {
        self.0.existing.as_ref()
    }

    /// Where the credentials of the request come from, as given in the client's settings: `DD_API_KEY and DD_APP_KEY`.
    pub fn credentials_origin(&self) -> Option<&str> {
        self.0.credentials_origin.as_deref()
    }

    /// The setting that names the server, as given in the client's settings: `DD_SITE`.
    pub fn server_origin(&self) -> Option<&str> {
        self.0.server_origin.as_deref()
    }

    /// The host that the request was sent to, with its port unless that is the default one; or what the client's
    /// settings call the server.
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(request), Some(host)) = (&self.0.request, &self.0.host) {
            write!(f, "{request} at {host}: ")?;
        }
        f.write_str(&self.0.detail)?;
        if let (Some(_), Some(wait)) = (self.0.http_status, self.0.retry_after) {
            write!(f, "; the service asks to wait {}", duration_text(wait))?;
        }
        match self.0.note {
            Some(note) => write!(f, "; {note}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// `30 s`, or `200 ms` for less than a second.
pub(super) fn duration_text(duration: Duration) -> String {
    if duration < Duration::from_secs(1) && !duration.is_zero() {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{} s", duration.as_secs_f64().round())
    }
}
