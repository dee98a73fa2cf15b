use super::report;
use super::shared_flags::OneConnection;
use crate::app::App;
use crate::error::{Exit, Result};
use crate::output::ImpactRow;

/// Show what reads data through a connection
///
/// The dashboards, notebooks and powerpacks of the destination that have queries of the source's data. They break when
/// the connection is deleted. Each dashboard is read, which may take a while where there are many.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn impact 40bb
  orgconn impact --source 'Retail US' --destination 'Observability Hub' -o csv")]
pub(crate) struct Args {
    #[command(flatten)]
    connection: OneConnection,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ImpactRow>()?;
    let question = "Show the impact of which connection?";
    let finding = args.connection.find(question, "nothing was shown", app);
    let (chosen_accounts, connection, failures) = finding.await?;
    let account = chosen_accounts
        .end_accounts(&connection, failures)
        .await?
        .destination;
    let progress = app
        .output
        .progress("reading dashboards, notebooks and powerpacks", None);
    let found = progress.during(account.contents(&progress)).await;
    let rows = found.readers_of(connection.source.id).map(|content| {
        let url = content.path.as_deref().map(|path| account.web_url(path));
        ImpactRow::new(content, connection.source.id, url)
    });
    let rows: Vec<_> = rows.collect();
    report::print_rows(rows, found.answered, &found.failures, &mut app.output)
}
