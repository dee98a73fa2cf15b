use serde_json::{Map, Value};

use super::http::Request;
use super::{Client, Error, ErrorKind, wire};
use crate::topology::{Directory, Id};

/// The user behind the credentials. What the API left out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentUser {
    /// The user's id.
    pub id: Option<Id>,
    /// The name, to the letter.
    pub name: Option<Box<str>>,
    /// The mail address.
    pub email: Option<Box<str>>,
    /// The handle, as a rule the mail address.
    pub handle: Option<Box<str>>,
    /// Whether it is a service account and no person.
    pub service_account: Option<bool>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
    /// `Active`, `Pending` or `Disabled`.
    pub status: Option<Box<str>>,
    /// The org that the credentials belong to.
    pub org: Option<Id>,
}

impl Client {
    /// The current org and the orgs that it manages, all or those whose name the API finds to match `name`.
    ///
    /// # Errors
    /// Read-only keys are [`ErrorKind::Forbidden`] here.
    pub async fn managed_orgs(&self, name: Option<&str>) -> Result<Directory, Error> {
        let mut request = Request::get("/api/v2/org");
        if let Some(name) = name {
            request = request.with_query("filter[name]", name);
        }
        self.read(&request, wire::managed_orgs).await
    }

    /// The user behind the application key or the token, and the org that the credentials belong to.
    ///
    /// # Errors
    /// The credentials are refused, or no answer came.
    pub async fn current_user(&self) -> Result<CurrentUser, Error> {
        let request = Request::get("/api/v2/current_user");
        self.read(&request, wire::current_user).await
    }

    /// Whether the API key is good; an application key is not looked at.
    ///
    /// # Errors
    /// A bad key is [`ErrorKind::Forbidden`] or [`ErrorKind::Unauthenticated`], as the API answers.
    pub async fn validate_api_key(&self) -> Result<(), Error> {
        self.validate("/api/v1/validate", "valid", true).await
    }

    /// Whether the API key and the application key are both good.
    ///
    /// # Errors
    /// A bad key is [`ErrorKind::Forbidden`] or [`ErrorKind::Unauthenticated`], as the API answers.
    pub async fn validate_keys(&self) -> Result<(), Error> {
        self.validate("/api/v2/validate_keys", "status", "ok").await
    }

    /// Good keys are answered with 200 and a field that says so; one that says otherwise is believed too.
    async fn validate(
        &self,
        path: &'static str,
        field: &str,
        good: impl Into<Value>,
    ) -> Result<(), Error> {
        let request = Request::get(path);
        let answer: Map<String, Value> = self
            .read(&request, |body| serde_json::from_slice(body).ok())
            .await?;
        let good = good.into();
        if answer.get(field).is_none_or(|said| *said == good) {
            return Ok(());
        }
        let detail = "the keys are not valid";
        Err(self
            .http
            .error(&request, ErrorKind::Unauthenticated, detail))
    }

    async fn read<T>(
        &self,
        request: &Request,
        understand: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, Error> {
        let sent = self.http.send(request, self.http.deadline()).await;
        let answer = sent.map_err(|failure| failure.error)?;
        understand(&answer.body).ok_or_else(|| self.http.misread(request))
    }
}

#[cfg(test)]
mod tests;
