use std::sync::Mutex;

use super::super::keychain::tests::MemoryKeychain;
use super::*;

fn keys(api_key: &str) -> Credentials {
    Credentials::Keys {
        api_key: api_key.into(),
        app_key: "test-app-key".into(),
    }
}

/// The store of the profile `hub`, whose configuration file is in `directory`.
fn store<'a>(
    keychain: &'a dyn Keychain,
    present: Option<&'a SecretSources>,
    prefix: Option<PathBuf>,
    directory: &Path,
) -> SecretStore<'a> {
    SecretStore::new("hub", present, prefix, directory, keychain).unwrap()
}

fn in_keychain(keychain: &dyn Keychain) -> SecretStore<'_> {
    store(keychain, None, None, Path::new("/nowhere"))
}

fn in_files(keychain: &dyn Keychain, prefix: PathBuf) -> SecretStore<'_> {
    store(keychain, None, Some(prefix), Path::new("/nowhere"))
}

fn token(token: &str) -> Credentials {
    Credentials::Token(token.into())
}

fn stored(keychain: &dyn Keychain, account: &str) -> Option<String> {
    let secret = keychain.get(account).unwrap();
    secret.map(|secret| secret.expose_secret().to_owned())
}

/// A keychain that refuses to set the secret of one account.
struct RefusingKeychain {
    inner: MemoryKeychain,
    refused: &'static str,
    deleted: Mutex<Vec<String>>,
}

impl Keychain for RefusingKeychain {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        self.inner.get(account)
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
        match account == self.refused {
            true => Err(KeychainError::Unexpected),
            false => self.inner.set(account, secret),
        }
    }

    fn delete(&self, account: &str) -> Result<bool, KeychainError> {
        self.deleted.lock().unwrap().push(account.to_owned());
        self.inner.delete(account)
    }
}

#[test]
fn the_keychain_holds_each_secret_under_the_profiles_name_until_it_is_deleted() {
    let keychain = MemoryKeychain::default();
    let store = in_keychain(&keychain);
    let transaction = store.save(&keys("test-api-key")).unwrap();
    let sources = transaction.sources();
    assert_eq!(
        *sources,
        SecretSources::Keys {
            api_key: SecretSource::keyring("hub", "api_key"),
            app_key: SecretSource::keyring("hub", "app_key"),
        }
    );
    let api_key = stored(&keychain, "hub/api-key");
    assert_eq!(api_key.as_deref(), Some("test-api-key"));
    for source in sources.iter() {
        assert!(is_login_source(source));
        assert!(delete_login_secret(source, &keychain).unwrap());
        assert!(!delete_login_secret(source, &keychain).unwrap());
    }
    assert_eq!(stored(&keychain, "hub/app-key"), None);
}

#[test]
fn a_transaction_that_is_not_committed_restores_the_secret_that_was_there_before() {
    let keychain = MemoryKeychain::default();
    keychain
        .set("hub/api-key", &"test-old-api-key".into())
        .unwrap();
    let store = in_keychain(&keychain);
    let transaction = store.save(&keys("test-new-api-key")).unwrap();
    drop(transaction);
    let api_key = stored(&keychain, "hub/api-key");
    assert_eq!(api_key.as_deref(), Some("test-old-api-key"));
    assert_eq!(stored(&keychain, "hub/app-key"), None);
}

#[test]
fn a_second_secret_that_is_refused_takes_the_first_one_with_it() {
    let keychain = RefusingKeychain {
        inner: MemoryKeychain::default(),
        refused: "hub/app-key",
        deleted: Mutex::default(),
    };
    let store = in_keychain(&keychain);
    assert!(store.save(&keys("test-api-key")).is_err());
    assert_eq!(stored(&keychain, "hub/api-key"), None);
    assert_eq!(*keychain.deleted.lock().unwrap(), ["hub/api-key"]);
}

#[test]
fn a_keychain_that_refuses_is_found_out_before_anything_is_stored() {
    struct Locked;
    impl Keychain for Locked {
        fn get(&self, _: &str) -> Result<Option<SecretString>, KeychainError> {
            Err(KeychainError::Unexpected)
        }
        fn set(&self, _: &str, _: &SecretString) -> Result<(), KeychainError> {
            panic!("nothing may be stored here")
        }
        fn delete(&self, _: &str) -> Result<bool, KeychainError> {
            panic!("nothing is stored here")
        }
    }
    let refused = SecretStore::new("hub", None, None, Path::new("/nowhere"), &Locked);
    assert!(matches!(refused, Err(StoreError::Keychain { .. })));
}

/// As a build without a keychain.
struct Missing;

impl Keychain for Missing {
    fn get(&self, _: &str) -> Result<Option<SecretString>, KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }
    fn set(&self, _: &str, _: &SecretString) -> Result<(), KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }
    fn delete(&self, _: &str) -> Result<bool, KeychainError> {
        Err(KeychainError::NotBuiltIn)
    }
}

#[test]
fn without_a_keychain_secrets_are_in_files_beside_the_configuration_file() {
    let home = tempfile::tempdir().unwrap();
    let in_keychain = SecretSources::Token(SecretSource::keyring("hub", "access_token"));
    // A profile may name a keychain that this machine does not have.
    for present in [None, Some(&in_keychain)] {
        let store = store(&Missing, present, None, home.path());
        store.check(CredentialKind::Token).unwrap();
        let transaction = store.save(&token("test-token")).unwrap();
        let path = home.path().join("keys/hub.orgconn-access-token");
        let expected = SecretSources::Token(SecretSource::File(path.clone()));
        assert_eq!(*transaction.sources(), expected);
        assert_eq!(fs::read_to_string(path).unwrap(), "test-token");
    }
}

