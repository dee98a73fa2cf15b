use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::samples::{any_connections, any_text, awkward};
use super::{listing, output, plain};
use crate::output::escape::is_hidden;
use crate::output::{Format, OutputOptions};
use crate::topology::Connection;

/// The source names and times of `items` as JSON or YAML has them.
fn of_items(document: &serde_json::Value) -> Vec<(String, Option<String>)> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let items = document["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| {
            (
                text(&item["source"]["name"]).unwrap(),
                text(&item["created_at"]),
            )
        })
        .collect()
}

fn of_records(records: &[Connection]) -> Vec<(String, Option<String>)> {
    let created_at = |record: &Connection| record.created_at.as_deref().map(str::to_owned);
    records
        .iter()
        .map(|record| {
            (
                record.source.name.as_deref().unwrap().to_owned(),
                created_at(record),
            )
        })
        .collect()
}

proptest! {
    #[test]
    fn no_format_lets_a_hidden_character_through_to_a_terminal(records in any_connections(), width in 20usize..200) {
        for format in [Format::Table, Format::Json, Format::Jsonl, Format::Yaml, Format::Csv, Format::Tsv, Format::Id] {
            let shown = listing(plain(format), Some(width), records.clone());
            let is_layout = |character| character == '\n' || (character == '\t' && format == Format::Tsv);
            prop_assert!(!shown.chars().any(|character| is_hidden(character) && !is_layout(character)), "{}", shown);
        }
    }

    #[test]
    fn every_line_of_a_table_fits_the_terminal(records in any_connections(), width in 24usize..200, no_header in any::<bool>()) {
        let options = OutputOptions { no_header, ..plain(Format::Table) };
        for line in listing(options, Some(width), records).lines() {
            prop_assert!(line.width() <= width, "{} > {}: {}", line.width(), width, line);
        }
    }

    #[test]
    fn json_and_yaml_read_back_as_what_they_were(records in any_connections()) {
        let json = listing(plain(Format::Json), None, records.clone());
        prop_assert_eq!(of_items(&serde_json::from_str(&json).unwrap()), of_records(&records));
        let yaml = listing(plain(Format::Yaml), None, records.clone());
        prop_assert_eq!(of_items(&serde_saphyr::from_str(&yaml).unwrap()), of_records(&records), "{}", yaml);
    }

    #[test]
    fn csv_reads_back_as_what_it_was(records in any_connections()) {
        let columns = Some(vec!["source".to_owned(), "created_at".to_owned()]);
        let csv = listing(OutputOptions { columns, ..plain(Format::Csv) }, None, records.clone());
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let rows: Vec<(String, Option<String>)> = reader.deserialize().map(Result::unwrap).collect();
        let missing_as_empty = |(name, time): (String, Option<String>)| (name, time.filter(|time| !time.is_empty()));
        let expected: Vec<_> = of_records(&records).into_iter().map(missing_as_empty).collect();
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn a_tsv_line_has_a_tab_between_any_two_values_and_nowhere_else(records in any_connections()) {
        for line in listing(plain(Format::Tsv), None, records).lines() {
            prop_assert_eq!(line.matches('\t').count(), 9);
        }
    }

    #[test]
    fn a_message_is_one_line_whatever_it_holds(text in any_text()) {
        let (mut output, _, stderr) = output(plain(Format::Table), Some(80));
        output.error(&text);
        let shown = stderr.text();
        let message = shown.strip_suffix('\n').unwrap();
        prop_assert!(!message.chars().any(is_hidden));
    }
}

#[test]
fn a_column_begins_at_the_same_place_in_every_line() {
    let shown = listing(plain(Format::Table), None, awkward());
    let mut lines = shown.lines();
    let header = lines.next().unwrap();
    let starts = [
        "SOURCE",
        "DESTINATION",
        "TYPES",
        "CREATED (UTC)",
        "CREATED BY",
    ]
    .map(|name| header.find(name).unwrap());
    for line in lines {
        for start in starts {
            let end = line
                .char_indices()
                .map(|(end, _)| end)
                .find(|end| line[..*end].width() == start)
                .unwrap();
            assert!(
                line[..end].ends_with("  ") && !line[end..].starts_with(' '),
                "{start}: {line}"
            );
        }
    }
}
