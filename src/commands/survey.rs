//! All that the chosen profiles see of the account: its orgs and its connections, each once.

use std::collections::HashMap;

use anyhow::Result;

use super::lookup::Lookup;
use super::report::{self, PartFailure};
use crate::context::{Account, Session};
use crate::topology::{Connection, Directory, Id, Merge, Org, Reference};

/// What was seen, through whom, and which profiles saw nothing because they failed.
pub(crate) struct Survey<'a> {
    /// The connections, each once, with the profiles that saw them.
    pub(crate) connections: Vec<Connection>,
    /// All orgs that a profile manages, belongs to, or has a connection with. `current` is set where there is only
    /// one profile.
    pub(crate) directory: Directory,
    /// The accounts that answered, each with the org it belongs to.
    pub(crate) members: Vec<Member<'a>>,
    /// The profiles that could not be asked.
    pub(crate) failures: Vec<PartFailure>,
    /// Where the first member of each org stands among them: every step of a plan asks for its own, several times.
    places: HashMap<Id, usize>,
}

/// An account that answered.
pub(crate) struct Member<'a> {
    /// What its org's connections are changed with.
    pub(crate) account: &'a Account,
    /// The org that its credentials belong to.
    pub(crate) org: Reference,
}

/// What one account sees.
struct View<'a> {
    member: Member<'a>,
    orgs: Vec<Org>,
    connections: Vec<Connection>,
}

/// Asks all accounts of the session side by side, each for its orgs and its connections at the same time.
pub(crate) async fn survey(session: &Session) -> Survey<'_> {
    let (views, failures) = report::part(session.each(view).await);
    let mut merge = Merge::default();
    let mut survey = Survey {
        connections: Vec::new(),
        directory: Directory::default(),
        members: Vec::new(),
        failures,
        places: HashMap::new(),
    };
    for (profile, view) in views {
        merge.add(view.connections, profile.as_ref());
        view.orgs
            .into_iter()
            .for_each(|org| survey.directory.add(org));
        survey.add(view.member);
    }
    survey.connections = merge.into_connections();
    for connection in &survey.connections {
        survey.directory.learn(connection);
    }
    if let [only] = survey.members.as_slice() {
        survey.directory.current.clone_from(&only.org.id);
    }
    survey
}

async fn view(account: &Account) -> Result<View<'_>> {
    let (mut lookup, listing) = (Lookup::new(account), Lookup::new(account));
    let (org, connections) =
        futures_util::try_join!(lookup.current(), listing.connections(Default::default()))?;
    Ok(View {
        member: Member { account, org },
        orgs: lookup.into_orgs(),
        connections,
    })
}

impl<'a> Survey<'a> {
    /// The account whose credentials belong to this org, and that org: connections are made and changed in their
    /// source org.
    pub(crate) fn member_of(&self, org: &Id) -> Option<&Member<'a>> {
        self.members.get(*self.places.get(org)?)
    }

    fn add(&mut self, member: Member<'a>) {
        if let Some(org) = &member.org.id {
            let place = self.members.len();
            self.places.entry(org.clone()).or_insert(place);
        }
        self.members.push(member);
    }

    /// The account whose credentials belong to this org.
    pub(crate) fn account_of(&self, org: &Id) -> Option<&'a Account> {
        self.member_of(org).map(|member| member.account)
    }

    /// What is known of an org; nothing of one without an id.
    pub(crate) fn org(&self, mentioned: &Reference) -> Option<Org> {
        let id = mentioned.id.as_ref()?;
        let known = self.directory.get(id).cloned();
        Some(known.unwrap_or_else(|| Org {
            id: id.clone(),
            name: mentioned.name.clone(),
            public_id: None,
            disabled: None,
        }))
    }

    /// Whether the connections between two orgs are known: an org is shown its own alone.
    pub(crate) fn sees(&self, source: &Id, destination: &Id) -> bool {
        self.account_of(source)
            .or_else(|| self.account_of(destination))
            .is_some()
    }
}
