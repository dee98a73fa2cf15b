use std::collections::HashMap;

use clap::Subcommand;

use super::report;
use crate::api::Client;
use crate::app::{Account, App, ConnectionEnds, MAX_CONCURRENT_ACCOUNTS, run_concurrently};
use crate::error::{CommandError, Exit, Result};
use crate::model::{
    Change, ChangeKind, Connection, ConnectionSelector, OrgDirectory, OrgRef, Principal,
    PrincipalKind, PrincipalSelector, RestrictionPolicy, select_principal,
};
use crate::output::AccessRow;

/// For the error of a question without an answer.
const UNCHANGED: &str = "nothing was changed";

/// Show and change who may use a connection
///
/// Each of the two orgs of a connection has a restriction policy of its own: the source org's says who may edit the
/// connection there, the destination org's who may view the data and edit the connection there. An org without a policy
/// restricts nobody.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: AccessCommand,
}

#[derive(Debug, Subcommand)]
enum AccessCommand {
    Get(GetArgs),
    Set(SetArgs),
    Clear(ClearArgs),
}

/// The connection that a command is about.
#[derive(clap::Args, Debug)]
struct Target {
    /// Id of the connection, or its beginning
    ///
    /// At least 4 characters that no other id begins with.
    #[arg(value_name = "CONNECTION")]
    connection: Option<ConnectionSelector>,

    #[command(flatten)]
    ends: ConnectionEnds,
}

/// Show who may use a connection
///
/// The policies of both orgs are shown, as far as there are profiles for them. Names of roles, teams and users are shown
/// where they can be read.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn access get 40bb
  orgconn access get --source 'Retail EU' --destination 'Observability Hub'")]
struct GetArgs {
    #[command(flatten)]
    target: Target,
}

/// Replace who may use a connection
///
/// The whole policy of one org is replaced: of the source org, or of the org of the profile that --profile chooses. What
/// changes is shown first. A principal is `role:`, `team:`, `user:` or `org:` with a name or a UUID, of this org; a
/// service account is a `user:`.
#[derive(clap::Args, Debug)]
#[command(
    before_help = "  orgconn access set d7e0 --editor 'role:Datadog Admin Role' --profile hub"
)]
struct SetArgs {
    #[command(flatten)]
    target: Target,

    /// Who may view the data
    ///
    /// Repeatable.
    #[arg(long = "viewer", value_name = "PRINCIPAL")]
    viewers: Vec<PrincipalSelector>,

    /// Who may edit the connection, and view the data
    ///
    /// Repeatable.
    #[arg(long = "editor", value_name = "PRINCIPAL")]
    editors: Vec<PrincipalSelector>,

    /// Let the policy take away your own access; admins only
    #[arg(long)]
    allow_self_lockout: bool,

    /// Show what would change; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Let everybody with the permissions use a connection
///
/// The policy of one org is deleted: of the source org, or of the org of the profile that --profile chooses.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn access clear d7e0 --profile hub")]
struct ClearArgs {
    #[command(flatten)]
    target: Target,

