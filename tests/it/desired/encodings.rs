//! Files as editors and shells write them.

use std::fs;

use snapbox::{assert_data_eq, str};

use super::{FILE, expect_current_user, expect_reads, live};
use crate::harness::{Api, World};

fn utf16(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_byte_order_mark_and_utf_16_are_read() {
    for bytes in [
        format!("\u{feff}{FILE}").into_bytes(),
        utf16(&FILE.replace('\n', "\r\n")),
    ] {
        let api = Api::new();
        expect_reads(&api, &live(), 1);
        expect_current_user(&api, true);
        let world = api.world();
        fs::write(world.home().join("orgconn.yaml"), bytes).unwrap();
        let planned = world.run(["plan", "-f", "orgconn.yaml", "-o", "csv"]);
        assert_eq!(planned.code(0).stdout.lines().count(), 3);
    }
}

/// Requires that every command refuses a file of these bytes with this message, before any request.
#[track_caller]
fn refused(bytes: &[u8], message: &str) {
    let world = World::talking_to("http://127.0.0.1:9");
    fs::write(world.home().join("orgconn.yaml"), bytes).unwrap();
    for command in ["plan", "apply", "check"] {
        let refused = world.run([command, "-f", "orgconn.yaml", "--yes"]);
        assert_eq!(refused.code(2).stderr, format!("error: {message}\n"));
    }
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    let latin1 = b"connections:\n  - source: \"K\xf6ln\"\n";
    refused(latin1, "orgconn.yaml:2:15: no valid UTF-8");
    let half = [utf16("connections:\n  - "), vec![b'a']].concat();
    refused(&half, "orgconn.yaml:2:5: no valid UTF-16");
    let without_mark = &utf16("connections: []")[2..];
    refused(
        without_mark,
        "orgconn.yaml:1:1: no valid UTF-8; it looks like UTF-16 without a byte-order mark: save it as UTF-8, or as \
         UTF-16 with the mark",
    );
}

#[test]
fn bytes_on_standard_input_are_named_with_their_place_too() {
    let world = World::talking_to("http://127.0.0.1:9");
    let text = utf16("connections: 1");
    fs::write(world.home().join("odd"), [&text[..], b"x"].concat()).unwrap();
    let refused = world.script("orgconn plan -f - < odd").code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: standard input:1:15: no valid UTF-16

"#]]
    );
}

#[test]
#[cfg(unix)]
fn an_endless_file_is_refused() {
    let refused = World::talking_to("http://127.0.0.1:9")
        .run(["plan", "-f", "/dev/zero"])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: cannot read /dev/zero: it is a device or socket, not a regular file

"#]]
    );
}

#[test]
fn what_yaml_takes_for_no_name_gets_the_advice_to_quote_it() {
    for (org, found) in [
        ("null", "nothing"),
        ("~", "nothing"),
        ("", "nothing"),
        ("2024", "a number"),
        ("true", "true or false"),
    ] {
        refused(
            format!("connections:\n  - source: {org}\n    destination: Hub\n    types: [logs]\n")
                .as_bytes(),
            &format!(
                "orgconn.yaml:{}: expected an org or a list of orgs, found {found}; a name like that is put in quotes",
                if org.is_empty() { "2:11" } else { "2:13" }
            ),
        );
    }
}

#[test]
fn invisible_characters_of_a_key_are_written_out() {
    let text = "connections:\n  - source: A\n    desti\u{ad}nation: B\n    types\u{a0}: [logs]\n";
    let world = World::talking_to("http://127.0.0.1:9");
    world.file("orgconn.yaml", text);
    let refused = world.run(["plan", "-f", "orgconn.yaml"]).code(2);
    assert_eq!(
        refused.stderr,
        "error: orgconn.yaml:3:5: unknown key `desti\\u{ad}nation`; did you mean `destination`?\n\
         error: orgconn.yaml:4:5: unknown key `types\\u{a0}`; did you mean `types`?\n"
    );
}

#[test]
fn a_limit_of_the_parser_is_told_in_plain_words() {
    let too_many = "the file has too many or too long values, those that its aliases repeat included; at most 250000 \
                    are read";
    let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("b{level}: &a{level} [{items}]\n"));
    }
    refused(bomb.as_bytes(), &format!("orgconn.yaml:6:10: {too_many}"));
    let anchors: String = (0..70_000).map(|n| format!("- &a{n} x\n")).collect();
    refused(
        anchors.as_bytes(),
        &format!("orgconn.yaml:50001:11: {too_many}"),
    );
    let deep = format!("connections: {}{}", "[".repeat(40), "]".repeat(40));
    let too_deep =
        "orgconn.yaml:1:29: the values are nested too deeply; at most 16 levels are read";
    refused(deep.as_bytes(), too_deep);
    let second = "orgconn.yaml:2:5: a second YAML document begins; a file has one";
    refused(b"--- a\n--- b\n", second);
}
