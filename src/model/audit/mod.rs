//! The rules of an audit: what is wrong with connections, orgs and keys, by facts that were read before.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::{Connection, MAX_DESTINATIONS, OrgDirectory, OrgRef, RestrictionPolicy, TypeSet, User};

/// Everything that an audit looks at.
pub(crate) struct AuditFacts<'a> {
    /// The connections to audit.
    pub(crate) audited: Vec<&'a Connection>,
    /// All connections that the accounts see, the audited ones included.
    pub(crate) connections: &'a [Connection],
    /// The orgs that the accounts see.
    pub(crate) orgs: &'a OrgDirectory,
    /// The accounts that answered.
    pub(crate) accounts: Vec<AuditedAccount<'a>>,
    /// Whether there are more profiles than the chosen ones.
    pub(crate) leaves_out_profiles: bool,
    /// The creators of the audited connections. One that nobody could be asked about is missing.
    pub(crate) users: HashMap<Uuid, Lookup<User>>,
    /// The policies of the audited connections in their destination orgs, by the ids of the connections. One that nobody
    /// could be asked about is missing.
    pub(crate) policies: HashMap<Uuid, Lookup<RestrictionPolicy>>,
}

/// The credentials of one org.
pub(crate) struct AuditedAccount<'a> {
    /// The profile that they come from, if they come from one.
    pub(crate) profile: Option<&'a str>,
    /// The org that they belong to.
    pub(crate) org: Uuid,
    /// The user that they belong to; `None` if that could not be read.
    pub(crate) user: Option<&'a User>,
    /// The orgs that they manage, if these could be read.
    pub(crate) managed: Option<&'a OrgDirectory>,
}

/// The outcome of a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lookup<T> {
    /// It was read.
    Found(T),
    /// It does not exist.
    NotFound,
    /// The credentials may not read it.
    Forbidden,
    /// It could not be read for another reason.
    Failed,
}

/// How grave a finding is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What is found, in the order in which findings of the same severity are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FindingCode {
    CreatorDisabled,
    OrgDisabled,
    SourceGone,
    CreatorPerson,
    CreatorPending,
    CreatorNotFound,
    KeysOfPerson,
    ManyDestinations,
    UnknownType,
    BothWays,
    NoViewers,
    CreatorUnread,
    OrgUnread,
    PolicyUnread,
    KeysUnread,
    NoName,
}

impl FindingCode {
    /// The word for programs.
    pub(crate) fn as_str(self) -> &'static str {
        self.describe().1
    }

    /// How grave it is.
    pub(crate) fn severity(self) -> Severity {
        self.describe().0
    }

    fn describe(self) -> (Severity, &'static str) {
        use Severity::{Error, Note, Warning};
        match self {
            Self::CreatorDisabled => (Error, "creator_disabled"),
            Self::OrgDisabled => (Error, "org_disabled"),
            Self::SourceGone => (Error, "source_gone"),
            Self::CreatorPerson => (Warning, "creator_person"),
            Self::CreatorPending => (Warning, "creator_pending"),
            Self::CreatorNotFound => (Warning, "creator_not_found"),
            Self::KeysOfPerson => (Warning, "keys_of_person"),
            Self::ManyDestinations => (Warning, "many_destinations"),
            Self::UnknownType => (Warning, "unknown_type"),
            Self::BothWays => (Warning, "both_ways"),
            Self::NoViewers => (Warning, "no_viewers"),
            Self::CreatorUnread => (Warning, "creator_unread"),
            Self::OrgUnread => (Warning, "org_unread"),
            Self::PolicyUnread => (Warning, "policy_unread"),
            Self::KeysUnread => (Warning, "keys_unread"),
            Self::NoName => (Note, "no_name"),
        }
    }
}

