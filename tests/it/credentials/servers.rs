use super::{ALL, answering, refused, world};
use crate::harness::{Bystander, Flaky, Reply, World};

#[test]
fn an_unknown_site_is_refused_with_the_nearest_or_with_all() {
    let hint = "hint: --api-url names the server of a site that this version does not know";
    for (site, nearest) in [
        ("us3.datadog.com", "us3.datadoghq.com"),
        ("us4.datadoghq.com", "us3.datadoghq.com"),
    ] {
        refused(
            &ALL[2..4],
            &["--site", site],
            &format!("--site: unknown site `{site}`; did you mean `{nearest}`?\n{hint}"),
        );
    }
    refused(
        &[ALL[2], ALL[3], ("DD_SITE", "datadoghq.uk")],
        &[],
        &format!("DD_SITE: unknown site `datadoghq.uk`; did you mean `datadoghq.eu`?\n{hint}"),
    );
    let sites = "  datadoghq.com\n  us3.datadoghq.com\n  us5.datadoghq.com\n  ap1.datadoghq.com\n  ap2.datadoghq.com\n  \
                 uk1.datadoghq.com\n  datadoghq.eu\n  ddog-gov.com\n  us2.ddog-gov.com\n";
    refused(
        &ALL[2..4],
        &["--site", "z.example"],
        &format!("--site: unknown site `z.example`; the known ones are:\n{sites}{hint}"),
    );
    refused(
        &ALL[2..4],
        &["--site", "us4"],
        "--site is not a site; a site is a host name such as datadoghq.com",
    );
}

/// The hosts that a proxy is asked to connect to, with these variables and arguments.
fn asked_of_proxy(variables: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let proxy = Flaky::always(|| Reply::Answer(502, String::new()));
    let own = World::bare()
        .with("DD_API_KEY", "test-dd-api-key")
        .with("DD_APP_KEY", "test-dd-app-key")
        .with("HTTPS_PROXY", proxy.url());
    let world = variables
        .iter()
        .fold(own, |world, (name, value)| world.with(name, value));
    let failed = world.run([&["list", "--max-retries=0"], arguments].concat());
    assert_eq!(failed.code, 7, "{}", failed.stderr);
    let calls = proxy.calls().into_iter();
    calls
        .map(|call| call.trim_start_matches("CONNECT ").to_owned())
        .collect()
}

#[test]
fn a_site_is_understood_as_people_write_it() {
    for (site, host) in [
        ("us5", "api.us5.datadoghq.com"),
        ("US1", "api.datadoghq.com"),
        ("EU", "api.datadoghq.eu"),
        ("us1.datadoghq.com", "api.datadoghq.com"),
        ("https://app.datadoghq.eu/", "api.datadoghq.eu"),
        ("acme.datadoghq.com", "api.datadoghq.com"),
        ("acme.us3.datadoghq.com", "api.us3.datadoghq.com"),
    ] {
        let expected = [format!("{host}:443")];
        assert_eq!(asked_of_proxy(&[], &["--site", site]), expected);
        assert_eq!(asked_of_proxy(&[("DD_SITE", site)], &[]), expected);
    }
}

#[test]
fn the_names_of_the_terraform_provider_choose_the_server() {
    let eu = ["api.datadoghq.eu:443"];
    let url = "https://api.datadoghq.eu/";
    assert_eq!(asked_of_proxy(&[("DD_HOST", url)], &[]), eu);
    let both = [
        ("DD_HOST", url),
        ("DATADOG_HOST", "https://api.ddog-gov.com"),
    ];
    assert_eq!(asked_of_proxy(&both, &[]), eu);
    refused(
        &[
            ALL[2],
            ALL[3],
            ("DD_HOST", url),
            ("DD_SITE", "datadoghq.com"),
        ],
        &[],
        "DD_SITE and DD_HOST name different servers; set one of them",
    );
}

