//! Stories in which calendars are watched and notifications queued.

use std::net::SocketAddr;
use std::sync::Arc;

use calsync::context::read_clock;
use calsync::jobs::{DrainWebhooks, RenewWatches};
use calsync::model::account::ProviderKind;
use calsync::model::notification::Notification;
use calsync::model::run::{JobRun, Outcome};
use calsync::model::watch::Watch;
use calsync::provider::Signer;
use calsync::queue::Queue;
use calsync::server::{Backends, Callers, Limits, Parts, Receiver, Server, Sockets};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::cycle::expect;
use super::story::{ANA, World};

/// Where the providers are told to find the receiver.
pub(crate) const PUBLIC_URL: &str = "https://calsync.example";

/// What proves that notifications are meant for it.
pub(crate) const SECRET: &str = "a secret of these stories";

impl World {
    /// Later cycles watch calendars.
    pub(crate) fn with_webhooks(&self) {
        self.configure("webhooks.public_url", PUBLIC_URL);
        self.configure("webhooks.secret", SECRET);
    }

    pub(crate) async fn renew_watches(&self) -> JobRun {
        self.run(&RenewWatches::default()).await
    }

    pub(crate) async fn drain(&self) -> JobRun {
        self.run(&DrainWebhooks::default()).await
    }

    /// The queue as another process sees it.
    pub(crate) async fn queue(&self) -> Arc<dyn Queue> {
        self.context().queue().await.unwrap().clone()
    }

    /// The watches that calsync knows of a calendar.
    pub(crate) async fn watches(&self, calendar: &str) -> Vec<Watch> {
        let calendar = self.known(calendar).await;
        let store = self.store().await;
        store.watch_list(Some(&calendar.id)).await.unwrap()
    }

    /// A notification of a watch of Ana's, as the receiver queues it.
    pub(crate) async fn notification(&self, calendar: &str) -> Notification {
        let watch = self.watches(calendar).await.pop().unwrap();
        let id = watch.grant.map(|grant| grant.external_id);
        notification(watch.provider, id, "exists")
    }

    /// Queues so many notifications of a calendar.
    pub(crate) async fn notify(&self, calendar: &str, times: usize) {
        let notification = self.notification(calendar).await;
        self.push(vec![notification; times]).await;
    }

    pub(crate) async fn push(&self, notifications: Vec<Notification>) {
        self.queue().await.push(notifications).await.unwrap();
    }

    /// What waits and what is held, of all providers.
    pub(crate) async fn queued(&self) -> (u64, u64) {
        let status = self.queue().await.status().await.unwrap();
        let sum = |of: fn(&calsync::queue::QueueStatus) -> u64| status.iter().map(of).sum();
        (sum(|status| status.waiting), sum(|status| status.held))
    }

    /// The end of a story about the queue: it is empty, and a further drain
    /// asks nobody anything.
    pub(crate) async fn a_further_drain_does_nothing(&self) {
        assert_eq!(self.queued().await, (0, 0));
        self.minutes_later(1);
        self.google().clear_requests();
        self.microsoft().clear_requests();
        let watch = self.watch_writes();
        let run = self.drain().await;
        expect(&run, Outcome::Ok, &[("claimed", 0), ("synced", 0)]);
        assert_eq!(watch.writes(), Vec::<String>::new());
        assert_eq!(self.google().requests().len(), 0);
        assert_eq!(self.microsoft().requests().len(), 0);
    }
}

/// A notification for Ana.
pub(crate) fn notification(
    provider: ProviderKind,
    watch: Option<String>,
    what: &str,
) -> Notification {
    Notification {
        provider,
        user_id: ANA.parse().unwrap(),
        watch,
        resource: None,
        what: what.to_owned(),
        received_at: None,
    }
}

/// A receiver at work; it stops when this is dropped.
pub(crate) struct Receiving {
    _stop: DropGuard,
}

impl World {
    /// Starts a receiver where the providers find it under [`PUBLIC_URL`].
    pub(crate) async fn receive(&self) -> Receiving {
        let backends = Arc::new(Backends::default());
        backends.queue.bring(self.queue().await);
        backends.store.bring(self.store().await);
        let receiver = Receiver::new(Parts {
            signer: Signer::new(&SECRET.into()),
            callers: Callers::new(None, None),
            consents: None,
            limits: Limits::with_body(256 << 10),
            now: read_clock,
            backends,
        });
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let sockets = Sockets::bind(anywhere).await.unwrap();
        let address = sockets.addresses()[0].replace("http://", "");
        self.sandbox.route(PUBLIC_URL, address.parse().unwrap());
        let server = Server {
            receiver,
            sockets,
            idle_exit: None,
        };
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move { server.run(&stopped).await });
        Receiving {
            _stop: stop.drop_guard(),
        }
    }

    /// Returns when everything that the providers had to say has arrived.
    pub(crate) async fn all_is_told(&self) {
        self.google().settle().await;
        self.microsoft().settle().await;
    }
}
