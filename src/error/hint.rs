use anyhow::Error;

use super::Failure;
use crate::api::{self, ErrorKind, SITES};
use crate::history::UndoError;
use crate::topology::{ResolveOrgError, SelectConnectionError};

/// What the reader can do about an error, if there is something.
pub(super) fn of(error: &Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.hint.clone();
        }
        if let Some(error) = cause.downcast_ref::<api::Error>() {
            return for_api(error);
        }
        if let Some(error) = cause.downcast_ref::<ResolveOrgError>() {
            return Some(for_org(error));
        }
        if let Some(error) = cause.downcast_ref::<UndoError>() {
            return for_undo(error);
        }
        cause
            .downcast_ref::<SelectConnectionError>()
            .and_then(for_connection)
    })
}

fn for_api(error: &api::Error) -> Option<String> {
    if error.outcome_unknown() {
        return Some("see what holds now before you try again: orgconn list".to_owned());
    }
    let hint = match error.kind() {
        ErrorKind::Unauthenticated | ErrorKind::Forbidden => return Some(for_credentials(error)),
        ErrorKind::Network => "check the network, --site or --api-url, and HTTPS_PROXY",
        ErrorKind::Timeout => "try again, or allow more time with --timeout",
        ErrorKind::RateLimited => "try again later, or allow more time with --timeout",
        ErrorKind::Server => "the fault is on the service's side: try again later",
        ErrorKind::Listing => {
            "try again: connections were probably made or deleted while they were listed"
        }
        ErrorKind::Redirected => {
            "redirects are not followed, since the keys would go with them: check --site and --api-url"
        }
        ErrorKind::Decode => "check that --site or --api-url leads to Datadog's API",
        ErrorKind::Tls => {
            "check --site or --api-url; if a proxy inspects the traffic, name a file with its certificates in \
             SSL_CERT_FILE"
        }
        ErrorKind::Proxy => "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Names the places where the credentials and the site are to be mended: several sets of keys lie about in many
/// environments, and those that were used may not be those that were meant.
fn for_credentials(error: &api::Error) -> String {
    let origin = match error.credentials_origin() {
        Some(origin) => format!("the credentials come from {origin}: they"),
        None => "the credentials".to_owned(),
    };
    let site = match error.host().and_then(site) {
        Some(site) => format!("not of the site {site} (another: --site, or `site` of a profile)"),
        None => "not of the site that --api-url leads to".to_owned(),
    };
    let permissions = "or may not do this (org_connections_read to list, org_connections_write to create, update and delete)";
    match error.kind() {
        ErrorKind::Unauthenticated => format!("{origin} are wrong or revoked, or {site}"),
        _ => format!("{origin} are wrong, {site}, {permissions}"),
    }
}

/// The site whose API a host is.
fn site(host: &str) -> Option<&str> {
    host.strip_prefix("api.")
        .filter(|site| SITES.contains(site))
}

fn for_org(error: &ResolveOrgError) -> String {
    match error {
        ResolveOrgError::Ambiguous { .. } => "name the one you mean by its UUID".to_owned(),
        ResolveOrgError::Unknown { .. } => {
            "`orgconn orgs` lists the orgs that these credentials see; any other has to be given as a UUID".to_owned()
        }
    }
}

fn for_undo(error: &UndoError) -> Option<String> {
    let hint = match error {
        UndoError::NeverDone { .. } => "`orgconn history` shows what became of each change",
        UndoError::OtherHost { .. } => "choose its profile with --profile, or its site with --site",
        UndoError::Unclear { .. } | UndoError::AlreadyUndone { .. } => return None,
        UndoError::Gone { .. } | UndoError::Replaced { .. } | UndoError::Moved { .. } => {
            "somebody changed it again: `orgconn list` shows what holds now"
        }
    };
    Some(hint.to_owned())
}

fn for_connection(error: &SelectConnectionError) -> Option<String> {
    match error {
        SelectConnectionError::TooShort(_) => None,
        SelectConnectionError::Unknown(_) => {
            Some("`orgconn list` shows the connections that these credentials see".to_owned())
        }
        SelectConnectionError::Ambiguous { .. } => {
            Some("name the one you mean by its id".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_only_where_the_host_is_its_api() {
        assert_eq!(site("api.us3.datadoghq.com"), Some("us3.datadoghq.com"));
        assert_eq!(site("datadoghq.eu"), None);
        assert_eq!(site("api.example.com"), None);
        assert_eq!(site("127.0.0.1:8080"), None);
    }
}
