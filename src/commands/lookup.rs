//! Looking up orgs and connections by what a person wrote. Every answer is the service's own, asked in this run.

use std::time::Duration;

use anyhow::Result;

use super::accounts;
use crate::api::ConnectionFilter;
use crate::context::{Account, Session};
use crate::topology::{Connection, Directory, Id, Org, OrgSelector, Reference, ResolveOrgError};

/// What one org's credentials can see, asked for as late as possible and at most once.
pub(crate) struct Lookup<'a> {
    account: &'a Account,
    /// Others that may know an org by its name.
    session: Option<&'a Session>,
    directory: Option<Directory>,
    connections: Option<Vec<Connection>>,
}

impl<'a> Lookup<'a> {
    /// Asks nothing yet.
    pub(crate) fn new(account: &'a Account) -> Self {
        Self {
            account,
            session: None,
            directory: None,
            connections: None,
        }
    }

    /// As [`Lookup::new`], where the names of orgs may be known to any account of the session.
    pub(crate) fn among(session: &'a Session, account: &'a Account) -> Self {
        let several = session.accounts().len() > 1;
        Self {
            session: several.then_some(session),
            ..Self::new(account)
        }
    }

    /// The org that is meant. A UUID costs no request, nor does a profile that names its org.
    ///
    /// # Errors
    /// No org is meant, or more than one; or the service could not be asked.
    pub(crate) async fn org(&mut self, selector: &OrgSelector) -> Result<Org> {
        match (selector, self.session) {
            (OrgSelector::Profile(name), _) => self.account.org_of_profile(name).await,
            (_, Some(session)) if selector.id().is_none() => accounts::org(session, selector).await,
            _ => self.seen(selector).await,
        }
    }

    /// The org that is meant, as this account alone sees it. Names are looked up among the managed orgs; where those
    /// may not be read, or do not hold it, among the orgs that connections mention.
    ///
    /// # Errors
    /// As [`Lookup::org`]; no account sees a profile.
    pub(crate) async fn seen(&mut self, selector: &OrgSelector) -> Result<Org> {
        if selector.id().is_some() {
            let known = self.directory.as_ref();
            return Ok(selector.resolve(known.unwrap_or(&Directory::default()))?);
        }
        match selector.resolve(self.directory().await?) {
            Err(ResolveOrgError::Unknown { .. }) => {}
            found => return Ok(found?),
        }
        self.learn_from_connections().await?;
        Ok(selector.resolve(self.directory().await?)?)
    }

    /// The org that the credentials belong to.
    ///
    /// # Errors
    /// The service could not be asked, or does not say.
    pub(crate) async fn current(&mut self) -> Result<Reference> {
        if let Some(current) = self.directory().await?.current_reference() {
            return Ok(current);
        }
        let org = self.account.org().await?;
        let directory = self.directory.get_or_insert_default();
        directory.current.clone_from(&org.id);
        Ok(directory.current_reference().unwrap_or(org))
    }

    /// The org that the credentials belong to, as far as it is known without another request.
    pub(crate) fn current_if_known(&self) -> Option<Reference> {
        let directory = self.directory.as_ref();
        directory
            .and_then(Directory::current_reference)
            .or_else(|| self.account.known_org())
    }

    /// What is known of the org with this id, without another request.
    pub(crate) fn known(&self, id: &Id) -> Option<&Org> {
        self.directory.as_ref()?.get(id)
    }

    /// The orgs that were learnt so far.
    pub(crate) fn into_orgs(self) -> Vec<Org> {
        self.directory.unwrap_or_default().orgs
    }

    /// All connections that the filter lets through.
    pub(crate) async fn connections(&self, filter: ConnectionFilter) -> Result<Vec<Connection>> {
        let is_whole = filter == ConnectionFilter::default();
        let mut pages = self.account.client().await?.connections(filter);
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            all.append(&mut page?);
        }
        if let Some(mut collected) = self.account.collect().filter(|_| is_whole) {
            collected.add(&all);
            self.account.saw_connections(collected);
        }
        Ok(all)
    }

    /// All connections of the credentials' org.
    pub(crate) async fn all_connections(&mut self) -> Result<&[Connection]> {
        if self.connections.is_none() {
            self.connections = Some(self.connections(ConnectionFilter::default()).await?);
        }
        Ok(self.connections.as_deref().unwrap_or_default())
    }

    /// The managed orgs; none where the permission to read them is missing.
    async fn directory(&mut self) -> Result<&Directory> {
        if self.directory.is_none() {
            self.directory = Some(self.account.managed_orgs().await?.clone());
        }
        Ok(self.directory.get_or_insert_default())
    }

    /// The orgs that connections mention, and which one is current where that is known.
    pub(crate) async fn mentioned(&mut self) -> Result<Directory> {
        self.learn_from_connections().await?;
        let mut directory = self.directory.clone().unwrap_or_default();
        if directory.current.is_none() {
            directory.current = self.account.org().await.ok().and_then(|org| org.id);
        }
        Ok(directory)
    }

    /// Waits, unless the command is interrupted.
    pub(crate) async fn pause(&self, length: Duration) -> Result<()> {
        Ok(self.account.client().await?.pause(length).await?)
    }

    async fn learn_from_connections(&mut self) -> Result<()> {
        self.all_connections().await?;
        let directory = self.directory.get_or_insert_default();
        for connection in self.connections.iter().flatten() {
            directory.learn(connection);
        }
        Ok(())
    }
}
