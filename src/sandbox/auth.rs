//! Who calls. Keys are taken from the headers alone: in a URL they would end up in the logs of proxies.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use uuid::Uuid;

use super::answers::Refusal;
use super::generated::{self, GeneratedOrg};
use super::profiles::{SampleProfile, profiles};
use super::store::Sandbox;

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
    pub(super) fn of(headers: &HeaderMap, sandbox: &Sandbox) -> Result<Self, Refusal> {
        match bearer_token(headers) {
            Some(token) => Self::with(|profile| profile.token == token),
            None => Self::by_keys(headers, sandbox),
        }
    }

    /// As [`Caller::of`], but a bearer token does not count.
    ///
    /// # Errors
    /// A key is missing, or wrong, or they belong to different orgs.
    pub(super) fn by_keys(headers: &HeaderMap, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let api_key = header(headers, "dd-api-key").ok_or(Refusal::Unauthorized)?;
        let app_key = header(headers, "dd-application-key").ok_or(Refusal::Unauthorized)?;
        if let Some(number) = generated_org(api_key, sandbox) {
            return Self::of_generated(number, app_key);
        }
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

    fn of_generated(number: u32, app_key: &str) -> Result<Self, Refusal> {
        if generated::number_of_app_key(app_key) != Some(number) {
            return Err(Refusal::Forbidden);
        }
        Ok(Self {
            org: GeneratedOrg::new(number).id,
            user: GeneratedOrg::user_id(number),
            may_write: true,
        })
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
pub(super) fn require_api_key(headers: &HeaderMap, sandbox: &Sandbox) -> Result<(), Refusal> {
    let key = header(headers, "dd-api-key").ok_or(Refusal::Forbidden)?;
    let is_good = org_of_api_key(key).is_some() || generated_org(key, sandbox).is_some();
    is_good.then_some(()).ok_or(Refusal::Forbidden)
}

/// The number of the generated org that an API key opens, where there is such an org.
fn generated_org(api_key: &str, sandbox: &Sandbox) -> Option<u32> {
    generated::number_of_api_key(api_key).filter(|number| *number < sandbox.generated_orgs())
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
