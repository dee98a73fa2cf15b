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
ID:          40bbb1c2
SOURCE:      Retail US
DESTINATION: Observability Hub
TYPES:       logs
CREATED:     2025-08-26
CREATED BY:  Dana Example

ID:          d7e0c5f4
SOURCE:      Retail EU
DESTINATION: Observability Hub
TYPES:       logs,metrics
CREATED:     2025-08-27
CREATED BY:  Automation of retail-eu

ID:          8f16a2db
SOURCE:      Logistics
DESTINATION: Observability Hub
TYPES:       metrics
CREATED:     2025-08-27
CREATED BY:  Robin Example

ID:          13c9f87e
SOURCE:      Platform
DESTINATION: Observability Hub
TYPES:       logs,metrics,audit
CREATED:     2025-09-02
CREATED BY:  Automation of platform

ID:          b5a4e6d1
SOURCE:      Payments
DESTINATION: Observability Hub
TYPES:       metrics
CREATED:     -
CREATED BY:  Automation of payments-eu

ID:          6e92d03b
SOURCE:      Payments
DESTINATION: Observability Hub
TYPES:       logs,rum
CREATED:     2025-10-14
CREATED BY:  Automation of payments-us

ID:          2a7b5c98
SOURCE:      Legacy Shop
DESTINATION: Observability Hub
TYPES:       logs
CREATED:     2024-03-11
CREATED BY:  Noor Example

ID:          f03d8e61
SOURCE:      \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln
DESTINATION: Observability Hub
TYPES:       audit
CREATED:     2025-11-05
CREATED BY:  b0c48e15-7ed4-11f0-87a9-46f1d35c02be

"#]]
        .raw()
    );
}

#[test]
fn a_table_fits_a_usual_terminal() {
    assert_data_eq!(
        list(80),
        str![[r#"
ID        SOURCE         DESTINATION    TYPES          CREATED     CREATED BY
40bbb1c2  Retail US      Observability  logs           2025-08-26  Dana Example
                         Hub
d7e0c5f4  Retail EU      Observability  logs,metrics   2025-08-27  Automation of
                         Hub                                       retail-eu
8f16a2db  Logistics      Observability  metrics        2025-08-27  Robin Example
                         Hub
13c9f87e  Platform       Observability  logs,metrics,  2025-09-02  Automation of
                         Hub            audit                      platform
b5a4e6d1  Payments       Observability  metrics        -           Automation of
                         Hub                                       payments-eu
6e92d03b  Payments       Observability  logs,rum       2025-10-14  Automation of
                         Hub                                       payments-us
2a7b5c98  Legacy Shop    Observability  logs           2024-03-11  Noor Example
                         Hub
f03d8e61  \u{1b}[31mחנו  Observability  audit          2025-11-05  b0c48e15-7ed4
          ת\u{1b}[0m     Hub                                       -11f0-87a9-46
          👩‍💻\nKöln                                                 f1d35c02be

"#]]
        .raw()
    );
}

#[test]
fn a_table_on_a_wide_terminal_is_whole() {
    assert_data_eq!(list(200), str![[r#"
ID                                    SOURCE                            DESTINATION        TYPES               CREATED (UTC)     CREATED BY
40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d  Retail US                         Observability Hub  logs                2025-08-26 20:19  Dana Example
d7e0c5f4-91b8-4c26-a3f7-08b1e9d64a52  Retail EU                         Observability Hub  logs,metrics        2025-08-27 07:42  Automation of retail-eu
8f16a2db-5c73-4e09-b4d8-62f0c7a91e35  Logistics                         Observability Hub  metrics             2025-08-27 08:05  Robin Example
13c9f87e-a04d-4b62-9e5b-f7d3820c6b1a  Platform                          Observability Hub  logs,metrics,audit  2025-09-02 13:30  Automation of platform
b5a4e6d1-7f28-4391-8c0e-9d6b25f1a784  Payments                          Observability Hub  metrics             -                 Automation of payments-eu
6e92d03b-c815-4fa7-a6b9-41c7e5308df2  Payments                          Observability Hub  logs,rum            2025-10-14 16:21  Automation of payments-us
2a7b5c98-0e64-4d13-bf72-e58d19c604a6  Legacy Shop                       Observability Hub  logs                2024-03-11 09:58  Noor Example
f03d8e61-42ab-4579-9d1c-7b60a4e8c2f5  \u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln  Observability Hub  audit               2025-11-05 22:14  b0c48e15-7ed4-11f0-87a9-46f1d35c02be

"#]].raw());
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
