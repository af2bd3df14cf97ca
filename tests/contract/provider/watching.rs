//! An account whose watches deliver to a listener.

use calsync::model::id::{ExternalId, WatchId};
use calsync::model::watch::WatchGrant;
use calsync::provider::{Result, Signer, WatchRequest, lifecycle_path, path};
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::bench::{Bench, now};
use super::listener::{Arrived, Listener};
use super::service::event;

/// Where the listener is, as the services see it.
pub(super) const HOST: &str = "https://calsync.example";

/// An account whose notifications arrive somewhere.
pub(super) struct Watching {
    pub(super) bench: Bench,
    signer: Signer,
    pub(super) listener: Listener,
}

impl Watching {
    pub(super) async fn of(bench: Bench) -> Self {
        let signer = Signer::new(&"s3cret".into());
        let listener = Listener::start(bench.service.kind(), signer.clone()).await;
        bench.sandbox.route(HOST, listener.address);
        Self {
            bench,
            signer,
            listener,
        }
    }

    /// A request for a watch of the main calendar that lasts a week.
    pub(super) fn request(&self, watch: &str) -> WatchRequest {
        let watch = WatchId::new(format!("user_ada_{watch}"));
        let at = |path: &str| format!("{HOST}{path}").parse::<Url>().unwrap();
        let kind = self.bench.service.kind();
        WatchRequest {
            calendar: ExternalId::new(self.bench.service.main()),
            signature: self.signer.sign(&watch),
            watch,
            address: at(path(kind)),
            lifecycle_address: at(lifecycle_path(kind)),
            now: now(),
            until: week(now()),
        }
    }

    pub(super) async fn ask(&self, request: &WatchRequest) -> Result<WatchGrant> {
        self.bench
            .provider
            .watch(&self.bench.session, request)
            .await
    }

    pub(super) async fn watch(&self, watch: &str) -> Result<WatchGrant> {
        self.ask(&self.request(watch)).await
    }

    pub(super) async fn extend(
        &self,
        watch: &WatchGrant,
        now: DateTime<Utc>,
    ) -> Result<Option<WatchGrant>> {
        let session = &self.bench.session;
        let provider = &self.bench.provider;
        provider.extend_watch(session, watch, now, week(now)).await
    }

    pub(super) async fn stop(&self, watch: &WatchGrant) -> Result<()> {
        self.bench
            .provider
            .stop_watch(&self.bench.session, watch)
            .await
    }

    /// What arrives when an event of the main calendar is entered.
    pub(super) async fn told(&self) -> Arrived {
        self.listener.take();
        let lunch = event("lunch", "2026-03-18T12:00", "2026-03-18T13:00");
        self.bench.put(lunch);
        self.bench.service.settle().await;
        self.listener.take()
    }

    /// The watches that tell of an event.
    pub(super) async fn tell(&self) -> Vec<String> {
        let told = self.told().await;
        assert_eq!(told.forged, 0);
        let watches = told.authentic.into_iter().map(|told| told.watch.unwrap());
        watches.collect()
    }
}

/// As long as watches are asked to last.
pub(super) fn week(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::hours(7 * 24 - 1)
}
