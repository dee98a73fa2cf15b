use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use url::form_urlencoded;

/// A request to the API, without its server and credentials.
#[derive(Clone, Debug)]
pub(in crate::api) struct Request {
    method: Method,
    path: String,
    query: String,
    body: Option<String>,
    /// Whether it changes nothing on the server.
    is_read: bool,
    /// The length that a success may have at most.
    max_bytes: usize,
}

/// The length that a success may have, unless the request says otherwise. Ten thousand orgs take some four megabytes.
const MAX_BYTES: usize = 64 << 20;

impl Request {
    /// Creates a GET request. `path` begins with a slash and must not need escapes.
    pub(in crate::api) fn get(path: &str) -> Self {
        Self::new(Method::GET, path, None)
    }

    pub(in crate::api) fn post(path: &str, body: String) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// Creates a POST request that only reads, since its question is too long for a URL.
    pub(in crate::api) fn query(path: &str, body: String) -> Self {
        Self {
            is_read: true,
            ..Self::post(path, body)
        }
    }

    pub(in crate::api) fn patch(path: &str, body: String) -> Self {
        Self::new(Method::PATCH, path, Some(body))
    }

    pub(in crate::api) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path, None)
    }

    fn new(method: Method, path: &str, body: Option<String>) -> Self {
        Self {
            is_read: method == Method::GET,
            method,
            path: path.to_owned(),
            query: String::new(),
            body,
            max_bytes: MAX_BYTES,
        }
    }

    /// Sets the length that a success may have at most.
    pub(in crate::api) fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Adds a parameter to the query. Key and value are escaped.
    pub(in crate::api) fn with_query(mut self, key: &str, value: &str) -> Self {
        self.query = form_urlencoded::Serializer::new(self.query)
            .append_pair(key, value)
            .finish();
        self
    }

    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    pub(super) fn method(&self) -> &Method {
        &self.method
    }

    /// Whether the request changes anything on the server.
    pub(super) fn is_write(&self) -> bool {
        !self.is_read
    }

    /// The first three segments of the path, such as `/api/v2/org_connections`. Rate limits are counted for each
    /// collection.
    pub(super) fn collection(&self) -> &str {
        let end = self.path.match_indices('/').nth(3);
        end.map_or(&self.path, |(end, _)| &self.path[..end])
    }

    /// Whether the path leads to one resource of a collection.
    pub(super) fn names_resource(&self) -> bool {
        self.path != self.collection()
    }

    /// The method and the path, for errors.
    pub(super) fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The method, the path and the query, for the log.
    pub(super) fn target(&self) -> String {
        format!("{} {}", self.method, self.path_and_query())
    }

    /// The request to the server at `base_url`, without credentials.
    pub(super) fn builder(
        &self,
        client: &reqwest::Client,
        base_url: &str,
    ) -> reqwest::RequestBuilder {
        let url = format!("{base_url}{}", self.path_and_query());
        let builder = client.request(self.method.clone(), url);
        match &self.body {
            Some(body) => builder
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone()),
            None => builder,
        }
    }

    fn path_and_query(&self) -> String {
        match self.query.as_str() {
            "" => self.path.clone(),
            query => format!("{}?{query}", self.path),
        }
    }
}
