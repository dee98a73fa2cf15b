//! Handles the comments and blank lines between the entries of the file.

use toml_edit::{Decor, DocumentMut, Item, Table};

/// Keeps the comments above a removed table if a blank line separates them from it, such as the head of the file. They
/// do not describe the table, so they move to the next profile.
pub(super) fn keep_file_head(
    document: &mut DocumentMut,
    removed: &Item,
    next_profile: Option<&str>,
) {
    let Some(prefix) = removed.as_table().map(|table| prefix(table.decor())) else {
        return;
    };
    let Some(end) = prefix.rfind("\n\n") else {
        return;
    };
    let head = &prefix[..end + 2];
    let profiles = document.get_mut("profiles");
    let next = next_profile.and_then(|name| profiles?.get_mut(name)?.as_table_mut());
    match next {
        Some(table) => prepend(table.decor_mut(), head),
        None => prepend_to_end(document, head),
    }
}

/// Removes `default_profile`. The comment above it is usually the head of the file, and moves to the next entry.
pub(super) fn remove_default(document: &mut DocumentMut) {
    let key = document.key("default_profile");
    let head = key.map_or_else(String::new, |key| prefix(key.leaf_decor()));
    document.remove("default_profile");
    let values = document.iter().filter(|(_, item)| item.is_value());
    let next_key = values.map(|(key, _)| key.to_owned()).next();
    if let Some(mut key) = next_key.and_then(|key| document.key_mut(&key)) {
        prepend(key.leaf_decor_mut(), &head);
    } else if let Some(table) = first_table(document) {
        prepend(table.decor_mut(), &head);
    } else {
        prepend_to_end(document, &head);
    }
}

/// Puts a blank line in front of the first table, so that a key can be added before it.
pub(super) fn separate_first_table(document: &mut DocumentMut) {
    if let Some(table) = first_table(document) {
        let prefix = prefix(table.decor());
        if !prefix.starts_with('\n') {
            table.decor_mut().set_prefix(format!("\n{prefix}"));
        }
    }
}

/// The first table of the file that has a header of its own.
fn first_table(document: &mut DocumentMut) -> Option<&mut Table> {
    let profiles = document.get_mut("profiles")?.as_table_mut()?;
    if !profiles.is_implicit() {
        return (!profiles.is_dotted()).then_some(profiles);
    }
    let tables = profiles.iter_mut();
    tables
        .filter_map(|(_, item)| Item::as_table_mut(item))
        .filter(|table| !table.is_dotted())
        .min_by_key(|table| table.position())
}

fn prefix(decor: &Decor) -> String {
    let prefix = decor.prefix().and_then(|prefix| prefix.as_str());
    prefix.unwrap_or_default().to_owned()
}

fn prepend(decor: &mut Decor, text: &str) {
    let prefix = join_without_double_blank(text, &prefix(decor));
    decor.set_prefix(prefix);
}

fn prepend_to_end(document: &mut DocumentMut, text: &str) {
    let trailing =
        join_without_double_blank(text, document.trailing().as_str().unwrap_or_default());
    document.set_trailing(trailing);
}

/// Joins two texts. Blank lines at the start of `next` are dropped if `text` is empty or ends in one.
fn join_without_double_blank(text: &str, next: &str) -> String {
    if text.is_empty() || text.ends_with("\n\n") {
        format!("{text}{}", next.trim_start_matches('\n'))
    } else {
        format!("{text}{next}")
    }
}
