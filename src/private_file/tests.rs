use super::*;

#[test]
fn the_chmod_command_can_be_pasted_whatever_the_path() {
    for (mode, path, expected) in [
        ("600", "/a/b.toml", "chmod 600 /a/b.toml"),
        ("go-w", "a b", "chmod go-w 'a b'"),
        ("600", "-it's", r#"chmod 600 -- "-it's""#),
    ] {
        assert_eq!(chmod_command(mode, Path::new(path)), expected);
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn replace(path: &Path, content: &str) -> io::Result<()> {
        Replacement::prepare_through_links(path, content.as_bytes())?.commit()
    }

    #[test]
    fn new_files_and_their_directories_are_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let replaced = home.path().join("a/b/config.toml");
        replace(&replaced, "x = 1\n").unwrap();
        assert_eq!(fs::read_to_string(&replaced).unwrap(), "x = 1\n");
        let appended = home.path().join("c/history.jsonl");
        open_for_append(&appended).unwrap();
        let created = home.path().join("a/key");
        create_new(&created, b"x").unwrap();
        for path in [&replaced, &appended, &created] {
            assert_eq!(mode(path), 0o600, "{}", path.display());
            assert_eq!(mode(directory_of(path)), 0o700, "{}", path.display());
        }
    }

    #[test]
    fn a_file_that_is_there_is_never_created_anew() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        create_new(&path, b"theirs").unwrap();
        let error = create_new(&path, b"ours").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    }

    #[test]
    fn a_private_file_takes_the_place_of_one_that_others_may_read() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        for content in ["first", "second"] {
            replace_private(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
            assert_eq!(mode(&path), 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_replacement_keeps_the_mode_and_follows_links() {
        let home = tempfile::tempdir().unwrap();
        let [target, middle, link] =
            ["target", "middle", "link"].map(|name| home.path().join(name));
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("target", &middle).unwrap();
        symlink(&middle, &link).unwrap();
        replace(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert_eq!(mode(&target), 0o640);
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_yet_is_kept_and_the_file_created() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        symlink("elsewhere/target", &link).unwrap();
        replace(&link, "new").unwrap();
        let target = home.path().join("elsewhere/target");
        assert_eq!(fs::read_to_string(target).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn links_in_a_ring_are_an_error() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        symlink("link", &link).unwrap();
        assert!(replace(&link, "new").is_err());
    }

    #[test]
    fn a_replacement_that_is_not_committed_leaves_no_trace() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        fs::write(&path, "old").unwrap();
        drop(Replacement::prepare(&path, b"new").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn each_directory_and_link_on_the_way_to_a_file_is_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        for directory in ["own/a", "shared/a", "links"] {
            fs::create_dir_all(path(directory)).unwrap();
        }
        for file in ["own/a/good", "shared/a/file"] {
            fs::write(path(file), "").unwrap();
        }
        symlink("../own/a/good", path("shared/link")).unwrap();
        symlink("../shared/link", path("links/through_shared")).unwrap();
        symlink("../own/a", path("links/directory")).unwrap();
        fs::set_permissions(path("shared"), fs::Permissions::from_mode(0o777)).unwrap();
        for (file, is_safe) in [
            ("own/a/good", true),
            ("links/directory/good", true),
            ("shared/a/file", false),
            ("shared/link", false),
            ("links/through_shared", false),
        ] {
            let path = path(file);
            let result = require_safe(&path, &File::open(&path).unwrap());
            assert_eq!(result.is_ok(), is_safe, "{file}: {result:?}");
        }
    }
}
