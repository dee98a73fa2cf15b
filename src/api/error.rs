use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::topology::Connection;

/// What went wrong between this program and the API.
///
/// Shown, it is a fragment that says what was tried, against which host and what came back, never with a key in it.
#[derive(Debug)]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    tried: Option<Tried>,
    credentials_origin: Option<Arc<str>>,
    detail: String,
    note: Option<&'static str>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
    outcome_unknown: bool,
    existing: Option<Connection>,
}

#[derive(Debug)]
struct Tried {
    request: String,
    host: String,
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
    /// 404: there is no such org or connection.
    NotFound,
    /// 409: the pair of orgs is connected already.
    Conflict,
    /// Any other 4xx, or a request that the API could only refuse and that was therefore not sent.
    Rejected,
    /// 3xx: the server points elsewhere. Keys do not follow.
    Redirected,
    /// The answer was not understood.
    Decode,
    /// The list changed while it was read, or a part of it was lost.
    Listing,
    /// The server's certificate, or the encryption itself, was not accepted.
    Tls,
    /// A proxy on the way refused.
    Proxy,
    /// Somebody wished to stop.
    Interrupted,
    /// A key cannot be sent as a header.
    InvalidKey,
    /// The client could not be set up.
    Setup,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            tried: None,
            credentials_origin: None,
            detail: detail.into(),
            note: None,
            http_status: None,
            retry_after: None,
            outcome_unknown: false,
            existing: None,
        }))
    }

    /// Says what was tried (`GET /api/v2/org`), and against which host.
    pub(super) fn trying(mut self, request: impl Into<String>, host: impl Into<String>) -> Self {
        self.0.tried = Some(Tried {
            request: request.into(),
            host: host.into(),
        });
        self
    }

    /// Says where the credentials came from.
    pub(super) fn with_credentials_of(mut self, origin: Option<Arc<str>>) -> Self {
        self.0.credentials_origin = origin;
        self
    }

    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    pub(super) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(super) fn with_existing(mut self, existing: Option<Connection>) -> Self {
        self.0.existing = existing;
        self
    }

    /// Adds what a look at the live state has shown.
    pub(super) fn with_note(mut self, note: &'static str) -> Self {
        self.0.note = Some(note);
        self
    }

    /// Says that nobody knows whether the write was carried out.
    pub(super) fn with_unknown_outcome(mut self, note: &'static str) -> Self {
        self.0.outcome_unknown = true;
        self.with_note(note)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long the service asks to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether it is unknown if a write was carried out. Where this is false, it was not, as far as a look at the live
    /// state could tell.
    pub fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// The connection that stands in the way of a new one, where it could be looked up.
    pub fn existing(&self) -> Option<&Connection> {
        self.0.existing.as_ref()
    }

    /// Where the credentials come from that the request was made with, if the client was told: `DD_API_KEY and
    /// DD_APP_KEY`.
    pub fn credentials_origin(&self) -> Option<&str> {
        self.0.credentials_origin.as_deref()
    }

    /// The host that was asked, with its port where that is not the usual one.
    pub fn host(&self) -> Option<&str> {
        self.0.tried.as_ref().map(|tried| tried.host.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Tried { request, host }) = &self.0.tried {
            write!(f, "{request} at {host}: ")?;
        }
        f.write_str(&self.0.detail)?;
        match self.0.note {
            Some(note) => write!(f, "; {note}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
