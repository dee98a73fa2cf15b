use serde_json::json;
use snapbox::{assert_data_eq, str};
use wiremock::ResponseTemplate;

use crate::harness::{Api, World, connection, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

fn gone() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw("{}\n", "application/json")
}

fn path(id: u128) -> String {
    format!("/api/v2/org_connections/{}", uuid(id))
}

#[test]
fn off_a_terminal_nothing_is_deleted_without_yes() {
    let refused = World::talking_to("http://127.0.0.1:9")
        .run(["delete", &uuid(50)])
        .code(2);
    assert_data_eq!(
        refused.stderr,
        str![[r#"
error: deleting needs a confirmation, and there is no terminal to ask on
hint: add --yes to delete without asking

"#]]
    );
}

#[test]
fn what_went_is_shown() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .expect("DELETE", &path(50), None, gone(), 1);
    let deleted = api.world().run([
        "rm",
        "00000000-0000",
        "--yes",
        "--columns=result,id,source,destination",
    ]);
    assert_data_eq!(
        deleted.quiet_success(),
        str![[r#"
RESULT   ID                                    SOURCE  DESTINATION
deleted  00000000-0000-0000-0000-000000000032  Org 1   Org 2

"#]]
    );
}

#[test]
fn ids_come_from_standard_input_each_once() {
    let api = Api::new();
    let (one, two) = (
        connection(50, 1, 2, &["logs"]),
        connection(51, 1, 3, &["logs"]),
    );
    api.get(LIST, &page(&[one, two], 2))
        .expect("DELETE", &path(50), None, gone(), 1)
        .expect("DELETE", &path(51), None, gone(), 1);
    let input = format!("{}\n\n  {}\r\n{}\n", uuid(51), uuid(50), uuid(51));
    let deleted = api
        .world()
        .run_with_input(["delete", "-", "--yes", "-o", "id"], &input)
        .quiet_success();
    assert_eq!(deleted, format!("{}\n{}\n", uuid(51), uuid(50)));
}

#[test]
fn nothing_on_standard_input_is_nothing_to_do() {
    let done = World::talking_to("http://127.0.0.1:9")
        .run_with_input(["delete", "-", "--yes", "-o", "json"], "\n");
    assert_eq!(done.code(0).json()["items"], json!([]));
}

#[test]
fn a_bad_line_on_standard_input_is_named_and_nothing_is_sent() {
    let world = World::talking_to("http://127.0.0.1:9");
    let refused = world
        .run_with_input(["delete", "-", "--yes"], &format!("{}\nabc\n", uuid(50)))
        .code(2);
    assert!(
        refused.stderr.contains("line 2 of standard input")
            && refused.stderr.contains("`abc` is too short")
    );
}

#[test]
fn one_that_is_not_there_keeps_all_from_going_unless_that_is_to_be_ignored() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let refused = api
        .world()
        .run(["delete", &uuid(50), &uuid(51), "--yes"])
        .code(5);
    assert!(refused.stderr.contains(&uuid(51)), "{}", refused.stderr);

    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .expect("DELETE", &path(50), None, gone(), 1);
    let done = api
        .world()
        .run([
            "delete",
            &uuid(50),
            &uuid(51),
            "--yes",
            "--ignore-not-found",
            "-oid",
        ])
        .code(0);
    assert_eq!(done.stdout, format!("{}\n", uuid(50)));
    assert_eq!(
        done.stderr,
        format!(
            "no connection with the id {}: nothing to delete\n",
            uuid(51)
        )
    );
}

#[test]
fn a_pair_of_orgs_names_the_connection_between_them() {
    let api = Api::new();
    let target = format!(
        "/api/v2/org_connections?limit=1000&offset=0&sink_org_id={}&source_org_id={}",
        uuid(2),
        uuid(1)
    );
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(&target, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .expect("DELETE", &path(50), None, gone(), 1);
    api.world()
        .run(["delete", "--from", "Org 1", "--to", "Org 2", "--yes"])
        .code(0);
}

#[test]
fn a_dry_run_deletes_nothing() {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
        .permit_writes();
    let shown = api
        .world()
        .run(["delete", &uuid(50), "--dry-run", "-o", "jsonl"])
        .code(0);
    assert_eq!(shown.json()["result"], "would delete");
}

#[test]
fn a_beginning_that_two_connections_share_deletes_neither() {
    let api = Api::new();
    api.get(
        LIST,
        &page(
            &[
                connection(50, 1, 2, &["logs"]),
                connection(51, 1, 3, &["logs"]),
            ],
            2,
        ),
    );
    let refused = api.world().run(["delete", "00000000", "--yes"]).code(5);
    assert!(
        refused.stderr.contains(&uuid(50)) && refused.stderr.contains(&uuid(51)),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_id() {
    let ids = format!("{}\r\n", uuid(50));
    let utf16 = "\u{feff}".encode_utf16().chain(ids.encode_utf16());
    for bytes in [
        format!("\u{feff}{ids}").into_bytes(),
        utf16.flat_map(u16::to_le_bytes).collect(),
    ] {
        let api = Api::new();
        api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1))
            .permit_writes();
        let world = api.world();
        std::fs::write(world.home().join("ids"), bytes).unwrap();
        let previewed = world.script("orgconn delete - --dry-run -o id < ids");
        assert_eq!(previewed.code(0).stdout, format!("{}\n", uuid(50)));
    }
}

#[test]
fn bytes_on_standard_input_that_are_no_text_are_named_with_their_place() {
    let world = World::talking_to("http://127.0.0.1:9");
    std::fs::write(world.home().join("ids"), b"40bb1234\n40bb\xff\n").unwrap();
    let refused = world.script("orgconn delete - --yes < ids").code(2);
    assert_eq!(
        refused.stderr,
        "error: cannot read standard input: line 2, column 5: no valid UTF-8\n"
    );
}
