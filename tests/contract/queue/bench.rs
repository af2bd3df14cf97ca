//! A fresh queue, and what one does with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use calsync::model::account::ProviderKind;
use calsync::model::notification::Notification;
use calsync::queue::{
    Claim, DeadEntry, Delivery, DeliveryId, Queue, QueueLocation, QueueSettings, QueueStatus,
    Returned,
};
use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use crate::support::redis::Redis;

pub(crate) use calsync::model::account::ProviderKind::{Google, Microsoft};

/// How often a delivery is tried.
pub(crate) const ATTEMPTS: u32 = 3;

/// A fresh queue that holds for 5 minutes.
pub(crate) struct Bench {
    pub(crate) queue: Arc<dyn Queue>,
    place: Place,
}

/// What a queue is made of.
enum Place {
    Sqlite(TempDir),
    Redis(Redis),
}

impl Bench {
    /// Over SQLite, in a directory of its own.
    pub(crate) async fn over_sqlite() -> Option<Self> {
        let place = Place::Sqlite(tempfile::tempdir().unwrap());
        let queue = open(&place).await;
        Some(Self { queue, place })
    }

    /// Over a Redis server of its own; `None` where there is none.
    pub(crate) async fn over_redis() -> Option<Self> {
        let place = Place::Redis(Redis::start()?);
        let queue = open(&place).await;
        Some(Self { queue, place })
    }

    /// The same queue as another process sees it.
    pub(crate) async fn another(&self) -> Arc<dyn Queue> {
        open(&self.place).await
    }

    /// Comes back after the process died, which closed nothing.
    pub(crate) async fn restart(&mut self) {
        let queue = open(&self.place).await;
        std::mem::forget(std::mem::replace(&mut self.queue, queue));
    }

    /// Queues an entry the way another program does.
    pub(crate) async fn foreign(&self, provider: ProviderKind, entry: &[u8]) {
        match &self.place {
            Place::Sqlite(directory) => {
                let file = rusqlite::Connection::open(file(directory)).unwrap();
                let sql = "INSERT INTO deliveries (provider, entry) VALUES (?1, CAST(?2 AS TEXT))";
                file.execute(sql, (provider.as_str(), entry)).unwrap();
            }
            Place::Redis(server) => redis_push(server, provider, entry),
        }
    }

    /// Pushes notifications, one after the other.
    pub(crate) async fn push(&self, notifications: &[Notification]) {
        for notification in notifications {
            self.queue.push(vec![notification.clone()]).await.unwrap();
        }
    }

    /// Claims up to 100 deliveries at a minute.
    pub(crate) async fn claim(&self, provider: ProviderKind, minute: i64) -> Claim {
        let claim = self.queue.claim(provider, 100, at(minute));
        claim.await.unwrap()
    }

    /// The watches whose deliveries a claim at a minute brings.
    pub(crate) async fn watches(&self, provider: ProviderKind, minute: i64) -> Vec<String> {
        let claim = self.claim(provider, minute).await;
        assert_eq!(claim.dead, 0);
        claim.deliveries.iter().map(watch).collect()
    }

    /// Claims the only delivery that there is at a minute.
    pub(crate) async fn one(&self, provider: ProviderKind, minute: i64) -> Delivery {
        let mut claim = self.claim(provider, minute).await;
        assert_eq!(claim.deliveries.len(), 1, "{claim:?}");
        claim.deliveries.remove(0)
    }

    pub(crate) async fn ack(&self, provider: ProviderKind, ids: Vec<DeliveryId>) {
        self.queue.ack(provider, ids).await.unwrap();
    }

    /// Gives a delivery back that was tried.
    pub(crate) async fn give_back(&self, provider: ProviderKind, id: DeliveryId, until: i64) {
        let returned = returned(id, true, until);
        self.queue.give_back(provider, returned).await.unwrap();
    }

    /// Gives a delivery back that was not tried.
    pub(crate) async fn decline(&self, provider: ProviderKind, id: DeliveryId, until: i64) {
        let returned = returned(id, false, until);
        self.queue.give_back(provider, returned).await.unwrap();
    }

    pub(crate) async fn dead(&self) -> Vec<DeadEntry> {
        self.queue.dead().await.unwrap()
    }

    pub(crate) async fn status(&self, provider: ProviderKind) -> QueueStatus {
        let status = self.queue.status().await.unwrap();
        assert_eq!(status.len(), ProviderKind::ALL.len());
        let found = status.into_iter().find(|one| one.provider == provider);
        found.unwrap()
    }
}

async fn open(place: &Place) -> Arc<dyn Queue> {
    let location = match place {
        Place::Sqlite(directory) => QueueLocation::Sqlite(file(directory)),
        Place::Redis(server) => QueueLocation::Redis(server.url().into()),
    };
    calsync::queue::open(settings(location)).await.unwrap()
}

fn redis_push(server: &Redis, provider: ProviderKind, entry: &[u8]) {
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_connection().unwrap();
    let list = format!("calendar_webhooks:{provider}");
    redis::cmd("LPUSH")
        .arg(list)
        .arg(entry)
        .exec(&mut connection)
        .unwrap();
}

/// What the queues here are opened with.
pub(crate) fn settings(location: QueueLocation) -> QueueSettings {
    QueueSettings {
        location,
        hold: Duration::from_secs(300),
        max_attempts: ATTEMPTS,
    }
}

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("queue.db")
}

fn returned(id: DeliveryId, tried: bool, until: i64) -> Returned {
    Returned {
        ids: vec![id],
        tried,
        until: at(until),
    }
}

/// The instant that many minutes after the first.
pub(crate) fn at(minute: i64) -> DateTime<Utc> {
    let noon: DateTime<Utc> = "2026-03-10T12:00:00.250Z".parse().unwrap();
    noon + TimeDelta::minutes(minute)
}

/// What a watch says of a calendar, received at the first instant.
pub(crate) fn notification(provider: ProviderKind, watch: &str) -> Notification {
    Notification {
        provider,
        user_id: "u-7".parse().unwrap(),
        watch: Some(watch.to_owned()),
        resource: Some("r-1".to_owned()),
        what: "exists".to_owned(),
        received_at: Some(at(0)),
    }
}

/// What several of Google's watches say.
pub(crate) fn google(watches: &[&str]) -> Vec<Notification> {
    let said = watches.iter().map(|watch| notification(Google, watch));
    said.collect()
}

/// The watch that a delivery is from.
pub(crate) fn watch(delivery: &Delivery) -> String {
    delivery.notification.watch.clone().unwrap_or_default()
}
