//! Who sees whose data: orgs, the connections between them, and the choice of one of them by what a person wrote.
//!
//! Pure and synchronous. Nothing here knows of HTTP, files or terminals, and nothing here imports another module of
//! this crate.

mod connection;
mod connection_type;
pub mod desired;
mod expectation;
pub mod export;
mod id;
mod live;
mod merge;
mod org;
pub mod plan;
mod resolve;
mod select;

pub use connection::{Connection, Reference};
pub use connection_type::{ConnectionType, TypeSet};
pub use desired::{Desired, DesiredError, DesiredErrors, DesiredState, Edge, Position};
pub use expectation::Expectation;
pub use id::{Id, TextBuffer};
pub use merge::Merge;
pub use org::{Directory, Org};
pub use plan::{Action, Plan, PlanOptions, PlanWarning, Step};
pub use resolve::{OrgSelector, ParseSelectorError, ResolveOrgError};
pub use select::{ConnectionSelector, SelectConnectionError, exactly_one};
