//! Each file of the program with each fault: the command ends at once, says why, and changes nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Finished, Running, Terminal, World};

const CONFIG: &str = "xdg_config_home/orgconn/config.toml";
const STATE: &str = "xdg_state_home/orgconn";
/// A number that no user of a test machine has.
const STRANGER: u32 = 54_321;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Pipe,
    Directory,
    GroupMayWrite,
    OthersMayWrite,
    OtherOwner,
    DirectoryOthersMayWrite,
    DirectoryOfOther,
    Link,
}

use Fault::{
    Directory, DirectoryOfOther, DirectoryOthersMayWrite, GroupMayWrite, Link, OtherOwner,
    OthersMayWrite, Pipe,
};

const ALL: [Fault; 8] = [
    Pipe,
    Directory,
    GroupMayWrite,
    OthersMayWrite,
    OtherOwner,
    DirectoryOthersMayWrite,
    DirectoryOfOther,
    Link,
];

impl Fault {
    /// Gives the fault to a file. False if only root could.
    fn inflict(self, path: &Path) -> bool {
        let directory = path.parent().unwrap();
        let chmod = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        };
        match self {
            Pipe => {
                fs::remove_file(path).unwrap();
                let made = Command::new("mkfifo")
                    .args(["-m", "600"])
                    .arg(path)
                    .status();
                assert!(made.unwrap().success());
            }
            Directory => {
                fs::remove_file(path).unwrap();
                fs::create_dir(path).unwrap();
            }
            GroupMayWrite => chmod(path, 0o620),
            OthersMayWrite => chmod(path, 0o602),
            OtherOwner => return chown(path, Some(STRANGER), None).is_ok(),
            DirectoryOthersMayWrite => chmod(directory, 0o777),
            DirectoryOfOther => return chown(directory, Some(STRANGER), None).is_ok(),
            Link => {
                let target = path.with_extension("target");
                fs::rename(path, &target).unwrap();
                symlink(target, path).unwrap();
            }
        }
        true
    }

    /// The words about it in the error.
    fn message(self, path: &Path) -> String {
        let directory = path.parent().unwrap().display();
        let path = path.display();
        match self {
            Pipe => "it is a named pipe, not a regular file".to_owned(),
            Directory => "it is a directory, not a regular file".to_owned(),
            GroupMayWrite | OthersMayWrite => {
                format!("others may write it; run `chmod go-w {path}`")
            }
            OtherOwner => format!(
                "it belongs to another user ({STRANGER}); if its content is right, replace it with a copy of your own"
            ),
            DirectoryOthersMayWrite => {
                format!("others may write its directory; run `chmod go-w {directory}`")
            }
            DirectoryOfOther => format!(
                "its directory {directory} belongs to another user ({STRANGER}); use a file in a directory of your own"
            ),
            Link => {
                "it is a symbolic link, which is not followed where the program writes".to_owned()
            }
        }
    }
}

/// Runs a command, which must not wait for anything.
fn run(world: &World, arguments: &[&str]) -> Finished {
    Running::start(world.command(arguments)).finish()
}

/// Inflicts each fault, but those that the file may have, on the file of a new world. The command must fail with this
/// code; its error is `prefix`, in which `PATH` stands for the file, and the words about the fault.
fn each_fault_is_refused(
    new_world: impl Fn() -> (World, PathBuf),
    allowed: &[Fault],
    arguments: &[&str],
    code: i32,
    prefix: &str,
) {
    for fault in ALL {
        let (world, path) = new_world();
        if !fault.inflict(&path) {
            // Only root can give a file to somebody else.
            continue;
        }
        let finished = run(&world, arguments);
        if allowed.contains(&fault) {
            assert_eq!(finished.code, 0, "{fault:?}: {}", finished.stderr);
            continue;
        }
        let finished = finished.code(code);
        let prefix = prefix.replace("PATH", &path.display().to_string());
        let expected = format!("error: {prefix}{}\n", fault.message(&path));
        let told = finished.stderr.split_inclusive('\n');
        let told: String = told.filter(|line| line.starts_with("error")).collect();
        assert_eq!(told, expected, "{fault:?}");
    }
}

