use super::ConnectionType;

/// A query for data of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataQuery {
    /// The type of the data.
    pub kind: ConnectionType,
    /// A query of metrics, or else a search for events.
    pub text: String,
}

impl DataQuery {
    /// The query of a type that finds something in nearly every org. `None` for a type that this version cannot query.
    pub fn usual(kind: &ConnectionType) -> Option<Self> {
        let text = match kind {
            // Datadog itself writes this metric into every org that has hosts.
            ConnectionType::Metrics => "avg:datadog.estimated_usage.hosts{*}",
            ConnectionType::Logs | ConnectionType::Audit => "*",
            ConnectionType::Other(_) => return None,
        };
        Some(Self {
            kind: kind.clone(),
            text: text.to_owned(),
        })
    }
}

/// How much data a query finds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DataAmount {
    /// The number of events; of metrics the number of points that have a value.
    pub count: u64,
    /// The sum of all values.
    pub sum: f64,
}

impl DataAmount {
    /// The part of the larger sum by which two sums may differ: data may come in late, and values are rounded.
    const TOLERANCE: f64 = 0.1;

    fn is_close_to(self, other: Self) -> bool {
        let larger = self.sum.abs().max(other.sum.abs());
        (self.sum - other.sum).abs() <= larger * Self::TOLERANCE
    }
}

/// What the destination of a connection gets of one type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DestinationData {
    /// The connection does not share the type.
    NotShared,
    /// This version has no query of the type.
    NoQuery,
    /// The service refuses the query through the connection.
    Refused,
    /// A query through the connection finds this much.
    Amount(DataAmount),
}

/// Whether a connection gives the destination the source's data of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationResult {
    /// Data comes through it; where the source was asked too, as much as is there.
    Data,
    /// No data comes through it, and the source is not known to have any.
    NoData,
    /// The source has data, and none or other data comes through it.
    Differs,
    /// The service refuses to query through it.
    Refused,
    /// It does not share the type.
    NotShared,
    /// This version has no query of the type.
    Unverified,
}

impl VerificationResult {
    /// The result for what the destination gets, and for what the source has if it could be asked.
    pub fn new(destination: DestinationData, source: Option<DataAmount>) -> Self {
        let amount = match destination {
            DestinationData::NotShared => return Self::NotShared,
            DestinationData::NoQuery => return Self::Unverified,
            DestinationData::Refused => return Self::Refused,
            DestinationData::Amount(amount) => amount,
        };
        match source {
            Some(source) if source.count > 0 && amount.count == 0 => Self::Differs,
            _ if amount.count == 0 => Self::NoData,
            Some(source) if !amount.is_close_to(source) => Self::Differs,
            _ => Self::Data,
        }
    }

    /// One or two words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::NoData => "no data",
            Self::Differs => "differs",
            Self::Refused => "refused",
            Self::NotShared => "not shared",
            Self::Unverified => "unverified",
        }
    }
}

/// How well a connection gives the destination the source's data of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// The type.
    pub kind: ConnectionType,
    /// The text of the query; `None` if nothing was asked.
    pub query: Option<String>,
    /// Whether data comes through the connection.
    pub result: VerificationResult,
    /// What comes through it; `None` if nothing was answered.
    pub amount: Option<DataAmount>,
    /// What the source has, if it could be asked.
    pub source_amount: Option<DataAmount>,
}

impl Verification {
    /// The likely reason if not all is well.
    pub fn reason(&self) -> Option<&'static str> {
        Some(match (self.result, self.source_amount) {
            (VerificationResult::Data, _) => return None,
            (VerificationResult::NoData, Some(_)) => "the source has none either in this time",
            (VerificationResult::NoData, None) => "whether the source has any could not be asked",
            (VerificationResult::Differs, _) => {
                "the source has other data: the creator of the connection may see only a part of it"
            }
            (VerificationResult::Refused, _) => {
                "the creator of the connection may not see this data, or is not active"
            }
            (VerificationResult::NotShared, _) => "the connection does not share this type",
            (VerificationResult::Unverified, _) => "this version cannot query this type",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DestinationData::{Amount, NoQuery, NotShared, Refused};
    use super::*;

    fn amount(count: u64, sum: f64) -> DataAmount {
        DataAmount { count, sum }
    }

    #[test]
    fn the_result_follows_from_what_both_ends_find() {
        let (none, many) = (amount(0, 0.0), amount(100, 100.0));
        for (destination, source, result) in [
            (NotShared, None, VerificationResult::NotShared),
            (NotShared, Some(many), VerificationResult::NotShared),
            (NoQuery, None, VerificationResult::Unverified),
            (Refused, None, VerificationResult::Refused),
            (Refused, Some(none), VerificationResult::Refused),
            (Refused, Some(many), VerificationResult::Refused),
            (Amount(none), None, VerificationResult::NoData),
            (Amount(none), Some(none), VerificationResult::NoData),
            (Amount(none), Some(many), VerificationResult::Differs),
            (Amount(many), None, VerificationResult::Data),
            (Amount(many), Some(many), VerificationResult::Data),
            (Amount(many), Some(none), VerificationResult::Differs),
            (
                Amount(amount(90, 90.0)),
                Some(many),
                VerificationResult::Data,
            ),
            (
                Amount(amount(89, 89.0)),
                Some(many),
                VerificationResult::Differs,
            ),
            (
                Amount(many),
                Some(amount(89, 89.0)),
                VerificationResult::Differs,
            ),
            // Points of metrics may have any values.
            (
                Amount(amount(15, 0.0)),
                Some(amount(15, 0.0)),
                VerificationResult::Data,
            ),
            (
                Amount(amount(15, -7.0)),
                Some(amount(15, -7.5)),
                VerificationResult::Data,
            ),
            (
                Amount(amount(15, -7.0)),
                Some(amount(15, 7.0)),
                VerificationResult::Differs,
            ),
        ] {
            let found = VerificationResult::new(destination, source);
            assert_eq!(found, result, "{destination:?}, {source:?}");
        }
    }

    #[test]
    fn only_types_of_this_version_have_a_usual_query() {
        let text = |kind: &str| DataQuery::usual(&kind.into()).map(|query| query.text);
        assert!(
            ConnectionType::KNOWN
                .iter()
                .all(|kind| DataQuery::usual(kind).is_some())
        );
        assert_eq!(text("logs").as_deref(), Some("*"));
        assert_eq!(text("rum"), None);
    }
}
