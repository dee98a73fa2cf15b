//! Finds the orgs, connections and accounts that a user names, for every command: which org a name means, which
//! connection an id means, and which profile does the work. No other place answers these questions.
//!
//! 1. Flags and variables choose profiles, else keys in the environment are used alone.
//! 2. Else a command that says what it is about uses the profiles that this takes ([`candidates`]): for a change the
//!    source's, for a delete else the destination's. No other profile can make it fail. A command that says nothing
//!    uses the default profile.
//! 3. Of two profiles for one org the default one acts, else neither.
//! 4. Credentials that belong to another org than their profile names fail with their first answer ([`pinned`]).
//! 5. A name that means two orgs among the profiles in question is ambiguous, also across accounts.
//!
//! [`candidates`]: super::App::candidate_accounts_if
//! [`pinned`]: super::Account::with_pinned_org

mod accounts;
mod connections;
mod groups;
mod orgs;
mod targets;

pub(crate) use self::accounts::{EndAccounts, exit_without_keys};
pub(super) use self::accounts::{accounts_of_first, only_account};
pub(crate) use self::connections::{
    ConnectionEnds, EndOrgs, MatchingConnections, is_unknown_connection,
};
pub(crate) use self::groups::{GroupOrgs, explain_lack_of_groups, has_no_groups};
pub(crate) use self::orgs::OrgLookup;
