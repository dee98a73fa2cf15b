use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, connection, ordinary, orgs};
use super::{listing, plain};
use crate::output::{Format, OutputOptions};
use crate::topology::Connection;

fn table(terminal: Option<usize>, records: Vec<Connection>) -> String {
    listing(plain(Format::Table), terminal, records)
}

#[test]
fn a_wide_terminal_shows_the_same() {
    assert_data_eq!(table(Some(200), awkward()), table(None, awkward()).raw());
}

#[test]
fn at_120_columns_times_become_dates_and_ids_beginnings() {
    assert_data_eq!(
        table(Some(120), ordinary()),
        str![[r#"
ID        SOURCE              DESTINATION        TYPES               CREATED     CREATED BY
00000040  Retail US           Observability Hub  logs                2025-08-26  Dana Example
00000041  Payments EU (West)  Observability Hub  logs,metrics,audit  2025-08-26  Dana Example

"#]]
        .raw()
    );
    assert_data_eq!(table(Some(120), awkward()), str![[r#"
ID        SOURCE                              DESTINATION                         TYPES         CREATED     CREATED BY
00000010  \u{1b}[31mred\nnext\tline           Observability Hub                   logs,metrics  2025-08-26  Dana Example
00000011  日本データ                          👩‍🚀 Crew                             logs,quantum  2025-08-26  Dana Example
00000012  مرحبا                               \u{202e}evil \u{9b}2J               metrics       2025-08-26  Dana Example
00000013  a, "b"                              back\slash                          audit         2025-08-26  Dana Example
00000014  4dee724d-00cc-11ea-a77b-            4dee724d-00cc-11ea-a77b-            logs          some day    -
          000000000014                        000000000001
-         -                                   -                                   -             -           -

"#]].raw());
}

#[test]
fn at_80_columns_names_are_wrapped() {
    assert_data_eq!(
        table(Some(80), ordinary()),
        str![[r#"
ID        SOURCE          DESTINATION    TYPES          CREATED     CREATED BY
00000040  Retail US       Observability  logs           2025-08-26  Dana Example
                          Hub
00000041  Payments EU     Observability  logs,metrics,  2025-08-26  Dana Example
          (West)          Hub            audit

"#]]
        .raw()
    );
    assert_data_eq!(
        table(Some(80), awkward()),
        str![[r#"
ID        SOURCE          DESTINATION     TYPES         CREATED     CREATED BY
00000010  \u{1b}[31mred   Observability   logs,metrics  2025-08-26  Dana Example
          \nnext\tline    Hub
00000011  日本データ      👩‍🚀 Crew         logs,quantum  2025-08-26  Dana Example
00000012  مرحبا           \u{202e}evil    metrics       2025-08-26  Dana Example
                          \u{9b}2J
00000013  a, "b"          back\slash      audit         2025-08-26  Dana Example
00000014  4dee724d-00cc-  4dee724d-00cc-  logs          some day    -
          11ea-a77b-      11ea-a77b-
          000000000014    000000000001
-         -               -               -             -           -

"#]]
        .raw()
    );
}

#[test]
fn an_id_stays_whole_as_long_as_possible() {
    assert_data_eq!(
        listing(plain(Format::Table), Some(80), orgs()),
        str![[r#"
ID                                    NAME           STATE     CURRENT  PROFILES
4dee724d-00cc-11ea-a77b-000000000001  Observability  active    yes      hub,ops
                                      Hub
4dee724d-00cc-11ea-a77b-000000000002  Old Shop       disabled  -        -
4dee724d-00cc-11ea-a77b-000000000003  -              unknown   -        -

"#]]
        .raw()
    );
    assert_data_eq!(
        listing(plain(Format::Table), Some(72), orgs()),
        str![[r#"
ID                        NAME               STATE     CURRENT  PROFILES
4dee724d-00cc-11ea-a77b-  Observability Hub  active    yes      hub,ops
000000000001
4dee724d-00cc-11ea-a77b-  Old Shop           disabled  -        -
000000000002
4dee724d-00cc-11ea-a77b-  -                  unknown   -        -
000000000003

"#]]
        .raw()
    );
    assert_data_eq!(
        listing(plain(Format::Table), Some(60), orgs()),
        str![[r#"
ID               NAME            STATE     CURRENT  PROFILES
4dee724d-00cc-   Observability   active    yes      hub,ops
11ea-a77b-       Hub
000000000001
4dee724d-00cc-   Old Shop        disabled  -        -
11ea-a77b-
000000000002
4dee724d-00cc-   -               unknown   -        -
11ea-a77b-
000000000003

"#]]
        .raw()
    );
}

#[test]
fn a_column_that_was_asked_for_is_not_spared() {
    let columns = ["id", "public_id", "name", "state"];
    let options = OutputOptions {
        columns: Some(columns.map(str::to_owned).into()),
        ..plain(Format::Table)
    };
    assert_data_eq!(
        listing(options, Some(72), orgs()),
        str![[r#"
ID                                    PUBLIC ID    NAME         STATE
4dee724d-00cc-11ea-a77b-000000000001  abcdef12345  Observabili  active
                                                   ty Hub
4dee724d-00cc-11ea-a77b-000000000002  abcdef12345  Old Shop     disabled
4dee724d-00cc-11ea-a77b-000000000003  -            -            unknown

"#]]
        .raw()
    );
}

#[test]
fn a_long_table_has_the_lines_of_a_short_one() {
    let few = table(Some(80), awkward());
    let many = std::iter::repeat_n(awkward(), 200).flatten().collect();
    let (header, rows) = few.split_at(few.find('\n').unwrap() + 1);
    assert_eq!(
        table(Some(80), many),
        format!("{header}{}", rows.repeat(200))
    );
}

#[test]
fn at_40_columns_each_record_is_a_block() {
    assert_data_eq!(
        table(Some(40), ordinary()),
        str![[r#"
ID:          00000040
SOURCE:      Retail US
DESTINATION: Observability Hub
TYPES:       logs
CREATED:     2025-08-26
CREATED BY:  Dana Example

ID:          00000041
SOURCE:      Payments EU (West)
DESTINATION: Observability Hub
TYPES:       logs,metrics,audit
CREATED:     2025-08-26
CREATED BY:  Dana Example

"#]]
        .raw()
    );
    assert_data_eq!(
        table(Some(24), awkward()),
        str![[r#"
ID:
  00000010
SOURCE:
  \u{1b}[31mred\nnext
  \tline
DESTINATION:
  Observability Hub
TYPES:
  logs,metrics
CREATED:
  2025-08-26
CREATED BY:
  Dana Example

ID:
  00000011
SOURCE:
  日本データ
DESTINATION:
  👩‍🚀 Crew
TYPES:
  logs,quantum
CREATED:
  2025-08-26
CREATED BY:
  Dana Example

ID:
  00000012
SOURCE:
  مرحبا
DESTINATION:
  \u{202e}evil \u{9b}2J
TYPES:
  metrics
CREATED:
  2025-08-26
CREATED BY:
  Dana Example

ID:
  00000013
SOURCE:
  a, "b"
DESTINATION:
  back\slash
TYPES:
  audit
CREATED:
  2025-08-26
CREATED BY:
  Dana Example

ID:
  00000014
SOURCE:
  4dee724d-00cc-11ea-
  a77b-000000000014
DESTINATION:
  4dee724d-00cc-11ea-
  a77b-000000000001
TYPES:
  logs
CREATED:
  some day
CREATED BY:
  -

ID:
  -
SOURCE:
  -
DESTINATION:
  -
TYPES:
  -
CREATED:
  -
CREATED BY:
  -

"#]]
        .raw()
    );
}

#[test]
fn ids_are_as_long_as_needed_to_tell_them_apart() {
    let mut alike = connection(40, "Retail US", "Observability Hub", &["logs"]);
    alike.id = Some("00000040-32b2-4aa3-8a1a-000000000000".into());
    let records = vec![
        connection(40, "Retail US", "Observability Hub", &["logs"]),
        alike,
    ];
    let shown = table(Some(90), records);
    assert!(
        shown.contains("\n00000040-32b2-4aa3-8a1a-5 ")
            && shown.contains("\n00000040-32b2-4aa3-8a1a-0 "),
        "{shown}"
    );
}
