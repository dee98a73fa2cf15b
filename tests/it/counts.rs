//! The number of requests and TCP connections that commands take.

use std::time::Duration;

use crate::harness::{World, finished};
use crate::server::account::Org;
use crate::server::apply_input::ApplyInput;
use crate::server::certificate::Certificate;
use crate::server::{RateLimit, Server, ServerOptions, Traffic};

/// A server that speaks TLS and HTTP/2 as the real one does, and a world that trusts it.
struct Fixture {
    server: Server,
    world: World,
}

impl Fixture {
    /// A fixture with the hub's keys, which see this many connections.
    fn with_connections(count: u32) -> Self {
        let Self { server, world } = Self::with_options(ServerOptions {
            sources: count,
            ..ServerOptions::default()
        });
        let world = world
            .with("ORGCONN_API_URL", &server.url)
            .with("DD_API_KEY", &Org::HUB.api_key())
            .with("DD_APP_KEY", &Org::HUB.app_key());
        Self { server, world }
    }

    /// A fixture with this many orgs, a profile for each, and a file that asks for five changes in each.
    fn with_orgs(count: u32, rate_limit: RateLimit) -> Self {
        let Self { server, world } = Self::with_options(ServerOptions {
            sources: count,
            rate_limit,
            ..ServerOptions::default()
        });
        Self::with_profiles(server, world, count)
    }

    /// As [`Fixture::with_orgs`], without encryption and with a delay before each answer.
    fn with_orgs_without_encryption(count: u32) -> Self {
        let options = ServerOptions {
            sources: count,
            latency: Duration::from_millis(20),
            ..ServerOptions::default()
        };
        Self::with_profiles(Server::start(options, None), World::bare(), count)
    }

    fn with_profiles(server: Server, world: World, count: u32) -> Self {
        let input = ApplyInput::new(count, &server.url);
        world.file("orgconn.yaml", &input.desired);
        world.file("xdg_config_home/orgconn/config.toml", &input.config);
        let keys = input.keys.iter();
        let world = keys.fold(world, |world, (name, key)| world.with(name, key));
        Self { server, world }
    }

    /// A fixture that trusts the server's certificate, without other settings for the program.
    fn with_options(options: ServerOptions) -> Self {
        let world = World::bare();
        let certificate = Certificate::new(world.home());
        let server = Server::start(options, Some(&certificate.server));
        let world = world.with("SSL_CERT_FILE", certificate.bundle.to_str().unwrap());
        Self { server, world }
    }

    /// Runs a command, which must succeed. Returns its output, and the numbers of requests and of TCP connections.
    fn run(&self, arguments: &[&str]) -> (String, [u64; 2]) {
        let printed = self.world.run(arguments).quiet_success();
        let Traffic {
            requests,
            connections,
            ..
        } = self.server.take_traffic();
        (printed, [requests, connections])
    }
}

#[test]
fn a_listing_takes_a_request_for_each_thousand_and_one_connection() {
    for (connections, requests) in [(8, 1), (1_000, 1), (2_500, 3), (10_000, 10)] {
        let (ids, traffic) = Fixture::with_connections(connections).run(&["list", "-o", "id"]);
        assert_eq!(ids.lines().count(), connections as usize);
        assert_eq!(traffic, [requests, 1], "for {connections} connections");
    }
}

#[test]
fn a_create_by_name_takes_two_requests_over_one_connection() {
    let fixture = Fixture::with_connections(8);
    let order = ["create", "Security Archive", "--type", "logs", "-o", "id"];
    assert_eq!(fixture.run(&order).1, [2, 1]);
}

