//! The typed client of the API: connections, orgs, and the user behind the credentials.
//!
//! A [`Client`] sends requests to one [`Endpoint`] with one set of [`Credentials`]. Every call has a time limit, is
//! repeated after a temporary failure, and reports what is known about its outcome: a write never takes effect twice,
//! and its outcome is never reported wrongly. Keys are sent in headers only, to permitted hosts only, and never along
//! with a redirect.
//!
//! ```no_run
//! use orgconn::api::{Client, ClientSettings, ConnectionFilter, Credentials, Endpoint, Transport};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Credentials::Keys {
//!     api_key: "an API key".into(),
//!     app_key: "an application key".into(),
//! };
//! let settings = ClientSettings::default();
//! let transport = Transport::new(Endpoint::from_site("datadoghq.com")?, settings.timeout)?;
//! let client = Client::new(transport, &credentials, settings)?;
//!
//! let mut pages = client.connections(ConnectionFilter::default());
//! while let Some(page) = pages.next().await {
//!     for connection in page?.connections {
//!         let (source, destination) = (connection.source.label(), connection.destination.label());
//!         println!("{source} shares {} with {destination}", connection.types);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It imports `config`, for the credentials and the rule which hosts may have them, and `model`.

mod connections;
mod dashboards;
mod error;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod http;
mod org_groups;
mod orgs;
mod pages;
mod principals;
mod queries;
mod reconcile;
mod restriction_policies;
#[cfg(test)]
mod tests;
mod users;
mod wire;

pub use self::dashboards::ContentListing;
pub use self::error::{Error, ErrorKind};
pub use self::http::{Client, ClientSettings, Transport};
pub use self::org_groups::GroupListing;
pub use self::pages::{ConnectionFilter, ConnectionPages};
pub use self::users::Permission;
pub use self::wire::{ConnectionPage, UnreadableRecord};
pub use crate::config::{Credentials, Endpoint, EndpointError, SITES};
