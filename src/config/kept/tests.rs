use std::sync::Mutex;

use super::*;
use crate::config::MemoryKeychain;

fn keys(api_key: &str) -> Credentials {
    Credentials::Keys {
        api_key: api_key.into(),
        app_key: "test-app-key".into(),
    }
}

fn kept_in(keychain: &dyn Keychain, account: &str) -> Option<String> {
    let secret = keychain.get(account).unwrap();
    secret.map(|secret| secret.expose_secret().to_owned())
}

/// A keychain that refuses one account.
struct Choosy {
    inner: MemoryKeychain,
    refuses: &'static str,
    deleted: Mutex<Vec<String>>,
}

impl Keychain for Choosy {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        self.inner.get(account)
    }

    fn set(&self, account: &str, secret: &SecretString) -> Result<(), KeychainError> {
        if account == self.refuses {
            return Err(KeychainError::Unexpected);
        }
        self.inner.set(account, secret)
    }

    fn delete(&self, account: &str) -> Result<bool, KeychainError> {
        self.deleted.lock().unwrap().push(account.to_owned());
        self.inner.delete(account)
    }
}

#[test]
fn the_keychain_keeps_each_secret_under_the_profiles_name_and_lets_it_go() {
    let keychain = MemoryKeychain::default();
    let store = SecretStore::Keychain(&keychain);
    let kept = store.keep("hub", &keys("test-api-key")).unwrap();
    assert_eq!(
        kept.sources,
        Sources::Keys {
            api_key: SecretSource::keyring("hub", "api_key"),
            app_key: SecretSource::keyring("hub", "app_key"),
        }
    );
    assert_eq!(
        kept_in(&keychain, "hub/api-key").as_deref(),
        Some("test-api-key")
    );
    for source in kept.sources.iter() {
        assert!(is_kept(source));
        assert!(discard(source, &keychain).unwrap());
        assert!(!discard(source, &keychain).unwrap());
    }
    assert_eq!(kept_in(&keychain, "hub/app-key"), None);
}

#[test]
fn what_is_taken_back_leaves_the_secret_that_was_there_before() {
    let keychain = MemoryKeychain::default();
    keychain
        .set("hub/api-key", &"test-older-key".into())
        .unwrap();
    let store = SecretStore::Keychain(&keychain);
    store
        .keep("hub", &keys("test-newer-key"))
        .unwrap()
        .take_back();
    assert_eq!(
        kept_in(&keychain, "hub/api-key").as_deref(),
        Some("test-older-key")
    );
    assert_eq!(kept_in(&keychain, "hub/app-key"), None);
}

#[test]
fn one_key_that_is_refused_takes_the_other_with_it() {
    let keychain = Choosy {
        inner: MemoryKeychain::default(),
        refuses: "hub/app-key",
        deleted: Mutex::default(),
    };
    let store = SecretStore::Keychain(&keychain);
    assert!(store.keep("hub", &keys("test-api-key")).is_err());
    assert_eq!(kept_in(&keychain, "hub/api-key"), None);
    assert_eq!(*keychain.deleted.lock().unwrap(), ["hub/api-key"]);
}

#[test]
fn a_keychain_that_is_not_there_is_found_out_before_anything_is_kept() {
    struct Missing;
    impl Keychain for Missing {
        fn get(&self, _: &str) -> Result<Option<SecretString>, KeychainError> {
            Err(KeychainError::NotBuiltIn)
        }
        fn set(&self, _: &str, _: &SecretString) -> Result<(), KeychainError> {
            panic!("nothing may be kept here")
        }
        fn delete(&self, _: &str) -> Result<bool, KeychainError> {
            panic!("nothing is kept here")
        }
    }
    let store = SecretStore::Keychain(&Missing);
    for token in [true, false] {
        let error = store.check("hub", token).unwrap_err();
        assert!(matches!(error, StoreError::Keychain { .. }));
    }
    assert!(store.keep("hub", &keys("test-api-key")).is_err());
}

#[test]
fn files_are_new_and_their_owners_alone() {
    let home = tempfile::tempdir().unwrap();
    let store = SecretStore::Files(home.path().join("hub"));
    let token = Credentials::Token("test-token".into());
    store.check("hub", true).unwrap();
    let kept = store.keep("hub", &token).unwrap();
    let path = home.path().join("hub.orgconn-access-token");
    assert_eq!(
        kept.sources,
        Sources::Token(SecretSource::File { path: path.clone() })
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "test-token");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions())
            & 0o777,
        0o600
    );
    for refused in [
        store.check("hub", true),
        store.keep("hub", &token).map(drop),
    ] {
        assert!(matches!(refused, Err(StoreError::Exists { .. })));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "test-token");
    store.check("hub", false).unwrap();
    assert!(
        discard(
            &SecretSource::File { path: path.clone() },
            &MemoryKeychain::default()
        )
        .unwrap()
    );
    assert!(!path.exists());
}

#[test]
fn a_second_file_that_is_in_the_way_leaves_no_first_one_behind() {
    let home = tempfile::tempdir().unwrap();
    let in_the_way = home.path().join("hub.orgconn-app-key");
    fs::write(&in_the_way, "somebody's").unwrap();
    let store = SecretStore::Files(home.path().join("hub"));
    assert!(store.keep("hub", &keys("test-api-key")).is_err());
    assert!(!home.path().join("hub.orgconn-api-key").exists());
    assert_eq!(fs::read_to_string(in_the_way).unwrap(), "somebody's");
}

#[test]
fn files_of_another_origin_are_never_deleted() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("api-key");
    fs::write(&path, "test-api-key").unwrap();
    let source = SecretSource::File { path: path.clone() };
    assert!(!is_kept(&source));
    assert!(!discard(&source, &MemoryKeychain::default()).unwrap());
    assert!(path.exists());
}
