use serde_json::json;
use wiremock::ResponseTemplate;

use crate::harness::{
    Api, Flaky, Gate, Reply, Terminal, World, connection, current_user, org_list, page, uuid,
};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// A mock that lists one connection, once.
fn one() -> Api {
    let api = Api::new();
    api.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    api
}

/// Runs `delete` for that connection until it asks.
fn asked(world: &World) -> Terminal {
    let mut terminal = Terminal::start(world, 100, &["delete", &uuid(50)]);
    terminal.wait_for("Org 1 → Org 2  logs");
    terminal.wait_for_question("Delete this connection?");
    terminal
}

fn expect_deletion(api: &Api) {
    let path = format!("/api/v2/org_connections/{}", uuid(50));
    let gone = ResponseTemplate::new(200).set_body_raw("{}\n", "application/json");
    api.expect("DELETE", &path, None, gone, 1);
}

#[test]
fn a_deletion_is_shown_and_asked_about_and_yes_deletes() {
    let api = one();
    expect_deletion(&api);
    let world = api.world();
    let mut terminal = asked(&world);
    terminal.press("y\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("deleted"), "{shown}");
}

#[test]
fn no_and_enter_alone_and_declining_delete_nothing() {
    for keys in ["n\r", "\r", "no\r", "\u{1b}", "\u{4}", "y\u{1b}"] {
        let api = one();
        let world = api.world();
        let mut terminal = asked(&world);
        terminal.press(keys);
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(1), "{shown}");
        assert!(
            shown.contains("not confirmed; nothing was deleted"),
            "{shown}"
        );
    }
}

#[test]
fn ctrl_c_at_the_question_deletes_nothing() {
    let api = one();
    let world = api.world();
    let mut terminal = asked(&world);
    terminal.press("\u{3}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(130), "{shown}");
    assert!(
        shown.ends_with("\u{1b}[0minterrupted; nothing was deleted\n"),
        "{shown:?}"
    );
}

#[test]
fn yes_beforehand_asks_nothing() {
    let api = one();
    expect_deletion(&api);
    let world = api.world();
    let terminal = Terminal::start(&world, 100, &["delete", &uuid(50), "--yes"]);
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains('?'), "{shown}");
}

#[test]
fn where_asking_is_forbidden_nothing_is_asked() {
    let world = World::talking_to("http://127.0.0.1:9");
    for arguments in [
        &["delete", "40bb", "--no-input"][..],
        &["create", "Org 2", "--no-input"],
    ] {
        let (code, shown) = Terminal::start(&world, 100, arguments).end();
        assert_eq!(code, Some(2), "{shown}");
    }
}

#[test]
fn several_connections_are_asked_about_once() {
    let api = Api::new();
    let connections = [
        connection(50, 1, 2, &["logs"]),
        connection(51, 1, 3, &["audit"]),
    ];
    api.get(LIST, &page(&connections, 2));
    let world = api.world();
    let mut terminal = Terminal::start(&world, 100, &["rm", &uuid(51), &uuid(50)]);
    terminal.wait_for_question("Delete these 2 connections?");
    terminal.press("n\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(1), "{shown}");
    for line in ["Org 1 → Org 3  audit", "Org 1 → Org 2  logs"] {
        assert!(shown.contains(line), "{shown}");
    }
}

#[test]
fn a_create_without_types_asks_what_to_share() {
    let api = Api::new();
    let order = json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": ["logs", "audit"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(2)}}},
    }});
    let made = json!({"data": connection(50, 1, 2, &["logs", "audit"])});
    let answer = ResponseTemplate::new(200).set_body_json(made);
    let mut owner = current_user(1);
    owner["data"]["attributes"]["service_account"] = json!(false);
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get("/api/v2/current_user", &owner)
        .expect("POST", "/api/v2/org_connections", Some(order), answer, 1);
    let world = api.world();
    let mut terminal = Terminal::start(&world, 100, &["create", "Org 2"]);
    terminal.wait_for("Share which types?");
    terminal.wait_for_question("audit");
    // Chooses the first item and the last one, which the up arrow reaches from the first.
    terminal.press(" \u{1b}[A \r");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("logs,audit"), "{shown}");
    let warning = "new connections in `Org 1` would belong to Pipeline, a person";
    assert_eq!(shown.matches(warning).count(), 1, "{shown}");
}

