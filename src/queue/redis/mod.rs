//! The queue in Redis: lists into which other programs push as well.
//!
//! What is pushed is as durable as the server keeps it: with `appendonly yes`
//! and `appendfsync always` it survives a loss of power, with the default
//! `everysec` the last second may be lost.
//!
//! What must happen in one step is a script; every step may be repeated, so
//! that it is asked for again when its answer was lost.

mod connection;
mod error;
mod risks;
mod scripts;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::{Cmd, FromRedisValue, Pipeline, ScriptInvocation};
use secrecy::SecretString;

use self::connection::Connection;
pub(super) use self::connection::location;
use self::scripts::{Keys, Scripts};
use super::{
    Claim, DeadEntry, Delivery, DeliveryId, Queue, QueueStatus, Result, Returned, Terms, entry,
};
use crate::model::account::ProviderKind;
use crate::model::notification::Notification;

/// How many dead entries wait again in one step.
const RETRIED: usize = 500;

/// A queue in Redis.
struct RedisQueue {
    connection: Connection,
    scripts: Scripts,
    terms: Terms,
}

/// The queue at a URL; connects to nothing yet.
pub(super) fn open(url: &SecretString, terms: Terms) -> Result<Arc<dyn Queue>> {
    Ok(Arc::new(RedisQueue {
        connection: Connection::to(url)?,
        scripts: Scripts::new(),
        terms,
    }))
}

/// A delivery as a script hands it out: id and entry.
type Taken = (u64, Vec<u8>);

/// What the status script answers: waiting, held, dead, and the entries of
/// which one is the oldest.
type Counts = (u64, u64, u64, Option<Vec<u8>>, Option<Vec<u8>>);

impl RedisQueue {
    async fn send<T: FromRedisValue + Send>(&self, pipeline: &Pipeline) -> Result<T> {
        let ask = |mut connection| async move { pipeline.query_async(&mut connection).await };
        self.connection.ask(ask).await
    }

    async fn call<T: FromRedisValue + Send>(&self, call: &ScriptInvocation<'_>) -> Result<T> {
        let ask = |mut connection| async move { call.invoke_async(&mut connection).await };
        self.connection.ask(ask).await
    }

    /// Puts aside what could not be read. Until then it is held, and would
    /// come back.
    async fn bury(
        &self,
        provider: ProviderKind,
        unreadable: &[(u64, String)],
        now: DateTime<Utc>,
    ) -> Result<u64> {
        if unreadable.is_empty() {
            return Ok(0);
        }
        let mut call = self.scripts.bury(provider);
        call.arg(now.timestamp_millis());
        for (id, reason) in unreadable {
            call.arg(*id).arg(reason.replace('\n', " "));
        }
        self.call(&call).await
    }

    /// The ids of a provider's dead entries.
    async fn dead_ids(&self, provider: ProviderKind) -> Result<Vec<u64>> {
        let mut pipeline = Pipeline::new();
        pipeline.hkeys(Keys::of(provider).dead);
        let (ids,) = self.send(&pipeline).await?;
        Ok(ids)
    }

    /// A provider's dead entries as they are kept.
    async fn kept_dead(&self, provider: ProviderKind) -> Result<Vec<Taken>> {
        let mut pipeline = Pipeline::new();
        pipeline.hgetall(Keys::of(provider).dead);
        let (dead,) = self.send(&pipeline).await?;
        Ok(dead)
    }

    async fn retry_some(&self, provider: ProviderKind, ids: &[u64]) -> Result<u64> {
        let mut retried = 0;
        for ids in ids.chunks(RETRIED) {
            let mut call = self.scripts.retry(provider);
            call.arg(ids);
            retried += self.call::<u64>(&call).await?;
        }
        Ok(retried)
    }

    async fn status_of(&self, provider: ProviderKind) -> Result<QueueStatus> {
        let call = self.scripts.status(provider);
        let (waiting, held, dead, claimed, new): Counts = self.call(&call).await?;
        let received = |entry: Vec<u8>| entry::received_at(provider, &entry);
        let oldest = claimed.or(new);
        Ok(QueueStatus {
            provider,
            waiting,
            held,
            dead,
            oldest: oldest.and_then(received),
        })
    }
}

#[async_trait]
impl Queue for RedisQueue {
    async fn push(&self, notifications: Vec<Notification>) -> Result<()> {
        match ProviderKind::ALL.map(|provider| push(provider, &notifications)) {
            [None, None] => Ok(()),
            // Whoever waits for a push, waits for this.
            [Some(only), None] | [None, Some(only)] => {
                let ask = |mut connection| {
                    let only = &only;
                    async move { only.query_async(&mut connection).await }
                };
                self.connection.ask(ask).await
            }
            [Some(one), Some(other)] => {
                let mut pipeline = Pipeline::new();
                let both = pipeline.atomic().add_command(one).ignore();
                self.send(both.add_command(other).ignore()).await
            }
        }
    }

