use std::time::{Duration, Instant};

use super::report;
use super::shared_flags::read_selectors;
use crate::app::{Account, App, ChangeSender, ConnectionEnds, EndAccounts, run_concurrently};
use crate::config::ProfileChoice;
use crate::error::{CommandError, Exit, Result};
use crate::model::{
    Change, ChangeKind, Connection, OrgRef, Principal, RestrictionPolicy, User, UserRef,
};
use crate::output::{ConnectionResult, Output};
use crate::shell_quote::command_line;

/// For the error of a question without an answer.
const UNCHANGED: &str = "nothing was changed";
/// The connections at a time. While one is handed over, nothing flows through it.
const MAX_CONCURRENT_HANDOVERS: usize = 4;
/// How far back data is looked for to verify a connection.
const VERIFIED_PERIOD: Duration = Duration::from_secs(15 * 60);

/// Give connections another owner
///
/// The owner of a connection cannot be changed, so it is deleted and created again with the keys of --profile, which must
/// belong to its source org. Its types stay, and its restriction policies as far as there are profiles for its orgs; its
/// id is new. Until it is created again nothing flows through it, for a second or so. If it cannot be created, it is put
/// back with another profile of its source org, or the command that creates it is shown.
///
/// What was done is one run of the history, so that `orgconn undo` takes it back.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn handover 40bb --profile retail-us")]
pub(crate) struct Args {
    /// Ids of the connections, or their beginnings; `-` reads them
    ///
    /// A beginning has at least 4 characters that no other id begins with. `-` reads ids from standard input, one per
    /// line.
    #[arg(value_name = "CONNECTION")]
    connections: Vec<String>,

    #[command(flatten)]
    ends: ConnectionEnds,

    /// Let the new owner be a person
    ///
    /// A connection is deleted when the account of its owner is deactivated: a service account stays.
    #[arg(long)]
    allow_person: bool,

    /// Show what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A connection to hand over, and what is needed for it.
struct Handover<'s> {
    connection: Connection,
    /// Deletes the connection.
    old: ChangeSender<'s>,
    /// Creates it again.
    new: ChangeSender<'s>,
    /// The other accounts of the source org, the owner's first. They put it back if it cannot be created.
    others: Vec<&'s Account>,
    /// The policies of its orgs that are not empty.
    policies: Vec<(OrgRef, RestrictionPolicy, &'s Account)>,
    destination: Option<&'s Account>,
    /// Whether the commands in hints need `--sandbox`.
    in_sandbox: bool,
}

/// The new owner.
struct Owner<'s> {
    account: &'s Account,
    user: User,
    org: OrgRef,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    let has_ids = !args.connections.is_empty();
    let asks_for_connection = app.asks_for_connection(has_ids, &args.ends)?;
    app.output.check_listing::<ConnectionResult>()?;
    match app.profile_choice()? {
        ProfileChoice::Named(names) if names.len() == 1 => {}
        _ => {
            return Err(CommandError::usage("the new owner is not named")
                .hint("name the one profile whose user is to own the connections with --profile"));
        }
    }
    let must_ask =
        !args.dry_run && app.must_ask("handing over", "add --yes to hand over without asking")?;
    let mut selectors = read_selectors(&args.connections)?;
    if selectors.is_empty() && args.ends.is_empty() && !asks_for_connection {
        app.output
            .note("no connection on standard input: nothing to do");
        app.output.write_no_rows::<ConnectionResult>()?;
        return Ok(Exit::Done);
    }
    let question = "Hand over which connection?";
    let opening = app.accounts_and_connection(true, asks_for_connection, question, UNCHANGED);
    let (chosen_accounts, chosen) = opening.await?;
    selectors.extend(chosen);
    if asks_for_connection && must_ask {
        app.expect_confirmation();
    }
    app.show_command_line();
    let owner = Owner::identify(chosen_accounts.single_account()?, args.allow_person).await?;
    let targets = chosen_accounts.change_targets(ChangeKind::Update, &selectors, &args.ends);
    let targets = targets.await?.connections.into_iter();
    let others = chosen_accounts.other_accounts().await;
    let in_sandbox = app.in_sandbox();
    let progress = app.output.progress("reading the access", None);
    let tasks = targets.map(async |found| {
        let (_, connection) = found?;
        prepare(connection, &owner, &others, in_sandbox).await
    });
    let prepared = progress.during(run_concurrently(tasks, MAX_CONCURRENT_HANDOVERS));
    let (mut handovers, mut results) = (Vec::new(), Vec::new());
    for prepared in prepared.await {
        match prepared {
            Ok(Ok(handover)) => handovers.push(handover),
            Ok(Err(unchanged)) => results.push((Ok(unchanged), false)),
            Err(error) => results.push((Err(error), false)),
        }
    }
    app.output.hide_column("profiles");
    if args.dry_run {
        results.extend(handovers.into_iter().map(|handover| {
            let row = ConnectionResult::new("would hand over", handover.connection);
            (Ok(row), false)
        }));
        app.output.note("dry run: nothing was changed");
        return report::print_changes(results, &mut app.output);
    }
    if !handovers.is_empty() {
        announce(&handovers, must_ask, &mut app.output);
        if must_ask {
            let question = match handovers.len() {
                1 => "Hand over this connection?".to_owned(),
                several => format!("Hand over these {several} connections?"),
            };
            app.ask_confirmation(&question, UNCHANGED)?;
        }
    }
    let tasks = handovers.iter().map(async |handover| {
        let results = handover.carry_out().await;
        let is_late = handover.new.is_interrupted();
        results.into_iter().map(move |result| (result, is_late))
    });
    let handed_over = run_concurrently(tasks, MAX_CONCURRENT_HANDOVERS).await;
    results.extend(handed_over.into_iter().flatten());
    report::print_changes(results, &mut app.output)
}

