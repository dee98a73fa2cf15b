use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};

use hyper::body::Bytes;
use uuid::Uuid;

use super::account::Account;

/// An account that is kept nowhere else, with the pages of listings that were already made of it.
///
/// Measurements list a large account again and again. Were the pages made anew each time, it is the sandbox that
/// would be measured.
#[derive(Debug)]
pub(super) struct Memory {
    account: RwLock<Account>,
    /// By the calling org and the query string. Locked after the account, never before.
    pages: Mutex<HashMap<(Uuid, String), Bytes>>,
}

impl Memory {
    pub(super) fn new(account: Account) -> Self {
        Self {
            account: RwLock::new(account),
            pages: Mutex::default(),
        }
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&Account) -> T) -> T {
        look(&self.account.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives the account to `change`, and forgets the pages.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        let mut account = self.account.write().unwrap_or_else(PoisonError::into_inner);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.clear();
        change(&mut account)
    }

    /// The page that was made for this org and query, or else the one that `make` makes.
    pub(super) fn page<E>(
        &self,
        org: Uuid,
        query: &str,
        make: impl FnOnce(&Account) -> Result<Bytes, E>,
    ) -> Result<Bytes, E> {
        self.read(|account| {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (org, query.to_owned());
            if let Some(page) = pages.get(&key) {
                return Ok(page.clone());
            }
            let page = make(account)?;
            pages.insert(key, page.clone());
            Ok(page)
        })
    }
}
