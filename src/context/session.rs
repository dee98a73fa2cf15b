use std::future::Future;
use std::sync::Arc;

use anyhow::Result;
use futures_util::{StreamExt as _, stream};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use super::Account;
use super::access::{Access, Manner};
use super::signals::{self, StopRequests};
use crate::error::Failure;

/// At most this many accounts are worked with at once: as many as have a request each under way over one HTTP/2
/// connection. What goes over it in all is bounded where it is sent.
pub(crate) const ACCOUNTS_AT_ONCE: usize = 100;
/// At most this many changes of one org are under way at once, as its rate limit is for all who work in it.
pub(crate) const CHANGES_AT_ONCE: usize = 8;

/// A connection to the API for the length of one command: the accounts to work with, and the runtime to do it on.
pub(crate) struct Session {
    accounts: Vec<Account>,
    runtime: Runtime,
    // Serves until the session ends.
    #[cfg(feature = "sandbox")]
    _sandbox: Option<crate::sandbox::Running>,
}

/// What came of the work with one account.
pub(crate) struct FromAccount<T> {
    /// The account's profile, if it has one.
    pub(crate) profile: Option<Arc<str>>,
    /// What came of it.
    pub(crate) result: Result<T>,
}

impl Session {
    pub(super) fn new(access: Vec<Access>, manner: &Manner) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let requests = {
            let _inside = runtime.enter();
            StopRequests::catch()?
        };
        runtime.spawn(signals::watch(requests, manner.interrupt.clone()));
        Ok(Self {
            accounts: access
                .into_iter()
                .map(|access| Account::new(access, manner.clone()))
                .collect(),
            runtime,
            #[cfg(feature = "sandbox")]
            _sandbox: None,
        })
    }

    /// Keeps the sandbox running for as long as the session lasts.
    #[cfg(feature = "sandbox")]
    pub(super) fn keeping(self, sandbox: crate::sandbox::Running) -> Self {
        Self {
            _sandbox: Some(sandbox),
            ..self
        }
    }

    /// The only account, for a command that works with one.
    ///
    /// # Errors
    /// Several profiles are chosen.
    pub(crate) fn single(&self) -> Result<&Account> {
        match self.accounts.as_slice() {
            [account] => Ok(account),
            several => {
                let names: Vec<&str> = several
                    .iter()
                    .filter_map(|account| account.profile().map(AsRef::as_ref))
                    .collect();
                Err(Failure::usage(format!(
                    "this command works with one profile, and several are chosen: {}",
                    names.join(", ")
                ))
                .hint("choose one with --profile, or where the command takes it name the org with --source")
                .into())
            }
        }
    }

    /// The account of the profile that is used where nothing is chosen, if it is one of these.
    pub(crate) fn default_account(&self) -> Option<&Account> {
        self.accounts.iter().find(|account| account.is_default())
    }

    /// All accounts, in the order in which their profiles were chosen.
    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Does the same work with each account, some of them at the same time. The results are in the accounts' order;
    /// one that fails does not stop the others.
    pub(crate) async fn each<'a, T, W>(
        &'a self,
        work: impl Fn(&'a Account) -> W,
    ) -> Vec<FromAccount<T>>
    where
        W: Future<Output = Result<T>>,
    {
        let tasks = self.accounts.iter().map(|account| {
            let work = work(account);
            async move {
                FromAccount {
                    profile: account.profile().cloned(),
                    result: work.await,
                }
            }
        });
        stream::iter(tasks)
            .buffered(ACCOUNTS_AT_ONCE)
            .collect()
            .await
    }

    /// Runs `work` to its end. The first Ctrl-C lets what is in flight finish and starts nothing more; the second
    /// ends the program at once.
    pub(crate) fn run<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    /// Does something that takes long, such as printing to a reader who takes his time, while what is in flight goes
    /// on. It may use [`Session::run`] itself: what that waits for is done by the other thread.
    pub(crate) fn meanwhile<T>(&self, work: impl FnOnce() -> T) -> T {
        let over = Notify::new();
        std::thread::scope(|scope| {
            scope.spawn(|| self.runtime.block_on(over.notified()));
            // Also when `work` panics: the scope waits for its threads.
            let _ends = NotifyOnDrop(&over);
            work()
        })
    }
}

/// Says that something is over when it goes out of scope.
struct NotifyOnDrop<'a>(&'a Notify);

impl Drop for NotifyOnDrop<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}
