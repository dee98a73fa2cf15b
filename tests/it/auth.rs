//! `auth login`, `logout` and `status`.

mod status;

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::harness::{
    API_KEY, APP_KEY, Api, Flaky, Profiles, Reply, World, current_user, finished, uuid,
};

const FILE: &str = "xdg_config_home/orgconn/config.toml";
const KEYS: &str = "test-api-key\ntest-app-key\n";

fn good_keys(api: &Api, org: u128) {
    api.get("/api/v2/validate_keys", &json!({"status": "ok"}))
        .get("/api/v2/current_user", &current_user(org));
}

fn config(world: &World) -> String {
    std::fs::read_to_string(world.home().join(FILE)).unwrap_or_default()
}

fn login(api: &Api) -> Vec<String> {
    let arguments = [
        "auth",
        "login",
        "--profile=hub",
        "--to-file=keys",
        "--api-url",
    ];
    let mut arguments = arguments.map(str::to_owned).to_vec();
    arguments.push(api.url());
    arguments
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn good_keys_are_kept_in_files_that_the_profile_names_with_its_org() {
    let api = Api::new();
    let user = ResponseTemplate::new(200).set_body_json(current_user(1));
    api.get("/api/v2/validate_keys", &json!({"status": "ok"}))
        .expect("GET", "/api/v2/current_user", None, user, 2);
    let world = World::bare();
    let done = world.run_with_input(login(&api), KEYS).code(0);
    assert_eq!(
        done.stderr,
        format!(
            "the profile `hub` is logged in as Pipeline, in the org {}\n",
            uuid(1)
        )
    );
    let home = world.home().canonicalize().unwrap();
    let kept = |key: &str| home.join(format!("keys.orgconn-{key}"));
    assert_eq!(
        config(&world),
        format!(
            "[profiles.hub]\napi_url = \"{}\"\norg = \"{}\"\napi_key = {{ file = \"{}\" }}\napp_key = {{ file = \"{}\" }}\n",
            api.url(),
            uuid(1),
            kept("api-key").display(),
            kept("app-key").display(),
        )
    );
    for (key, secret) in [("api-key", API_KEY), ("app-key", APP_KEY)] {
        assert_eq!(std::fs::read_to_string(kept(key)).unwrap(), secret);
        #[cfg(unix)]
        assert_eq!(mode(&kept(key)), 0o600);
    }
    // The stored keys can be used.
    let api_again = &api;
    api_again.get(
        "/api/v2/org_connections?limit=1000&offset=0",
        &crate::harness::page(&[], 0),
    );
    world.run(["list", "--profile=hub", "-oid"]).quiet_success();
}

#[test]
fn a_first_login_makes_the_default_profile() {
    let api = Api::new();
    good_keys(&api, 1);
    let world = World::bare().with("ORGCONN_API_URL", &api.url());
    world
        .run_with_input(["auth", "login", "--to-file=keys"], KEYS)
        .code(0);
    let config = config(&world);
    assert!(config.contains("default_profile = \"default\""), "{config}");
    // The profile ignores the variable that the URL came from, so it stores the URL.
    assert!(
        config.contains(&format!("api_url = \"{}\"", api.url())),
        "{config}"
    );
}

#[test]
fn bad_keys_are_kept_nowhere() {
    let api = Api::new();
    let refused = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.expect("GET", "/api/v2/validate_keys", None, refused, 1);
    let world = World::bare();
    let failed = world.run_with_input(login(&api), KEYS).code(4);
    assert!(
        failed.stderr.starts_with("error: nothing was stored: "),
        "{}",
        failed.stderr
    );
    assert_eq!(config(&world), "");
    assert_eq!(kept_files(&world), 0);
}

fn kept_files(world: &World) -> usize {
    let entries = std::fs::read_dir(world.home()).unwrap();
    entries
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .contains("orgconn-")
        })
        .count()
}

#[test]
fn keys_of_another_org_than_the_profiles_are_kept_nowhere() {
    let api = Api::new();
    good_keys(&api, 9);
    let world = Profiles::new("").with("hub", &api, Some(1)).world();
    let before = config(&world);
    let failed = world
        .run_with_input(["auth", "login", "--profile=hub", "--to-file=keys"], KEYS)
        .code(2);
    assert!(
        failed.stderr.contains(&uuid(9)) && failed.stderr.contains(&uuid(1)),
        "{}",
        failed.stderr
    );
    assert_eq!(config(&world), before);
    assert_eq!(kept_files(&world), 0);
}

