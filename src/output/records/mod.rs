//! The rows of the listings. Each is a struct with a list of columns; it serializes to the JSON that scripts rely on.
//!
//! They consist of plain data, so that nothing here depends on the API or the configuration.

mod access;
mod account;
mod change;
mod connection;
mod finding;
mod impact;
mod org_group;
mod verification;

use serde::{Serialize, Serializer};

pub(crate) use access::AccessRow;
pub(crate) use account::{
    CredentialOrigins, IdentityPermissions, IdentityRow, IdentityUser, OrgRow, ProfileRow,
};
pub(crate) use change::{HistoryRow, StepRow};
pub(super) use change::{action_color, sign_color};
pub(super) use connection::result_color;
pub(crate) use connection::{ConnectionResult, NOT_ATTEMPTED};
pub(crate) use finding::FindingRow;
pub(crate) use impact::ImpactRow;
pub(crate) use org_group::OrgGroupRow;
pub(crate) use verification::VerificationRow;

use crate::model::{OrgRef, UserRef};

/// Serializes an unknown org as one whose fields are null.
fn org_or_nulls<S: Serializer>(org: &Option<OrgRef>, serializer: S) -> Result<S::Ok, S::Error> {
    match org {
        Some(org) => org.serialize(serializer),
        None => UserRef::default().serialize(serializer),
    }
}
