use proptest::prelude::*;
use snapbox::{IntoData, assert_data_eq, str};

use super::samples::*;
use super::*;
use crate::topology::{Connection, Directory, Reference};

const ALL: [GraphFormat; 4] = [
    GraphFormat::Tree,
    GraphFormat::Mermaid,
    GraphFormat::Dot,
    GraphFormat::Svg,
];

#[test]
fn the_tree_groups_sources_below_their_destination() {
    assert_data_eq!(
        written(&small(), GraphFormat::Tree),
        str![[r#"
Observability Hub
├── Payments EU  metrics
└── Retail US    logs, metrics

Retail US
└── Lab (disabled)  audit, rum

In no connection
└── Spare "<A&B>" `x`

"#]]
        .raw()
    );
}

#[test]
fn mermaid_gets_safe_ids_and_quoted_labels() {
    assert_data_eq!(
        written(&small(), GraphFormat::Mermaid),
        str![[r#"
flowchart LR
  n1["Observability Hub"]
  n2["Retail US"]
  n3["Lab (disabled)"]
  n4["Payments EU"]
  n5["Spare #quot;#60;A#38;B#62;#quot; #96;x#96;"]
  n4 -->|"metrics"| n1
  n2 -->|"logs, metrics"| n1
  n3 -->|"audit, rum"| n2
  classDef hub stroke-width:3px
  class n1 hub
  classDef disabled stroke-dasharray:4
  class n3 disabled

"#]]
        .raw()
    );
}

#[test]
fn graphviz_gets_one_line_for_each_type_in_a_style_of_its_own() {
    assert_data_eq!(
        written(&small(), GraphFormat::Dot),
        str![[r#"
digraph orgconn {
  rankdir=LR;
  node [shape=box, style=rounded];
  n1 [label="Observability Hub", style="rounded,bold"];
  n2 [label="Retail US"];
  n3 [label="Lab (disabled)", style="rounded,dashed"];
  n4 [label="Payments EU"];
  n5 [label="Spare \"<A&amp;B>\" `x`"];
  n4 -> n1 [label="metrics", style=dashed];
  n2 -> n1 [label="logs", style=solid];
  n2 -> n1 [label="metrics", style=dashed];
  n3 -> n2 [label="audit", style=dotted];
  n3 -> n2 [label="rum", style=bold];
}

"#]]
        .raw()
    );
}

#[test]
fn the_svg_shows_orgs_and_lines_with_their_tooltips() {
    let svg = written(&small(), GraphFormat::Svg);
    let (before, rest) = svg.split_once("<style>").unwrap();
    let (_, picture) = rest.split_once("</style>").unwrap();
    assert_data_eq!(format!("{before}{picture}"), str![[r#"
<svg xmlns="http://www.w3.org/2000/svg" width="664" height="343" viewBox="0 0 664 343" role="img" aria-labelledby="title description">
<title id="title">Who sees whose data</title>
<desc id="description">3 connections, 5 orgs. Observability Hub sees Payments EU (metrics), Retail US (logs, metrics). Retail US sees Lab (disabled) (audit, rum).</desc>

<rect class="paper" width="664" height="343"/>
<text class="heading" x="28" y="34" dy="0.35em">Who sees whose data</text>
<text class="soft" x="28" y="58" dy="0.35em">3 connections, 5 orgs. Data flows along the arrows, from source to destination.</text>
<rect class="fill logs" x="28" y="76.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="35.5" y="84" dy="0.35em">L</text>
<path class="line logs" d="M49 84L89 84"/>
<text class="soft" x="96" y="84" dy="0.35em">logs</text>
<rect class="fill metrics" x="144.6" y="76.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="152.1" y="84" dy="0.35em">M</text>
<path class="line metrics" d="M165.6 84L205.6 84"/>
<text class="soft" x="212.6" y="84" dy="0.35em">metrics</text>
<rect class="fill audit" x="283.4" y="76.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="290.9" y="84" dy="0.35em">A</text>
<path class="line audit" d="M304.4 84L344.4 84"/>
<text class="soft" x="351.4" y="84" dy="0.35em">audit</text>
<rect class="fill other" x="405" y="76.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="412.5" y="84" dy="0.35em">+</text>
<path class="line other" d="M426 84L466 84"/>
<text class="soft" x="473" y="84" dy="0.35em">other types</text>
<text class="soft" x="28" y="273" dy="0.35em">In no connection</text>
<g class="link"><title>Payments EU → Observability Hub: metrics</title>
<path class="line metrics" d="M181.3 159C262.3 159 262.3 137 343.3 137"/>
<path class="reach" d="M181.3 159C262.3 159 262.3 137 343.3 137"/>
</g>
<g class="link"><title>Retail US → Observability Hub: logs, metrics</title>
<path class="line logs" d="M543.6 208C643.6 208 643.6 128 551.6 128"/>
<path class="line metrics" d="M543.6 212C637.3 212 637.3 146 551.6 146"/>
<path class="reach" d="M543.6 212C637.3 212 637.3 146 551.6 146"/>
</g>
<g class="link"><title>Lab (disabled) → Retail US: audit, rum</title>
<path class="line audit" d="M181.3 187C262.3 187 262.3 201.5 343.3 201.5"/>
<path class="line other" d="M181.3 191C262.3 191 262.3 218.5 343.3 218.5"/>
<path class="reach" d="M181.3 191C262.3 191 262.3 218.5 343.3 218.5"/>
</g>
<g class="card source"><title>Payments EU</title>
<rect class="frame" x="28" y="147" width="153.3" height="24" rx="6"/>
<text class="name" x="37" y="159" dy="0.35em">Payments EU</text>
<rect class="fill metrics" x="162.3" y="151.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="169.8" y="159" dy="0.35em">M</text>
</g>
<g class="card source disabled"><title>Lab (disabled)</title>
<rect class="frame" x="28" y="177" width="153.3" height="24" rx="6"/>
<text class="name" x="37" y="189" dy="0.35em">Lab (disabled)</text>
<rect class="fill audit" x="145.3" y="181.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="152.8" y="189" dy="0.35em">A</text>
<rect class="fill other" x="162.3" y="181.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="169.8" y="189" dy="0.35em">+</text>
</g>
<g class="card destination hub"><title>Observability Hub</title>
<rect class="frame" x="351.3" y="112" width="192.3" height="50" rx="6"/>
<text class="name" x="384.3" y="129" dy="0.35em">Observability Hub</text>
<text class="note" x="384.3" y="146" dy="0.35em">sees 2 orgs</text>
<rect class="fill metrics" x="355.8" y="129.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="363.3" y="137" dy="0.35em">M</text>
<rect class="fill logs" x="524.6" y="120.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="532.1" y="128" dy="0.35em">L</text>
<rect class="fill metrics" x="524.6" y="138.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="532.1" y="146" dy="0.35em">M</text>
</g>
<g class="card destination"><title>Retail US</title>
<rect class="frame" x="351.3" y="184" width="192.3" height="52" rx="6"/>
<text class="name" x="384.3" y="202" dy="0.35em">Retail US</text>
<text class="note" x="384.3" y="219" dy="0.35em">sees 1 org</text>
<rect class="fill audit" x="355.8" y="194" width="15" height="15" rx="3.5"/>
<text class="letter" x="363.3" y="201.5" dy="0.35em">A</text>
<rect class="fill other" x="355.8" y="211" width="15" height="15" rx="3.5"/>
<text class="letter" x="363.3" y="218.5" dy="0.35em">+</text>
<rect class="fill logs" x="507.6" y="202.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="515.1" y="210" dy="0.35em">L</text>
<rect class="fill metrics" x="524.6" y="202.5" width="15" height="15" rx="3.5"/>
<text class="letter" x="532.1" y="210" dy="0.35em">M</text>
</g>
<g class="card unconnected"><title>Spare &quot;&lt;A&amp;B&gt;&quot; `x`</title>
<rect class="frame" x="28" y="291" width="142" height="24" rx="6"/>
<text class="name" x="37" y="303" dy="0.35em">Spare &quot;&lt;A&amp;B&gt;&quot; `x`</text>
</g>
<path class="fill metrics" d="M351.3 137l-8 -4.5v9z"/>
<path class="fill logs" d="M543.6 128l8 -4.5v9z"/>
<path class="fill metrics" d="M543.6 146l8 -4.5v9z"/>
<path class="fill audit" d="M351.3 201.5l-8 -4.5v9z"/>
<path class="fill other" d="M351.3 218.5l-8 -4.5v9z"/>
</svg>

"#]].raw());
}

#[test]
fn a_tree_fits_the_terminal_and_cuts_names_but_never_what_tells_them_apart() {
    let name = "A name that is far longer than anything a terminal could show in one line of it";
    let hub = org(9, "Hub");
    let graph = Graph::new(
        &[
            connect(&org(1, name), &hub, "logs,metrics"),
            connect(&org(2, name), &hub, "audit"),
        ],
        &Directory::default(),
    );
    assert_data_eq!(
        written(&graph, GraphFormat::Tree),
        str![[r#"
Hub
├── A name that is far longer than anything a termina… [00000001]  logs, metrics
└── A name that is far longer than anything a termina… [00000002]  audit

"#]]
        .raw()
    );
    let mut whole = Vec::new();
    graph
        .write(GraphFormat::Tree, usize::MAX, &mut whole)
        .unwrap();
    assert!(String::from_utf8(whole).unwrap().contains(name));
}

#[test]
fn nothing_known_makes_a_small_picture_in_every_format() {
    let graph = Graph::new(&[], &Directory::default());
    let shown = ALL.map(|format| written(&graph, format));
    assert_eq!(shown[0], "");
    assert_eq!(shown[1], "flowchart LR\n");
    assert!(shown[2].ends_with("}\n"));
    assert!(shown[3].contains("0 connections, 0 orgs."));
}

#[test]
fn the_order_in_which_connections_come_does_not_matter() {
    let (hub, other) = (org(1, "Hub"), org(2, "Other"));
    let connections = [
        connect(&org(3, "same"), &hub, "logs"),
        connect(&org(4, "same"), &hub, "logs"),
        connect(&Reference::default(), &other, "audit"),
        connect(&hub, &other, "metrics"),
    ];
    let mut backwards = connections.clone();
    backwards.reverse();
    let known = Directory::default();
    let [one, two] = [connections, backwards].map(|list| Graph::new(&list, &known));
    for format in ALL {
        assert_eq!(written(&one, format), written(&two, format));
    }
}

fn name() -> impl Strategy<Value = Option<Box<str>>> {
    let awkward = "[\\x00-\\x7f\u{85}\u{9b}\u{202e}\u{2028}\u{2066}\u{fffe}日é`\"<>&#\\\\]{0,24}";
    proptest::option::of(prop_oneof![awkward, any::<String>()].prop_map(Into::into))
}

fn end() -> impl Strategy<Value = Reference> {
    let id = proptest::option::of((0u32..12).prop_map(uuid));
    (id, name()).prop_map(|(id, name)| Reference { id, name })
}

fn connections() -> impl Strategy<Value = Vec<Connection>> {
    let types = proptest::collection::vec(prop_oneof!["logs|metrics|audit", ".{0,8}"], 0..4);
    let connection = (end(), end(), types).prop_map(|(source, destination, types)| Connection {
        types: types.iter().map(|word| word.as_str().into()).collect(),
        ..connect(&source, &destination, "")
    });
    proptest::collection::vec(connection, 0..16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_names_the_svg_is_well_formed_and_refers_to_nothing(connections in connections()) {
        let svg = written(&Graph::new(&connections, &Directory::default()), GraphFormat::Svg);
        let document = roxmltree::Document::parse(&svg).unwrap();
        for element in document.descendants() {
            prop_assert!(!matches!(element.tag_name().name(), "script" | "a" | "image" | "use"));
            prop_assert!(!element.attributes().any(|attribute| attribute.name() == "href"));
        }
    }

    #[test]
    fn whatever_the_names_no_format_holds_a_character_that_acts(connections in connections()) {
        let graph = Graph::new(&connections, &Directory::default());
        for format in ALL {
            let shown = written(&graph, format).replace('\n', "");
            prop_assert_eq!(&text::visible(&shown), &shown);
        }
    }

    #[test]
    fn whatever_the_names_quotes_are_balanced_and_no_fence_is_closed(connections in connections()) {
        let graph = Graph::new(&connections, &Directory::default());
        for line in written(&graph, GraphFormat::Mermaid).lines() {
            prop_assert!(matches!(line.matches('"').count(), 0 | 2), "{line}");
            prop_assert!(!line.contains('`') && !line.contains("~~~"), "{line}");
        }
        for line in written(&graph, GraphFormat::Dot).lines() {
            let bare = line.replace(r"\\", "").replace("\\\"", "");
            prop_assert!(matches!(bare.matches('"').count(), 0 | 2 | 4), "{line}");
        }
    }
}
