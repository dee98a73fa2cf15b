use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use hyper::StatusCode;
use uuid::Uuid;

/// The sandbox cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SandboxError {
    /// The address can be reached from other machines.
    #[error(
        "cannot serve the sandbox on {0}: it listens on loopback addresses only, such as 127.0.0.1"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot serve the sandbox on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The state file, its directory or its lock cannot be used.
    #[error("cannot {verb} {}, where the sandbox keeps its state", .path.display())]
    File {
        /// The operation: `read`, `write`, `lock` and the like.
        verb: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The state file is not one that the sandbox wrote.
    #[error("the sandbox's state file {} is broken; `orgconn sandbox reset` makes a new one", .path.display())]
    InvalidState {
        /// The state file.
        path: PathBuf,
        /// The parser's error, with the place in the file.
        source: serde_json::Error,
    },
    /// The state file was written by another version of the program.
    #[error(
        "the sandbox's state file {} has version {found}, and this orgconn reads version {known}; \
         `orgconn sandbox reset` makes a new one",
        .path.display()
    )]
    OtherVersion {
        /// The state file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The version that can be read.
        known: u64,
    },
}

/// The reason why a request is refused. The messages are exactly the API's, where the API has the error.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    #[error("Unauthorized")]
    Unauthorized,
    #[error("Forbidden")]
    Forbidden,
    #[error("Not found")]
    NotFound,
    /// The field has the methods that the path accepts.
    #[error("Method not allowed")]
    MethodNotAllowed(&'static str),
    /// The fields are the source and the destination.
    #[error("connection between orgs {0} and {1} already exists")]
    ConnectionExists(Uuid, Uuid),
    /// The fields are the source and the destination.
    #[error("connection between orgs {0} and {1} is not allowed")]
    PairNotAllowed(Uuid, Uuid),
    #[error("Validation failed for input.")]
    InvalidInput,
    /// The field is the name of the query parameter.
    #[error("{0} must be a valid uuid")]
    InvalidUuid(&'static str),
    /// The field is the name of the query parameter.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    #[error("Org connection with id:{0} not found not found")]
    UnknownOnUpdate(Uuid),
    #[error("org connection with id:{0} not found not found")]
    UnknownOnDelete(Uuid),
    #[error("this policy would take away your own access; allow_self_lockout permits it to admins")]
    SelfLockout,
    #[error("user not found")]
    UnknownUser,
    #[error("the request body is not readable as JSON")]
    InvalidJson,
    #[error("Too many requests")]
    TooManyRequests,
    /// The request names another host than this machine. The API does not have this error.
    #[error("the sandbox serves this machine alone: name it as 127.0.0.1 or localhost")]
    OtherHost,
    /// The state file cannot be used. The API does not have this error.
    #[error("{}", with_causes(.0))]
    Sandbox(#[from] SandboxError),
}

impl ApiError {
    /// The HTTP status of the response.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::ConnectionExists(..) => StatusCode::CONFLICT,
            Self::NotFound
            | Self::UnknownOnUpdate(_)
            | Self::UnknownOnDelete(_)
            | Self::UnknownUser => StatusCode::NOT_FOUND,
            Self::PairNotAllowed(..)
            | Self::InvalidInput
            | Self::InvalidUuid(_)
            | Self::OutOfRange(_)
            | Self::SelfLockout
            | Self::InvalidJson => StatusCode::BAD_REQUEST,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Sandbox(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the API describes this error as a JSON:API object. It describes the others as plain text.
    pub(super) fn is_json_api(&self) -> bool {
        matches!(self, Self::UnknownUser | Self::InvalidJson)
    }
}

fn with_causes(error: &SandboxError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
