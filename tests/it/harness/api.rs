use serde_json::{Value, json};
use wiremock::{Match, Mock, MockServer, Request, ResponseTemplate};

use super::{API_KEY, APP_KEY};

/// A mock of the API. Expected requests must match exactly and are counted; any other request fails the test.
pub(crate) struct Api {
    server: MockServer,
    // Runs the asynchronous functions of the mock server, also when it verifies its requests at the end.
    runtime: tokio::runtime::Runtime,
}

/// Matches a request with exactly this method, target and body, and with the headers that orgconn should send.
struct ExactRequest {
    method: &'static str,
    target: String,
    body: Option<Value>,
}

impl Match for ExactRequest {
    fn matches(&self, request: &Request) -> bool {
        let header = |name: &str| {
            request
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let target = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let body = (!request.body.is_empty())
            .then(|| serde_json::from_slice::<Value>(&request.body).ok())
            .flatten();
        request.method.as_str() == self.method
            && target == self.target
            && body == self.body
            && header("DD-API-KEY") == Some(API_KEY)
            && header("DD-APPLICATION-KEY") == Some(APP_KEY)
            && header("Authorization").is_none()
            && header("User-Agent") == Some(concat!("orgconn/", env!("CARGO_PKG_VERSION")))
            && (body.is_none() || header("Content-Type") == Some("application/json"))
    }
}

impl Api {
    /// Starts a mock that expects nothing yet.
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            let unexpected = |_: &Request| true;
            Mock::given(unexpected)
                .respond_with(ResponseTemplate::new(599))
                .with_priority(u8::MAX)
                .expect(0)
                .named("any other request")
                .mount(&server)
                .await;
            server
        });
        Self { server, runtime }
    }

    /// The base URL.
    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// A world that talks to this mock.
    pub(crate) fn world(&self) -> super::World {
        super::World::talking_to(&self.url())
    }

    /// Expects a request `times` times, and answers it.
    pub(crate) fn expect(
        &self,
        method: &'static str,
        target: &str,
        body: Option<Value>,
        answer: ResponseTemplate,
        times: u64,
    ) -> &Self {
        let exactly = ExactRequest {
            method,
            target: target.to_owned(),
            body,
        };
        let mock = Mock::given(exactly)
            .respond_with(answer)
            .with_priority(5)
            .expect(times);
        self.runtime
            .block_on(mock.named(format!("{method} {target}")).mount(&self.server));
        self
    }

    /// Expects a GET once, and answers 200 with a JSON body.
    pub(crate) fn get(&self, target: &str, answer: &Value) -> &Self {
        self.expect(
            "GET",
            target,
            None,
            ResponseTemplate::new(200).set_body_json(answer),
            1,
        )
    }

    /// Expects the probe for the write permission, an update that can have no effect, and answers it with this status and
    /// message.
    pub(crate) fn expect_write_probe(&self, status: u16, message: &str) -> &Self {
        let nil = uuid(0);
        let body = json!({"data": {
            "type": "org_connection",
            "id": nil,
            "attributes": {"connection_types": ["metrics"]},
        }});
        let target = format!("/api/v2/org_connections/{nil}");
        let answer = ResponseTemplate::new(status).set_body_json(json!({"errors": [message]}));
        self.expect("PATCH", &target, Some(body), answer, 1)
    }

    /// Expects the probe for the write permission, which is granted.
    pub(crate) fn permit_writes(&self) -> &Self {
        let nil = uuid(0);
        let message = format!("Org connection with id:{nil} not found not found");
        self.expect_write_probe(404, &message)
    }

    /// Answers a request that may or may not come, any number of times.
    pub(crate) fn allow(
        &self,
        method: &'static str,
        target: &str,
        body: Option<Value>,
        answer: ResponseTemplate,
    ) -> &Self {
        let exactly = ExactRequest {
            method,
            target: target.to_owned(),
            body,
        };
        let mock = Mock::given(exactly).respond_with(answer).with_priority(5);
        self.runtime.block_on(mock.mount(&self.server));
        self
    }

    /// Requires a request at least once, and gives its first occurrence another answer than the one that `expect` or
    /// `get` gives.
    pub(crate) fn expect_first(
        &self,
        method: &'static str,
        target: &str,
        body: Option<Value>,
        answer: ResponseTemplate,
    ) -> &Self {
        let exactly = ExactRequest {
            method,
            target: target.to_owned(),
            body,
        };
        let mock = Mock::given(exactly)
            .respond_with(answer)
            .with_priority(1)
            .up_to_n_times(1)
            .expect(1);
        self.runtime.block_on(
            mock.named(format!("first {method} {target}"))
                .mount(&self.server),
        );
        self
    }

    /// The methods and targets of all requests so far, in the order in which they came.
    pub(crate) fn targets(&self) -> Vec<String> {
        let requests = self.runtime.block_on(self.server.received_requests());
        let target = |request: &Request| {
            let url = &request.url;
            format!("{} {}", request.method, &url[url::Position::BeforePath..])
        };
        requests.unwrap().iter().map(target).collect()
    }
}

/// A connection as the API writes it. Ids are numbers that stand for UUIDs; org 1 is `Org 1`.
pub(crate) fn connection(number: u128, source: u128, destination: u128, types: &[&str]) -> Value {
    let org = |number| json!({"data": {"type": "orgs", "id": uuid(number), "name": format!("Org {number}")}});
    json!({
        "type": "org_connection",
        "id": uuid(number),
        "attributes": {"created_at": "2025-08-26T20:19:36.177236+00:00", "connection_types": types},
        "relationships": {
            "source_org": org(source),
            "sink_org": org(destination),
            "created_by": {"data": {"type": "users", "id": uuid(900), "name": "Pipeline"}},
        },
    })
}

/// A page of a listing of `total` connections.
pub(crate) fn page(connections: &[Value], total: usize) -> Value {
    json!({"data": connections, "meta": {"page": {"total_count": total, "total_filtered_count": total}}})
}

/// The UUID that a number stands for.
pub(crate) fn uuid(number: u128) -> String {
    uuid::Uuid::from_u128(number).to_string()
}

/// The answer to a request for the current user: a service account of this org.
pub(crate) fn current_user(org: u128) -> Value {
    json!({"data": {"type": "users", "id": uuid(900),
        "attributes": {
            "name": "Pipeline", "email": "pipeline@example.com", "handle": "pipeline@example.com",
            "service_account": true, "disabled": false, "status": "Active",
        },
        "relationships": {"org": {"data": {"type": "orgs", "id": uuid(org)}}},
    }})
}

/// The answer to a request for the managed orgs: `Org N` for each number.
pub(crate) fn org_list(current: u128, numbers: &[u128]) -> Value {
    let reference = |number: u128| json!({"type": "orgs", "id": uuid(number)});
    let org = |number: &u128| {
        json!({"type": "orgs", "id": uuid(*number), "attributes": {
            "name": format!("Org {number}"), "public_id": format!("org{number:08}"), "description": "",
            "disabled": false, "sharing": "none", "url": "https://example.datadoghq.com",
            "created_at": "2020-01-01T00:00:00Z", "modified_at": "2020-01-01T00:00:00Z",
        }})
    };
    json!({
        "data": {"type": "managed_orgs", "id": uuid(current), "relationships": {
            "current_org": {"data": reference(current)},
            "managed_orgs": {"data": numbers.iter().map(|number| reference(*number)).collect::<Vec<_>>()},
        }},
        "included": numbers.iter().map(org).collect::<Vec<_>>(),
    })
}
