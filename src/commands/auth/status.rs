use crate::api::{Client, ErrorKind, Permission};
use crate::app::{Account, App, unknown_current_org_error};
use crate::commands::shared_flags::Sorting;
use crate::commands::{profile_helpers, report};
use crate::error::{CommandError, Exit, Result, refused_credentials_hint};
use crate::model::{Connection, OrgDirectory, OrgRef, User};
use crate::output::{CredentialOrigins, IdentityPermissions, IdentityRow, IdentityUser};

/// Show the owner, the org and the permissions of credentials
///
/// Nothing is changed. Whether connections may be written is `unknown` where the service's answers do not tell.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn auth status
  orgconn auth status --all-profiles -o json")]
pub(super) struct Args {
    #[command(flatten)]
    sorting: Sorting,
}

pub(super) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    args.sorting.apply::<IdentityRow>(&mut app.output)?;
    let chosen_accounts = app.chosen_accounts()?;
    let progress = app.output.progress("asking whose keys these are", None);
    let results = progress
        .during(chosen_accounts.for_each_account(identify))
        .await;
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    let mut succeeded = false;
    for (account, result) in results {
        match result {
            Ok((row, mismatch)) => {
                rows.push(row);
                succeeded |= mismatch.is_none();
                failures.extend(mismatch.map(|error| error.for_profile(account.profile())));
            }
            Err(error) => failures.push(error),
        }
    }
    report::print_rows(rows, succeeded, &failures, &mut app.output)
}

/// The row of the credentials, and an error if their org is not the one that the profile names.
pub(super) async fn identify(account: &Account) -> Result<(IdentityRow, Option<CommandError>)> {
    let user = async {
        let client = account.client().await?;
        Ok::<_, CommandError>((client, client.current_user().await?))
    };
    let (client, user) = user.await.map_err(|error| name_origin(error, account))?;
    let permissions = find_permissions(client).await?;
    let org = find_org(&user, &permissions);
    let mismatch = match &org {
        Some(org) => account.require_pinned(org).err(),
        None => account.pinned_org().map(|_| unknown_current_org_error()),
    };
    Ok((row(account, user, org, &permissions), mismatch))
}

/// The org that the credentials belong to. Its name comes from the managed orgs or from the connection that was read.
fn find_org(user: &User, permissions: &Permissions) -> Option<OrgRef> {
    let managed = &permissions.managed;
    let mut org = managed.org_ref(user.org.or(managed.current)?);
    if let Some(seen) = &permissions.seen {
        org.fill_from(&seen.source);
        org.fill_from(&seen.destination);
    }
    Some(org)
}

/// Adds to the error where the credentials come from.
fn name_origin(error: CommandError, account: &Account) -> CommandError {
    let Some(sources) = account.credentials().sources() else {
        return error;
    };
    let origins = profile_helpers::origins(sources).describe();
    match error.exit() {
        Exit::Permission => {
            let server = account.server();
            let error = error.context(format!("the credentials from {origins} were not accepted"));
            error.hint(refused_credentials_hint("they are", &server))
        }
        _ => error.context(format!(
            "the credentials from {origins} could not be checked"
        )),
    }
}

/// The permissions of the credentials, and the data that was read to determine them.
struct Permissions {
    read: Permission,
    write: Permission,
    /// The managed orgs, if they may be read.
    managed: OrgDirectory,
    /// A connection that the credentials see, if there is one; it may name their org.
    seen: Option<Connection>,
}

/// Determines the permissions. Only credentials that may write connections or manage orgs may read the managed orgs, so
/// where these are forbidden, writing is forbidden too and needs no request of its own.
async fn find_permissions(client: &Client) -> Result<Permissions> {
    let (managed, reading) =
        futures_util::join!(client.managed_orgs(None), client.may_read_connections());
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

fn row(
    account: &Account,
    user: User,
    org: Option<OrgRef>,
    permissions: &Permissions,
) -> IdentityRow {
    let disabled = user.disabled;
    let status = user.status.or_else(|| {
        let status = if disabled? { "Disabled" } else { "Active" };
        Some(status.to_owned())
    });
    let sources = account.credentials().sources();
    IdentityRow {
        profile: account.profile().map(str::to_owned),
        site: account.server(),
        org,
        user: IdentityUser {
            id: user.id,
            name: user.name.or(user.handle),
            email: user.email,
            service_account: user.service_account,
            status,
        },
        credentials: Some(sources.map_or_else(CredentialOrigins::sample, profile_helpers::origins)),
        connections: IdentityPermissions {
            read: permissions.read.as_str(),
            write: permissions.write.as_str(),
        },
    }
}
