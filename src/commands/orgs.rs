use std::collections::HashMap;

use uuid::Uuid;

use super::report;
use super::shared_flags::Sorting;
use crate::api::ErrorKind;
use crate::app::{Account, App, unreadable_orgs_error};
use crate::error::{Exit, Result};
use crate::model::{OrgDirectory, fold_name};
use crate::output::OrgRow;

/// List the orgs that these credentials manage
///
/// The current org is marked, and each org has the profiles whose keys belong to it. Without the permission to read the
/// orgs, those that connections mention are listed.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn orgs --sort name
  orgconn orgs --name retail -o csv > orgs.csv")]
pub(crate) struct Args {
    /// Only orgs whose name holds this text
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    #[command(flatten)]
    sorting: Sorting,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
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
    if let Some(name) = name {
        let name = fold_name(name);
        let contains = |known: &String| fold_name(known).contains(&*name);
        let orgs = &mut directory.orgs;
        orgs.retain(|org| org.name.as_ref().is_some_and(contains));
    }
    Ok((directory, true))
}

fn describe_restriction(profile: Option<&str>) -> String {
    let whose = profile.map_or_else(
        || "these credentials".to_owned(),
        |name| format!("the keys of the profile {name}"),
    );
    format!("{whose} may not read the managed orgs: only the orgs of connections are listed")
}
