use std::collections::HashSet;

use serde_json::Value;

use super::wire::{self, MAX_ROWS};
use super::{orgs, users};
use crate::model::Connection;

pub use super::http::fuzz::api_error;

/// A success of the API: a page of connections, the orgs, the user, or one connection.
pub fn api_page(data: &[u8]) {
    let body = String::from_utf8_lossy(data);
    let page = wire::parse_page(&body, MAX_ROWS);
    let leniently = wire::parse_page_leniently(&body, MAX_ROWS);
    if page != leniently {
        assert_eq!(page, leniently, "the two ways to read a page differ");
    }
    if let Ok(page) = page {
        let rows = &page.rows;
        let answer = serde_json::from_str::<Value>(&body).unwrap_or_default();
        if let Some(records) = answer.get("data").and_then(Value::as_array) {
            let count = rows.connections.len() + rows.unreadable.len();
            assert_eq!(count, records.len(), "a record was lost");
        }
        rows.connections.iter().for_each(check_json);
        let first = wire::parse_page(&body, 1).map(|page| page.rows.connections);
        assert!(first.is_ok_and(|first| first.len() <= 1));
    }
    if let Some(directory) = orgs::parse_orgs(&body) {
        let ids: HashSet<_> = directory.orgs.iter().map(|org| org.id).collect();
        assert_eq!(ids.len(), directory.orgs.len(), "an org is listed twice");
    }
    users::parse_user(&body);
    wire::parse_answered_connection(&body);
}

/// The JSON of the output, which is the journal's too, keeps everything of a connection.
fn check_json(connection: &Connection) {
    let written = serde_json::to_string(connection).unwrap_or_default();
    let read = serde_json::from_str(&written);
    assert_eq!(read.ok().as_ref(), Some(connection));
}
