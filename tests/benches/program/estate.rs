//! Many orgs with keys of their own, and a file that asks for five changes in each.

use std::fmt::Write as _;

use orgconn::sandbox::GeneratedOrg;

/// The first orgs of a generated account, as somebody would manage them.
pub(crate) struct Estate {
    /// A configuration file with a profile for each org.
    pub(crate) config: String,
    /// The variables that hold the keys.
    pub(crate) keys: Vec<(String, String)>,
    /// A desired-state file. With `--prune` it takes four creates in each org, and an update or a delete in turns.
    pub(crate) desired: String,
}

/// How many changes of an org the file asks for.
pub(crate) const CHANGES_IN_EACH: u32 = 5;

impl Estate {
    /// The first `count` orgs, which are at least five, of the server at `url`.
    pub(crate) fn new(count: u32, url: &str) -> Self {
        let mut estate = Self {
            config: String::new(),
            keys: Vec::new(),
            desired: "connections:\n".to_owned(),
        };
        for number in 0..count {
            estate.add_profile(&GeneratedOrg::new(number), url);
            estate.add_wishes(number, count);
        }
        estate
    }

    fn add_profile(&mut self, org: &GeneratedOrg, url: &str) {
        let GeneratedOrg { id, profile, .. } = org;
        let variable = profile.to_uppercase().replace('-', "_");
        let (api_key, app_key) = (format!("{variable}_API_KEY"), format!("{variable}_APP_KEY"));
        write!(
            self.config,
            "[profiles.{profile}]\napi_url = \"{url}\"\norg = \"{id}\"\napi_key = {{ env = \"{api_key}\" }}\n\
             app_key = {{ env = \"{app_key}\" }}\n"
        )
        .unwrap();
        self.keys.push((api_key, org.api_key.clone()));
        self.keys.push((app_key, org.app_key.clone()));
    }

    fn add_wishes(&mut self, number: u32, count: u32) {
        let name = |number: u32| GeneratedOrg::new(number % count).name;
        let others: Vec<_> = (1..CHANGES_IN_EACH)
            .map(|step| name(number + step))
            .collect();
        let (source, others) = (name(number), others.join(", "));
        writeln!(
            self.desired,
            "  - source: {source}\n    destination: [{others}]\n    types: [logs]"
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
