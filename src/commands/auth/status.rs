use anyhow::{Error, Result};

use crate::api::{Client, CurrentUser, ErrorKind, Permission};
use crate::commands::profile::origins;
use crate::commands::report::{self, PartFailure};
use crate::commands::sorting::Sorting;
use crate::context::{Account, Context};
use crate::error::{Exit, Failure};
use crate::output::{CredentialOrigins, IdentityRow};
use crate::topology::{Connection, Directory, Reference};

/// Who these credentials are, in which org, and what they may do
///
/// Nothing is changed. Whether connections may be written is `unknown` where the service's answers do not tell.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    sorting: Sorting,
}

/// What was found out of one account, and what is wrong with it all the same.
struct Standing {
    row: IdentityRow,
    wrong: Option<Failure>,
}

pub(super) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    args.sorting.apply::<IdentityRow>(&mut context.output)?;
    let session = context.session()?;
    let progress = context.output.progress("asking whose keys these are", None);
    let parts = session.run(progress.during(session.each(stand)));
    progress.finish();
    let (standings, mut failures) = report::part(parts);
    let mut rows = Vec::with_capacity(standings.len());
    let mut succeeded = false;
    for (profile, standing) in standings {
        succeeded |= standing.wrong.is_none();
        failures.extend(standing.wrong.map(|wrong| PartFailure {
            profile,
            error: wrong.into(),
        }));
        rows.push(standing.row);
    }
    report::finish_parts(rows, succeeded, failures, &mut context.output)
}

async fn stand(account: &Account) -> Result<Standing> {
    let identity = async {
        let client = account.client().await?;
        Ok::<_, Error>((client, client.current_user().await?))
    };
    let (client, user) = identity.await.map_err(|error| refused(account, error))?;
    let permissions = permissions(client).await?;
    let org = org(&user, &permissions);
    Ok(Standing {
        wrong: account.require_pinned(&org).err(),
        row: row(account, user, org, &permissions),
    })
}

/// Says where credentials that do not serve came from.
fn refused(account: &Account, error: Error) -> Error {
    match account.sources().map(origins) {
        Some(origins) => error.context(format!(
            "the credentials from {} do not serve",
            origins.describe()
        )),
        None => error,
    }
}

struct Permissions {
    read: Permission,
    write: Permission,
    /// The orgs that they manage, as far as they may be read.
    managed: Directory,
    /// A connection, if one was seen.
    seen: Option<Connection>,
}

/// What the credentials may do. The managed orgs are shown to those alone who may write connections or manage orgs:
/// credentials that may not see them are not tried any further.
async fn permissions(client: &Client) -> Result<Permissions> {
    let (managed, reading) = tokio::join!(client.managed_orgs(None), client.may_read_connections());
    let (read, seen) = reading?;
    let write = match &managed {
        Err(error) if error.kind() == ErrorKind::Forbidden => Permission::No,
        _ => client.may_write_connections().await?,
    };
    Ok(Permissions {
        read,
        write,
        managed: managed.unwrap_or_default(),
        seen,
    })
}

/// The org, with its name from wherever it was mentioned.
fn org(user: &CurrentUser, permissions: &Permissions) -> Reference {
    let managed = permissions.managed.current_reference().unwrap_or_default();
    let mut org = Reference {
        id: user.org.clone(),
        name: None,
    };
    org.fill_from(&managed);
    if let (Some(_), Some(seen)) = (&org.id, &permissions.seen) {
        org.fill_from(&seen.source);
        org.fill_from(&seen.destination);
    }
    org
}

fn row(
    account: &Account,
    user: CurrentUser,
    org: Reference,
    permissions: &Permissions,
) -> IdentityRow {
    let status = user.status.or_else(|| {
        let disabled = user.disabled?;
        Some(if disabled { "Disabled" } else { "Active" }.into())
    });
    IdentityRow {
        profile: account.profile().cloned(),
        server: account.server().to_owned(),
        org,
        user: Reference {
            id: user.id,
            name: user.name.or(user.handle),
        },
        email: user.email.map(String::from),
        service_account: user.service_account,
        status: status.map(String::from),
        credentials: Some(
            account
                .sources()
                .map_or_else(CredentialOrigins::sample, origins),
        ),
        read: permissions.read.as_str(),
        write: permissions.write.as_str(),
    }
}
