use super::*;

const VALIDATE: &str = "/api/v1/validate";
const VALIDATE_KEYS: &str = "/api/v2/validate_keys";

/// Gets a path with these headers.
fn get(api: &Api, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let request = api.request(Method::GET, path);
    api.exchange(headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    }))
}

const API_KEY: &str = "DD-API-KEY";
const APP_KEY: &str = "DD-APPLICATION-KEY";
const AUTHORIZATION: &str = "Authorization";

#[test]
fn missing_credentials_are_unauthorized() {
    let api = Api::sample();
    let paths = [
        CONNECTIONS,
        "/api/v2/org",
        "/api/v2/current_user",
        VALIDATE_KEYS,
    ];
    let headers: [&[_]; 4] = [
        &[],
        &[(API_KEY, "sandbox-api-key-hub")],
        &[(APP_KEY, "sandbox-app-key-hub")],
        &[(AUTHORIZATION, "Basic c2FuZGJveA==")],
    ];
    for path in paths {
        for headers in headers {
            let answer = get(&api, path, headers);
            assert_eq!(answer, refusal(401, "Unauthorized"), "{path}");
        }
    }
}

#[test]
fn wrong_or_mismatched_credentials_are_forbidden() {
    let api = Api::sample();
    let headers: [&[_]; 4] = [
        &[(API_KEY, "test-api-key"), (APP_KEY, "sandbox-app-key-hub")],
        &[(API_KEY, "sandbox-api-key-hub"), (APP_KEY, "test-app-key")],
        &[
            (API_KEY, "sandbox-api-key-hub"),
            (APP_KEY, "sandbox-app-key-retail-us"),
        ],
        &[(AUTHORIZATION, "Bearer test-token")],
    ];
    for headers in headers {
        assert_eq!(get(&api, CONNECTIONS, headers), refusal(403, "Forbidden"));
    }
}

#[test]
fn keys_in_the_url_are_no_keys() {
    let query = "api_key=sandbox-api-key-hub&application_key=sandbox-app-key-hub";
    let answer = get(&Api::sample(), &format!("{CONNECTIONS}?{query}"), &[]);
    assert_eq!(answer, refusal(401, "Unauthorized"));
}

#[test]
fn a_bearer_token_stands_for_both_keys() {
    let api = Api::sample();
    for profile in profiles() {
        let bearer = format!("Bearer {}", profile.token);
        let with_token = get(&api, CONNECTIONS, &[(AUTHORIZATION, &bearer)]);
        assert_eq!(with_token, api.get(profile.name, CONNECTIONS));
        assert_eq!(with_token.0, 200);
    }
}

#[test]
fn the_api_key_alone_is_validated() {
    let api = Api::sample();
    let good = get(&api, VALIDATE, &[(API_KEY, "sandbox-api-key-hub")]);
    assert_eq!(good, (200, r#"{"valid":true}"#.to_owned()));
    assert_eq!(get(&api, VALIDATE, &[]), refusal(403, "Forbidden"));
    let wrong = get(&api, VALIDATE, &[(API_KEY, "test-api-key")]);
    assert_eq!(wrong, refusal(403, "Forbidden"));
}

#[test]
fn both_keys_are_validated_together() {
    let api = Api::sample();
    let good = api.get("auditor", VALIDATE_KEYS);
    assert_eq!(good, (200, r#"{"status":"ok"}"#.to_owned()));
    let wrong = [(API_KEY, "sandbox-api-key-hub"), (APP_KEY, "test-app-key")];
    assert_eq!(get(&api, VALIDATE_KEYS, &wrong), refusal(403, "Forbidden"));
}
