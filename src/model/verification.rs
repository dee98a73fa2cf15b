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
    /// The number of points that have a value.
    pub points: u64,
    /// The sum of their values.
    pub sum: f64,
}
