//! What goes back: an answer with its body, or a refusal in the API's own words.

use hyper::StatusCode;
use hyper::body::Bytes;
use serde::Serialize;
use uuid::Uuid;

use super::SandboxError;

/// A status and a JSON body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    /// The methods that the path knows, where the method was not one of them.
    pub(super) allow: Option<&'static str>,
}

/// Why a request is not carried out. The messages are the API's, to the letter.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("Unauthorized")]
    Unauthorized,
    #[error("Forbidden")]
    Forbidden,
    #[error("Not found")]
    NotFound,
    /// With the methods that the path knows.
    #[error("Method not allowed")]
    MethodNotAllowed(&'static str),
    /// With the source and the destination.
    #[error("connection between orgs {0} and {1} already exists")]
    AlreadyConnected(Uuid, Uuid),
    /// With the source and the destination.
    #[error("connection between orgs {0} and {1} is not allowed")]
    PairNotAllowed(Uuid, Uuid),
    #[error("Validation failed for input.")]
    InvalidInput,
    /// With the name of the parameter.
    #[error("{0} must be a valid uuid")]
    NoUuid(&'static str),
    /// With the name of the parameter.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    #[error("Org connection with id:{0} not found not found")]
    UnknownOnUpdate(Uuid),
    #[error("org connection with id:{0} not found not found")]
    UnknownOnDelete(Uuid),
    #[error("Too many requests")]
    TooManyRequests,
    #[error("user not found")]
    UnknownUser,
    #[error("the request body is not readable as JSON")]
    MalformedBody,
    /// The sandbox itself is in trouble: the only refusal that the API does not know.
    #[error("{}", with_causes(.0))]
    Sandbox(#[from] SandboxError),
    /// An answer could not be written as JSON.
    #[error("the answer cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Errors<E> {
    errors: [E; 1],
}

/// An error in the form of JSON:API.
#[derive(Serialize)]
struct ErrorObject<'a> {
    status: &'a str,
    title: &'a str,
    detail: &'a str,
}

impl Answer {
    /// Status 200 and `value` as the body.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub(super) fn of(value: &impl Serialize) -> Result<Self, Refusal> {
        Ok(Self::ok(json(value)?))
    }

    /// Status 200 and the body as it is.
    pub(super) fn ok(body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            body: body.into(),
            allow: None,
        }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::AlreadyConnected(..) => StatusCode::CONFLICT,
            Self::NotFound
            | Self::UnknownOnUpdate(_)
            | Self::UnknownOnDelete(_)
            | Self::UnknownUser => StatusCode::NOT_FOUND,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::PairNotAllowed(..)
            | Self::InvalidInput
            | Self::NoUuid(_)
            | Self::OutOfRange(_)
            | Self::MalformedBody => StatusCode::BAD_REQUEST,
            Self::Sandbox(_) | Self::Unwritable(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self) -> Bytes {
        let (status, message) = (self.status(), self.to_string());
        let body = match self {
            Self::UnknownUser | Self::MalformedBody => json(&Errors {
                errors: [ErrorObject {
                    status: status.as_str(),
                    title: status.canonical_reason().unwrap_or_default(),
                    detail: &message,
                }],
            }),
            _ => json(&Errors { errors: [message] }),
        };
        body.unwrap_or_default()
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status(),
            body: refusal.body(),
            allow: match refusal {
                Refusal::MethodNotAllowed(methods) => Some(methods),
                _ => None,
            },
        }
    }
}

/// The bytes of `value` as JSON.
///
/// # Errors
/// It cannot be written so.
pub(super) fn json(value: &impl Serialize) -> Result<Bytes, serde_json::Error> {
    serde_json::to_vec(value).map(Bytes::from)
}

fn with_causes(error: &SandboxError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| {
        error.source()
    });
    let messages: Vec<_> = causes.map(ToString::to_string).collect();
    messages.join(": ")
}
