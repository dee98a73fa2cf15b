use console::measure_text_width;
use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, changes, connection, ordinary, orgs};
use super::{chosen, listing, output, plain, visible};
use crate::model::Connection;
use crate::output::{ColorChoice, Format, OutputOptions, TerminalEnvironment};

fn table(terminal: Option<usize>, rows: Vec<Connection>) -> String {
    listing(plain(Format::Table), terminal, rows)
}

#[test]
fn a_pipe_gets_whole_values_in_aligned_columns() {
    assert_data_eq!(
        table(None, awkward()),
        str![[r#"
ID                                    SOURCE                                DESTINATION                           TYPES         CREATED (UTC)     CREATED BY
00000010-32b2-4aa3-8a1a-5d93b5382e3d  \u{1b}[31mred\nnext\tline             Observability Hub                     logs,metrics  2025-08-26 20:19  Dana Example
00000011-32b2-4aa3-8a1a-5d93b5382e3d  日本データ                            👩‍🚀 Crew                               logs,quantum  2025-08-26 20:19  Dana Example
00000012-32b2-4aa3-8a1a-5d93b5382e3d  مرحبا                                 \u{202e}evil \u{9b}2J                 metrics       2025-08-26 20:19  Dana Example
00000013-32b2-4aa3-8a1a-5d93b5382e3d  a, "b"                                back\slash                            audit         2025-08-26 20:19  Dana Example
00000014-32b2-4aa3-8a1a-5d93b5382e3d  4dee724d-00cc-11ea-a77b-000000000014  4dee724d-00cc-11ea-a77b-000000000001  logs          some day          -
00000014-32b2-4aa3-8a1a-5d93b5382e3d  4dee724d-00cc-11ea-a77b-000000000014  4dee724d-00cc-11ea-a77b-000000000001  -             -                 -

"#]]
        .raw()
    );
}

#[test]
fn a_column_that_is_asked_for_is_shown_even_if_it_is_empty() {
    assert_data_eq!(
        listing(
            chosen(Format::Table, &["destination-id", "profiles", "id"]),
            None,
            ordinary()
        ),
        str![[r#"
DESTINATION ID                        PROFILES  ID
4dee724d-00cc-11ea-a77b-000000000001  -         00000040-32b2-4aa3-8a1a-5d93b5382e3d
4dee724d-00cc-11ea-a77b-000000000001  -         00000041-32b2-4aa3-8a1a-5d93b5382e3d

"#]]
        .raw()
    );
}

#[test]
fn profiles_and_reasons_are_shown_if_there_are_any_and_not_hidden() {
    assert_data_eq!(
        listing(plain(Format::Table), None, changes()),
        str![[r#"
RESULT   ID                                    SOURCE              DESTINATION        TYPES               CREATED (UTC)     CREATED BY    REASON
created  00000040-32b2-4aa3-8a1a-5d93b5382e3d  Retail US           Observability Hub  logs                2025-08-26 20:19  Dana Example  -
failed   00000041-32b2-4aa3-8a1a-5d93b5382e3d  Payments EU (West)  Observability Hub  logs,metrics,audit  2025-08-26 20:19  Dana Example  not permitted

"#]]
        .raw()
    );
    assert_data_eq!(
        listing(plain(Format::Table), None, orgs()),
        str![[r#"
ID                                    PUBLIC ID    NAME               STATE     CURRENT  PROFILES
4dee724d-00cc-11ea-a77b-000000000001  abcdef12345  Observability Hub  active    yes      hub,ops
4dee724d-00cc-11ea-a77b-000000000002  abcdef12345  Old Shop           disabled  -        -
4dee724d-00cc-11ea-a77b-000000000003  -            -                  unknown   -        -

"#]]
        .raw()
    );
    let (mut output, stdout, _) = output(plain(Format::Table), None);
    output.hide_column("profiles");
    output.hide_column("state");
    let mut listing = output.begin().unwrap();
    listing.push(orgs().remove(0)).unwrap();
    listing.finish(&[]).unwrap();
    assert!(stdout.text().starts_with(
        "ID                                    PUBLIC ID    NAME               CURRENT\n"
    ));
}

#[test]
fn times_are_relative_and_go_before_ids_are_shortened() {
    let few = || awkward().split_off(3);
    assert_data_eq!(
        table(Some(110), few()),
        str![[r#"
ID        SOURCE                               → DESTINATION                           TYPES
00000013  a, "b"                               → back\slash                            audit
00000014  4dee724d-00cc-11ea-a77b-000000000014 → 4dee724d-00cc-11ea-a77b-000000000001  logs
00000014  4dee724d-00cc-11ea-a77b-000000000014 → 4dee724d-00cc-11ea-a77b-000000000001  -

"#]]
        .raw()
    );
    let shown = table(Some(140), few());
    assert!(shown.contains("  audit  3 months ago\n"), "{shown}");
    assert!(shown.contains("  logs   some day\n"), "{shown}");
}

#[test]
fn a_whole_id_is_never_wrapped() {
    for width in [80, 74, 60] {
        let shown = listing(plain(Format::Table), Some(width), orgs());
        assert!(shown.contains("4dee724d-00cc-11ea-a77b-000000000001"));
        assert!(shown.lines().all(|line| line.chars().count() <= width));
    }
    assert_data_eq!(
        listing(plain(Format::Table), Some(76), orgs()),
        str![[r#"
ID                                    NAME               STATE     CURRENT
4dee724d-00cc-11ea-a77b-000000000001  Observability Hub  active    yes
4dee724d-00cc-11ea-a77b-000000000002  Old Shop           disabled  -
4dee724d-00cc-11ea-a77b-000000000003  -                  unknown   -

"#]]
        .raw()
    );
}

#[test]
fn a_column_that_was_asked_for_is_not_dropped() {
    let options = chosen(Format::Table, &["id", "public_id", "name", "state"]);
    assert_data_eq!(
        listing(options, Some(76), orgs()),
        str![[r#"
ID                                    PUBLIC ID    NAME             STATE
4dee724d-00cc-11ea-a77b-000000000001  abcdef12345  Observability    active
                                                   Hub
4dee724d-00cc-11ea-a77b-000000000002  abcdef12345  Old Shop         disabled
4dee724d-00cc-11ea-a77b-000000000003  -            -                unknown

"#]]
        .raw()
    );
}

#[test]
fn a_long_table_has_the_lines_of_a_short_one() {
    for terminal in [Some(40), Some(80), None] {
        let few = table(terminal, awkward());
        let many = table(
            terminal,
            std::iter::repeat_n(awkward(), 200).flatten().collect(),
        );
        let (header, rows) = few.split_at(few.find('\n').unwrap() + 1);
        let is_same = many == format!("{header}{}", rows.repeat(200));
        assert!(is_same, "{terminal:?}: {few}");
    }
}

#[test]
fn columns_that_cannot_be_left_out_become_a_block_for_each_row() {
    let row = || awkward().split_off(5);
    let columns = [
        "id",
        "source",
        "destination",
        "types",
        "created-at",
        "created-by",
    ];
    let options = chosen(Format::Table, &columns);
    assert_data_eq!(
        listing(options.clone(), Some(40), row()),
        str![[r#"
ID:          00000014
SOURCE:
  4dee724d-00cc-11ea-a77b-000000000014
DESTINATION:
  4dee724d-00cc-11ea-a77b-000000000001
TYPES:       -
CREATED:     -
CREATED BY:  -

"#]]
        .raw()
    );
    let options = OutputOptions {
        no_header: true,
        ..options
    };
    assert_data_eq!(
        listing(options, Some(40), row()),
        str![[r#"
00000014
4dee724d-00cc-11ea-a77b-000000000014
4dee724d-00cc-11ea-a77b-000000000001
-
-
-

"#]]
        .raw()
    );
}

#[test]
fn ids_are_as_long_as_needed_to_tell_them_apart() {
    let mut similar = connection(40, "Retail US", "Observability Hub", &["logs"]);
    similar.id = "00000040-32b2-4aa3-8a1a-000000000000".parse().unwrap();
    let mut rows = ordinary();
    rows.push(similar);
    let shown = table(Some(80), rows);
    assert!(shown.contains("\n00000040-32b2-4aa3-8a1a-5 "), "{shown}");
    assert!(shown.contains("\n00000040-32b2-4aa3-8a1a-0 "), "{shown}");
}

/// The connections of a usual account, with profiles.
fn usual() -> Vec<Connection> {
    let mut rows = ordinary();
    rows[1].source.name = Some("Payments EU".into());
    for row in &mut rows {
        row.profiles = vec!["hub".into(), "auditor".into()];
    }
    rows
}

#[test]
fn columns_go_one_after_the_other_and_each_connection_stays_one_line() {
    let all = "ID SOURCE → DESTINATION TYPES CREATED CREATED BY PROFILES";
    for (width, header, has_whole_ids) in [
        (146, all, true),
        (118, "ID SOURCE → DESTINATION TYPES CREATED", true),
        (100, "ID SOURCE → DESTINATION TYPES", true),
        (80, "ID SOURCE → DESTINATION TYPES", false),
        (61, "ID SOURCE → DESTINATION TYPES", false),
    ] {
        let shown = table(Some(width), usual());
        let words: Vec<_> = shown.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(words.join(" "), header, "{width}");
        assert_eq!(shown.lines().count(), 3, "{shown}");
        let is_whole = shown.contains("00000040-32b2-4aa3-8a1a-5d93b5382e3d");
        assert_eq!(is_whole, has_whole_ids, "{shown}");
    }
}

#[test]
fn a_wider_terminal_never_shows_fewer_columns() {
    let mut least = 0;
    for width in 40..200 {
        let shown = table(Some(width), usual());
        let header = shown.lines().next().unwrap();
        assert!(!header.contains(':'), "{width}: {shown}");
        let count = header.split("  ").filter(|name| !name.is_empty()).count();
        assert!(count >= least, "{width}: {shown}");
        least = count;
    }
}

#[test]
fn at_40_columns_the_orgs_and_types_are_left() {
    let mut rows = usual();
    rows[0].source.name = Some("x".repeat(30));
    assert_data_eq!(
        table(Some(40), rows),
        str![[r#"
SOURCE       → DESTINATION    TYPES
xxxxxxxxxxxx → Observability  logs
xxxxxxxxxxxx   Hub
xxxxxx
Payments EU  → Observability  logs,
               Hub            metrics,
                              audit

"#]]
        .raw()
    );
}

#[test]
fn an_id_in_place_of_a_name_is_cut_where_it_does_not_fit() {
    let mut rows = usual();
    rows[0].source.name = None;
    assert_data_eq!(
        table(Some(40), rows.clone()),
        str![[r#"
SOURCE      → DESTINATION    TYPES
4dee724d    → Observability  logs
              Hub
Payments EU → Observability  logs,
              Hub            metrics,
                             audit

"#]]
        .raw()
    );
    let shown = table(Some(100), rows);
    assert!(
        shown.contains("4dee724d-00cc-11ea-a77b-000000000040"),
        "{shown}"
    );
}

#[test]
fn names_are_wrapped_last_between_words_and_types_after_a_comma() {
    assert_data_eq!(
        table(Some(52), usual()),
        str![[r#"
ID        SOURCE      → DESTINATION    TYPES
00000040  Retail US   → Observability  logs
                        Hub
00000041  Payments EU → Observability  logs,metrics,
                        Hub            audit

"#]]
        .raw()
    );
}

#[test]
fn wide_leaves_nothing_out_however_narrow_the_terminal_is() {
    let wide = || listing(plain(Format::Wide), Some(40), ordinary());
    assert_eq!(wide(), listing(plain(Format::Wide), None, ordinary()));
    assert_data_eq!(
        wide(),
        str![[r#"
ID                                    SOURCE              SOURCE ID                             DESTINATION        DESTINATION ID                        TYPES               CREATED (UTC)     CREATED BY    CREATED BY ID                         PROFILES
00000040-32b2-4aa3-8a1a-5d93b5382e3d  Retail US           4dee724d-00cc-11ea-a77b-000000000040  Observability Hub  4dee724d-00cc-11ea-a77b-000000000001  logs                2025-08-26 20:19  Dana Example  4dee724d-00cc-11ea-a77b-000000000002  -
00000041-32b2-4aa3-8a1a-5d93b5382e3d  Payments EU (West)  4dee724d-00cc-11ea-a77b-000000000041  Observability Hub  4dee724d-00cc-11ea-a77b-000000000001  logs,metrics,audit  2025-08-26 20:19  Dana Example  4dee724d-00cc-11ea-a77b-000000000002  -

"#]]
        .raw()
    );
}

#[test]
fn orgs_of_one_name_are_told_apart_by_their_ids() {
    let connection = |number, source| connection(number, source, "Observability Hub", &["logs"]);
    let mut rows = vec![
        connection(40, "Payments"),
        connection(41, "Payments"),
        connection(42, "Retail US"),
    ];
    rows[1].source.id = "1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17".parse().unwrap();
    let options = chosen(Format::Table, &["source", "destination"]);
    for terminal in [None, Some(80)] {
        assert_data_eq!(
            listing(options.clone(), terminal, rows.clone()),
            str![[r#"
SOURCE               DESTINATION
Payments [4dee724d]  Observability Hub
Payments [1f7d93e0]  Observability Hub
Retail US            Observability Hub

"#]]
            .raw()
        );
    }
}

#[test]
fn a_very_long_name_does_not_widen_the_other_rows() {
    let long = "long ".repeat(600);
    let mut rows = usual();
    rows.push(connection(42, &long, "Observability Hub", &["logs"]));
    rows.extend(usual());
    let shown = table(None, rows.clone());
    let lengths: Vec<_> = shown.lines().map(str::len).collect();
    assert!(lengths[3] > 3_000, "{lengths:?}");
    assert_eq!(lengths[..3], [lengths[0], lengths[1], lengths[2]]);
    assert!(lengths.iter().filter(|&&length| length < 200).count() == 5);
    let narrow = table(Some(80), rows);
    assert!(narrow.starts_with("ID "), "{narrow}");
    assert!(narrow.lines().count() < 20, "{narrow}");
}

#[test]
fn a_long_reason_stands_below_its_row() {
    let mut rows = changes();
    rows[1].reason = Some("the service refused it, ".repeat(4));
    assert_data_eq!(
        listing(plain(Format::Table), Some(80), rows),
        str![[r#"
RESULT   ID        SOURCE             → DESTINATION        TYPES
created  00000040  Retail US          → Observability Hub  logs
failed   00000041  Payments EU (West) → Observability Hub  logs,metrics,audit
  REASON: the service refused it, the service refused it, the service refused
          it, the service refused it,

"#]]
        .raw()
    );
}

#[test]
fn color_changes_nothing_but_the_color() {
    let colored = |options: OutputOptions| OutputOptions {
        color: ColorChoice::Always,
        ..options
    };
    let few = chosen(Format::Table, &["result", "types"]);
    assert_data_eq!(
        visible(&listing(colored(few), None, changes())),
        str![[r#"
\u{1b}[1mRESULT\u{1b}[0m   \u{1b}[1mTYPES\u{1b}[0m
\u{1b}[38;5;2mcreated\u{1b}[39m  \u{1b}[38;5;12mlogs\u{1b}[39m
\u{1b}[38;5;1mfailed\u{1b}[39m   \u{1b}[38;5;12mlogs,metrics,audit\u{1b}[39m

"#]]
        .raw()
    );
    for width in [40, 80, 120, 200] {
        let shown = listing(colored(plain(Format::Table)), Some(width), changes());
        let plain = listing(plain(Format::Table), Some(width), changes());
        assert_eq!(console::strip_ansi_codes(&shown), plain);
    }
}

#[test]
fn an_arrow_of_ascii_leads_to_the_destination_where_no_other_can_be_shown() {
    let options = OutputOptions {
        environment: TerminalEnvironment::default(),
        ..plain(Format::Table)
    };
    let shown = listing(options, Some(61), usual());
    assert_data_eq!(
        shown,
        str![[r#"
ID        SOURCE      -> DESTINATION        TYPES
00000040  Retail US   -> Observability Hub  logs
00000041  Payments EU -> Observability Hub  logs,metrics,
                                            audit

"#]]
        .raw()
    );
}

#[test]
fn columns_that_were_chosen_have_no_arrow() {
    let options = chosen(Format::Table, &["source", "destination"]);
    assert_data_eq!(
        listing(options, Some(80), usual()),
        str![[r#"
SOURCE       DESTINATION
Retail US    Observability Hub
Payments EU  Observability Hub

"#]]
        .raw()
    );
}

#[test]
fn a_text_without_width_fits_the_terminal() {
    let row = connection(40, "\u{200d}", "\u{200d}", &["logs"]);
    for width in 25..80 {
        let options = OutputOptions {
            no_header: true,
            ..plain(Format::Table)
        };
        for line in listing(options, Some(width), vec![row.clone()]).lines() {
            assert!(measure_text_width(line) <= width, "{width}: {line:?}");
        }
    }
}
