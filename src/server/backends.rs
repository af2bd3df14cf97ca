//! What the receiver works with. It comes up before they can be reached, and
//! answers meanwhile that it cannot serve yet.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::SetOnce;
use tokio::time::timeout;

use crate::queue::Queue;
use crate::store::Store;

/// How long requests wait unanswered until queue and store were opened.
const OPENING: Duration = Duration::from_secs(2);

/// The queue and the store, once they are there.
#[derive(Default)]
pub struct Backends {
    /// The queue.
    pub queue: Slot<Arc<dyn Queue>>,
    /// The store.
    pub store: Slot<Arc<dyn Store>>,
}

impl Backends {
    /// Returns when both are there, or are known not to be; or when that is
    /// not known after a while.
    pub(super) async fn tried(&self) {
        let both = async { tokio::join!(self.queue.tried.wait(), self.store.tried.wait()) };
        timeout(OPENING, both).await.ok();
    }
}

/// Something that is opened while the receiver runs.
pub struct Slot<T> {
    it: SetOnce<T>,
    tried: SetOnce<()>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self {
            it: SetOnce::new(),
            tried: SetOnce::new(),
        }
    }
}

impl<T> Slot<T> {
    /// It was opened; the first one stays.
    pub fn bring(&self, it: T) {
        self.it.set(it).ok();
        self.tried.set(()).ok();
    }

    /// It cannot be opened now.
    pub fn note_away(&self) {
        self.tried.set(()).ok();
    }

    /// It, once it was opened.
    pub(super) fn get(&self) -> Option<&T> {
        self.it.get()
    }
}
