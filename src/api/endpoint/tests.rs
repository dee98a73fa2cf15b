use proptest::prelude::*;

use super::*;

fn accepted(url: &str) -> bool {
    Endpoint::new(url, &["mirror.example".to_owned()]).is_ok()
}

#[test]
fn keys_go_to_datadogs_own_hosts_and_to_this_machine() {
    for url in [
        "https://api.datadoghq.com",
        "https://api.datadoghq.com:443/",
        "HTTPS://API.US3.DataDogHQ.com",
        "https://datadoghq.eu",
        "https://api.us2.ddog-gov.com",
        "http://127.0.0.1:1234/prefix",
        "http://127.8.9.10",
        "https://localhost:8443",
        "http://[::1]:80",
    ] {
        assert!(accepted(url), "{url}");
    }
}

#[test]
fn keys_go_nowhere_else() {
    for url in [
        "http://api.datadoghq.com",
        "https://api.datadoghq.com:8443",
        "https://api.datadoghq.com.",
        "https://datadoghq.com.evil.example",
        "https://evildatadoghq.com",
        "https://api.datadoghq.com@evil.example",
        "https://user:password@api.datadoghq.com",
        "https://@api.datadoghq.com",
        "https://api.datadoghq.com?to=elsewhere",
        "https://api.datadoghq.com#part",
        "https://api.datadoghq.com\\@evil.example",
        "https://api.datadog\thq.com",
        " https://api.datadoghq.com",
        "https://api%2edatadoghq.com",
        "https://аpi.datadoghq.com",
        "https://xn--pi-7kc.datadoghq.com",
        "https://api.datadoghq。com",
        "ftp://api.datadoghq.com",
        "file:///etc/passwd",
        "https://",
        "https:///",
        "",
        "api.datadoghq.com",
        "https://0.0.0.0",
        "https://[::ffff:127.0.0.1]",
        "http://localhost.evil.example",
        "http://sub.localhost",
        "https://127.0.0.1.evil.example",
        "https://10.0.0.1",
    ] {
        assert!(!accepted(url), "{url}");
    }
}

#[test]
fn a_trusted_host_is_trusted_to_the_letter_and_over_https_only() {
    assert!(accepted("https://mirror.example:8443/dd"));
    assert!(accepted("https://MIRROR.example"));
    assert!(!accepted("http://mirror.example"));
    assert!(!accepted("https://api.mirror.example"));
    assert!(!accepted("https://mirror.example.evil.example"));
    assert!(!accepted("https://mirror.example."));
}

#[test]
fn a_refusal_names_the_host_and_the_flag_but_no_password() {
    let error = Endpoint::new("https://mirror.example", &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "keys are not sent to `mirror.example`, which is not Datadog's; \
         if you trust it with them, add --trust-host mirror.example"
    );
    let error = Endpoint::new("https://user:test-password@datadoghq.com", &[]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("test-password"));
}

#[test]
fn a_path_in_front_is_kept_without_its_last_slash() {
    let endpoint = Endpoint::new("http://127.0.0.1:1234/prefix/", &[]).unwrap();
    assert_eq!(endpoint.as_str(), "http://127.0.0.1:1234/prefix");
    assert_eq!(endpoint.host(), "127.0.0.1");
    assert_eq!(endpoint.authority(), "127.0.0.1:1234");
    assert!(endpoint.is_loopback() && !endpoint.is_encrypted());
}

#[test]
fn every_known_site_has_an_endpoint_and_an_unknown_one_names_the_nearest() {
    for site in SITES {
        let endpoint = Endpoint::for_site(site).unwrap();
        assert_eq!(endpoint.as_str(), format!("https://api.{site}"));
        assert!(!endpoint.is_loopback() && endpoint.is_encrypted());
    }
    assert_eq!(
        Endpoint::for_site("us3.datadogh.com")
            .unwrap_err()
            .to_string(),
        "unknown site `us3.datadogh.com`; did you mean `us3.datadoghq.com`? the known ones are datadoghq.com, \
         us3.datadoghq.com, us5.datadoghq.com, ap1.datadoghq.com, ap2.datadoghq.com, uk1.datadoghq.com, datadoghq.eu, \
         ddog-gov.com, us2.ddog-gov.com; name the server of a newer one with --api-url"
    );
}

/// Whether a host that was accepted is one that the rule allows, told without the code under test.
fn is_allowed(url: &Url) -> bool {
    let host = url.host_str().unwrap().to_owned();
    let dotted = format!(".{host}");
    let datadogs = [".datadoghq.com", ".datadoghq.eu", ".ddog-gov.com"]
        .iter()
        .any(|domain| dotted.ends_with(domain));
    let secure = url.scheme() == "https" && url.username().is_empty() && url.query().is_none();
    let loopback = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    loopback || secure && (datadogs && url.port().is_none() || host == "mirror.example")
}

proptest! {
    #[test]
    fn whatever_is_accepted_is_allowed(
        scheme in prop_oneof![Just("https"), Just("http"), Just("ws"), Just("HTTPS")],
        user in prop_oneof![Just(""), Just("u@"), Just("u:p@"), Just("api.datadoghq.com@")],
        before in "[a-z0-9.%@/\\\\-]{0,6}",
        domain in prop_oneof![
            Just("datadoghq.com"), Just("datadoghq.eu"), Just("ddog-gov.com"), Just("mirror.example"),
            Just("localhost"), Just("127.0.0.1"), Just("[::1]"), Just("evil.example"),
        ],
        after in "[a-z0-9.:@/?#\\\\\u{430}-]{0,6}",
    ) {
        let url = format!("{scheme}://{user}{before}{domain}{after}");
        if let Ok(endpoint) = Endpoint::new(&url, &["mirror.example".to_owned()]) {
            let read = Url::parse(endpoint.as_str()).unwrap();
            prop_assert!(is_allowed(&read), "{}", url);
            let written = Url::parse(&url).unwrap();
            prop_assert_eq!(read.host_str(), written.host_str());
        }
    }

    #[test]
    fn no_text_makes_it_panic(url in ".{0,40}") {
        let _ = Endpoint::new(&url, &[]);
        let _ = Endpoint::for_site(&url);
    }
}
