//! What commands list: connections, changes to connections, steps of a plan, the history, orgs.

mod change;
mod connection;
mod history;
mod org;
mod reference;
mod step;
mod time;

pub use change::{ChangeJson, ConnectionChange};
pub use connection::{ConnectionJson, ShowsConnection, connection_columns};
pub use history::{HistoryJson, HistoryRow};
pub use org::{OrgJson, OrgRow};
pub(super) use step::style_of;
pub use step::{StepJson, StepRow};
