use snapbox::{IntoData as _, assert_data_eq, str};

use crate::harness::{Api, Terminal, World, page};

/// The text that the program shows at a terminal, without colour.
fn shown(world: &World, columns: u16, arguments: &[&str]) -> String {
    let (code, shown) = Terminal::start(world, columns, arguments).end();
    assert_eq!(code, Some(0), "{shown}");
    shown
}

/// The listing of the sample account, without colour.
fn list(columns: u16) -> String {
    shown(&World::sandbox(), columns, &["list", "--color=never"])
}

#[test]
fn a_table_fits_a_narrow_terminal() {
    let table = list(60);
    assert!(
        table.lines().all(|line| line.chars().count() <= 60),
        "{table}"
    );
    assert_data_eq!(
        table,
        str![[r#"
ID        SOURCE               → DESTINATION    TYPES
40bbb1c2  Retail US            → Observability  logs
                                 Hub
d7e0c5f4  Retail EU            → Observability  logs,metrics
                                 Hub
8f16a2db  Logistics            → Observability  metrics
                                 Hub
13c9f87e  Platform             → Observability  logs,
                                 Hub            metrics,
                                                audit
b5a4e6d1  Payments [1f7d93e0]  → Observability  metrics
                                 Hub
6e92d03b  Payments [6a48c1b5]  → Observability  logs,rum
                                 Hub
2a7b5c98  Legacy Shop          → Observability  logs
                                 Hub
f03d8e61  \u{1b}[31mחנות\u{1b} → Observability  audit
          [0m 👩‍💻\nKöln           Hub

"#]]
        .raw()
    );
}

#[test]
fn a_table_fits_a_usual_terminal() {
    assert_data_eq!(
        list(80),
        str![[r#"
ID        SOURCE                         → DESTINATION        TYPES
40bbb1c2  Retail US                      → Observability Hub  logs
d7e0c5f4  Retail EU                      → Observability Hub  logs,metrics
8f16a2db  Logistics                      → Observability Hub  metrics
13c9f87e  Platform                       → Observability Hub  logs,metrics,audit
b5a4e6d1  Payments [1f7d93e0]            → Observability Hub  metrics
6e92d03b  Payments [6a48c1b5]            → Observability Hub  logs,rum
2a7b5c98  Legacy Shop                    → Observability Hub  logs
f03d8e61  \u{1b}[31mחנות\u{1b}[0m        → Observability Hub  audit
          👩‍💻\nKöln

"#]]
        .raw()
    );
}

#[test]
fn a_table_on_a_wide_terminal_has_whole_ids() {
    let table = list(200);
    let header = table.lines().next().unwrap();
    let header: Vec<_> = header.split_whitespace().collect();
    assert_eq!(
        header.join(" "),
        "ID SOURCE → DESTINATION TYPES CREATED CREATED BY"
    );
    let row = table.lines().nth(1).unwrap();
    assert!(
        row.starts_with("40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d  Retail US "),
        "{row}"
    );
    assert!(
        row.contains(" years ago  ") || row.contains(" 1 year ago "),
        "{row}"
    );
    assert!(row.ends_with(" Dana Example"), "{row}");
}

#[test]
fn wide_is_whole_on_any_terminal() {
    let listed = shown(&World::sandbox(), 80, &["list", "-owide", "--color=never"]);
    assert!(listed.contains("CREATED (UTC)"), "{listed}");
    assert!(
        listed.contains("83999dcd-7f97-11f0-8de1-1ecf66f1aa85"),
        "{listed}"
    );
    assert!(listed.contains("2025-08-26 20:19"), "{listed}");
}

#[test]
fn the_header_has_colour_and_no_color_takes_it_away() {
    let table = shown(&World::sandbox(), 120, &["list"]);
    assert!(table.contains('\u{1b}'), "{table}");
    let world = World::sandbox().with("NO_COLOR", "1");
    assert!(!shown(&world, 120, &["list"]).contains('\u{1b}'));
}

#[test]
fn no_name_reaches_the_terminal_raw_in_any_format() {
    for format in ["table", "json", "jsonl", "yaml", "csv", "tsv"] {
        let arguments = ["list", "--source=b94e2c70-5f8d-11ee-8a3b-059df4617ce2"];
        let flags = ["--color=never", "-o", format];
        let text = shown(&World::sandbox(), 120, &[&arguments[..], &flags].concat());
        assert!(
            text.contains("חנות") && !text.contains('\u{1b}'),
            "{format}: {text:?}"
        );
    }
}

#[test]
fn an_empty_listing_is_told_in_words() {
    let api = Api::new();
    api.get("/api/v2/org_connections?limit=1000&offset=0", &page(&[], 0));
    assert_eq!(shown(&api.world(), 80, &["list"]), "no connections\n");
}

#[test]
fn help_fits_the_terminal() {
    let help = shown(&World::bare(), 60, &["help", "list"]);
    let longest = help.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(72), "{longest:?}: {help}");
}

#[test]
fn a_table_and_a_tree_are_of_ascii_at_a_dumb_terminal_and_where_the_locale_is_not_utf8() {
    let dumb = || World::sandbox().with("TERM", "dumb");
    let latin = || World::sandbox().with("LC_ALL", "de_DE.ISO-8859-1");
    let source = "--source=Retail EU";
    for world in [dumb(), latin()] {
        assert_data_eq!(
            shown(&world, 80, &["list", source, "--color=never"]),
            str![[r#"
ID        SOURCE    -> DESTINATION        TYPES
d7e0c5f4  Retail EU -> Observability Hub  logs,metrics

"#]]
            .raw()
        );
        assert_data_eq!(
            shown(&world, 80, &["graph", source]),
            str![[r#"
Observability Hub
`-- Retail EU  logs, metrics

"#]]
            .raw()
        );
        assert_data_eq!(
            shown(&world, 80, &["graph", source, "-o=matrix", "--color=never"]),
            str![[r#"
SOURCE v       | Observability Hub
DESTINATION -> |
---------------+-------------------
Retail EU      |         LM

L logs  M metrics

"#]]
            .raw()
        );
    }
}

#[test]
fn the_history_at_80_columns_says_when_what_where_and_how_it_ended() {
    let world = World::sandbox();
    world.run(["create", "Security Archive", "--type=logs,metrics"]);
    let history = shown(&world, 80, &["history", "--color=never"]);
    let header: Vec<_> = history.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(
        header.join(" "),
        "RUN AT OPERATION RESULT SOURCE → DESTINATION"
    );
    assert_eq!(history.lines().count(), 2, "{history}");
}

#[test]
fn nothing_to_do_is_said_without_a_table() {
    let world = World::sandbox();
    world.file("empty.yaml", "connections: []\n");
    let missing = "00000000-0000-0000-0000-000000000000";
    let nothing_wanted = "no changes: no connections are wanted\n\
        8 live connections of other source orgs are not in the file, and stay; `manage: all` in the file would put them \
        in its\n  scope\n";
    for (arguments, expected) in [
        (&["history"][..], "no changes\n"),
        (
            &["delete", missing, "--ignore-not-found", "--yes"],
            "no connection with the id 00000000-0000-0000-0000-000000000000: nothing to delete\n",
        ),
        (&["plan", "-f=empty.yaml"], nothing_wanted),
        (&["apply", "-f=empty.yaml"], nothing_wanted),
    ] {
        let said = shown(&world, 120, arguments);
        assert_eq!(said, expected, "{arguments:?}");
    }
}

#[test]
fn a_narrow_list_of_profiles_keeps_the_site_and_shortens_the_org_first() {
    let listed = shown(&World::sandbox(), 80, &["profile", "list", "--color=never"]);
    let words: Vec<_> = listed.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(words.join(" "), "NAME SITE ORG CREDENTIALS DEFAULT");
    assert!(listed.contains("  83999dcd  sample "), "{listed}");
}

#[test]
fn a_long_path_is_broken_after_a_slash() {
    let directory = "/home/dana/company/platform-team/secrets/datadog/observability";
    let world = World::bare();
    world.file(
        "xdg_config_home/orgconn/config.toml",
        &format!(
            "[profiles.hub]\napi_key = {{ file = \"{directory}/api-key\" }}\n\
             app_key = {{ file = \"{directory}/app-key\" }}\n"
        ),
    );
    let listed = shown(&world, 60, &["profile", "list", "--color=never"]);
    assert_data_eq!(
        listed,
        str![[r#"
NAME  SITE           ORG  DEFAULT
hub   datadoghq.com  -    no
  CREDENTIALS: file /home/dana/company/platform-team/
               secrets/datadog/observability/api-key and
               file /home/dana/company/platform-team/
               secrets/datadog/observability/app-key

"#]]
    );
}
