//! Who calls. Keys are taken from the headers alone: in a URL they would end up in the logs of proxies.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use uuid::Uuid;

use super::answers::Refusal;
use super::profiles::{SampleProfile, profiles};

/// The org and the user behind the credentials of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) org: Uuid,
    pub(super) user: Uuid,
    may_write: bool,
}

impl Caller {
    /// Whoever sent these headers: a bearer token, or an API key and an application key of the same org.
    ///
    /// # Errors
    /// Something is missing, or wrong.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        match bearer_token(headers) {
            Some(token) => Self::with(|profile| profile.token == token),
            None => Self::by_keys(headers),
        }
    }

    /// As [`Caller::of`], but a bearer token does not count.
    ///
    /// # Errors
    /// A key is missing, or wrong, or they belong to different orgs.
    pub(super) fn by_keys(headers: &HeaderMap) -> Result<Self, Refusal> {
        let api_key = header(headers, "dd-api-key").ok_or(Refusal::Unauthorized)?;
        let app_key = header(headers, "dd-application-key").ok_or(Refusal::Unauthorized)?;
        let org = org_of_api_key(api_key).ok_or(Refusal::Forbidden)?;
        Self::with(|profile| profile.app_key == app_key && profile.org_id == org)
    }

    /// # Errors
    /// The caller has read-only keys.
    pub(super) fn must_write(self) -> Result<(), Refusal> {
        if self.may_write {
            Ok(())
        } else {
            Err(Refusal::Forbidden)
        }
    }

    fn with(owns: impl Fn(&SampleProfile) -> bool) -> Result<Self, Refusal> {
        let profile = profiles().iter().find(|profile| owns(profile));
        let profile = profile.ok_or(Refusal::Forbidden)?;
        Ok(Self {
            org: profile.org_id,
            user: profile.user_id,
            may_write: profile.may_write,
        })
    }
}

/// Checks the API key alone, as `GET /api/v1/validate` does.
///
/// # Errors
/// It is missing or wrong.
pub(super) fn require_api_key(headers: &HeaderMap) -> Result<(), Refusal> {
    let key = header(headers, "dd-api-key").ok_or(Refusal::Forbidden)?;
    org_of_api_key(key).map(drop).ok_or(Refusal::Forbidden)
}

fn org_of_api_key(api_key: &str) -> Option<Uuid> {
    let mut profiles = profiles().iter();
    let profile = profiles.find(|profile| profile.api_key == api_key)?;
    Some(profile.org_id)
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = header(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim_start())
}

/// A header's text; one that is no text counts as wrong, not as missing.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or_default())
}
