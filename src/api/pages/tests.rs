use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;
use wiremock::matchers::{method, path, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::api::Interrupt;
use crate::api::samples::{HUB, LIST, client, id, options, page_of, record};

/// A list of so many rows, given in pages of at most `cap`, with a page of its own for some offsets.
struct Listing {
    rows: u64,
    cap: u64,
    odd: HashMap<u64, ResponseTemplate>,
    delay: Duration,
}

impl Listing {
    fn new(rows: u64) -> Self {
        Self {
            rows,
            cap: LIMIT,
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

    fn with(mut self, offset: u64, body: Value) -> Self {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        self.odd.insert(offset, answer);
        self
    }

    fn failing(mut self, offset: u64, status: u16) -> Self {
        self.odd.insert(offset, ResponseTemplate::new(status));
        self
    }

    async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path(LIST))
            .respond_with(self)
            .mount(&server)
            .await;
        server
    }
}

impl Respond for Listing {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let offset = query(request)["offset"].parse().unwrap();
        if let Some(odd) = self.odd.get(&offset) {
            return odd.clone();
        }
        let end = self.rows.min(offset + self.cap);
        let page = page_of(offset.min(end), end, self.rows);
        ResponseTemplate::new(200)
            .set_body_json(page)
            .set_delay(self.delay)
    }
}

fn query(request: &Request) -> HashMap<String, String> {
    request.url.query_pairs().into_owned().collect()
}

/// The queries that the server has seen, in the order of their offsets.
async fn queries(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let mut queries: Vec<_> = requests
        .iter()
        .map(|request| request.url.query().unwrap().to_owned())
        .collect();
    queries.sort_by_key(|query| query.len());
    queries
}

/// How many rows came, all in their order, and the error at the end.
async fn read(server: &MockServer) -> (u64, Option<Error>) {
    read_with(&client(&server.uri())).await
}

async fn read_with(client: &Client) -> (u64, Option<Error>) {
    let mut pages = client.connections(ConnectionFilter::default());
    let mut count = 0;
    while let Some(page) = pages.next().await {
        match page {
            Ok(connections) => {
                for connection in connections {
                    assert_eq!(connection.id, Some(id(count)));
                    count += 1;
                }
            }
            Err(error) => {
                assert!(pages.next().await.is_none());
                return (count, Some(error));
            }
        }
    }
    assert!(pages.next().await.is_none());
    (count, None)
}

async fn lost(listing: Listing) -> (u64, ErrorKind, String) {
    let (count, error) = read(&listing.serve().await).await;
    let error = error.unwrap();
    (count, error.kind(), error.to_string())
}

#[tokio::test]
async fn every_row_comes_once_and_in_order() {
    for (rows, requests) in [(0, 1), (3, 1), (999, 1), (1000, 1), (1001, 2), (2500, 3)] {
        let server = Listing::new(rows).serve().await;
        let (count, error) = read(&server).await;
        assert_eq!((count, error.is_none()), (rows, true), "{rows}");
        let queries = queries(&server).await;
        assert_eq!(queries.len(), requests, "{rows}");
        assert_eq!(queries[0], "limit=1000&offset=0");
    }
}

#[tokio::test]
async fn the_filter_is_sent_and_the_count_of_everything_is_not_taken_for_its_own() {
    let server = MockServer::start().await;
    let body = json!({"data": [record(&id(0))], "meta": {"page": {"total_count": 70}}});
    Mock::given(method("GET"))
        .and(path(LIST))
        .and(query_param_is_missing("source_org_id"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .expect(1)
        .mount(&server)
        .await;
    let mut pages = client(&server.uri()).connections(ConnectionFilter {
        source: None,
        destination: Some(HUB.into()),
    });
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 1);
    assert!(pages.next().await.is_none());
    let expected = format!("limit=1000&offset=0&sink_org_id={HUB}");
    assert_eq!(queries(&server).await, [expected]);
}

#[tokio::test]
async fn the_total_is_known_after_the_first_page() {
    let server = Listing::new(1500).serve().await;
    let mut pages = client(&server.uri()).connections(ConnectionFilter::default());
    assert_eq!(pages.total(), None);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.total(), Some(1500));
}

/// Trap: a page that fails leaves a hole, and the listing ends as if nothing had been.
#[tokio::test]
async fn a_page_that_stays_lost_is_an_error_after_the_pages_before_it() {
    let (count, kind, _) = lost(Listing::new(3500).failing(1000, 500)).await;
    assert_eq!((count, kind), (1000, ErrorKind::Server));
    let (count, kind, _) = lost(Listing::new(3500).with(2000, json!({"data": 7}))).await;
    assert_eq!((count, kind), (2000, ErrorKind::Decode));
}

