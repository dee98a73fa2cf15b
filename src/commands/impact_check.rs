//! `--check-impact`: refuses to delete a connection that something reads data through.

use crate::app::ChosenAccounts;
use crate::error::{CommandError, Exit, Result};
use crate::model::{Connection, Content, ContentKind};
use crate::output::{Output, plural};

/// The flag that checks the impact of deletes.
#[derive(clap::Args, Debug)]
pub(crate) struct ImpactCheck {
    /// Refuse if dashboards would break
    ///
    /// Also if notebooks or powerpacks would. Reads all of the destination's, as `orgconn impact` does.
    #[arg(long)]
    check_impact: bool,
}

impl ImpactCheck {
    /// Before a question, proposes to look for what would break, unless that is done already.
    pub(crate) fn offer(&self, output: &mut Output) {
        if !self.check_impact {
            output.hint(
                "`orgconn impact` shows what reads data through a connection; --check-impact refuses to break it",
            );
        }
    }

    /// Fails if the flag is given and something reads data through one of these connections, which are to be deleted.
    ///
    /// # Errors
    /// Also fails if that is not known.
    pub(crate) async fn check(
        &self,
        connections: &[&Connection],
        chosen_accounts: &ChosenAccounts,
        output: &Output,
    ) -> Result<()> {
        if !self.check_impact || connections.is_empty() {
            return Ok(());
        }
        let progress = output.progress("reading dashboards, notebooks and powerpacks", None);
        let reading = chosen_accounts.destination_contents(connections, &progress);
        let destinations = progress.during(reading).await;
        let labels = output.org_labels([]);
        let (mut all, mut lines) = (Vec::new(), Vec::new());
        for connection in connections {
            let contents = destinations.get(&connection.destination.id);
            let readers = contents.map(|contents| contents.readers_of(connection.source.id));
            let readers: Vec<_> = readers.into_iter().flatten().collect();
            if !readers.is_empty() {
                let ends = [&connection.source, &connection.destination];
                let [source, destination] = ends.map(|org| labels.label(org));
                let (id, counts) = (connection.id, describe(&readers));
                lines.push(format!("`{source}` to `{destination}` ({id}): {counts}"));
                all.extend(readers);
            }
        }
        if !all.is_empty() {
            let message = format!("deleting would break {}", describe(&all));
            return Err(CommandError::new(Exit::Difference, message)
                .candidates(lines)
                .hint(
                    "`orgconn impact` lists them; without --check-impact they are not looked for",
                ));
        }
        let mut failures = destinations
            .into_values()
            .flat_map(|contents| contents.failures);
        match failures.next() {
            Some(error) => Err(error.context("what would break is not known")),
            None => Ok(()),
        }
    }
}

/// The number of each kind: `2 dashboards, 1 notebook`.
fn describe(contents: &[&Content]) -> String {
    let counts = ContentKind::ALL.into_iter().filter_map(|kind| {
        let count = contents
            .iter()
            .filter(|content| content.kind == kind)
            .count();
        (count > 0).then(|| plural(count, kind.as_str()))
    });
    counts.collect::<Vec<_>>().join(", ")
}
