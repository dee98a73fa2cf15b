use console::measure_text_width;
use proptest::prelude::*;

use super::samples::{any_connections, any_text};
use super::{chosen, listing, output, plain};
use crate::escape::needs_escape;
use crate::model::Connection;
use crate::output::{Format, OutputOptions};

type NameAndTime = (String, Option<String>);

/// The source names and times of the items of a JSON or YAML document.
fn of_document(document: &serde_json::Value) -> Vec<NameAndTime> {
    let items = document["items"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    items
        .map(|item| {
            (
                text(&item["source"]["name"]).unwrap(),
                text(&item["created_at"]),
            )
        })
        .collect()
}

fn of_rows(rows: &[Connection]) -> Vec<NameAndTime> {
    rows.iter()
        .map(|row| (row.source.name.clone().unwrap(), row.created_at.clone()))
        .collect()
}

proptest! {
    #[test]
    fn no_format_lets_an_unsafe_character_through_to_a_terminal(rows in any_connections(), width in 20usize..200) {
        for format in Format::LISTINGS {
            let shown = listing(plain(format), Some(width), rows.clone());
            let is_layout = |character| character == '\n' || (character == '\t' && format == Format::Tsv);
            prop_assert!(!shown.chars().any(|character| needs_escape(character) && !is_layout(character)), "{}", shown);
        }
    }

    #[test]
    fn every_line_of_a_table_fits_the_terminal(rows in any_connections(), width in 25usize..200, no_header in any::<bool>()) {
        let options = OutputOptions { no_header, ..plain(Format::Table) };
        for line in listing(options, Some(width), rows).lines() {
            prop_assert!(measure_text_width(line) <= width, "{}: {}", width, line);
        }
    }

    #[test]
    fn a_table_loses_nothing_but_spaces_where_it_wraps(name in any_text(), width in 40usize..100) {
        let row = super::samples::connection(1, &name, "Hub", &["logs"]);
        let options = || OutputOptions { no_header: true, ..chosen(Format::Table, &["source"]) };
        let whole = listing(options(), None, vec![row.clone()]);
        let wrapped = listing(options(), Some(width), vec![row]);
        let text = |shown: String| shown.replace([' ', '\n'], "");
        prop_assert_eq!(text(wrapped), text(whole));
    }

    #[test]
    fn json_and_yaml_read_back_as_what_they_were(rows in any_connections()) {
        let json = listing(plain(Format::Json), None, rows.clone());
        prop_assert_eq!(of_document(&serde_json::from_str(&json).unwrap()), of_rows(&rows));
        let yaml = listing(plain(Format::Yaml), None, rows.clone());
        prop_assert_eq!(of_document(&serde_saphyr::from_str(&yaml).unwrap()), of_rows(&rows), "{}", yaml);
    }

    #[test]
    fn no_csv_or_tsv_holds_a_formula_or_an_unsafe_character(rows in any_connections(), first in "\"?(x ?;)?[=+@\t\r\0-]?") {
        let mut rows = rows;
        for row in &mut rows {
            row.source.name = Some(first.clone() + row.source.name.as_deref().unwrap_or_default());
        }
        // As spreadsheets read, some of which know quotes in tsv.
        for (format, delimiter, is_quoting) in
            [(Format::Csv, b',', true), (Format::Tsv, b'\t', false), (Format::Tsv, b'\t', true)]
        {
            let options = || chosen(format, &["source", "created_at"]);
            let text = listing(options(), None, rows.clone());
            let mut reader = csv::ReaderBuilder::new();
            let mut reader = reader.delimiter(delimiter).quoting(is_quoting).from_reader(text.as_bytes());
            for field in reader.records().flat_map(|record| Vec::from_iter(record.unwrap().iter().map(str::to_owned))) {
                // Where the comma is the decimal mark, rows are split at semicolons.
                for cell in field.split(';') {
                    let cell = cell.trim_start_matches(['"', ' ']);
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", field);
                }
                prop_assert!(!field.chars().any(needs_escape), "{}", field);
            }
        }
    }

    #[test]
    fn raw_csv_reads_back_as_what_it_was(rows in any_connections()) {
        let options = OutputOptions { raw: true, ..chosen(Format::Csv, &["source", "created_at"]) };
        let csv = listing(options, None, rows.clone());
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let read: Vec<NameAndTime> = reader.deserialize().map(Result::unwrap).collect();
        let missing_as_empty = |(name, time): NameAndTime| (name, time.filter(|time| !time.is_empty()));
        let expected: Vec<_> = of_rows(&rows).into_iter().map(missing_as_empty).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn a_tsv_line_has_a_tab_between_any_two_values_and_nowhere_else(rows in any_connections()) {
        for line in listing(plain(Format::Tsv), None, rows).lines() {
            prop_assert_eq!(line.matches('\t').count(), 9);
        }
    }

    #[test]
    fn a_message_is_one_line_whatever_it_contains(text in any_text()) {
        let (mut output, _, stderr) = output(plain(Format::Table), None);
        output.error(&text);
        let shown = stderr.text();
        let message = shown.strip_suffix('\n').unwrap();
        prop_assert!(!message.chars().any(needs_escape));
    }
}
