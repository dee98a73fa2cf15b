//! Tests of the state file.

use std::fs;
use std::path::PathBuf;

use super::super::error::SandboxError;
use super::*;

fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("orgconn").join("sandbox.json");
    (home, file)
}

#[test]
fn changes_last_and_are_seen_by_every_instance_at_once() {
    let (_home, file) = home();
    let (one, other) = (Api::at(&file), Api::at(&file));
    assert_eq!(one.create("hub", ARCHIVE, json!(["logs"])).0, 200);
    assert_eq!(other.create("hub", ARCHIVE, json!(["logs"])).0, 409);
    assert_eq!(other.delete("hub", RETAIL_TO_HUB).0, 200);
    assert_eq!(one.ids("hub", "").len(), 8);
    drop((one, other));
    assert_eq!(Api::at(&file).ids("hub", "").len(), 8);
}

#[test]
fn a_reset_restores_the_sample_under_a_running_server() {
    let (_home, file) = home();
    let api = Api::at(&file);
    let fresh = api.get("hub", CONNECTIONS);
    assert_eq!(api.delete("hub", RETAIL_TO_HUB).0, 200);
    Sandbox::reset(&file).unwrap();
    assert_eq!(api.get("hub", CONNECTIONS), fresh);
}

#[test]
fn a_broken_file_is_left_alone_until_a_reset() {
    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    let message = format!(
        "the sandbox's state file {} is broken; `orgconn sandbox reset` makes a new one",
        file.display()
    );
    for content in [
        "",
        "{",
        r#"{"version":1}"#,
        r#"{"version":1,"account":{},"more":1}"#,
        "[]",
    ] {
        fs::write(&file, content).unwrap();
        let error = Sandbox::open(&file).unwrap_err();
        assert!(
            matches!(error, SandboxError::InvalidState { .. }),
            "{content}"
        );
        assert_eq!(error.to_string(), message);
        assert_eq!(fs::read_to_string(&file).unwrap(), content);
    }
    Sandbox::reset(&file).unwrap();
    assert!(Sandbox::open(&file).is_ok());
}

#[test]
fn a_file_of_another_version_is_left_alone() {
    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    let later = r#"{"version":2,"something":"new"}"#;
    fs::write(&file, later).unwrap();
    let error = Sandbox::open(&file).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the sandbox's state file {} has version 2, and this orgconn reads version 1; \
             `orgconn sandbox reset` makes a new one",
            file.display()
        )
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), later);
}

#[test]
fn a_file_that_breaks_while_it_is_served_is_an_answer_that_says_so() {
    let api = Api::sample();
    fs::write(api.home.path().join("state.json"), "{").unwrap();
    let (status, body) = api.get("hub", CONNECTIONS);
    assert_eq!(status, 500);
    let message = "`orgconn sandbox reset` makes a new one: EOF";
    assert!(body.contains(message), "{body}");
}

#[test]
fn an_older_file_gets_the_groups_of_the_sample() {
    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    let text = fs::read_to_string(&file).unwrap();
    let mut state: Value = serde_json::from_str(&text).unwrap();
    state["account"]
        .as_object_mut()
        .unwrap()
        .remove("org_groups");
    fs::write(&file, state.to_string()).unwrap();
    let groups = Api::at(&file).get_json("hub", "/api/v2/org_groups");
    assert_eq!(groups["data"].as_array().unwrap().len(), 2);
}

#[cfg(unix)]
#[test]
fn files_and_directories_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&file.with_extension("json.lock")), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error_with_its_path() {
    let home = tempfile::tempdir().unwrap();
    let blocked = home.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = Sandbox::open(&blocked.join("below").join("state.json")).unwrap_err();
    let expected = format!(
        "cannot make {}, where the sandbox keeps its state",
        blocked.join("below").display()
    );
    assert_eq!(error.to_string(), expected);
}
