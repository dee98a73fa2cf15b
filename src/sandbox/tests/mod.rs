//! Tests of the sandbox over real HTTP.

mod dashboards;
mod org_groups;
mod orgs_and_users;
mod queries;
mod reading;
mod restriction_policies;
mod serving;
mod state;
mod writing;

use std::path::Path;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::{Listener, SampleProfile, Sandbox, ServeOptions, ServerHandle, profiles, serve, start};

/// The ids of the sample data that the tests name.
const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
const RETAIL_US: &str = "4dee724d-00cc-11ea-a77b-570c9d03c6c5";
const LEGACY_SHOP: &str = "e83b05f9-2c17-11e9-ad64-70c2915fb8d3";
const ARCHIVE: &str = "37c5e8a4-d10b-11ef-b92e-e6481f3a0d75";
const RETAIL_TO_HUB: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";
const DELETED_USER: &str = "6c04b9e1-7f11-11f0-95a8-e2170cd3f86b";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

const CONNECTIONS: &str = "/api/v2/org_connections";

/// A sandbox that is served, and a client of it.
struct Api {
    url: String,
    client: reqwest::Client,
    /// Stops the server when it is dropped, before the runtime is.
    running: Option<ServerHandle>,
    runtime: Runtime,
    /// Holds the state file.
    home: TempDir,
}

impl Api {
    /// Serves a sample account of its own.
    fn sample() -> Self {
        let home = tempfile::tempdir().unwrap();
        let state_file = home.path().join("state.json");
        Self::over(&state_file, home)
    }

    /// Serves the account in this file.
    fn at(state_file: &Path) -> Self {
        Self::over(state_file, tempfile::tempdir().unwrap())
    }

    fn over(state_file: &Path, home: TempDir) -> Self {
        let runtime = runtime();
        let running = {
            let _context = runtime.enter();
            start(state_file).unwrap()
        };
        Self {
            url: running.url().to_owned(),
            client: client().build().unwrap(),
            running: Some(running),
            runtime,
            home,
        }
    }

    /// Serves a sample account with these options, until the end of the runtime.
    fn serving(options: ServeOptions) -> Self {
        let (home, runtime) = (tempfile::tempdir().unwrap(), runtime());
        let sandbox = Sandbox::open(&home.path().join("state.json")).unwrap();
        let context = runtime.enter();
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = listener.url();
        runtime.spawn(serve(sandbox, listener, options, CancellationToken::new()));
        drop(context);
        Self {
            url,
            client: client().build().unwrap(),
            running: None,
            runtime,
            home,
        }
    }

    /// A request without credentials.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    fn send(&self, request: RequestBuilder) -> reqwest::Response {
        let sent = self.runtime.block_on(async { request.send().await });
        sent.unwrap()
    }

    fn exchange(&self, request: RequestBuilder) -> (u16, String) {
        let response = self.send(request);
        let status = response.status().as_u16();
        (status, self.runtime.block_on(response.text()).unwrap())
    }

    fn get(&self, profile: &str, path: &str) -> (u16, String) {
        self.exchange(with_keys(self.request(Method::GET, path), profile))
    }

    /// The JSON of a GET that is answered with 200.
    fn get_json(&self, profile: &str, path: &str) -> Value {
        let (status, body) = self.get(profile, path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    fn create(&self, profile: &str, destination: &str, types: Value) -> (u16, String) {
        let body = json!({"data": {
            "type": "org_connection",
            "attributes": {"connection_types": types},
            "relationships": {"sink_org": {"data": {"type": "orgs", "id": destination}}},
        }});
        self.post(profile, &body.to_string())
    }

    fn post(&self, profile: &str, body: &str) -> (u16, String) {
        let request = with_keys(self.request(Method::POST, CONNECTIONS), profile);
        self.exchange(request.body(body.to_owned()))
    }

    fn update(&self, profile: &str, id: &str, types: Value) -> (u16, String) {
        self.update_named(profile, id, id, types)
    }

    /// Sends an update whose body has another id than its path.
    fn update_named(&self, profile: &str, id: &str, named: &str, types: Value) -> (u16, String) {
        let body = json!({"data": {
            "type": "org_connection",
            "id": named,
            "attributes": {"connection_types": types},
        }});
        let path = format!("{CONNECTIONS}/{id}");
        let request = with_keys(self.request(Method::PATCH, &path), profile);
        self.exchange(request.body(body.to_string()))
    }

    fn delete(&self, profile: &str, id: &str) -> (u16, String) {
        let path = format!("{CONNECTIONS}/{id}");
        self.exchange(with_keys(self.request(Method::DELETE, &path), profile))
    }

    /// The ids of the connections that a profile sees.
    fn ids(&self, profile: &str, query: &str) -> Vec<String> {
        let body = self.get_json(profile, &format!("{CONNECTIONS}{query}"));
        let records = body["data"].as_array().unwrap().iter();
        records.map(|record| text(record, "/id")).collect()
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// A client for loopback: no proxy, no certificates, and a timeout.
fn client() -> reqwest::ClientBuilder {
    // It fails if another test has installed the provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .timeout(std::time::Duration::from_secs(20))
}

fn profile(name: &str) -> &'static SampleProfile {
    let mut profiles = profiles().iter();
    profiles.find(|profile| profile.name == name).unwrap()
}

fn with_keys(request: RequestBuilder, name: &str) -> RequestBuilder {
    let profile = profile(name);
    request
        .header("DD-API-KEY", profile.api_key())
        .header("DD-APPLICATION-KEY", profile.app_key())
}

fn refusal(status: u16, message: &str) -> (u16, String) {
    (status, json!({"errors": [message]}).to_string())
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).unwrap().as_str().unwrap().to_owned()
}
