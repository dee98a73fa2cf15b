use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, changes, ordinary, orgs};
use super::{listing, output, plain, visible};
use crate::output::{ColorChoice, Format, OutputOptions};
use crate::topology::Connection;

fn table(records: Vec<Connection>) -> String {
    listing(plain(Format::Table), None, records)
}

#[test]
fn a_pipe_gets_whole_values_in_aligned_columns() {
    assert_data_eq!(table(awkward()), str![[r#"
ID                                    SOURCE                                DESTINATION                           TYPES         CREATED (UTC)     CREATED BY
00000010-32b2-4aa3-8a1a-5d93b5382e3d  \u{1b}[31mred\nnext\tline             Observability Hub                     logs,metrics  2025-08-26 20:19  Dana Example
00000011-32b2-4aa3-8a1a-5d93b5382e3d  日本データ                            👩‍🚀 Crew                               logs,quantum  2025-08-26 20:19  Dana Example
00000012-32b2-4aa3-8a1a-5d93b5382e3d  مرحبا                                 \u{202e}evil \u{9b}2J                 metrics       2025-08-26 20:19  Dana Example
00000013-32b2-4aa3-8a1a-5d93b5382e3d  a, "b"                                back\slash                            audit         2025-08-26 20:19  Dana Example
00000014-32b2-4aa3-8a1a-5d93b5382e3d  4dee724d-00cc-11ea-a77b-000000000014  4dee724d-00cc-11ea-a77b-000000000001  logs          some day          -
-                                     -                                     -                                     -             -                 -

"#]].raw());
    assert_data_eq!(
        table(Vec::new()),
        str![[r#"
ID  SOURCE  DESTINATION  TYPES  CREATED (UTC)  CREATED BY

"#]]
        .raw()
    );
}

#[test]
fn columns_can_be_chosen_and_the_header_left_out() {
    let columns = |columns: &[&str]| Some(columns.iter().map(|name| (*name).to_owned()).collect());
    let options = OutputOptions {
        columns: columns(&["destination-id", "profiles", "id"]),
        ..plain(Format::Table)
    };
    assert_data_eq!(
        listing(options, None, ordinary()),
        str![[r#"
DESTINATION ID                        PROFILES  ID
4dee724d-00cc-11ea-a77b-000000000001  -         00000040-32b2-4aa3-8a1a-5d93b5382e3d
4dee724d-00cc-11ea-a77b-000000000001  -         00000041-32b2-4aa3-8a1a-5d93b5382e3d

"#]]
        .raw()
    );
    let options = OutputOptions {
        columns: columns(&["types"]),
        no_header: true,
        ..plain(Format::Table)
    };
    assert_data_eq!(
        listing(options, None, ordinary()),
        str![[r#"
logs
logs,metrics,audit

"#]]
        .raw()
    );
}

#[test]
fn profiles_and_reasons_are_shown_once_there_are_any() {
    let mut records = ordinary();
    records[0].profiles = vec!["hub".into(), "retail".into()];
    assert_data_eq!(table(records), str![[r#"
ID                                    SOURCE              DESTINATION        TYPES               CREATED (UTC)     CREATED BY    PROFILES
00000040-32b2-4aa3-8a1a-5d93b5382e3d  Retail US           Observability Hub  logs                2025-08-26 20:19  Dana Example  hub,retail
00000041-32b2-4aa3-8a1a-5d93b5382e3d  Payments EU (West)  Observability Hub  logs,metrics,audit  2025-08-26 20:19  Dana Example  -

"#]].raw());
    assert_data_eq!(
        listing(plain(Format::Table), None, changes()),
        str![[r#"
RESULT   ID                                    SOURCE              DESTINATION        TYPES               CREATED (UTC)     CREATED BY    REASON
created  00000040-32b2-4aa3-8a1a-5d93b5382e3d  Retail US           Observability Hub  logs                2025-08-26 20:19  Dana Example  -
failed   00000041-32b2-4aa3-8a1a-5d93b5382e3d  Payments EU (West)  Observability Hub  logs,metrics,audit  2025-08-26 20:19  Dana Example  not permitted

"#]].raw()
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
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let coloured = OutputOptions {
        color: ColorChoice::Always,
        ..OutputOptions::default()
    };
    let columns = Some(vec!["result".into(), "types".into()]);
    let few = OutputOptions {
        columns,
        ..coloured.clone()
    };
    assert_data_eq!(
        visible(&listing(few, None, changes())),
        str![[r#"
\u{1b}[1mRESULT\u{1b}[0m   \u{1b}[1mTYPES\u{1b}[0m
\u{1b}[32mcreated\u{1b}[0m  \u{1b}[36mlogs\u{1b}[0m
\u{1b}[31mfailed\u{1b}[0m   \u{1b}[36mlogs,metrics,audit\u{1b}[0m

"#]]
        .raw()
    );
    for width in [40, 80, 120, 200] {
        let shown = listing(coloured.clone(), Some(width), changes());
        let plain = listing(plain(Format::Table), Some(width), changes());
        assert_eq!(dialoguer::console::strip_ansi_codes(&shown), plain);
    }
}

#[test]
fn an_empty_table_on_a_terminal_is_told_in_words() {
    let (mut output, stdout, stderr) = output(plain(Format::Table), Some(80));
    output.begin::<Connection>().unwrap().finish(&[]).unwrap();
    assert_eq!(
        (stdout.text().as_str(), stderr.text().as_str()),
        ("", "no connections\n")
    );
    assert!(!output.wrote_anything());
}
