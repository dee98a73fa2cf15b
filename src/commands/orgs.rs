use std::collections::HashMap;

use uuid::Uuid;

use super::report;
use super::shared_flags::Sorting;
use crate::api::ErrorKind;
use crate::app::{
    Account, App, MAX_CONCURRENT_ACCOUNTS, explain_lack_of_groups, has_no_groups, run_concurrently,
    unreadable_orgs_error,
};
use crate::error::{Exit, Result};
use crate::model::{OrgDirectory, OrgGroup, fold_name};
use crate::output::{OrgGroupRow, OrgRow};

/// List the orgs that these credentials manage
///
/// The current org is marked, and each org has the profiles whose keys belong to it. Without the permission to read the
/// orgs, those that connections mention are listed.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn orgs --sort name
  orgconn orgs --name retail -o csv > orgs.csv
  orgconn orgs --groups")]
pub(crate) struct Args {
    /// Only orgs whose name holds this text
    ///
    /// With --groups: only groups.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// List the groups of orgs, each with its orgs
    ///
    /// `group:NAME` stands for all of these in --source and --destination of list, graph, audit and export, and in a file.
    #[arg(long)]
    groups: bool,

    #[command(flatten)]
    sorting: Sorting,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    match args.groups {
        true => list_groups(args, app).await,
        false => list_orgs(args, app).await,
    }
}

async fn list_orgs(args: Args, app: &mut App) -> Result<Exit> {
    args.sorting.apply::<OrgRow>(&mut app.output)?;
    let chosen_accounts = app.chosen_accounts()?;
    let progress = app.output.progress("reading the orgs", None);
    let read = async |account| read_orgs(account, args.name.as_deref()).await;
    let results = progress
        .during(chosen_accounts.for_each_account(read))
        .await;
    let (mut orgs, mut failures) = (OrgDirectory::default(), Vec::new());
    let mut profiles_by_org: HashMap<Uuid, Vec<String>> = HashMap::new();
    let mut succeeded = false;
    for (account, result) in results {
        match result {
            Ok((directory, is_restricted)) => {
                match unreadable_orgs_error(&directory.unreadable) {
                    None => succeeded = true,
                    Some(error) => failures.push(error.for_profile(account.profile())),
                }
                if is_restricted {
                    app.output.warn(&describe_restriction(account.profile()));
                }
                if let Some(current) = directory.current {
                    let profiles = profiles_by_org.entry(current).or_default();
                    profiles.extend(account.profile().map(str::to_owned));
                }
                orgs.add_seen_by(&directory, None);
            }
            Err(error) => failures.push(error),
        }
    }
    let rows = orgs.orgs.into_iter().map(|org| {
        let profiles = profiles_by_org.remove(&org.id);
        OrgRow::new(org, profiles.is_some(), profiles.unwrap_or_default())
    });
    report::print_rows(rows.collect(), succeeded, &failures, &mut app.output)
}

/// The orgs that one account sees. The flag is true if the account may not read the managed orgs: then these are only
/// the orgs that its connections mention.
async fn read_orgs(account: &Account, name: Option<&str>) -> Result<(OrgDirectory, bool)> {
    match account.client().await?.managed_orgs(name).await {
        Err(error) if error.kind() == ErrorKind::Forbidden => {}
        answer => {
            let directory = answer?;
            match directory.current_org() {
                Some(current) => account.require_pinned(&current)?,
                None => account.check_pinned_org().await?,
            }
            if name.is_none() {
                account.cache_orgs(&directory);
            }
            return Ok((directory, false));
        }
    }
    let mut directory = account.orgs_of_connections().await?;
    if directory.current.is_none() {
        directory.current = account.current_org().await.ok().map(|org| org.id);
    }
    let orgs = &mut directory.orgs;
    orgs.retain(|org| holds_text(org.name.as_deref(), name));
    Ok((directory, true))
}

/// Whether a name holds the text, in any case; without a text every name does.
fn holds_text(name: Option<&str>, text: Option<&str>) -> bool {
    let holds = |text| name.is_some_and(|name| fold_name(name).contains(&*fold_name(text)));
    text.is_none_or(holds)
}

async fn list_groups(args: Args, app: &mut App) -> Result<Exit> {
    args.sorting.apply::<OrgGroupRow>(&mut app.output)?;
    let chosen_accounts = app.chosen_accounts()?;
    let progress = app.output.progress("reading the groups of orgs", None);
    let lists = chosen_accounts.for_each_account(Account::list_org_groups);
    let lists = progress.during(lists).await;
    let mut groups: Vec<(OrgGroup, &Account)> = Vec::new();
    let (mut without_groups, mut failures) = (Vec::new(), Vec::new());
    let (mut has_answer, mut succeeded) = (false, false);
    for (account, list) in lists {
        match list {
            Ok((seen, gap)) => {
                has_answer = true;
                succeeded |= gap.is_none();
                failures.extend(gap.map(|gap| gap.for_profile(account.profile())));
                for group in seen {
                    let is_new = groups.iter().all(|(known, _)| known.id != group.id);
                    if is_new && holds_text(group.name.as_deref(), args.name.as_deref()) {
                        groups.push((group, account));
                    }
                }
            }
            Err(error) if has_no_groups(&error) => without_groups.push(error),
            Err(error) => failures.push(error),
        }
    }
    // The groups belong to the org that manages the others: those of the account are known if its keys are among these.
    match (has_answer, without_groups.len()) {
        (true, 0) => {}
        (true, 1) => app.output.note("1 other profile sees no groups of orgs"),
        (true, several) => {
            let note = format!("{several} other profiles see no groups of orgs");
            app.output.note(&note);
        }
        (false, _) => failures.extend(without_groups.into_iter().map(explain_lack_of_groups)),
    }
    let members = groups.into_iter().map(|(group, account)| async {
        let members = account.list_group_members(group.id).await;
        (group, account.profile(), members)
    });
    let members = run_concurrently(members, MAX_CONCURRENT_ACCOUNTS);
    let mut rows = Vec::new();
    for (group, profile, members) in progress.during(members).await {
        let of_group = format!("the orgs of the group `{}`", group.label());
        let gap = match members {
            Ok((orgs, gap)) => {
                rows.push(OrgGroupRow::new(group, orgs));
                gap
            }
            Err(error) => Some(error),
        };
        failures.extend(gap.map(|gap| gap.context(of_group).for_profile(profile)));
    }
    report::print_rows(rows, succeeded, &failures, &mut app.output)
}

fn describe_restriction(profile: Option<&str>) -> String {
    let whose = profile.map_or_else(
        || "these credentials".to_owned(),
        |name| format!("the keys of the profile {name}"),
    );
    format!("{whose} may not read the managed orgs: only the orgs of connections are listed")
}
