use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::{API_KEY, APP_KEY, Api, World, uuid};

/// Builds a world with profiles in its configuration file.
pub(crate) struct Profiles {
    world: World,
    text: String,
}

impl Profiles {
    /// Begins a file without profiles, with this text at its head.
    pub(crate) fn new(head: &str) -> Self {
        Self {
            world: World::bare()
                .with("TEST_API_KEY", API_KEY)
                .with("TEST_APP_KEY", APP_KEY),
            text: format!("{head}\n"),
        }
    }

    /// Adds a profile whose API is this mock. `pinned` is the org that the profile names.
    pub(crate) fn with(self, name: &str, api: &Api, pinned: Option<u128>) -> Self {
        self.at(name, &api.url(), pinned.map(uuid).as_deref(), "TEST")
    }

    /// Adds a profile for the API at this URL, with the keys in `PREFIX_API_KEY` and `PREFIX_APP_KEY`.
    pub(crate) fn at(mut self, name: &str, url: &str, org: Option<&str>, prefix: &str) -> Self {
        let org = org.map_or_else(String::new, |org| format!("org = \"{org}\"\n"));
        self.text.push_str(&format!(
            "[profiles.{name}]\napi_url = \"{url}\"\n{org}api_key = {{ env = \"{prefix}_API_KEY\" }}\n\
             app_key = {{ env = \"{prefix}_APP_KEY\" }}\n"
        ));
        self
    }

    /// Adds a line to the last profile.
    pub(crate) fn with_line(mut self, line: &str) -> Self {
        self.text.push_str(&format!("{line}\n"));
        self
    }

    /// The world with the file in its usual place.
    pub(crate) fn world(self) -> World {
        self.world
            .file("xdg_config_home/orgconn/config.toml", &self.text);
        self.world
    }
}

/// A sandbox server in a process of its own, which ends with the test.
pub(crate) struct SandboxServer {
    child: Child,
    /// The base URL.
    pub(crate) url: String,
    // Its home directory has the state file.
    _world: World,
}

impl SandboxServer {
    /// Serves the sample orgs on a port of its own.
    pub(crate) fn new() -> Self {
        let world = World::bare();
        let mut command = world.command(["sandbox", "serve"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (_, url) = line.trim_end().split_once('=').unwrap();
        Self {
            url: url.to_owned(),
            child,
            _world: world,
        }
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        // It may have ended already, which has made the test fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
