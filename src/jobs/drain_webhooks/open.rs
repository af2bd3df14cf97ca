//! What was claimed and is not settled yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::context::Context;
use crate::model::account::ProviderKind;
use crate::queue::{Delivery, DeliveryId, Returned};

type Ids = BTreeMap<ProviderKind, BTreeSet<DeliveryId>>;

/// Deliveries that are held.
#[derive(Default)]
pub(super) struct Open(Mutex<Ids>);

impl Open {
    /// Deliveries were claimed.
    pub(super) fn add(&self, provider: ProviderKind, deliveries: &[Delivery]) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ids = ids.entry(provider).or_default();
        ids.extend(deliveries.iter().map(|delivery| delivery.id));
    }

    /// Deliveries are settled.
    pub(super) fn close(&self, provider: ProviderKind, settled: &[DeliveryId]) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ids) = ids.get_mut(&provider) {
            settled.iter().for_each(|id| {
                ids.remove(id);
            });
        }
    }

    /// Gives back what is not settled, as not tried. Where that fails it comes
    /// back when the hold ends.
    pub(super) async fn give_back(self, cx: &Context) {
        let Ok(queue) = cx.queue().await else {
            return;
        };
        let ids = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (provider, ids) in ids {
            let returned = Returned {
                ids: ids.into_iter().collect(),
                tried: false,
                until: cx.now(),
            };
            if let Err(error) = queue.give_back(provider, returned).await {
                tracing::warn!(%error, "claimed notifications not given back yet");
            }
        }
    }
}
