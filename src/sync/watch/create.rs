//! A new watch: noted, asked for, confirmed.

use chrono::{DateTime, Utc};

use super::super::Sync;
use super::super::callbacks::is_at;
use super::{Ensured, Post, Result, WatchError};
use crate::engine::watch;
use crate::model::id::WatchId;
use crate::model::notification::Notification;
use crate::model::watch::{Watch, WatchGrant};
use crate::provider::{ProviderError, WatchRequest};

/// Graph's word for notifications that were not delivered, here for those of
/// Google as well.
const MISSED: &str = "missed";

/// What a calendar is called that the provider watches for somebody else who
/// has the same login.
const TAKEN: &str = "watched through another account already";

impl Sync {
    /// Makes a new watch; the confirmed one has the others stopped.
    pub(super) async fn create(
        &self,
        post: &Post<'_>,
        old: &[Watch],
        done: Ensured,
    ) -> Result<Ensured> {
        let made = match self.request(post, done).await {
            Err(WatchError::Provider(ProviderError::Conflict { .. })) => {
                // What still delivers is not given up for what is not there yet.
                let old = if done == Ensured::Created { old } else { &[] };
                self.clear(post, old).await?;
                self.request(post, done).await
            }
            made => made,
        };
        let refusal = match made {
            Ok(()) => return Ok(done),
            Err(WatchError::Provider(
                ProviderError::Unwatchable { reason } | ProviderError::Forbidden { reason },
            )) => reason,
            Err(WatchError::Provider(ProviderError::Conflict { .. })) => TAKEN.to_owned(),
            Err(error) => return Err(error),
        };
        self.store
            .watch_refuse(&post.calendar.id, &refusal, self.clock.begun())
            .await?;
        tracing::info!(calendar.id = %post.calendar.id, refusal, "calendar not watchable");
        Ok(Ensured::Refused)
    }

    /// Asks for a watch that is noted before. Where the provider refused, the
    /// note goes; where no answer came, it stays: there may be such a watch.
    async fn request(&self, post: &Post<'_>, done: Ensured) -> Result<()> {
        let now = self.clock.now();
        let kind = post.calendar.provider;
        let id = WatchId::generate(&post.calendar.user_id);
        self.store.watch_request(post.asked_for(&id, now)).await?;
        let request = WatchRequest {
            calendar: post.calendar.external_id.clone(),
            signature: post.callbacks.signer.sign(&id),
            address: post.callbacks.address(kind),
            lifecycle_address: post.callbacks.lifecycle_address(kind),
            now,
            until: watch::end(now),
            watch: id.clone(),
        };
        match post.provider.watch(post.session, &request).await {
            Ok(grant) => self.granted(post, &id, grant, done).await,
            Err(error) => {
                if !may_have_been_granted(&error) {
                    self.store.watch_remove(&id).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Confirms a watch. Before it counts, what it came too late for is queued:
    /// a process that dies here leaves one that is made anew.
    async fn granted(
        &self,
        post: &Post<'_>,
        id: &WatchId,
        grant: WatchGrant,
        done: Ensured,
    ) -> Result<()> {
        if done == Ensured::Created && !post.care.is_pulled_next {
            let missed = post.missed(id);
            let pushed = post.callbacks.queue.push(vec![missed]).await;
            pushed.map_err(|error| ProviderError::Unavailable {
                reason: error.to_string(),
                retry_after: None,
            })?;
        }
        if !self.store.watch_confirm(id, grant.clone()).await? {
            // The calendar was removed meanwhile: nobody would stop it.
            post.provider.stop_watch(post.session, &grant).await?;
        }
        Ok(())
    }

    /// Ends what keeps the provider from granting another watch: those of this
    /// calendar that are known, and those at this address that nobody here
    /// knows. Another account's stay: it may have the same login.
    async fn clear(&self, post: &Post<'_>, known: &[Watch]) -> Result<()> {
        for grant in known.iter().filter_map(|watch| watch.grant.as_ref()) {
            post.provider.stop_watch(post.session, grant).await?;
        }
        let kind = post.calendar.provider;
        let mut listed = post.provider.watches(post.session).await?;
        let ours = post.callbacks.address(kind);
        listed.retain(|listed| {
            is_at(listed, &ours) && listed.calendar.as_ref() == Some(&post.calendar.external_id)
        });
        let ids = listed.iter().map(|listed| listed.grant.external_id.clone());
        let known = self.store.watch_known(kind, ids.collect()).await?;
        for stray in listed {
            if !known.contains(&stray.grant.external_id) {
                post.provider.stop_watch(post.session, &stray.grant).await?;
            }
        }
        Ok(())
    }
}

impl Post<'_> {
    /// A watch that is about to be asked for.
    fn asked_for(&self, id: &WatchId, now: DateTime<Utc>) -> Watch {
        Watch {
            id: id.clone(),
            provider: self.calendar.provider,
            user_id: self.calendar.user_id.clone(),
            calendar_id: self.calendar.id.clone(),
            callback: self.callbacks.fingerprint(self.calendar.provider),
            requested_at: now,
            grant: None,
            is_stopping: false,
        }
    }

    /// That nobody told of what changed before a watch.
    fn missed(&self, id: &WatchId) -> Notification {
        Notification {
            provider: self.calendar.provider,
            user_id: self.calendar.user_id.clone(),
            watch: Some(id.to_string()),
            resource: None,
            what: MISSED.to_owned(),
            received_at: None,
        }
    }
}

/// Whether a request that failed may have been carried out all the same.
fn may_have_been_granted(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::Unavailable { .. } | ProviderError::Protocol { .. }
    )
}
