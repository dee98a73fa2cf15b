use std::io;
use std::sync::Arc;

use anyhow::{Error, Result};

use super::gather::{self, gather};
use super::lookup::Lookup;
use super::report;
use super::selection::Ends;
use super::types;
use crate::api::{self, ConnectionPages};
use crate::context::{Account, Context, Session};
use crate::error::{self, Exit};
use crate::output::{Listing, Output};
use crate::topology::{Connection, ConnectionType};

/// List the connections this org takes part in
///
/// Source and destination narrow the listing at the service, types after it. Long listings stream in every format
/// but the table. With several profiles each connection comes once, with the profiles that see it.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn list --destination 'Observability Hub' --type logs
  orgconn list --sort=-created_at --columns source,destination,created_by
  orgconn list -o csv > connections.csv")]
pub(crate) struct Args {
    #[command(flatten)]
    ends: Ends,

    /// Only connections that share this type, or one of several (repeatable, comma-separated)
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    /// Order by these columns; `-` in front: descending (comma-separated)
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    sort: Vec<String>,
}

impl Args {
    fn wants(&self, connection: &Connection) -> bool {
        self.types.is_empty()
            || self
                .types
                .iter()
                .any(|kind| connection.types.contains(kind))
    }
}

pub(crate) fn run(mut args: Args, context: &mut Context) -> Result<Exit> {
    context.output.sort_by(std::mem::take(&mut args.sort));
    context.output.check::<Connection>()?;
    types::warn_of_unknown(&args.types, &mut context.output)?;
    let session = context.session()?;
    match session.accounts() {
        [account] => stream_one(&session, account, &args, &mut context.output),
        _ => all_at_once(&session, &args, &mut context.output),
    }
}

/// Shows the pages of one org as they come.
fn stream_one(
    session: &Session,
    account: &Account,
    args: &Args,
    output: &mut Output,
) -> Result<Exit> {
    let mut pages = session.run(async {
        let client = account.client().await?;
        let filter = args.ends.filter(&mut Lookup::new(account)).await?;
        Ok::<_, Error>(client.connections(filter))
    })?;
    let profile = account.profile();
    output.leave_out("profiles");
    let mut listing = output.begin::<Connection>()?;
    let mut received = 0;
    while let Some(page) = session.run(pages.next()) {
        received += page.as_ref().map_or(0, Vec::len);
        match page {
            Ok(page) if is_whole(&page, &pages) => push(page, profile, args, &mut listing)?,
            Ok(page) => session.meanwhile(|| push(page, profile, args, &mut listing))?,
            Err(refused) if received == 0 => return Err(refused.into()),
            Err(lost) => {
                let lost = broken_off(lost, received, pages.total());
                let view = error::view(&lost, profile.map(AsRef::as_ref));
                // How the listing ended counts, whether or not somebody still reads.
                let _ = listing.finish(&[view]);
                return Err(error::reported(lost, output));
            }
        }
    }
    listing.finish(&[])?;
    Ok(Exit::Done)
}

/// Says of an error after the first page that the rows shown are not all.
fn broken_off(lost: api::Error, received: usize, total: Option<u64>) -> Error {
    let of_how_many = total.map_or_else(String::new, |total| format!(" of {total}"));
    Error::from(lost).context(format!(
        "the listing breaks off after {received}{of_how_many} connections"
    ))
}

/// Whether the page is the whole listing, so that nothing is in flight while it is printed.
fn is_whole(page: &[Connection], pages: &ConnectionPages) -> bool {
    pages
        .total()
        .is_some_and(|total| total <= page.len() as u64)
}

fn push(
    mut page: Vec<Connection>,
    profile: Option<&Arc<str>>,
    args: &Args,
    listing: &mut Listing<'_, Connection>,
) -> io::Result<()> {
    gather::mark(&mut page, profile);
    for connection in page.into_iter().filter(|connection| args.wants(connection)) {
        listing.push(connection)?;
    }
    listing.flush()
}

/// Shows what several orgs see. That a connection comes once is known only when all have answered.
fn all_at_once(session: &Session, args: &Args, output: &mut Output) -> Result<Exit> {
    let mut gathered = session.run(gather(session, &args.ends))?;
    gathered
        .connections
        .retain(|connection| args.wants(connection));
    report::finish_parts(
        gathered.connections,
        gathered.succeeded,
        gathered.failures,
        output,
    )
}
