use std::path::PathBuf;

use super::*;
use crate::config::{ConfigLocation, MemoryKeychain};

mod environment;
mod profiles;

const FILE: &str = r#"
trusted_hosts = ["everywhere.test"]
[profiles.hub]
site = "datadoghq.eu"
org = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85"
trusted_hosts = ["hub.test"]
access_token = { env = "DD_ACCESS_TOKEN" }
[profiles.payments]
access_token = { env = "PAYMENTS" }
[profiles.bare]
"#;

fn file(text: &str) -> ConfigFile {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let mut file = ConfigFile::load(&ConfigLocation::named(path)).unwrap();
    file.path = PathBuf::from("/c/config.toml");
    file
}

fn resolve_in(
    text: &str,
    flags: &Flags,
    variables: &[(&str, &str)],
) -> Result<Vec<Target>, String> {
    let environment = Environment::from_pairs(variables.iter().copied()).unwrap();
    let keychain = Arc::new(MemoryKeychain::default());
    resolve(flags, &environment, &file(text), keychain).map_err(|error| error.to_string())
}

fn one(text: &str, flags: &Flags, variables: &[(&str, &str)]) -> Result<Target, String> {
    let mut targets = resolve_in(text, flags, variables)?;
    assert_eq!(targets.len(), 1);
    Ok(targets.remove(0))
}

fn chosen(names: &[&str]) -> Flags {
    Flags {
        profiles: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Flags::default()
    }
}

fn names(targets: &[Target]) -> Vec<&str> {
    targets
        .iter()
        .filter_map(|target| target.profile.as_deref())
        .collect()
}

const DD: [(&str, &str); 2] = [
    ("DD_API_KEY", "test-api-key"),
    ("DD_APP_KEY", "test-app-key"),
];
