//! The input files and keys for an `apply` of five changes in each of many orgs.

use std::fmt::Write as _;

use super::account::Org;

/// Files for the first source orgs of the account, with a profile for each.
pub(crate) struct ApplyInput {
    /// A configuration file with the profiles.
    pub(crate) config: String,
    /// The environment variables that hold the keys.
    pub(crate) keys: Vec<(String, String)>,
    /// A desired-state file. With `--prune` it takes four creates in each org, and one update or delete.
    pub(crate) desired: String,
}

impl ApplyInput {
    /// For `count` orgs, at least five, of the server at `url`.
    pub(crate) fn new(count: u32, url: &str) -> Self {
        let mut input = Self {
            config: String::new(),
            keys: Vec::new(),
            desired: "connections:\n".to_owned(),
        };
        for number in 0..count {
            input.add_profile(number, url);
            input.add_connections(number, count);
        }
        input
    }

    fn add_profile(&mut self, number: u32, url: &str) {
        let org = Org::source(number);
        let id = org.id();
        write!(
            self.config,
            "[profiles.source-{number}]\napi_url = \"{url}\"\norg = \"{id}\"\n\
             api_key = {{ env = \"SOURCE_{number}_API_KEY\" }}\n\
             app_key = {{ env = \"SOURCE_{number}_APP_KEY\" }}\n"
        )
        .unwrap();
        self.keys
            .push((format!("SOURCE_{number}_API_KEY"), org.api_key()));
        self.keys
            .push((format!("SOURCE_{number}_APP_KEY"), org.app_key()));
    }

    /// Connections to the next four orgs. Every other org's connection to the hub gets another type; those of the
    /// others are left out, so that `--prune` deletes them.
    fn add_connections(&mut self, number: u32, count: u32) {
        let name = |number: u32| Org::source(number % count).name();
        let destinations: Vec<_> = (1..5).map(|step| name(number + step)).collect();
        let (source, destinations) = (name(number), destinations.join(", "));
        writeln!(
            self.desired,
            "  - source: {source}\n    destination: [{destinations}]\n    types: [logs]"
        )
        .unwrap();
        if number.is_multiple_of(2) {
            writeln!(
                self.desired,
                "  - source: {source}\n    destination: Observability Hub\n    types: [audit]"
            )
            .unwrap();
        }
    }
}
