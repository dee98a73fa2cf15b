//! What stands between the entries of the file: comments and blank lines.

use toml_edit::{Item, Table};

use super::Editor;

impl Editor {
    /// Comments above a removed table that a blank line sets apart from it are not about it, such as those at the
    /// head of the file: they go to what follows.
    pub(super) fn keep_comment_above(&mut self, removed: &Item, following: Option<&str>) {
        let prefix = removed.as_table().and_then(|table| table.decor().prefix());
        let prefix = prefix
            .and_then(|prefix| prefix.as_str())
            .unwrap_or_default();
        let Some(kept) = prefix.rfind("\n\n").map(|end| &prefix[..end + 2]) else {
            return;
        };
        let following =
            following.and_then(|name| self.profiles().ok()?.get_mut(name)?.as_table_mut());
        let Some(table) = following else {
            let trailing = self.document.trailing().as_str().unwrap_or_default();
            let trailing = format!("{kept}{}", trailing.trim_start_matches('\n'));
            self.document.set_trailing(trailing);
            return;
        };
        let own = table.decor().prefix().and_then(|prefix| prefix.as_str());
        let prefix = format!("{kept}{}", own.unwrap_or_default().trim_start_matches('\n'));
        table.decor_mut().set_prefix(prefix);
    }

    /// Removes `default_profile`. What stands above it is the head of the file, as a rule, and goes to what follows.
    pub(super) fn remove_default(&mut self) {
        let prefix = self.document.as_table().key("default_profile");
        let prefix = prefix.and_then(|key| key.leaf_decor().prefix()?.as_str());
        let head = prefix.unwrap_or_default().to_owned();
        self.document.remove("default_profile");
        let root = self.document.as_table_mut();
        let first = root
            .iter()
            .find(|(_, item)| item.is_value())
            .map(|(key, _)| key.to_owned());
        if let Some(mut key) = first.and_then(|key| root.key_mut(&key)) {
            let own = key.leaf_decor().prefix().and_then(|own| own.as_str());
            let prefix = format!("{head}{}", own.unwrap_or_default());
            key.leaf_decor_mut().set_prefix(prefix);
        } else if !head.is_empty() {
            self.put_before_tables(&head);
        } else {
            self.trim_before_tables();
        }
    }

    /// Puts a blank line in front of the first table, for a key that comes to stand before it.
    pub(super) fn set_tables_apart(&mut self) {
        let Some(table) = self.first_table() else {
            return;
        };
        let prefix = table.decor().prefix().and_then(|own| own.as_str());
        if let Some(prefix) = prefix.filter(|prefix| !prefix.starts_with('\n')) {
            let prefix = format!("\n{prefix}");
            table.decor_mut().set_prefix(prefix);
        }
    }

    fn put_before_tables(&mut self, text: &str) {
        if let Some(table) = self.first_table() {
            let own = table.decor().prefix().and_then(|own| own.as_str());
            let prefix = format!("{text}{}", own.unwrap_or_default());
            table.decor_mut().set_prefix(prefix);
        } else {
            let trailing = self.document.trailing().as_str().unwrap_or_default();
            let trailing = format!("{text}{trailing}");
            self.document.set_trailing(trailing);
        }
    }

    /// A file does not begin with a blank line.
    fn trim_before_tables(&mut self) {
        let Some(table) = self.first_table() else {
            return;
        };
        let own = table.decor().prefix().and_then(|own| own.as_str());
        let prefix = own.unwrap_or_default().trim_start_matches('\n').to_owned();
        table.decor_mut().set_prefix(prefix);
    }

    /// The table that stands first in the file, of those that have a header of their own.
    fn first_table(&mut self) -> Option<&mut Table> {
        let profiles = self.document.get_mut("profiles")?.as_table_mut()?;
        if !profiles.is_implicit() {
            return (!profiles.is_dotted()).then_some(profiles);
        }
        let tables = profiles.iter_mut();
        tables
            .filter_map(|(_, item)| Item::as_table_mut(item))
            .filter(|table| !table.is_dotted())
            .min_by_key(|table| table.position())
    }
}
