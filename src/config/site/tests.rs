use proptest::prelude::*;

use super::*;

fn is_accepted(url: &str) -> bool {
    Endpoint::from_url(url, &["mirror.example".to_owned()]).is_ok()
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
        assert!(is_accepted(url), "{url}");
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
        "https://..datadoghq.com",
        "https://.datadoghq.com",
        "https://api..datadoghq.com",
        "https:api.datadoghq.com",
        "https:/api.datadoghq.com",
        "https:///api.datadoghq.com",
        "http://2130706433",
        "http://0x7f.1",
        "http://127.1:80",
    ] {
        assert!(!is_accepted(url), "{url}");
    }
}

#[test]
fn a_url_is_judged_as_it_was_given() {
    // The parser makes `https://api.datadoghq.com` of each.
    for url in [
        "https://api.datadoghq\u{ff0e}com",
        "https://\u{ff41}pi.datadoghq.com",
        "https://api.data\u{ad}doghq.com",
        "https://api.datad\u{200b}oghq.com",
        "https:\\\\api.datadoghq.com",
        "https://api.datadoghq.com\u{3000}",
    ] {
        assert!(!is_accepted(url), "{url:?}");
        let refused = Server::from_url(url);
        assert_eq!(refused, Err(AddressError::InvalidUrl), "{url:?}");
    }
}

#[test]
fn a_trusted_host_is_trusted_to_the_letter_and_over_https_only() {
    assert!(is_accepted("https://mirror.example:8443/dd"));
    assert!(is_accepted("https://MIRROR.example"));
    assert!(!is_accepted("http://mirror.example"));
    assert!(!is_accepted("https://api.mirror.example"));
    assert!(!is_accepted("https://mirror.example.evil.example"));
    assert!(!is_accepted("https://mirror.example."));
}

#[test]
fn a_refusal_names_no_password() {
    let url = "https://user:test-password@datadoghq.com";
    let error = Endpoint::from_url(url, &[]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("test-password"));
}

#[test]
fn a_path_in_front_is_kept_without_its_last_slash() {
    let endpoint = Endpoint::from_url("http://127.0.0.1:1234/prefix/", &[]).unwrap();
    assert_eq!(endpoint.base_url(), "http://127.0.0.1:1234/prefix");
    assert_eq!(endpoint.host(), "127.0.0.1");
    assert_eq!(endpoint.authority(), "127.0.0.1:1234");
    assert!(endpoint.is_loopback() && !endpoint.is_https());
}

#[test]
fn every_known_site_has_an_endpoint() {
    for site in SITES {
        let endpoint = Endpoint::from_site(site).unwrap();
        assert_eq!(endpoint.base_url(), format!("https://api.{site}"));
        assert!(!endpoint.is_loopback() && endpoint.is_https());
    }
}

#[test]
fn a_site_is_a_host_name_in_any_letter_case() {
    let server = Server::from_site("US3.datadoghq.com").unwrap();
    assert_eq!(server.base_url(), "https://api.us3.datadoghq.com");
    assert_eq!(server.origin(), server.base_url());
    for wrong in [
        "",
        "us4",
        "datadoghq",
        "a..b",
        "a b.c",
        "https://",
        "https://someone@datadoghq.com/",
        "datadoghq.com:8443",
        "ftp://datadoghq.com",
    ] {
        let refused = Server::from_site(wrong);
        assert_eq!(refused, Err(AddressError::InvalidSite), "{wrong:?}");
    }
}

#[test]
fn a_site_is_understood_as_people_write_it() {
    for (text, site) in [
        ("us5", "us5.datadoghq.com"),
        ("AP1", "ap1.datadoghq.com"),
        ("US1", "datadoghq.com"),
        (" EU ", "datadoghq.eu"),
        ("US1-FED", "ddog-gov.com"),
        ("us1.datadoghq.com", "datadoghq.com"),
        ("eu1.datadoghq.com", "datadoghq.eu"),
        ("https://app.datadoghq.eu/", "datadoghq.eu"),
        (
            "https://us3.datadoghq.com/account/login?next=%2F#x",
            "us3.datadoghq.com",
        ),
        ("http://datadoghq.com", "datadoghq.com"),
        ("datadoghq.com/", "datadoghq.com"),
        ("api.datadoghq.com", "datadoghq.com"),
        ("acme.datadoghq.com", "datadoghq.com"),
        ("acme.us5.datadoghq.com", "us5.datadoghq.com"),
        ("acme.us2.ddog-gov.com", "us2.ddog-gov.com"),
        // These are refused when the server is used.
        ("us9.datadoghq.com", "us9.datadoghq.com"),
        ("app.us9.datadoghq.com", "app.us9.datadoghq.com"),
        ("datadoghq.com.evil.example", "datadoghq.com.evil.example"),
        ("evildatadoghq.com", "evildatadoghq.com"),
    ] {
        let expected = Server::Site(site.to_owned());
        assert_eq!(Server::from_site(text), Ok(expected), "{text:?}");
    }
}

#[test]
fn a_url_keeps_its_path_and_a_bare_host_gets_https() {
    let eu = "https://api.datadoghq.eu";
    for (text, base_url, origin) in [
        ("https://api.datadoghq.eu/", eu, eu),
        ("api.datadoghq.eu", eu, eu),
        (
            "http://127.0.0.1:8080/dd/",
            "http://127.0.0.1:8080/dd",
            "http://127.0.0.1:8080",
        ),
        (
            "https://proxy.test:443",
            "https://proxy.test",
            "https://proxy.test",
        ),
    ] {
        let server = Server::from_url(text).unwrap();
        assert_eq!(server.base_url(), base_url);
        assert_eq!(server.origin(), origin);
    }
}

#[test]
fn a_url_with_more_than_a_place_in_it_is_refused() {
    for wrong in [
        "",
        "https://",
        "ftp://api.datadoghq.com",
        "https://user@api.datadoghq.com",
        "https://:p@api.datadoghq.com",
        "https://api.datadoghq.com/?api_key=x",
        "https://api.datadoghq.com/#x",
        "https://api.datadog\thq.com",
        "https://api.datadoghq.com\n/x",
    ] {
        let refused = Server::from_url(wrong);
        assert_eq!(refused, Err(AddressError::InvalidUrl), "{wrong:?}");
    }
}

/// The host rule once more, without the code under test.
fn is_allowed(url: &Url) -> bool {
    let host = url.host_str().unwrap().to_owned();
    let dotted = format!(".{host}");
    let is_datadogs = [".datadoghq.com", ".datadoghq.eu", ".ddog-gov.com"]
        .iter()
        .any(|domain| dotted.ends_with(domain));
    let is_secure = url.scheme() == "https" && url.username().is_empty() && url.query().is_none();
    let is_loopback = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    let is_remote = is_datadogs && url.port().is_none() || host == "mirror.example";
    is_loopback || is_secure && is_remote
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
        if let Ok(endpoint) = Endpoint::from_url(&url, &["mirror.example".to_owned()]) {
            let read = Url::parse(endpoint.base_url()).unwrap();
            prop_assert!(is_allowed(&read), "{}", url);
            let written = Url::parse(&url).unwrap();
            prop_assert_eq!(read.host_str(), written.host_str());
        }
    }

    #[test]
    fn no_text_makes_it_panic(url in ".{0,40}") {
        let _ = Endpoint::from_url(&url, &[]);
        let _ = Endpoint::from_site(&url);
        let _ = Server::from_url(&url);
    }
}
