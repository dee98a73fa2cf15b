use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use uuid::Uuid;

use super::error::ApiError;
use super::sample_data::{SampleProfile, profiles};

/// The org and the user behind a request's credentials.
///
/// Credentials are read from headers alone: in a URL they would end up in the logs of proxies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) org: Uuid,
    pub(super) user: Uuid,
    may_write: bool,
}

impl Caller {
    /// Reads a bearer token, or an API key and an application key of the same org.
    ///
    /// # Errors
    /// Fails if a credential is missing or wrong.
    pub(super) fn from_headers(headers: &HeaderMap) -> Result<Self, ApiError> {
        match bearer_token(headers) {
            Some(token) => Self::find(|profile| profile.token() == token),
            None => Self::from_keys(headers),
        }
    }

    /// As [`Caller::from_headers`], without bearer tokens.
    ///
    /// # Errors
    /// Fails if a key is missing or wrong, or if the two belong to different orgs.
    pub(super) fn from_keys(headers: &HeaderMap) -> Result<Self, ApiError> {
        let api_key = header(headers, "dd-api-key").ok_or(ApiError::Unauthorized)?;
        let app_key = header(headers, "dd-application-key").ok_or(ApiError::Unauthorized)?;
        let org = org_of_api_key(api_key).ok_or(ApiError::Forbidden)?;
        Self::find(|profile| profile.app_key() == app_key && profile.org_id == org)
    }

    /// As [`Caller::from_headers`], for requests that require more than read-only keys.
    ///
    /// # Errors
    /// Fails as [`Caller::from_headers`] does, or if the keys are read-only.
    pub(super) fn with_write_permission(headers: &HeaderMap) -> Result<Self, ApiError> {
        let caller = Self::from_headers(headers)?;
        match caller.may_write {
            true => Ok(caller),
            false => Err(ApiError::Forbidden),
        }
    }

    fn find(is_owner: impl Fn(&SampleProfile) -> bool) -> Result<Self, ApiError> {
        let profile = profiles().iter().find(|profile| is_owner(profile));
        let profile = profile.ok_or(ApiError::Forbidden)?;
        Ok(Self {
            org: profile.org_id,
            user: profile.user_id,
            may_write: profile.may_write,
        })
    }
}

/// Checks the API key alone.
///
/// # Errors
/// Fails if the key is missing or wrong.
pub(super) fn check_api_key(headers: &HeaderMap) -> Result<(), ApiError> {
    let org = header(headers, "dd-api-key").and_then(org_of_api_key);
    org.map(|_| ()).ok_or(ApiError::Forbidden)
}

fn org_of_api_key(api_key: &str) -> Option<Uuid> {
    let mut profiles = profiles().iter();
    let profile = profiles.find(|profile| profile.api_key() == api_key)?;
    Some(profile.org_id)
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = header(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| token.trim_start())
}

/// The text of a header. One that is not text counts as wrong, not as missing.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or_default())
}
