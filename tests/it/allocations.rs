//! What a connection costs in memory, in a long listing: counted, so that it cannot drift unseen.

use std::io;

use allocation_counter::{AllocationInfo, measure};
use orgconn::api::connections_of_page;
use orgconn::output::{Format, Output, OutputOptions, Streams};
use orgconn::topology::Connection;
use serde_json::json;

/// A page as the API gives it, with a name that has an escape in it.
fn page(rows: u64) -> Vec<u8> {
    let id = |kind: u64, row: u64| format!("{:08x}-7f97-11f0-8de1-{row:012x}", kind + 1);
    let resource = |kind, row, name: String| json!({"data": {"type": "orgs", "id": id(kind, row), "name": name}});
    let record = |row| {
        json!({"type": "org_connection", "id": id(0, row),
        "attributes": {"created_at": "2025-08-26T20:19:36.177236+00:00", "connection_types": ["metrics", "logs"]},
        "relationships": {
            "source_org": resource(1, row, format!("Köln {row}")),
            "sink_org": resource(2, 0, "Observability Hub".to_owned()),
            "created_by": resource(3, row, "\"Pipeline\"".to_owned()),
        }})
    };
    let records: Vec<_> = (0..rows).map(record).collect();
    json!({"data": records, "meta": {"page": {"total_count": rows}}})
        .to_string()
        .into_bytes()
}

fn connections(rows: u64) -> Vec<Connection> {
    connections_of_page(&page(rows)).unwrap()
}

/// What one row more takes, among hundreds; of numbers up to which a vector that doubles is full.
fn of_a_row(cost: impl Fn(u64) -> AllocationInfo) -> (f64, f64) {
    let (few, many) = (cost(256), cost(512));
    let each = |few: u64, many: u64| (many as f64 - few as f64) / 256.0;
    (
        each(few.count_total, many.count_total),
        each(few.bytes_max, many.bytes_max),
    )
}

fn printing(format: Format, rows: u64) -> AllocationInfo {
    let connections = connections(rows);
    let options = OutputOptions {
        format,
        ..OutputOptions::default()
    };
    let streams = Streams {
        stdout: Box::new(io::sink()),
        stderr: Box::new(io::sink()),
        stdout_width: None,
        stderr_is_terminal: false,
        stdin_is_terminal: false,
    };
    measure(|| {
        let mut output = Output::with_streams(options, streams);
        let mut listing = output.begin::<Connection>().unwrap();
        for connection in connections {
            listing.push(connection).unwrap();
        }
        listing.finish(&[]).unwrap();
    })
}

#[test]
fn a_row_is_read_with_an_allocation_for_each_thing_that_is_kept() {
    let (allocations, bytes) = of_a_row(|rows| {
        let page = page(rows);
        measure(|| drop(connections_of_page(&page).unwrap()))
    });
    // Three names, the time and the types; a name with an escape in it takes two more.
    assert_eq!(allocations.round(), 7.0);
    assert!(bytes < 640.0, "{bytes} bytes");
}

#[test]
fn a_row_that_streams_is_printed_without_keeping_it() {
    use Format::{Csv, Id, Json, Jsonl, Tsv, Yaml};
    for (format, expected) in [
        (Json, 0.0),
        (Jsonl, 0.0),
        (Id, 1.0),
        (Csv, 6.0),
        (Tsv, 6.0),
        (Yaml, 19.0),
    ] {
        let (allocations, bytes) = of_a_row(|rows| printing(format, rows));
        assert_eq!(allocations.round(), expected, "{format}");
        assert!(bytes < 1.0, "{format}: {bytes} bytes");
    }
}

#[test]
fn a_row_of_a_table_takes_little_more_than_its_letters() {
    let (allocations, bytes) = of_a_row(|rows| printing(Format::Table, rows));
    assert_eq!(allocations.round(), 4.0);
    assert!(bytes < 300.0, "{bytes} bytes");
}
