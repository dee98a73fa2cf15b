//! What in a connection's destination reads the source's data, and so breaks when the connection is deleted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use uuid::Uuid;

use super::{Account, ChosenAccounts, run_concurrently};
use crate::api::{self, Client, ContentListing, ErrorKind};
use crate::error::{CommandError, Exit};
use crate::model::{Connection, Content, ContentKind};
use crate::output::Progress;

/// The maximum number of dashboards that are read at a time. All users of the org share its rate limit.
const MAX_CONCURRENT_DASHBOARDS: usize = 16;

/// The dashboards, notebooks and powerpacks of an org, as far as they can be read.
#[derive(Default)]
pub(crate) struct OrgContents {
    pub(crate) contents: Vec<Content>,
    /// Whether those of one kind could be listed, at least.
    pub(crate) answered: bool,
    /// Why some or all of them cannot be read.
    pub(crate) failures: Vec<CommandError>,
}

impl OrgContents {
    fn failed(error: CommandError) -> Self {
        Self {
            failures: vec![error],
            ..Self::default()
        }
    }

    /// Those that read the data of `source`.
    pub(crate) fn readers_of(&self, source: Uuid) -> impl Iterator<Item = &Content> {
        let contents = self.contents.iter();
        contents.filter(move |content| content.widgets.contains_key(&source))
    }
}

impl ChosenAccounts {
    /// Reads what is in the destinations of these connections, each org once.
    pub(crate) async fn destination_contents(
        &self,
        connections: &[&Connection],
        progress: &Progress,
    ) -> BTreeMap<Uuid, OrgContents> {
        let by_destination: BTreeMap<_, _> = connections
            .iter()
            .map(|connection| (connection.destination.id, *connection))
            .collect();
        let tasks = by_destination.into_iter().map(async |(org, connection)| {
            let contents = match self.end_accounts(connection, Vec::new()).await {
                Ok(ends) => ends.destination.contents(progress).await,
                Err(error) => OrgContents::failed(error),
            };
            (org, contents)
        });
        join_all(tasks).await.into_iter().collect()
    }
}

impl Account {
    /// Reads all dashboards, notebooks and powerpacks of the credentials' org. Advances the progress by one for each.
    pub(crate) async fn contents(&self, progress: &Progress) -> OrgContents {
        let reading = async {
            let client = self.client().await?;
            let kinds = ContentKind::ALL.map(|kind| contents_of_kind(client, kind, progress));
            Ok(join_all(kinds).await)
        };
        let kinds = match self.with_pinned_org(reading).await {
            Ok(kinds) => kinds,
            Err(error) => return OrgContents::failed(error.for_profile(self.profile())),
        };
        let mut all = OrgContents::default();
        for kind in kinds {
            all.contents.extend(kind.contents);
            all.answered |= kind.answered;
            let failures = kind.failures.into_iter();
            all.failures
                .extend(failures.map(|error| error.for_profile(self.profile())));
        }
        all
    }
}

async fn contents_of_kind(client: &Client, kind: ContentKind, progress: &Progress) -> OrgContents {
    // A dashboard is not read before its widgets are.
    let advance = |rows: usize| {
        if kind != ContentKind::Dashboard {
            progress.advance(rows as u64);
        }
    };
    let ContentListing {
        contents,
        unreadable,
    } = match client.contents(kind, advance).await {
        Ok(listing) => listing,
        Err(error) => {
            let message = format!("the {}s cannot be read", kind.as_str());
            return OrgContents::failed(unread_error(kind, error, message));
        }
    };
    let mut read = match kind {
        ContentKind::Dashboard => with_widgets(client, contents, progress).await,
        ContentKind::Notebook | ContentKind::Powerpack => OrgContents {
            contents,
            ..OrgContents::default()
        },
    };
    read.answered = true;
    if unreadable > 0 {
        let kind = kind.as_str();
        let message = match unreadable {
            1 => format!("a record of the {kind}s cannot be read"),
            count => format!("{count} records of the {kind}s cannot be read"),
        };
        read.failures
            .push(CommandError::new(Exit::Failure, message));
    }
    read
}

/// Reads the widgets of dashboards. One that may not be seen does not stop the others, any other error does.
async fn with_widgets(
    client: &Client,
    dashboards: Vec<Content>,
    progress: &Progress,
) -> OrgContents {
    let all = dashboards.len();
    let is_stopped = AtomicBool::new(false);
    let tasks = dashboards.into_iter().map(async |mut dashboard| {
        if is_stopped.load(Ordering::Relaxed) {
            return Err(None);
        }
        let widgets = client.dashboard_widgets(&dashboard.id).await;
        progress.advance(1);
        match widgets {
            Ok(widgets) => {
                dashboard.widgets = widgets.unwrap_or_default();
                Ok(dashboard)
            }
            Err(error) => {
                is_stopped.fetch_or(error.kind() != ErrorKind::Forbidden, Ordering::Relaxed);
                Err(Some(error))
            }
        }
    });
    let (mut read, mut errors) = (OrgContents::default(), Vec::new());
    for result in run_concurrently(tasks, MAX_CONCURRENT_DASHBOARDS).await {
        match result {
            Ok(dashboard) => read.contents.push(dashboard),
            Err(error) => errors.extend(error),
        }
    }
    let unread = all - read.contents.len();
    // What stopped the others says more than that one may not be seen.
    errors.sort_by_key(|error: &api::Error| error.kind() == ErrorKind::Forbidden);
    if let Some(error) = errors.into_iter().next() {
        let message = format!("{unread} of {all} dashboards cannot be read");
        let error = unread_error(ContentKind::Dashboard, error, message);
        read.failures.push(error);
    }
    read
}

/// The error about content that cannot be read.
fn unread_error(kind: ContentKind, error: api::Error, message: String) -> CommandError {
    let is_forbidden = error.kind() == ErrorKind::Forbidden;
    let error = CommandError::from(error).context(message);
    let permission = match kind {
        ContentKind::Dashboard | ContentKind::Powerpack => "dashboards_read",
        ContentKind::Notebook => "notebooks_read",
    };
    match is_forbidden {
        true => error.hint(format!(
            "it takes the permission {permission} in the destination"
        )),
        false => error,
    }
}
