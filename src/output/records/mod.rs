//! What commands list: connections, changes to connections, the history of changes, orgs.

mod change;
mod connection;
mod history;
mod org;
mod reference;
mod time;

pub use change::{ChangeJson, ConnectionChange};
pub use connection::{ConnectionJson, ShowsConnection, connection_columns};
pub use history::{HistoryJson, HistoryRow};
pub use org::{OrgJson, OrgRow};
