use std::fs;

use proptest::prelude::*;

use super::*;
use crate::config::credentials::SecretSources;
use crate::config::secret::SecretSource;
use crate::config::site::Server;

fn read(text: &str) -> Result<ConfigFile, FormatError> {
    parse(Path::new("c.toml"), text)
}

/// What is wrong with a text, and where.
fn mistake(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_whole_file_is_read() {
    let file = read(
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
        require_service_account = true
        access_token = { keyring = true }
        [profiles.bare]
        "#,
    )
    .unwrap();
    assert_eq!(file.default_profile.as_deref(), Some("hub"));
    assert_eq!(file.trusted_hosts, ["proxy.test"]);
    let [hub, payments, bare] = file.profiles.as_slice() else {
        panic!("three profiles");
    };
    let names = [&hub.name, &payments.name, &bare.name];
    assert_eq!(names, ["hub", "payments", "bare"]);
    assert_eq!(hub.server.base_url(), "https://api.datadoghq.eu");
    assert!(hub.org.is_some());
    let Some(SecretSources::Keys { api_key, app_key }) = &hub.credentials else {
        panic!("keys");
    };
    assert_eq!(api_key.to_string(), "environment variable HUB_API_KEY");
    assert_eq!(app_key.to_string(), "command op");
    assert_eq!(payments.server.origin(), "https://proxy.test");
    assert_eq!(payments.trusted_hosts, ["proxy.test"]);
    let requires = [hub, payments, bare].map(|profile| profile.require_service_account);
    assert_eq!(requires, [false, true, false]);
    let account = "payments/access-token".to_owned();
    let token = SecretSources::Token(SecretSource::Keyring(account));
    assert_eq!(payments.credentials, Some(token));
    assert_eq!(bare.server, Server::default());
    assert_eq!(bare.credentials, None);
}

#[test]
fn each_mistake_is_an_error_with_its_place() {
    let source = r#"access_token holds a secret in the file itself; put it in { env = "NAME" }, { file = "PATH" }, { command = ["PROGRAM", "ARGUMENT"] } or { keyring = true }"#;
    for (text, expected) in [
        (
            "colour = 1",
            "1:1: unknown key `colour`; there are default_profile, trusted_hosts, profiles",
        ),
        (
            "default_profile = 1",
            "1:19: default_profile must be a text in quotes",
        ),
        (
            "default_profile = \"hbu\"\n[profiles.hub]",
            "1:1: default_profile: no profile `hbu`; did you mean `hub`?",
        ),
        (
            "trusted_hosts = [1]",
            "1:18: trusted_hosts must be a text in quotes",
        ),
        (
            "trusted_hosts = \"proxy.test\"",
            "1:17: trusted_hosts must be a list",
        ),
        ("profiles = 1", "1:12: profiles must be a table"),
        ("[[profiles]]\nx = 1", "1:1: profiles must be a table"),
        (
            "[profiles]\nhub = 1",
            "2:7: hub must be a table: [profiles.NAME]",
        ),
        (
            "[profiles]\nhub = []",
            "2:7: hub must be a table: [profiles.NAME]",
        ),
        (
            &format!("[profiles]\n{} = 1", "0123abcd".repeat(4)),
            "2:36: *** must be a table: [profiles.NAME]",
        ),
        ("[profiles.hub]\n[profiles.hub]", "2:11: duplicate key"),
        (
            "[profiles.hub]\n[profiles.Hub]",
            "2:11: the profiles `hub` and `Hub` differ in letter case only",
        ),
    ] {
        assert_eq!(mistake(text), expected, "{text}");
    }
    for (text, expected) in [
        (
            r#"sitte = "datadoghq.com""#,
            "2:1: unknown key `sitte`; did you mean `site`?",
        ),
        (
            r#"site = "US4""#,
            "2:1: site is not a site; a site is a host name such as datadoghq.com",
        ),
        (
            "site = \"datadoghq.eu\"\napi_url = \"https://api.datadoghq.com\"",
            "3:1: site and api_url name different servers; give one of them",
        ),
        (
            r#"org = "hub""#,
            "2:1: org must be a UUID, such as 83999dcd-7f97-11f0-8de1-1ecf66f1aa85",
        ),
        (
            r#"api_key = { env = "A" }"#,
            "2:1: api_key needs app_key beside it",
        ),
        (
            r#"app_key = { env = "A" }"#,
            "2:1: app_key needs api_key beside it",
        ),
        (
            "app_key = { env = \"A\" }\naccess_token = { env = \"B\" }",
            "3:1: access_token and keys exclude each other; give one of them",
        ),
        (r#"access_token = "test-token""#, &format!("2:16: {source}")),
        (
            r#"access_token = ["test-token"]"#,
            &format!("2:16: {source}"),
        ),
        (
            r#"access_token = { file = "t", env = "B" }"#,
            "2:1: access_token must have exactly one source: env, file, command or keyring",
        ),
        (
            "access_token = {}",
            "2:1: access_token must have exactly one source: env, file, command or keyring",
        ),
        (
            "access_token = { keyrings = true }",
            "2:18: unknown key `keyrings`; did you mean `keyring`?",
        ),
        (
            "access_token = { keyring = false }",
            "2:1: keyring must be true, or not be there",
        ),
        (
            "access_token = { command = [] }",
            "2:1: command must be a list of a program and its arguments",
        ),
        (
            "access_token = { command = \"op read\" }",
            "2:28: command must be a list",
        ),
        (
            "access_token = { env = \"A-B\" }",
            "2:1: env must be the name of an environment variable",
        ),
        (
            "access_token = { file = \"\" }",
            "2:1: file must be the path of a file",
        ),
    ] {
        assert_eq!(
            mistake(&format!("[profiles.x]\n{text}")),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_site_and_a_url_of_the_same_server_agree() {
    let text = "[profiles.x]\nsite = \"datadoghq.eu\"\napi_url = \"https://api.datadoghq.eu/\"";
    assert!(read(text).is_ok());
}

#[test]
fn a_name_that_no_flag_could_choose_is_refused() {
    for name in ["", " x", "a,b", "a\\tb"] {
        let text = format!("[profiles.\"{name}\"]");
        assert!(
            mistake(&text).starts_with("1:11: the name of a profile"),
            "{name}"
        );
    }
}

#[test]
fn broken_toml_is_placed_and_not_shown() {
    let text = "[profiles.hub]\napi_key = \"test-api-key\napp_key = 1\n";
    assert!(mistake(text).starts_with("2:"), "{}", mistake(text));
    assert!(!mistake(text).contains("test-api-key"));
}

#[test]
fn places_are_counted_in_characters() {
    let text = "# ä\n\"ää\".x = [1, y]";
    assert!(mistake(text).starts_with("2:14: "), "{}", mistake(text));
    let error = FormatError::from_encoding(decode(b"# \xc3\xa4\n# \xff").unwrap_err());
    assert_eq!(error.to_string(), "2:3: no valid UTF-8");
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
    assert!(matches!(error, FileError::Unreadable(..)));
}

#[test]
fn an_unknown_profile_comes_with_those_that_exist() {
    let file = read("[profiles.hub]\n[profiles.payments]").unwrap();
    assert_eq!(
        file.profile("payment").unwrap_err().to_string(),
        "no profile `payment`; did you mean `payments`?"
    );
    let FileError::UnknownProfile(unknown) = file.profile("zzz").unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(unknown.to_string(), "no profile `zzz`; the profiles are");
    assert_eq!(unknown.candidates(), ["hub", "payments"]);
    let empty = ConfigFile::default();
    assert_eq!(
        empty.profile("hub").unwrap_err().to_string(),
        "no profile `hub`; there are none"
    );
}

#[cfg(unix)]
fn load(text: &str, mode: u32) -> Result<ConfigFile, String> {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("c.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let shown = path.display().to_string();
    ConfigFile::load(&ConfigLocation::named(path))
        .map_err(|error| format!("{:#}", anyhow::Error::from(error)).replace(&shown, "PATH"))
}

#[test]
#[cfg(unix)]
fn a_file_that_others_may_write_is_refused_with_the_command_that_corrects_it() {
    let sources = "[profiles.x]\naccess_token = { command = [\"op\"] }";
    for mode in [0o620, 0o602, 0o666] {
        assert_eq!(
            load(sources, mode).unwrap_err(),
            "cannot read the configuration file PATH: others may write it; run `chmod go-w PATH`"
        );
        assert!(load("", mode).is_err());
    }
    assert!(load(sources, 0o644).is_ok());
}

#[test]
#[cfg(unix)]
fn a_secret_in_a_file_that_others_may_read_comes_with_the_command_for_that_too() {
    let secret = "[profiles.x]\naccess_token = \"test-token\"";
    let error = load(secret, 0o644).unwrap_err();
    assert!(
        error.starts_with("PATH:2:16: access_token holds a secret in the file itself"),
        "{error}"
    );
    assert!(
        error.contains("run `chmod 600 PATH`, and have the secret replaced"),
        "{error}"
    );
    assert!(!load(secret, 0o600).unwrap_err().contains("chmod"));
}

#[test]
fn what_looks_like_a_key_in_place_of_its_source_is_refused_unseen() {
    let key = "0123456789abcdef0123456789abcdef";
    for source in [
        format!("env = \"{key}\""),
        format!("env = \"a{key}\""),
        format!("file = \"{key}\""),
        format!("command = [\"{key}\"]"),
        format!("command = [\"op\", \"--key={key}\"]"),
        format!("command = [\"sh\", \"-c\", \"echo {key}\"]"),
        format!("command = [\"sh\", \"-c\", \"echo 'ddpat_x-{key}'\"]"),
        format!("{key} = true"),
    ] {
        let message = mistake(&format!("[profiles.x]\naccess_token = {{ {source} }}"));
        assert!(!message.contains("0123456789"), "{message}");
    }
}

#[test]
fn a_command_that_only_prints_its_words_has_a_secret_in_the_file() {
    for command in [
        r#"["echo", "S"]"#,
        r#"["/bin/echo", "-n", "S"]"#,
        r#"["printf", "%s", "S"]"#,
    ] {
        let message = mistake(&format!(
            "[profiles.x]\naccess_token = {{ command = {command} }}"
        ));
        assert_eq!(
            message,
            "2:1: access_token holds a secret in the file itself, as a word of its command; a command must fetch it \
             from another place"
        );
    }
}

#[test]
fn a_key_in_place_of_a_name_is_refused_unseen() {
    for key in [
        "0123456789abcdef".repeat(2),
        format!("ddpat_{}", "aB3".repeat(11)),
    ] {
        for text in [
            format!("[profiles.{key}]"),
            format!("[profiles.\"my {key}\"]"),
            format!("default_profile = \"{key}\""),
            format!("[profiles.x]\nsite = \"{key}\""),
            format!("[profiles.x]\nsite = \"{key}.example\""),
            format!("[profiles.x]\nsite = \"https://{key}.example/\""),
            format!("[profiles.x]\napi_url = \"{key}\""),
            format!("[profiles.x]\napi_url = \"https://{key}\""),
            format!("[profiles.x]\napi_url = \"https://api.example/{key}\""),
            format!("[profiles.x]\norg = \"{key}\""),
            format!("[profiles.{key}]\n[profiles.{key}]"),
            format!("[profiles.x.{key}]\n[profiles.x.{key}]"),
        ] {
            let message = mistake(&text);
            assert!(!message.contains(&key[8..]), "{message}");
        }
    }
}

/// Ways to put a secret where it does not belong; `S` stands for it.
const MISPLACED: &[&str] = &[
    r#"api_key = "S""#,
    r#"api_key = 'S'"#,
    r#"api_key = """S""""#,
    "api_key = S",
    r#"api_key = "S"#,
    r#"api_key = ["S"]"#,
    r#"api_key = ["S", "S", ["S"], true]"#,
    r#"api_key = { "S" = true }"#,
    r#"api_key = { "`, expected S" = true }"#,
    r#"api_key = { S }"#,
    r#"api_key = { value = "S" }"#,
    r#"api_key = { env = ["S"] }"#,
    r#"api_key = { keyring = "S" }"#,
    r#"api_key = { keyring = ", expected S" }"#,
    r#"api_key = { command = "S" }"#,
    r#"api_key = { command = ["op", "S"], env = "X" }"#,
    r#"api_key = { command = ["echo", "S"] }"#,
    r#"api_key = { file = { path = "S" } }"#,
    "api_key.value = \"S\"",
    "api_key = \"S\"\napi_key = \"S\"",
    "access_token = \"S\"\napi_key = \"S\"\napp_key = \"S\"",
    r#"api_kye = "S""#,
    r#"site = "S""#,
    r#"api_url = "S""#,
    r#"api_url = "https://u:S@api.datadoghq.com""#,
    r#"org = "S""#,
    r#"trusted_hosts = "S""#,
    "api_key: S",
    "S",
    "S = 1",
    "[profiles.y]\nS\nx",
];

proptest! {
    #[test]
    fn no_secret_in_the_wrong_place_is_ever_shown(
        secret in "[a-z]{4}[0-9]{4}[a-zA-Z0-9]{8,32}",
        misplaced in prop::sample::select(MISPLACED),
        before in prop::sample::select(vec!["", "# comment\n", "site = \"datadoghq.com\"\n"]),
    ) {
        let text = format!("[profiles.x]\n{before}{}\n", misplaced.replace('S', &secret));
        let error = read(&text).expect_err(&text);
        let shown = format!("{error} {error:?}");
        // Nor a part that is long enough to be of use.
        prop_assert!(!shown.contains(&secret[..8]), "{}", shown);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "[a-z\\[\\]{}=\"'.\\n#ä ]{0,60}") {
        let _ = read(&text);
        let _ = read(&format!("[profiles.x]\n{text}"));
    }
}
