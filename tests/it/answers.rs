//! Answers that show less than they seem to, or something else: no command concludes from them what they do not show.

mod listings;
mod sizes;
mod writes;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness::{Flaky, Reply, World, connection, current_user, org_list, page, uuid};

/// The service of org 1, which shares its logs with org 2. It answers as it should until a test gives it a fault.
struct Service {
    api: Flaky,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The connections, as the API writes them.
    live: Mutex<Vec<Value>>,
    /// Whether writes are answered, and change nothing.
    is_frozen: AtomicBool,
    fault: Mutex<Option<Fault>>,
}

/// Answers in place of the service; `None` leaves it to the service. Gets the request and the service's own answer.
type Fault = Box<dyn Fn(&Request, &Value) -> Option<Reply> + Send>;

/// A request, as far as the service looks at it.
struct Request {
    method: String,
    path: String,
    query: String,
    body: Value,
}

impl Request {
    fn new(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut words = head.split(' ');
        let method = words.next().unwrap().to_owned();
        let target = words.next().unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    fn is_listing(&self) -> bool {
        self.method == "GET" && self.path == "/api/v2/org_connections"
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.split('&');
        pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    fn offset(&self) -> usize {
        self.parameter("offset").unwrap().parse().unwrap()
    }
}

impl Service {
    fn new() -> Self {
        let state = Arc::new(State::default());
        state
            .live
            .lock()
            .unwrap()
            .push(connection(50, 1, 2, &["logs"]));
        let answering = Arc::clone(&state);
        let api = Flaky::answering(move |request| answering.answer(&Request::new(request)));
        Self { api, state }
    }

    /// Lets `fault` answer from now on.
    fn fail_with(&self, fault: impl Fn(&Request, &Value) -> Option<Reply> + Send + 'static) {
        *self.state.fault.lock().unwrap() = Some(Box::new(fault));
    }

    /// The requests of a method so far.
    fn count(&self, method: &str) -> usize {
        let calls = self.api.calls();
        calls.iter().filter(|call| call.starts_with(method)).count()
    }

    /// The requests for a page of connections so far.
    fn listings(&self) -> usize {
        self.count("GET /api/v2/org_connections")
    }

    /// The requests so far that could have changed something.
    fn writes(&self) -> usize {
        ["POST", "PATCH", "DELETE"]
            .iter()
            .map(|method| self.count(method))
            .sum()
    }

    /// A world with a desired-state file in which org 1 shares `types` with org 2.
    fn world(&self, types: &str) -> World {
        let world = self.api.world().with("ORGCONN_MAX_RETRIES", "0");
        world.file("wanted.yaml", &wanted(types));
        world
    }
}

fn wanted(types: &str) -> String {
    let (source, destination) = (uuid(1), uuid(2));
    format!("connections: [{{source: {source}, destination: {destination}, types: [{types}]}}]\n")
}

impl State {
    fn answer(&self, request: &Request) -> Reply {
        let answer = self.carry_out(request);
        let fault = self.fault.lock().unwrap();
        let instead = fault.as_ref().and_then(|fault| fault(request, &answer));
        instead.unwrap_or_else(|| Reply::json(&answer))
    }

    fn carry_out(&self, request: &Request) -> Value {
        let mut live = self.live.lock().unwrap();
        let mut unchanged = live.clone();
        let live = match self.is_frozen.load(Ordering::Relaxed) {
            true => &mut unchanged,
            false => &mut *live,
        };
        let types = request.body["data"]["attributes"]["connection_types"].clone();
        let changed =
            |connection: &&mut Value| request.path.ends_with(connection["id"].as_str().unwrap());
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/api/v2/org") => org_list(1, &[1, 2, 3]),
            ("GET", "/api/v2/current_user") => current_user(1),
            ("GET", _) => {
                let selects = |connection: &&Value| {
                    ["source_org", "sink_org"].iter().all(|end| {
                        let wanted = request.parameter(&format!("{end}_id"));
                        let id = connection["relationships"][end]["data"]["id"].as_str();
                        wanted.is_none() || wanted == id
                    })
                };
                let rows: Vec<_> = live.iter().filter(selects).cloned().collect();
                page(&rows, rows.len())
            }
            ("POST", _) => {
                let mut made = connection(60, 1, 2, &[]);
                made["attributes"]["connection_types"] = types;
                live.push(made.clone());
                json!({ "data": made })
            }
            ("PATCH", _) => {
                let connection = live.iter_mut().find(changed).unwrap();
                connection["attributes"]["connection_types"] = types;
                json!({ "data": connection })
            }
            _ => {
                live.retain(|connection| {
                    !request.path.ends_with(connection["id"].as_str().unwrap())
                });
                json!({})
            }
        }
    }
}
