//! Listings of several pages, and lists that change while they are read.

use std::collections::HashMap;

use tokio::time::sleep;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::api::{ConnectionFilter, ConnectionPages, Error, ErrorKind};

/// A list of so many rows, given in pages of at most `cap`, with an answer of its own for some offsets.
struct List {
    rows: u64,
    cap: u64,
    odd: HashMap<u64, ResponseTemplate>,
    delay: Duration,
}

impl List {
    fn new(rows: u64) -> Self {
        Self {
            rows,
            cap: 1000,
            odd: HashMap::new(),
            delay: Duration::ZERO,
        }
    }

    fn capped(rows: u64, cap: u64) -> Self {
        Self {
            cap,
            ..Self::new(rows)
        }
    }

    fn with(self, offset: u64, body: Value) -> Self {
        self.answering(offset, ResponseTemplate::new(200).set_body_json(body))
    }

    fn answering(mut self, offset: u64, answer: ResponseTemplate) -> Self {
        self.odd.insert(offset, answer);
        self
    }

    async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        let list = Mock::given(method("GET")).and(path(LIST));
        list.respond_with(self).mount(&server).await;
        server
    }

    /// How many rows came, in order, and the error at the end.
    async fn read(self) -> (u64, Option<Error>) {
        read(&self.serve().await).await
    }

    async fn read_whole(self) -> u64 {
        let (rows, error) = self.read().await;
        assert!(error.is_none(), "{error:?}");
        rows
    }

    /// How many rows came before the error.
    async fn read_broken(self) -> (u64, ErrorKind, String) {
        let (rows, error) = self.read().await;
        let error = error.unwrap();
        (rows, error.kind(), error.to_string())
    }
}

impl Respond for List {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let offset = offset(request);
        if let Some(odd) = self.odd.get(&offset) {
            return odd.clone();
        }
        let end = self.rows.min(offset + self.cap);
        let page = page_of(offset.min(end), end, self.rows);
        let answer = ResponseTemplate::new(200).set_body_json(page);
        answer.set_delay(self.delay)
    }
}

fn offset(request: &Request) -> u64 {
    let query: HashMap<_, _> = request.url.query_pairs().collect();
    query["offset"].parse().unwrap()
}

async fn offsets(server: &MockServer) -> Vec<u64> {
    let requests = server.received_requests().await.unwrap();
    let mut offsets: Vec<_> = requests.iter().map(offset).collect();
    offsets.sort_unstable();
    offsets
}

fn list(server: &MockServer) -> ConnectionPages {
    client(&server.uri()).connections(ConnectionFilter::default())
}

async fn read(server: &MockServer) -> (u64, Option<Error>) {
    let mut pages = list(server);
    let mut rows = 0;
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => {
                for connection in page.connections {
                    assert_eq!(connection.id, id(rows));
                    rows += 1;
                }
            }
            Err(error) => {
                assert!(pages.next().await.is_none());
                return (rows, Some(error));
            }
        }
    }
    assert!(pages.next().await.is_none());
    (rows, None)
}

#[tokio::test]
async fn every_row_comes_once_and_in_order() {
    for (rows, requests) in [(0, 1), (3, 1), (999, 1), (1000, 1), (1001, 2), (2500, 3)] {
        let server = List::new(rows).serve().await;
        let (count, error) = read(&server).await;
        assert_eq!((count, error.is_none()), (rows, true), "{rows}");
        assert_eq!(offsets(&server).await.len(), requests, "{rows}");
        let first = &server.received_requests().await.unwrap()[0];
        assert_eq!(first.url.query(), Some("limit=1000&offset=0"));
    }
}

#[tokio::test]
async fn the_filter_is_sent_and_the_count_of_everything_is_not_taken_for_its_own() {
    let body = json!({"data": [record(0)], "meta": {"page": {"total_count": 70}}});
    let server = List::new(0)
        .with(0, body)
        .with(1, json!({"data": []}))
        .serve()
        .await;
    for (source, sent) in [
        (None, String::new()),
        (Some(RETAIL), format!("&source_org_id={RETAIL}")),
    ] {
        let destination = Some(HUB);
        let filter = ConnectionFilter {
            source,
            destination,
        };
        let mut pages = client(&server.uri()).connections(filter);
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!((page.connections.len(), pages.total()), (1, None));
        // Without a count of its own, only an empty page shows the end.
        assert_eq!(pages.next().await.unwrap().unwrap().connections, []);
        assert!(pages.next().await.is_none());
        let requests = server.received_requests().await.unwrap();
        let expected = format!("limit=1000&offset=0&sink_org_id={HUB}{sent}");
        let first = &requests[requests.len() - 2];
        assert_eq!(first.url.query(), Some(expected.as_str()));
    }
}

