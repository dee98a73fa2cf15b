use serde_json::json;
use snapbox::{IntoData as _, assert_data_eq, str};

use crate::harness::{Api, World, connection, half_reachable, org_list, page};

const LIST: &str = "/api/v2/org_connections?limit=1000&offset=0";

#[test]
fn a_tree_shows_who_sees_whom_with_whole_names_in_a_pipe() {
    let drawn = World::sandbox()
        .with("COLUMNS", "30")
        .run(["graph", "--all-profiles"]);
    assert_data_eq!(
        drawn.quiet_success(),
        str![[r#"
Observability Hub
├── \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln  audit
├── Legacy Shop (disabled)            logs
├── Logistics                         metrics
├── Payments [1f7d93e0]               metrics
├── Payments [6a48c1b5]               logs, rum
├── Platform                          logs, metrics, audit
├── Retail EU                         logs, metrics
└── Retail US                         logs

\u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln
└── Logistics  metrics

Logistics
└── Platform  metrics

Payments [1f7d93e0]
└── Logistics  metrics

Payments [6a48c1b5]
└── 0a6d2f8b-1c3e-11e8-9f40-7b5ce1d23a96  metrics

Platform
└── Logistics  logs

Retail EU
└── Logistics  metrics

In no connection
└── Security Archive

"#]]
        .raw()
    );
}

#[test]
fn a_matrix_has_sources_as_rows_and_destinations_as_columns() {
    let drawn = World::sandbox().run(["graph", "--all-profiles", "-o", "matrix"]);
    assert_data_eq!(
        drawn.quiet_success(),
        str![[r#"
SOURCE ↓                             │ Observability Hub │ \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln │ Logistics │ Payments [1f7d93e0] │ Payments [6a48c1b5] │ Platform │ Retail EU
DESTINATION →                        │                   │                                  │           │                     │                     │          │
─────────────────────────────────────┼───────────────────┼──────────────────────────────────┼───────────┼─────────────────────┼─────────────────────┼──────────┼───────────
0a6d2f8b-1c3e-11e8-9f40-7b5ce1d23a96 │                   │                                  │           │                     │         ·M··        │          │
\u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln     │        ··A·       │                                  │           │                     │                     │          │
Legacy Shop (disabled)               │        L···       │                                  │           │                     │                     │          │
Logistics                            │        ·M··       │               ·M··               │           │         ·M··        │                     │   L···   │    ·M··
Payments [1f7d93e0]                  │        ·M··       │                                  │           │                     │                     │          │
Payments [6a48c1b5]                  │        L··R       │                                  │           │                     │                     │          │
Platform                             │        LMA·       │                                  │    ·M··   │                     │                     │          │
Retail EU                            │        LM··       │                                  │           │                     │                     │          │
Retail US                            │        L···       │                                  │           │                     │                     │          │

L logs  M metrics  A audit  R rum

In no connection: 1 org
  Security Archive

"#]]
        .raw()
    );
}

#[test]
fn mermaid_and_dot_draw_the_same_connections() {
    let world = World::sandbox();
    let graph = |format| {
        world
            .run(["graph", "--profile=platform", "-o", format])
            .quiet_success()
    };
    assert_data_eq!(
        graph("mermaid"),
        str![[r#"
flowchart LR
  n1["Logistics"]
  n2["Platform"]
  n3["Observability Hub"]
  n2 -->|"metrics"| n1
  n1 -->|"logs"| n2
  n2 -->|"logs, metrics, audit"| n3

"#]]
    );
    assert_data_eq!(
        graph("dot"),
        str![[r#"
digraph orgconn {
  rankdir=LR;
  node [shape=box, style=rounded];
  n1 [label="Logistics"];
  n2 [label="Platform"];
  n3 [label="Observability Hub"];
  n2 -> n1 [label="metrics"];
  n1 -> n2 [label="logs"];
  n2 -> n3 [label="logs, metrics, audit"];
}

"#]]
    );
}

#[test]
fn mermaid_and_dot_leave_orgs_in_no_connection_out_unless_they_are_asked_for() {
    let world = World::sandbox();
    for format in ["mermaid", "dot"] {
        let graph = ["graph", "--all-profiles", "-o", format];
        let drawn = world.run(graph).quiet_success();
        assert!(!drawn.contains("Security Archive"), "{drawn}");
        let args = graph.into_iter().chain(["--unconnected"]);
        let drawn = world.run(args).quiet_success();
        assert!(drawn.contains("Security Archive"), "{drawn}");
    }
}

#[test]
fn a_picture_stands_alone_and_names_every_org() {
    let drawn = World::sandbox().run(["graph", "--all-profiles", "-o", "svg"]);
    let svg = drawn.quiet_success();
    let picture = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(picture.root_element().tag_name().name(), "svg");
    let words: String = picture
        .descendants()
        .filter_map(|node| node.text())
        .collect();
    for name in [
        "Observability Hub",
        "Retail US",
        "Legacy Shop",
        "Security Archive",
    ] {
        assert!(words.contains(name), "{name}");
    }
    assert!(words.contains(
        "Logistics -> Observability Hub: metrics (8f16a2db-5c73-4e09-b4d8-62f0c7a91e35)"
    ));
    for reference in ["href", "<script", "@import", "url(http"] {
        assert!(!svg.contains(reference), "{reference}");
    }
}

#[test]
fn nothing_to_draw_is_noted() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1]))
        .get(LIST, &page(&[], 0));
    let drawn = api.world().run(["graph"]).code(0);
    assert_eq!(drawn.stderr, "no connections\n");
    assert_eq!(drawn.stdout, "In no connection\n└── Org 1\n");
}

#[test]
fn a_profile_that_fails_costs_its_part_alone() {
    let api = Api::new();
    api.get("/api/v2/org", &org_list(1, &[1, 2]))
        .get(LIST, &page(&[connection(50, 1, 2, &["logs"])], 1));
    let world = half_reachable(&api);
    let drawn = world.run(["graph", "--all-profiles"]).code(8);
    assert_eq!(drawn.stdout, "Org 2\n└── Org 1  logs\n");
    assert!(
        drawn.stderr.starts_with("error: profile unreachable: "),
        "{}",
        drawn.stderr
    );
    let failed = world.run(["graph", "--profile=unreachable"]).code(7);
    assert_eq!(failed.stdout, "");
}

#[test]
fn other_formats_are_refused_with_those_there_are() {
    for format in ["yaml", "terraform"] {
        let refused = World::sandbox().run(["graph", "-o", format]).code(2);
        let message = format!(
            "this command does not write the format {format}; it writes:\n  tree\n  matrix\n  mermaid\n  dot\n  svg\n  json\n"
        );
        assert!(refused.stderr.contains(&message), "{}", refused.stderr);
    }
    let chosen = ["graph", "-ojson", "--columns=source", "--type=audit"];
    let listed = World::sandbox().run(chosen).code(0).json();
    assert_eq!(listed["items"][0], json!({"source": "Platform"}));
    let refused = World::sandbox().run(["graph", "--columns=id"]).code(2);
    assert!(refused.stderr.contains("--columns does not go with"));
}
