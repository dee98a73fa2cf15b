//! The form of the answer to each shell.

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
        asked(&world, "bash", &["orgconn create Retail", "Retail", "9"]),
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
    let ask = |text: &str, kind: &str| {
        asked(
            &world,
            "bash",
            &[text, text.rsplit('=').next().unwrap(), kind],
        )
    };
    assert_eq!(
        ask("orgconn list --profile=retail", "63"),
        "words\n--profile=retail-us  -- Retail US\n--profile=retail-eu  -- Retail EU\n"
    );
    // A single candidate may be inserted anyway.
    assert_eq!(
        ask("orgconn list --profile=retail-u", "63"),
        "words\nretail-us\n"
    );
}
