//! A cache for completions as a large account leaves it behind.

use orgconn::completion::{Cache, Collected, Owner, Recorder};
use orgconn::topology::{Connection, ConnectionType, Directory, Org, Reference};
use uuid::Uuid;

const ORGS: u128 = 1_000;
const CONNECTIONS: u128 = 5_000;

/// Fills it, and gives the one who has seen all that: who uses keys of the environment on the usual site.
pub(crate) fn fill(cache: &Cache) -> Owner {
    let owner = Owner {
        profile: None,
        server: "datadoghq.com".to_owned(),
    };
    let directory = Directory {
        current: None,
        orgs: (0..ORGS).map(org).collect(),
    };
    let connections: Vec<_> = (0..CONNECTIONS).map(connection).collect();
    let mut all = Collected::default();
    all.add(&connections);
    let recorder = Recorder::new(cache.clone());
    recorder.orgs(&owner, &directory);
    recorder.connections(&owner, all);
    owner
}

fn org(number: u128) -> Org {
    Org {
        name: Some(format!("Organization {number:03}").into()),
        public_id: Some(format!("{number:011}").into()),
        ..Org::unnamed(Uuid::from_u128(number << 96).into())
    }
}

fn connection(number: u128) -> Connection {
    let reference = |number: u128| -> Reference { org(number % ORGS).reference() };
    Connection {
        id: Some(Uuid::from_u128(number << 109).into()),
        source: reference(number),
        destination: reference(number / 7 + 1),
        types: [ConnectionType::Logs, ConnectionType::Metrics]
            .into_iter()
            .collect(),
        ..Connection::default()
    }
}