    async fn claim(
        &self,
        provider: ProviderKind,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<Claim> {
        let mut call = self.scripts.claim(provider);
        call.arg(most)
            .arg(self.terms.max_attempts)
            .arg(now.timestamp_millis())
            .arg(self.terms.end_of_hold(now).timestamp_millis())
            .arg(self.terms.horizon(now).timestamp_millis())
            .arg(self.terms.exhausted());
        let (dead, taken): (u64, Vec<Taken>) = self.call(&call).await?;
        let mut claim = Claim {
            deliveries: Vec::with_capacity(taken.len()),
            dead,
        };
        let mut unreadable = Vec::new();
        for (id, entry) in taken {
            match entry::claimed(provider, &entry, now) {
                Ok(notification) => claim.deliveries.push(Delivery {
                    id: DeliveryId(id),
                    notification,
                }),
                Err(error) => unreadable.push((id, error.to_string())),
            }
        }
        claim.dead += self.bury(provider, &unreadable, now).await?;
        Ok(claim)
    }

    async fn ack(&self, provider: ProviderKind, ids: Vec<DeliveryId>) -> Result<()> {
        let mut call = self.scripts.ack(provider);
        call.arg(numbers(&ids));
        self.call(&call).await
    }

    async fn give_back(&self, provider: ProviderKind, returned: Returned) -> Result<()> {
        let mut call = self.scripts.give_back(provider);
        call.arg(returned.until.timestamp_millis())
            .arg(u8::from(!returned.tried))
            .arg(numbers(&returned.ids));
        self.call(&call).await
    }

    async fn status(&self) -> Result<Vec<QueueStatus>> {
        let mut status = Vec::new();
        for provider in ProviderKind::ALL {
            status.push(self.status_of(provider).await?);
        }
        Ok(status)
    }

    async fn dead(&self) -> Result<Vec<DeadEntry>> {
        let mut list = Vec::new();
        for provider in ProviderKind::ALL {
            let kept = self.kept_dead(provider).await?;
            list.extend(kept.into_iter().map(|kept| dead_entry(provider, kept)));
        }
        list.sort_by_key(|entry| (entry.at, entry.id));
        Ok(list)
    }

    async fn retry(&self, ids: Option<Vec<DeliveryId>>) -> Result<u64> {
        let mut retried = 0;
        for provider in ProviderKind::ALL {
            let mut ids = match &ids {
                Some(ids) => numbers(ids),
                None => self.dead_ids(provider).await?,
            };
            ids.sort_unstable();
            retried += self.retry_some(provider, &ids).await?;
        }
        Ok(retried)
    }

    async fn forget(&self, ids: Vec<DeliveryId>) -> Result<u64> {
        let mut forgotten = 0;
        for ids in numbers(&ids).chunks(RETRIED) {
            let mut pipeline = Pipeline::new();
            for provider in ProviderKind::ALL {
                pipeline.hdel(Keys::of(provider).dead, ids);
            }
            let (google, microsoft): (u64, u64) = self.send(&pipeline).await?;
            forgotten += google + microsoft;
        }
        Ok(forgotten)
    }

    async fn risks(&self) -> Vec<String> {
        // Who may not ask is told nothing.
        let settings = self.send(&risks::question()).await;
        settings.map_or_else(|_| Vec::new(), |settings| risks::of(&settings))
    }
}

/// The command that adds those of a provider; none, if there are none.
fn push(provider: ProviderKind, notifications: &[Notification]) -> Option<Cmd> {
    let of_provider = notifications.iter().filter(|one| one.provider == provider);
    let entries: Vec<_> = of_provider.map(entry::write).collect();
    let mut push = redis::cmd("LPUSH");
    push.arg(Keys::of(provider).waiting).arg(&entries);
    (!entries.is_empty()).then_some(push)
}

fn numbers(ids: &[DeliveryId]) -> Vec<u64> {
    ids.iter().map(|id| id.0).collect()
}

/// A dead entry from how it is kept: when, a blank, why, a line end, and the
/// entry.
fn dead_entry(provider: ProviderKind, (id, kept): Taken) -> DeadEntry {
    let kept = String::from_utf8_lossy(&kept);
    let (head, entry) = kept.split_once('\n').unwrap_or(("", &kept));
    let (at, reason) = head.split_once(' ').unwrap_or_default();
    let at = at.parse().ok().and_then(DateTime::from_timestamp_millis);
    DeadEntry {
        id: DeliveryId(id),
        provider,
        entry: entry.to_owned(),
        reason: reason.to_owned(),
        at: at.unwrap_or_default(),
    }
}
