//! A queue that remembers, and behaves as it is told to.

use std::sync::Mutex;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use crate::model::account::ProviderKind;
use crate::model::notification::Notification;
use crate::queue::{
    Claim, DeadEntry, DeliveryId, Queue, QueueError, QueueStatus, Result, Returned,
};

/// How it takes what is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Takes,
    Refuses,
    Waits,
    Panics,
}

pub(super) struct MemoryQueue {
    mood: Mutex<Mood>,
    pushed: Mutex<Vec<Notification>>,
    waiting: Semaphore,
    released: Semaphore,
    pub(super) status_asked: Mutex<u32>,
}

impl MemoryQueue {
    pub(super) fn new() -> Self {
        Self {
            mood: Mutex::new(Mood::Takes),
            pushed: Mutex::default(),
            waiting: Semaphore::new(0),
            released: Semaphore::new(0),
            status_asked: Mutex::default(),
        }
    }

    pub(super) fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What was pushed so far.
    pub(super) fn pushed(&self) -> Vec<Notification> {
        self.pushed.lock().unwrap().clone()
    }

    /// Returns once a push waits.
    pub(super) async fn has_waiting(&self) {
        self.waiting.acquire().await.unwrap().forget();
    }

    /// Lets a push that waits go on.
    pub(super) fn release(&self) {
        self.released.add_permits(1);
    }

    fn reachable(&self) -> Result<()> {
        match *self.mood.lock().unwrap() {
            Mood::Refuses => Err(QueueError::Unavailable {
                location: "redis://localhost".to_owned(),
                reason: "connection refused".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn push(&self, notifications: Vec<Notification>) -> Result<()> {
        self.reachable()?;
        let mood = *self.mood.lock().unwrap();
        assert_ne!(mood, Mood::Panics, "a fault");
        if mood == Mood::Waits {
            self.waiting.add_permits(1);
            self.released.acquire().await.unwrap().forget();
        }
        self.pushed.lock().unwrap().extend(notifications);
        Ok(())
    }

    async fn claim(&self, _: ProviderKind, _: usize, _: DateTime<Utc>) -> Result<Claim> {
        Ok(Claim::default())
    }

    async fn ack(&self, _: ProviderKind, _: Vec<DeliveryId>) -> Result<()> {
        Ok(())
    }

    async fn give_back(&self, _: ProviderKind, _: Returned) -> Result<()> {
        Ok(())
    }

    async fn status(&self) -> Result<Vec<QueueStatus>> {
        *self.status_asked.lock().unwrap() += 1;
        self.reachable()?;
        let pushed = self.pushed();
        let status = ProviderKind::ALL.map(|provider| {
            let of_it = pushed.iter().filter(|one| one.provider == provider);
            QueueStatus {
                provider,
                waiting: of_it.clone().count() as u64,
                held: 0,
                dead: 0,
                oldest: of_it.filter_map(|one| one.received_at).min(),
            }
        });
        Ok(status.to_vec())
    }

    async fn dead(&self) -> Result<Vec<DeadEntry>> {
        Ok(Vec::new())
    }

    async fn retry(&self, _: Option<Vec<DeliveryId>>) -> Result<u64> {
        Ok(0)
    }

    async fn forget(&self, _: Vec<DeliveryId>) -> Result<u64> {
        Ok(0)
    }
}
