use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use super::super::SandboxError;
use super::*;

fn home() -> (TempDir, PathBuf) {
    let home = TempDir::new().unwrap();
    let file = home.path().join("orgconn").join("sandbox.json");
    (home, file)
}

#[test]
fn what_was_done_is_there_for_the_next_instance() {
    let (_home, file) = home();
    let first = Api::over(start(&file).unwrap());
    assert_eq!(first.delete("hub", RETAIL_TO_HUB).0, 200);
    drop(first);
    assert_eq!(Api::over(start(&file).unwrap()).ids("hub", "").len(), 7);
}

#[test]
fn instances_over_one_file_see_each_others_changes_at_once() {
    let (_home, file) = home();
    let (one, other) = (
        Api::over(start(&file).unwrap()),
        Api::over(start(&file).unwrap()),
    );
    assert_eq!(one.create("hub", ARCHIVE, r#"["logs"]"#).0, 200);
    assert_eq!(other.create("hub", ARCHIVE, r#"["logs"]"#).0, 409);
    assert_eq!(one.ids("hub", ""), other.ids("hub", ""));
}

#[test]
fn of_creates_at_the_same_time_one_wins_and_none_is_lost() {
    let (_home, file) = home();
    let instances: Vec<_> = (0..2).map(|_| Api::over(start(&file).unwrap())).collect();
    let names = ["hub", "retail-us", "retail-eu", "logistics", "platform"];
    let ready = Barrier::new(instances.len());
    let create_all = |api: Api| {
        names.map(|name| {
            ready.wait();
            api.create(name, ARCHIVE, r#"["logs"]"#).0
        })
    };
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = instances
            .into_iter()
            .map(|api| scope.spawn(|| create_all(api)))
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for (left, right) in answers[0].iter().zip(answers[1]) {
        assert_eq!((*left).min(right), 200);
        assert_eq!((*left).max(right), 409);
    }
    assert_eq!(
        Api::over(start(&file).unwrap())
            .ids("security-archive", "")
            .len(),
        names.len()
    );
}

#[test]
fn a_reset_brings_the_sample_back_also_under_a_running_server() {
    let (_home, file) = home();
    let api = Api::over(start(&file).unwrap());
    let fresh = api.get("hub", CONNECTIONS);
    assert_eq!(api.delete("hub", RETAIL_TO_HUB).0, 200);
    Sandbox::reset(&file).unwrap();
    assert_eq!(api.get("hub", CONNECTIONS), fresh);
}

#[test]
fn a_broken_file_is_an_error_that_names_the_mend_and_a_reset_mends_it() {
    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    for text in [
        "",
        "{",
        r#"{"version":1}"#,
        r#"{"version":1,"account":{},"more":1}"#,
        "[]",
    ] {
        std::fs::write(&file, text).unwrap();
        let error = Sandbox::open(&file).unwrap_err();
        assert!(
            matches!(error, SandboxError::Broken { .. }),
            "{text}: {error}"
        );
        assert_eq!(
            error.to_string(),
            format!(
                "the sandbox's state file {} is broken; `orgconn sandbox reset` makes a new one",
                file.display()
            )
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
    Sandbox::reset(&file).unwrap();
    assert!(Sandbox::open(&file).is_ok());
}

#[test]
fn a_file_of_another_version_is_left_alone() {
    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    std::fs::write(&file, r#"{"version":2,"something":"new"}"#).unwrap();
    let error = Sandbox::open(&file).unwrap_err();
    assert!(
        matches!(
            error,
            SandboxError::Version {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn trouble_with_the_file_while_serving_is_an_answer_that_says_so() {
    let (_home, file) = home();
    let api = Api::over(start(&file).unwrap());
    std::fs::write(&file, "{").unwrap();
    let (status, body) = api.get("hub", CONNECTIONS);
    assert_eq!(status, 500);
    assert!(
        body.contains("`orgconn sandbox reset` makes a new one: EOF"),
        "{body}"
    );
}

#[cfg(unix)]
#[test]
fn files_and_directories_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (_home, file) = home();
    drop(Sandbox::open(&file).unwrap());
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&file.with_extension("json.lock")), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error_with_its_path() {
    let home = TempDir::new().unwrap();
    let blocked = home.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let error = Sandbox::open(&blocked.join("below").join("state.json")).unwrap_err();
    let expected = format!("cannot make {}", blocked.join("below").display());
    assert!(error.to_string().starts_with(&expected), "{error}");
}
