use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use tokio::sync::Semaphore;

use super::turns::Turns;
use super::{
    CONNECTION_WINDOW, LONGEST_CONNECT, LONGEST_FRAME, STREAM_WINDOW, USER_AGENT, failure,
};
use crate::api::{ClientOptions, Error, ErrorKind};

/// Over HTTP/1.1 each request under way has a connection to itself, and a gateway that speaks no other, as a company's
/// may, has to bear them all: about half as many as curl opens in parallel.
const MOST_CONNECTIONS: usize = 32;
/// Over HTTP/2 so many share one connection: what the standard (RFC 9113, 6.5.2) asks servers to allow at the least.
/// The library keeps to a server that allows fewer.
const MOST_STREAMS: usize = 100;

/// The connections of all clients that were made with a clone of it: those that talk to the same server share theirs.
/// Nothing is made before the first client.
#[derive(Clone, Debug, Default)]
pub struct Pool(Arc<Mutex<HashMap<Manner, Transport>>>);

/// Clients with the same manner of talking to the same server share connections.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Manner {
    endpoint: String,
    /// Whether proxies are passed over.
    direct: bool,
    longest_connect: Duration,
}

/// Connections to one server.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    pub(super) client: reqwest::Client,
    /// One for each request that may be under way.
    pub(super) slots: Arc<Semaphore>,
}

impl Pool {
    /// One with no connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// The connections that these options ask for.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub(super) fn transport(&self, options: &ClientOptions) -> Result<Transport, Error> {
        let manner = Manner {
            endpoint: options.endpoint.as_str().to_owned(),
            direct: options.direct || options.endpoint.is_loopback(),
            longest_connect: LONGEST_CONNECT.min(options.timeout / 3),
        };
        let mut transports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match transports.entry(manner) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(unknown) => {
                let transport = connect(unknown.key(), options.endpoint.is_encrypted())?;
                Ok(unknown.insert(transport).clone())
            }
        }
    }
}

fn connect(manner: &Manner, is_encrypted: bool) -> Result<Transport, Error> {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let client = build(manner, is_encrypted, &slots)
        .map_err(|error| Error::new(ErrorKind::Setup, failure::describe_setup(&error)))?;
    Ok(Transport { client, slots })
}

fn build(
    manner: &Manner,
    is_encrypted: bool,
    slots: &Arc<Semaphore>,
) -> reqwest::Result<reqwest::Client> {
    // An error means that a provider is installed already, and then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(manner.longest_connect)
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .http2_max_frame_size(LONGEST_FRAME);
    if is_encrypted {
        let more = MOST_STREAMS - MOST_CONNECTIONS;
        builder = builder.connector_layer(Turns::new(Arc::clone(slots), more));
    } else {
        // Reading the system's certificates takes milliseconds, and plain HTTP needs none. Nor is HTTP/2 spoken.
        builder = builder.tls_certs_only([]);
    }
    if manner.direct {
        builder = builder.no_proxy();
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::samples::options;

    #[test]
    fn clients_of_the_same_server_share_connections_and_those_of_others_do_not() {
        let near = options("http://127.0.0.1:1");
        let pool = near.pool.clone();
        let slots = |options: &ClientOptions| pool.transport(options).unwrap().slots;
        let first = slots(&near);
        let hasty = ClientOptions {
            timeout: Duration::from_secs(3),
            ..near.clone()
        };
        assert!(Arc::ptr_eq(&first, &slots(&near)));
        assert!(!Arc::ptr_eq(&first, &slots(&options("http://127.0.0.1:2"))));
        assert!(!Arc::ptr_eq(&first, &slots(&hasty)));
    }

    #[test]
    fn encrypted_or_not_as_many_may_be_under_way_as_may_have_a_connection_each() {
        for url in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
            let options = options(url);
            let transport = options.pool.transport(&options).unwrap();
            assert_eq!(transport.slots.available_permits(), MOST_CONNECTIONS);
        }
    }
}