#[test]
fn no_proxy_means_what_it_means_to_curl() {
    let host = "api.us3.datadoghq.com";
    for (list, is_direct) in [
        ("a.test api.us3.datadoghq.com", true),
        ("a.test,\tdatadoghq.com", true),
        (".datadoghq.com.", true),
        ("*", true),
        ("a.test,*", false),
        ("us3.datadoghq", false),
        // As curl does, this takes a star and a port for a part of the name.
        ("*.datadoghq.com", false),
        ("api.us3.datadoghq.com:443", false),
    ] {
        let asked = asked_of_proxy(&[("NO_PROXY", list)], &["--site=us3"]);
        let expected = match is_direct {
            true => vec![],
            false => vec![format!("{host}:443")],
        };
        assert_eq!(asked, expected, "{list:?}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_an_error_that_names_its_variable() {
    for (variable, value) in [
        ("HTTPS_PROXY", "::::"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9"),
        ("HTTPS_PROXY", "http://"),
        ("https_proxy", "socks5://someone:test-password@127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:99999"),
    ] {
        for command in [&["list"][..], &["orgs"], &["auth", "status"]] {
            let world = World::bare()
                .with("DD_API_KEY", "test-dd-api-key")
                .with("DD_APP_KEY", "test-dd-app-key")
                .with(variable, value);
            let refused = world.run(command).code(2);
            let message = format!(
                "{variable} in the environment cannot be used: a proxy is named by a URL such as \
                 http://proxy.example:3128, with http or https\n\
                 hint: correct it, or unset it to connect without a proxy\n"
            );
            assert!(refused.stderr.ends_with(&message), "{}", refused.stderr);
            assert!(!refused.stderr.contains("password"), "{}", refused.stderr);
        }
    }
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let world = || {
        World::bare()
            .with("DD_API_KEY", "test-dd-api-key")
            .with("DD_APP_KEY", "test-dd-app-key")
            .with("HTTPS_PROXY", "http://127.0.0.1:9")
    };
    let missing = world().with("SSL_CERT_FILE", "/no/certificates.pem");
    assert_eq!(
        missing.run(["list"]).code(2).stderr,
        "error: cannot read the certificates in `/no/certificates.pem`, which SSL_CERT_FILE names: No such file or \
         directory (os error 2)\n\
         hint: name a file of certificates in the PEM format, or unset it to use the system's certificates\n"
    );
    let none = world().with("SSL_CERT_FILE", "empty.pem");
    none.file("empty.pem", "");
    assert_eq!(
        none.run(["list"]).code(2).stderr,
        "error: there are no certificates in `empty.pem`, which SSL_CERT_FILE names\n\
         hint: name a file of certificates in the PEM format, or unset it to use the system's certificates\n"
    );
    let nowhere = world().with("SSL_CERT_DIR", "/no/certificates");
    assert_eq!(
        nowhere.run(["list"]).code(1).stderr,
        "error: there are no certificates on this machine to tell the right server by\n\
         hint: install the system's certificates (the package ca-certificates), or name a file with them in \
         SSL_CERT_FILE\n"
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
        let by = |origin| format!("{origin}: {foreign}");
        refused(&ALL[2..4], &["--api-url", url], &by("--api-url"));
        let variables = [ALL[2], ALL[3], ("DATADOG_HOST", url)];
        refused(&variables, &[], &by("DATADOG_HOST"));
    }
    for host in [
        "datadoghq.com.example.com",
        "notdatadoghq.com",
        "api-datadoghq.eu",
    ] {
        let message = format!(
            "--api-url: keys are not sent to `{host}`, which is not Datadog's; if you trust it with them, add --trust-host {host}"
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
    let plain = "--api-url: keys are not sent to `dd.example.com` over plain http; use https";
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
        "https://api.datadog\thq.com",
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
    world(&api, &variables).run(["list", "-q"]).quiet_success();
    proxy.was_left_alone();
    assert_eq!(api.calls().len(), 1);
}
