//! A second login for a profile.
// With the keychain, the keys are not in files.
#![cfg(not(feature = "keyring"))]

use serde_json::json;

use crate::harness::{Flaky, Reply, World, current_user};

const FILE: &str = "xdg_config_home/orgconn/config.toml";

/// A server that answers every request as the user of org 1.
fn server() -> Flaky {
    let mut answer = current_user(1);
    answer["status"] = json!("ok");
    Flaky::always(move || Reply::json(&answer))
}

/// Logs in to the profile `hub` with these keys.
fn login(world: &World, api: &Flaky, keys: &str, code: i32) -> String {
    let arguments = ["auth", "login", "--profile=hub", "--api-url", api.url()];
    let done = world.run_with_input(arguments, keys).code(code);
    assert!(!done.stderr.contains("test-"), "{}", done.stderr);
    done.stderr
}

/// The names and the contents of the stored secrets.
fn stored(world: &World) -> Vec<(String, String)> {
    let directory = world.home().join("xdg_config_home/orgconn/keys");
    let entries = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn config(world: &World) -> String {
    std::fs::read_to_string(world.home().join(FILE)).unwrap()
}

fn keys(api_key: &str, app_key: &str) -> Vec<(String, String)> {
    keys_of("hub", api_key, app_key)
}

/// The files of a pair of keys, whose names begin with `prefix`.
fn keys_of(prefix: &str, api_key: &str, app_key: &str) -> Vec<(String, String)> {
    let file = |key: &str, secret: &str| (format!("{prefix}.orgconn-{key}"), secret.to_owned());
    vec![file("api-key", api_key), file("app-key", app_key)]
}

#[test]
fn new_keys_replace_the_old_ones_in_new_files() {
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-1\ntest-2\n", 0);
    let before = config(&world);
    let told = login(&world, &api, "test-3\ntest-4\n", 0);
    assert_eq!(stored(&world), keys_of("hub~2", "test-3", "test-4"));
    assert_eq!(config(&world).replace("hub~2", "hub"), before);
    assert!(!told.contains("default profile"), "{told}");
    let (logged_in, deleted) = told.split_once("deleted the file").unwrap();
    assert!(logged_in.contains("is logged in"), "{told}");
    assert_eq!(deleted.matches("deleted the file").count(), 1, "{told}");
    login(&world, &api, "test-5\ntest-6\n", 0);
    assert_eq!(stored(&world), keys("test-5", "test-6"));
    assert_eq!(config(&world), before);
}

#[test]
fn logins_at_the_same_time_leave_the_keys_of_one_of_them() {
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-0\ntest-0\n", 0);
    let arguments = ["auth", "login", "--profile=hub", "--api-url", api.url()];
    std::thread::scope(|scope| {
        for number in 1..=6 {
            let world = &world;
            scope.spawn(move || {
                let keys = format!("test-{number}\ntest-{number}\n");
                world.run_with_input(arguments, &keys).code(0);
            });
        }
    });
    let files = stored(&world);
    let [(api_key, one), (app_key, other)] = &files[..] else {
        panic!("{files:?}");
    };
    assert_eq!(one, other);
    let config = config(&world);
    assert!(
        config.contains(api_key) && config.contains(app_key),
        "{config}"
    );
}

#[test]
fn what_a_login_that_was_ended_has_left_goes_with_the_next_one_and_with_a_logout() {
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-1\ntest-2\n", 0);
    let directory = world.home().join("xdg_config_home/orgconn/keys");
    let leave = || {
        for name in ["hub~2.orgconn-api-key", ".tmpAbCdEf"] {
            std::fs::write(directory.join(name), "test-left").unwrap();
        }
    };
    leave();
    login(&world, &api, "test-3\ntest-4\n", 0);
    assert_eq!(stored(&world), keys_of("hub~3", "test-3", "test-4"));
    leave();
    world.run(["auth", "logout", "--profile=hub"]).code(0);
    assert_eq!(stored(&world), []);
}

#[test]
fn the_old_keys_stay_where_the_new_ones_are_not_good() {
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-1\ntest-2\n", 0);
    let before = config(&world);
    let refusing = Flaky::always(|| Reply::refused(403, "Forbidden"));
    login(&world, &refusing, "test-3\ntest-4\n", 4);
    login(&world, &api, "test-3\n", 2);
    login(&world, &api, "", 2);
    assert_eq!(stored(&world), keys("test-1", "test-2"));
    assert_eq!(config(&world), before);
}

#[test]
#[cfg(unix)]
fn the_old_keys_stay_where_the_configuration_cannot_be_written() {
    use std::os::unix::fs::symlink;
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-1\ntest-2\n", 0);
    // The new version of a file is made beside it, and no file can be made in `/proc`.
    let file = world.home().join(FILE);
    std::fs::remove_file(&file).unwrap();
    symlink("/proc/orgconn", &file).unwrap();
    let told = login(&world, &api, "test-3\ntest-4\n", 2);
    assert!(
        told.contains("cannot write the configuration file"),
        "{told}"
    );
    assert_eq!(stored(&world), keys("test-1", "test-2"));
    assert!(api.calls().len() <= 5, "nothing may be sent");
}

#[test]
fn the_files_of_a_lost_configuration_are_replaced() {
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-1\ntest-2\n", 0);
    std::fs::remove_file(world.home().join(FILE)).unwrap();
    login(&world, &api, "test-3\ntest-4\n", 0);
    assert_eq!(stored(&world), keys_of("hub~2", "test-3", "test-4"));
}

#[test]
fn a_token_in_place_of_keys_takes_the_keys_away() {
    let (api, world) = (server(), World::bare());
    login(&world, &api, "test-1\ntest-2\n", 0);
    let arguments = ["auth", "login", "--token"];
    let done = world.run_with_input(arguments, "test-token\n").code(0);
    let token = (
        "hub~2.orgconn-access-token".to_owned(),
        "test-token".to_owned(),
    );
    assert_eq!(stored(&world), [token]);
    assert_eq!(done.stderr.matches("deleted the file").count(), 2);
    let config = config(&world);
    assert!(!config.contains("api_key"), "{config}");
}

#[test]
fn a_profile_that_is_added_without_keys_gets_them_by_the_login_that_it_names() {
    let (api, world) = (server(), World::bare());
    let added = world
        .run(["profile", "add", "hub", "--api-url", api.url()])
        .code(0);
    let (_, command) = added.stderr.trim_end().split_once("orgconn ").unwrap();
    let command: Vec<_> = command.trim_end_matches('`').split(' ').collect();
    world.run_with_input(command, "test-1\ntest-2\n").code(0);
    assert_eq!(stored(&world), keys("test-1", "test-2"));
    // A login for a profile whose keys are in a keychain that is not there stores them in files.
    let added = [
        "profile",
        "add",
        "hub2",
        "--access-token-keyring",
        "--api-url",
        api.url(),
    ];
    world.run(added).code(0);
    let login = ["auth", "login", "--profile=hub2"];
    world.run_with_input(login, "test-1\ntest-2\n").code(0);
    assert_eq!(stored(&world).len(), 4);
}
