//! No secret is ever shown or written down, whatever the server does with it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{Finished, Flaky, Reply, World, connection, org_list, page, uuid};

const SECRETS: [&str; 2] = [
    "test-api-key-0123456789abcdef",
    "test-app-key-fedcba9876543210",
];
const TOKEN: &str = "test-access-token-0123456789";
const FILE: &str = "connections: [{source: Retail, destination: Hub, types: [logs]}]";
const FORMATS: [&str; 7] = ["table", "json", "jsonl", "yaml", "csv", "tsv", "id"];

/// Every command that talks to the API.
fn commands() -> Vec<Vec<String>> {
    let (id, org) = (uuid(50), uuid(2));
    [
        "list --source=Retail".to_owned(),
        "list".to_owned(),
        format!("get {id}"),
        format!("create {org} --type=logs"),
        "create Retail --type=logs".to_owned(),
        format!("update {id} --type=audit"),
        format!("delete {id} --yes"),
        "orgs".to_owned(),
        format!("check --destination={org} --type=logs"),
        "check -f orgconn.yaml".to_owned(),
        "plan -f orgconn.yaml".to_owned(),
        "apply -f orgconn.yaml --yes".to_owned(),
        "auth status".to_owned(),
        "export -o yaml".to_owned(),
        "export -o terraform".to_owned(),
        "graph -o tree".to_owned(),
        "graph -o svg".to_owned(),
        "audit".to_owned(),
    ]
    .iter()
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .collect()
}

fn with_keys(url: &str) -> World {
    World::talking_to(url)
        .with("DD_API_KEY", SECRETS[0])
        .with("DD_APP_KEY", SECRETS[1])
}

/// Requires that no secret is in the output, or in any file of this world.
#[track_caller]
fn nothing_shows(world: &World, finished: &Finished, secrets: &[&str]) {
    let mut texts = vec![finished.stdout.clone(), finished.stderr.clone()];
    read_all(world.home(), &mut texts);
    for text in texts {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in: {text}");
            // A part of a secret must not be shown either.
            assert!(
                !text.contains(&secret[..12]),
                "the beginning of {secret} in: {text}"
            );
            assert!(
                !text.contains(&secret[9..]),
                "the end of {secret} in: {text}"
            );
        }
    }
}

fn read_all(directory: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, texts);
        } else {
            texts.push(String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
        }
    }
}

/// Runs every command, in some of the formats, against a server that does this with each request. No output may contain
/// a secret.
#[track_caller]
fn every_command_keeps_its_secrets(turn: fn() -> Reply) {
    let api = Flaky::always(turn);
    for (number, command) in commands().into_iter().enumerate() {
        // Each command runs in three formats, which differ between commands: all pairs would take too long.
        for format in FORMATS.iter().cycle().skip(number).take(3) {
            let world = with_keys(api.url());
            world.file("orgconn.yaml", FILE);
            let mut words = command.clone();
            words.extend(["-vv", "--max-retries=0"].map(str::to_owned));
            if !command.contains(&"-o".to_owned()) {
                words.extend(["-o", format].map(str::to_owned));
            }
            let finished = world.run(words);
            assert_ne!(finished.code, 0, "{}", finished.stdout);
            nothing_shows(&world, &finished, &SECRETS);
        }
    }
    let sent = api.requests().concat();
    assert!(SECRETS.iter().all(|secret| sent.contains(secret)));
}

#[test]
fn a_login_that_is_refused_keeps_what_it_was_given_to_itself() {
    for turn in [
        || Reply::Echo("403 Forbidden", String::new()),
        || Reply::Echo("200 OK", String::new()),
    ] {
        let api = Flaky::always(turn);
        let world = World::bare();
        let login = [
            "auth",
            "login",
            "--profile=a",
            "--to-file=a",
            "-vv",
            "--max-retries=0",
        ];
        let login = login.into_iter().chain(["--api-url", api.url()]);
        let input = format!("{}\n{}\n", SECRETS[0], SECRETS[1]);
        let refused = world.run_with_input(login, &input);
        assert_ne!(refused.code, 0, "{}", refused.stdout);
        assert!(
            api.requests().concat().contains(SECRETS[0]),
            "{}",
            refused.stderr
        );
        nothing_shows(&world, &refused, &SECRETS);
    }
}

#[test]
fn a_server_that_fails_shows_none() {
    every_command_keeps_its_secrets(|| Reply::refused(500, "trouble"));
}

