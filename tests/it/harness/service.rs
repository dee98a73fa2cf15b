use std::sync::{Arc, Mutex};

use super::live::{Live, Request};
use super::{Flaky, Reply, World, live};

/// A server of one account's live state. It answers as the API does until a test answers in its place.
pub(crate) struct Service {
    pub(crate) api: Flaky,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    live: Live,
    respond: Respond,
}

/// Answers a request. The live state changes only as far as this lets it.
type Respond = Box<dyn FnMut(&Request, &mut Live) -> Reply + Send>;

impl Service {
    /// Serves a live state whose orgs are all of the account 0.
    pub(crate) fn start(live: Live) -> Self {
        let respond: Respond = Box::new(|request, live| live.reply(0, request));
        let shared = Arc::new(Mutex::new(Shared { live, respond }));
        let answering = Arc::clone(&shared);
        let api = Flaky::answering(move |request| {
            let Shared { live, respond } = &mut *answering.lock().unwrap();
            respond(&Request::new(request), live)
        });
        Self { api, shared }
    }

    /// Answers every request with `respond` from now on.
    pub(crate) fn respond_with(
        &self,
        respond: impl FnMut(&Request, &mut Live) -> Reply + Send + 'static,
    ) {
        self.shared.lock().unwrap().respond = Box::new(respond);
    }

    /// Looks at the live state, or changes it.
    pub(crate) fn with_live<T>(&self, action: impl FnOnce(&mut Live) -> T) -> T {
        action(&mut self.shared.lock().unwrap().live)
    }

    /// A world that talks to this server with the first keys.
    pub(crate) fn world(&self) -> World {
        World::bare()
            .with("ORGCONN_API_URL", self.api.url())
            .with("DD_API_KEY", &live::key(0))
            .with("DD_APP_KEY", &live::key(0))
    }
}