/// One thing that an audit finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) code: FindingCode,
    /// The connection, if it is about one.
    pub(crate) connection: Option<Uuid>,
    /// The source org of the connection or connections that it is about.
    pub(crate) source: Option<OrgRef>,
    /// The destination org of the connection or connections that it is about.
    pub(crate) destination: Option<OrgRef>,
    /// The profile that it is about.
    pub(crate) profile: Option<String>,
    /// What is found, as a lowercase fragment.
    pub(crate) message: String,
    /// The words of the command line that mends it; none if no command does.
    pub(crate) command: Vec<String>,
}

/// What an audit finds, the worst first.
pub(crate) fn audit(facts: &AuditFacts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut present = Vec::new();
    for connection in &facts.audited {
        match facts.source_gone(connection) {
            Some(message) => {
                let finding = Finding::about(FindingCode::SourceGone, connection, message);
                findings.push(finding.mended_by("delete", &[&connection.id.to_string()]));
            }
            None => present.push(*connection),
        }
        facts.check_connection(connection, &mut findings);
    }
    findings.extend(
        present
            .iter()
            .filter_map(|connection| facts.creator_finding(connection)),
    );
    facts.check_opposites(&mut findings);
    facts.check_sources(&mut findings);
    facts.check_keys(&mut findings);
    facts.check_unread(&present, &mut findings);
    findings.sort_by_cached_key(|finding| {
        let label = |org: &Option<OrgRef>| org.as_ref().map(OrgRef::label);
        let ends = (label(&finding.source), label(&finding.destination));
        let (code, profile) = (finding.code, finding.profile.clone());
        (code.severity(), code, ends, finding.connection, profile)
    });
    findings
}

impl Finding {
    fn new(code: FindingCode, message: impl Into<String>) -> Self {
        Self {
            code,
            connection: None,
            source: None,
            destination: None,
            profile: None,
            message: message.into(),
            command: Vec::new(),
        }
    }

    fn about(code: FindingCode, connection: &Connection, message: impl Into<String>) -> Self {
        Self {
            connection: Some(connection.id),
            source: Some(connection.source.clone()),
            destination: Some(connection.destination.clone()),
            ..Self::new(code, message)
        }
    }

    /// Sets the command that mends it: its words, and the ids and names that it takes.
    fn mended_by(self, command: &str, values: &[&str]) -> Self {
        let words = ["orgconn"].into_iter().chain(command.split(' '));
        let words = words.chain(values.iter().copied());
        let command = words.map(str::to_owned).collect();
        Self { command, ..self }
    }

    /// Whether another owner of the connection mends it.
    pub(crate) fn needs_handover(&self) -> bool {
        self.command.get(1).is_some_and(|word| word == "handover")
    }
}