/// A sandbox with an entry in its history.
fn used_sandbox() -> World {
    let world = World::sandbox().with("ORGCONN_YES", "1");
    let create = ["create", "Security Archive", "--type=logs"];
    world.run(create).quiet_success();
    world
}

#[test]
fn the_configuration_is_its_users_and_may_be_a_link() {
    let new_world = || {
        let world = World::bare();
        let path = world.file(CONFIG, "[profiles.hub]\nsite = \"datadoghq.eu\"\n");
        (world, path)
    };
    let prefix = "cannot read the configuration file PATH: ";
    each_fault_is_refused(new_world, &[Link], &["profile", "list"], 2, prefix);
    // A profile that is added stays behind the link.
    let (world, path) = new_world();
    assert!(Link.inflict(&path));
    world.run(["profile", "add", "two"]).code(0);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    let target = fs::read_to_string(path.with_extension("target")).unwrap();
    assert!(target.contains("[profiles.two]"), "{target}");
}

#[test]
fn a_configuration_behind_a_link_is_in_a_directory_of_its_users_too() {
    let world = World::bare();
    let target = world.file("dotfiles/config.toml", "");
    let link = world.file(CONFIG, "");
    fs::remove_file(&link).unwrap();
    symlink(&target, link).unwrap();
    world.run(["profile", "list"]).code(0);
    assert!(DirectoryOthersMayWrite.inflict(&target));
    let refused = world.run(["profile", "list"]).code(2);
    let message = DirectoryOthersMayWrite.message(&target);
    assert!(refused.stderr.contains(&message), "{}", refused.stderr);
}

#[test]
fn a_directory_in_which_nobody_replaces_files_of_others_will_do() {
    let world = World::bare();
    let path = world.file(CONFIG, "");
    let sticky = Permissions::from_mode(0o1777);
    fs::set_permissions(path.parent().unwrap(), sticky).unwrap();
    world.run(["profile", "list"]).code(0);
}

#[test]
fn no_command_of_a_configuration_that_others_may_write_is_run() {
    for fault in [GroupMayWrite, OthersMayWrite, OtherOwner] {
        let world = World::bare();
        let command = r#"access_token = { command = ["sh", "-c", "touch ran; echo test-token"] }"#;
        let file = format!("default_profile = \"hub\"\n[profiles.hub]\n{command}\n");
        if fault.inflict(&world.file(CONFIG, &file)) {
            run(&world, &["list"]).code(2);
            assert!(!world.home().join("ran").exists(), "{fault:?}");
        }
    }
}

#[test]
fn a_secret_file_is_its_users_and_may_be_a_link() {
    let new_world = || {
        let world = World::bare();
        let source = r#"access_token = { file = "../../keys/token" }"#;
        let file = format!(
            "default_profile = \"hub\"\n[profiles.hub]\napi_url = \"http://127.0.0.1:9\"\n{source}\n"
        );
        world.file(CONFIG, &file);
        let path = world.file("keys/token", "test-token");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        // The path is shown as it is made from that of the configuration.
        let path = world
            .home()
            .join("xdg_config_home/orgconn/../../keys/token");
        (world, path)
    };
    let prefix =
        "cannot read the secret from profile hub: file ../../keys/token: it cannot be read: ";
    let arguments = ["auth", "status", "--max-retries=0"];
    for fault in ALL {
        let (world, path) = new_world();
        if !fault.inflict(&path) {
            continue;
        }
        let finished = run(&world, &arguments);
        match fault {
            // The secret is read, and nothing listens where it is sent.
            Link => drop(finished.code(7)),
            _ => {
                let message = format!("{prefix}{}\n", fault.message(&path));
                let finished = finished.code(2);
                assert!(finished.stderr.contains(&message), "{}", finished.stderr);
            }
        }
    }
}

#[test]
fn the_history_is_read_only_where_nobody_else_has_written_it() {
    let new_world = || {
        let world = used_sandbox();
        let path = world.home().join(STATE).join("history.jsonl");
        (world, path)
    };
    let prefix = "the history could not be read: cannot open PATH: ";
    each_fault_is_refused(new_world, &[], &["history"], 1, prefix);
    each_fault_is_refused(new_world, &[], &["undo"], 1, prefix);
}

