use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, changes, connection, ordinary, orgs};
use super::{chosen, listing, output, plain, visible};
use crate::model::Connection;
use crate::output::{ColorChoice, Format, OutputOptions};

fn table(terminal: Option<usize>, rows: Vec<Connection>) -> String {
    listing(plain(Format::Table), terminal, rows)
}

#[test]
fn a_pipe_and_a_wide_terminal_get_whole_values_in_aligned_columns() {
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
    assert_eq!(table(Some(200), awkward()), table(None, awkward()));
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
fn at_120_columns_times_become_dates_and_ids_are_shortened() {
    assert_data_eq!(
        table(Some(120), awkward()),
        str![[r#"
ID        SOURCE                              DESTINATION                         TYPES         CREATED     CREATED BY
00000010  \u{1b}[31mred\nnext\tline           Observability Hub                   logs,metrics  2025-08-26  Dana Example
00000011  日本データ                          👩‍🚀 Crew                             logs,quantum  2025-08-26  Dana Example
00000012  مرحبا                               \u{202e}evil \u{9b}2J               metrics       2025-08-26  Dana Example
00000013  a, "b"                              back\slash                          audit         2025-08-26  Dana Example
00000014  4dee724d-00cc-11ea-a77b-0000000000  4dee724d-00cc-11ea-a77b-0000000000  logs          some day    -
          14                                  01
00000014  4dee724d-00cc-11ea-a77b-0000000000  4dee724d-00cc-11ea-a77b-0000000000  -             -           -
          14                                  01

"#]]
        .raw()
    );
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
ID                                    NAME       STATE     CURRENT  PROFILES
4dee724d-00cc-11ea-a77b-000000000001  Observabi  active    yes      hub,ops
                                      lity Hub
4dee724d-00cc-11ea-a77b-000000000002  Old Shop   disabled  -        -
4dee724d-00cc-11ea-a77b-000000000003  -          unknown   -        -

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
        let expected = match terminal {
            Some(40) => vec![few.as_str(); 200].join("\n"),
            _ => {
                let (header, rows) = few.split_at(few.find('\n').unwrap() + 1);
                format!("{header}{}", rows.repeat(200))
            }
        };
        assert_eq!(many, expected);
    }
}

#[test]
fn at_40_columns_each_row_is_a_block() {
    let row = || awkward().split_off(5);
    assert_data_eq!(
        table(Some(40), row()),
        str![[r#"
ID:          00000014
SOURCE:      4dee724d-00cc-11ea-a77b-000
             000000014
DESTINATION: 4dee724d-00cc-11ea-a77b-000
             000000001
TYPES:       -
CREATED:     -
CREATED BY:  -

"#]]
        .raw()
    );
    let options = OutputOptions {
        no_header: true,
        ..plain(Format::Table)
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
    let shown = table(Some(100), rows);
    assert!(shown.contains("\n00000040-32b2-4aa3-8a1a-5 "), "{shown}");
    assert!(shown.contains("\n00000040-32b2-4aa3-8a1a-0 "), "{shown}");
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
\u{1b}[38;5;2mcreated\u{1b}[39m  \u{1b}[38;5;6mlogs\u{1b}[39m
\u{1b}[38;5;1mfailed\u{1b}[39m   \u{1b}[38;5;6mlogs,metrics,audit\u{1b}[39m

"#]]
        .raw()
    );
    for width in [40, 80, 120, 200] {
        let shown = listing(colored(plain(Format::Table)), Some(width), changes());
        let plain = listing(plain(Format::Table), Some(width), changes());
        assert_eq!(console::strip_ansi_codes(&shown), plain);
    }
}
