use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use clap::ValueEnum;
use uuid::Uuid;

use super::report;
use super::shared_flags::TypeFilter;
use crate::api::{self, Client, ErrorKind};
use crate::app::{App, ChosenAccounts, ConnectionEnds, Snapshot, run_concurrently};
use crate::error::{CommandError, Exit, Result};
use crate::model::{self, AuditFacts, AuditedAccount, Finding, Lookup, OrgRef, Severity, User};
use crate::output::{
    Annotation, AnnotationLevel, ErrorRecord, FindingRow, Format, Output, Progress, plural,
};

/// The maximum number of users or policies that are read at a time.
const MAX_CONCURRENT_LOOKUPS: usize = 16;

/// Find connections at risk
///
/// Shows what is wrong, the worst first, each with the command that mends it. Errors: the creator or an org is disabled,
/// or the source no longer takes part: it does not see the connection, or is not among the orgs of the account. Warnings:
/// the creator is a person, has not accepted the invitation, or is not to be found; keys are a person's; a source shares
/// with 5 orgs or more; a type is unknown; two orgs share both ways; a policy lets nobody view. What could not be read is
/// a warning, too. Notes: no name is known. -o id writes the connections that need another owner, for `orgconn handover`.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn audit --all-profiles --fail-on none
  orgconn audit --source 'Retail US' --fail-on error -o github")]
pub(crate) struct Args {
    #[command(flatten)]
    ends: ConnectionEnds,

    #[command(flatten)]
    types: TypeFilter,

    /// Exit with 3 from this severity on
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t)]
    fail_on: FailOn,
}

/// The least severity that makes the command fail.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailOn {
    Error,
    #[default]
    Warning,
    Note,
    None,
}

impl FailOn {
    fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity <= Severity::Error,
            Self::Warning => severity <= Severity::Warning,
            Self::Note => true,
            Self::None => false,
        }
    }
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing_or::<FindingRow>(&Format::AUDIT)?;
    args.types.check()?;
    let chosen_accounts = app.chosen_accounts()?;
    let progress = app.output.progress("reading the connections", None);
    let audit = progress
        .during(audit(&chosen_accounts, &args, &progress))
        .await?;
    let summary = audit.describe();
    let mut severities = audit.findings.iter().map(|finding| finding.code.severity());
    let fails = severities.any(|severity| args.fail_on.includes(severity));
    let (findings, output) = (audit.findings, &mut app.output);
    let printed =
        report::print_and_exit(audit.answered, &audit.failures, output, |errors, output| {
            show(findings, &summary, errors, output)
        });
    if audit.answered {
        output.note(&summary);
    }
    match printed {
        Ok(Exit::Done) if fails => Ok(Exit::Difference),
        printed => printed,
    }
}

/// What was found.
struct Audit {
    findings: Vec<Finding>,
    /// How many connections were audited.
    audited: usize,
    /// Whether at least one account could be read.
    answered: bool,
    failures: Vec<CommandError>,
}

impl Audit {
    /// `2 errors, 1 warning, 0 notes in 14 connections`
    fn describe(&self) -> String {
        let severities = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
            let found = self
                .findings
                .iter()
                .filter(|finding| finding.code.severity() == severity);
            plural(found.count(), severity.as_str())
        });
        let found = match self.findings.is_empty() {
            true => "no findings".to_owned(),
            false => severities.join(", "),
        };
        format!("{found} in {}", plural(self.audited, "connection"))
    }
}

/// Reads the connections, and then their creators and policies and the owners of the keys side by side.
async fn audit(
    chosen_accounts: &ChosenAccounts,
    args: &Args,
    progress: &Progress,
) -> Result<Audit> {
    let filter = chosen_accounts.org_lookup().end_orgs(&args.ends).await?;
    let mut snapshot = chosen_accounts.snapshot().await;
    let mut failures = std::mem::take(&mut snapshot.failures);
    let selected = snapshot.connections.iter();
    let selected = selected.filter(|one| filter.selects(one) && args.types.selects(one));
    let audited: Vec<_> = selected.collect();
    progress.describe("reading the creators and the policies");
    let owners = snapshot
        .accounts
        .iter()
        .map(|(account, _)| account.current_user());
    let owners = run_concurrently(owners, MAX_CONCURRENT_LOOKUPS).await;
    let owners: Vec<_> = owners.into_iter().zip(&snapshot.accounts).collect();
    let mut users: HashMap<Uuid, Lookup<User>> = HashMap::new();
    let mut accounts = Vec::new();
    for (owner, (account, org)) in owners {
        let user = match owner {
            Ok(user) => Some(user),
            Err(error) => {
                failures.push(error.for_profile(account.profile()));
                None
            }
        };
        users.extend(user.and_then(|user| Some((user.id?, Lookup::Found(user.clone())))));
        accounts.push(AuditedAccount {
            profile: account.profile(),
            org: org.id,
            user,
            managed: account.known_orgs(),
        });
    }
    let creators = audited
        .iter()
        .filter_map(|one| Some((one.created_by.id?, one.source.id)));
    let creators = creators.filter(|(id, _)| !users.contains_key(id));
    let policies = audited.iter().map(|one| (one.id, one.destination.id));
    let (creators, policies) = futures_util::join!(
        look_up(creators, &snapshot, async |client, id| client
            .user(id)
            .await),
        look_up(policies, &snapshot, async |client, id| client
            .restriction_policy(id)
            .await),
    );
    users.extend(creators.found);
    failures.extend(creators.failures);
    failures.extend(policies.failures);
    let facts = AuditFacts {
        connections: &snapshot.connections,
        orgs: &snapshot.orgs,
        accounts,
        leaves_out_profiles: chosen_accounts.leaves_out_profiles(),
        users,
        policies: policies.found,
        audited,
    };
    Ok(Audit {
        findings: model::audit(&facts),
        audited: facts.audited.len(),
        answered: !snapshot.accounts.is_empty(),
        failures,
    })
}

