//! `auth login` at a terminal.

use crate::auth::good_keys;
use crate::harness::{API_KEY, APP_KEY, Api, Terminal, World};

/// Runs `auth login` until it asks for the API key.
fn asked_for_key(world: &World) -> Terminal {
    let arguments = ["auth", "login", "--profile=hub", "--site=datadoghq.com"];
    let mut terminal = Terminal::start(world, 100, &arguments);
    terminal.wait_for_question("API key");
    terminal
}

#[test]
fn a_key_prompt_leaves_the_terminal_as_it_was() {
    let world = World::bare();
    for (keys, expected, message) in [
        ("\u{3}", 130, "interrupted; nothing was stored\n"),
        ("\u{1b}", 1, "no API key was given; nothing was stored\n"),
        ("\u{4}", 1, "no API key was given; nothing was stored\n"),
        ("\r", 1, "no API key was given; nothing was stored\n"),
        (" \r", 1, "no API key was given; nothing was stored\n"),
    ] {
        let mut terminal = asked_for_key(&world);
        terminal.press(keys);
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(expected), "{shown}");
        assert!(shown.ends_with(message), "{shown:?}");
    }
    for signal in ["INT", "TERM", "HUP"] {
        let terminal = asked_for_key(&world);
        terminal.signal(signal);
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(130), "{shown}");
    }
}

#[test]
fn a_key_is_not_shown_after_the_program_was_stopped_and_continued() {
    let world = World::bare();
    let mut terminal = asked_for_key(&world);
    terminal.stop_and_continue();
    terminal.wait_for_hidden_keys();
    terminal.press("never-shown\u{3}");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(130), "{shown}");
    assert!(!shown.contains("never-shown"), "{shown}");
}

#[test]
fn a_login_asks_for_all_that_it_needs_and_shows_no_key() {
    let api = Api::new();
    good_keys(&api, 1);
    let world = World::bare();
    let mut terminal = Terminal::start(&world, 120, &["auth", "login"]);
    terminal.wait_for_question("Profile");
    terminal.press("hub\r");
    terminal.wait_for_question("datadoghq.eu");
    // The last item is the one for any other server.
    terminal.press("\u{1b}[A\r");
    terminal.wait_for_question("Site or URL of the API");
    terminal.press(&format!("{}\r", api.url()));
    terminal.wait_for_question("API key");
    terminal.press(&format!("{API_KEY}\r"));
    terminal.wait_for_question("Application key");
    terminal.press(&format!("{APP_KEY}\r"));
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("test-a"), "{shown}");
    assert!(shown.contains("service account"), "{shown}");
    let listed = world.run(["profile", "list", "--columns=name,site,default", "-otsv"]);
    assert_eq!(
        listed.quiet_success(),
        format!("name\tsite\tdefault\nhub\t{}\ttrue\n", api.url())
    );
}

#[test]
fn a_chosen_site_is_that_of_the_profile_and_every_question_can_be_declined() {
    let world = World::bare();
    for (answers, noun) in [
        (&["\u{4}"][..], "profile"),
        (&["\r", "\u{1b}"], "site"),
        (&["\r", "eu\r", "\u{4}"], "API key"),
    ] {
        let mut terminal = Terminal::start(&world, 100, &["auth", "login"]);
        for (question, answer) in ["Profile", "datadoghq.eu", "API key"].iter().zip(answers) {
            terminal.wait_for_question(question);
            terminal.press(answer);
            terminal.forget();
        }
        let (code, shown) = terminal.end_as_before();
        assert_eq!(code, Some(1), "{shown}");
        let message = format!("no {noun} was given; nothing was stored\n");
        assert!(shown.ends_with(&message), "{shown:?}");
    }
}

#[test]
fn a_wrong_kind_of_key_is_told_before_the_next_one_is_asked_for() {
    let world = World::bare();
    let mut terminal = asked_for_key(&world);
    terminal.press(&format!("{}\r", "01234567".repeat(5)));
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("looks like an application key"), "{shown}");
    assert!(!shown.contains("0123"), "{shown}");
}

#[test]
fn where_asking_is_forbidden_nothing_is_asked_and_the_pipe_is_named() {
    let world = World::bare();
    let (code, shown) = Terminal::start(&world, 100, &["auth", "login", "--no-input"]).end();
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("pipe the keys in, one per line"), "{shown}");
    assert!(!shown.contains("Profile"), "{shown}");
}
