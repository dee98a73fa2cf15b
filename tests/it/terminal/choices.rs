//! What the command line leaves out is chosen at the terminal.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::harness::{
    Api, Profiles, Terminal, World, connection, current_user, org_list, page, uuid,
};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// The keys of an arrow down and of Escape.
const DOWN: &str = "\u{1b}[B";
const ESCAPE: &str = "\u{1b}";

fn answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A mock of org 1, connected to org 2 and shared with by org 3. Its list is read any number of times.
fn two() -> Api {
    let api = Api::new();
    let connections = [
        connection(50, 1, 2, &["logs"]),
        connection(51, 3, 1, &["logs", "rum"]),
    ];
    api.allow("GET", LIST, None, answer(&page(&connections, 2)))
        .allow(
            "GET",
            "/api/v2/current_user",
            None,
            answer(&current_user(1)),
        );
    api
}

/// Runs the program without colours until it asks.
fn asked(world: &World, arguments: &[&str], question: &str) -> Terminal {
    let arguments = [&["--color=never"], arguments].concat();
    let mut terminal = Terminal::start(world, 100, &arguments);
    terminal.wait_for_question(question);
    // The end of the first drawing.
    terminal.wait_for("escape declines]");
    terminal
}

/// The command line that is shown as the same without a question.
#[track_caller]
fn command_line(shown: &str) -> &str {
    let (_, rest) = shown.split_once("the same without a question:").unwrap();
    // A long one has a line of its own.
    let line = rest.trim_start().lines().next().unwrap();
    line.strip_prefix("orgconn --color=never ").unwrap()
}

#[test]
fn a_connection_is_chosen_by_a_part_of_its_names() {
    let api = two();
    let world = api.world();
    let mut terminal = asked(&world, &["get"], "Show which connection?");
    terminal.wait_for("Org 1 → Org 2  logs");
    terminal.wait_for("Org 3 → Org 1  logs,rum");
    terminal.press("rum ORG\r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(command_line(&shown), format!("get {}", uuid(51)));
    let (_, table) = shown.split_once("the same without").unwrap();
    assert!(
        table.contains("00000000") && table.contains("Org 3"),
        "{table}"
    );
}

#[test]
fn a_chosen_connection_is_updated_from_its_present_types() {
    let api = two();
    let changed = json!({"data": {
        "type": "org_connection",
        "id": uuid(51),
        "attributes": {"connection_types": ["logs", "audit", "rum"]},
    }});
    let updated = json!({"data": connection(51, 3, 1, &["logs", "audit", "rum"])});
    let path = format!("/api/v2/org_connections/{}", uuid(51));
    api.expect("PATCH", &path, Some(changed), answer(&updated), 1);
    let world = api.world();
    let mut terminal = asked(&world, &["update"], "Update which connection?");
    terminal.press(&format!("{DOWN}\r"));
    terminal.wait_for("Share which types?");
    terminal.wait_for("[x] logs");
    terminal.wait_for("[ ] metrics");
    terminal.wait_for("[x] rum");
    // Audit comes two below logs.
    terminal.press(&format!("{DOWN}{DOWN} \r"));
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(
        command_line(&shown),
        format!(
            "update {} --type logs,audit,rum --allow-unknown-type",
            uuid(51)
        )
    );
}

#[test]
fn connections_with_different_types_are_not_given_one_set() {
    let api = two();
    let world = api.world();
    let arguments = ["update", &uuid(50), &uuid(51)];
    let (code, shown) = Terminal::start(&world, 100, &arguments).end();
    assert_eq!(code, Some(2), "{shown}");
    assert!(
        shown.contains("no types are given, and the connections share different ones"),
        "{shown}"
    );
}

#[test]
fn a_chosen_connection_is_shown_and_asked_about_before_it_is_deleted() {
    let api = two();
    let path = format!("/api/v2/org_connections/{}", uuid(50));
    let gone = ResponseTemplate::new(200).set_body_raw("{}\n", "application/json");
    api.expect("DELETE", &path, None, gone, 1);
    let world = api.world();
    let mut terminal = asked(&world, &["rm"], "Delete which connection?");
    terminal.press("\r");
    terminal.wait_for("Delete this connection?");
    terminal.wait_for("(y/N)");
    terminal.press("y\r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(command_line(&shown), format!("rm {} --yes", uuid(50)));
}

/// The body that creates a connection to this org.
fn order(destination: u128) -> Option<Value> {
    Some(json!({"data": {
        "type": "org_connection",
        "attributes": {"connection_types": ["logs"]},
        "relationships": {"sink_org": {"data": {"type": "orgs", "id": uuid(destination)}}},
    }}))
}

#[test]
fn destinations_are_chosen_among_the_orgs_that_are_not_connected_yet() {
    let api = two();
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3, 4, 5]));
    for (number, destination) in [(60, 3), (61, 5)] {
        let made = json!({"data": connection(number, 1, destination, &["logs"])});
        let path = "/api/v2/org_connections";
        api.expect("POST", path, order(destination), answer(&made), 1);
    }
    let world = api.world();
    let mut terminal = asked(&world, &["create", "-q"], "Connect `Org 1` to which orgs?");
    terminal.wait_for("[ ] Org 5");
    // The first one, and the one that the filter leaves.
    terminal.press(" 5 \r");
    terminal.wait_for("Share which types?");
    terminal.wait_for("[ ] audit");
    terminal.press(" \r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        !shown.contains("[ ] Org 1") && !shown.contains("[ ] Org 2"),
        "{shown}"
    );
    assert!(shown.contains("Org 3, Org 5"), "{shown}");
    assert!(!shown.contains("the same without"), "{shown}");
}