#[test]
fn a_server_that_sends_the_request_back_shows_none() {
    every_command_keeps_its_secrets(|| Reply::Echo("400 Bad Request", String::new()));
    every_command_keeps_its_secrets(|| Reply::Echo("403 Forbidden", String::new()));
}

#[test]
fn a_server_that_answers_with_the_request_shows_none() {
    every_command_keeps_its_secrets(|| Reply::Echo("200 OK", String::new()));
}

#[test]
fn a_server_that_has_the_keys_in_its_errors_shows_none() {
    every_command_keeps_its_secrets(|| {
        let [api_key, app_key] = SECRETS;
        let detail = format!("the key \"{app_key}\" is none of\n{api_key}'s");
        let errors = json!([
            format!("bad key {api_key}"),
            {"status": "403", "title": app_key, "detail": detail},
        ]);
        Reply::Answer(403, json!({ "errors": errors }).to_string())
    });
    every_command_keeps_its_secrets(|| {
        let body = json!({"request": {"headers": [["dd-api-key", SECRETS[0]], [SECRETS[1]]]}});
        Reply::Answer(422, body.to_string())
    });
}

/// A secret as a server may write it.
fn written(secret: &str) -> Vec<String> {
    let (first, rest) = secret.split_at(14);
    vec![
        secret.to_uppercase(),
        secret.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        secret.replace('-', "%2d"),
        format!("{first}\0{rest}"),
        format!("{first}\u{200b}{rest}"),
    ]
}

#[test]
fn a_secret_is_struck_out_however_the_server_writes_it() {
    let encoded = STANDARD.encode(SECRETS[1]);
    let errors = [written(SECRETS[1]), vec![encoded.clone()]].concat();
    let body = json!({ "errors": errors }).to_string();
    for body in [body.clone(), body.replace('f', "\\u0066")] {
        let api = Flaky::always(move || Reply::Answer(400, body.clone()));
        let refused = with_keys(api.url()).run(["list"]).code(1);
        // The last character and the padding have a few bits of the last byte only.
        let struck = ["***; ".repeat(5), format!("***{}", &encoded[38..])].concat();
        assert_eq!(
            refused.messages(api.url()),
            format!("error: GET /api/v2/org_connections at HOST: 400 Bad Request: {struck}\n")
        );
    }
}

#[test]
fn a_secret_in_a_name_is_neither_shown_nor_stored() {
    for name in written(SECRETS[1]) {
        let mut made = connection(50, 1, 2, &["logs"]);
        for end in ["source_org", "sink_org"] {
            made["relationships"][end]["data"]["name"] = json!(name);
        }
        let listed = page(&[made.clone()], 1);
        let api = Flaky::always(move || Reply::json(&listed));
        for format in ["json", "csv"] {
            let world = with_keys(api.url());
            let shown = world.run(["list", "-o", format]).code(0);
            assert_eq!(shown.stdout.matches("***").count(), 2, "{}", shown.stdout);
            nothing_shows(&world, &shown, &[&name]);
        }
        let made = json!({"data": made});
        let api = Flaky::always(move || Reply::json(&made));
        let world = with_keys(api.url());
        let created = world
            .run(["create", &uuid(2), "--type=logs", "-vv"])
            .code(0);
        nothing_shows(&world, &created, &[&name]);
    }
}

#[test]
fn a_page_of_a_gateway_with_the_keys_in_it_shows_none() {
    every_command_keeps_its_secrets(|| {
        let page = format!("<html>{} and {}</html>", SECRETS[0], SECRETS[1]);
        Reply::AnswerWith(
            "503 Service Unavailable",
            "x-ratelimit-reset: 1\r\n".into(),
            page,
        )
    });
}

#[test]
fn an_answer_that_is_cut_short_shows_none() {
    every_command_keeps_its_secrets(|| Reply::CutShort(format!("{} {}", SECRETS[0], SECRETS[1])));
    every_command_keeps_its_secrets(|| {
        // The program cuts long messages: this one is cut in the middle of a key.
        Reply::Answer(400, format!("{}{}", "x".repeat(265), SECRETS[0]))
    });
}

