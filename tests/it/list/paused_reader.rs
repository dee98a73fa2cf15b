//! A reader that pauses longer than `--timeout`, as `less` does: requests in flight go on meanwhile.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::harness::{Api, connection, finished, page};

const ROWS: usize = 12_000;

#[test]
fn a_reader_that_pauses_longer_than_the_timeout_gets_the_whole_listing() {
    // The first two pages come at once. The others are requested together with the second, and their answers come
    // while the reader pauses. Each is expected once: none may be lost and requested again.
    let api = Api::new();
    for offset in (0..ROWS).step_by(1000) {
        let numbers = offset..offset + 1000;
        let rows = numbers.map(|number| connection(10_000 + number as u128, 1, 2, &["logs"]));
        let rows: Vec<Value> = rows.collect();
        let delay = Duration::from_millis(if offset > 1000 { 300 } else { 0 });
        let answer = ResponseTemplate::new(200)
            .set_body_json(page(&rows, ROWS))
            .set_delay(delay);
        let target = format!("/api/v2/org_connections?limit=1000&offset={offset}");
        api.expect("GET", &target, None, answer, 1);
    }
    let world = api.world();
    let mut listing = world.command(["list", "-o", "jsonl", "--timeout", "2s"]);
    listing.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = listing.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();

    // The rest of the second page does not fit into the pipe.
    let before = lines.by_ref().take(1500).count();
    let in_flight = api.targets().len() - 2;
    sleep(Duration::from_secs(3));
    let after = lines.map_while(Result::ok).count();

    let ended = finished(child.wait_with_output().unwrap());
    assert_eq!(ended.quiet_success(), "");
    assert_eq!(before + after, ROWS);
    assert!(in_flight > 0);
}
