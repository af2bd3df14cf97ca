//! Faults that tests inject into Google's model.

use std::sync::Arc;

use super::super::faults;
use super::Google;
use super::errors::ApiError;
use super::route::Kind;

/// What a fault does to the request it hits.
pub type Effect = faults::Effect<Hook>;

/// An [`Effect`] and the requests it is for.
pub type Fault = faults::Fault<Kind, Hook>;

/// The faults that still wait for their request.
pub(super) type Faults = faults::Faults<Kind, Hook>;

/// What [`Effect::Run`] does.
#[derive(Clone)]
pub struct Hook(pub(super) Arc<dyn Fn(&Google) + Send + Sync>);

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}

impl Fault {
    /// Answers with a refusal of the API.
    pub fn refuse(error: &ApiError) -> Self {
        Self::answer(error.status, &error.body().to_string())
    }

    /// Does something just before the request is processed.
    pub fn meanwhile(work: impl Fn(&Google) + Send + Sync + 'static) -> Self {
        Self::new(Effect::Run(Hook(Arc::new(work))))
    }

    /// Only insert, update, patch and delete of events.
    pub fn on_writes(self) -> Self {
        self.on(Kind::EventsInsert)
            .on(Kind::EventsUpdate)
            .on(Kind::EventsPatch)
            .on(Kind::EventsDelete)
    }
}
