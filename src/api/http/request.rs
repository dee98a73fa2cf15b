use std::borrow::Cow;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::form_urlencoded;

use crate::api::Endpoint;

/// What is asked for, apart from where and with which right.
#[derive(Clone, Debug)]
pub(in crate::api) struct Request {
    method: Method,
    path: Cow<'static, str>,
    query: String,
    body: Option<Vec<u8>>,
}

impl Request {
    fn new(method: Method, path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            method,
            path: path.into(),
            query: String::new(),
            body: None,
        }
    }

    /// `path` begins with a slash, and holds nothing that needs an escape.
    pub(in crate::api) fn get(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(in crate::api) fn post(path: impl Into<Cow<'static, str>>, body: Vec<u8>) -> Self {
        Self {
            body: Some(body),
            ..Self::new(Method::POST, path)
        }
    }

    pub(in crate::api) fn patch(path: impl Into<Cow<'static, str>>, body: Vec<u8>) -> Self {
        Self {
            body: Some(body),
            ..Self::new(Method::PATCH, path)
        }
    }

    pub(in crate::api) fn delete(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Adds to the query; both sides are escaped.
    pub(in crate::api) fn with_query(mut self, key: &str, value: &str) -> Self {
        self.query = form_urlencoded::Serializer::new(self.query)
            .append_pair(key, value)
            .finish();
        self
    }

    /// Whether it changes anything on the server.
    pub(super) fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    /// What the paths of a kind of thing have in common: `/api/v2/org_connections` of each of them.
    pub(super) fn family(&self) -> &str {
        let end = self.path.match_indices('/').nth(3);
        end.map_or(&self.path, |(end, _)| &self.path[..end])
    }

    /// The method and the path, for errors.
    pub(in crate::api) fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The method, the path and the query, for the log.
    pub(super) fn target(&self) -> String {
        format!("{} {}{}", self.method, self.path, self.query_part())
    }

    fn query_part(&self) -> String {
        if self.query.is_empty() {
            return String::new();
        }
        format!("?{}", self.query)
    }

    /// The request to this server, as yet without credentials.
    pub(super) fn build(
        &self,
        client: &reqwest::Client,
        endpoint: &Endpoint,
    ) -> reqwest::RequestBuilder {
        let url = format!("{}{}{}", endpoint.as_str(), self.path, self.query_part());
        let builder = client.request(self.method.clone(), url);
        match &self.body {
            Some(body) => builder
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body.clone()),
            None => builder,
        }
    }
}