#[test]
fn the_command_line_of_a_create_names_the_orgs() {
    let api = two();
    let destination = format!("{LIST}&sink_org_id={}", uuid(4));
    api.get("/api/v2/org", &org_list(1, &[1, 2, 3, 4]))
        .get(&destination, &page(&[], 0))
        .permit_writes();
    let world = api.world();
    let arguments = ["create", "--dry-run", "--type", "logs"];
    let mut terminal = asked(&world, &arguments, "[ ] Org 4");
    terminal.wait_for("1 org is left out: it is connected already");
    terminal.press("4 \r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(command_line(&shown), "create --dry-run --type logs 'Org 4'");
}

/// Runs each command until it asks, and what it says did not happen without an answer.
fn every_question(mut check: impl FnMut(Terminal, &str, &str)) {
    for (arguments, question, noun, unchanged) in [
        (
            &["get"][..],
            "Show which connection?",
            "connection",
            "nothing was shown",
        ),
        (
            &["update"],
            "Update which connection?",
            "connection",
            "nothing was changed",
        ),
        (
            &["update", "--source=Org 3"],
            "Share which types?",
            "type",
            "nothing was changed",
        ),
        (
            &["delete"],
            "Delete which connection?",
            "connection",
            "nothing was deleted",
        ),
        (
            &["create"],
            "Connect `Org 1` to which orgs?",
            "org",
            "nothing was created",
        ),
    ] {
        let api = two();
        api.allow("GET", "/api/v2/org", None, answer(&org_list(1, &[1, 3, 4])));
        let between = format!("{LIST}&source_org_id={}", uuid(3));
        let listed = page(&[connection(51, 3, 1, &["logs", "rum"])], 1);
        api.allow("GET", &between, None, answer(&listed));
        let world = api.world();
        let terminal = asked(&world, arguments, question);
        check(terminal, noun, unchanged);
    }
}

#[test]
fn whoever_declines_changes_nothing_and_is_told_so() {
    for keys in [ESCAPE, "\u{4}", "x\u{1b}"] {
        every_question(|mut terminal, noun, unchanged| {
            terminal.press(keys);
            let (code, shown) = terminal.end_as_before();
            assert_eq!(code, Some(1), "{shown}");
            let message = format!("no {noun} was chosen; {unchanged}\n");
            assert!(shown.ends_with(&message), "{shown:?}");
        });
    }
}

#[test]
fn ctrl_c_and_signals_change_nothing_and_say_so() {
    for signal in [None, Some("INT"), Some("TERM"), Some("HUP")] {
        every_question(|mut terminal, _, unchanged| {
            match signal {
                None => terminal.press("\u{3}"),
                Some(signal) => terminal.signal(signal),
            }
            let (code, shown) = terminal.end_as_before();
            assert_eq!(code, Some(130), "{shown}");
            let message = format!("interrupted; {unchanged}\n");
            assert!(shown.ends_with(&message), "{shown:?}");
        });
    }
}

#[test]
fn a_signal_at_a_question_leaves_an_envelope() {
    for format in ["json", "yaml"] {
        let api = two();
        let world = api.world();
        let script = format!("exec orgconn delete -o {format} > out");
        let mut terminal = Terminal::shell(&world, 100, &["bash", "-c", &script]);
        terminal.wait_for_question("Delete which connection?");
        terminal.signal("TERM");
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(130), "{shown}");
        let envelope = std::fs::read_to_string(world.home().join("out")).unwrap();
        assert!(
            envelope.contains("interrupted; nothing was deleted"),
            "{envelope}"
        );
        if format == "json" {
            let envelope: Value = serde_json::from_str(&envelope).unwrap();
            assert_eq!(envelope["items"], json!([]));
            assert_eq!(envelope["errors"][0]["kind"], "interrupted");
        }
    }
}

