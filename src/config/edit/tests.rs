use std::fs;

use super::*;

const ORIGINAL: &str = r#"# The hub's people look after this file.

# The hub
[profiles.hub]   # the centre
site = "datadoghq.com"  # since 2020
api_key = { env = "HUB_API_KEY" }  # from CI
app_key = { env = "HUB_APP_KEY" }

# Payments
[profiles.payments]
access_token = { keyring = true }
"#;

fn editor(text: &str) -> (tempfile::TempDir, ConfigEditor) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    fs::write(&path, text).unwrap();
    let editor = ConfigEditor::open(&ConfigLocation::named(path)).unwrap();
    (directory, editor)
}

/// The file after an edit.
fn edited(text: &str, edit: impl FnOnce(&mut ConfigEditor)) -> String {
    let (directory, mut editor) = editor(text);
    edit(&mut editor);
    editor.save().unwrap();
    fs::read_to_string(directory.path().join("config.toml")).unwrap()
}

fn draft() -> ProfileDraft {
    ProfileDraft {
        server: Some(Server::from_site("datadoghq.eu").unwrap()),
        credentials: Some(SecretSources::Keys {
            api_key: SecretSource::File("~/k".into()),
            app_key: SecretSource::Command {
                program: "op".to_owned(),
                arguments: vec!["read".to_owned()],
            },
        }),
        ..ProfileDraft::default()
    }
}

const DRAFT: &str = r#"
[profiles.retail]
site = "datadoghq.eu"
api_key = { file = "~/k" }
app_key = { command = ["op", "read"] }
"#;

#[test]
fn the_first_profile_makes_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orgconn/config.toml");
    let mut editor = ConfigEditor::open(&ConfigLocation::named(&path)).unwrap();
    editor.add("retail", &draft()).unwrap();
    editor.set_default("retail").unwrap();
    let file = editor.save().unwrap();
    assert_eq!(file.default_profile.as_deref(), Some("retail"));
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text, format!("default_profile = \"retail\"\n{DRAFT}"));
}

#[test]
fn a_change_keeps_comments_and_order() {
    let text = edited(ORIGINAL, |editor| {
        let draft = ProfileDraft {
            server: Some(Server::from_site("datadoghq.eu").unwrap()),
            org: Some(Uuid::from_u128(1)),
            ..ProfileDraft::default()
        };
        editor.update_profile("hub", &draft).unwrap();
    });
    let expected = ORIGINAL
        .replace("\"datadoghq.com\"", "\"datadoghq.eu\"")
        .replace(
            "HUB_APP_KEY\" }\n",
            "HUB_APP_KEY\" }\norg = \"00000000-0000-0000-0000-000000000001\"\n",
        );
    assert_eq!(text, expected);
}

#[test]
fn credentials_take_the_place_of_the_former_ones() {
    let text = edited(ORIGINAL, |editor| {
        editor.update_profile("payments", &draft()).unwrap();
        let token = ProfileDraft {
            server: Some(Server::from_url("https://proxy.test").unwrap()),
            credentials: Some(SecretSources::Token(SecretSource::keyring(
                "hub",
                "access_token",
            ))),
            ..ProfileDraft::default()
        };
        editor.update_profile("hub", &token).unwrap();
    });
    let file = parse(Path::new("c"), &text).unwrap();
    let [hub, payments] = file.profiles.as_slice() else {
        panic!("two profiles");
    };
    assert!(matches!(hub.server, Server::Url(_)));
    assert!(matches!(hub.credentials, Some(SecretSources::Token(_))));
    assert!(matches!(
        payments.credentials,
        Some(SecretSources::Keys { .. })
    ));
}

#[test]
fn a_profile_goes_with_its_own_comment_and_no_other() {
    let text = edited(ORIGINAL, |editor| {
        assert!(!editor.remove("hub").unwrap());
    });
    let rest = &ORIGINAL[ORIGINAL.find("# Payments").unwrap()..];
    assert_eq!(
        text,
        format!("# The hub's people look after this file.\n\n{rest}")
    );
    let text = edited(ORIGINAL, |editor| {
        editor.remove("payments").unwrap();
        editor.remove("hub").unwrap();
    });
    assert_eq!(text.trim_end(), "# The hub's people look after this file.");
}

#[test]
fn the_default_goes_with_its_profile() {
    let text = format!("default_profile = \"hub\"\n\n{ORIGINAL}");
    let text = edited(&text, |editor| assert!(editor.remove("hub").unwrap()));
    assert!(!text.contains("default_profile"), "{text}");
    assert!(text.starts_with("# The hub's people"), "{text}");
}

