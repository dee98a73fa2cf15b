//! Whose credentials are used, and which servers they are sent to.

mod servers;

use snapbox::{assert_data_eq, str};

use crate::harness::{Bystander, Flaky, Reply, World, page};

/// A world that talks to this server, with these variables and no others.
fn world(api: &Flaky, variables: &[(&str, &str)]) -> World {
    variables.iter().fold(
        World::bare().with("ORGCONN_API_URL", api.url()),
        |world, (name, value)| world.with(name, value),
    )
}

fn answering() -> Flaky {
    Flaky::always(|| Reply::json(&page(&[], 0)))
}

/// The headers that carry credentials in the only request, with their values.
fn sent(variables: &[(&str, &str)]) -> Vec<String> {
    let api = answering();
    world(&api, variables).run(["list", "-q"]).quiet_success();
    let requests = api.requests();
    let [request] = requests.as_slice() else {
        panic!("one request was expected: {requests:?}");
    };
    let carries = ["dd-", "authorization", "cookie", "x-api-key"];
    let mut headers: Vec<String> = request
        .lines()
        .filter(|line| {
            carries
                .iter()
                .any(|name| line.to_lowercase().starts_with(name))
        })
        .map(str::to_owned)
        .collect();
    headers.sort();
    headers
}

fn keys(family: &str) -> Vec<String> {
    vec![
        format!("dd-api-key: test-{family}-api-key"),
        format!("dd-application-key: test-{family}-app-key"),
    ]
}

const ALL: [(&str, &str); 6] = [
    ("ORGCONN_API_KEY", "test-own-api-key"),
    ("ORGCONN_APP_KEY", "test-own-app-key"),
    ("DD_API_KEY", "test-dd-api-key"),
    ("DD_APP_KEY", "test-dd-app-key"),
    ("DATADOG_API_KEY", "test-datadog-api-key"),
    ("DATADOG_APP_KEY", "test-datadog-app-key"),
];

#[test]
fn the_programs_own_variables_come_first_and_the_oldest_last() {
    assert_eq!(sent(&ALL), keys("own"));
    assert_eq!(sent(&ALL[2..]), keys("dd"));
    assert_eq!(sent(&ALL[4..]), keys("datadog"));
}

#[test]
fn an_access_token_is_sent_alone() {
    let token = ("DD_ACCESS_TOKEN", "test-access-token");
    let bearer = ["authorization: Bearer test-access-token"];
    assert_eq!(sent(&[token]), bearer);
    assert_eq!(sent(&[token, ALL[2], ALL[3]]), bearer);
    assert_eq!(sent(&[token, ALL[0], ALL[1]]), keys("own"));
    let bearers = [
        ("DD_BEARER_TOKEN", "test-dd-bearer-token"),
        ("DATADOG_BEARER_TOKEN", "test-datadog-bearer-token"),
    ];
    assert_eq!(sent(&[token, bearers[0], bearers[1]]), bearer);
    let second = ["authorization: Bearer test-dd-bearer-token"];
    assert_eq!(sent(&[bearers[0], bearers[1], ALL[2], ALL[3]]), second);
    let last = ["authorization: Bearer test-datadog-bearer-token"];
    assert_eq!(sent(&[bearers[1], ALL[4], ALL[5]]), last);
    assert_eq!(sent(&[bearers[1], ALL[2], ALL[3]]), keys("dd"));
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let empty = [
        ("ORGCONN_API_KEY", ""),
        ("DD_ACCESS_TOKEN", ""),
        ALL[2],
        ALL[3],
    ];
    assert_eq!(sent(&empty), keys("dd"));
}

#[test]
fn no_key_is_in_the_url() {
    let api = answering();
    world(&api, &ALL).run(["list", "-q"]).quiet_success();
    assert_eq!(
        api.calls(),
        ["GET /api/v2/org_connections?limit=1000&offset=0"]
    );
}

/// Requires that `list` is refused with this message and that nothing is sent anywhere.
#[track_caller]
fn refused(variables: &[(&str, &str)], arguments: &[&str], message: &str) {
    let bystander = Bystander::new();
    let own = World::bare().with(
        "HTTPS_PROXY",
        &format!("http://127.0.0.1:{}", bystander.port()),
    );
    let world = variables
        .iter()
        .fold(own, |world, (name, value)| world.with(name, value));
    let finished = world.run([&["list"], arguments].concat()).code(2);
    bystander.was_left_alone();
    assert_eq!(finished.stdout, "");
    assert_eq!(finished.stderr, format!("error: {message}\n"));
}

