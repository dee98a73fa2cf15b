use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{awkward, connection, ordinary};
use super::{chosen, listing, output, plain};
use crate::model::Connection;
use crate::output::{Format, IdentityRow, OutputOptions};

#[test]
fn tsv_tells_a_backslash_from_an_escape() {
    let row = connection(1, "back\\nslash", "two\nlines", &["logs"]);
    let options = chosen(Format::Tsv, &["source", "destination"]);
    assert_eq!(
        listing(options, None, vec![row]),
        "source\tdestination\nback\\\\nslash\ttwo\\nlines\n"
    );
}

#[test]
fn what_is_missing_is_null() {
    let identity = IdentityRow::default();
    assert_data_eq!(
        listing(plain(Format::Jsonl), None, vec![identity]),
        str![[r#"
{"profile":null,"site":"","org":{"id":null,"name":null},"user":{"id":null,"name":null,"email":null,"service_account":null,"status":null},"credentials":null,"connections":{"read":"","write":""}}

"#]].raw()
    );
}

#[test]
fn the_formats_for_programs_are_the_same_on_a_terminal() {
    for format in [Format::Json, Format::Jsonl, Format::Yaml, Format::Id] {
        let pipe = listing(plain(format), None, awkward());
        assert_eq!(pipe, listing(plain(format), Some(80), awkward()));
    }
}

#[test]
fn a_row_without_an_id_has_no_line_among_ids() {
    let identity = IdentityRow::default();
    assert_eq!(listing(plain(Format::Id), None, vec![identity]), "");
}

#[test]
fn letter_case_counts_only_between_names_that_are_the_same_without_it() {
    let options = OutputOptions {
        no_header: true,
        ..chosen(Format::Csv, &["source"])
    };
    let (mut output, stdout, _) = output(options, None);
    output.sort_by(vec!["source".to_owned()]);
    let mut listing = output.begin().unwrap();
    for source in ["beta", "alpha", "Alpha", "Gamma"] {
        listing
            .push(connection(1, source, "Hub", &["logs"]))
            .unwrap();
    }
    listing.finish(&[]).unwrap();
    assert_eq!(stdout.text(), "Alpha\nalpha\nbeta\nGamma\n");
}

#[test]
fn the_first_page_is_out_before_the_last_one_is_in() {
    for format in Format::LISTINGS {
        let (mut output, stdout, _) = output(plain(format), None);
        let mut listing = output.begin().unwrap();
        listing.push(ordinary().remove(0)).unwrap();
        listing.flush().unwrap();
        let streams = !format.is_table();
        assert_eq!(stdout.text().contains("00000040-32b2"), streams, "{format}");
    }
}

#[test]
fn a_wrong_column_is_refused_before_anything_is_written() {
    let (mut output, stdout, _) = output(chosen(Format::Table, &["sources"]), None);
    let refusal = output.check_listing::<Connection>().unwrap_err();
    assert_data_eq!(
        refusal.to_string(),
        str!["no column `sources` for --columns; did you mean `source`?"].raw()
    );
    assert_eq!(output.begin::<Connection>().err(), Some(refusal));
    assert!(!output.has_written() && stdout.text().is_empty());
}

#[test]
fn a_format_of_another_command_is_refused_with_those_of_this_one() {
    let (output, ..) = output(plain(Format::Mermaid), None);
    let refusal = output.check_listing_or::<Connection>(&[Format::Github]);
    let refusal = refusal.unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "this command does not write the format mermaid; it writes"
    );
    let written = "table, wide, json, jsonl, yaml, csv, tsv, id, github";
    assert_eq!(refusal.candidates().join(", "), written);
}
