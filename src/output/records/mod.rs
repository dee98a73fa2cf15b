//! What commands list: connections, changes to connections, orgs.

mod change;
mod connection;
mod org;
mod reference;
mod time;

pub use change::{ChangeJson, ConnectionChange};
pub use connection::{ConnectionJson, ShowsConnection, connection_columns};
pub use org::{OrgJson, OrgRow};