#[test]
fn nothing_is_written_over_and_nothing_is_asked_before_that_is_known() {
    let api = Api::new();
    let world = World::bare();
    world.file("keys.orgconn-app-key", "somebody's");
    let failed = world.run_with_input(login(&api), KEYS).code(2);
    assert!(
        failed.stderr.contains("not written over"),
        "{}",
        failed.stderr
    );
    assert_eq!(kept_files(&world), 1);
}

#[test]
#[cfg(not(feature = "keyring"))]
fn without_a_keychain_the_other_sources_are_named_and_nothing_is_asked() {
    let api = Api::new();
    let world = World::bare();
    let login = ["auth", "login", "--api-url", &api.url()];
    let failed = world.run_with_input(login, KEYS).code(2);
    for way in ["--to-file", "--api-key-env", "--api-key-command"] {
        assert!(failed.stderr.contains(way), "{}", failed.stderr);
    }
    assert_eq!(config(&world), "");
}

#[test]
fn what_is_piped_in_must_be_the_keys_and_is_never_repeated() {
    let api = Api::new();
    for input in [
        "",
        "test-secret\n",
        "test-secret\n\ntest-secret\n",
        "a\nb\nc\n",
        "test-secret x\ntest-secret\n",
    ] {
        let world = World::bare();
        let failed = world.run_with_input(login(&api), input).code(2);
        assert!(!failed.stderr.contains("test-secret"), "{}", failed.stderr);
        assert_eq!(kept_files(&world), 0);
    }
}

#[test]
fn a_logout_deletes_what_the_login_kept_and_leaves_the_profile() {
    let api = Api::new();
    good_keys(&api, 1);
    let world = World::bare();
    world.run_with_input(login(&api), KEYS).code(0);
    world.run(["auth", "logout", "--profile=hub"]).code(0);
    assert_eq!(kept_files(&world), 0);
    assert_eq!(
        config(&world),
        format!(
            "[profiles.hub]\napi_url = \"{}\"\norg = \"{}\"\n",
            api.url(),
            uuid(1)
        )
    );
    let failed = world.run(["list", "--profile=hub"]).code(2);
    assert!(
        failed.stderr.contains("it has no credentials"),
        "{}",
        failed.stderr
    );
}

#[test]
fn a_logout_leaves_keys_of_another_origin_where_they_are() {
    let world = World::bare();
    let key = world.file("my-key", "test-token");
    let line = format!("access_token = {{ file = \"{}\" }}", key.display());
    world.file(FILE, &format!("[profiles.hub]\n{line}\n"));
    let done = world.run(["auth", "logout", "--profile=hub"]).code(0);
    assert!(done.stderr.contains("is left as it is"), "{}", done.stderr);
    assert!(key.exists());
    assert_eq!(config(&world), "[profiles.hub]\n");
}

#[test]
fn the_sandbox_needs_no_login() {
    for action in ["login", "logout"] {
        let refused = World::sandbox().run(["auth", action]).code(2);
        assert!(
            refused.stderr.contains("need no login"),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn logins_at_once_are_all_kept() {
    let api = Flaky::always(|| Reply::json(&current_user(1)));
    let world = World::bare();
    let names: Vec<_> = (0..8).map(|number| format!("p{number}")).collect();
    let running: Vec<_> = names
        .iter()
        .map(|name| {
            let files = format!("--to-file={name}");
            let profile = format!("--profile={name}");
            let arguments = [
                "auth",
                "login",
                "--token",
                "--api-url",
                api.url(),
                &files,
                &profile,
            ];
            let mut command = world.command(arguments);
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child
                .stdin
                .take()
                .unwrap()
                .write_all(b"test-token\n")
                .unwrap();
            child
        })
        .collect();
    for child in running {
        finished(child.wait_with_output().unwrap()).code(0);
    }
    let listed = world.run(["profile", "list", "--sort=name", "-oid"]);
    assert_eq!(listed.quiet_success().lines().collect::<Vec<_>>(), names);
}
