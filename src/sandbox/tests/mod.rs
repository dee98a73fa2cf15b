//! What a client of the sandbox gets, over real HTTP.

mod credentials;
mod listing;
mod orgs;
mod refusals;
mod serving;
mod state;
mod users;
mod writing;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Running, SampleProfile, Sandbox, ServeOptions, profiles, start};

/// The ids of the sample data that the tests name.
const HUB: &str = "83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
const RETAIL_US: &str = "4dee724d-00cc-11ea-a77b-570c9d03c6c5";
const LEGACY_SHOP: &str = "e83b05f9-2c17-11e9-ad64-70c2915fb8d3";
const ARCHIVE: &str = "37c5e8a4-d10b-11ef-b92e-e6481f3a0d75";
const RETAIL_TO_HUB: &str = "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

const CONNECTIONS: &str = "/api/v2/org_connections";

/// A running sandbox and a client of it.
struct Api {
    running: Running,
    client: reqwest::Client,
    runtime: Runtime,
    /// Holds the state file; removed at the end.
    _home: Option<TempDir>,
}

impl Api {
    /// Serves a fresh sample account from a state file of its own.
    fn sample() -> Self {
        Self::serving(ServeOptions::default())
    }

    /// The same with these options.
    fn serving(options: ServeOptions) -> Self {
        let home = TempDir::new().unwrap();
        let sandbox = Sandbox::open(&home.path().join("state.json")).unwrap();
        Self {
            _home: Some(home),
            ..Self::over(Running::start(sandbox, options).unwrap())
        }
    }

    fn over(running: Running) -> Self {
        Self {
            running,
            client: plain_client().build().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            _home: None,
        }
    }

    /// A request without credentials.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.running.url());
        self.client.request(method, url)
    }

    fn send(&self, request: RequestBuilder) -> reqwest::Response {
        self.runtime
            .block_on(async { request.send().await })
            .unwrap()
    }

    fn exchange(&self, request: RequestBuilder) -> (u16, String) {
        let response = self.send(request);
        let status = response.status().as_u16();
        (status, self.runtime.block_on(response.text()).unwrap())
    }

    fn get(&self, profile: &str, path: &str) -> (u16, String) {
        self.exchange(with_keys(self.request(Method::GET, path), profile))
    }

    /// A 200 answer as JSON.
    fn get_json(&self, profile: &str, path: &str) -> Value {
        let (status, body) = self.get(profile, path);
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    fn create(&self, profile: &str, destination: &str, types: &str) -> (u16, String) {
        self.post(profile, &creation(destination, types))
    }

    fn post(&self, profile: &str, body: &str) -> (u16, String) {
        let request = with_keys(self.request(Method::POST, CONNECTIONS), profile);
        self.exchange(request.body(body.to_owned()))
    }

    fn update(&self, profile: &str, id: &str, types: &str) -> (u16, String) {
        let path = format!("{CONNECTIONS}/{id}");
        let body = format!(
            r#"{{"data":{{"type":"org_connection","id":"{id}","attributes":{{"connection_types":{types}}}}}}}"#
        );
        self.exchange(with_keys(self.request(Method::PATCH, &path), profile).body(body))
    }

    fn delete(&self, profile: &str, id: &str) -> (u16, String) {
        let path = format!("{CONNECTIONS}/{id}");
        self.exchange(with_keys(self.request(Method::DELETE, &path), profile))
    }

    /// The ids of the connections that a profile sees.
    fn ids(&self, profile: &str, query: &str) -> Vec<String> {
        let body = self.get_json(profile, &format!("{CONNECTIONS}{query}"));
        let records = body["data"].as_array().unwrap().iter();
        records
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// `types` is JSON: `["logs"]`.
fn creation(destination: &str, types: &str) -> String {
    format!(
        r#"{{"data":{{"type":"org_connection","attributes":{{"connection_types":{types}}},"relationships":{{"sink_org":{{"data":{{"type":"orgs","id":"{destination}"}}}}}}}}}}"#
    )
}

/// A client for loopback: no proxy, no certificates, and no waiting for ever.
fn plain_client() -> reqwest::ClientBuilder {
    // Whoever comes first installs it; for the others it is there.
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
        .header("DD-API-KEY", profile.api_key)
        .header("DD-APPLICATION-KEY", profile.app_key)
}

fn refusal(status: u16, message: &str) -> (u16, String) {
    (status, format!(r#"{{"errors":["{message}"]}}"#))
}
