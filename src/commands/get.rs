use anyhow::Result;

use super::gather::gather;
use super::report;
use super::selection::{self, Ends};
use crate::context::Context;
use crate::error::Exit;
use crate::topology::{Connection, ConnectionSelector};

/// Show one connection
///
/// It is named by its id, by a beginning of it (4 characters or more) that no other connection has, or by --source
/// and --destination if they match exactly one.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Id of the connection, or its beginning
    #[arg(value_name = "CONNECTION")]
    connection: Option<ConnectionSelector>,

    #[command(flatten)]
    ends: Ends,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    selection::require_one_way(args.connection.is_some(), &args.ends)?;
    context.output.check::<Connection>()?;
    let session = context.session()?;
    if session.accounts().len() == 1 {
        context.output.leave_out("profiles");
    }
    let progress = context.output.progress("reading the connections", None);
    let mut gathered = session.run(progress.during(gather(&session, &args.ends)))?;
    progress.finish();
    if gathered.succeeded {
        let found =
            selection::one(args.connection.as_ref(), &args.ends, &gathered.connections)?.clone();
        gathered.connections = vec![found];
    }
    report::finish_parts(
        gathered.connections,
        gathered.succeeded,
        gathered.failures,
        &mut context.output,
    )
}
