use super::{ALL, answering, refused, world};
use crate::harness::{Bystander, Flaky, Reply, World};

#[test]
fn an_unknown_site_is_refused_with_the_nearest() {
    let known = "the known ones are datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, ap1.datadoghq.com, \
                 ap2.datadoghq.com, uk1.datadoghq.com, datadoghq.eu, ddog-gov.com, us2.ddog-gov.com; name the server \
                 of a newer one with --api-url";
    refused(
        &ALL[2..4],
        &["--site", "us3.datadog.com"],
        &format!("unknown site `us3.datadog.com`; did you mean `us3.datadoghq.com`? {known}"),
    );
    refused(
        &[ALL[2], ALL[3], ("DD_SITE", "datadoghq.uk")],
        &[],
        &format!("unknown site `datadoghq.uk`; did you mean `datadoghq.eu`? {known}"),
    );
    refused(
        &ALL[2..4],
        &["--site", "z.example"],
        &format!("unknown site `z.example`; {known}"),
    );
    refused(
        &ALL[2..4],
        &["--site", "api.datadoghq.eu"],
        "--site names a host of a site; give the site alone, such as datadoghq.com, without `api.` or `app.`",
    );
}

#[test]
fn a_server_that_is_not_datadogs_gets_no_keys() {
    let foreign = "keys are not sent to `dd.example.com`, which is not Datadog's; if you trust it with them, add \
                   --trust-host dd.example.com";
    for url in [
        "https://dd.example.com",
        "https://dd.example.com/datadoghq.com",
    ] {
        refused(&ALL[2..4], &["--api-url", url], foreign);
        refused(&[ALL[2], ALL[3], ("DATADOG_HOST", url)], &[], foreign);
    }
    for host in [
        "datadoghq.com.example.com",
        "notdatadoghq.com",
        "api-datadoghq.eu",
    ] {
        let message = format!(
            "keys are not sent to `{host}`, which is not Datadog's; if you trust it with them, add --trust-host {host}"
        );
        refused(
            &ALL[2..4],
            &["--api-url", &format!("https://{host}")],
            &message,
        );
    }
}

#[test]
fn a_trusted_server_gets_no_keys_over_plain_http() {
    let plain = "keys are not sent to `dd.example.com` over plain http; use https";
    let url = "http://dd.example.com";
    refused(
        &ALL[2..4],
        &["--api-url", url, "--trust-host=dd.example.com"],
        plain,
    );
    refused(
        &[ALL[2], ALL[3], ("ORGCONN_TRUST_HOST", "dd.example.com")],
        &["--api-url", url],
        plain,
    );
}

#[test]
fn a_url_with_more_in_it_than_a_place_is_refused_and_not_repeated() {
    for url in [
        "https://someone@api.datadoghq.com",
        "https://someone:test-password@api.datadoghq.com",
        "https://api.datadoghq.com?api_key=test-api-key",
        "https://api.datadoghq.com#part",
        "ftp://api.datadoghq.com",
    ] {
        refused(
            &ALL[2..4],
            &["--api-url", url],
            "--api-url is not an API URL; use one such as https://api.datadoghq.com, without user name, query or fragment",
        );
    }
}

#[test]
fn datadogs_own_hosts_are_asked_through_the_proxy_and_never_in_the_clear() {
    let proxy = Flaky::always(|| Reply::Answer(502, String::new()));
    let variables = [ALL[2], ALL[3], ("HTTPS_PROXY", proxy.url())];
    for (variable, value, host) in [
        ("DD_SITE", "us5.datadoghq.com", "api.us5.datadoghq.com"),
        (
            "DATADOG_HOST",
            "https://api.datadoghq.eu/",
            "api.datadoghq.eu",
        ),
        ("DATADOG_HOST", "api.ddog-gov.com", "api.ddog-gov.com"),
    ] {
        let world = variables
            .iter()
            .fold(World::bare(), |world, (name, value)| {
                world.with(name, value)
            });
        let failed = world.with(variable, value).run(["list", "--max-retries=0"]);
        assert_ne!(failed.code, 0);
        assert!(failed.stderr.contains(host), "{}", failed.stderr);
        let request = proxy.requests().pop().unwrap();
        assert!(request.starts_with(&format!("CONNECT {host}:443 HTTP/1.1\r\n")));
        assert!(!request.contains("test-"), "{request}");
    }
}

#[test]
fn a_loopback_server_is_never_asked_through_a_proxy() {
    let (api, proxy) = (answering(), Bystander::new());
    let proxy_url = format!("http://127.0.0.1:{}", proxy.port());
    let variables = [
        ALL[2],
        ALL[3],
        ("HTTP_PROXY", &proxy_url),
        ("ALL_PROXY", &proxy_url),
    ];
    world(&api, &variables).run(["list"]).quiet_success();
    proxy.was_left_alone();
    assert_eq!(api.calls().len(), 1);
}
