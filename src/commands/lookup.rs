//! Looking up orgs and connections by what a person wrote. Every answer is the service's own, asked in this run.

use std::time::Duration;

use anyhow::Result;

use crate::api::{Client, ConnectionFilter, ErrorKind};
use crate::error::{Exit, Failure};
use crate::topology::{Connection, Directory, Id, Org, OrgSelector, Reference, ResolveOrgError};

/// What one org's credentials can see, asked for as late as possible and at most once.
pub(crate) struct Lookup<'a> {
    client: &'a Client,
    directory: Option<Directory>,
    connections: Option<Vec<Connection>>,
}

impl<'a> Lookup<'a> {
    /// Asks nothing yet.
    pub(crate) fn new(client: &'a Client) -> Self {
        Self {
            client,
            directory: None,
            connections: None,
        }
    }

    /// The org that is meant. A UUID costs no request. Names are looked up among the managed orgs; where those may
    /// not be read, or do not hold it, among the orgs that connections mention.
    ///
    /// # Errors
    /// No org is meant, or more than one; or the service could not be asked.
    pub(crate) async fn org(&mut self, selector: &OrgSelector) -> Result<Org> {
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
        let org = self.client.current_user().await?.org;
        let directory = self.directory.get_or_insert_default();
        directory.current = org;
        directory.current_reference().ok_or_else(|| {
            Failure::new(
                Exit::Permission,
                "the service does not say which org these credentials belong to",
            )
            .into()
        })
    }

    /// The org that the credentials belong to, as far as it is known without another request.
    pub(crate) fn current_if_known(&self) -> Option<Reference> {
        self.directory.as_ref()?.current_reference()
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
        let mut pages = self.client.connections(filter);
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            all.append(&mut page?);
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
            self.directory = Some(match self.client.managed_orgs(None).await {
                Err(error) if error.kind() == ErrorKind::Forbidden => Directory::default(),
                answer => answer?,
            });
        }
        Ok(self.directory.get_or_insert_default())
    }

    /// The orgs that connections mention, and which one is current where that is known.
    pub(crate) async fn mentioned(&mut self) -> Result<Directory> {
        self.learn_from_connections().await?;
        let mut directory = self.directory.clone().unwrap_or_default();
        if directory.current.is_none() {
            directory.current = self
                .client
                .current_user()
                .await
                .ok()
                .and_then(|user| user.org);
        }
        Ok(directory)
    }

    /// Waits, unless the command is interrupted.
    pub(crate) async fn pause(&self, length: Duration) -> Result<()> {
        Ok(self.client.pause(length).await?)
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
