//! What the program costs the service and the machine, counted where it cannot drift: requests, connections, files.

#[expect(dead_code, reason = "the races trust the system's certificates too")]
#[path = "../benches/program/certificate.rs"]
mod certificate;
#[path = "../benches/program/estate.rs"]
mod estate;
#[expect(dead_code, reason = "the races put back what was changed")]
#[path = "../benches/program/server.rs"]
mod server;

use std::time::Duration;

use orgconn::sandbox::{RateLimit, profiles};

use self::certificate::Certificate;
use self::estate::Estate;
use self::server::{Conditions, Service, Traffic};
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
        let keys = &profiles()[0];
        let Self { service, world } = Self::under(Conditions {
            generated: connections - SAMPLE,
            ..Conditions::default()
        });
        let world = world
            .with("ORGCONN_API_URL", &service.url)
            .with("DD_API_KEY", keys.api_key)
            .with("DD_APP_KEY", keys.app_key);
        Self { service, world }
    }

    /// In which there are so many orgs, a profile for each, and a file that asks for five changes in each.
    fn of_orgs(count: u32, rate_limit: Option<RateLimit>) -> Self {
        let Self { service, world } = Self::under(Conditions {
            generated: count,
            rate_limit,
            ..Conditions::default()
        });
        Self::with_profiles(service, world, count)
    }

    /// In which these orgs are served without encryption, each answer after a while.
    fn of_orgs_without_encryption(count: u32) -> Self {
        let conditions = Conditions {
            generated: count,
            latency: Duration::from_millis(20),
            rate_limit: None,
        };
        Self::with_profiles(Service::start(conditions, None), World::bare(), count)
    }

    fn with_profiles(service: Service, world: World, count: u32) -> Self {
        let estate = Estate::new(count, &service.url);
        world.file("orgconn.yaml", &estate.desired);
        world.file("xdg_config_home/orgconn/config.toml", &estate.config);
        let keys = estate.keys.iter();
        let world = keys.fold(world, |world, (name, key)| world.with(name, key));
        Self { service, world }
    }

    /// In which the program has no settings.
    fn under(conditions: Conditions) -> Self {
        let world = World::bare();
        let certificate = Certificate::new(world.home());
        let service = Service::start(conditions, Some(&certificate.server));
        let world = world.with("SSL_CERT_FILE", certificate.alone.to_str().unwrap());
        Self { service, world }
    }

    /// What a command that succeeds prints, and what the server saw of it: requests and connections.
    fn run(&self, arguments: &[&str]) -> (String, [u64; 2]) {
        let printed = self.world.run(arguments).quiet_success();
        let Traffic {
            requests,
            connections,
            ..
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

#[test]
fn a_listing_through_many_profiles_takes_a_request_for_each_and_one_connection() {
    let place = Place::of_orgs(20, None);
    let (ids, traffic) = place.run(&["list", "--all-profiles", "-o", "id"]);
    assert_eq!(ids.lines().count(), 20);
    assert_eq!(traffic, [20, 1]);
}

#[test]
fn without_encryption_there_are_no_more_than_thirty_two_connections() {
    let place = Place::of_orgs_without_encryption(80);
    let (_, [requests, connections]) = place.run(&["list", "--all-profiles", "-o", "id"]);
    assert_eq!(requests, 80);
    assert!((2..=32).contains(&connections), "{connections}");
}

/// The orgs are asked for once, the connections twice, and the owner of new ones once for each profile.
#[test]
fn an_apply_takes_four_requests_for_each_profile_one_for_each_change_and_one_connection() {
    let place = Place::of_orgs(12, None);
    let (ids, traffic) = place.run(&APPLY);
    assert_eq!(ids.lines().count(), 60);
    assert_eq!(traffic, [12 * 4 + 60, 1]);
    assert_eq!(place.run(&APPLY), (String::new(), [12 * 2, 1]));
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

/// Nine requests in each org, of which a period allows five.
#[test]
fn an_apply_of_more_than_the_rate_limit_allows_waits_and_is_never_refused() {
    let place = Place::of_orgs(
        6,
        Some(RateLimit {
            requests: 5,
            period: Duration::from_secs(1),
        }),
    );
    let applied = place.world.run(APPLY.iter().chain(&["-v"])).code(0);
    assert_eq!(applied.stdout.lines().count(), 30);
    let lines = applied.stderr.lines();
    let told = lines.filter(|line| line.ends_with(": the rate limit allows no more until then"));
    assert_eq!(told.count(), 6, "{}", applied.stderr);
    let Traffic {
        requests, refused, ..
    } = place.service.take_traffic();
    assert_eq!((requests, refused), (6 * 9, 0));
}

#[test]
fn a_rate_limit_that_lasts_longer_than_the_timeout_is_told_and_not_run_into() {
    let place = Place::of_orgs(
        5,
        Some(RateLimit {
            requests: 3,
            period: Duration::from_secs(3600),
        }),
    );
    let loudly = APPLY.iter().filter(|word| **word != "-q");
    let failed = place.world.run(loudly).code(7);
    let told = "the rate limit allows no more requests for 36";
    assert!(failed.stderr.contains(told), "{}", failed.stderr);
    let hint = "hint: try again later, or allow more time with --timeout";
    assert!(failed.stderr.contains(hint), "{}", failed.stderr);
    assert_eq!(place.service.take_traffic().refused, 0);
}
