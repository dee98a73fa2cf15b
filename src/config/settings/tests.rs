use std::time::Duration;

use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::*;
use crate::config::Credentials;
use crate::config::environment::ConfigLocation;

const FILE: &str = r#"
trusted_hosts = ["everywhere.test"]
[profiles.hub]
site = "datadoghq.eu"
org = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85"
trusted_hosts = ["hub.test"]
access_token = { env = "DD_ACCESS_TOKEN" }
[profiles.payments]
access_token = { env = "PAYMENTS" }
[profiles.bare]
"#;

fn file(text: &str) -> ConfigFile {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let mut file = ConfigFile::load(&ConfigLocation::named(path)).unwrap();
    file.path = PathBuf::from("/c/config.toml");
    file
}

fn resolve_in(
    text: &str,
    flags: &AccountFlags,
    variables: &[(&str, &str)],
) -> Result<Vec<AccountSettings>, String> {
    let environment = Environment::from_pairs(variables.iter().copied());
    Settings::new(flags, &environment, &file(text))
        .accounts(false)
        .map_err(|error| error.to_string())
}

fn one(
    text: &str,
    flags: &AccountFlags,
    variables: &[(&str, &str)],
) -> Result<AccountSettings, String> {
    let mut accounts = resolve_in(text, flags, variables)?;
    assert_eq!(accounts.len(), 1);
    Ok(accounts.remove(0))
}

fn chosen(names: &[&str]) -> AccountFlags {
    AccountFlags {
        profile: names.iter().map(|name| (*name).to_owned()).collect(),
        ..AccountFlags::default()
    }
}

fn names(accounts: &[AccountSettings]) -> Vec<&str> {
    accounts
        .iter()
        .filter_map(|account| account.profile.as_deref())
        .collect()
}

const DD: [(&str, &str); 2] = [
    ("DD_API_KEY", "test-api-key"),
    ("DD_APP_KEY", "test-app-key"),
];

#[test]
fn credentials_of_the_environment_win_over_the_default_profile() {
    let text = format!("default_profile = \"hub\"\n{FILE}");
    let account = one(&text, &AccountFlags::default(), &DD).unwrap();
    assert_eq!(account.profile, None);
    assert_eq!(account.server, Server::default());
    assert_eq!(account.ignored_settings, ["default_profile"]);
    assert_eq!(
        account.credentials.description().unwrap(),
        "DD_API_KEY and DD_APP_KEY"
    );
    let account = one(
        &text,
        &AccountFlags::default(),
        &[("DD_SITE", "us3.datadoghq.com")],
    )
    .unwrap();
    assert_eq!(account.profile.as_deref(), Some("hub"));
    assert_eq!(account.ignored_settings, ["DD_SITE"]);
}

#[test]
fn without_credentials_the_error_lists_what_to_set_or_to_choose() {
    let empty = [("DD_API_KEY", ""), ("DD_APP_KEY", "")];
    let error = |file| one(file, &AccountFlags::default(), &empty).unwrap_err();
    assert_eq!(
        error(FILE),
        "no credentials: no profile is chosen, and none is the default one (DD_API_KEY and DD_APP_KEY are set, but \
         empty); choose one with --profile"
    );
    assert_eq!(
        error(""),
        "no credentials: no keys are set, and there are no profiles (DD_API_KEY and DD_APP_KEY are set, but empty)"
    );
}

fn base_url(flags: &AccountFlags, variables: &[(&str, &str)]) -> Result<String, String> {
    let variables = [DD.as_slice(), variables].concat();
    Ok(one("", flags, &variables)?.server.base_url())
}

#[test]
fn the_site_comes_from_the_highest_rank_that_names_one() {
    let ranks = [
        ("ORGCONN_SITE", "a.test"),
        ("DD_SITE", "b.test"),
        ("DATADOG_SITE", "c.test"),
    ];
    let flags = AccountFlags {
        api_url: Some("http://127.0.0.1:8080/".to_owned()),
        ..AccountFlags::default()
    };
    assert_eq!(base_url(&flags, &ranks).unwrap(), "http://127.0.0.1:8080");
    for (index, expected) in ["a", "b", "c"].iter().enumerate() {
        let url = base_url(&AccountFlags::default(), &ranks[index..]).unwrap();
        assert_eq!(url, format!("https://api.{expected}.test"));
    }
    let url = base_url(
        &AccountFlags::default(),
        &[("DATADOG_HOST", "api.datadoghq.eu")],
    );
    assert_eq!(url.unwrap(), "https://api.datadoghq.eu");
    let url = base_url(&AccountFlags::default(), &[]);
    assert_eq!(url.unwrap(), "https://api.datadoghq.com");
}

