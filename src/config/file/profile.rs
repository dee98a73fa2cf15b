use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use toml_edit::{Item, TableLike};
use uuid::Uuid;

use super::Profile;
use super::reader::{Reader, key_span};
use crate::config::credentials::Sources;
use crate::config::error::ServerProblem;
use crate::config::server::Server;
use crate::topology::Id;

/// The keys of a profile.
const KEYS: [&str; 7] = [
    "site",
    "api_url",
    "org",
    "trusted_hosts",
    "api_key",
    "app_key",
    "access_token",
];

impl Reader<'_> {
    /// `[profiles.NAME]`, in the order of the file.
    pub(super) fn profiles(&mut self, table: &dyn TableLike) -> Vec<Profile> {
        let Some(item) = table.get("profiles") else {
            return Vec::new();
        };
        let Some(profiles) = item.as_table_like() else {
            self.problem(item.span(), "profiles must be tables: [profiles.NAME]");
            return Vec::new();
        };
        self.refuse_names_alike(profiles);
        profiles
            .iter()
            .filter_map(|(name, item)| self.profile(profiles, name, item))
            .collect()
    }

    fn refuse_names_alike(&mut self, profiles: &dyn TableLike) {
        let mut seen = HashMap::new();
        for (name, _) in profiles.iter() {
            if let Some(other) = seen.insert(name.to_lowercase(), name) {
                self.problem(
                    key_span(profiles, name),
                    format!("the profiles `{other}` and `{name}` differ in letter case only"),
                );
            }
        }
    }

    fn profile(&mut self, profiles: &dyn TableLike, name: &str, item: &Item) -> Option<Profile> {
        let header = key_span(profiles, name);
        if !is_usable_name(name) {
            self.problem(
                header.clone(),
                "the name of a profile must be a text without commas, control characters, and spaces at its ends",
            );
        }
        let Some(table) = item.as_table_like() else {
            self.problem(item.span(), "a profile must be a table: [profiles.NAME]");
            return None;
        };
        self.refuse_unknown_keys(table, &KEYS);
        Some(Profile {
            name: Arc::from(name),
            server: self.server(table),
            org: self.org(table),
            trusted_hosts: self.hosts(table),
            credentials: self.credentials(name, table, header),
        })
    }

    fn server(&mut self, table: &dyn TableLike) -> Server {
        let site = self.server_from(table, "site", Server::from_site);
        let url = self.server_from(table, "api_url", Server::from_url);
        match (site, url) {
            (Some(site), Some(url)) if site.origin() != url.origin() => {
                self.problem(
                    key_span(table, "api_url"),
                    "site and api_url name different servers; give one of them",
                );
                url
            }
            (_, Some(server)) | (Some(server), None) => server,
            (None, None) => Server::default(),
        }
    }

    fn server_from(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        parse: fn(&str) -> Result<Server, ServerProblem>,
    ) -> Option<Server> {
        let text = self.text_of(table, key)?;
        parse(text)
            .map_err(|problem| {
                let span = table.get(key).and_then(Item::span);
                self.problem(span, format!("{key} {problem}"));
            })
            .ok()
    }

    fn org(&mut self, table: &dyn TableLike) -> Option<Uuid> {
        let id = Id::from(self.text_of(table, "org")?);
        if id.as_uuid().is_none() {
            self.problem(
                table.get("org").and_then(Item::span),
                "org must be a UUID, such as 83999dcd-7f97-11f0-8de1-1ecf66f1aa85",
            );
        }
        id.as_uuid()
    }

    fn credentials(
        &mut self,
        profile: &str,
        table: &dyn TableLike,
        header: Option<Range<usize>>,
    ) -> Option<Sources> {
        let [token, api_key, app_key] = ["access_token", "api_key", "app_key"]
            .map(|key| (table.contains_key(key), self.secret(profile, table, key)));
        match (token.0, api_key.0, app_key.0) {
            (true, false, false) => token.1.map(Sources::Token),
            (true, ..) => {
                self.problem(
                    key_span(table, "access_token"),
                    "access_token and keys exclude each other; give one of them",
                );
                None
            }
            (false, true, true) => Some(Sources::Keys {
                api_key: api_key.1?,
                app_key: app_key.1?,
            }),
            (false, false, false) => None,
            (false, has_api_key, _) => {
                let (present, missing) = match has_api_key {
                    true => ("api_key", "app_key"),
                    false => ("app_key", "api_key"),
                };
                let span = key_span(table, present).or(header);
                self.problem(span, format!("{present} needs {missing} beside it"));
                None
            }
        }
    }
}

/// Whether a profile of this name can be chosen: `--profile` takes several between commas.
pub(super) fn is_usable_name(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && !name.contains(|c: char| c == ',' || c.is_control())
}
