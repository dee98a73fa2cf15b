use proptest::prelude::*;

use super::*;

#[test]
fn what_looks_like_a_key_in_place_of_its_source_is_refused_unseen() {
    let key = "0123456789abcdef0123456789abcdef";
    for source in [
        format!("env = \"{key}\""),
        format!("env = \"a{key}\""),
        format!("file = \"{key}\""),
        format!("command = [\"{key}\"]"),
        format!("{key} = true"),
    ] {
        let message = problems(&format!("[profiles.x]\naccess_token = {{ {source} }}"));
        assert!(!message.contains("0123456789"), "{message}");
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
    r#"api_key = { "S" = true }"#,
    r#"api_key = { S }"#,
    r#"api_key = { value = "S" }"#,
    r#"api_key = { env = ["S"] }"#,
    r#"api_key = { keyring = "S" }"#,
    r#"api_key = { command = "S" }"#,
    r#"api_key = { command = ["op", "S"], env = "X" }"#,
    r#"api_key = { file = { path = "S" } }"#,
    "api_key.value = \"S\"",
    "api_key = \"S\"\napi_key = \"S\"",
    "access_token = \"S\"\napi_key = \"S\"\napp_key = \"S\"",
    r#"api_kye = "S""#,
    r#"site = "S""#,
    r#"api_url = "https://u:S@api.datadoghq.com""#,
    r#"org = "S""#,
    r#"trusted_hosts = "S""#,
    "api_key: S",
    "S",
    "S = 1",
    "[profiles.y]\nS\nx",
];

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!("{error} {error:?}"));
        source = error.source();
    }
    text
}

proptest! {
    #[test]
    fn no_secret_in_the_wrong_place_is_ever_shown(
        secret in "[a-z]{4}[0-9]{4}[a-zA-Z0-9]{8,32}",
        misplaced in prop::sample::select(MISPLACED),
        before in prop::sample::select(vec!["", "# comment\n", "site = \"datadoghq.com\"\n"]),
    ) {
        let text = format!("[profiles.x]\n{before}{}\n", misplaced.replace('S', &secret));
        let error = parse(&text).expect_err(&text);
        prop_assert!(!chain(&error).contains(&secret), "{}", chain(&error));
        // Nor a part that is long enough to be of use.
        prop_assert!(!chain(&error).contains(&secret[..8]), "{}", chain(&error));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "[a-z\\[\\]{}=\"'.\\n#ä ]{0,60}") {
        let _ = parse(&text);
        let _ = parse(&format!("[profiles.x]\n{text}"));
    }
}
