//! The same listing in each format, written to a pipe.

mod color;
mod envelope;
mod fields;

use serde_json::Value;
use snapbox::{IntoData as _, assert_data_eq, str};

use crate::harness::{Api, connection, current_user, org_list, page, uuid};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

/// A connection whose source, destination and creator have these names.
fn named(number: u128, names: [&str; 3]) -> Value {
    let mut connection = connection(number, 1, 2, &["logs", "metrics"]);
    for (relation, name) in ["source_org", "sink_org", "created_by"].iter().zip(names) {
        connection["relationships"][relation]["data"]["name"] = name.into();
    }
    connection
}

/// Connections with awkward names: right-to-left text, wide text, an emoji made of several characters, a colour
/// sequence, a newline, and the characters with which the formats separate values.
fn awkward() -> [Value; 3] {
    [
        named(50, ["חנות ספרים", "東京 支社", "👩\u{200d}💻 Team"]),
        named(51, ["\u{1b}[31mRed\u{1b}[0m", "Köln\nBonn\ttab", "- dash"]),
        named(52, ["a, \"b\" & c", "\u{202e}gnp.exe", "null"]),
    ]
}

fn listed(connections: &[Value], format: &str) -> String {
    listed_with(connections, &["--output", format])
}

fn listed_with(connections: &[Value], flags: &[&str]) -> String {
    let api = Api::new();
    api.get(LIST, &page(connections, connections.len()));
    // The note about an empty table is not of the format.
    let flags = [&["list", "--quiet"], flags].concat();
    api.world().run(flags).quiet_success()
}

