//! Watches of calendars: made, renewed and ended.
//!
//! A watch is written before it is asked for and confirmed before the one it
//! replaces is stopped, so that there is always one that delivers. A process
//! that dies in between leaves a row, which the next one clears away.

use std::sync::Arc;

use url::Url;

use super::Sync;
use crate::engine::watch;
use crate::model::account::ProviderKind;
use crate::model::calendar::Calendar;
use crate::model::id::{CalendarId, WatchId};
use crate::model::lease::{LEASE, Lease, LeaseName};
use crate::model::watch::{Watch, WatchGrant};
use crate::provider::{
    ListedWatch, Provider, ProviderError, Session, Signer, WatchRequest, lifecycle_path, path,
};
use crate::store::StoreError;

/// Where providers are told to send notifications, and what proves that they
/// are theirs.
#[derive(Clone, Debug)]
pub struct Callbacks {
    /// The base URL that the providers can reach, without a slash at the end.
    pub public_url: Url,
    /// Signs watches.
    pub signer: Signer,
}

/// What became of a calendar's watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ensured {
    /// It goes on.
    Valid,
    /// It lasts longer now, or another has taken its place in time.
    Renewed,
    /// It is the first one.
    Created,
    /// The one before ended, and what changed since was not told: the
    /// provider's id of the new one.
    Recreated(String),
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

/// A calendar whose watches are seen to.
struct Post<'a> {
    session: &'a Session,
    provider: &'a Arc<dyn Provider>,
    callbacks: &'a Callbacks,
    calendar: &'a Calendar,
}

impl Sync {
    /// Makes sure that a calendar has a watch that can be counted on; with
    /// `force` one that lasts as long as can be. Nothing happens without
    /// callbacks.
    pub(super) async fn ensure_watch(
        &self,
        session: &Session,
        calendar: &Calendar,
        force: bool,
    ) -> Result<Ensured> {
        let Some(callbacks) = &self.callbacks else {
            return Ok(Ensured::Left);
        };
        let post = Post {
            session,
            provider: self.providers.of(calendar.provider),
            callbacks,
            calendar,
        };
        let Some(lease) = self.watches_lease(&calendar.id).await? else {
            return Ok(Ensured::Left);
        };
        let ensured = self.ensure(&post, force).await;
        self.store.lease_release(&lease.name, &lease.owner).await?;
        ensured
    }