#[test]
fn completion_offers_nothing_of_a_history_that_others_may_have_written() {
    for fault in ALL {
        let world = used_sandbox();
        let path = world.home().join(STATE).join("history.jsonl");
        if fault.inflict(&path) {
            let mut command = world.command(["--", "orgconn", "undo", ""]);
            command.env("COMPLETE", "fish");
            let finished = Running::start(command).finish().code(0);
            assert_eq!(finished.stdout, "words\n", "{fault:?}");
        }
    }
}

#[test]
fn no_change_is_sent_that_the_history_cannot_be_trusted_with() {
    for fault in ALL {
        let world = used_sandbox();
        let before = world.run(["list", "-o", "id"]).quiet_success();
        let path = world.home().join(STATE).join("history.jsonl");
        // A directory cannot be opened for writing at all. The sandbox has its state in the same directory.
        let is_about_file = !matches!(
            fault,
            Directory | DirectoryOthersMayWrite | DirectoryOfOther
        );
        if is_about_file && fault.inflict(&path) {
            let delete = [
                "delete",
                "--source=Observability Hub",
                "--destination=Security Archive",
            ];
            let refused = run(&world, &delete).code(1);
            let message = format!(
                "the change was not sent, because it could not be written to the history first: cannot open {}: {}\n\
                 hint: or make the change without a history, so that it cannot be undone: --no-history\n",
                path.display(),
                fault.message(&path)
            );
            assert!(refused.stderr.ends_with(&message), "{}", refused.stderr);
            assert_eq!(world.run(["list", "-o", "id"]).quiet_success(), before);
        }
    }
}

#[test]
fn the_state_of_the_sandbox_is_its_users() {
    let new_world = || {
        let world = used_sandbox();
        let path = world.home().join(STATE).join("sandbox.json");
        (world, path)
    };
    let prefix = "cannot read PATH, where the sandbox keeps its state: ";
    let same_directory = [DirectoryOthersMayWrite, DirectoryOfOther];
    for fault in same_directory {
        let (world, path) = new_world();
        if fault.inflict(&path) {
            // The lock beside it comes first.
            let refused = run(&world, &["list"]);
            assert!(refused.code != 0 && refused.stderr.contains(&fault.message(&path)));
        }
    }
    for fault in ALL {
        let (world, path) = new_world();
        if !same_directory.contains(&fault) && fault.inflict(&path) {
            let refused = run(&world, &["list"]);
            let prefix = prefix.replace("PATH", &path.display().to_string());
            let expected = format!("error: {prefix}{}\n", fault.message(&path));
            assert!(refused.code != 0, "{fault:?}");
            assert_eq!(refused.stderr, expected, "{fault:?}");
        }
    }
}

#[test]
fn a_saved_plan_is_carried_out_as_its_user_wrote_it() {
    let new_world = || {
        let world = World::sandbox().with("ORGCONN_YES", "1");
        let wanted = "connections:\n  - {source: Observability Hub, destination: Security Archive, types: [logs]}\n";
        world.file("orgconn.yaml", wanted);
        world
            .run(["plan", "-f", "orgconn.yaml", "--out", "plans/plan.json"])
            .code(1);
        fs::create_dir(world.home().join("plans")).unwrap();
        let plan = ["plan", "-f", "orgconn.yaml", "--out", "plans/plan.json"];
        world.run(plan).code(0);
        let path = world.home().join("plans/plan.json");
        (world, path)
    };
    // A directory of several people holds plans as it does other files.
    let allowed = [Link, DirectoryOthersMayWrite, DirectoryOfOther];
    for fault in ALL {
        let (world, path) = new_world();
        if !fault.inflict(&path) {
            continue;
        }
        let finished = run(&world, &["apply", "plans/plan.json"]);
        if allowed.contains(&fault) {
            finished.code(0);
            continue;
        }
        let message = fault.message(Path::new("plans/plan.json"));
        let expected = format!("error: cannot read plans/plan.json: {message}\n");
        assert_eq!(finished.code(2).stderr, expected, "{fault:?}");
    }
}