#[test]
fn a_site_and_a_url_of_the_same_rank_must_agree() {
    let of_datadog = |url| [("DATADOG_SITE", "datadoghq.eu"), ("DATADOG_HOST", url)];
    let url = base_url(
        &AccountFlags::default(),
        &of_datadog("https://api.datadoghq.eu/"),
    );
    assert_eq!(url.unwrap(), "https://api.datadoghq.eu");
    assert_eq!(
        base_url(
            &AccountFlags::default(),
            &of_datadog("https://api.datadoghq.com")
        )
        .unwrap_err(),
        "DATADOG_SITE and DATADOG_HOST name different servers; set one of them"
    );
    let flags = AccountFlags {
        site: Some("datadoghq.eu".to_owned()),
        api_url: Some("https://api.datadoghq.com".to_owned()),
        ..AccountFlags::default()
    };
    assert_eq!(
        base_url(&flags, &[]).unwrap_err(),
        "--site and --api-url name different servers; set one of them"
    );
}

#[test]
fn a_site_that_is_none_is_an_error_that_names_where_it_was_given() {
    assert_eq!(
        base_url(&AccountFlags::default(), &[("DD_SITE", "us4")]).unwrap_err(),
        "DD_SITE is not a site; a site is a host name such as datadoghq.com"
    );
    assert!(
        base_url(&AccountFlags::default(), &[("DATADOG_HOST", "ftp://x")])
            .unwrap_err()
            .starts_with("DATADOG_HOST is not an API URL")
    );
}

#[tokio::test]
async fn a_chosen_profile_supplies_everything_and_says_what_it_ignores() {
    let variables = [
        DD[0],
        DD[1],
        ("DD_SITE", "us3.datadoghq.com"),
        ("DD_ACCESS_TOKEN", "test-token"),
        ("ORGCONN_SITE", "us5.datadoghq.com"),
        ("DATADOG_HOST", "https://api.datadoghq.com"),
    ];
    let account = one(FILE, &chosen(&["hub"]), &variables).unwrap();
    assert_eq!(account.profile.as_deref(), Some("hub"));
    assert_eq!(account.server.base_url(), "https://api.datadoghq.eu");
    assert_eq!(account.trusted_hosts, ["everywhere.test", "hub.test"]);
    assert!(account.pinned_org.is_some());
    // Not the one that the profile takes its token from.
    assert_eq!(
        account.ignored_settings,
        [
            "ORGCONN_SITE",
            "DD_SITE",
            "DD_API_KEY",
            "DD_APP_KEY",
            "DATADOG_HOST"
        ]
    );
    let Credentials::Token(token) = account
        .credentials
        .read(Duration::from_secs(20))
        .await
        .unwrap()
    else {
        panic!("a token");
    };
    assert_eq!(token.expose_secret(), "test-token");
}

#[test]
fn a_site_beside_a_profile_is_an_error() {
    let flags = AccountFlags {
        site: Some("datadoghq.com".to_owned()),
        ..chosen(&["hub"])
    };
    let expected =
        "--site cannot be used with the profile `hub`, which has its own site and credentials";
    assert_eq!(one(FILE, &flags, &[]).unwrap_err(), expected);
    let unchosen = AccountFlags {
        api_url: Some("http://127.0.0.1:1".to_owned()),
        ..AccountFlags::default()
    };
    let default = format!("default_profile = \"hub\"\n{FILE}");
    let error = one(&default, &unchosen, &[]).unwrap_err();
    assert_eq!(error, expected.replace("--site", "--api-url"));
}

#[test]
fn profiles_are_chosen_in_the_order_of_their_naming_each_once() {
    let accounts = resolve_in(FILE, &chosen(&["payments", "hub", "payments"]), &[]).unwrap();
    assert_eq!(names(&accounts), ["payments", "hub"]);
    let by_variable = [("ORGCONN_PROFILE", "payments, hub")];
    let accounts = resolve_in(FILE, &AccountFlags::default(), &by_variable).unwrap();
    assert_eq!(names(&accounts), ["payments", "hub"]);
    let accounts = resolve_in(FILE, &chosen(&["bare"]), &by_variable).unwrap();
    assert_eq!(names(&accounts), ["bare"]);
    assert_eq!(accounts[0].ignored_settings, ["ORGCONN_PROFILE"]);
}