#[test]
fn what_needs_no_service_asks_none_and_reads_no_configuration() {
    let fixture = Fixture::with_connections(8);
    let broken = fixture
        .world
        .file("xdg_config_home/orgconn/config.toml", "no = settings =");
    for arguments in [
        &["--version"][..],
        &["--help"],
        &["list", "--help"],
        &["help", "exit-codes"],
    ] {
        assert_eq!(fixture.run(arguments).1, [0, 0], "{arguments:?}");
    }
    for words in [&["list", "--source", ""][..], &["get", ""]] {
        let question = [&["--", "orgconn"], words].concat();
        let mut command = fixture.world.command(question);
        let answer = finished(command.env("COMPLETE", "zsh").output().unwrap());
        assert_eq!(answer.quiet_success(), "words\n");
        assert_eq!(fixture.server.take_traffic().requests, 0);
    }
    let failed = fixture.world.run(["list"]).code(2);
    assert!(
        failed.stderr.contains(broken.to_str().unwrap()),
        "{}",
        failed.stderr
    );
}

#[test]
fn a_listing_through_many_pinned_profiles_takes_two_requests_for_each_and_few_connections() {
    let fixture = Fixture::with_orgs(20, RateLimit::default());
    let (ids, traffic) = fixture.run(&["list", "--all-profiles", "-o", "id"]);
    assert_eq!(ids.lines().count(), 20);
    let [requests, connections] = traffic;
    assert_eq!(requests, 40);
    assert_few(connections);
}

#[test]
fn without_encryption_there_are_some_thirty_connections_at_most() {
    let fixture = Fixture::with_orgs_without_encryption(80);
    let (_, [requests, connections]) = fixture.run(&["list", "--all-profiles", "-o", "id"]);
    assert_eq!(requests, 160);
    assert_few(connections);
}

/// Requires that few TCP connections were opened. Until the first answer shows that the server speaks HTTP/2, at most
/// 32 requests are in flight, each of which may open a connection. Some connections may be closed early, and replaced.
fn assert_few(connections: u64) {
    assert!((1..=48).contains(&connections), "{connections}");
}

/// For each profile, the orgs are read once, the connections twice, and the owner of new connections once.
#[test]
fn an_apply_takes_four_requests_for_each_profile_one_for_each_change_over_few_connections() {
    let fixture = Fixture::with_orgs(12, RateLimit::default());
    let (ids, [requests, connections]) = fixture.run(&APPLY);
    assert_eq!(ids.lines().count(), 60);
    assert_eq!(requests, 12 * 4 + 60);
    assert_few(connections);
    let (ids, [requests, _]) = fixture.run(&APPLY);
    assert_eq!((ids.as_str(), requests), ("", 12 * 2));
}

const APPLY: [&str; 9] = [
    "apply",
    "-f",
    "orgconn.yaml",
    "--all-profiles",
    "--prune",
    "-y",
    "-q",
    "-o",
    "id",
];

/// Each org needs nine requests, and the rate limit allows five per period.
#[test]
fn an_apply_of_more_than_the_rate_limit_allows_waits_and_is_never_refused() {
    let fixture = Fixture::with_orgs(
        6,
        RateLimit {
            requests: 5,
            period: Duration::from_secs(1),
        },
    );
    let applied = fixture.world.run(APPLY.iter().chain(&["-v"])).code(0);
    assert_eq!(applied.stdout.lines().count(), 30);
    let lines = applied.stderr.lines();
    let told = lines.filter(|line| line.ends_with(": the rate limit allows no more until then"));
    assert_eq!(told.count(), 6, "{}", applied.stderr);
    let Traffic {
        requests, refused, ..
    } = fixture.server.take_traffic();
    assert_eq!((requests, refused), (6 * 9, 0));
}

#[test]
fn a_rate_limit_that_lasts_longer_than_the_timeout_is_told_and_not_run_into() {
    let fixture = Fixture::with_orgs(
        5,
        RateLimit {
            requests: 3,
            period: Duration::from_secs(3600),
        },
    );
    let loudly = APPLY.iter().filter(|word| **word != "-q");
    let failed = fixture.world.run(loudly).code(7);
    let told = "the rate limit allows no more requests for 36";
    assert!(failed.stderr.contains(told), "{}", failed.stderr);
    let hint = "hint: try again later, or allow more time with --timeout";
    assert!(failed.stderr.contains(hint), "{}", failed.stderr);
    assert_eq!(fixture.server.take_traffic().refused, 0);
}
