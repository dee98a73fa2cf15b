use super::*;
use crate::config::secret::SecretSource;

#[cfg(unix)]
mod modes;
mod secrecy;

fn parse(text: &str) -> Result<ConfigFile, FileError> {
    ConfigFile::from_bytes(Path::new("c.toml"), text.as_bytes(), None)
}

/// What is wrong with a text, as it is printed.
fn problems(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_whole_file_is_read() {
    let file = parse(
        r#"
        default_profile = "hub"
        trusted_hosts = ["proxy.test"]
        [profiles.hub]
        site = "datadoghq.eu"
        org = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85"
        api_key = { env = "HUB_API_KEY" }
        app_key = { command = ["op", "read", "op://datadog/hub"] }
        [profiles.payments]
        api_url = "https://proxy.test/dd"
        trusted_hosts = ["proxy.test"]
        access_token = { keyring = true }
        [profiles.bare]
        "#,
    )
    .unwrap();
    assert_eq!(file.default_profile.as_deref(), Some("hub"));
    let names: Vec<_> = file.profiles.iter().map(|profile| &*profile.name).collect();
    assert_eq!(names, ["hub", "payments", "bare"]);
    let [hub, payments, bare] = file.profiles.as_slice() else {
        panic!("three profiles");
    };
    assert_eq!(hub.server.base_url(), "https://api.datadoghq.eu");
    assert!(hub.org.is_some());
    let Some(Sources::Keys { api_key, app_key }) = &hub.credentials else {
        panic!("keys");
    };
    assert_eq!(api_key.to_string(), "environment variable HUB_API_KEY");
    assert_eq!(app_key.to_string(), "command op");
    assert_eq!(payments.server.origin(), "https://proxy.test");
    assert_eq!(payments.trusted_hosts, ["proxy.test"]);
    let account = "payments/access-token".to_owned();
    let token = Sources::Token(SecretSource::Keyring { account });
    assert_eq!(payments.credentials, Some(token));
    assert_eq!(bare.server, Server::default());
    assert_eq!(bare.credentials, None);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_place() {
    let text = r#"default_profile = "hbu"
colour = 1
[profiles.hub]
sitte = "datadoghq.com"
org = "hub"
api_key = "test-api-key"
[profiles.Hub]
site = "US3"
app_key = { env = "A" }
access_token = { file = "t", env = "B" }
[profiles.x]
trusted_hosts = "proxy.test"
api_key = { keyrings = true }
app_key = { command = [] }
"#;
    let forms = r#"{ env = "NAME" }, { file = "PATH" }, { command = ["PROGRAM", "ARGUMENT"] } or { keyring = true }"#;
    assert_eq!(
        problems(text),
        format!(
            r#"c.toml:1:19: default_profile is none of the profiles; did you mean hub?
c.toml:2:1: unknown key `colour`
c.toml:4:1: unknown key `sitte`; did you mean site?
c.toml:5:7: org must be a UUID, such as 83999dcd-7f97-11f0-8de1-1ecf66f1aa85
c.toml:6:1: api_key needs app_key beside it
c.toml:6:11: api_key holds a secret in the file itself; put it in {forms}
c.toml:7:11: the profiles `hub` and `Hub` differ in letter case only
c.toml:8:8: site is no site; a site is a host name such as datadoghq.com
c.toml:10:1: access_token and keys exclude each other; give one of them
c.toml:10:16: access_token must have exactly one source: {forms}
c.toml:12:17: trusted_hosts must be a list of host names
c.toml:13:13: unknown kind of secret source; api_key takes {forms}; did you mean keyring?
c.toml:14:23: command must be a list of a program and its arguments"#
        )
    );
}

#[test]
fn broken_toml_is_placed_and_not_shown() {
    let text = "[profiles.hub]\napi_key = \"test-api-key\napp_key = 1\n";
    assert!(
        problems(text).starts_with("c.toml:2:"),
        "{}",
        problems(text)
    );
    assert!(!problems(text).contains("test-api-key"));
    let twice = "[profiles.hub]\n[profiles.hub]\n";
    assert_eq!(problems(twice), "c.toml:2:11: duplicate key");
}

#[test]
fn wrong_types_are_errors() {
    for (text, expected) in [
        (
            "default_profile = 1",
            "1:19: default_profile must be a text that is not empty",
        ),
        (
            "profiles = 1",
            "1:12: profiles must be tables: [profiles.NAME]",
        ),
        (
            "[[profiles]]\nx = 1",
            "1:1: profiles must be tables: [profiles.NAME]",
        ),
        (
            "[profiles]\nhub = 1",
            "2:7: a profile must be a table: [profiles.NAME]",
        ),
        (
            "[profiles.x]\nsite = \"\"",
            "2:8: site must be a text that is not empty",
        ),
        (
            "trusted_hosts = [1]",
            "1:17: trusted_hosts must be a list of host names",
        ),
        (
            "[profiles.x]\naccess_token = { keyring = false }",
            "2:28: keyring must be true, or not be there",
        ),
    ] {
        assert_eq!(problems(text), format!("c.toml:{expected}"), "{text}");
    }
}

#[test]
fn a_site_and_a_url_must_agree() {
    let both = |url: &str| {
        parse(&format!(
            "[profiles.x]\nsite = \"datadoghq.eu\"\napi_url = \"{url}\""
        ))
    };
    assert!(both("https://api.datadoghq.eu/").is_ok());
    assert_eq!(
        both("https://api.datadoghq.com").unwrap_err().to_string(),
        "c.toml:3:1: site and api_url name different servers; give one of them"
    );
}

#[test]
fn a_name_that_no_flag_could_choose_is_refused() {
    for name in ["", " x", "a,b", "a\\tb"] {
        let text = format!("[profiles.\"{name}\"]");
        assert!(
            problems(&text).starts_with("c.toml:1:11: the name of a profile"),
            "{name}"
        );
    }
}

#[test]
fn text_that_is_not_utf_8_is_placed() {
    let error = ConfigFile::from_bytes(Path::new("c.toml"), b"# \xc3\xa4\n# \xff", None);
    assert_eq!(error.unwrap_err().to_string(), "c.toml:2:3: no valid UTF-8");
}

#[test]
fn a_missing_file_is_empty_unless_somebody_named_it() {
    let path = PathBuf::from("/no/such/file.toml");
    let location = |is_named| ConfigLocation {
        path: path.clone(),
        is_named,
    };
    let file = ConfigFile::load(&location(false)).unwrap();
    assert!(file.profiles.is_empty() && file.path == path);
    let error = ConfigFile::load(&location(true)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no configuration file /no/such/file.toml"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let error = ConfigFile::load(&ConfigLocation::named(directory.path())).unwrap_err();
    assert!(matches!(error, FileError::Unreadable { .. }));
}

#[test]
fn an_unknown_profile_comes_with_those_that_exist() {
    let file = parse("[profiles.hub]\n[profiles.payments]").unwrap();
    assert_eq!(
        file.profile("payment").unwrap_err().to_string(),
        "no profile `payment`; there are: hub, payments; did you mean payments?"
    );
    let empty = ConfigFile::default();
    assert_eq!(
        empty.profile("hub").unwrap_err().to_string(),
        "no profile `hub`; there are none"
    );
}