impl<'s> Owner<'s> {
    /// Asks whose keys these are.
    ///
    /// # Errors
    /// Fails if they are a person's, or it is not known whose, unless `allows_person`.
    async fn identify(account: &'s Account, allows_person: bool) -> Result<Self> {
        let user = account.current_user().await?.clone();
        let org = account.current_org_with_name().await?;
        let name = user.label().unwrap_or("a user without a name");
        let what = match user.service_account {
            _ if allows_person => None,
            Some(true) => None,
            Some(false) => Some("is a person"),
            None => Some("may be a person"),
        };
        match what {
            None => Ok(Self { account, user, org }),
            Some(what) => Err(CommandError::usage(format!(
                "`{name}`, whose keys these are, {what}: a connection is deleted when its owner's account is deactivated"
            ))
            .hint("choose the profile of a service account, or add --allow-person")),
        }
    }
}

/// Checks everything that can be known before the connection is deleted. A connection that the new owner has already is
/// a row.
async fn prepare<'s>(
    connection: Connection,
    owner: &Owner<'s>,
    others: &[(&'s Account, OrgRef)],
    in_sandbox: bool,
) -> Result<Result<Handover<'s>, ConnectionResult>> {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    if connection.source.id != owner.org.id {
        let message = format!(
            "the connection from `{source}` to `{destination}` was not handed over: the keys belong to `{}`",
            owner.org.label()
        );
        return Err(CommandError::new(Exit::Permission, message)
            .hint("a connection is created with its source org's credentials"));
    }
    if owner.user.id.is_some() && connection.created_by.id == owner.user.id {
        let row = ConnectionResult::new("unchanged", connection);
        return Ok(Err(row.reason(Some("it is its owner already".to_owned()))));
    }
    if connection.types.is_empty() {
        let message = format!("the service does not say what {} shares", connection.id);
        return Err(CommandError::new(Exit::Failure, message));
    }
    let of_org = |org: &OrgRef| {
        let own = others.iter().filter(move |(_, other)| other.id == org.id);
        own.map(|(account, _)| *account).collect::<Vec<_>>()
    };
    let sources = of_org(&connection.source);
    let destination_account = of_org(&connection.destination).first().copied();
    let mut policies = Vec::new();
    let at_ends = [
        (&connection.source, Some(owner.account)),
        (&connection.destination, destination_account),
    ];
    for (org, account) in at_ends {
        let Some(account) = account else { continue };
        let read = async {
            let client = account.client().await?;
            Ok::<_, CommandError>(client.restriction_policy(connection.id).await?)
        };
        let policy = read.await.map_err(|error| {
            let org = org.label();
            let context = format!(
                "the connection from `{source}` to `{destination}` was not handed over: its access in `{org}` could \
                 not be read"
            );
            error.context(context).for_profile(account.profile())
        })?;
        if !policy.is_empty() {
            policies.push((org.clone(), policy, account));
        }
    }
    let new = owner.account.change_sender("handover").await?;
    new.check(&Change::create_again(&connection)).await?;
    let restricts = policies
        .first()
        .filter(|(org, ..)| *org == connection.source);
    let mut editor = owner.account;
    if let Some((_, policy, _)) = restricts
        && policy.lets_user_edit(&owner.user, Some(owner.org.id)) == Some(false)
    {
        let own_id = Principal::of_user(&owner.user);
        let own_id = own_id.map_or_else(|| "user:UUID".to_owned(), |id| id.to_string());
        let message = format!(
            "the connection from `{source}` to `{destination}` was not handed over: the new owner may not edit it"
        );
        editor = *sources.first().ok_or_else(|| {
            CommandError::new(Exit::Permission, message).hint(format!(
                "add the new owner to its editors: orgconn access set {} --editor {own_id}",
                connection.id
            ))
        })?;
        policies[0].2 = editor;
    }
    Ok(Ok(Handover {
        old: editor.change_sender("handover").await?,
        new,
        others: owner_first(sources, &connection.created_by).await,
        policies,
        destination: destination_account,
        in_sandbox,
        connection,
    }))
}