#[tokio::test]
async fn the_total_is_known_after_the_first_page() {
    let server = List::new(1500).serve().await;
    let mut pages = list(&server);
    assert_eq!(pages.total(), None);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.total(), Some(1500));
}

#[tokio::test]
async fn an_unreadable_record_is_a_row_and_comes_with_its_page() {
    let mut body = page_of(0, 1000, 1500);
    body["data"][7] = json!({"id": "odd"});
    let server = List::new(1500).with(0, body).serve().await;
    let mut pages = list(&server);
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.connections.len(), first.unreadable.len()), (999, 1));
    assert_eq!(first.unreadable[0].id.as_deref(), Some("odd"));
    let second = pages.next().await.unwrap().unwrap();
    assert_eq!(second.connections[0].id, id(1000));
    assert!(pages.next().await.is_none());
    assert_eq!(offsets(&server).await, [0, 1000]);
}

/// Trap: a page that fails leaves a hole, and the listing ends as if nothing had been.
#[tokio::test]
async fn a_page_that_stays_lost_is_an_error_after_the_pages_before_it() {
    let list = List::new(3500).answering(1000, ResponseTemplate::new(500));
    let (rows, kind, _) = list.read_broken().await;
    assert_eq!((rows, kind), (1000, ErrorKind::Server));
    let list = List::new(3500).with(2000, json!({"data": 7}));
    let (rows, kind, _) = list.read_broken().await;
    assert_eq!((rows, kind), (2000, ErrorKind::Decode));
}

#[tokio::test]
async fn rows_that_are_missing_are_told_with_how_many_of_how_many_came() {
    for (list, rows, text) in [
        (
            List::new(3500).with(1000, page_of(1000, 1900, 3500)),
            1900,
            "1900 of 3500",
        ),
        (
            List::new(1500).with(1000, page_of(0, 0, 1500)),
            1000,
            "1000 of 1500",
        ),
        (List::new(0).with(0, page_of(0, 0, 5)), 0, "0 of 5"),
        // A list that shrank may have moved rows past the reader.
        (
            List::new(1500).with(1000, page_of(1000, 1499, 1499)),
            1499,
            "1499 of 1500",
        ),
    ] {
        let (count, kind, message) = list.read_broken().await;
        assert_eq!((count, kind), (rows, ErrorKind::IncompleteListing));
        let expected = format!(
            "the list changed during the reading: {text} connections came, and some may be missing"
        );
        assert!(message.ends_with(&expected), "{message}");
    }
}

#[tokio::test]
async fn a_list_that_grew_is_read_to_its_new_end() {
    let list = List::new(2003).with(0, page_of(0, 1000, 1500));
    assert_eq!(list.read_whole().await, 2003);
    // The last page was answered before the list grew, and the page before it afterwards.
    let list = List::new(2501)
        .with(0, page_of(0, 1000, 2500))
        .with(2000, page_of(2000, 2500, 2500));
    assert_eq!(list.read_whole().await, 2501);
}

#[tokio::test]
async fn a_server_that_gives_shorter_pages_is_followed_at_its_own_step() {
    let server = List::capped(95, 10).serve().await;
    assert_eq!(read(&server).await.0, 95);
    assert_eq!(offsets(&server).await.len(), 10);
    let uneven = List::capped(35, 10).with(10, page_of(10, 35, 35));
    assert_eq!(uneven.read_whole().await, 35);
}

/// Trap: a gateway gives fewer rows than it was asked for, and the rest is lost without a word.
#[tokio::test]
async fn without_a_count_it_is_read_until_a_page_is_empty() {
    let uncounted = |from, to| json!({"data": page_of(from, to, 0)["data"]});
    let list = List::new(0)
        .with(0, uncounted(0, 1000))
        .with(1000, uncounted(1000, 1100))
        .with(1100, uncounted(1100, 1101))
        .with(1101, uncounted(0, 0));
    assert_eq!(list.read_whole().await, 1101);
}

#[tokio::test]
async fn a_row_that_comes_again_is_left_out_and_makes_the_list_incomplete() {
    // A connection was created at the head of the list after the first page.
    let list = List::new(0)
        .with(0, page_of(0, 1000, 1500))
        .with(1000, page_of(999, 1500, 1501));
    let (rows, kind, message) = list.read_broken().await;
    assert_eq!((rows, kind), (1500, ErrorKind::IncompleteListing));
    let end = "a connection came twice, and some may be missing";
    assert!(message.ends_with(end), "{message}");
}