    async fn ensure(&self, post: &Post<'_>, force: bool) -> Result<Ensured> {
        let now = self.clock.now();
        let watches = self.store.watch_list(Some(&post.calendar.id)).await?;
        let Some(live) = watch::live(&watches, now) else {
            return self.create(post, &watches, created(&watches)).await;
        };
        if watch::is_valid(live, now) && !force {
            return Ok(Ensured::Valid);
        }
        match self.extend(post, live).await {
            Ok(true) => Ok(Ensured::Renewed),
            Ok(false) => self.create(post, &watches, |_| Ensured::Renewed).await,
            Err(WatchError::Provider(ProviderError::NotFound | ProviderError::Gone)) => {
                self.store.watch_remove(&live.id).await?;
                let mut others = watches.clone();
                others.retain(|watch| watch.id != live.id);
                self.create(post, &others, recreated).await
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

    /// Makes a new watch; what becomes of those that it replaces.
    async fn create(
        &self,
        post: &Post<'_>,
        old: &[Watch],
        done: fn(WatchGrant) -> Ensured,
    ) -> Result<Ensured> {
        let made = match self.request(post).await {
            Err(WatchError::Provider(ProviderError::Conflict { .. })) => {
                self.clear_listed(post).await?;
                self.request(post).await
            }
            made => made,
        };
        match made {
            Ok(grant) => {
                for watch in old {
                    self.stop_or_keep(post, watch, grant.resource_id.as_deref())
                        .await?;
                }
                Ok(done(grant))
            }
            Err(WatchError::Provider(
                ProviderError::Unwatchable { reason } | ProviderError::Forbidden { reason },
            )) => {
                let now = self.clock.begun();
                self.store
                    .watch_refuse(&post.calendar.id, &reason, now)
                    .await?;
                tracing::info!(calendar.id = %post.calendar.id, reason, "calendar not watchable");
                Ok(Ensured::Refused)
            }
            Err(error) => Err(error),
        }
    }

    /// Asks for a watch that is noted before. Where the provider refused, the
    /// note goes; where no answer came, it stays: there may be such a watch.
    async fn request(&self, post: &Post<'_>) -> Result<WatchGrant> {
        let now = self.clock.now();
        let id = WatchId::generate(&post.calendar.user_id);
        self.store
            .watch_request(Watch {
                id: id.clone(),
                provider: post.calendar.provider,
                user_id: post.calendar.user_id.clone(),
                calendar_id: post.calendar.id.clone(),
                requested_at: now,
                grant: None,
                is_stopping: false,
            })
            .await?;
        let request = WatchRequest {
            calendar: post.calendar.external_id.clone(),
            signature: post.callbacks.signer.sign(&id),
            address: post.callbacks.address(post.calendar.provider),
            lifecycle_address: post.callbacks.at(lifecycle_path(post.calendar.provider)),
            now,
            until: watch::end(now),
            watch: id.clone(),
        };
        match post.provider.watch(post.session, &request).await {
            Ok(grant) => {
                if !self.store.watch_confirm(&id, grant.clone()).await? {
                    // The calendar was removed meanwhile: nobody would stop it.
                    post.provider.stop_watch(post.session, &grant).await?;
                }
                Ok(grant)
            }
            Err(error) => {
                if !may_have_been_granted(&error) {
                    self.store.watch_remove(&id).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Ends what the provider has for this calendar and address already: its
    /// grant never reached us, or nobody here counts on it any more.
    async fn clear_listed(&self, post: &Post<'_>) -> Result<()> {
        let ours = post.callbacks.address(post.calendar.provider);
        for listed in post.provider.watches(post.session).await? {
            let this = listed.calendar.as_ref() == Some(&post.calendar.external_id);
            if this && is_at(&listed, &ours) {
                post.provider
                    .stop_watch(post.session, &listed.grant)
                    .await?;
            }
        }
        Ok(())
    }

    /// Ends a watch that has been replaced. What cannot be ended now is marked
    /// and left to a later cycle, the latest to its own end.
    async fn stop_or_keep(
        &self,
        post: &Post<'_>,
        watch: &Watch,
        resource: Option<&str>,
    ) -> Result<()> {
        match self
            .stop_watch(post.provider, post.session, watch, resource)
            .await
        {
            Err(WatchError::Provider(error)) => {
                tracing::debug!(watch.id = %watch.id, %error, "watch not stopped yet");
                Ok(self.store.watch_discard(&watch.id).await?)
            }
            other => other,
        }
    }

    /// Ends a watch and forgets it. One whose grant never arrived is known to
    /// the provider by our id, if at all; it can be ended where it shares the
    /// resource of another, else it ends by itself.
    pub(super) async fn stop_watch(
        &self,
        provider: &Arc<dyn Provider>,
        session: &Session,
        watch: &Watch,
        resource: Option<&str>,
    ) -> Result<()> {
        let now = self.clock.now();
        let guess = || WatchGrant {
            external_id: watch.id.to_string(),
            resource_id: resource.map(str::to_owned),
            until: watch::end(now),
        };
        let known = resource.is_some().then(guess);
        let grant = watch.grant.clone().or(known);
        if let Some(grant) = grant.filter(|grant| grant.until > now) {
            provider.stop_watch(session, &grant).await?;
        }
        Ok(self.store.watch_remove(&watch.id).await?)
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

impl Callbacks {
    /// Where a provider's notifications go.
    pub(super) fn address(&self, provider: ProviderKind) -> Url {
        self.at(path(provider))
    }

    /// An address below the public URL.
    fn at(&self, path: &str) -> Url {
        let mut url = self.public_url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}

/// Whether a listed watch delivers to an address.
pub(super) fn is_at(listed: &ListedWatch, address: &Url) -> bool {
    Url::parse(&listed.address).is_ok_and(|url| url == *address)
}

/// What a watch is that comes after these.
fn created(before: &[Watch]) -> fn(WatchGrant) -> Ensured {
    match before {
        [] => |_| Ensured::Created,
        _ => recreated,
    }
}

fn recreated(grant: WatchGrant) -> Ensured {
    Ensured::Recreated(grant.external_id)
}

/// Whether a request that failed may have been carried out all the same.
fn may_have_been_granted(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::Unavailable { .. } | ProviderError::Protocol { .. }
    )
}
