use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::*;
use crate::config::{ConfigLocation, Credentials, MemoryKeychain};

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
    flags: &Flags,
    variables: &[(&str, &str)],
) -> Result<Vec<Target>, String> {
    let environment = Environment::from_pairs(variables.iter().copied()).unwrap();
    let keychain = Arc::new(MemoryKeychain::default());
    resolve(flags, &environment, &file(text), keychain).map_err(|error| error.to_string())
}

fn one(text: &str, flags: &Flags, variables: &[(&str, &str)]) -> Result<Target, String> {
    let mut targets = resolve_in(text, flags, variables)?;
    assert_eq!(targets.len(), 1);
    Ok(targets.remove(0))
}

fn chosen(names: &[&str]) -> Flags {
    Flags {
        profiles: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Flags::default()
    }
}

fn names(targets: &[Target]) -> Vec<&str> {
    targets
        .iter()
        .filter_map(|target| target.profile.as_deref())
        .collect()
}

const DD: [(&str, &str); 2] = [
    ("DD_API_KEY", "test-api-key"),
    ("DD_APP_KEY", "test-app-key"),
];

#[test]
fn a_chosen_profile_supplies_everything_and_says_what_it_ignores() {
    let variables = [
        DD[0],
        DD[1],
        ("DD_SITE", "us3.datadoghq.com"),
        ("DD_ACCESS_TOKEN", "test-token"),
        ("ORGCONN_SITE", "us5.datadoghq.com"),
        ("DATADOG_HOST", "https://api.datadoghq.com"),
    ];
    let target = one(FILE, &chosen(&["hub"]), &variables).unwrap();
    assert_eq!(target.profile.as_deref(), Some("hub"));
    assert_eq!(target.server.base_url(), "https://api.datadoghq.eu");
    assert_eq!(target.trusted_hosts, ["everywhere.test", "hub.test"]);
    assert!(target.pinned_org.is_some());
    // Not the one that the profile takes its token from.
    assert_eq!(
        target.ignored,
        [
            "ORGCONN_SITE",
            "DD_SITE",
            "DD_API_KEY",
            "DD_APP_KEY",
            "DATADOG_HOST"
        ]
    );
    let Credentials::Token(token) = target.credentials.read().unwrap() else {
        panic!("a token");
    };
    assert_eq!(token.expose_secret(), "test-token");
}

#[test]
fn a_site_beside_a_profile_is_an_error() {
    let flags = Flags {
        site: Some("datadoghq.com".to_owned()),
        ..chosen(&["hub"])
    };
    let expected = "--site does not go with the profile `hub`, which brings its own site and credentials; sources are never mixed";
    assert_eq!(one(FILE, &flags, &[]).unwrap_err(), expected);
    let unchosen = Flags {
        api_url: Some("http://127.0.0.1:1".to_owned()),
        ..Flags::default()
    };
    let default = format!("default_profile = \"hub\"\n{FILE}");
    let error = one(&default, &unchosen, &[]).unwrap_err();
    assert_eq!(error, expected.replace("--site", "--api-url"));
}

#[test]
fn a_value_that_the_parser_took_from_its_variable_is_no_flag() {
    let flags = Flags {
        profiles: vec!["hub".to_owned()],
        all_profiles: true,
        site: Some("datadoghq.com".to_owned()),
        ..Flags::default()
    };
    let variables = [
        ("ORGCONN_SITE", "datadoghq.com"),
        ("ORGCONN_ALL_PROFILES", "1"),
    ];
    let target = one(FILE, &flags, &variables).unwrap();
    assert_eq!(target.ignored, ["ORGCONN_ALL_PROFILES", "ORGCONN_SITE"]);
}

#[test]
fn profiles_are_chosen_in_the_order_of_their_naming_each_once() {
    let targets = resolve_in(FILE, &chosen(&["payments", "hub", "payments"]), &[]).unwrap();
    assert_eq!(names(&targets), ["payments", "hub"]);
    let by_variable = [("ORGCONN_PROFILE", "payments, hub")];
    let targets = resolve_in(FILE, &Flags::default(), &by_variable).unwrap();
    assert_eq!(names(&targets), ["payments", "hub"]);
    let targets = resolve_in(FILE, &chosen(&["bare"]), &by_variable).unwrap();
    assert_eq!(names(&targets), ["bare"]);
    assert_eq!(targets[0].ignored, ["ORGCONN_PROFILE"]);
}

