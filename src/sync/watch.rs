//! The watches of a calendar: made, renewed and ended.
//!
//! A watch is written before it is asked for and confirmed before the one it
//! replaces is stopped, so that there is always one that delivers. A process
//! that dies in between leaves a row, which the next one clears away.

mod create;

use std::sync::Arc;

use super::Sync;
use super::callbacks::Callbacks;
use crate::engine::watch;
use crate::model::calendar::Calendar;
use crate::model::id::CalendarId;
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::model::watch::{Watch, WatchGrant};
use crate::provider::{Provider, ProviderError, Session};
use crate::store::StoreError;

/// What became of a calendar's watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ensured {
    /// It goes on.
    Valid,
    /// It lasts longer now, or another has taken its place in time.
    Renewed,
    /// There was none that delivered.
    Created,
    /// The provider refuses to watch the calendar.
    Refused,
    /// Somebody else is at it.
    Left,
}

/// Why a watch could not be seen to.
#[derive(Debug, thiserror::Error)]
pub(super) enum WatchError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T, E = WatchError> = std::result::Result<T, E>;

/// How the watches of a calendar are seen to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Care {
    /// A watch is needed, or one that lasts longer.
    pub is_due: bool,
    /// One that can be counted on for a while is renewed all the same.
    pub force: bool,
    /// The calendar is pulled right after this: what a new watch came too late
    /// for needs no notification.
    pub is_pulled_next: bool,
}

/// A calendar whose watches are seen to.
struct Post<'a> {
    session: &'a Session,
    provider: &'a Arc<dyn Provider>,
    callbacks: &'a Callbacks,
    calendar: &'a Calendar,
    care: Care,
}

impl Sync {
    /// Makes sure that a calendar has a watch that can be counted on, and ends
    /// those that are left over. Nothing happens without callbacks.
    pub(super) async fn see_to_watches(
        &self,
        session: &Session,
        calendar: &Calendar,
        care: Care,
    ) -> Result<Ensured> {
        let Some(callbacks) = &self.callbacks else {
            return Ok(Ensured::Valid);
        };
        let post = Post {
            session,
            provider: self.providers.of(calendar.provider),
            callbacks,
            calendar,
            care,
        };
        let Some(lease) = self.watches_lease(&calendar.id).await? else {
            return Ok(Ensured::Left);
        };
        let ensured = self.ensure_and_tidy(&post).await;
        self.store.lease_release(&lease.name, &lease.owner).await?;
        ensured
    }

    async fn ensure_and_tidy(&self, post: &Post<'_>) -> Result<Ensured> {
        let ensured = match post.care.is_due {
            true => self.ensure(post).await?,
            false => Ensured::Valid,
        };
        let watches = self.store.watch_list(Some(&post.calendar.id)).await?;
        let leftovers = watch::leftovers(post.calendar, &watches, self.clock.now());
        for leftover in leftovers {
            let resource = resource(&watches);
            self.stop_or_keep(post, leftover, resource).await?;
        }
        Ok(ensured)
    }

    async fn ensure(&self, post: &Post<'_>) -> Result<Ensured> {
        let now = self.clock.now();
        let watches = self.store.watch_list(Some(&post.calendar.id)).await?;
        let callback = post.callbacks.fingerprint(post.calendar.provider);
        let Some(live) = watch::live(&watches, &callback, now) else {
            return self.create(post, &watches, Ensured::Created).await;
        };
        if watch::is_valid(live, now) && !post.care.force {
            return Ok(Ensured::Valid);
        }
        match self.extend(post, live).await {
            Ok(true) => Ok(Ensured::Renewed),
            Ok(false) => self.create(post, &watches, Ensured::Renewed).await,
            Err(WatchError::Provider(ProviderError::NotFound | ProviderError::Gone)) => {
                self.store.watch_remove(&live.id).await?;
                self.create(post, &watches, Ensured::Created).await
            }
            Err(error) => Err(error),
        }
    }

    /// Has a watch last longer; false where another has to take its place.
    async fn extend(&self, post: &Post<'_>, live: &Watch) -> Result<bool> {
        let Some(grant) = &live.grant else {
            return Ok(false);
        };
        let now = self.clock.now();
        let extended = post
            .provider
            .extend_watch(post.session, grant, now, watch::end(now))
            .await?;
        match extended {
            Some(grant) => Ok(self.store.watch_confirm(&live.id, grant).await?),
            None => Ok(false),
        }
    }

    /// Ends a watch and forgets it. What cannot be ended now is marked and left
    /// to a later cycle, the latest to its own end.
    async fn stop_or_keep(
        &self,
        post: &Post<'_>,
        watch: &Watch,
        resource: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let grant = self.stoppable(watch, resource);
        if let Some(grant) = grant.filter(|grant| grant.until > now)
            && let Err(error) = post.provider.stop_watch(post.session, &grant).await
        {
            tracing::warn!(watch.id = %watch.id, %error, "watch not stopped yet");
            return self.store.watch_discard(&watch.id).await;
        }
        self.store.watch_remove(&watch.id).await
    }

    /// What stops a watch. One whose grant never arrived is known to the
    /// provider by our id, if at all; it can be stopped where it shares the
    /// resource of another, else it ends by itself.
    fn stoppable(&self, watch: &Watch, resource: Option<&str>) -> Option<WatchGrant> {
        let guess = || {
            resource.map(|resource| WatchGrant {
                external_id: watch.id.to_string(),
                resource_id: Some(resource.to_owned()),
                until: watch::end(self.clock.now()),
            })
        };
        watch.grant.clone().or_else(guess)
    }

    async fn watches_lease(&self, calendar: &CalendarId) -> Result<Option<Lease>, StoreError> {
        let now = self.clock.now();
        let lease = Lease {
            name: LeaseName::Watches(calendar.clone()),
            owner: self.owner.clone(),
            until: now + LEASE,
        };
        let taken = self.store.lease_acquire(&lease, now).await?;
        Ok(taken.then_some(lease))
    }
}

/// What the watches of a calendar watch, as far as a grant told.
fn resource(watches: &[Watch]) -> Option<&str> {
    let grants = watches.iter().filter_map(|watch| watch.grant.as_ref());
    grants
        .filter_map(|grant| grant.resource_id.as_deref())
        .next_back()
}