/// Trap: a 429 on page 2 loses everything.
#[tokio::test]
async fn a_rate_limit_in_the_middle_costs_time_only() {
    let server = Listing::new(2500).serve().await;
    let limited = ResponseTemplate::new(429).insert_header("x-ratelimit-reset", "0.01");
    Mock::given(wiremock::matchers::query_param("offset", "1000"))
        .respond_with(limited)
        .up_to_n_times(1)
        .with_priority(1)
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(read(&server).await.0, 2500);
}

#[tokio::test]
async fn a_page_shorter_than_due_is_told_with_how_many_of_how_many_came() {
    let (count, kind, text) = lost(Listing::new(3500).with(1000, page_of(1000, 1900, 3500))).await;
    assert_eq!((count, kind), (1900, ErrorKind::Listing));
    assert!(text.contains("1900 of 3500 connections came"), "{text}");
    let (count, kind, _) = lost(Listing::new(1500).with(1000, page_of(0, 0, 1500))).await;
    assert_eq!((count, kind), (1000, ErrorKind::Listing));
    let (count, kind, _) = lost(Listing::new(0).with(0, page_of(0, 0, 5))).await;
    assert_eq!((count, kind), (0, ErrorKind::Listing));
}

#[tokio::test]
async fn a_list_that_shrank_may_have_lost_rows_and_says_so() {
    let (count, kind, text) = lost(Listing::new(1500).with(1000, page_of(1000, 1499, 1499))).await;
    assert_eq!((count, kind), (1499, ErrorKind::Listing));
    assert!(text.contains("1499 of 1500 connections came"), "{text}");
}

#[tokio::test]
async fn a_list_that_grew_is_read_to_its_new_end() {
    let server = Listing::new(2003)
        .with(0, page_of(0, 1000, 1500))
        .serve()
        .await;
    assert_eq!(read(&server).await.0, 2003);
    // The last page was answered before the list grew, and the page before it afterwards.
    let before = Listing::new(2501)
        .with(0, page_of(0, 1000, 2500))
        .with(2000, page_of(2000, 2500, 2500));
    assert_eq!(read(&before.serve().await).await.0, 2501);
}

#[tokio::test]
async fn a_server_that_gives_shorter_pages_is_followed_at_its_own_step() {
    let server = Listing::capped(95, 10).serve().await;
    assert_eq!(read(&server).await.0, 95);
    assert_eq!(queries(&server).await.len(), 10);
    let uneven = Listing::capped(35, 10).with(10, page_of(10, 35, 35));
    assert_eq!(read(&uneven.serve().await).await.0, 35);
}

#[tokio::test]
async fn without_a_count_it_is_read_until_a_page_is_not_full() {
    let bare = |from, to| json!({"data": page_of(from, to, 0)["data"]});
    let server = Listing::new(0)
        .with(0, bare(0, 1000))
        .with(1000, bare(1000, 2000))
        .with(2000, bare(2000, 2001));
    assert_eq!(read(&server.serve().await).await.0, 2001);
    let full = Listing::new(0)
        .with(0, bare(0, 1000))
        .with(1000, bare(0, 0));
    let (count, error) = read(&full.serve().await).await;
    assert_eq!((count, error.is_none()), (1000, true));
}

#[tokio::test]
async fn pages_come_side_by_side_but_only_a_few_ahead() {
    let mut listing = Listing::capped(300, 10);
    listing.delay = Duration::from_millis(60);
    let server = listing.serve().await;
    let mut pages = client(&server.uri()).connections(ConnectionFilter::default());
    for _ in 0..2 {
        pages.next().await.unwrap().unwrap();
    }
    // The second page came with its neighbours: all of them were asked for before it was answered.
    assert_eq!(queries(&server).await.len(), 1 + MOST_IN_FLIGHT);
    sleep(Duration::from_millis(80)).await;
    assert_eq!(queries(&server).await.len(), 1 + MOST_IN_FLIGHT);
    while pages.next().await.transpose().unwrap().is_some() {}
    assert_eq!(queries(&server).await.len(), 30);
}

#[tokio::test]
async fn a_wish_to_stop_ends_the_listing_after_what_came() {
    let server = Listing::new(2500).serve().await;
    let interrupt = Interrupt::new();
    let options = crate::api::ClientOptions {
        interrupt: interrupt.clone(),
        ..options(&server.uri())
    };
    let mut pages = Client::new(options)
        .unwrap()
        .connections(ConnectionFilter::default());
    pages.next().await.unwrap().unwrap();
    interrupt.trigger();
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(pages.next().await.is_none());
}
