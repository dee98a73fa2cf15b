use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use secrecy::ExposeSecret;

use super::*;
use crate::config::keychain::{KeychainError, MemoryKeychain};

fn reader(pairs: &[(&str, &str)], directory: &Path) -> SecretReader {
    let environment = Environment::from_pairs(pairs.iter().copied()).unwrap();
    SecretReader::new(environment, directory, Arc::new(MemoryKeychain::default()))
}

fn variable(name: &str) -> SecretSource {
    SecretSource::Environment {
        name: name.to_owned(),
    }
}

fn value(secret: Result<SecretString, SecretProblem>) -> String {
    secret.unwrap().expose_secret().to_owned()
}

#[test]
fn white_space_around_a_secret_is_not_part_of_it() {
    let reader = reader(&[("A", "  test-api-key\r\n")], Path::new("/"));
    assert_eq!(value(reader.read(&variable("A"))), "test-api-key");
}

#[test]
fn what_no_header_can_carry_is_an_error_without_the_value() {
    for (wrong, message) in [
        (" \n", "it is empty"),
        ("", "it is empty"),
        (
            "sec\nret",
            "the value has spaces, control characters or characters outside ASCII in it",
        ),
        (
            "sec ret",
            "the value has spaces, control characters or characters outside ASCII in it",
        ),
        (
            "secrét",
            "the value has spaces, control characters or characters outside ASCII in it",
        ),
    ] {
        let error = reader(&[("A", wrong)], Path::new("/"))
            .read(&variable("A"))
            .unwrap_err();
        assert_eq!(error.to_string(), message, "{wrong:?}");
        assert!(!format!("{error:?}").contains("sec"));
    }
}

#[test]
fn a_variable_that_is_not_set_is_an_error() {
    let error = reader(&[], Path::new("/"))
        .read(&variable("A"))
        .unwrap_err();
    assert!(matches!(error, SecretProblem::NotSet));
}

#[test]
fn an_entry_of_the_keychain_is_found_by_profile_and_key() {
    let keychain = MemoryKeychain::default();
    keychain.set("hub/app-key", &"test-app-key".into()).unwrap();
    let reader = SecretReader::new(Environment::default(), "/", Arc::new(keychain));
    let source = |key| SecretSource::keyring("hub", key);
    assert_eq!(value(reader.read(&source("app_key"))), "test-app-key");
    let error = reader.read(&source("api_key")).unwrap_err();
    assert!(matches!(error, SecretProblem::NoEntry));
}

/// Counts how often it is asked, and has no entry the first time.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Keychain for Counting {
    fn get(&self, _account: &str) -> Result<Option<SecretString>, KeychainError> {
        let asked_before = self.0.fetch_add(1, Ordering::SeqCst);
        Ok((asked_before > 0).then(|| "test-token".into()))
    }

    fn set(&self, _account: &str, _secret: &SecretString) -> Result<(), KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }

    fn delete(&self, _account: &str) -> Result<bool, KeychainError> {
        Ok(false)
    }
}

#[test]
fn a_source_that_answered_is_asked_once_however_many_read_it() {
    let keychain = Arc::new(Counting::default());
    let reader = SecretReader::new(Environment::default(), "/", keychain.clone());
    let source = SecretSource::keyring("hub", "access_token");
    assert!(reader.read(&source).is_err());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(value(reader.read(&source)), "test-token"));
        }
    });
    assert_eq!(keychain.0.load(Ordering::SeqCst), 2);
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn write(path: &Path, content: &[u8], mode: u32) {
        fs::write(path, content).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn file(path: impl Into<PathBuf>) -> SecretSource {
        SecretSource::File { path: path.into() }
    }

    #[test]
    fn a_path_is_relative_to_the_configuration_file_or_to_home() {
        let (home, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(&home.path().join("key"), b"test-home-key", 0o600);
        write(&config.path().join("key"), b"test-config-key\n", 0o400);
        let home_path = home.path().to_str().unwrap();
        let reader = reader(&[("HOME", home_path)], config.path());
        assert_eq!(value(reader.read(&file("~/key"))), "test-home-key");
        assert_eq!(value(reader.read(&file("key"))), "test-config-key");
        let absolute = home.path().join("key");
        assert_eq!(value(reader.read(&file(absolute))), "test-home-key");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_mend() {
        let config = tempfile::tempdir().unwrap();
        let path = config.path().join("key");
        for mode in [0o640, 0o604] {
            write(&path, b"test-api-key", mode);
            let error = reader(&[], config.path()).read(&file("key")).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("others may read it; run `chmod 600 {}`", path.display())
            );
        }
    }

    #[test]
    fn a_file_that_is_missing_or_far_too_long_is_an_error() {
        let config = tempfile::tempdir().unwrap();
        let reader = reader(&[], config.path());
        let error = reader.read(&file("key")).unwrap_err();
        assert!(matches!(error, SecretProblem::Unreadable(_)));
        write(&config.path().join("key"), &vec![b'x'; LONGEST + 1], 0o600);
        let error = reader.read(&file("key")).unwrap_err();
        assert!(matches!(error, SecretProblem::TooLong));
    }

    #[test]
    fn a_command_is_run_without_a_shell() {
        let reader = reader(&[], Path::new("/"));
        let command = |program: &str, argument: &str| SecretSource::Command {
            program: program.to_owned(),
            arguments: vec![argument.to_owned()],
        };
        assert_eq!(value(reader.read(&command("echo", "$HOME;id"))), "$HOME;id");
        let shell = reader.read(&command("echo test-api-key", "x")).unwrap_err();
        assert!(matches!(shell, SecretProblem::NotRun(_)));
        let relative = reader.read(&command("bin/false", "x")).unwrap_err();
        assert!(matches!(relative, SecretProblem::Failed { .. }));
    }
}
