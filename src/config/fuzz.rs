use std::net::Ipv4Addr;
use std::path::Path;

use url::Url;

use super::edit::{ConfigEditor, ProfileDraft};
use super::file::{ConfigFile, parse};
use super::redaction::contains_key;
use super::secret::SecretSource;
use super::{Endpoint, SITES, SecretSources, Server};
use crate::text_input::decode;

/// A site or the URL of an API, and in the second line a host that the user trusts.
pub fn host_rule(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (address, trusted) = text.split_once('\n').unwrap_or((&text, ""));
    for trusted in ["", trusted] {
        let hosts = [trusted.to_owned()];
        if let Ok(endpoint) = Endpoint::from_url(address, &hosts) {
            check_endpoint(&endpoint, trusted);
            // The host is where the text shows it.
            let shown = address.split("://").nth(1).unwrap_or_default();
            let rest = shown.get(endpoint.host().len()..).unwrap_or("-");
            assert!(rest.is_empty() || rest.starts_with([':', '/']), "{address}");
            let shown = shown.get(..endpoint.host().len());
            assert!(shown.is_some_and(|shown| shown.eq_ignore_ascii_case(endpoint.host())));
        }
        if let Ok(server) = Server::from_url(address) {
            let again = Server::from_url(&server.base_url());
            assert_eq!(again.map(|again| again.base_url()), Ok(server.base_url()));
            check_server(&server, trusted);
        }
        if let Ok(server) = Server::from_site(address) {
            let again = Server::from_site(&server.label());
            assert_eq!(again.as_ref(), Ok(&server));
            check_server(&server, trusted);
        }
    }
}

/// The text of the configuration file.
pub fn configuration(data: &[u8]) {
    let Ok(text) = decode(data) else {
        return;
    };
    let path = Path::new("config.toml");
    match parse(path, &text) {
        Err(error) => assert!(!contains_key(&error.message), "a key in {error}"),
        Ok(file) => {
            for profile in &file.profiles {
                let server = &profile.server;
                assert!(!contains_key(&server.label()), "a key as a server");
                if let Ok(endpoint) = server.endpoint(&[]) {
                    check_endpoint(&endpoint, "");
                }
            }
            check_edits(&file, &text);
        }
    }
}

fn check_server(server: &Server, trusted: &str) {
    if let Ok(endpoint) = server.endpoint(&[trusted.to_owned()]) {
        check_endpoint(&endpoint, trusted);
        assert_eq!(endpoint.base_url(), server.base_url());
    }
}

/// Keys go to Datadog's hosts over https, to this machine, or to the trusted host over https. The whole URL of a request
/// leads to the same host.
fn check_endpoint(endpoint: &Endpoint, trusted: &str) {
    let url = format!("{}/api/v2/org_connections", endpoint.base_url());
    let url = url.parse::<Url>();
    assert!(url.is_ok(), "{endpoint:?}");
    let Ok(url) = url else {
        return;
    };
    let host = url.host_str().unwrap_or_default();
    assert_eq!(host, endpoint.host());
    assert!(url.username().is_empty() && url.password().is_none());
    assert!(url.query().is_none() && url.fragment().is_none());
    let is_loopback = host == "localhost"
        || host == "[::1]"
        || (host.starts_with("127.") && host.parse::<Ipv4Addr>().is_ok());
    let domains = ["datadoghq.com", "datadoghq.eu", "ddog-gov.com"];
    let is_datadog = domains
        .iter()
        .any(|domain| host == *domain || host.ends_with(&format!(".{domain}")));
    let is_https = url.scheme() == "https";
    assert_eq!(
        (is_loopback, is_https),
        (endpoint.is_loopback(), endpoint.is_https())
    );
    assert!(
        is_loopback
            || (is_https && is_datadog && url.port().is_none())
            || (is_https && host.eq_ignore_ascii_case(trusted)),
        "{url}"
    );
}

/// An edit changes the profile that it is about, and leaves all others and every comment as they are.
fn check_edits(file: &ConfigFile, text: &str) {
    let name = "new-profile";
    let draft = ProfileDraft {
        server: Server::from_site(SITES[0]).ok(),
        credentials: Some(SecretSources::Token(SecretSource::Environment(
            "TOKEN".into(),
        ))),
        ..ProfileDraft::default()
    };
    let content = Some(text.as_bytes().to_vec());
    let Ok(mut editor) = ConfigEditor::from_content(file.clone(), content) else {
        return;
    };
    if editor.add(name, &draft).is_err() {
        return;
    }
    // An edit whose text would be invalid is refused, and the file stays.
    let Ok((added, with_new)) = editor.new_content() else {
        return;
    };
    assert!(with_new.profile(name).is_ok());
    assert_eq!(described(&with_new, name), described(file, name));
    let mut lines = added.lines();
    for line in text.lines().filter(|line| line.starts_with('#')) {
        assert!(
            lines.any(|other| other == line),
            "{line:?} is not in {added:?}"
        );
    }
    let Ok(mut editor) = ConfigEditor::from_content(with_new, Some(added.into_bytes())) else {
        return;
    };
    let is_default = editor.set_default(name).is_ok();
    if let Ok((_, changed)) = editor.new_content() {
        assert!(!is_default || changed.default_profile.as_deref() == Some(name));
        assert_eq!(described(&changed, name), described(file, name));
    }
    if editor.remove(name).is_ok()
        && let Ok((_, removed)) = editor.new_content()
    {
        assert!(removed.profile(name).is_err());
        assert_eq!(described(&removed, name), described(file, name));
    }
}

/// All profiles but the one with this name.
fn described(file: &ConfigFile, name: &str) -> Vec<String> {
    let others = file.profiles.iter().filter(|profile| profile.name != name);
    others.map(|profile| format!("{profile:?}")).collect()
}