#[test]
fn a_file_that_the_user_names_is_read_whosever_it_is_but_never_waited_for() {
    for (fault, code) in [(Pipe, 2), (OtherOwner, 3), (OthersMayWrite, 3), (Link, 3)] {
        let world = World::sandbox();
        let wanted = "connections:\n  - {source: Observability Hub, destination: Security Archive, types: [logs]}\n";
        if fault.inflict(&world.file("orgconn.yaml", wanted)) {
            let finished = run(&world, &["check", "-f", "orgconn.yaml"]).code(code);
            if fault == Pipe {
                assert_eq!(
                    finished.stderr,
                    "error: cannot read orgconn.yaml: it is a named pipe, not a regular file\n"
                );
            }
        }
    }
}

#[test]
fn a_plan_is_not_written_through_a_link_or_into_a_pipe() {
    for fault in [Pipe, Link] {
        let world = World::sandbox();
        world.file("orgconn.yaml", "connections: []\n");
        let path = world.file("plan.json", "somebody's");
        assert!(fault.inflict(&path));
        let plan = ["plan", "-f", "orgconn.yaml", "--out", "plan.json"];
        let refused = run(&world, &plan).code(1);
        let message = fault.message(&path);
        let expected = format!("error: cannot write the plan to plan.json: {message}\n");
        assert!(refused.stderr.ends_with(&expected), "{}", refused.stderr);
    }
}

#[test]
fn a_lock_is_not_waited_for_in_a_pipe_and_not_made_behind_a_link() {
    for (name, arguments) in [
        ("undo.lock", &["undo", "--yes"][..]),
        ("sandbox.json.lock", &["list"]),
    ] {
        for fault in [Pipe, OthersMayWrite, OtherOwner, Link] {
            let world = used_sandbox();
            let path = world.file(&format!("{STATE}/{name}"), "");
            if fault.inflict(&path) {
                let refused = run(&world, arguments);
                assert!(
                    refused.code != 0 && refused.stderr.contains(&fault.message(&path)),
                    "{name} {fault:?}: {}",
                    refused.stderr
                );
            }
        }
    }
}

#[test]
fn a_cache_that_others_may_have_written_counts_as_absent_and_is_replaced() {
    let list = |world: &World| Terminal::start(world, 200, &["list"]).end().0;
    let offered = |world: &World| {
        let mut command = world.command(["--", "orgconn", "get", ""]);
        command.env("COMPLETE", "fish");
        let finished = Running::start(command).finish().code(0);
        finished.stdout.lines().count() - 1
    };
    for fault in [Pipe, GroupMayWrite, OthersMayWrite, OtherOwner, Link] {
        let world = World::sandbox();
        assert_eq!(list(&world), Some(0));
        assert!(offered(&world) > 1);
        let mut files = fs::read_dir(world.home().join("xdg_cache_home/orgconn")).unwrap();
        let path = files.next().unwrap().unwrap().path();
        if fault.inflict(&path) {
            assert_eq!(offered(&world), 0, "{fault:?}");
            assert_eq!(list(&world), Some(0), "{fault:?}");
            assert!(offered(&world) > 1, "{fault:?}");
            assert!(fs::symlink_metadata(&path).unwrap().is_file(), "{fault:?}");
        }
    }
}

#[test]
fn certificates_are_not_waited_for_in_a_pipe() {
    let world = World::talking_to("https://127.0.0.1:9");
    let path = world.file("certificates.pem", "");
    assert!(Pipe.inflict(&path));
    let shown = path.display().to_string();
    let world = world.with("SSL_CERT_FILE", &shown);
    let refused = run(&world, &["list"]).code(2);
    let expected = format!(
        "error: cannot read the certificates in `{shown}`, which SSL_CERT_FILE names: {}\n",
        Pipe.message(&path)
    );
    assert!(refused.stderr.starts_with(&expected), "{}", refused.stderr);
}
