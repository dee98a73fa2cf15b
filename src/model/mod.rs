//! The concepts of the domain: orgs, connections, changes, and the texts by which a person names them.
//!
//! Pure data without I/O; it imports no other module. [`Connection`] serializes to the same JSON in the output and in
//! the journal.

mod audit;
mod change;
mod connection;
mod connection_type;
mod content;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzz;
mod name;
mod nearest;
mod org;
mod org_group;
mod principal_selector;
mod restriction_policy;
mod selector;
mod short_id;
mod user;
mod verification;

pub(crate) use audit::{AuditFacts, AuditedAccount, Finding, Lookup, Severity, audit};
pub use change::{Change, ChangeKind};
pub(crate) use connection::connections_by_pair;
pub use connection::{Connection, ConnectionSet, Expectation, MAX_DESTINATIONS, OrgRef, UserRef};
pub use connection_type::{ConnectionType, TypeSet};
pub use content::{Content, ContentKind, widgets_by_org};
pub(crate) use name::{fold_name, normalize_name};
pub(crate) use nearest::{did_you_mean, proposal};
pub use nearest::{nearest_names, nearest_word};
pub use org::{Org, OrgDirectory, UnreadableOrg};
pub use org_group::{OrgGroup, SelectGroupError, select_group};
pub use principal_selector::{
    NamedPrincipal, ParsePrincipalError, PrincipalSelector, SelectPrincipalError, select_principal,
};
pub use restriction_policy::{PolicyDifference, Principal, PrincipalKind, RestrictionPolicy};
pub use selector::{
    ConnectionSelector, OrgSelector, ParseSelectorError, ResolveOrgError, SelectConnectionError,
    only_match,
};
pub(crate) use short_id::{
    KnownOrgs, OrgLabels, distinct_prefix_length, short_ids_of_shared_names,
};
pub use user::User;
pub use verification::{DataAmount, DataQuery, DestinationData, Verification, VerificationResult};
