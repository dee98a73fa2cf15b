use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;

use super::lookup::Lookup;
use super::report;
use super::sorting::Sorting;
use crate::api::ErrorKind;
use crate::context::{Account, Context};
use crate::error::Exit;
use crate::output::OrgRow;
use crate::topology::{Directory, Id};

/// List the orgs that these credentials manage
///
/// Which of them is current is marked, and which profile serves it. Without the permission to read them, the orgs
/// that connections mention are listed.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Only orgs whose name holds this text
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    #[command(flatten)]
    sorting: Sorting,
}

/// The orgs that one account sees.
struct View {
    directory: Directory,
    /// Whether the managed orgs may not be read, so that only those that connections mention are here.
    restricted: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    args.sorting.apply::<OrgRow>(&mut context.output)?;
    let session = context.session()?;
    let name = args.name.as_deref();
    let progress = context.output.progress("reading the orgs", None);
    let parts = session.run(progress.during(session.each(|account| read(account, name))));
    progress.finish();
    let (views, failures) = report::part(parts);
    for (profile, view) in &views {
        if view.restricted {
            context.output.warn(&restriction(profile.as_deref()));
        }
    }
    let succeeded = !views.is_empty();
    report::finish_parts(merge(views), succeeded, failures, &mut context.output)
}

fn restriction(profile: Option<&str>) -> String {
    let whose = profile.map_or_else(
        || "these credentials".to_owned(),
        |name| format!("the keys of the profile {name}"),
    );
    format!("{whose} may not read the managed orgs: only those that connections mention are listed")
}

async fn read(account: &Account, name: Option<&str>) -> Result<View> {
    let client = account.client().await?;
    match client.managed_orgs(name).await {
        Err(error) if error.kind() == ErrorKind::Forbidden => {}
        answer => {
            let directory = answer?;
            if name.is_none() {
                account.saw_orgs(&directory);
            }
            return Ok(View {
                directory,
                restricted: false,
            });
        }
    }
    let mut directory = Lookup::new(account).mentioned().await?;
    if let Some(name) = name {
        let name = name.to_lowercase();
        directory.orgs.retain(|org| {
            org.name
                .as_ref()
                .is_some_and(|known| known.to_lowercase().contains(&name))
        });
    }
    Ok(View {
        directory,
        restricted: true,
    })
}

/// Each org once, with the profiles whose keys belong to it.
fn merge(views: Vec<(Option<Arc<str>>, View)>) -> Vec<OrgRow> {
    let mut rows: Vec<OrgRow> = Vec::new();
    let mut places: HashMap<Id, usize> = HashMap::new();
    for (profile, View { directory, .. }) in views {
        for org in directory.orgs {
            let current = directory.current.as_ref() == Some(&org.id);
            let place = *places.entry(org.id.clone()).or_insert(rows.len());
            if place == rows.len() {
                rows.push(OrgRow {
                    org,
                    current: false,
                    profiles: Vec::new(),
                });
            } else {
                rows[place].org.fill_from(&org);
            }
            rows[place].current |= current;
            rows[place]
                .profiles
                .extend(profile.iter().filter(|_| current).cloned());
        }
    }
    rows
}
