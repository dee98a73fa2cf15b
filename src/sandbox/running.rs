use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::{Listener, Sandbox, SandboxError, ServeOptions, serve};

/// A sandbox that is served by a thread of its own. Dropping it stops the server and waits for the thread.
#[derive(Debug)]
pub struct Running {
    url: String,
    /// Dropped to stop the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Opens the account in `state_file` and serves it in the background, on a free port of 127.0.0.1.
///
/// # Errors
/// Those of [`Sandbox::open`] and [`Running::start`].
pub fn start(state_file: &Path) -> Result<Running, SandboxError> {
    Running::start(Sandbox::open(state_file)?, ServeOptions::default())
}

impl Running {
    /// Serves the sandbox in the background, on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No socket, runtime or thread is to be had.
    pub fn start(sandbox: Sandbox, options: ServeOptions) -> Result<Self, SandboxError> {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let url = listener.url();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = spawn(async {
            let stopped = async { drop(stopped.await) };
            // The socket was made a moment ago. A runtime that does not take it leaves the client with a
            // connection that is refused.
            let _ = serve(sandbox, listener, options, stopped).await;
        });
        Ok(Self {
            url,
            stop: Some(stop),
            thread: Some(thread.map_err(SandboxError::Background)?),
        })
    }

    /// The API's base URL, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        self.url.clone()
    }
}

fn spawn(work: impl Future<Output = ()> + Send + 'static) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("sandbox".to_owned())
        .spawn(move || runtime.block_on(work))
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there was reported by its own thread.
            let _ = thread.join();
        }
    }
}
