use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, orgs};
use super::{finished, listing, plain, visible};
use crate::output::{Format, OutputOptions};

#[test]
fn csv_holds_raw_values_in_a_pipe() {
    assert_data_eq!(
        visible(&listing(plain(Format::Csv), None, awkward())),
        str![[r#"
id,source,source_id,destination,destination_id,types,created_at,created_by,created_by_id,profiles
00000010-32b2-4aa3-8a1a-5d93b5382e3d,"\u{1b}[31mred
next\tline",4dee724d-00cc-11ea-a77b-000000000010,Observability Hub,4dee724d-00cc-11ea-a77b-000000000001,"logs,metrics",2025-08-26T20:19:36.177236+00:00,Dana Example,4dee724d-00cc-11ea-a77b-000000000002,
00000011-32b2-4aa3-8a1a-5d93b5382e3d,日本データ,4dee724d-00cc-11ea-a77b-000000000011,👩‍🚀 Crew,4dee724d-00cc-11ea-a77b-000000000001,"logs,quantum",2025-08-26T20:19:36.177236+00:00,Dana Example,4dee724d-00cc-11ea-a77b-000000000002,
00000012-32b2-4aa3-8a1a-5d93b5382e3d,مرحبا,4dee724d-00cc-11ea-a77b-000000000012,\u{202e}evil \u{9b}2J,4dee724d-00cc-11ea-a77b-000000000001,metrics,2025-08-26T20:19:36.177236+00:00,Dana Example,4dee724d-00cc-11ea-a77b-000000000002,
00000013-32b2-4aa3-8a1a-5d93b5382e3d,"a, ""b""",4dee724d-00cc-11ea-a77b-000000000013,back\slash,4dee724d-00cc-11ea-a77b-000000000001,audit,2025-08-26T20:19:36.177236+00:00,Dana Example,4dee724d-00cc-11ea-a77b-000000000002,
00000014-32b2-4aa3-8a1a-5d93b5382e3d,,4dee724d-00cc-11ea-a77b-000000000014,,4dee724d-00cc-11ea-a77b-000000000001,logs,some day,,,
,,,,,,,,,

"#]].raw()
    );
    assert_data_eq!(
        finished(Format::Csv, Vec::new(), &[]),
        str![[r#"
id,source,source_id,destination,destination_id,types,created_at,created_by,created_by_id,profiles

"#]]
        .raw()
    );
}

#[test]
fn csv_is_escaped_on_a_terminal() {
    let options = OutputOptions {
        columns: Some(vec!["source".into(), "Created-At".into()]),
        no_header: true,
        ..plain(Format::Csv)
    };
    assert_data_eq!(
        listing(options, Some(80), awkward()),
        str![[r#"
\u{1b}[31mred\nnext\tline,2025-08-26T20:19:36.177236+00:00
日本データ,2025-08-26T20:19:36.177236+00:00
مرحبا,2025-08-26T20:19:36.177236+00:00
"a, ""b""",2025-08-26T20:19:36.177236+00:00
,some day
,

"#]]
        .raw()
    );
}

#[test]
fn tsv_has_one_line_a_record() {
    assert_data_eq!(
        visible(&listing(plain(Format::Tsv), None, awkward())),
        str![[r#"
id\tsource\tsource_id\tdestination\tdestination_id\ttypes\tcreated_at\tcreated_by\tcreated_by_id\tprofiles
00000010-32b2-4aa3-8a1a-5d93b5382e3d\t\u{1b}[31mred\nnext\tline\t4dee724d-00cc-11ea-a77b-000000000010\tObservability Hub\t4dee724d-00cc-11ea-a77b-000000000001\tlogs,metrics\t2025-08-26T20:19:36.177236+00:00\tDana Example\t4dee724d-00cc-11ea-a77b-000000000002\t
00000011-32b2-4aa3-8a1a-5d93b5382e3d\t日本データ\t4dee724d-00cc-11ea-a77b-000000000011\t👩‍🚀 Crew\t4dee724d-00cc-11ea-a77b-000000000001\tlogs,quantum\t2025-08-26T20:19:36.177236+00:00\tDana Example\t4dee724d-00cc-11ea-a77b-000000000002\t
00000012-32b2-4aa3-8a1a-5d93b5382e3d\tمرحبا\t4dee724d-00cc-11ea-a77b-000000000012\t\u{202e}evil \u{9b}2J\t4dee724d-00cc-11ea-a77b-000000000001\tmetrics\t2025-08-26T20:19:36.177236+00:00\tDana Example\t4dee724d-00cc-11ea-a77b-000000000002\t
00000013-32b2-4aa3-8a1a-5d93b5382e3d\ta, "b"\t4dee724d-00cc-11ea-a77b-000000000013\tback\\slash\t4dee724d-00cc-11ea-a77b-000000000001\taudit\t2025-08-26T20:19:36.177236+00:00\tDana Example\t4dee724d-00cc-11ea-a77b-000000000002\t
00000014-32b2-4aa3-8a1a-5d93b5382e3d\t\t4dee724d-00cc-11ea-a77b-000000000014\t\t4dee724d-00cc-11ea-a77b-000000000001\tlogs\tsome day\t\t\t
\t\t\t\t\t\t\t\t\t

"#]].raw()
    );
    assert_data_eq!(
        visible(&listing(plain(Format::Tsv), None, orgs())),
        str![[r#"
id\tpublic_id\tname\tstate\tcurrent\tprofiles
4dee724d-00cc-11ea-a77b-000000000001\tabcdef12345\tObservability Hub\tactive\ttrue\thub,ops
4dee724d-00cc-11ea-a77b-000000000002\tabcdef12345\tOld Shop\tdisabled\tfalse\t
4dee724d-00cc-11ea-a77b-000000000003\t\t\tunknown\tfalse\t

"#]]
        .raw()
    );
}

#[test]
fn id_leaves_out_what_has_none() {
    assert_data_eq!(
        listing(plain(Format::Id), None, awkward()),
        str![[r#"
00000010-32b2-4aa3-8a1a-5d93b5382e3d
00000011-32b2-4aa3-8a1a-5d93b5382e3d
00000012-32b2-4aa3-8a1a-5d93b5382e3d
00000013-32b2-4aa3-8a1a-5d93b5382e3d
00000014-32b2-4aa3-8a1a-5d93b5382e3d

"#]]
        .raw()
    );
}
