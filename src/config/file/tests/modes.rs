use std::os::unix::fs::PermissionsExt;

use super::*;

fn load(text: &str, mode: u32) -> Result<ConfigFile, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("c.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let shown = path.display().to_string();
    ConfigFile::load(&ConfigLocation::named(path))
        .map_err(|error| error.to_string().replace(&shown, "PATH"))
}

#[test]
fn a_file_with_sources_that_others_may_write_is_refused_with_the_mend() {
    let sources = "[profiles.x]\naccess_token = { command = [\"op\"] }";
    for mode in [0o620, 0o602, 0o666] {
        assert_eq!(
            load(sources, mode).unwrap_err(),
            "others may write PATH, which says where secrets come from; run `chmod go-w PATH`"
        );
        assert!(load("[profiles.x]", mode).is_ok());
    }
    assert!(load(sources, 0o644).is_ok());
}

#[test]
fn a_secret_in_a_file_that_others_may_read_comes_with_the_mend_for_that_too() {
    let secret = "[profiles.x]\naccess_token = \"test-token\"";
    assert!(
        load(secret, 0o644)
            .unwrap_err()
            .contains("run `chmod 600 PATH`")
    );
    assert!(!load(secret, 0o600).unwrap_err().contains("chmod"));
}