impl AuditFacts<'_> {
    /// Why the source of a connection no longer takes part in it, if it does not: its own credentials do not see the
    /// connection, or it is not among the orgs of the account. A list of orgs counts only if it has others than the
    /// credentials' own org, since a child org sees none.
    fn source_gone(&self, connection: &Connection) -> Option<&'static str> {
        let (source, destination) = connection.pair();
        let sees = |account: &&AuditedAccount<'_>| {
            let mut profiles = connection.profiles.iter();
            profiles.len() == 0 || profiles.any(|name| account.profile == Some(name))
        };
        let accounts = || self.accounts.iter();
        if accounts().any(|account| account.org == source) {
            let is_seen = accounts().filter(sees).any(|account| account.org == source);
            return (!is_seen).then_some("its source org does not see it");
        }
        let lists = accounts().filter_map(|account| account.managed);
        let mut complete_lists = lists.filter(|list| {
            let has_others = list.orgs.iter().any(|org| Some(org.id) != list.current);
            has_others && list.unreadable.is_empty() && list.get(destination).is_some()
        });
        let is_missing = complete_lists.next()?.get(source).is_none()
            && complete_lists.all(|list| list.get(source).is_none());
        is_missing.then_some("its source org is not among the orgs of the account")
    }

    fn is_org_disabled(&self, org: &OrgRef) -> Option<bool> {
        self.orgs.get(org.id)?.disabled
    }

    /// Finds what is wrong with one connection but for its creator.
    fn check_connection(&self, connection: &Connection, findings: &mut Vec<Finding>) {
        let id = connection.id.to_string();
        let about = |code, message: String| Finding::about(code, connection, message);
        for (end, org) in [
            ("source", &connection.source),
            ("destination", &connection.destination),
        ] {
            if self.is_org_disabled(org) == Some(true) {
                let message = format!("its {end} org is disabled");
                findings.push(about(FindingCode::OrgDisabled, message).mended_by("delete", &[&id]));
            }
            if is_blank(org.name.as_deref()) {
                let message = format!("no name of its {end} org is known");
                findings.push(about(FindingCode::NoName, message));
            }
        }
        if let Some(Lookup::Found(user)) = self.creator(connection)
            && is_blank(user.name.as_deref())
        {
            findings.push(about(
                FindingCode::NoName,
                "no name of its creator is known".to_owned(),
            ));
        }
        let unknown = connection.types.iter().filter(|it| !it.is_known());
        let unknown: TypeSet = unknown.cloned().collect();
        if !unknown.is_empty() {
            let message = format!("it shares {unknown}, which this version does not know");
            let finding = about(FindingCode::UnknownType, message);
            // A connection shares one type at least.
            findings.push(match unknown == connection.types {
                true => finding,
                false => {
                    let flags = [
                        "--remove-type",
                        &unknown.to_string(),
                        "--allow-unknown-type",
                    ];
                    finding.mended_by("update", &[&[&*id], &flags[..]].concat())
                }
            });
        }
        if let Some(Lookup::Found(policy)) = self.policies.get(&connection.id)
            && policy.lets_nobody_view()
        {
            let message = "its policy in the destination org lets nobody view it".to_owned();
            findings.push(about(FindingCode::NoViewers, message).mended_by("access clear", &[&id]));
        }
    }

    fn creator(&self, connection: &Connection) -> Option<&Lookup<User>> {
        self.users.get(&connection.created_by.id?)
    }

    /// What is wrong with the creator of a connection, the worst of it.
    fn creator_finding(&self, connection: &Connection) -> Option<Finding> {
        let about = |code, message| Some(Finding::about(code, connection, message));
        if connection.created_by.id.is_none() {
            let message = "the service does not say who created it".to_owned();
            return about(FindingCode::CreatorUnread, message);
        }
        let finding = match self.creator(connection)? {
            Lookup::Found(user) => {
                let name = user.label().or(connection.created_by.name.as_deref());
                let creator = name.map_or("its creator".to_owned(), |name| {
                    format!("its creator, {name},")
                });
                if user.is_disabled() {
                    about(
                        FindingCode::CreatorDisabled,
                        format!("{creator} is disabled"),
                    )
                } else if user.is_pending() {
                    let message = format!("{creator} has not accepted the invitation yet");
                    about(FindingCode::CreatorPending, message)
                } else if user.is_person() {
                    let message =
                        format!("{creator} is a person, with whose account it is deleted");
                    about(FindingCode::CreatorPerson, message)
                } else if user.service_account.is_none() {
                    let message = format!("the service does not say whether {creator} is a person");
                    return about(FindingCode::CreatorUnread, message);
                } else {
                    None
                }
            }
            Lookup::NotFound => {
                let message = "its creator is not to be found in the source org";
                about(FindingCode::CreatorNotFound, message.to_owned())
            }
            Lookup::Forbidden | Lookup::Failed => None,
        };
        let (id, ends) = (
            connection.id.to_string(),
            [&connection.source, &connection.destination],
        );
        let profile = self
            .service_profile(connection.source.id)
            .unwrap_or("SERVICE");
        // A connection of a disabled org cannot be created again.
        Some(
            match ends
                .iter()
                .any(|org| self.is_org_disabled(org) == Some(true))
            {
                true => finding?.mended_by("delete", &[&id]),
                false => finding?.mended_by("handover", &[&id, "--profile", profile]),
            },
        )
    }

    /// A profile that has the keys of a service account of the org.
    fn service_profile(&self, org: Uuid) -> Option<&str> {
        let is_service = |user: &User| user.service_account == Some(true);
        let mut accounts = self.accounts.iter().filter(|account| account.org == org);
        accounts
            .find(|account| account.user.is_some_and(is_service))?
            .profile
    }

    /// Finds the pairs that are connected both ways, each at its later connection, or at the only audited one.
    fn check_opposites(&self, findings: &mut Vec<Finding>) {
        let pairs = self
            .connections
            .iter()
            .map(|connection| (connection.pair(), connection));
        let pairs: HashMap<_, _> = pairs.collect();
        let audited: HashSet<_> = self.audited.iter().map(|audited| audited.id).collect();
        let age = |connection: &Connection| (connection.created_at.clone(), connection.id);
        for connection in &self.audited {
            let (source, destination) = connection.pair();
            let Some(back) = pairs.get(&(destination, source)) else {
                continue;
            };
            if age(connection) > age(back) || !audited.contains(&back.id) {
                let message = format!("its destination shares with its source, too ({})", back.id);
                let finding = Finding::about(FindingCode::BothWays, connection, message);
                findings.push(finding.mended_by("delete", &[&connection.id.to_string()]));
            }
        }
    }

    /// Finds the audited sources that share with as many orgs as the service allows, or with more.
    fn check_sources(&self, findings: &mut Vec<Finding>) {
        let mut destinations: HashMap<Uuid, BTreeSet<Uuid>> = HashMap::new();
        for connection in self.connections {
            let (source, destination) = connection.pair();
            destinations.entry(source).or_default().insert(destination);
        }
        let sources = self
            .audited
            .iter()
            .map(|audited| (audited.source.id, &audited.source));
        for (id, source) in BTreeMap::from_iter(sources) {
            let count = destinations.get(&id).map_or(0, BTreeSet::len);
            if count >= MAX_DESTINATIONS {
                let message = format!(
                    "it shares with {count} orgs; beyond {MAX_DESTINATIONS} the API may refuse, unless it is on an \
                     Enterprise plan"
                );
                findings.push(Finding {
                    source: Some(source.clone()),
                    ..Finding::new(FindingCode::ManyDestinations, message)
                        .mended_by("list --all-profiles --source", &[&id.to_string()])
                });
            }
        }
    }

    /// Finds the keys that are a person's, and those whose owner is not known.
    fn check_keys(&self, findings: &mut Vec<Finding>) {
        for account in &self.accounts {
            let (code, message, command) = match account.user {
                Some(user) if user.is_person() => {
                    let name = user
                        .label()
                        .map_or(String::new(), |name| format!("{name}, "));
                    let message =
                        format!("the keys belong to {name}a person, and so would new connections");
                    (FindingCode::KeysOfPerson, message, "auth login")
                }
                Some(User {
                    service_account: Some(_),
                    ..
                }) => continue,
                _ => {
                    let message =
                        "whether the keys belong to a person could not be read".to_owned();
                    (FindingCode::KeysUnread, message, "auth status")
                }
            };
            let finding =
                Finding::new(code, message).mended_by(command, &profile_flag(account.profile));
            let profile = account.profile.map(str::to_owned);
            findings.push(Finding { profile, ..finding });
        }
    }

    /// Finds what could not be read: one finding for each org and reason, and one for all orgs whose keys are missing.
    /// `present` are the connections whose source takes part.
    fn check_unread(&self, present: &[&Connection], findings: &mut Vec<Finding>) {
        let creators = present
            .iter()
            .filter(|connection| connection.created_by.id.is_some());
        let creators = creators.filter_map(|connection| {
            let reason = UnreadReason::of(self.creator(connection))?;
            Some((FindingCode::CreatorUnread, reason, &connection.source))
        });
        let policies = self.audited.iter().filter_map(|connection| {
            let reason = UnreadReason::of(self.policies.get(&connection.id))?;
            Some((FindingCode::PolicyUnread, reason, &connection.destination))
        });
        let orgs = self
            .audited
            .iter()
            .map(|connection| &connection.destination);
        let orgs = orgs.chain(present.iter().map(|connection| &connection.source));
        let orgs = orgs.filter(|org| self.is_org_disabled(org).is_none());
        let orgs: BTreeMap<_, _> = orgs.map(|org| (org.id, org)).collect();
        let orgs = orgs
            .into_values()
            .map(|org| (FindingCode::OrgUnread, UnreadReason::NoKeys, org));
        let mut groups: BTreeMap<_, (Option<&OrgRef>, usize)> = BTreeMap::new();
        for (code, reason, org) in creators.chain(policies).chain(orgs) {
            let org = (reason != UnreadReason::NoKeys).then_some(org);
            let group = groups.entry((code, reason, org.map(|org| org.id)));
            group.or_insert((org, 0)).1 += 1;
        }
        for ((code, reason, _), (org, count)) in groups {
            findings.push(self.unread_finding(code, reason, org, count));
        }
    }

    fn unread_finding(
        &self,
        code: FindingCode,
        reason: UnreadReason,
        org: Option<&OrgRef>,
        count: usize,
    ) -> Finding {
        let (nouns, keys, permission) = match code {
            FindingCode::OrgUnread => ("orgs", "an org that manages them", ""),
            FindingCode::PolicyUnread => ("policies", "the destination orgs", "policies"),
            _ => (
                "creators",
                "the source orgs",
                "users, which takes the permission user_access_read",
            ),
        };
        let account = self
            .accounts
            .iter()
            .find(|account| Some(account.org) == org.map(|org| org.id));
        let profile = account.and_then(|account| account.profile);
        let (reason, command) = match reason {
            UnreadReason::NoKeys if self.leaves_out_profiles => (
                format!("no chosen profile has the keys of {keys}"),
                "audit --all-profiles",
            ),
            UnreadReason::NoKeys => (format!("the keys of {keys} are missing"), "auth login"),
            UnreadReason::Forbidden => {
                (format!("the keys may not read {permission}"), "auth login")
            }
            UnreadReason::Failed => ("the service could not be asked".to_owned(), "auth status"),
        };
        let is_of_destination = code == FindingCode::PolicyUnread;
        let message = format!("{nouns} that could not be read: {count}; {reason}");
        Finding {
            source: org.filter(|_| !is_of_destination).cloned(),
            destination: org.filter(|_| is_of_destination).cloned(),
            profile: profile.map(str::to_owned),
            ..Finding::new(code, message).mended_by(command, &profile_flag(profile))
        }
    }
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum UnreadReason {
    /// There are no keys of an org that may read it.
    NoKeys,
    Forbidden,
    Failed,
}

impl UnreadReason {
    /// The reason why a lookup has no answer; `None` if it has one.
    fn of<T>(lookup: Option<&Lookup<T>>) -> Option<Self> {
        match lookup {
            Some(Lookup::Found(_) | Lookup::NotFound) => None,
            Some(Lookup::Forbidden) => Some(Self::Forbidden),
            Some(Lookup::Failed) => Some(Self::Failed),
            None => Some(Self::NoKeys),
        }
    }
}

/// The flag that chooses the profile, if there is one.
fn profile_flag(profile: Option<&str>) -> Vec<&str> {
    profile.map_or_else(Vec::new, |name| vec!["--profile", name])
}

fn is_blank(name: Option<&str>) -> bool {
    name.is_none_or(|name| name.trim().is_empty())
}
