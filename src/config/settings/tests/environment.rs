use super::*;

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
