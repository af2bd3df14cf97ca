//! Faults that tests inject into Microsoft's model.

use std::sync::Arc;

use super::super::faults;
use super::Microsoft;
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
pub struct Hook(pub(super) Arc<dyn Fn(&Microsoft) + Send + Sync>);

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}

impl Fault {
    /// Answers with a refusal of the API.
    pub fn refuse(error: &ApiError) -> Self {
        let fault = Self::answer(error.status, &error.body().to_string());
        match error.retry_after() {
            Some(seconds) => fault.retry_after(&seconds.to_string()),
            None => fault,
        }
    }

    /// 502 from something in between, which speaks no JSON.
    pub fn bad_gateway() -> Self {
        Self::new(Effect::Answer {
            status: 502,
            content_type: "text/html",
            body: "<html><body>Bad Gateway</body></html>".to_owned(),
            retry_after: None,
            headers: Vec::new(),
        })
    }

    /// Does something just before the request is processed.
    pub fn meanwhile(work: impl Fn(&Microsoft) + Send + Sync + 'static) -> Self {
        Self::new(Effect::Run(Hook(Arc::new(work))))
    }

    /// Only creation, change and deletion of events.
    pub fn on_writes(self) -> Self {
        self.on(Kind::EventsCreate)
            .on(Kind::EventsUpdate)
            .on(Kind::EventsDelete)
    }
}
