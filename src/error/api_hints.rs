//! The exit code and the hint of an error of the API.

use super::{CommandError, Exit};
use crate::api::{self, ErrorKind};
use crate::config::SITES;

impl From<api::Error> for CommandError {
    fn from(error: api::Error) -> Self {
        let exit = match error.kind() {
            // An earlier attempt may be the reason: the next run shows it.
            ErrorKind::Conflict | ErrorKind::NotFound
                if error.is_outcome_unknown() && error.existing_connection().is_none() =>
            {
                Exit::Temporary
            }
            ErrorKind::Network
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server
            | ErrorKind::Proxy
            | ErrorKind::IncompleteListing => Exit::Temporary,
            ErrorKind::Unauthenticated | ErrorKind::Forbidden => Exit::Permission,
            ErrorKind::NotFound => Exit::NotFound,
            ErrorKind::Conflict => Exit::Conflict,
            ErrorKind::InvalidKey => Exit::Usage,
            ErrorKind::Interrupted => Exit::Interrupted,
            ErrorKind::Rejected
            | ErrorKind::UnknownPath
            | ErrorKind::Inconclusive
            | ErrorKind::Redirected
            | ErrorKind::Decode
            | ErrorKind::Tls
            | ErrorKind::Setup => Exit::Failure,
        };
        Self::from_source(exit, api_hint(&error), error)
    }
}

fn api_hint(error: &api::Error) -> Option<String> {
    if error.is_outcome_unknown() {
        return Some("check the present state before you try again: orgconn list".to_owned());
    }
    let server = error.server_origin().unwrap_or("--site");
    let hint = match error.kind() {
        ErrorKind::Unauthenticated | ErrorKind::Forbidden => return Some(credentials_hint(error)),
        ErrorKind::Network => return Some(format!("check the network, {server}, and HTTPS_PROXY")),
        ErrorKind::Timeout => "try again, or allow more time with --timeout",
        ErrorKind::RateLimited => "try again later, or allow more time with --timeout",
        ErrorKind::Server => "the service failed: try again later",
        ErrorKind::IncompleteListing => "try again: the list probably changed while it was read",
        ErrorKind::Redirected => return Some(format!("check {server}")),
        ErrorKind::UnknownPath => {
            return Some(format!(
                "check {server}; the URL of the API must not have a path, such as /api/v2"
            ));
        }
        ErrorKind::Inconclusive => {
            "the answer does not show what was asked for: try again later, or see with orgconn list what became of a change"
        }
        ErrorKind::Decode => return Some(format!("check that {server} leads to Datadog's API")),
        ErrorKind::Tls => {
            return Some(format!(
                "check {server}; if a proxy inspects the traffic, name a file with its certificates in SSL_CERT_FILE"
            ));
        }
        ErrorKind::Setup => {
            "install the system's certificates (the package ca-certificates), or name a file with them in SSL_CERT_FILE"
        }
        ErrorKind::Proxy => "check HTTPS_PROXY, ALL_PROXY and NO_PROXY",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Says why a server refuses credentials. `credentials` is the beginning of the sentence.
pub(crate) fn refused_credentials_hint(credentials: &str, server: &str) -> String {
    format!("{credentials} wrong or revoked, or not of {server}")
}

/// Names the source of the credentials and of the site. Many environments hold several sets of keys, so the wrong ones
/// may have been used.
fn credentials_hint(error: &api::Error) -> String {
    let origin = match error.credentials_origin() {
        Some(origin) => format!("the credentials come from {origin}: they"),
        None => "the credentials".to_owned(),
    };
    let host = error.host().unwrap_or_default();
    let site = match (site_of_host(host), error.server_origin()) {
        (Some(site), _) => {
            format!("the site {site} (another: --site, or `site` of a profile)")
        }
        (None, Some(server)) => format!("the site that {server} leads to"),
        (None, None) => host.to_owned(),
    };
    match error.kind() {
        ErrorKind::Unauthenticated => refused_credentials_hint(&format!("{origin} are"), &site),
        _ => format!(
            "{origin} may not do this (org_connections_read to list, org_connections_write to create, update and \
             delete), are wrong, or are not of {site}; `orgconn auth status` shows what they may do"
        ),
    }
}

/// The site with this API host, if it is a known one.
fn site_of_host(host: &str) -> Option<&str> {
    host.strip_prefix("api.")
        .filter(|site| SITES.contains(site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_only_where_the_host_is_its_api() {
        assert_eq!(
            site_of_host("api.us3.datadoghq.com"),
            Some("us3.datadoghq.com")
        );
        assert_eq!(site_of_host("datadoghq.eu"), None);
        assert_eq!(site_of_host("api.example.com"), None);
        assert_eq!(site_of_host("127.0.0.1:8080"), None);
    }
}