#[test]
fn the_head_of_the_file_survives_the_default_under_it() {
    let head = "# Head\n\n# Which one\n";
    let bare = format!("{head}default_profile = \"payments\"\n\n{ORIGINAL}");
    let text = edited(&bare, |editor| assert!(editor.remove("payments").unwrap()));
    assert!(
        text.starts_with(&format!("{head}\n# The hub's people")),
        "{text}"
    );
    let key = "trusted_hosts = []  # none\n";
    let followed = format!("{head}default_profile = \"payments\"\n{key}\n{ORIGINAL}");
    let text = edited(&followed, |editor| {
        assert!(editor.remove("payments").unwrap())
    });
    assert!(
        text.starts_with(&format!("{head}{key}\n# The hub's people")),
        "{text}"
    );
    let alone = format!("{head}default_profile = \"x\"\n[profiles.x]\n");
    let text = edited(&alone, |editor| assert!(editor.remove("x").unwrap()));
    assert_eq!(text, head);
}

#[test]
fn a_default_that_is_new_is_set_apart_from_the_tables() {
    let text = edited("[profiles.x]\n", |editor| editor.set_default("x").unwrap());
    assert_eq!(text, "default_profile = \"x\"\n\n[profiles.x]\n");
    let again = edited(&text, |editor| editor.set_default("x").unwrap());
    assert_eq!(again, text);
}

#[test]
fn profiles_written_in_other_ways_are_edited_too() {
    for original in [
        "profiles = { hub = { site = \"datadoghq.com\" } }\n",
        "profiles.hub.site = \"datadoghq.com\"\n",
        "[profiles]\nhub.site = \"datadoghq.com\"\n",
        "[profiles.hub.access_token]\nenv = \"HUB\"\n",
        "[profiles.hub]\n[profiles.hub.api_key]\nenv = \"A\"\n[profiles.hub.app_key]\nenv = \"B\"\n",
    ] {
        let (_directory, mut editor) = editor(original);
        editor.add("retail", &draft()).unwrap();
        editor.update_profile("hub", &draft()).unwrap();
        let file = editor.save().unwrap();
        let names: Vec<_> = file
            .profiles
            .iter()
            .map(|profile| profile.name.as_str())
            .collect();
        assert_eq!(names, ["hub", "retail"], "{original}");
        let hub = file.profile("hub").unwrap();
        assert_eq!(hub.server.base_url(), "https://api.datadoghq.eu");
    }
}

#[test]
fn a_name_that_is_taken_or_unusable_is_refused() {
    let (_directory, mut editor) = editor(ORIGINAL);
    assert_eq!(
        editor.add("HUB", &draft()).unwrap_err().to_string(),
        "the profile `hub` already exists"
    );
    for name in ["", "a,b", " a"] {
        let error = editor.add(name, &draft()).unwrap_err();
        assert!(matches!(error, FileError::UnusableName));
    }
}

#[test]
fn what_is_not_there_can_be_neither_changed_nor_removed() {
    let (_directory, mut editor) = editor(ORIGINAL);
    let errors = [
        editor.update_profile("hubb", &draft()).unwrap_err(),
        editor.remove("hubb").unwrap_err(),
        editor.set_default("hubb").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "no profile `hubb`; did you mean `hub`?");
    }
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone_and_nothing_is_left_behind() {
    let (directory, mut editor) = editor(ORIGINAL);
    let path = directory.path().join("config.toml");
    fs::write(&path, "# theirs\n").unwrap();
    editor.add("retail", &draft()).unwrap();
    let error = editor.save().unwrap_err();
    assert!(matches!(error, FileError::Changed(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "# theirs\n");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_file_in_another_encoding_is_edited_and_written_in_utf_8() {
    let (directory, _) = editor(ORIGINAL);
    let location = ConfigLocation::named(directory.path().join("config.toml"));
    let utf16 = "\u{feff}".encode_utf16().chain(ORIGINAL.encode_utf16());
    let bytes: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
    fs::write(&location.path, bytes).unwrap();
    ConfigEditor::edit(&location, |editor| editor.add("retail", &draft())).unwrap();
    let text = fs::read_to_string(&location.path).unwrap();
    assert!(
        text.starts_with(ORIGINAL) && text.contains("[profiles.retail]"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_wrong_is_not_edited() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    fs::write(&path, "colour = 1\n").unwrap();
    let error = ConfigEditor::open(&ConfigLocation::named(path)).unwrap_err();
    assert!(matches!(error, FileError::Invalid { .. }));
}

#[test]
fn credentials_are_forgotten_and_nothing_else() {
    let text = edited(ORIGINAL, |editor| {
        editor.remove_credentials("hub").unwrap();
        assert!(editor.remove_credentials("nobody").is_err());
    });
    assert_eq!(
        text,
        ORIGINAL
            .replace("api_key = { env = \"HUB_API_KEY\" }  # from CI\n", "")
            .replace("app_key = { env = \"HUB_APP_KEY\" }\n", "")
    );
}
