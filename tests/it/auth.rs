//! `auth login`, `logout` and `status`.

mod rotation;
mod status;

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::harness::{
    API_KEY, APP_KEY, Api, Flaky, Profiles, Reply, World, current_user, finished, org_list, page,
    uuid,
};

const FILE: &str = "xdg_config_home/orgconn/config.toml";
const KEYS: &str = "test-api-key\ntest-app-key\n";

/// Good keys of this org, which may write.
pub(crate) fn good_keys(api: &Api, org: u128) {
    api.get("/api/v2/validate_keys", &json!({"status": "ok"}))
        .get("/api/v2/current_user", &current_user(org))
        .get("/api/v2/org", &org_list(org, &[org]))
        .get("/api/v2/org_connections?limit=1&offset=0", &page(&[], 0))
        .permit_writes();
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
        .expect("GET", "/api/v2/current_user", None, user, 2)
        .get("/api/v2/org", &org_list(1, &[1]))
        .get("/api/v2/org_connections?limit=1&offset=0", &page(&[], 0))
        .permit_writes();
    let world = World::bare();
    let arguments = login(&api).into_iter().chain(["-oyaml".to_owned()]);
    let done = world.run_with_input(arguments, KEYS).code(0);
    let home = world.home().canonicalize().unwrap();
    let kept = |key: &str| home.join(format!("keys.orgconn-{key}"));
    let [api_key, app_key] = ["api-key", "app-key"].map(|key| kept(key).display().to_string());
    assert_eq!(
        done.stderr,
        format!(
            "the profile `hub` is logged in as Pipeline, in the org Org 1\n\
             stored the API key in the file {api_key}, which nobody else may read\n\
             stored the application key in the file {app_key}, which nobody else may read\n\
             `hub` is the default profile now, which is used where none is chosen\n"
        )
    );
    let row = format!(
        "items:\n- profile: hub\n  site: {}\n  org:\n    id: {}\n    name: Org 1\n",
        api.url(),
        uuid(1)
    );
    assert!(done.stdout.contains(&row), "{}", done.stdout);
    assert_eq!(
        config(&world),
        format!(
            "default_profile = \"hub\"\n\n[profiles.hub]\napi_url = \"{}\"\norg = \"{}\"\n\
             api_key = {{ file = \"{api_key}\" }}\napp_key = {{ file = \"{app_key}\" }}\n",
            api.url(),
            uuid(1),
        )
    );
    for (key, secret) in [("api-key", API_KEY), ("app-key", APP_KEY)] {
        assert_eq!(std::fs::read_to_string(kept(key)).unwrap(), secret);
        #[cfg(unix)]
        assert_eq!(mode(&kept(key)), 0o600);
    }
    // The stored keys can be used.
    let api_again = &api;
    api_again.get("/api/v2/org_connections?limit=1000&offset=0", &page(&[], 0));
    world.run(["list", "-oid"]).quiet_success();
}

#[test]
#[cfg(not(feature = "keyring"))]
fn without_a_keychain_the_keys_are_in_a_directory_of_the_owner_alone() {
    let api = Api::new();
    good_keys(&api, 1);
    let world = World::bare().with("ORGCONN_API_URL", &api.url());
    let done = world.run_with_input(["auth", "login"], KEYS).code(0);
    let directory = world.home().join("xdg_config_home/orgconn/keys");
    let api_key = directory.join("default.orgconn-api-key");
    assert_eq!(std::fs::read_to_string(&api_key).unwrap(), API_KEY);
    assert!(
        done.stderr.contains("keys/default.orgconn-api-key"),
        "{}",
        done.stderr
    );
    #[cfg(unix)]
    assert_eq!((mode(&api_key), mode(&directory)), (0o600, 0o700));
    world.run(["auth", "logout"]).code(0);
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), 0);
}

#[test]
#[cfg(unix)]
fn where_nothing_can_be_stored_nothing_is_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::bare();
    let directory = world.file("xdg_config_home/orgconn/keys/x", "");
    let directory = directory.parent().unwrap();
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
    let failed = world.run(["auth", "login"]).code(2);
    assert_eq!(
        failed.stderr,
        format!(
            "error: others may open the directory {0}, which is for secrets; run `chmod 700 {0}`\n",
            directory.display()
        )
    );
    // A file stands where the directory should be.
    let world = World::bare();
    world.file("xdg_config_home/orgconn", "");
    let failed = world.run(["auth", "login"]).code(2);
    assert!(failed.stderr.contains("orgconn"), "{}", failed.stderr);
    assert!(
        !failed.stderr.contains("standard input"),
        "{}",
        failed.stderr
    );
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

