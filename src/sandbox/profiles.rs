use uuid::Uuid;

use super::ids::{orgs, users};

/// The profile that stands for the org which manages the others.
pub const DEFAULT_PROFILE: &str = "hub";

/// Credentials for one of the sample orgs. They open nothing but the sandbox.
#[derive(Debug)]
pub struct SampleProfile {
    /// What the profile is called.
    pub name: &'static str,
    /// The org that the keys belong to.
    pub org_id: Uuid,
    /// The org's name; it may hold anything, control characters included.
    pub org_name: &'static str,
    /// For the header `DD-API-KEY`.
    pub api_key: &'static str,
    /// For the header `DD-APPLICATION-KEY`.
    pub app_key: &'static str,
    /// For `Authorization: Bearer`, in the place of both keys.
    pub token: &'static str,
    /// What the profile is good for, in a line.
    pub description: &'static str,
    /// The user whom the keys belong to.
    pub(super) user_id: Uuid,
    /// Whether the keys may do more than list connections.
    pub(super) may_write: bool,
}

/// The profiles of the sample account, the default one first.
pub fn profiles() -> &'static [SampleProfile] {
    &PROFILES
}

/// Right-to-left text, an emoji made of several, a colour sequence and a newline: all that a name may do to a
/// terminal.
const AWKWARD_NAME: &str = "\u{1b}[31mחנות\u{1b}[0m 👩\u{200d}💻\nKöln";

/// A profile whose keys follow from its name.
macro_rules! profile {
    ($name:literal, $org:expr, $org_name:expr, $user:expr, $may_write:literal, $description:literal) => {
        SampleProfile {
            name: $name,
            org_id: $org,
            org_name: $org_name,
            api_key: concat!("sandbox-api-key-", $name),
            app_key: concat!("sandbox-app-key-", $name),
            token: concat!("sandbox-token-", $name),
            description: $description,
            user_id: $user,
            may_write: $may_write,
        }
    };
}

#[rustfmt::skip]
static PROFILES: [SampleProfile; 11] = [
    profile!("hub", orgs::HUB, "Observability Hub", users::HUB, true,
        "the org that manages all others and sees most of their data"),
    profile!("retail-us", orgs::RETAIL_US, "Retail US", users::RETAIL_US, true,
        "a source whose connection belongs to a person"),
    profile!("retail-eu", orgs::RETAIL_EU, "Retail EU", users::RETAIL_EU, true,
        "a source whose connection belongs to a service account"),
    profile!("logistics", orgs::LOGISTICS, "Logistics", users::LOGISTICS, true,
        "a source, and the destination of another org's metrics"),
    profile!("platform", orgs::PLATFORM, "Platform", users::PLATFORM, true,
        "a source with two destinations"),
    profile!("payments-eu", orgs::PAYMENTS_EU, "Payments", users::PAYMENTS_EU, true,
        "the first of two orgs with the same name"),
    profile!("payments-us", orgs::PAYMENTS_US, "Payments", users::PAYMENTS_US, true,
        "the second of two orgs with the same name"),
    profile!("legacy-shop", orgs::LEGACY_SHOP, "Legacy Shop", users::LEGACY_SHOP, true,
        "a disabled org: nothing can be connected to it"),
    profile!("awkward-name", orgs::AWKWARD, AWKWARD_NAME, users::AWKWARD, true,
        "an org whose name no terminal should get as it is"),
    profile!("security-archive", orgs::ARCHIVE, "Security Archive", users::ARCHIVE, true,
        "a second destination, not connected yet"),
    profile!("auditor", orgs::HUB, "Observability Hub", users::AUDITOR, false,
        "keys of the hub that may list connections and nothing else"),
];