#[test]
fn a_profile_is_chosen_where_none_is_the_default_one() {
    let (one, other) = (Api::new(), Api::new());
    one.get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = Profiles::new("")
        .with("hub", &other, Some(2))
        .with("my-profile", &one, None)
        .world();
    let mut terminal = asked(&world, &["list", "--columns=id"], "Use which profile?");
    terminal.press("my\r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(
        command_line(&shown),
        "list --columns=id --profile my-profile"
    );
    assert!(shown.contains(&uuid(50)), "{shown}");
}

#[test]
fn no_profile_is_asked_for_where_one_is_the_default_or_chosen() {
    for (head, arguments) in [
        ("default_profile = \"hub\"", &["list"][..]),
        ("", &["list", "--profile=hub"]),
    ] {
        let api = Api::new();
        api.get(LIST, &page(&[], 0));
        let world = Profiles::new(head)
            .with("hub", &api, None)
            .with("other", &api, None)
            .world();
        let (code, shown) = Terminal::start(&world, 100, arguments).end();
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains('?'), "{shown}");
    }
}

#[test]
fn without_a_terminal_or_with_no_input_what_is_missing_is_an_error() {
    let world = World::talking_to("http://127.0.0.1:9");
    for (arguments, message) in [
        (
            &["create"][..],
            "error: no destination is named\nhint: name the orgs that may query this org's data: \
             orgconn create 'Security Archive' --type logs\n",
        ),
        (
            &["update"],
            "error: no connection is named\nhint: give an id, the beginning of one, or --source and --destination\n",
        ),
        (
            &["get"],
            "error: no connection is named\nhint: give an id, the beginning of one, or --source and --destination\n",
        ),
        (
            &["delete", "--yes"],
            "error: no connection is named\nhint: give an id, the beginning of one, or --source and --destination\n",
        ),
    ] {
        assert_eq!(world.run(arguments).code(2).stderr, message);
        let arguments = [arguments, &["--no-input", "--color=never"]].concat();
        let (code, shown) = Terminal::start(&world, 100, &arguments).end();
        assert_eq!((code, shown.as_str()), (Some(2), message));
    }
}

/// A mock of org 1, which manages orgs with these names, from org 2 on.
fn managing(names: &[&str]) -> Api {
    let api = Api::new();
    let numbers: Vec<_> = (1..).take(names.len() + 1).collect();
    let mut orgs = org_list(1, &numbers);
    for (org, name) in orgs["included"].as_array_mut().unwrap()[1..]
        .iter_mut()
        .zip(names)
    {
        org["attributes"]["name"] = json!(name);
    }
    api.get("/api/v2/org", &orgs).get(LIST, &page(&[], 0));
    api
}

#[test]
fn names_as_a_hostile_server_gives_them_harm_no_terminal() {
    let long = "x".repeat(3000);
    let api = managing(&["\u{1b}[2J\u{7}evil\n", &long, "Twin", "Twin", "\u{202e}rtl"]);
    let world = api.world();
    let arguments = ["create", "--type=logs", "--color=never"];
    let mut terminal = Terminal::start(&world, 40, &arguments);
    for shown in [
        r"[ ] \u{1b}[2J\u{7}evil\n",
        r"[ ] \u{202e}rtl",
        "[ ] Twin [00000000-0000-00…000000004]",
        "…xxx",
    ] {
        terminal.wait_for(shown);
    }
    terminal.wait_for_question("escape declines]");
    terminal.press(ESCAPE);
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");
    for raw in ["\u{1b}[2J", "\u{7}", "\u{202e}", &"x".repeat(41)] {
        assert!(!shown.contains(raw), "{raw:?} in {shown:?}");
    }
}

#[test]
fn a_long_name_in_a_question_takes_two_lines_at_most() {
    let api = Api::new();
    let mut orgs = org_list(1, &[1, 2]);
    orgs["included"][0]["attributes"]["name"] = json!("x".repeat(3000));
    api.get("/api/v2/org", &orgs).get(LIST, &page(&[], 0));
    let world = api.world();
    let mut terminal = Terminal::start(&world, 40, &["create", "--type=logs"]);
    terminal.wait_for_question("escape declines]");
    terminal.press("\u{3}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.matches('x').count() <= 80, "{shown}");
}

#[test]
fn more_orgs_than_an_org_may_share_with_are_confirmed() {
    let api = managing(&["A", "B", "C", "D", "E", "F"]);
    let world = api.world();
    let mut terminal = asked(&world, &["create", "--type=logs"], "[ ] F");
    // The right arrow selects all.
    terminal.press("\u{1b}[C\r");
    terminal.wait_for("Connect to these 6 orgs? (y/N)");
    terminal.wait_for_question("6 chosen");
    terminal.press("\r");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.ends_with("not confirmed; nothing was created\n"),
        "{shown}"
    );
}

