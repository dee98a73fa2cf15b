//! `check --wait`: the check is repeated until it holds or the time is over.

use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::harness::Terminal;
use crate::harness::{Flaky, Reply, World, connection, org_list, page, uuid};

fn check(url: &str, wait: &str) -> crate::harness::Finished {
    let (one, two) = (uuid(1), uuid(2));
    let ends = ["--from", &one, "--to", &two, "--type=logs"];
    World::talking_to(url).run([&["check", wait], &ends[..]].concat())
}

#[test]
fn it_holds_at_the_third_look_and_which_org_is_current_is_asked_once() {
    let nothing = || Reply::json(&page(&[], 0));
    let found = Reply::json(&page(&[connection(50, 1, 2, &["logs"])], 1));
    let orgs = Reply::json(&org_list(1, &[1, 2]));
    let server = Flaky::new(vec![nothing(), orgs, nothing(), found]);
    let begin = Instant::now();
    check(server.url(), "--wait=20s").quiet_success();
    let asked = server.calls();
    assert_eq!(asked.len(), 4);
    assert_eq!(asked[1], "GET /api/v2/org");
    assert!(begin.elapsed() < Duration::from_secs(15), "it waited on");
}

#[test]
fn when_the_time_is_over_it_differs() {
    let found = || Reply::json(&page(&[connection(50, 1, 2, &["audit"])], 1));
    let server = Flaky::always(found);
    let over = check(server.url(), "--wait=100ms").code(3);
    assert!(
        over.stderr.contains("lacks logs (shares audit)"),
        "{}",
        over.stderr
    );
    // One request at once, and one when the time is over, unless the first took longer.
    let count = server.requests().len();
    assert!((1..=2).contains(&count), "{count}");
}

#[test]
#[cfg(unix)]
fn a_terminal_shows_what_is_waited_for_and_how_long() {
    let look = |types: &[&str]| Reply::json(&page(&[connection(50, 1, 2, types)], 1));
    let looks = vec![look(&["audit"]), look(&["audit"]), look(&["logs"])];
    let server = Flaky::new(looks);
    let (one, two) = (uuid(1), uuid(2));
    let ends = ["--from", &one, "--to", &two, "--type=logs"];
    let words = [&["check", "--wait=20s"], &ends[..]].concat();
    let mut terminal = Terminal::start(&server.world(), 120, &words);
    terminal.wait_for("20 s left: `Org 1` to `Org 2`");
    let (code, shown) = terminal.end_as_before();
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn an_error_ends_the_wait() {
    let server = Flaky::new(vec![Reply::Answer(
        403,
        r#"{"errors":["Forbidden"]}"#.to_owned(),
    )]);
    check(server.url(), "--wait=20s").code(4);
}