/// What was looked up, by id, and an error for each org whose accounts could not be asked.
struct Lookups<T> {
    found: HashMap<Uuid, Lookup<T>>,
    failures: Vec<CommandError>,
}

/// Looks up each of the ids once, with an account of the org beside it. Leaves out those of orgs without an account.
/// After a failure, an org is asked for nothing more: the next answer would be the same.
async fn look_up<T>(
    wanted: impl Iterator<Item = (Uuid, Uuid)>,
    snapshot: &Snapshot<'_>,
    read: impl AsyncFn(&Client, Uuid) -> Result<T, api::Error>,
) -> Lookups<T> {
    let has_account = |org: Uuid| snapshot.accounts_of_org(org).next().is_some();
    let wanted: BTreeMap<_, _> = wanted.filter(|(_, org)| has_account(*org)).collect();
    // Whether the org's accounts may not read it; else they could not be asked.
    let failed_orgs: RefCell<HashMap<Uuid, bool>> = RefCell::default();
    let unread = |is_forbidden| match is_forbidden {
        true => Lookup::Forbidden,
        false => Lookup::Failed,
    };
    let tasks = wanted.into_iter().map(async |(id, org)| {
        let known = failed_orgs.borrow().get(&org).copied();
        if let Some(is_forbidden) = known {
            return (id, unread(is_forbidden), None);
        }
        let mut failure = None;
        for (account, _) in snapshot.accounts_of_org(org) {
            let answer = async { Ok::<_, CommandError>(read(account.client().await?, id).await?) };
            let error = match answer.await {
                Ok(found) => return (id, Lookup::Found(found), None),
                Err(error) => error,
            };
            match error.api_kind() {
                Some(ErrorKind::NotFound) => return (id, Lookup::NotFound, None),
                // Another account of the org may have the permission.
                Some(ErrorKind::Forbidden) => {}
                _ => failure = Some(error.for_profile(account.profile())),
            }
        }
        let is_forbidden = failure.is_none();
        let is_first = failed_orgs.borrow_mut().insert(org, is_forbidden).is_none();
        (id, unread(is_forbidden), failure.filter(|_| is_first))
    });
    let mut lookups = Lookups {
        found: HashMap::new(),
        failures: Vec::new(),
    };
    for (id, lookup, failure) in run_concurrently(tasks, MAX_CONCURRENT_LOOKUPS).await {
        lookups.found.insert(id, lookup);
        lookups.failures.extend(failure);
    }
    lookups
}

fn show(
    mut findings: Vec<Finding>,
    summary: &str,
    errors: &[ErrorRecord],
    output: &mut Output,
) -> Result<()> {
    if output.format() == Format::Id {
        findings.retain(Finding::needs_handover);
    }
    let rows: Vec<_> = findings.into_iter().map(FindingRow::from).collect();
    match output.format() {
        Format::Github => {
            let errors = errors.iter().map(Annotation::of_error);
            Ok(output.annotate(rows.iter().map(annotation).chain(errors))?)
        }
        Format::Markdown => Ok(output.write_findings_markdown(summary, &rows, errors)?),
        _ => report::print_list(rows, errors, output),
    }
}

fn annotation(row: &FindingRow) -> Annotation {
    let org = |org: &Option<OrgRef>| org.as_ref().map(|org| format!("`{}`", org.label()));
    let ends = [org(&row.source), org(&row.destination)];
    let ends = ends.into_iter().flatten().collect::<Vec<_>>().join(" to ");
    let ends = Some(ends).filter(|ends| !ends.is_empty());
    let profile = row.profile.as_ref().map(|name| format!("profile {name}"));
    let about = ends.into_iter().chain(profile);
    let parts: Vec<_> = about.chain([row.message.clone()]).collect();
    let command = row.command.as_ref();
    let command = command.map_or_else(String::new, |command| format!("; mended by `{command}`"));
    Annotation {
        level: match row.severity {
            "error" => AnnotationLevel::Error,
            "warning" => AnnotationLevel::Warning,
            _ => AnnotationLevel::Notice,
        },
        location: None,
        title: format!("orgconn audit: {}", row.code),
        message: format!("{}{command}", parts.join(": ")),
    }
}