#[test]
fn one_of_thousands_is_found_by_its_name() {
    let names: Vec<_> = (0..5000).map(|number| format!("Team {number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let api = managing(&names);
    let world = api.world();
    let mut terminal = asked(&world, &["create"], "[ ] Team 1");
    terminal.press("4321 \r");
    terminal.wait_for("to which orgs? Team 4321");
    terminal.wait_for("[ ] audit");
    terminal.press("\u{3}");
    assert_eq!(terminal.end_as_before().0, Some(130));
}

/// Runs a command line on a terminal that cannot move its cursor, until this is shown.
fn dumb(world: &World, command: &str, shown: &str) -> Terminal {
    let script = format!("TERM=dumb exec {command}");
    let mut terminal = Terminal::shell(world, 100, &["bash", "-c", &script]);
    terminal.wait_for(shown);
    terminal
}

#[test]
fn a_dumb_terminal_is_asked_by_plain_lines() {
    let api = two();
    let world = api.world();
    let mut terminal = dumb(&world, "orgconn update", "number, or text to filter: ");
    terminal.press("rum\r");
    terminal.wait_for("rum\r\nUpdate which connection?\r\n    2  Org 3 -> Org 1  logs,rum\r\nnumber, or text to filter: ");
    terminal.press("2\r");
    terminal.wait_for("numbers, or text to filter: ");
    terminal.press("\u{4}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let expected = "Update which connection?\n    1  Org 1 -> Org 2  logs\n    2  Org 3 -> Org 1  logs,rum\n\
                    number, or text to filter: rum\nUpdate which connection?\n    2  Org 3 -> Org 1  logs,rum\n\
                    number, or text to filter: 2\nShare which types?\n    1  logs (chosen)\n    2  metrics\n    \
                    3  audit\n    4  rum (chosen)\nnumbers, or text to filter: \n\
                    error: no type was chosen; nothing was changed\n";
    assert_eq!(shown, expected);
}

#[test]
fn a_dumb_terminal_confirms_by_a_line_and_ends_with_a_signal() {
    for (keys, expected) in [
        ("perhaps\rno\r", 1),
        ("\r", 1),
        ("\u{4}", 1),
        ("\u{3}", 130),
    ] {
        let api = two();
        let world = api.world();
        let command = format!("orgconn delete {}", uuid(50));
        let mut terminal = dumb(&world, &command, "Delete this connection? (y/N) ");
        terminal.press(keys);
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(expected), "{shown}");
        assert!(shown.ends_with("nothing was deleted\n"), "{shown:?}");
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn a_dumb_terminal_does_not_show_a_key() {
    let world = World::bare();
    let login = "orgconn auth login --profile=hub --site=datadoghq.com";
    let mut terminal = dumb(&world, login, "API key: ");
    terminal.wait_for_question("API key: ");
    terminal.press("hidden\u{3}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(130), "{shown}");
    assert!(
        !shown.contains("hidden") && !shown.contains('\u{1b}'),
        "{shown:?}"
    );
}

#[test]
fn a_text_that_nothing_has_is_told_and_chooses_nothing() {
    let api = two();
    let world = api.world();
    let mut terminal = asked(&world, &["get"], "Show which connection?");
    terminal.press("zzz");
    terminal.wait_for("> no match");
    terminal.forget();
    terminal.press("\r");
    // It asks again.
    terminal.wait_for("escape declines]");
    terminal.press("\u{1b}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(1), "{shown}");

    let world = api.world();
    let mut terminal = asked(&world, &["create", "Org 2"], "[ ] audit");
    terminal.press("zzz");
    terminal.wait_for("> [ ] no match");
    terminal.press(" \r");
    terminal.wait_for("select one or more with space");
    terminal.press("\u{1b}");
    assert_eq!(terminal.end_as_before().0, Some(1));
}

#[test]
fn questions_and_their_keys_are_broken_between_words() {
    let names = ["Retail of the United States", "Observability Hub"];
    let api = managing(&names);
    let world = api.world();
    let arguments = ["--color=never", "create"];
    let mut terminal = Terminal::start(&world, 40, &arguments);
    terminal.wait_for_question("to which orgs?");
    for line in [
        "[space selects, type to filter, enter",
        "  confirms, escape declines]",
    ] {
        terminal.wait_for(&format!("{line}\r"));
    }
    terminal.press(" \u{1b}[B \r");
    terminal.wait_for(
        "? \u{1b}[K\r\n  Observability Hub, Retail of the\u{1b}[K\r\n  United States\u{1b}[K",
    );
    terminal.wait_for("[ ] audit");
    terminal.press("\u{3}");
    assert_eq!(terminal.end_as_before().0, Some(130));
}