#[test]
fn a_redirect_and_headers_with_the_keys_in_them_show_none() {
    every_command_keeps_its_secrets(|| {
        let [api_key, app_key] = SECRETS;
        let location = format!("location: https://{api_key}.example/?{app_key}\r\n");
        Reply::AnswerWith("302 Found", location, String::new())
    });
    every_command_keeps_its_secrets(|| {
        let headers = format!(
            "x-ratelimit-remaining: {}\r\nx-ratelimit-reset: {}\r\nretry-after: {}\r\n",
            SECRETS[0], SECRETS[0], SECRETS[1]
        );
        Reply::AnswerWith("429 Too Many Requests", headers, String::new())
    });
}

#[test]
fn a_token_is_kept_as_well() {
    let api = Flaky::always(|| Reply::Echo("401 Unauthorized", String::new()));
    for command in commands() {
        let world = World::bare()
            .with("ORGCONN_API_URL", api.url())
            .with("DD_ACCESS_TOKEN", TOKEN);
        world.file("orgconn.yaml", FILE);
        let mut words = command;
        words.push("-vv".to_owned());
        let finished = world.run(words).code(4);
        nothing_shows(&world, &finished, &[TOKEN]);
    }
    assert!(api.requests()[0].contains(TOKEN));
}

#[test]
fn what_is_too_short_for_a_key_is_not_struck_out() {
    let api = Flaky::always(|| Reply::refused(400, "the keys k and longer-key are not known"));
    let world = World::talking_to(api.url())
        .with("DD_API_KEY", "k")
        .with("DD_APP_KEY", "longer-key");
    let refused = world.run(["list"]).code(1);
    assert!(
        refused.stderr.contains("the keys k and *** are not known"),
        "{}",
        refused.stderr
    );
}

#[test]
fn success_writes_none_into_the_history() {
    let made = json!({"data": connection(50, 1, 2, &["logs"])});
    let api = Flaky::new([Reply::json(&org_list(1, &[1, 2])), Reply::json(&made)]);
    let world = with_keys(api.url());
    let finished = world.run(["create", "Org 2", "--type=logs", "-vv"]).code(0);
    nothing_shows(&world, &finished, &SECRETS);
    assert!(
        world
            .home()
            .join("xdg_state_home/orgconn/history.jsonl")
            .exists()
    );
}

#[test]
fn no_flag_takes_a_secret_and_no_environment_value_is_in_the_help() {
    let world = with_keys("http://127.0.0.1:9").with("ORGCONN_OUTPUT", "json");
    let mut commands = vec![vec![]];
    commands.extend(
        [
            "list", "get", "create", "update", "delete", "check", "orgs", "sandbox",
        ]
        .map(|word| vec![word]),
    );
    for mut words in commands {
        words.push("--help");
        let help = world.run(&words).code(0);
        nothing_shows(&world, &help, &SECRETS);
        for line in help.stdout.lines().map(str::trim_start) {
            let flag = line.split([' ', '=', '<']).next().unwrap_or_default();
            let secret = ["key", "token", "secret", "password", "credential"];
            let takes_one = flag.starts_with('-') && secret.iter().any(|word| flag.contains(word));
            assert!(!takes_one, "{line}");
        }
    }
    let listed = page(&[], 0);
    let api = Flaky::always(move || Reply::json(&listed));
    let refused = with_keys(api.url()).run(["list", "--api-key", "x"]).code(2);
    assert!(refused.stderr.contains("unexpected argument '--api-key'"));
}

#[test]
fn a_key_in_the_place_of_an_argument_or_a_setting_is_not_shown() {
    let key = "0123456789abcdef".repeat(2);
    for (arguments, variable, value) in [
        (vec!["list", &key], "DD_SITE", "eu"),
        (vec!["list", "--timeout", &key], "DD_SITE", "eu"),
        (vec!["list", "--site", &key], "DD_SITE", "eu"),
        (vec!["list", "--api-url", &key], "DD_SITE", "eu"),
        (vec!["list", "--profile", &key], "DD_SITE", "eu"),
        (vec!["profile", "show", &key], "DD_SITE", "eu"),
        (vec!["profile", "add", &key], "DD_SITE", "eu"),
        (vec!["list"], "ORGCONN_SITE", &key),
        (vec!["list"], "ORGCONN_API_URL", &key),
        (vec!["list"], "ORGCONN_PROFILE", &key),
        (vec!["list"], "ORGCONN_TIMEOUT", &key),
        (vec!["list"], "ORGCONN_OUTPUT", &key),
    ] {
        let world = with_keys("http://127.0.0.1:9").with(variable, value);
        let refused = world.run(&arguments).code(2);
        nothing_shows(&world, &refused, &[&key]);
    }
}
