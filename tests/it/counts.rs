//! What the program costs the service and the machine, counted where it cannot drift: requests, connections, files.

#[expect(dead_code, reason = "the races trust the system's certificates too")]
#[path = "../benches/program/certificate.rs"]
mod certificate;
#[expect(dead_code, reason = "the races put back what was changed")]
#[path = "../benches/program/server.rs"]
mod server;

use std::time::Duration;

use orgconn::sandbox::profiles;

use self::certificate::Certificate;
use self::server::{Service, Traffic};
use crate::harness::World;

/// How many connections of the sample account its hub takes part in.
const SAMPLE: u32 = 8;

/// A server that speaks TLS and HTTP/2 as the real one does, and a world that trusts it.
struct Place {
    service: Service,
    world: World,
}

impl Place {
    /// In which there are `connections` to list.
    fn with(connections: u32) -> Self {
        let world = World::bare();
        let certificate = Certificate::new(world.home());
        let tls = Some(&certificate.server);
        let service = Service::start(connections - SAMPLE, Duration::ZERO, tls);
        let keys = &profiles()[0];
        let world = world
            .with("ORGCONN_API_URL", &service.url)
            .with("DD_API_KEY", keys.api_key)
            .with("DD_APP_KEY", keys.app_key)
            .with("SSL_CERT_FILE", certificate.alone.to_str().unwrap());
        Self { service, world }
    }

    /// What a command that succeeds prints, and what the server saw of it: requests and connections.
    fn run(&self, arguments: &[&str]) -> (String, [u64; 2]) {
        let printed = self.world.run(arguments).quiet_success();
        let Traffic {
            requests,
            connections,
        } = self.service.take_traffic();
        (printed, [requests, connections])
    }
}

#[test]
fn a_listing_takes_a_request_for_each_thousand_and_one_connection() {
    for (connections, requests) in [(8, 1), (1_000, 1), (2_500, 3), (10_000, 10)] {
        let (ids, traffic) = Place::with(connections).run(&["list", "-o", "id"]);
        assert_eq!(ids.lines().count(), connections as usize);
        assert_eq!(traffic, [requests, 1], "for {connections} connections");
    }
}

#[test]
fn a_create_by_name_takes_two_requests_over_one_connection() {
    let place = Place::with(8);
    let order = ["create", "Security Archive", "--type", "logs", "-o", "id"];
    assert_eq!(place.run(&order).1, [2, 1]);
}

#[test]
fn what_needs_no_service_asks_none_and_reads_no_configuration() {
    let place = Place::with(8);
    let broken = place
        .world
        .file("xdg_config_home/orgconn/config.toml", "no = settings =");
    for arguments in [
        &["--version"][..],
        &["--help"],
        &["list", "--help"],
        &["help", "exit-codes"],
        &["__complete", "zsh", "orgconn", "list", "--source", ""],
        &["__complete", "zsh", "orgconn", "get", ""],
    ] {
        assert_eq!(place.run(arguments).1, [0, 0], "{arguments:?}");
    }
    let stumbled = place.world.run(["list"]).code(2);
    assert!(
        stumbled.stderr.contains(broken.to_str().unwrap()),
        "{}",
        stumbled.stderr
    );
}