/// Without an order, rows are repeated far from where they came first, and others are lost.
#[tokio::test]
async fn a_row_that_comes_again_much_later_is_found_by_who_needs_all_of_them() {
    let server = List::new(0)
        .with(0, page_of(0, 1000, 2500))
        .with(1000, page_of(1000, 2000, 2500))
        .with(2000, page_of(500, 1000, 2500))
        .serve()
        .await;
    let mut pages = list(&server).check_all_ids();
    for rows in [1000, 1000, 0] {
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!(page.connections.len(), rows);
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IncompleteListing);
    let end = "500 connections came twice, and some may be missing";
    assert!(error.to_string().ends_with(end), "{error}");
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_given_up_at_the_second_page() {
    let whole = page_of(0, 1000, 2500);
    let uncounted = json!({"data": whole["data"]});
    for page in [whole, uncounted] {
        let mut list = List::new(0);
        for offset in 0..10 {
            list = list.with(1000 * offset, page.clone());
        }
        let (rows, kind, message) = list.read_broken().await;
        assert_eq!((rows, kind), (1000, ErrorKind::IncompleteListing));
        let end = "the list does not end: a page has only connections that came before";
        assert!(message.ends_with(end), "{message}");
    }
}

#[tokio::test]
async fn a_total_that_grows_with_every_page_ends_the_reading() {
    let mut list = List::new(0);
    for offset in (0..1000).step_by(10) {
        list = list.with(offset, page_of(offset, offset + 10, offset + 20));
    }
    let (rows, kind, message) = list.read_broken().await;
    assert_eq!((rows, kind), (60, ErrorKind::IncompleteListing));
    let end = "the list does not end: its total grows with every page";
    assert!(message.ends_with(end), "{message}");
}

#[tokio::test]
async fn a_row_that_the_filter_does_not_select_is_told_as_unreadable() {
    let server = List::new(2).serve().await;
    for (filter, reason) in [
        (
            ConnectionFilter {
                source: Some(DANA),
                destination: Some(HUB),
            },
            "its source org is not the one that was asked for",
        ),
        (
            ConnectionFilter {
                source: Some(RETAIL),
                destination: Some(DANA),
            },
            "its destination org is not the one that was asked for",
        ),
    ] {
        let mut pages = client(&server.uri()).connections(filter);
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!((page.connections.len(), page.unreadable.len()), (0, 2));
        assert_eq!(page.unreadable[0].id, Some(id(0).to_string()));
        assert_eq!(page.unreadable[0].reason, reason);
    }
}

#[tokio::test]
async fn pages_come_side_by_side_but_only_a_few_ahead() {
    let mut slow = List::capped(300, 10);
    slow.delay = Duration::from_millis(60);
    let server = slow.serve().await;
    let mut pages = list(&server);
    for _ in 0..2 {
        pages.next().await.unwrap().unwrap();
    }
    // The second page came with its neighbours: all of them were requested before it was answered.
    assert_eq!(offsets(&server).await.len(), 1 + 9);
    sleep(Duration::from_millis(80)).await;
    assert_eq!(offsets(&server).await.len(), 1 + 9);
    while pages.next().await.transpose().unwrap().is_some() {}
    assert_eq!(offsets(&server).await.len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn pages_arrive_while_the_reader_blocks_its_thread_beyond_the_timeout() {
    // More than the system buffers.
    let mut long = page_of(100, 110, 200);
    long["more"] = "x".repeat(6 << 20).into();
    let server = List::capped(200, 10).with(100, long).serve().await;
    let mut pages =
        client_with_timeout(&server.uri(), 1000).connections(ConnectionFilter::default());
    let mut rows = 0;
    while let Some(page) = pages.next().await {
        rows += page.unwrap().connections.len();
        // With the third page, the request for the long one is sent.
        if rows == 30 {
            std::thread::sleep(Duration::from_millis(1500));
        }
    }
    assert_eq!(rows, 200);
}

#[tokio::test]
async fn dropping_a_listing_ends_what_is_in_flight() {
    let late_failure = ResponseTemplate::new(500).set_delay(Duration::from_millis(500));
    let mut list_of_failures = List::capped(300, 10);
    for offset in (10..300).step_by(10) {
        list_of_failures = list_of_failures.answering(offset, late_failure.clone());
    }
    let server = list_of_failures.serve().await;
    let mut pages = list(&server);
    pages.next().await.unwrap().unwrap();
    let next = tokio::time::timeout(Duration::from_millis(200), pages.next()).await;
    assert!(next.is_err());
    drop(pages);
    sleep(Duration::from_millis(700)).await;
    // No request was sent again after its failure.
    assert_eq!(offsets(&server).await.len(), 1 + 9);
}

#[tokio::test]
async fn a_page_is_not_lost_when_the_reader_stops_waiting_for_it() {
    let mut slow = List::capped(30, 10);
    slow.delay = Duration::from_millis(50);
    let server = slow.serve().await;
    let mut pages = list(&server);
    let mut rows = 0;
    loop {
        match tokio::time::timeout(Duration::from_millis(20), pages.next()).await {
            Ok(Some(page)) => rows += page.unwrap().connections.len(),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(rows, 30);
}