/// Runs `create` until it asks which types to share.
fn asked_for_types(world: &World) -> Terminal {
    let mut terminal = Terminal::start(world, 100, &["create", "Org 2"]);
    terminal.wait_for_question("audit");
    terminal
}

#[test]
fn nothing_is_created_when_no_type_is_chosen() {
    for keys in ["\u{1b}", "\u{4}", " \u{1b}"] {
        let api = Api::new();
        let world = api.world();
        let mut terminal = asked_for_types(&world);
        terminal.press(keys);
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(1), "{shown}");
        assert!(
            shown.contains("no type was chosen; nothing was created"),
            "{shown}"
        );
    }
}

#[test]
fn enter_without_a_chosen_type_says_how_to_choose_one() {
    let api = Api::new();
    let world = api.world();
    let mut terminal = asked_for_types(&world);
    terminal.press("\r");
    terminal.wait_for("select one or more with space");
    terminal.press("\u{1b}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");
}

#[test]
fn ctrl_c_at_the_question_what_to_share_creates_nothing() {
    let api = Api::new();
    let world = api.world();
    let mut terminal = asked_for_types(&world);
    terminal.press("\u{3}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(130), "{shown}");
    assert!(
        shown.contains("interrupted; nothing was created"),
        "{shown}"
    );
}

#[test]
fn what_is_no_answer_is_asked_again() {
    let api = one();
    let world = api.world();
    let mut terminal = asked(&world);
    terminal.press("yarn build\r");
    terminal.wait_for("type y for yes or n for no");
    // The typed text stays, so that it can be corrected.
    terminal.press(&format!("{}n\r", "\u{7f}".repeat(10)));
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");
}

#[test]
fn the_whole_word_is_an_answer_and_nothing_of_it_is_left_for_the_shell() {
    let api = one();
    expect_deletion(&api);
    let world = api.world();
    let mut shell = Terminal::bash(&world, 100);
    shell.press(&format!("orgconn delete {}; cat; exit\r", uuid(50)));
    shell.wait_for("Delete this connection? (y/N)");
    shell.press("yes\r");
    shell.wait_for("deleted");
    // The end of the input of `cat`.
    shell.press("\u{4}");
    let (_, shown) = shell.end();
    assert!(!shown.contains("\nes"), "{shown:?}");
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let gate = Gate::default();
    let listed = page(&[connection(50, 1, 2, &["logs"])], 1);
    let api = Flaky::new([Reply::Held(gate.clone(), Box::new(Reply::json(&listed)))]);
    let world = api.world();
    let mut terminal = Terminal::start(&world, 100, &["delete", &uuid(50)]);
    api.wait_for(1);
    terminal.press("y\ry\ry");
    gate.open();
    terminal.wait_for_question("Delete this connection?");
    terminal.press("\r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");
    assert_eq!(api.calls().len(), 1);
}

#[test]
fn a_signal_at_a_question_leaves_the_terminal_as_it_was() {
    for signal in ["INT", "TERM", "HUP"] {
        let api = one();
        let world = api.world();
        let terminal = asked(&world);
        terminal.signal(signal);
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(130), "{shown}");
        assert!(
            shown.ends_with("interrupted; nothing was deleted\n"),
            "{shown:?}"
        );
    }
}

#[test]
fn why_nothing_can_be_undone_is_said_once() {
    let world = World::sandbox();
    let deletion = ["delete", "b5a4e6d1", "--profile=hub", "--yes"];
    world.run(deletion).quiet_success();
    let arguments = ["undo", "--profile=hub", "--color=never"];
    let (code, shown) = Terminal::start(&world, 200, &arguments).end();
    assert_eq!(code, Some(4), "{shown}");
    assert!(shown.starts_with("error: undoing "), "{shown}");
    assert_eq!(shown.matches("requires keys of").count(), 1, "{shown}");
}
