//! What the receiver works with. It comes up before they can be reached, and
//! answers meanwhile that it cannot serve yet.

use std::sync::{Arc, OnceLock};

use crate::queue::Queue;
use crate::store::Store;

/// The queue and the store, once they are there.
#[derive(Default)]
pub struct Backends {
    queue: OnceLock<Arc<dyn Queue>>,
    store: OnceLock<Arc<dyn Store>>,
}

impl Backends {
    /// The queue was opened; the first one stays.
    pub fn bring_queue(&self, queue: Arc<dyn Queue>) {
        self.queue.set(queue).ok();
    }

    /// The store was opened; the first one stays.
    pub fn bring_store(&self, store: Arc<dyn Store>) {
        self.store.set(store).ok();
    }

    /// The queue.
    pub(super) fn queue(&self) -> Option<&dyn Queue> {
        self.queue.get().map(AsRef::as_ref)
    }

    /// The store.
    pub(super) fn store(&self) -> Option<&dyn Store> {
        self.store.get().map(AsRef::as_ref)
    }
}
