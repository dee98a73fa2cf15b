use hyper::body::Bytes;
use hyper::{HeaderMap, Method};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::answers::Refusal;

/// A request that was read to its end.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    /// The part after the `?`, still encoded; empty if there is none.
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    /// Nothing if it was too long, or cut short.
    pub(super) body: Option<Bytes>,
}

impl Call {
    /// The first value of a query parameter, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The body as `T`.
    ///
    /// # Errors
    /// It is no JSON, or not of the form that is wanted.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let body = self.body.as_ref().ok_or(Refusal::MalformedBody)?;
        serde_json::from_slice(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Refusal::InvalidInput,
            _ => Refusal::MalformedBody,
        })
    }
}
