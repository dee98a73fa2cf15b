//! Answers that show less than they seem to, or something else: no command concludes from them what they do not show.

mod listings;
mod sizes;
mod writes;

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use crate::harness::live::{Access, Connection, Keys, Live, Org, Request};
use crate::harness::{self, Reply, World, uuid};

/// The service of org 1, which shares its logs with org 2.
struct Service(harness::Service);

impl Service {
    fn new() -> Self {
        let keys = Keys {
            org: 0,
            access: Access::Write,
        };
        let service = Self(harness::Service::start(Live {
            orgs: [1, 2, 3].map(Org::numbered).to_vec(),
            keys: vec![keys],
            ..Live::default()
        }));
        service.connect(50, 2);
        service
    }

    /// Lets org 1 share its logs with another.
    fn connect(&self, id: u128, destination: usize) {
        let connection = Connection {
            policies: BTreeMap::new(),
            id: Uuid::from_u128(id),
            source: 0,
            destination: destination - 1,
            types: ["logs".to_owned()].into(),
        };
        self.0.with_live(|live| live.connections.push(connection));
    }

    fn disconnect_all(&self) {
        self.0.with_live(|live| live.connections.clear());
    }

    /// Lets `fault` answer from now on. It gets the request and the service's own answer; `None` leaves it to the service.
    fn fail_with(&self, fault: impl Fn(&Request, &Value) -> Option<Reply> + Send + 'static) {
        self.0.respond_with(move |request, live| {
            let (status, answer) = live.answer(0, request);
            let instead = fault(request, &answer);
            instead.unwrap_or_else(|| Reply::Answer(status, answer.to_string()))
        });
    }

    /// As [`Service::fail_with`], but no write changes anything.
    fn freeze_with(&self, fault: impl Fn(&Request, &Value) -> Option<Reply> + Send + 'static) {
        self.0.respond_with(move |request, live| {
            let (status, answer) = live.clone().answer(0, request);
            let instead = fault(request, &answer);
            instead.unwrap_or_else(|| Reply::Answer(status, answer.to_string()))
        });
    }

    /// The requests of a method so far.
    fn count(&self, method: &str) -> usize {
        let calls = self.0.api.calls();
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
        let world = self.0.world().with("ORGCONN_MAX_RETRIES", "0");
        world.file("wanted.yaml", &wanted(types));
        world
    }
}

fn wanted(types: &str) -> String {
    let (source, destination) = (uuid(1), uuid(2));
    format!("connections: [{{source: {source}, destination: {destination}, types: [{types}]}}]\n")
}
