//! Stops asking a provider that is away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::account::ProviderKind;
use crate::model::id::AccountId;

/// So many calendars in a row that could not reach the provider mean that it
/// is away, and the rest of the cycle is deferred: for the one account that
/// they belong to, or for everybody when they belong to several.
const ENOUGH: u32 = 8;
const SEVERAL: usize = 4;

/// Failures in a row to reach a provider, by account.
type InARow = HashMap<AccountId, u32>;

/// Counts, for each provider, failures to reach it in a row.
#[derive(Debug, Default)]
pub(super) struct Outages(Mutex<HashMap<ProviderKind, InARow>>);

impl Outages {
    /// The provider could not be reached for an account.
    pub(super) fn unreachable(&self, provider: ProviderKind, account: &AccountId) {
        let mut outages = self.lock();
        let in_a_row = outages.entry(provider).or_default();
        *in_a_row.entry(account.clone()).or_default() += 1;
    }

    /// The provider answered.
    pub(super) fn reached(&self, provider: ProviderKind) {
        self.lock().remove(&provider);
    }

    /// Whether it is not worth asking the provider for this account in this
    /// cycle.
    pub(super) fn is_away(&self, provider: ProviderKind, account: &AccountId) -> bool {
        self.lock().get(&provider).is_some_and(|in_a_row| {
            let own = in_a_row.get(account).copied().unwrap_or(0);
            let all: u32 = in_a_row.values().sum();
            own >= ENOUGH || (all >= ENOUGH && in_a_row.len() >= SEVERAL)
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ProviderKind, InARow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
