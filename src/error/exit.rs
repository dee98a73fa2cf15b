use std::process::ExitCode;

use crate::api::ErrorKind;

/// How the program ended. The codes are a contract: they are never given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, nothing to do, or as wanted.
    Done,
    /// Any other failure.
    Failure,
    /// Usage, configuration, or input needed and not allowed to ask.
    Usage,
    /// `check` found something else.
    Difference,
    /// Not authenticated or not permitted.
    Permission,
    /// No such org or connection, or more than one.
    NotFound,
    /// It exists already, or differs.
    Conflict,
    /// Network, timeout, 429 or 5xx after the retries.
    Temporary,
    /// Part of several things done failed.
    Partial,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// All ways to end, in the order of their codes.
    pub(crate) const ALL: [Self; 10] = [
        Self::Done,
        Self::Failure,
        Self::Usage,
        Self::Difference,
        Self::Permission,
        Self::NotFound,
        Self::Conflict,
        Self::Temporary,
        Self::Partial,
        Self::Interrupted,
    ];

    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Difference => 3,
            Self::Permission => 4,
            Self::NotFound => 5,
            Self::Conflict => 6,
            Self::Temporary => 7,
            Self::Partial => 8,
            Self::Interrupted => 130,
        }
    }

    /// The word for it in the `kind` of an error.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::Difference => "difference",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Temporary => "temporary",
            Self::Partial => "partial",
            Self::Interrupted => "interrupted",
        }
    }

    /// What it means, for the help.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, nothing to do, or as wanted",
            Self::Failure => "any other failure",
            Self::Usage => "usage, configuration, or input needed and not allowed to ask",
            Self::Difference => "difference: `check` found something else",
            Self::Permission => "not authenticated or not permitted",
            Self::NotFound => "no such org or connection, or more than one",
            Self::Conflict => "conflict: it exists already, or differs",
            Self::Temporary => "temporary: network, timeout, 429 or 5xx after the retries",
            Self::Partial => "part of several things done failed; the report says which",
            Self::Interrupted => "interrupted; what was done and what was not is reported",
        }
    }

    /// How several things ended that were done one beside the other: `done` says whether any succeeded.
    ///
    /// An interruption outweighs all. If nothing succeeded and all failed alike, that is how it ended.
    pub(crate) fn of_several(done: bool, failures: &[Self]) -> Self {
        match failures {
            [] => Self::Done,
            _ if failures.contains(&Self::Interrupted) => Self::Interrupted,
            [first, rest @ ..] if !done && rest.iter().all(|other| other == first) => *first,
            _ => Self::Partial,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server
            | ErrorKind::Proxy
            | ErrorKind::Listing => Self::Temporary,
            ErrorKind::Unauthenticated | ErrorKind::Forbidden => Self::Permission,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Conflict => Self::Conflict,
            ErrorKind::InvalidKey => Self::Usage,
            ErrorKind::Interrupted => Self::Interrupted,
            ErrorKind::Rejected
            | ErrorKind::Redirected
            | ErrorKind::Decode
            | ErrorKind::Tls
            | ErrorKind::Setup => Self::Failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_things_end_as_they_did_together() {
        use Exit::{Conflict, Done, Interrupted, NotFound, Partial};
        assert_eq!(Exit::of_several(true, &[]), Done);
        assert_eq!(Exit::of_several(false, &[]), Done);
        assert_eq!(Exit::of_several(false, &[Conflict]), Conflict);
        assert_eq!(Exit::of_several(false, &[Conflict, Conflict]), Conflict);
        assert_eq!(Exit::of_several(false, &[Conflict, NotFound]), Partial);
        assert_eq!(Exit::of_several(true, &[Conflict]), Partial);
        assert_eq!(
            Exit::of_several(true, &[Conflict, Interrupted]),
            Interrupted
        );
    }
}
