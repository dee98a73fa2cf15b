use super::{Connection, TypeSet};

/// What should hold between two orgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// There is a connection, and it shares at least these types (none: whatever it shares).
    Shares(TypeSet),
    /// There is a connection, and it shares exactly these types.
    SharesExactly(TypeSet),
    /// There is no connection.
    Absent,
    /// None of these types is shared; there may be a connection that shares others.
    SharesNone(TypeSet),
}

impl Expectation {
    /// Compares with what is there.
    ///
    /// # Errors
    /// It does not hold; the text says why, after “A to B”: `is not connected`, `lacks metrics (shares logs)`.
    pub fn check(&self, live: Option<&Connection>) -> Result<(), String> {
        let shared = live.map(|connection| &connection.types);
        match (self, shared) {
            (Self::Absent | Self::SharesNone(_), None) => Ok(()),
            (Self::Absent, Some(shared)) => Err(format!("is connected ({})", shares(shared))),
            (Self::SharesNone(unwanted), Some(shared)) => {
                refuse_if_any(&shared.intersection(unwanted), |excess| {
                    format!("shares {excess}")
                })
            }
            (Self::Shares(_) | Self::SharesExactly(_), None) => Err("is not connected".to_owned()),
            (Self::Shares(wanted), Some(shared)) => {
                refuse_if_any(&wanted.difference(shared), |missing| {
                    format!("lacks {missing} ({})", shares(shared))
                })
            }
            (Self::SharesExactly(wanted), Some(shared)) => exactly(wanted, shared),
        }
    }
}

fn exactly(wanted: &TypeSet, shared: &TypeSet) -> Result<(), String> {
    let (missing, excess) = (wanted.difference(shared), shared.difference(wanted));
    match (missing.is_empty(), excess.is_empty()) {
        (true, true) => Ok(()),
        (false, true) => Err(format!("lacks {missing} ({})", shares(shared))),
        (true, false) => Err(format!("shares {excess} as well ({})", shares(shared))),
        (false, false) => Err(format!("lacks {missing} and shares {excess} instead")),
    }
}

fn refuse_if_any(found: &TypeSet, reason: impl FnOnce(&TypeSet) -> String) -> Result<(), String> {
    if found.is_empty() {
        Ok(())
    } else {
        Err(reason(found))
    }
}

fn shares(types: &TypeSet) -> String {
    if types.is_empty() {
        "shares nothing".to_owned()
    } else {
        format!("shares {types}")
    }
}

#[cfg(test)]
mod tests {
    use super::Expectation::{Absent, Shares, SharesExactly, SharesNone};
    use super::*;

    fn types(words: &str) -> TypeSet {
        words.split_terminator(',').map(Into::into).collect()
    }

    fn check(expectation: &Expectation, shared: Option<&str>) -> Result<(), String> {
        let live = shared.map(|words| Connection {
            types: types(words),
            ..Connection::default()
        });
        expectation.check(live.as_ref())
    }

    #[test]
    fn at_least_these_types() {
        assert_eq!(check(&Shares(types("logs")), Some("logs,metrics")), Ok(()));
        assert_eq!(check(&Shares(types("")), Some("")), Ok(()));
        assert_eq!(
            check(&Shares(types("logs,audit")), Some("logs")),
            Err("lacks audit (shares logs)".into())
        );
        assert_eq!(
            check(&Shares(types("logs")), Some("")),
            Err("lacks logs (shares nothing)".into())
        );
        assert_eq!(
            check(&Shares(types("logs")), None),
            Err("is not connected".into())
        );
    }

    #[test]
    fn exactly_these_types() {
        let wanted = SharesExactly(types("logs,metrics"));
        assert_eq!(check(&wanted, Some("metrics,logs")), Ok(()));
        assert_eq!(
            check(&wanted, Some("logs")),
            Err("lacks metrics (shares logs)".into())
        );
        assert_eq!(
            check(&wanted, Some("logs,metrics,rum")),
            Err("shares rum as well (shares logs,metrics,rum)".into())
        );
        assert_eq!(
            check(&wanted, Some("logs,audit")),
            Err("lacks metrics and shares audit instead".into())
        );
        assert_eq!(check(&wanted, None), Err("is not connected".into()));
    }

    #[test]
    fn nothing_at_all_or_none_of_these_types() {
        assert_eq!(check(&Absent, None), Ok(()));
        assert_eq!(
            check(&Absent, Some("logs")),
            Err("is connected (shares logs)".into())
        );
        assert_eq!(check(&SharesNone(types("audit")), Some("logs")), Ok(()));
        assert_eq!(
            check(&SharesNone(types("audit,logs")), Some("logs,metrics")),
            Err("shares logs".into())
        );
        assert_eq!(check(&SharesNone(types("audit")), None), Ok(()));
    }
}