#[test]
fn a_second_login_replaces_the_files_that_the_user_has_named_or_restores_them() {
    let home = tempfile::tempdir().unwrap();
    let prefix = Some(home.path().join("elsewhere"));
    let first = store(&Missing, None, prefix, home.path());
    first.check(CredentialKind::Keys).unwrap();
    let transaction = first.save(&keys("test-old-api-key")).unwrap();
    let sources = transaction.sources().clone();
    transaction.commit();
    let path = home.path().join("elsewhere.orgconn-api-key");
    let second = store(&Missing, Some(&sources), None, home.path());
    second.check(CredentialKind::Keys).unwrap();
    let transaction = second.save(&keys("test-new-api-key")).unwrap();
    assert_eq!(*transaction.sources(), sources);
    assert_eq!(fs::read_to_string(&path).unwrap(), "test-new-api-key");
    drop(transaction);
    assert_eq!(fs::read_to_string(&path).unwrap(), "test-old-api-key");
}

#[test]
fn each_login_writes_files_of_its_own_and_what_no_profile_names_can_be_deleted() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("keys");
    let names = || {
        let entries = fs::read_dir(&directory).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort_unstable();
        names
    };
    let log_in = |present: Option<&SecretSources>, token_text| {
        let store = store(&Missing, present, None, home.path());
        store.check(CredentialKind::Token).unwrap();
        let transaction = store.save(&token(token_text)).unwrap();
        let sources = transaction.sources().clone();
        transaction.commit();
        sources
    };
    let first = log_in(None, "test-first");
    let second = log_in(Some(&first), "test-second");
    let third = log_in(Some(&second), "test-third");
    assert_eq!(
        names(),
        ["", "~2", "~3"].map(|number| format!("hub{number}.orgconn-access-token"))
    );
    for name in [".tmpAbCdEf", "hub-2.orgconn-api-key", "other"] {
        fs::write(directory.join(name), "").unwrap();
    }
    delete_login_leftovers("hub", home.path(), third.iter()).unwrap();
    assert_eq!(
        names(),
        [
            "hub-2.orgconn-api-key",
            "hub~3.orgconn-access-token",
            "other"
        ]
    );
    let path = directory.join("hub~3.orgconn-access-token");
    assert_eq!(fs::read_to_string(path).unwrap(), "test-third");
}

#[cfg(unix)]
#[test]
fn a_directory_for_secrets_that_others_may_open_is_refused_with_the_mend() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("keys");
    let store = store(&Missing, None, None, home.path());
    store.check(CredentialKind::Token).unwrap();
    let mode = |mode| fs::set_permissions(&directory, fs::Permissions::from_mode(mode));
    assert_eq!(
        fs::metadata(&directory).unwrap().permissions().mode() & 0o777,
        0o700
    );
    mode(0o750).unwrap();
    let error = store.check(CredentialKind::Token).unwrap_err().to_string();
    let command = chmod_command("700", &directory);
    assert!(error.contains(&command), "{error}");
}

#[test]
fn files_are_new_and_go_with_the_login() {
    let home = tempfile::tempdir().unwrap();
    let keychain = MemoryKeychain::default();
    let store = in_files(&keychain, home.path().join("hub"));
    let token = token("test-token");
    store.check(CredentialKind::Token).unwrap();
    let transaction = store.save(&token).unwrap();
    let path = home.path().join("hub.orgconn-access-token");
    let source = SecretSource::File(path.clone());
    assert_eq!(*transaction.sources(), SecretSources::Token(source.clone()));
    let second = store.save(&token).map(drop);
    for refused in [store.check(CredentialKind::Token), second] {
        assert!(matches!(refused, Err(StoreError::Exists(_))));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "test-token");
    store.check(CredentialKind::Keys).unwrap();
    assert!(delete_login_secret(&source, &keychain).unwrap());
    assert!(!path.exists());
}

#[test]
fn a_second_file_that_is_in_the_way_leaves_no_first_one_behind() {
    let home = tempfile::tempdir().unwrap();
    let in_the_way = home.path().join("hub.orgconn-app-key");
    fs::write(&in_the_way, "somebody's").unwrap();
    let keychain = MemoryKeychain::default();
    let store = in_files(&keychain, home.path().join("hub"));
    assert!(store.save(&keys("test-api-key")).is_err());
    assert!(!home.path().join("hub.orgconn-api-key").exists());
    assert_eq!(fs::read_to_string(in_the_way).unwrap(), "somebody's");
}

#[test]
fn each_profile_has_a_file_name_of_its_own_that_every_system_allows() {
    for (profile, expected) in [
        ("hub", "hub"),
        ("Köln 2.0_a-b", "Köln 2.0_a-b"),
        ("../a", "..%2Fa"),
        ("a%2Fb", "a%252Fb"),
        ("C:\\a?", "C%3A%5Ca%3F"),
    ] {
        assert_eq!(encode_for_file_name(profile), expected);
    }
}
