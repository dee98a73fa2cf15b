use snapbox::{IntoData, assert_data_eq, str};

use super::samples::{connection, ordinary};
use super::{listing, output, plain};
use crate::output::{Format, OutputOptions};
use crate::topology::Connection;

#[test]
fn records_are_sorted_by_several_columns() {
    let records = || {
        vec![
            connection(1, "beta", "Hub", &["logs"]),
            connection(2, "Alpha", "Hub", &["logs"]),
            connection(3, "alpha", "Hub", &["audit"]),
            connection(4, "gamma", "Hub", &["logs"]),
        ]
    };
    let sorted = |keys: &[&str]| {
        let sort = keys.iter().map(|key| (*key).to_owned()).collect();
        let columns = Some(vec!["source".into()]);
        listing(
            OutputOptions {
                sort,
                columns,
                no_header: true,
                ..plain(Format::Csv)
            },
            None,
            records(),
        )
    };
    assert_eq!(sorted(&["source"]), "Alpha\nalpha\nbeta\ngamma\n");
    assert_eq!(
        sorted(&["-types", "-source"]),
        "gamma\nbeta\nAlpha\nalpha\n"
    );
    assert_eq!(sorted(&["destination"]), "beta\nAlpha\nalpha\ngamma\n");
}

#[test]
fn a_wrong_column_is_refused_before_anything_is_written() {
    let refusal = |options| {
        let (mut output, stdout, _) = output(options, None);
        let refusal = output.begin::<Connection>().err().unwrap().to_string();
        assert!(!output.wrote_anything() && stdout.text().is_empty());
        refusal
    };
    let columns = |format| OutputOptions {
        columns: Some(vec!["sources".into()]),
        ..plain(format)
    };
    let sort = OutputOptions {
        sort: vec!["-zzz".into()],
        ..plain(Format::Json)
    };
    assert_data_eq!(refusal(columns(Format::Table)), str!["no column `sources` for --columns (did you mean `source`?); the columns are id, source, source_id, destination, destination_id, types, created_at, created_by, created_by_id, profiles"].raw());
    assert_data_eq!(refusal(columns(Format::Json)), str!["--columns does not go with the format json, which has no columns; use table, csv or tsv"].raw());
    assert_data_eq!(refusal(sort), str!["no column `zzz` for --sort; the columns are id, source, source_id, destination, destination_id, types, created_at, created_by, created_by_id, profiles"].raw());
}

#[test]
fn the_first_page_is_out_before_the_last_one_is_in() {
    for format in [
        Format::Json,
        Format::Jsonl,
        Format::Yaml,
        Format::Csv,
        Format::Tsv,
        Format::Id,
    ] {
        let (mut output, stdout, _) = output(plain(format), None);
        let mut rows = output.begin().unwrap();
        rows.push(ordinary().remove(0)).unwrap();
        rows.flush().unwrap();
        assert!(stdout.text().contains("00000040-32b2"), "{format}");
    }
}

#[test]
fn a_format_of_another_command_is_refused_with_those_that_there_are() {
    let (mut output, stdout, _) = output(plain(Format::Mermaid), None);
    let refusal = output.check::<Connection>().unwrap_err();
    assert_data_eq!(refusal.to_string(), str!["this command does not write the format mermaid; it writes table, json, jsonl, yaml, csv, tsv, id"].raw());
    let beside = output.check_beside::<Connection>(&[Format::Github]);
    assert!(beside.unwrap_err().to_string().ends_with("tsv, id, github"));
    assert_eq!(output.begin::<Connection>().err(), Some(refusal));
    assert_eq!(output.require(&[Format::Tree, Format::Mermaid]), Ok(()));
    assert_eq!(stdout.text(), "");
}

#[test]
fn columns_are_refused_where_a_command_writes_a_picture() {
    let options = OutputOptions {
        columns: Some(vec!["source".into()]),
        ..plain(Format::Svg)
    };
    let (output, ..) = output(options, None);
    let refusal = output.require(&[Format::Svg]).unwrap_err();
    assert!(
        refusal
            .to_string()
            .starts_with("--columns does not go with the format svg")
    );
}
