use std::sync::Arc;

use anyhow::Result;

use super::Account;
use super::access::{Access, Manner};
use crate::api::EndpointError;
use crate::error::Failure;
use crate::topology::{Id, Org};

/// All profiles there are, chosen or not: what `profile:NAME` may stand for.
#[derive(Default)]
pub(super) struct Profiles(Vec<Listed>);

struct Listed {
    name: Arc<str>,
    pinned_org: Option<Id>,
    /// A profile whose server is refused is of no use, and no hindrance to the others.
    access: Result<Access, EndpointError>,
}

impl Profiles {
    /// Adds one; those without a name are none.
    pub(super) fn add(
        &mut self,
        name: Option<Arc<str>>,
        pinned_org: Option<Id>,
        access: Result<Access, EndpointError>,
    ) {
        self.0.extend(name.map(|name| Listed {
            name,
            pinned_org,
            access,
        }));
    }

    /// The org of a profile: the one that the profile names, else the one that its credentials belong to.
    ///
    /// # Errors
    /// There is no such profile, or its org is not known and cannot be asked for.
    pub(super) async fn org(&self, name: &str, manner: &Manner) -> Result<Org> {
        let listed = self.find(name)?;
        if let Some(id) = &listed.pinned_org {
            return Ok(Org::unnamed(id.clone()));
        }
        let account = Account::new(listed.access.clone()?, manner.clone());
        let org = account.org().await?;
        Ok(Org {
            id: org.id.ok_or_else(super::account::nameless_org)?,
            name: org.name,
            public_id: None,
            disabled: None,
        })
    }

    fn find(&self, name: &str) -> Result<&Listed> {
        let found = self.0.iter().find(|listed| &*listed.name == name);
        Ok(found.ok_or_else(|| self.unknown(name))?)
    }

    fn unknown(&self, name: &str) -> Failure {
        let names: Vec<&str> = self.0.iter().map(|listed| &*listed.name).collect();
        Failure::usage(match names.as_slice() {
            [] => format!("no profile `{name}`; there are none"),
            names => format!("no profile `{name}`; there are: {}", names.join(", ")),
        })
    }
}
