use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::{API_KEY, APP_KEY, Api, World, uuid};

/// A configuration file in the making, and the world that will have it.
pub(crate) struct Profiles {
    world: World,
    text: String,
}

impl Profiles {
    /// None yet, with this text at the head of the file.
    pub(crate) fn new(head: &str) -> Self {
        Self {
            world: World::bare()
                .with("TEST_API_KEY", API_KEY)
                .with("TEST_APP_KEY", APP_KEY),
            text: format!("{head}\n"),
        }
    }

    /// One more, whose org is the one that this mock stands for; it names org `pinned` as its own.
    pub(crate) fn with(self, name: &str, api: &Api, pinned: Option<u128>) -> Self {
        self.at(name, &api.url(), pinned.map(uuid).as_deref(), "TEST")
    }

    /// One more at this URL, with the keys in `PREFIX_API_KEY` and `PREFIX_APP_KEY`.
    pub(crate) fn at(mut self, name: &str, url: &str, org: Option<&str>, prefix: &str) -> Self {
        let org = org.map_or_else(String::new, |org| format!("org = \"{org}\"\n"));
        self.text.push_str(&format!(
            "[profiles.{name}]\napi_url = \"{url}\"\n{org}api_key = {{ env = \"{prefix}_API_KEY\" }}\n\
             app_key = {{ env = \"{prefix}_APP_KEY\" }}\n"
        ));
        self
    }

    /// The world with the file in its usual place.
    pub(crate) fn world(self) -> World {
        self.world
            .file("xdg_config_home/orgconn/config.toml", &self.text);
        self.world
    }
}

/// A sandbox that is served to others until the test ends.
pub(crate) struct Served {
    child: Child,
    /// Where.
    pub(crate) url: String,
    // Holds the state.
    _world: World,
}

impl Served {
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

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself: then the test has failed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