/// The accounts with that of this user first. One that cannot be asked comes last.
async fn owner_first<'s>(accounts: Vec<&'s Account>, owner: &UserRef) -> Vec<&'s Account> {
    let mut ordered = Vec::with_capacity(accounts.len());
    for account in accounts {
        let user = async { Some(account.current_user().await.ok()?.id) };
        match user.await {
            Some(id) if id.is_some() && id == owner.id => ordered.insert(0, account),
            _ => ordered.push(account),
        }
    }
    ordered
}

/// Lists the connections to hand over, and warns of the gap. Before a question the lines are always printed, else they
/// are notes.
fn announce(handovers: &[Handover<'_>], must_ask: bool, output: &mut Output) {
    let mut lines = Vec::with_capacity(handovers.len() + 1);
    let connections = handovers.iter().map(|handover| &handover.connection);
    let labels = output.org_labels(connections.flat_map(Connection::ends));
    let arrow = output.arrow();
    for Handover { connection, .. } in handovers {
        let (id, types) = (connection.id, &connection.types);
        let ends = [&connection.source, &connection.destination];
        let [source, destination] = ends.map(|org| labels.label(org));
        let owner = connection.created_by.name.as_deref().unwrap_or("?");
        lines.push(format!(
            "  {id}  {source} {arrow} {destination}  {types}  owned by {owner}"
        ));
    }
    lines.push(
        "from its deletion until it is created again, nothing flows through a connection; that takes a second or so"
            .to_owned(),
    );
    for line in lines {
        match must_ask {
            true => output.print_always(&line),
            false => output.note(&line),
        }
    }
    for handover in handovers {
        if handover.destination.is_none() {
            let destination = handover.connection.destination.label();
            output.warn(&format!(
                "no profile is for `{destination}`: who may use the connection there is not put back, and it is not \
                 verified"
            ));
        }
    }
}

/// The error with these hints, if there are any.
fn with_hints(error: CommandError, hints: &[String]) -> CommandError {
    match hints.is_empty() {
        true => error,
        false => error.hint(hints.join("; then ")),
    }
}

impl Handover<'_> {
    /// Hands the connection over. Once it is deleted, an interrupt does not stop it any more.
    async fn carry_out(&self) -> Vec<Result<ConnectionResult>> {
        let before = &self.connection;
        let delete = Change::Delete {
            before: before.clone(),
        };
        let begin = Instant::now();
        let _unanswered = self.new.count_unanswered();
        match self.old.apply(&delete).await {
            Ok(_) => {}
            Err(error) if error.is_not_attempted() => {
                return vec![Ok(ConnectionResult::not_attempted(&delete))];
            }
            // If it exists still, the create will say so.
            Err(error) if error.is_outcome_unknown() => {}
            Err(error) => return vec![Err(error)],
        }
        let new = self.new.without_interrupt();
        let error = match new.apply(&Change::create_again(&self.connection)).await {
            Ok(created) => {
                let created = created.into_connection();
                let gap = begin.elapsed();
                let mut results = vec![];
                let mut reason = format!(
                    "replaces {}; nothing flowed for {:.1} s",
                    before.id,
                    gap.as_secs_f64()
                );
                results.extend(self.put_back_policies(&created).await);
                if let Some(verified) = self.verify(&created).await {
                    reason = format!("{reason}; {verified}");
                }
                let row = ConnectionResult::new("handed over", created);
                let row = row.seen_by(self.new.profile()).reason(Some(reason));
                results.insert(0, Ok(row));
                return results;
            }
            Err(error) => error,
        };
        if let Some(existing) = error.existing_connection() {
            let context = match existing.id == before.id {
                true => "it was not deleted".to_owned(),
                false => format!("the orgs are connected by {} now", existing.id),
            };
            let hints = match existing.id == before.id {
                true => Vec::new(),
                false => self.restrictions(),
            };
            return vec![Err(with_hints(error.context(context), &hints))];
        }
        self.put_back(error).await
    }

    /// Creates the connection with another account of its source org, after the new owner could not.
    async fn put_back(&self, error: CommandError) -> Vec<Result<ConnectionResult>> {
        for account in &self.others {
            let Ok(sender) = account.change_sender("handover").await else {
                continue;
            };
            let sender = sender.without_interrupt();
            let name = account.profile().unwrap_or_default();
            match sender.apply(&Change::create_again(&self.connection)).await {
                Ok(created) => {
                    let created = created.into_connection();
                    let mut results = self.put_back_policies(&created).await;
                    let id = created.id;
                    let context =
                        format!("not handed over, but put back by the profile `{name}` as {id}");
                    results.insert(0, Err(error.context(context)));
                    return results;
                }
                Err(other) if other.existing_connection().is_some() => {
                    let context = "not handed over; the orgs are connected now all the same";
                    let hints = self.restrictions();
                    return vec![Err(with_hints(error.context(context), &hints))];
                }
                Err(_) => {}
            }
        }
        let Connection {
            source,
            destination,
            types,
            ..
        } = &self.connection;
        let what = match error.is_outcome_unknown() {
            true => "it was deleted, and it is not known whether it was created again",
            false => "it was deleted, and could not be created again",
        };
        let mut words = self.command("create", self.new.profile());
        words.extend([
            destination.id.to_string(),
            format!("--source={}", source.id),
            format!("--type={types}"),
            "--allow-unknown-type".to_owned(),
            "--if-not-exists".to_owned(),
        ]);
        let mut hints = vec![format!("create it: {}", command_line(words))];
        hints.extend(self.restrictions());
        vec![Err(with_hints(error.context(what), &hints))]
    }

    /// Gives the connection the policies that it had before. An error has the command that does it.
    async fn put_back_policies(&self, created: &Connection) -> Vec<Result<ConnectionResult>> {
        let mut errors = Vec::new();
        for (org, policy, account) in &self.policies {
            let change = Change::Access {
                connection: created.clone(),
                org: org.clone(),
                before: RestrictionPolicy::default(),
                after: policy.clone(),
            };
            let set = async {
                let sender = account.change_sender("handover").await?;
                let sender = sender.with_self_lockout(true).without_interrupt();
                sender.apply(&change).await
            };
            if let Err(error) = set.await {
                let context = format!("everybody in `{}` may use the new connection", org.label());
                let hint = self.restriction(policy, account);
                errors.push(Err(error.context(context).hint(hint)));
            }
        }
        errors
    }

    /// The hints with the commands that put back the policies.
    fn restrictions(&self) -> Vec<String> {
        let policies = self.policies.iter();
        let hints = policies.map(|(_, policy, account)| self.restriction(policy, account));
        hints.collect()
    }

    fn restriction(&self, policy: &RestrictionPolicy, account: &Account) -> String {
        let mut words = self.command("access", account.profile());
        let (source, destination) = self.connection.pair();
        words.extend([
            "set".to_owned(),
            format!("--source={source}"),
            format!("--destination={destination}"),
        ]);
        words.extend(policy.viewers().map(|viewer| format!("--viewer={viewer}")));
        words.extend(policy.editors().map(|editor| format!("--editor={editor}")));
        format!("restrict it again: {}", command_line(words))
    }

    /// The first words of a command line.
    fn command(&self, command: &str, profile: Option<&str>) -> Vec<String> {
        let mut words = vec!["orgconn".to_owned()];
        words.extend(self.in_sandbox.then(|| "--sandbox".to_owned()));
        words.extend(profile.map(|profile| format!("--profile={profile}")));
        words.push(command.to_owned());
        words
    }

    /// Whether data comes through the new connection, in a few words; `None` if the destination has no profile.
    async fn verify(&self, created: &Connection) -> Option<String> {
        let accounts = EndAccounts {
            destination: self.destination?,
            source: Some(self.new.account()),
        };
        let types: Vec<_> = created.types.iter().cloned().collect();
        let verified = accounts
            .verify(created, &types, None, VERIFIED_PERIOD)
            .await;
        let results = verified.types.into_iter().map(|verified| match verified {
            Ok(verification) => format!("{}: {}", verification.kind, verification.result.as_str()),
            Err(error) => format!("not verified: {}", error.message()),
        });
        Some(results.collect::<Vec<_>>().join(", "))
    }
}
