//! New files are their user's alone, whatever the umask.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::harness::{Terminal, World};

/// All files and directories below a directory, with their modes.
fn modes(directory: &Path, found: &mut Vec<(PathBuf, u32)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        found.push((path.clone(), metadata.permissions().mode() & 0o7777));
        if metadata.is_dir() {
            modes(&path, found);
        }
    }
}

#[test]
fn the_umask_neither_opens_nor_closes_a_new_file() {
    for umask in ["0", "777", "277"] {
        let world = World::sandbox();
        let script = format!(
            "umask {umask} && ORGCONN_SANDBOX=0 orgconn profile add two --site datadoghq.eu && \
             orgconn create 'Security Archive' --type logs -q && \
             orgconn plan -q -f <(echo 'connections: []') --out plan.json && orgconn list && orgconn undo --yes"
        );
        let (code, screen) = Terminal::shell(&world, 200, &["bash", "-c", &script]).end();
        assert_eq!(code, Some(0), "umask {umask}: {screen}");
        let mut found = Vec::new();
        modes(world.home(), &mut found);
        let names: Vec<_> = found
            .iter()
            .filter_map(|(path, _)| path.file_name()?.to_str())
            .collect();
        for name in [
            "config.toml",
            "history.jsonl",
            "undo.lock",
            "sandbox.json",
            "sandbox.json.lock",
            "plan.json",
        ] {
            assert!(
                names.contains(&name),
                "umask {umask}: {name} is missing: {names:?}"
            );
        }
        assert!(
            names
                .iter()
                .any(|name| name.ends_with("sandbox.json") && *name != "sandbox.json"),
            "no cache: {names:?}"
        );
        for (path, mode) in found {
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, expected, "umask {umask}: {}", path.display());
        }
    }
}
