use secrecy::ExposeSecret;

use super::*;
use crate::config::Credentials;

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
