//! The floor: the smallest program that lists connections with the same libraries, without settings, retries or
//! checks. No program that uses them can be faster.

use std::io::{BufWriter, Write, stdout};

use futures_util::future::join_all;
use reqwest::Client;
use serde::{Deserialize, Serialize};

use super::server::account::Org;

#[derive(Deserialize)]
struct Page {
    data: Vec<Record>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    page: Counts,
}

#[derive(Deserialize)]
struct Counts {
    total_count: usize,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    attributes: Attributes,
    relationships: Relationships,
}

#[derive(Deserialize)]
struct Attributes {
    created_at: Option<String>,
    connection_types: Vec<String>,
}

#[derive(Deserialize)]
struct Relationships {
    source_org: Related,
    sink_org: Related,
    created_by: Related,
}

#[derive(Deserialize)]
struct Related {
    data: Resource,
}

#[derive(Deserialize, Serialize)]
struct Resource {
    id: String,
    name: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    source: &'a Resource,
    destination: &'a Resource,
    types: &'a [String],
    created_at: Option<&'a str>,
    created_by: &'a Resource,
}

/// Lists the hub's connections from the server at `url`. The mode `drain` throws the pages away; `list` and `read` write
/// lines of JSON.
pub(crate) fn run(mode: &str, url: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut builder = Client::builder().no_proxy();
        if url.starts_with("http:") {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().unwrap();
        let first = page(&client, url, 0).await;
        let total = total(&first);
        print(mode, &first);
        // Six at the same time, as orgconn does.
        let offsets: Vec<_> = (1000..total).step_by(1000).collect();
        for some in offsets.chunks(6) {
            let pages = some.iter().map(|offset| page(&client, url, *offset));
            for page in join_all(pages).await {
                print(mode, &page);
            }
        }
    });
}

async fn page(client: &Client, url: &str, offset: usize) -> Vec<u8> {
    let request = client
        .get(format!(
            "{url}/api/v2/org_connections?limit=1000&offset={offset}"
        ))
        .header("DD-API-KEY", Org::HUB.api_key())
        .header("DD-APPLICATION-KEY", Org::HUB.app_key());
    let answer = request.send().await.unwrap().error_for_status().unwrap();
    answer.bytes().await.unwrap().into()
}

/// The total count, which stands at the end of a page.
fn total(page: &[u8]) -> usize {
    let end = String::from_utf8_lossy(&page[page.len().saturating_sub(100)..]).into_owned();
    let (_, count) = end.split_once("\"total_count\":").unwrap();
    let digits: String = count.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

fn print(mode: &str, page: &[u8]) {
    if mode == "drain" {
        return;
    }
    let page: Page = serde_json::from_slice(page).unwrap();
    assert!(page.data.len() <= page.meta.page.total_count);
    let mut stdout = BufWriter::new(stdout().lock());
    for record in &page.data {
        let Relationships {
            source_org,
            sink_org,
            created_by,
        } = &record.relationships;
        let line = Line {
            id: &record.id,
            source: &source_org.data,
            destination: &sink_org.data,
            types: &record.attributes.connection_types,
            created_at: record.attributes.created_at.as_deref(),
            created_by: &created_by.data,
        };
        serde_json::to_writer(&mut stdout, &line).unwrap();
        stdout.write_all(b"\n").unwrap();
    }
}
