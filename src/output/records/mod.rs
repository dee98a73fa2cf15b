//! What commands list: connections, changes to them, steps of a plan, the history, orgs, profiles, identities.

mod change;
mod connection;
mod history;
mod identity;
mod org;
mod profile;
mod reference;
mod step;
mod time;

pub(super) use change::result_style;
pub use change::{ChangeJson, ConnectionChange};
pub use connection::{ConnectionJson, ShowsConnection, connection_columns};
pub use history::{HistoryJson, HistoryRow};
pub use identity::{IdentityJson, IdentityRow};
pub use org::{OrgJson, OrgRow};
pub use profile::{CredentialOrigins, ProfileJson, ProfileRow};
pub(super) use step::style_of;
pub use step::{StepJson, StepRow};
