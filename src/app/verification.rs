//! Queries through a connection, which show whether it gives the destination the source's data.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Account, EndAccounts, run_concurrently};
use crate::api::ErrorKind;
use crate::error::{CommandError, Result};
use crate::model::{
    Connection, ConnectionType, DataAmount, DataQuery, DestinationData, Verification,
    VerificationResult,
};

/// The maximum number of types that are queried at a time.
const MAX_CONCURRENT_TYPES: usize = 8;
/// The time before now that is left out. Data of the last moments is still coming in, which would differ between two
/// queries.
const SETTLING_TIME: Duration = Duration::from_secs(60);

/// The times between which data is looked for.
type TimeSpan = (Timestamp, Timestamp);

/// What the queries through a connection show.
pub(crate) struct Verifications {
    /// One for each type, or the error of the destination.
    pub(crate) types: Vec<Result<Verification>>,
    /// The error of the source, if it could not be asked.
    pub(crate) source_failure: Option<CommandError>,
}

impl EndAccounts<'_> {
    /// Verifies types of the connection, side by side, by the data since this time. `query` takes the place of the usual
    /// one of its type.
    pub(crate) async fn verify(
        &self,
        connection: &Connection,
        types: &[ConnectionType],
        query: Option<&DataQuery>,
        since: Duration,
    ) -> Verifications {
        let to = Timestamp::now() - SETTLING_TIME;
        let span = (to - since, to);
        let tasks = types.iter().map(async |kind| {
            let special = query.filter(|query| query.kind == *kind).cloned();
            let query = special.or_else(|| DataQuery::usual(kind));
            self.verify_type(connection, kind, query, span).await
        });
        let mut verifications = Verifications {
            types: Vec::with_capacity(types.len()),
            source_failure: None,
        };
        for result in run_concurrently(tasks, MAX_CONCURRENT_TYPES).await {
            let verification = result.map(|(verification, failure)| {
                verifications.source_failure = verifications.source_failure.take().or(failure);
                verification
            });
            verifications.types.push(verification);
        }
        verifications
    }

    async fn verify_type(
        &self,
        connection: &Connection,
        kind: &ConnectionType,
        query: Option<DataQuery>,
        span: TimeSpan,
    ) -> Result<(Verification, Option<CommandError>)> {
        let query = query.filter(|_| connection.types.contains(kind));
        let (destination, source) = match &query {
            Some(query) => {
                let source = async {
                    let account = self.source?;
                    Some(account.query_data(query, span, None).await)
                };
                let destination = self.destination_data(connection, query, span);
                let (destination, source) = futures_util::join!(destination, source);
                (destination?, source)
            }
            None if connection.types.contains(kind) => (DestinationData::NoQuery, None),
            None => (DestinationData::NotShared, None),
        };
        let (source_amount, source_failure) = match source {
            Some(Ok(amount)) => (Some(amount), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        let verification = Verification {
            kind: kind.clone(),
            query: query.map(|query| query.text),
            result: VerificationResult::new(destination, source_amount),
            amount: match destination {
                DestinationData::Amount(amount) => Some(amount),
                _ => None,
            },
            source_amount,
        };
        Ok((verification, source_failure))
    }

    async fn destination_data(
        &self,
        connection: &Connection,
        query: &DataQuery,
        span: TimeSpan,
    ) -> Result<DestinationData> {
        let through = Some(connection.source.id);
        let refusal = match self.destination.query_data(query, span, through).await {
            Err(error) if error.api_kind() == Some(ErrorKind::Forbidden) => error,
            answer => return answer.map(DestinationData::Amount),
        };
        // The service does not say whether it refuses the keys, or what they ask for.
        match self.destination.query_data(query, span, None).await {
            Ok(_) => Ok(DestinationData::Refused),
            Err(error) if error.api_kind() == Some(ErrorKind::Forbidden) => Err(refusal),
            Err(error) => Err(error),
        }
    }
}

impl Account {
    /// Runs a query in the org of the credentials; see [`Client::query_data`].
    ///
    /// # Errors
    /// As [`Client::query_data`], or if the credentials belong to another org than the profile names.
    ///
    /// [`Client::query_data`]: crate::api::Client::query_data
    async fn query_data(
        &self,
        query: &DataQuery,
        span: TimeSpan,
        source: Option<Uuid>,
    ) -> Result<DataAmount> {
        let asked = async {
            let client = self.client().await?;
            Ok(client.query_data(query, span, source).await?)
        };
        let answer = self.with_pinned_org(asked).await;
        answer.map_err(|error| {
            let error = match error.api_kind() {
                Some(ErrorKind::Forbidden) => error
                    .hint("it takes the permission timeseries_query, and that to read the data"),
                _ => error,
            };
            error.for_profile(self.profile())
        })
    }
}
