//! From what the settings say to servers that keys may be sent to.

use super::access::{Access, Secrets};
use crate::api::{Endpoint, EndpointError};
use crate::config::{ConfigFile, Server, Target};
use crate::topology::Id;

/// Where a target's API is, and with which right it is used.
///
/// # Errors
/// Its server is none that keys may be sent to.
pub(super) fn access(target: Target, file: &ConfigFile) -> Result<Access, EndpointError> {
    Ok(Access {
        endpoint: endpoint(&target.server, &target.trusted_hosts)?,
        server: target.server.label(),
        is_default: target.profile.is_some() && target.profile == file.default_profile,
        profile: target.profile,
        pinned_org: target.pinned_org.map(Id::from),
        credentials: Secrets::Named(target.credentials),
    })
}

/// The server as one that keys may be sent to.
///
/// # Errors
/// It is none.
pub(crate) fn endpoint(
    server: &Server,
    trusted_hosts: &[String],
) -> Result<Endpoint, EndpointError> {
    match server {
        Server::Site(site) => Endpoint::for_site(site),
        Server::Url(_) => Endpoint::new(&server.base_url(), trusted_hosts),
    }
}