#[test]
fn a_table_escapes_what_a_terminal_would_obey_and_counts_the_width_of_wide_text() {
    assert_data_eq!(listed(&awkward(), "table"), str![[r#"
ID                                    SOURCE                  DESTINATION      TYPES         CREATED (UTC)     CREATED BY
00000000-0000-0000-0000-000000000032  חנות ספרים              東京 支社        logs,metrics  2025-08-26 20:19  👩‍💻 Team
00000000-0000-0000-0000-000000000033  \u{1b}[31mRed\u{1b}[0m  Köln\nBonn\ttab  logs,metrics  2025-08-26 20:19  - dash
00000000-0000-0000-0000-000000000034  a, "b" & c              \u{202e}gnp.exe  logs,metrics  2025-08-26 20:19  null

"#]].raw());
}

#[test]
fn json_is_one_object_that_keeps_every_character() {
    let json = listed(&awkward(), "json");
    assert_data_eq!(json.as_str(), str![[r#"
{"schema":"orgconn/v1","items":[
{"id":"00000000-0000-0000-0000-000000000032","source":{"id":"00000000-0000-0000-0000-000000000001","name":"חנות ספרים"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"東京 支社"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"👩‍💻 Team"},"profiles":[]},
{"id":"00000000-0000-0000-0000-000000000033","source":{"id":"00000000-0000-0000-0000-000000000001","name":"\u001b[31mRed\u001b[0m"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"Köln\nBonn\ttab"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"- dash"},"profiles":[]},
{"id":"00000000-0000-0000-0000-000000000034","source":{"id":"00000000-0000-0000-0000-000000000001","name":"a, \"b\" & c"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"\u202egnp.exe"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"null"},"profiles":[]}
],"errors":[]}

"#]].raw());
    let names = serde_json::from_str::<Value>(&json).unwrap();
    assert_eq!(
        names["items"][1]["source"]["name"],
        "\u{1b}[31mRed\u{1b}[0m"
    );
    assert_eq!(names["items"][2]["destination"]["name"], "\u{202e}gnp.exe");
}

#[test]
fn json_lines_are_the_items_of_json() {
    let lines = listed(&awkward(), "jsonl");
    assert_data_eq!(lines.as_str(), str![[r#"
{"id":"00000000-0000-0000-0000-000000000032","source":{"id":"00000000-0000-0000-0000-000000000001","name":"חנות ספרים"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"東京 支社"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"👩‍💻 Team"},"profiles":[]}
{"id":"00000000-0000-0000-0000-000000000033","source":{"id":"00000000-0000-0000-0000-000000000001","name":"\u001b[31mRed\u001b[0m"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"Köln\nBonn\ttab"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"- dash"},"profiles":[]}
{"id":"00000000-0000-0000-0000-000000000034","source":{"id":"00000000-0000-0000-0000-000000000001","name":"a, \"b\" & c"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"\u202egnp.exe"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"null"},"profiles":[]}

"#]].raw());
    let items: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let json: Value = serde_json::from_str(&listed(&awkward(), "json")).unwrap();
    assert_eq!(json["items"], Value::from(items));
}

#[test]
fn yaml_is_the_data_of_json() {
    let yaml = listed(&awkward(), "yaml");
    assert_data_eq!(yaml.as_str(), str![[r#"
schema: orgconn/v1
items:
- id: 00000000-0000-0000-0000-000000000032
  source:
    id: 00000000-0000-0000-0000-000000000001
    name: חנות ספרים
  destination:
    id: 00000000-0000-0000-0000-000000000002
    name: 東京 支社
  types:
  - logs
  - metrics
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 00000000-0000-0000-0000-000000000384
    name: 👩‍💻 Team
  profiles: []
- id: 00000000-0000-0000-0000-000000000033
  source:
    id: 00000000-0000-0000-0000-000000000001
    name: "\e[31mRed\e[0m"
  destination:
    id: 00000000-0000-0000-0000-000000000002
    name: "Köln\nBonn\ttab"
  types:
  - logs
  - metrics
  created_at: "2025-08-26T20:19:36.177236+00:00"
  created_by:
    id: 00000000-0000-0000-0000-000000000384
    name: "- dash"
  profiles: []
- {"id":"00000000-0000-0000-0000-000000000034","source":{"id":"00000000-0000-0000-0000-000000000001","name":"a, \"b\" & c"},"destination":{"id":"00000000-0000-0000-0000-000000000002","name":"\u202egnp.exe"},"types":["logs","metrics"],"created_at":"2025-08-26T20:19:36.177236+00:00","created_by":{"id":"00000000-0000-0000-0000-000000000384","name":"null"},"profiles":[]}
errors: []

"#]].raw());
    let read: Value = serde_saphyr::from_str(&yaml).unwrap();
    let json: Value = serde_json::from_str(&listed(&awkward(), "json")).unwrap();
    assert_eq!(read, json);
}

#[test]
fn csv_is_safe_to_look_at_and_to_open_unless_it_is_raw() {
    let time = "2025-08-26T20:19:36.177236+00:00";
    let row = |number, [source, destination, user]: [&str; 3]| {
        let [id, one, two, user_id] = [number, 1, 2, 900].map(uuid);
        format!(
            "{id},{source},{one},{destination},{two},\"logs,metrics\",{time},{user},{user_id},\n"
        )
    };
    let header =
        "id,source,source_id,destination,destination_id,types,created_at,created_by,created_by_id,profiles\n".to_owned();
    let shalom = row(50, ["חנות ספרים", "東京 支社", "👩\u{200d}💻 Team"]);
    let safe = [
        header.clone(),
        shalom.clone(),
        row(
            51,
            [r"\u{1b}[31mRed\u{1b}[0m", r"Köln\nBonn\ttab", "'- dash"],
        ),
        row(52, ["\"a, \"\"b\"\" & c\"", r"\u{202e}gnp.exe", "null"]),
    ];
    assert_eq!(listed(&awkward(), "csv"), safe.concat());
    let raw = [
        header,
        shalom,
        row(
            51,
            ["\u{1b}[31mRed\u{1b}[0m", "\"Köln\nBonn\ttab\"", "- dash"],
        ),
        row(52, ["\"a, \"\"b\"\" & c\"", "\u{202e}gnp.exe", "null"]),
    ];
    let listed = listed_with(&awkward(), &["-o", "csv", "--raw"]);
    assert_eq!(listed, raw.concat());
}

/// Trap: an org is named so that it looks like another one, or acts on whatever shows its name.
#[test]
fn no_format_for_eyes_holds_what_acts_or_cannot_be_seen() {
    let tricks = "=a\0\u{1b}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}\u{3164}b\u{200d}\r";
    let connections = [named(50, [tricks, "👩\u{200d}💻 Team", tricks])];
    let mut orgs = org_list(1, &[1]);
    orgs["included"][0]["attributes"]["name"] = tricks.into();
    let json = |value: Value| wiremock::ResponseTemplate::new(200).set_body_json(value);
    let api = Api::new();
    api.allow("GET", LIST, None, json(page(&connections, 1)))
        .allow("GET", "/api/v2/current_user", None, json(current_user(1)))
        .allow("GET", "/api/v2/org", None, json(orgs));
    for words in [
        "list -o table",
        "list -o wide",
        "list -o csv",
        "list -o tsv",
        "list -o yaml",
        "list -o json",
        "graph -o tree",
        "graph -o matrix",
        "graph -o mermaid",
        "graph -o dot",
        "graph -o svg",
        "export -o yaml",
        "export -o terraform",
    ] {
        let shown = api.world().run(words.split(' ')).code(0).stdout;
        let acts = |c: char| c.is_control() && !"\n\t".contains(c);
        let is_hidden = |c: char| "\u{202e}\u{2066}\u{200b}\u{feff}\u{3164}".contains(c);
        assert!(
            !shown.contains(acts) && !shown.contains(is_hidden),
            "{words}: {shown:?}"
        );
        let is_quoted = words.starts_with("export");
        let joiners = shown
            .replace("👩\u{200d}💻", "")
            .matches('\u{200d}')
            .count();
        let is_data = words.ends_with("json") || words == "list -o yaml";
        assert!(joiners == 0 || is_data, "{words}: {shown:?}");
        assert!(
            is_quoted || shown.contains("👩\u{200d}💻"),
            "{words}: {shown:?}"
        );
    }
}

#[test]
fn tsv_has_one_line_a_row_whatever_a_name_holds() {
    assert_data_eq!(listed(&awkward(), "tsv"), str![[r#"
id	source	source_id	destination	destination_id	types	created_at	created_by	created_by_id	profiles
00000000-0000-0000-0000-000000000032	חנות ספרים	00000000-0000-0000-0000-000000000001	東京 支社	00000000-0000-0000-0000-000000000002	logs,metrics	2025-08-26T20:19:36.177236+00:00	👩‍💻 Team	00000000-0000-0000-0000-000000000384	
00000000-0000-0000-0000-000000000033	\u{1b}[31mRed\u{1b}[0m	00000000-0000-0000-0000-000000000001	Köln\nBonn\ttab	00000000-0000-0000-0000-000000000002	logs,metrics	2025-08-26T20:19:36.177236+00:00	'- dash	00000000-0000-0000-0000-000000000384	
00000000-0000-0000-0000-000000000034	a, "b" & c	00000000-0000-0000-0000-000000000001	\u{202e}gnp.exe	00000000-0000-0000-0000-000000000002	logs,metrics	2025-08-26T20:19:36.177236+00:00	null	00000000-0000-0000-0000-000000000384	

"#]].raw());
}

#[test]
fn ids_stand_one_a_line_for_scripts() {
    let ids = listed(&awkward(), "id");
    assert_eq!(ids, format!("{}\n{}\n{}\n", uuid(50), uuid(51), uuid(52)));
}

#[test]
fn an_empty_listing_is_empty_in_the_way_of_each_format() {
    for (format, expected) in [
        (
            "table",
            "ID  SOURCE  DESTINATION  TYPES  CREATED (UTC)  CREATED BY\n",
        ),
        (
            "json",
            "{\"schema\":\"orgconn/v1\",\"items\":[],\"errors\":[]}\n",
        ),
        ("jsonl", ""),
        ("yaml", "schema: orgconn/v1\nitems: []\nerrors: []\n"),
        (
            "csv",
            "id,source,source_id,destination,destination_id,types,created_at,created_by,created_by_id,profiles\n",
        ),
        (
            "tsv",
            "id\tsource\tsource_id\tdestination\tdestination_id\ttypes\tcreated_at\tcreated_by\tcreated_by_id\tprofiles\n",
        ),
        ("id", ""),
    ] {
        assert_eq!(listed(&[], format), expected, "{format}");
    }
}

#[test]
#[cfg(unix)]
fn a_reader_who_goes_away_is_no_error() {
    let connections: Vec<Value> = (0..1000)
        .map(|number| connection(10_000 + number, 1, 2, &["logs"]))
        .collect();
    for format in ["table", "json", "jsonl", "yaml", "csv", "tsv", "id"] {
        let api = Api::new();
        api.get(LIST, &page(&connections, 1000));
        let script = format!("set -o pipefail; orgconn list -o {format} | head -n 1 >first");
        let world = api.world();
        let ended = world.script(&script).code(0);
        assert_eq!(
            (ended.stdout.as_str(), ended.stderr.as_str()),
            ("", ""),
            "{format}"
        );
        let first = std::fs::read_to_string(world.home().join("first")).unwrap();
        assert_eq!(first.lines().count(), 1, "{format}");
    }
}