#[test]
fn all_profiles_come_in_the_order_of_the_file() {
    let all = Flags {
        all_profiles: true,
        ..Flags::default()
    };
    let targets = resolve_in(FILE, &all, &[("ORGCONN_PROFILE", "hub")]).unwrap();
    assert_eq!(names(&targets), ["hub", "payments", "bare"]);
    assert_eq!(targets[0].ignored, ["ORGCONN_PROFILE"]);
    assert_eq!(
        resolve_in("", &all, &[]).unwrap_err(),
        "there are no profiles in /c/config.toml; add one with `orgconn profile add`"
    );
}

#[test]
fn some_and_all_profiles_exclude_each_other_at_the_same_rank() {
    let both = Flags {
        all_profiles: true,
        ..chosen(&["hub"])
    };
    assert_eq!(
        resolve_in(FILE, &both, &[]).unwrap_err(),
        "--profile and --all-profiles exclude each other"
    );
    let variables = [("ORGCONN_PROFILE", "hub"), ("ORGCONN_ALL_PROFILES", "true")];
    assert_eq!(
        resolve_in(FILE, &Flags::default(), &variables).unwrap_err(),
        "ORGCONN_PROFILE and ORGCONN_ALL_PROFILES exclude each other"
    );
}

#[test]
fn an_unknown_profile_is_an_error_with_those_that_exist() {
    assert_eq!(
        resolve_in(FILE, &chosen(&["hib"]), &[]).unwrap_err(),
        "no profile `hib`; there are: hub, payments, bare; did you mean hub?"
    );
}

#[test]
fn a_profile_without_credentials_does_not_stop_the_others() {
    let targets = resolve_in(FILE, &chosen(&["bare", "hub"]), &[]).unwrap();
    assert_eq!(targets[0].credentials.origin(), "profile bare");
    assert!(targets[0].credentials.read().is_err());
}

#[test]
fn credentials_of_the_environment_win_over_the_default_profile() {
    let text = format!("default_profile = \"hub\"\n{FILE}");
    let target = one(&text, &Flags::default(), &DD).unwrap();
    assert_eq!(target.profile, None);
    assert_eq!(target.server, Server::default());
    assert_eq!(target.ignored, ["default_profile"]);
    assert_eq!(target.credentials.origin(), "DD_API_KEY and DD_APP_KEY");
    let target = one(
        &text,
        &Flags::default(),
        &[("DD_SITE", "us3.datadoghq.com")],
    )
    .unwrap();
    assert_eq!(target.profile.as_deref(), Some("hub"));
    assert_eq!(target.ignored, ["DD_SITE"]);
}

#[test]
fn the_first_family_that_has_credentials_wins_and_a_token_before_keys() {
    let all = [
        DD[0],
        DD[1],
        ("DATADOG_API_KEY", "test-a"),
        ("DATADOG_APP_KEY", "test-b"),
        ("DD_ACCESS_TOKEN", "test-token"),
        ("ORGCONN_API_KEY", "test-c"),
        ("ORGCONN_APP_KEY", "test-d"),
    ];
    let origin = |variables: &[_]| {
        one("", &Flags::default(), variables)
            .unwrap()
            .credentials
            .origin()
    };
    assert_eq!(origin(&all), "ORGCONN_API_KEY and ORGCONN_APP_KEY");
    assert_eq!(origin(&all[..5]), "DD_ACCESS_TOKEN");
    assert_eq!(origin(&all[..4]), "DD_API_KEY and DD_APP_KEY");
    assert_eq!(origin(&all[2..4]), "DATADOG_API_KEY and DATADOG_APP_KEY");
}

#[test]
fn half_a_pair_names_the_missing_half() {
    assert_eq!(
        one("", &Flags::default(), &[DD[0], ("DD_APP_KEY", "")]).unwrap_err(),
        "DD_API_KEY is set, but not DD_APP_KEY, and both are needed (DD_APP_KEY is set, but empty); or choose a profile with --profile"
    );
    assert_eq!(
        one(
            "",
            &Flags::default(),
            &[("DATADOG_APP_KEY", "test-app-key")]
        )
        .unwrap_err(),
        "DATADOG_APP_KEY is set, but not DATADOG_API_KEY, and both are needed; or choose a profile with --profile"
    );
}