#[test]
fn all_profiles_come_in_the_order_of_the_file() {
    let all = AccountFlags {
        all_profiles: true,
        ..AccountFlags::default()
    };
    let accounts = resolve_in(FILE, &all, &[("ORGCONN_PROFILE", "hub")]).unwrap();
    assert_eq!(names(&accounts), ["hub", "payments", "bare"]);
    assert_eq!(accounts[0].ignored_settings, ["ORGCONN_PROFILE"]);
    assert_eq!(
        resolve_in("", &all, &[]).unwrap_err(),
        "there are no profiles in /c/config.toml; add one with `orgconn auth login`"
    );
}

#[test]
fn some_and_all_profiles_exclude_each_other_at_the_same_rank() {
    let both = AccountFlags {
        all_profiles: true,
        ..chosen(&["hub"])
    };
    assert_eq!(
        resolve_in(FILE, &both, &[]).unwrap_err(),
        "--profile and --all-profiles exclude each other"
    );
    let variables = [("ORGCONN_PROFILE", "hub"), ("ORGCONN_ALL_PROFILES", "true")];
    assert_eq!(
        resolve_in(FILE, &AccountFlags::default(), &variables).unwrap_err(),
        "ORGCONN_PROFILE and ORGCONN_ALL_PROFILES exclude each other"
    );
}

#[tokio::test]
async fn a_profile_without_credentials_does_not_stop_the_others() {
    let accounts = resolve_in(FILE, &chosen(&["bare", "hub"]), &[]).unwrap();
    assert_eq!(
        accounts[0].credentials.description().unwrap(),
        "profile bare"
    );
    assert!(
        accounts[0]
            .credentials
            .read(Duration::from_secs(20))
            .await
            .is_err()
    );
}

#[test]
fn trust_adds_up() {
    let flags = AccountFlags {
        trust_host: vec!["flag.test".to_owned()],
        ..chosen(&["hub"])
    };
    let variables = [("ORGCONN_TRUST_HOST", "a.test,b.test")];
    let hosts = |flags: &AccountFlags| one(FILE, flags, &variables).unwrap().trusted_hosts;
    assert_eq!(hosts(&flags), ["everywhere.test", "flag.test", "hub.test"]);
    assert_eq!(
        hosts(&chosen(&["hub"])),
        ["a.test", "b.test", "everywhere.test", "hub.test"]
    );
}

/// The names of the candidates, and of every profile.
fn other_names(flags: &AccountFlags, variables: &[(&str, &str)]) -> [Vec<String>; 2] {
    let environment = Environment::from_pairs(variables.iter().copied());
    let file = file(&format!("default_profile = \"hub\"\n{FILE}"));
    let settings = Settings::new(flags, &environment, &file);
    let candidates = settings.accounts(true).unwrap();
    let every_profile = settings.every_profile().unwrap();
    [candidates, every_profile]
        .map(|accounts| names(&accounts).into_iter().map(str::to_owned).collect())
}

#[test]
fn every_profile_is_a_candidate_unless_something_else_is_chosen() {
    let all = ["hub", "payments", "bare"].map(str::to_owned).to_vec();
    let named = vec!["bare".to_owned()];
    let none = AccountFlags::default();
    assert_eq!(other_names(&none, &[]), [all.clone(), all.clone()]);
    assert_eq!(other_names(&chosen(&["bare"]), &[]), [named, all.clone()]);
    assert_eq!(other_names(&none, &DD), [Vec::new(), all]);
}

#[test]
fn the_default_profile_is_known_as_such_however_it_is_chosen() {
    let text = format!("default_profile = \"hub\"\n{FILE}");
    let is_default = |flags| {
        let accounts = resolve_in(&text, &flags, &[]).unwrap();
        accounts
            .iter()
            .map(|account| account.is_default)
            .collect::<Vec<_>>()
    };
    assert_eq!(is_default(AccountFlags::default()), [true]);
    assert_eq!(is_default(chosen(&["bare", "hub"])), [false, true]);
}
