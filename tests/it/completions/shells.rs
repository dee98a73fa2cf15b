//! How each shell is answered.

use snapbox::{assert_data_eq, str};

use super::asked;
use crate::harness::World;

#[test]
fn each_shell_is_answered_as_it_can_read_it() {
    let world = World::sandbox();
    let words = ["orgconn", "create", "Retail"];
    for shell in ["zsh", "fish", "elvish"] {
        assert_data_eq!(
            asked(&world, shell, &words),
            str![[r#"
words
Retail EU	
Retail US	

"#]]
        );
    }
    assert_data_eq!(
        asked(&world, "powershell", &["orgconn\ncreate\nRetail"]),
        str![[r#"
words
'Retail EU'	Retail EU	
'Retail US'	Retail US	

"#]]
    );
    assert_data_eq!(
        asked(&world, "bash", &["orgconn create Retail", " =:", "9"]),
        str![[r#"
words
Retail/ EU
Retail/ US

"#]]
    );
}

#[test]
fn what_bash_only_shows_is_shown_as_it_is() {
    let world = World::sandbox();
    let ask = |text: &str, kind: &str| asked(&world, "bash", &[text, " =:", kind]);
    assert_eq!(
        ask("orgconn list --profile=retail", "63"),
        "words\n--profile=retail-us  -- a source whose connection belongs to a person\n\
         --profile=retail-eu  -- a source whose connection belongs to a service account\n"
    );
    // One alone may be put on the line all the same.
    assert_eq!(
        ask("orgconn list --profile=retail-u", "63"),
        "words\nretail-us\n"
    );
}

#[test]
fn an_open_quote_in_fish_is_read_as_one() {
    let world = World::sandbox();
    for typed in ["\"Retail U", "'Retail U", r"Retail\ U"] {
        assert_eq!(
            asked(&world, "fish", &["orgconn", "create", typed]),
            "words\nRetail US\t\n"
        );
    }
}
