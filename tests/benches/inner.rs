//! Times the inner loops: `cargo bench --bench inner`.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod full_cache;

use std::hint::black_box;
use std::io;

use criterion::{BenchmarkId, Criterion, Throughput};
use orgconn::api::connections_of_page;
use orgconn::completion::Cache;
use orgconn::output::{Format, Output, OutputOptions, Streams};
use orgconn::topology::{
    Connection, ConnectionType, Desired, DesiredState, Directory, Plan, PlanOptions, Reference,
    desired::ParseOptions,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decode(&mut criterion);
    plan(&mut criterion);
    render(&mut criterion);
    complete(&mut criterion);
    criterion.final_summary();
}

/// A page of a thousand, as the service writes it.
fn decode(criterion: &mut Criterion) {
    let page = json!({"data": (0..1000).map(record).collect::<Vec<_>>(),
        "meta": {"page": {"total_count": 1000, "total_filtered_count": 1000}}});
    let page = page.to_string();
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("a page of 1000", |bencher| {
        bencher.iter(|| connections_of_page(black_box(page.as_bytes())).unwrap());
    });
    group.finish();
}

/// Ten thousand live connections against a file that wants other types for each tenth.
fn plan(criterion: &mut Criterion) {
    let live: Vec<_> = (0..10_000).map(connection).collect();
    let desired = desired(&live);
    criterion.bench_function("plan/10000 edges", |bencher| {
        bencher.iter(|| Plan::between(black_box(&live), &desired, PlanOptions { prune: true }));
    });
}

/// Every format, at three sizes.
fn render(criterion: &mut Criterion) {
    use Format::{Csv, Id, Json, Jsonl, Table, Tsv, Yaml};
    let connections: Vec<_> = (0..100_000).map(connection).collect();
    let mut group = criterion.benchmark_group("render");
    group.sample_size(10);
    for format in [Table, Json, Jsonl, Yaml, Csv, Tsv, Id] {
        for rows in [1_000, 10_000, 100_000] {
            group.throughput(Throughput::Elements(rows as u64));
            group.bench_function(BenchmarkId::new(format.to_string(), rows), |bencher| {
                bencher.iter_batched(
                    || connections[..rows].to_vec(),
                    |connections| write(format, connections),
                    criterion::BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

fn write(format: Format, connections: Vec<Connection>) {
    let options = OutputOptions {
        format,
        ..OutputOptions::default()
    };
    let mut output = Output::with_streams(options, nowhere());
    let mut listing = output.begin::<Connection>().unwrap();
    for connection in connections {
        listing.push(connection).unwrap();
    }
    listing.finish(&[]).unwrap();
}

/// What a name and an id begin, among a thousand orgs and five thousand connections.
fn complete(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().unwrap();
    let cache = Cache::new(directory.path());
    let owners = [full_cache::fill(&cache)];
    let mut group = criterion.benchmark_group("completion from a full cache");
    group.bench_function("org", |bencher| {
        bencher.iter(|| assert_eq!(cache.orgs(&owners, black_box("Organization 07")).len(), 10));
    });
    group.bench_function("connection", |bencher| {
        bencher.iter(|| assert_eq!(cache.connections(&owners, black_box("0001")).len(), 8));
    });
    group.finish();
}

fn nowhere() -> Streams {
    Streams {
        stdout: Box::new(io::sink()),
        stderr: Box::new(io::sink()),
        stdout_width: None,
        stderr_is_terminal: false,
        stdin_is_terminal: false,
    }
}

fn id(kind: u64, number: u32) -> Uuid {
    // Digits that differ from the first on, as those of real ones.
    let spread = (u64::from(number) << 2 | kind).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Uuid::from_u64_pair(spread, spread.rotate_left(32))
}

fn name(number: u32) -> String {
    format!("Organization {number:06}")
}

fn connection(number: u32) -> Connection {
    let reference = |kind, name: String| Reference {
        id: Some(id(kind, number).into()),
        name: Some(name.into()),
    };
    Connection {
        id: Some(id(0, number).into()),
        source: reference(1, name(number)),
        destination: reference(2, name(number + 1_000_000)),
        types: [ConnectionType::Logs, ConnectionType::Metrics]
            .into_iter()
            .collect(),
        created_at: Some("2025-08-26T20:19:36.177236+00:00".into()),
        created_by: reference(3, "Pipeline".to_owned()),
        profiles: Vec::new(),
    }
}

fn record(number: u32) -> Value {
    let resource = |kind: &str, id: Uuid, name: String| json!({"data": {"type": kind, "id": id, "name": name}});
    json!({
        "type": "org_connection",
        "id": id(0, number),
        "attributes": {
            "created_at": "2025-08-26T20:19:36.177236+00:00",
            "connection_types": ["logs", "metrics"],
        },
        "relationships": {
            "source_org": resource("orgs", id(1, number), name(number)),
            "sink_org": resource("orgs", id(2, number), name(number + 1_000_000)),
            "created_by": resource("users", id(3, number), "Pipeline".to_owned()),
        },
    })
}

/// What a file wants that asks for the `live` connections, and of each tenth for its logs alone.
fn desired(live: &[Connection]) -> DesiredState {
    let mut text = String::from("connections:\n");
    for (index, connection) in live.iter().enumerate() {
        let types = if index % 10 == 0 {
            "[logs]"
        } else {
            "[logs, metrics]"
        };
        let [source, destination] =
            [&connection.source, &connection.destination].map(|org| org.id.as_ref().unwrap());
        text += &format!("  - {{source: {source}, destination: {destination}, types: {types}}}\n");
    }
    let file = Desired::parse(&text, ParseOptions::default()).unwrap();
    let nobody = Directory::default();
    file.resolve(|selector| selector.resolve(&nobody)).unwrap()
}