/// The error of a login with keys that the API refuses, with `HOST` for its host. `api_key` is the answer for the API key
/// alone.
fn refused_login(api_key: ResponseTemplate) -> String {
    let api = Api::new();
    let refused = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.expect("GET", "/api/v2/validate_keys", None, refused, 1)
        .expect("GET", "/api/v1/validate", None, api_key, 1);
    let world = World::bare();
    let failed = world.run_with_input(login(&api), KEYS).code(4);
    assert_eq!(config(&world), "");
    assert_eq!(kept_files(&world), 0);
    failed.messages(&api.url())
}

#[test]
fn bad_keys_are_kept_nowhere_and_the_wrong_one_is_named() {
    let error = "error: nothing was stored: GET /api/v2/validate_keys at HOST: 403 Forbidden\n";
    let valid = ResponseTemplate::new(200).set_body_json(json!({"valid": true}));
    assert_eq!(
        refused_login(valid),
        format!(
            "{error}hint: the API key is valid at http://HOST; the application key is wrong or revoked, or of another \
             org\n"
        )
    );
    for (answer, wrong) in [(403, "the API key is"), (404, "the keys are")] {
        assert_eq!(
            refused_login(ResponseTemplate::new(answer)),
            format!("{error}hint: {wrong} wrong or revoked, or not of the server http://HOST\n")
        );
    }
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
fn keys_of_an_org_that_the_service_does_not_name_are_not_those_of_a_pinned_one() {
    let api = Api::new();
    let mut user = current_user(1);
    user["data"]["relationships"] = json!({});
    let refused = ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    api.get("/api/v2/validate_keys", &json!({"status": "ok"}))
        .get("/api/v2/current_user", &user)
        .expect("GET", "/api/v2/org", None, refused, 1)
        .get("/api/v2/org_connections?limit=1&offset=0", &page(&[], 0));
    let world = Profiles::new("").with("hub", &api, Some(1)).world();
    let before = config(&world);
    let failed = world
        .run_with_input(["auth", "login", "--profile=hub"], KEYS)
        .code(4);
    assert_eq!(
        failed.stderr,
        "error: nothing was stored: the service does not say which org these credentials belong to\n"
    );
    assert_eq!(config(&world), before);
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
fn a_secret_in_the_place_of_another_is_told_by_its_form_and_not_sent() {
    let (api_key, app_key) = ("0123456789abcdef".repeat(2), "01234567".repeat(5));
    let token = "ddpat_test";
    let api = Api::new();
    for (input, flag, message) in [
        (
            format!("{app_key}\n{api_key}\n"),
            None,
            "what was given as API key looks like an application key",
        ),
        (
            format!("{api_key}\n{api_key}\n"),
            None,
            "what was given as application key looks like an API key",
        ),
        (
            format!("{api_key}\n{token}\n"),
            None,
            "what was given as application key looks like an access token",
        ),
        (
            format!("{app_key}\n"),
            Some("--token".to_owned()),
            "what was given as access token looks like an application key",
        ),
        (
            format!("\"{api_key}\"\n{app_key}\n"),
            None,
            "nothing was stored: cannot read the secret from standard input, where the API key should be: the value has \
             quotes in it; give it without them",
        ),
    ] {
        let world = World::bare();
        let failed = world.run_with_input(login(&api).into_iter().chain(flag), &input);
        let failed = failed.code(2);
        assert!(
            failed.stderr.starts_with(&format!("error: {message}")),
            "{}",
            failed.stderr
        );
        assert!(!failed.stderr.contains("0123"), "{}", failed.stderr);
        assert_eq!(kept_files(&world), 0);
    }
}

#[test]
fn spaces_and_line_breaks_around_keys_are_no_part_of_them() {
    let api = Api::new();
    good_keys(&api, 1);
    let world = World::bare();
    let input = "\u{feff}\r\n  test-api-key \r\n\ttest-app-key\r\n\r\n";
    world.run_with_input(login(&api), input).code(0);
}

#[test]
fn a_login_without_permissions_says_which_are_missing() {
    let api = Api::new();
    let refused = || ResponseTemplate::new(403).set_body_json(json!({"errors": ["Forbidden"]}));
    let mut user = current_user(1);
    user["data"]["attributes"]["service_account"] = json!(false);
    user["data"]["attributes"]["name"] = json!("\u{1b}[31mDana");
    api.get("/api/v2/validate_keys", &json!({"status": "ok"}))
        .get("/api/v2/current_user", &user)
        .expect("GET", "/api/v2/org", None, refused(), 1)
        .expect(
            "GET",
            "/api/v2/org_connections?limit=1&offset=0",
            None,
            refused(),
            1,
        );
    let world = World::bare();
    let arguments = login(&api)
        .into_iter()
        .chain(["--columns=profile,user,kind,read,write".to_owned()]);
    let done = world.run_with_input(arguments, KEYS).code(0);
    let row = "hub      \\u{1b}[31mDana  person  no    no";
    assert!(done.stdout.contains(row), "{}", done.stdout);
    let messages: Vec<_> = done.stderr.lines().collect();
    assert_eq!(
        messages[0],
        format!(
            "the profile `hub` is logged in as \\u{{1b}}[31mDana, in the org {}",
            uuid(1)
        )
    );
    assert_eq!(
        messages[4..],
        [
            "hint: these are a person's keys, and connections are deleted with their creator's account: create them \
             with a service account's",
            "warning: these keys may not read connections: that takes the permission org_connections_read",
            "hint: these keys may not change connections: that takes the permission org_connections_write",
        ]
    );
}

#[test]
fn a_name_that_no_new_profile_may_have_is_refused_before_the_keys_are_read() {
    let world = Profiles::new("").with("hub", &Api::new(), Some(1)).world();
    for (name, message) in [
        ("Hub", "error: the profile `hub` already exists\n"),
        (
            " x",
            "error: the name of a profile must be a text without commas, control characters, and spaces at its ends, and not look like a key\n",
        ),
    ] {
        let failed = world.run(["auth", "login", "--profile", name]).code(2);
        assert_eq!(failed.stderr, message);
    }
}

#[test]
fn a_server_that_is_not_the_api_gets_nothing_stored() {
    // It sends the keys back, which no error may show.
    let page = || Reply::Echo("200 OK", "Content-Type: text/html\r\n".to_owned());
    let elsewhere = || {
        let header = "Location: http://127.0.0.1:9/\r\n".to_owned();
        Reply::AnswerWith("302 Found", header, String::new())
    };
    let servers = [Flaky::always(page), Flaky::always(elsewhere)];
    for server in servers {
        let world = World::bare();
        let arguments = [
            "auth",
            "login",
            "--profile=hub",
            "--to-file=keys",
            "--api-url",
            server.url(),
        ];
        let failed = world.run_with_input(arguments, KEYS).code(1);
        assert!(
            failed.stderr.starts_with("error: nothing was stored: GET "),
            "{}",
            failed.stderr
        );
        assert!(
            !failed.stderr.contains('\u{1b}') && !failed.stderr.contains(API_KEY),
            "{}",
            failed.stderr
        );
        assert_eq!(server.calls().len(), 1);
        assert_eq!((config(&world), kept_files(&world)), (String::new(), 0));
    }
    let world = World::bare();
    let arguments = [
        "auth",
        "login",
        "--profile=hub",
        "--api-url=https://api.datadoghq.com.example.com",
    ];
    let refused = world.run_with_input(arguments, KEYS).code(2);
    assert!(
        refused
            .stderr
            .contains("--trust-host api.datadoghq.com.example.com"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_logout_deletes_what_the_login_kept_and_leaves_the_profile() {
    let api = Api::new();
    good_keys(&api, 1);
    let world = World::bare();
    world.run_with_input(login(&api), KEYS).code(0);
    let home = world.home().canonicalize().unwrap();
    let done = world.run(["auth", "logout", "--profile=hub"]).code(0);
    assert_eq!(
        done.stderr,
        format!(
            "deleted the file {0}/keys.orgconn-api-key\ndeleted the file {0}/keys.orgconn-app-key\n\
             the profile `hub` stays, without keys\n",
            home.display()
        )
    );
    assert_eq!(kept_files(&world), 0);
    assert_eq!(
        config(&world),
        format!(
            "default_profile = \"hub\"\n\n[profiles.hub]\napi_url = \"{}\"\norg = \"{}\"\n",
            api.url(),
            uuid(1)
        )
    );
    let failed = world.run(["list", "--profile=hub"]).code(2);
    assert_eq!(
        failed.stderr,
        "error: cannot read the secret from profile hub: it has no credentials; `orgconn auth login --profile hub` asks \
         for them\n"
    );
    let again = world.run(["auth", "logout"]).code(0);
    assert!(
        again.stderr.starts_with("the profile `hub` has no keys\n"),
        "{}",
        again.stderr
    );
}

#[test]
fn a_logout_without_any_profile_says_so() {
    let world = World::bare();
    let refused = world.run(["auth", "logout"]).code(2);
    let told = refused.stderr;
    assert!(
        told.starts_with("error: there are no profiles in "),
        "{told}"
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
