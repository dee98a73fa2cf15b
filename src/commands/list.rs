use std::sync::Arc;
use std::{io, iter};

use anyhow::{Error, Result};

use super::gather::{self, gather};
use super::lookup::Lookup;
use super::report;
use super::selection::Ends;
use super::sorting::Sorting;
use super::types;
use crate::api::{self, ConnectionPages};
use crate::completion::Collected;
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

    #[command(flatten)]
    sorting: Sorting,
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

type Page = Result<Vec<Connection>, api::Error>;

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    args.sorting.apply::<Connection>(&mut context.output)?;
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
    let first = match session.run(pages.next()) {
        Some(Err(refused)) => return Err(refused.into()),
        first => first,
    };
    let printer = Printer {
        profile,
        account,
        seen: account.collect().filter(|_| args.ends.is_empty()),
        args,
        total: pages.total(),
        listing: output.begin::<Connection>()?,
    };
    let lost = if is_whole(first.as_ref(), &pages) {
        printer.print(first)?
    } else {
        let rest = iter::from_fn(|| session.run(pages.next()));
        session.meanwhile(|| printer.print(first.into_iter().chain(rest)))?
    };
    match lost {
        None => Ok(Exit::Done),
        Some(lost) => Err(error::reported(lost, output)),
    }
}

/// Whether the page is the whole listing, so that nothing is in flight while it is printed.
fn is_whole(page: Option<&Page>, pages: &ConnectionPages) -> bool {
    match page {
        Some(Ok(page)) => pages
            .total()
            .is_some_and(|total| total <= page.len() as u64),
        _ => true,
    }
}

/// What prints the pages of one org.
struct Printer<'a> {
    profile: Option<&'a Arc<str>>,
    account: &'a Account,
    /// What was seen, if that will be all.
    seen: Option<Collected>,
    args: &'a Args,
    /// How many connections there are, as the first page has it.
    total: Option<u64>,
    listing: Listing<'a, Connection>,
}

impl Printer<'_> {
    /// Prints pages as they come; gives the error that cut them short, which the listing then holds.
    fn print(mut self, pages: impl IntoIterator<Item = Page>) -> io::Result<Option<Error>> {
        let mut received = 0;
        for page in pages {
            match page {
                Ok(page) => {
                    received += page.len();
                    self.push(page)?;
                }
                Err(lost) => {
                    let lost = broken_off(lost, received, self.total);
                    let view = error::view(&lost, self.profile.map(AsRef::as_ref));
                    // How the listing ended counts, whether or not somebody still reads.
                    let _ = self.listing.finish(&[view]);
                    return Ok(Some(lost));
                }
            }
        }
        self.listing.finish(&[])?;
        if let Some(seen) = self.seen {
            self.account.saw_connections(seen);
        }
        Ok(None)
    }

    fn push(&mut self, mut page: Vec<Connection>) -> io::Result<()> {
        if let Some(seen) = &mut self.seen {
            seen.add(&page);
        }
        gather::mark(&mut page, self.profile);
        for connection in page {
            if self.args.wants(&connection) {
                self.listing.push(connection)?;
            }
        }
        self.listing.flush()
    }
}

/// Says of an error after the first page that the rows shown are not all.
fn broken_off(lost: api::Error, received: usize, total: Option<u64>) -> Error {
    let of_how_many = total.map_or_else(String::new, |total| format!(" of {total}"));
    Error::from(lost).context(format!(
        "the listing breaks off after {received}{of_how_many} connections"
    ))
}

/// Shows what several orgs see. That a connection comes once is known only when all have answered.
fn all_at_once(session: &Session, args: &Args, output: &mut Output) -> Result<Exit> {
    let progress = output.progress("reading the connections", None);
    let mut gathered = session.run(progress.during(gather(session, &args.ends)))?;
    progress.finish();
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