    /// Show what would change; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// The policy that is wanted.
struct PolicyRequest<'a> {
    viewers: &'a [PrincipalSelector],
    editors: &'a [PrincipalSelector],
    allows_self_lockout: bool,
    is_dry_run: bool,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<AccessRow>()?;
    match args.command {
        AccessCommand::Get(args) => get(args.target, app).await,
        AccessCommand::Set(args) => {
            if args.viewers.is_empty() && args.editors.is_empty() {
                return Err(CommandError::usage("no viewer and no editor is given")
                    .hint("give --viewer and --editor; `orgconn access clear` lets everybody"));
            }
            let wanted = PolicyRequest {
                viewers: &args.viewers,
                editors: &args.editors,
                allows_self_lockout: args.allow_self_lockout,
                is_dry_run: args.dry_run,
            };
            change(args.target, &wanted, app).await
        }
        AccessCommand::Clear(args) => {
            let wanted = PolicyRequest {
                viewers: &[],
                editors: &[],
                allows_self_lockout: false,
                is_dry_run: args.dry_run,
            };
            change(args.target, &wanted, app).await
        }
    }
}

async fn get(mut target: Target, app: &mut App) -> Result<Exit> {
    let asks_for_connection = asks_for_connection(&target, app)?;
    let (question, unchanged) = ("Show the access to which connection?", "nothing was shown");
    let opening = app.accounts_and_connection(true, asks_for_connection, question, unchanged);
    let (chosen_accounts, chosen) = opening.await?;
    target.connection = target.connection.or(chosen);
    app.show_command_line();
    let progress = app.output.progress("reading the access", None);
    let (connection, ends, failures) = progress
        .during(async {
            let selector = target.connection.as_ref();
            let found = chosen_accounts.find_connection(selector, &target.ends);
            let (connection, failures) = found.await?;
            let accounts = chosen_accounts.reading_accounts(&connection, failures);
            let (accounts, failures) = accounts.await;
            let tasks = connection.ends().into_iter().zip(accounts);
            let tasks = tasks.map(async |(org, account)| match account {
                Some(account) => (org.clone(), Some(read(&connection, org, account).await)),
                None => (org.clone(), None),
            });
            let ends = run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await;
            Ok::<_, CommandError>((connection, ends, failures))
        })
        .await?;
    // A profile that could not be asked may be the one of an org that has no other.
    let mut failures = match ends.iter().any(|(_, read)| read.is_none()) {
        true => failures,
        false => {
            app.note_unused_profiles(&failures);
            Vec::new()
        }
    };
    let (mut rows, mut succeeded) = (Vec::new(), false);
    for (org, read) in ends {
        let org_label = org.label();
        match read {
            Some(Ok((policy, names))) => {
                succeeded = true;
                if policy.is_empty() {
                    app.output.note(&format!("`{org_label}` restricts nobody"));
                } else if policy.lets_nobody_view() {
                    app.output
                        .warn(&format!("`{org_label}` lets nobody use the connection"));
                }
                names.note_failure(app);
                let pairs = policy.pairs();
                rows.extend(pairs.map(|(relation, principal)| {
                    names.row(None, (&connection, &org), relation, principal)
                }));
            }
            Some(Err(error)) => failures.push(error),
            None if !failures.is_empty() => {}
            None => app.output.note(&format!(
                "no profile is for `{org_label}`, which may restrict the connection too"
            )),
        }
    }
    report::print_rows(rows, succeeded, &failures, &mut app.output)
}

/// The policy of an org, with the names of its principals.
async fn read(
    connection: &Connection,
    org: &OrgRef,
    account: &Account,
) -> Result<(RestrictionPolicy, Names)> {
    let read = async {
        let client = account.client().await?;
        let policy = client.restriction_policy(connection.id).await?;
        let principals = policy.pairs().map(|(_, principal)| principal);
        let names = Names::read(principals, org, client).await;
        Ok((policy, names))
    };
    let read = account.with_pinned_org(read).await;
    read.map_err(|error: CommandError| error.for_profile(account.profile()))
}

fn asks_for_connection(target: &Target, app: &App) -> Result<bool> {
    app.asks_for_connection(target.connection.is_some(), &target.ends)
}

async fn change(mut target: Target, wanted: &PolicyRequest<'_>, app: &mut App) -> Result<Exit> {
    let asks_for_connection = asks_for_connection(&target, app)?;
    let hint = "add --yes to change it without asking";
    let must_ask = !wanted.is_dry_run && app.must_ask("changing the access", hint)?;
    let question = "Change the access to which connection?";
    let opening = app.accounts_and_connection(true, asks_for_connection, question, UNCHANGED);
    let (chosen_accounts, chosen) = opening.await?;
    target.connection = target.connection.or(chosen);
    if asks_for_connection && must_ask {
        app.expect_confirmation();
    }
    app.show_command_line();
    let selectors = target.connection.as_slice();
    let targets = chosen_accounts.change_targets(ChangeKind::Access, selectors, &target.ends);
    let mut targets = targets.await?;
    app.note_unused_profiles(&targets.failures);
    let (account, connection) = match targets.connections.pop() {
        Some(found) => found?,
        None => return Err(CommandError::new(Exit::NotFound, "no such connection")),
    };
    let sender = account.change_sender("access").await?;
    let sender = sender.with_self_lockout(wanted.allows_self_lockout);
    let org = account.current_org_with_name().await?;
    let client = account.client().await?;
    let before = client.restriction_policy(connection.id).await?;
    let after = RestrictionPolicy::new(
        find_principals(wanted.viewers, &org, client).await?,
        find_principals(wanted.editors, &org, client).await?,
    );
    if org.id == connection.source.id && !wanted.viewers.is_empty() {
        app.output.warn(&format!(
            "who may view the data is up to `{}`: its profile is chosen with --profile",
            connection.destination.label()
        ));
    }
    let principals = before.pairs().chain(after.pairs());
    let names = Names::read(principals.map(|(_, principal)| principal), &org, client).await;
    names.note_failure(app);
    let rows = |removed, added| {
        let pairs = before
            .pairs()
            .filter(|(relation, principal)| !after.has(relation, principal));
        let removed = pairs.map(move |pair| (removed, pair));
        let rows = removed.chain(after.pairs().map(|(relation, principal)| {
            let is_new = !before.has(relation, principal);
            (
                if is_new { added } else { "unchanged" },
                (relation, principal),
            )
        }));
        let rows = rows.map(|(result, (relation, principal))| {
            names.row(Some(result), (&connection, &org), relation, principal)
        });
        rows.collect::<Vec<_>>()
    };
    if before == after {
        app.output
            .note(&format!("the access in `{}` is as wanted", org.label()));
        return report::print_rows(rows("", ""), true, &[], &mut app.output);
    }
    if !wanted.allows_self_lockout {
        check_own_access(&after, account).await?;
    }
    let change = Change::Access {
        connection: connection.clone(),
        org: org.clone(),
        before: before.clone(),
        after: after.clone(),
    };
    if wanted.is_dry_run {
        sender.check_permission(&change).await?;
        app.output.note("dry run: nothing was changed");
        let rows = rows("would remove", "would add");
        return report::print_rows(rows, true, &[], &mut app.output);
    }
    if must_ask {
        show_differences(&before, &after, &connection, &org, &names, app);
        app.ask_confirmation("Change who may use this connection?", UNCHANGED)?;
    }
    sender.apply(&change).await?;
    let made = format!("changed {}", connection.id);
    let printed = report::print_rows(rows("removed", "added"), true, &[], &mut app.output);
    printed.map_err(|error| report::explain_unwritten(error, &[made]))
}

/// The principals that selectors name. Those of a name are looked up in the org.
async fn find_principals(
    selectors: &[PrincipalSelector],
    org: &OrgRef,
    client: &Client,
) -> Result<Vec<Principal>> {
    let tasks = selectors.iter().map(async |selector| match selector {
        PrincipalSelector::Id(principal) => Ok(principal.clone()),
        PrincipalSelector::Org(selector) => {
            let directory = OrgDirectory {
                orgs: vec![org.into()],
                ..OrgDirectory::default()
            };
            let found = selector.resolve(&directory)?;
            Ok(Principal::new(PrincipalKind::Org, found.id))
        }
        PrincipalSelector::Name(kind, name) => {
            let known = client.find_principals(*kind, name).await?;
            Ok(select_principal(*kind, name, &known)?.principal.clone())
        }
    });
    let found = run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await;
    found.into_iter().collect()
}

/// Checks that the policy leaves the caller among the editors, as far as the service's answer about the caller shows it.
/// The service decides the rest.
///
/// # Errors
/// Fails if the caller would lose their access.
async fn check_own_access(policy: &RestrictionPolicy, account: &Account) -> Result<()> {
    if policy.is_empty() {
        return Ok(());
    }
    let user = account.current_user().await?;
    match (
        policy.lets_user_edit(user, user.org),
        Principal::of_user(user),
    ) {
        (Some(false), Some(own_id)) => {
            let message = "this would take away your own access to the connection";
            let hint = format!("add --editor {own_id}, or as an admin --allow-self-lockout");
            Err(CommandError::usage(message).hint(hint))
        }
        _ => Ok(()),
    }
}

/// Shows what changes, as part of the question.
fn show_differences(
    before: &RestrictionPolicy,
    after: &RestrictionPolicy,
    connection: &Connection,
    org: &OrgRef,
    names: &Names,
    app: &mut App,
) {
    let ends = [&connection.source, &connection.destination];
    let labels = app.output.org_labels(ends);
    let [source, destination] = ends.map(|org| labels.label(org));
    let (id, org, arrow) = (connection.id, labels.quoted_label(org), app.output.arrow());
    app.output.print_always(&format!(
        "access in {org} to {id}  {source} {arrow} {destination}"
    ));
    for difference in before.differences_to(after) {
        let name = names.get(difference.principal).unwrap_or_default();
        app.output.print_always(&format!("  {difference}  {name}"));
    }
    if after.is_empty() {
        app.output
            .print_always("  everybody with the permissions may use it then");
    }
}

/// The names of principals, as far as they could be read.
struct Names {
    names: HashMap<Principal, String>,
    /// The first error, if some could not be read.
    failure: Option<CommandError>,
}

impl Names {
    /// Reads the name of each of the principals once, in parallel.
    async fn read<'a>(
        principals: impl Iterator<Item = &'a Principal>,
        org: &OrgRef,
        client: &Client,
    ) -> Self {
        let mut principals: Vec<_> = principals.collect();
        principals.sort_unstable();
        principals.dedup();
        let tasks = principals.into_iter().map(async |principal| {
            let name = match principal.parts() {
                Some((PrincipalKind::Org, id)) => Ok((id == org.id).then(|| org.name.clone())),
                Some((kind, id)) => client
                    .principal(kind, id)
                    .await
                    .map(|found| found.map(|found| found.label().map(str::to_owned))),
                None => Ok(None),
            };
            (principal, name.map(Option::flatten))
        });
        let (mut names, mut failure) = (HashMap::new(), None);
        for (principal, name) in run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await {
            match name {
                Ok(Some(name)) => drop(names.insert(principal.clone(), name)),
                Ok(None) => {}
                Err(error) => drop(failure.get_or_insert(error.into())),
            }
        }
        Self { names, failure }
    }

    fn get(&self, principal: &Principal) -> Option<&str> {
        self.names.get(principal).map(String::as_str)
    }

    /// Says once that names could not be read.
    fn note_failure(&self, app: &mut App) {
        if let Some(error) = &self.failure {
            let message = error.message();
            app.output.warn(&format!(
                "some names could not be read, and ids are shown: {message}"
            ));
        }
    }

    fn row(
        &self,
        result: Option<&'static str>,
        (connection, org): (&Connection, &OrgRef),
        relation: &str,
        principal: &Principal,
    ) -> AccessRow {
        AccessRow {
            result,
            connection_id: connection.id,
            source: connection.source.clone(),
            destination: connection.destination.clone(),
            org: org.clone(),
            relation: relation.to_owned(),
            principal: principal.clone(),
            name: self.get(principal).map(str::to_owned),
        }
    }
}
