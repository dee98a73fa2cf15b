//! Who sees whose data: orgs, the connections between them, and the choice of one of them by what a person wrote.
//!
//! Pure and synchronous. Nothing here knows of HTTP, files or terminals, and nothing here imports another module of
//! this crate.

mod connection;
mod connection_type;
mod id;
mod org;
mod resolve;
mod select;

pub use connection::{Connection, Reference};
pub use connection_type::{ConnectionType, TypeSet};
pub use id::Id;
pub use org::{Directory, Org};
pub use resolve::{OrgSelector, ParseSelectorError, ResolveOrgError};
pub use select::{ConnectionSelector, SelectConnectionError, exactly_one};
