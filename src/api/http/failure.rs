use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};

use super::answer::shorten;
use super::auth::Secrets;
use super::{Http, Request, wait};
use crate::api::{Error, ErrorKind};

/// One attempt that brought no 2xx answer.
#[derive(Debug)]
pub(super) struct Miss {
    kind: ErrorKind,
    /// May hold a text of the server: shown by way of [`Miss::describe`] only.
    detail: String,
    status: Option<StatusCode>,
    pub(super) asked_wait: Option<Duration>,
    pub(super) again: Again,
    /// Whether a write may have been carried out all the same.
    pub(super) perhaps_done: bool,
}

/// Whether another attempt is worth its while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// A name that is not found is misspelt as a rule, and a resolver that hiccups does so once.
    Once,
    Always,
}

impl Miss {
    fn new(kind: ErrorKind, detail: impl Into<String>, again: Again, perhaps_done: bool) -> Self {
        Self {
            kind,
            detail: detail.into(),
            status: None,
            asked_wait: None,
            again,
            perhaps_done,
        }
    }

    pub(super) fn timed_out(after: Duration) -> Self {
        let detail = format!("no answer within {}", span(after));
        Self::new(ErrorKind::Timeout, detail, Again::Always, true)
    }

    pub(super) fn too_long(most: u64) -> Self {
        let detail = format!("the answer is longer than {} MiB", most >> 20);
        Self::new(ErrorKind::Decode, detail, Again::Never, true)
    }

    /// The connection failed, on the way there or on the way back.
    pub(super) fn in_transport(error: &reqwest::Error) -> Self {
        let cause = innermost(error);
        let sent = !error.is_connect();
        if error.is_builder() {
            return Self::new(ErrorKind::Setup, cause, Again::Never, false);
        }
        if let Some(reason) = tls_failure(error) {
            let detail = format!("no TLS connection: {reason}");
            return Self::new(ErrorKind::Tls, detail, Again::Never, sent);
        }
        if passes(error, "tunnel error") {
            let detail = format!("the proxy makes no connection: {cause}");
            return Self::new(ErrorKind::Proxy, detail, Again::Once, sent);
        }
        if error.is_timeout() {
            let detail = if sent {
                "no answer in time"
            } else {
                "cannot connect in time"
            };
            return Self::new(ErrorKind::Timeout, detail, Again::Always, sent);
        }
        let unknown_host = error.is_dns() || passes(error, "dns error");
        let again = if unknown_host {
            Again::Once
        } else {
            Again::Always
        };
        let what = if sent {
            "the connection was lost"
        } else {
            "cannot connect"
        };
        Self::new(ErrorKind::Network, format!("{what}: {cause}"), again, sent)
    }

    /// The server points elsewhere. Only the host is said: the rest of the target may hold anything.
    pub(super) fn redirected(response: &Response) -> Self {
        let target = response
            .headers()
            .get(LOCATION)
            .and_then(|location| response.url().join(location.to_str().ok()?).ok());
        let host = target
            .as_ref()
            .and_then(url::Url::host_str)
            .unwrap_or("an unknown host");
        let status = response.status();
        let detail = format!("{status}: it points to {host}, and keys do not follow");
        Self {
            status: Some(status),
            ..Self::new(ErrorKind::Redirected, detail, Again::Never, false)
        }
    }

    /// An answer of 4xx or 5xx; `message` follows the status.
    pub(super) fn refused(status: StatusCode, headers: &HeaderMap, message: &str) -> Self {
        let (kind, again, perhaps_done) = judge(status);
        Self {
            status: Some(status),
            asked_wait: wait::asked(status, headers),
            ..Self::new(kind, format!("{status}{message}"), again, perhaps_done)
        }
    }

    /// What came back, fit to be shown.
    pub(super) fn describe(&self, secrets: &Secrets) -> String {
        shorten(&secrets.strike_out(&self.detail))
    }

    pub(super) fn into_error(self, http: &Http, request: &Request) -> Error {
        let mut detail = self.describe(&http.secrets);
        let wait = self.asked_wait.filter(|_| self.again == Again::Always);
        if let Some(wait) = wait {
            detail.push_str(&format!("; the service asks to wait {}", span(wait)));
        }
        let error = http
            .error(request, self.kind, detail)
            .with_retry_after(wait);
        match self.status {
            Some(status) => error.with_status(status.as_u16()),
            None => error,
        }
    }
}

/// What a status means, whether to try again, and whether a write may have been carried out.
fn judge(status: StatusCode) -> (ErrorKind, Again, bool) {
    match status.as_u16() {
        401 => (ErrorKind::Unauthenticated, Again::Never, false),
        403 => (ErrorKind::Forbidden, Again::Never, false),
        404 => (ErrorKind::NotFound, Again::Never, false),
        407 => (ErrorKind::Proxy, Again::Never, false),
        408 => (ErrorKind::Timeout, Again::Always, true),
        409 => (ErrorKind::Conflict, Again::Never, false),
        429 => (ErrorKind::RateLimited, Again::Always, false),
        500.. => (ErrorKind::Server, Again::Always, true),
        _ => (ErrorKind::Rejected, Again::Never, false),
    }
}

/// Why no client could be made, without the layers in between.
pub(super) fn describe_setup(error: &reqwest::Error) -> String {
    format!("cannot set up the HTTP client: {}", innermost(error))
}

/// The error and what lies beneath it, layer by layer.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| beneath(error))
}

/// An I/O error passes over what it wraps when it is asked for its source.
fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn innermost(error: &reqwest::Error) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn passes(error: &reqwest::Error, layer: &str) -> bool {
    chain(error).any(|cause| cause.to_string().contains(layer))
}

fn tls_failure(error: &reqwest::Error) -> Option<String> {
    let cause = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(match cause {
        rustls::Error::InvalidMessage(_) => "what the server answers is not TLS".to_owned(),
        other => other.to_string(),
    })
}

/// `30 s`, or `200 ms` where seconds would say too little.
pub(super) fn span(duration: Duration) -> String {
    if duration < Duration::from_secs(1) && !duration.is_zero() {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{} s", duration.as_secs_f64().round())
    }
}