#[test]
fn keys_of_different_families_are_never_paired() {
    for variables in [
        [("ORGCONN_API_KEY", "test-a"), ("DD_APP_KEY", "test-b")],
        [("ORGCONN_API_KEY", "test-a"), ("DATADOG_APP_KEY", "test-b")],
    ] {
        assert_eq!(
            one("", &Flags::default(), &variables).unwrap_err(),
            format!(
                "ORGCONN_API_KEY and {} are of different families, and sources are never mixed; set ORGCONN_APP_KEY, or unset ORGCONN_API_KEY",
                variables[1].0
            )
        );
    }
}

#[test]
fn without_credentials_the_error_lists_what_to_set() {
    assert_eq!(
        one(
            FILE,
            &Flags::default(),
            &[("DD_API_KEY", ""), ("DD_APP_KEY", "")]
        )
        .unwrap_err(),
        "no credentials; set DD_API_KEY and DD_APP_KEY, or choose a profile with --profile, or try without an account with --sandbox (DD_API_KEY and DD_APP_KEY are set, but empty)"
    );
}

fn base_url(flags: &Flags, variables: &[(&str, &str)]) -> Result<String, String> {
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
    let flags = Flags {
        api_url: Some("http://127.0.0.1:8080/".to_owned()),
        ..Flags::default()
    };
    assert_eq!(base_url(&flags, &ranks).unwrap(), "http://127.0.0.1:8080");
    for (index, expected) in ["a", "b", "c"].iter().enumerate() {
        let url = base_url(&Flags::default(), &ranks[index..]).unwrap();
        assert_eq!(url, format!("https://api.{expected}.test"));
    }
    let url = base_url(&Flags::default(), &[("DATADOG_HOST", "api.datadoghq.eu")]);
    assert_eq!(url.unwrap(), "https://api.datadoghq.eu");
    let url = base_url(&Flags::default(), &[]);
    assert_eq!(url.unwrap(), "https://api.datadoghq.com");
}

#[test]
fn a_site_and_a_url_of_the_same_rank_must_agree() {
    let of_datadog = |url| [("DATADOG_SITE", "datadoghq.eu"), ("DATADOG_HOST", url)];
    let url = base_url(&Flags::default(), &of_datadog("https://api.datadoghq.eu/"));
    assert_eq!(url.unwrap(), "https://api.datadoghq.eu");
    assert_eq!(
        base_url(&Flags::default(), &of_datadog("https://api.datadoghq.com")).unwrap_err(),
        "DATADOG_SITE and DATADOG_HOST name different servers; set one of them"
    );
    let flags = Flags {
        site: Some("datadoghq.eu".to_owned()),
        api_url: Some("https://api.datadoghq.com".to_owned()),
        ..Flags::default()
    };
    assert_eq!(
        base_url(&flags, &[]).unwrap_err(),
        "--site and --api-url name different servers; set one of them"
    );
}

#[test]
fn a_site_that_is_none_is_an_error_that_names_where_it_was_given() {
    assert_eq!(
        base_url(&Flags::default(), &[("DD_SITE", "us3")]).unwrap_err(),
        "DD_SITE is no site; a site is a host name such as datadoghq.com"
    );
    assert!(
        base_url(&Flags::default(), &[("DATADOG_HOST", "ftp://x")])
            .unwrap_err()
            .starts_with("DATADOG_HOST is no API URL")
    );
}

#[test]
fn trust_adds_up() {
    let flags = Flags {
        trusted_hosts: vec!["flag.test".to_owned()],
        ..chosen(&["hub"])
    };
    let variables = [("ORGCONN_TRUST_HOST", "a.test,b.test")];
    let hosts = |flags: &Flags| one(FILE, flags, &variables).unwrap().trusted_hosts;
    assert_eq!(hosts(&flags), ["everywhere.test", "flag.test", "hub.test"]);
    assert_eq!(
        hosts(&chosen(&["hub"])),
        ["a.test", "b.test", "everywhere.test", "hub.test"]
    );
}
