//! Stops asking a provider that is away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::account::ProviderKind;

/// So many calendars in a row that could not reach the provider mean that it
/// is away, and the rest of the cycle is deferred.
const ENOUGH: u32 = 8;

/// Counts, for each provider, failures to reach it in a row.
#[derive(Debug, Default)]
pub(super) struct Outages(Mutex<HashMap<ProviderKind, u32>>);

impl Outages {
    /// The provider could not be reached.
    pub(super) fn unreachable(&self, provider: ProviderKind) {
        *self.lock().entry(provider).or_default() += 1;
    }

    /// The provider answered.
    pub(super) fn reached(&self, provider: ProviderKind) {
        self.lock().remove(&provider);
    }

    /// Whether it is not worth asking the provider in this cycle.
    pub(super) fn is_away(&self, provider: ProviderKind) -> bool {
        self.lock()
            .get(&provider)
            .is_some_and(|failures| *failures >= ENOUGH)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ProviderKind, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