#[test]
fn half_a_pair_is_refused_with_the_other_half_named() {
    refused(
        &ALL[2..3],
        &[],
        "DD_API_KEY is set, but not DD_APP_KEY, and both are needed",
    );
    refused(
        &[("DD_API_KEY", ""), ALL[3]],
        &[],
        "DD_APP_KEY is set, but not DD_API_KEY, and both are needed (DD_API_KEY is set, but empty)",
    );
}

#[test]
fn keys_of_two_families_are_never_paired() {
    refused(
        &[ALL[2], ALL[5]],
        &[],
        "DD_API_KEY and DATADOG_APP_KEY are of different families, and sources are never mixed; set DD_APP_KEY, or \
         unset DD_API_KEY",
    );
}

#[test]
fn nothing_at_all_is_refused_with_the_ways_to_begin() {
    refused(
        &[],
        &[],
        "no credentials: no keys are set, and there are no profiles\n\
         hint: to try it without an account: orgconn --sandbox list\n\
         hint: to log in: orgconn auth login\n\
         hint: or set DD_API_KEY and DD_APP_KEY (and DD_SITE, if not datadoghq.com)",
    );
}

#[test]
fn a_setting_with_a_slip_of_the_pen_is_refused() {
    refused(
        &[("ORGCONN_PROFLE", "hub"), ALL[2], ALL[3]],
        &[],
        "unknown setting ORGCONN_PROFLE in the environment; did you mean `ORGCONN_PROFILE`?",
    );
    refused(
        &[("ORGCONN_QQQQ", "x"), ALL[2], ALL[3]],
        &[],
        "unknown setting ORGCONN_QQQQ in the environment",
    );
}

#[test]
fn a_profile_brings_its_own_and_says_what_it_ignores() {
    let api = answering();
    let world = World::bare()
        .with("HUB_TOKEN", "test-hub-token")
        .with("DD_API_KEY", "test-dd-api-key")
        .with("DD_APP_KEY", "test-dd-app-key")
        .with("DD_SITE", "datadoghq.eu");
    let file = format!(
        "[profiles.hub]\napi_url = \"{}\"\naccess_token = {{ env = \"HUB_TOKEN\" }}\n",
        api.url()
    );
    world.file("xdg_config_home/orgconn/config.toml", &file);
    let listed = world.run(["list", "--profile=hub", "-oid"]).code(0);
    assert_data_eq!(
        listed.stderr,
        str![[r#"
the profile hub is used, and DD_SITE, DD_API_KEY, DD_APP_KEY ignored

"#]]
    );
    let request = &api.requests()[0];
    assert!(
        request.contains("authorization: Bearer test-hub-token\r\n"),
        "{request}"
    );
    assert!(!request.contains("test-dd-"), "{request}");
}

#[test]
fn what_no_profile_uses_is_said_once_for_all() {
    let api = answering();
    let world = World::bare()
        .with("DD_API_KEY", "test-dd-api-key")
        .with("DD_APP_KEY", "test-dd-app-key")
        .with("DD_ACCESS_TOKEN", "test-dd-token")
        .with("DD_SITE", "datadoghq.eu");
    let profile = |name: &str, credentials: &str| {
        let url = api.url();
        format!("[profiles.{name}]\napi_url = \"{url}\"\n{credentials}\n")
    };
    let keys = "api_key = { env = \"DD_API_KEY\" }\napp_key = { env = \"DD_APP_KEY\" }";
    let token = "access_token = { env = \"DD_ACCESS_TOKEN\" }";
    let file = [profile("a", keys), profile("b", token), profile("c", token)];
    world.file("xdg_config_home/orgconn/config.toml", &file.concat());
    let listed = world.run(["list", "--all-profiles", "-oid"]).code(0);
    assert_data_eq!(
        listed.stderr,
        str![[r#"
the profiles are used, and DD_SITE ignored

"#]]
    );
}

#[test]
fn the_sandbox_takes_no_credentials_and_sends_none() {
    let api = Bystander::new();
    let url = format!("http://127.0.0.1:{}", api.port());
    let listed = World::sandbox()
        .with("DD_API_KEY", "test-broken\napi-key")
        .with("DATADOG_APP_KEY", "test-datadog-app-key")
        .with("ORGCONN_API_URL", &url)
        .with("HTTP_PROXY", &url)
        .run(["list", "-oid"])
        .code(0);
    api.was_left_alone();
    assert!(!listed.stdout.is_empty());
}
