//! Watches at a provider that nobody here knows, as after a store was lost.

use super::super::Sync;
use super::super::callbacks::is_at;
use crate::model::account::Account;
use crate::model::watch::WatchGrant;
use crate::provider::{ListedWatch, Session};
use crate::store::StoreError;

impl Sync {
    /// Ends what the provider has for our address but nobody here knows. It is
    /// looked at only where the provider had to be asked anyway.
    pub(super) async fn end_strays(
        &self,
        account: &Account,
        session: &Session,
    ) -> Result<(), StoreError> {
        let Some(callbacks) = &self.callbacks else {
            return Ok(());
        };
        let kind = account.provider;
        let provider = self.providers.of(kind);
        let ours = callbacks.address(kind);
        let Ok(mut listed) = provider.watches(session).await else {
            return Ok(());
        };
        listed.retain(|listed| is_at(listed, &ours));
        let ids = listed.iter().map(|listed| listed.grant.external_id.clone());
        let known = self.store.watch_known(kind, ids.collect()).await?;
        listed.retain(|listed| !known.contains(&listed.grant.external_id));
        for stray in listed {
            if self.is_counted_on(&stray).await? {
                continue;
            }
            tracing::info!(account.id = %account.id, "watch that nobody knows is stopped");
            if let Err(error) = provider.stop_watch(session, &stray.grant).await {
                tracing::warn!(account.id = %account.id, %error, "watch not stopped yet");
            }
        }
        Ok(())
    }

    /// Whether somebody, with this account or another of the same login,
    /// counts on a listed watch, or may just be waiting for its grant.
    async fn is_counted_on(&self, listed: &ListedWatch) -> Result<bool, StoreError> {
        let Some(calendar) = &listed.calendar else {
            // Whose calendar cannot be told is left alone.
            return Ok(true);
        };
        let this = |grant: &WatchGrant| grant.external_id == listed.grant.external_id;
        let calendars = self.store.calendar_list(None).await?;
        let mut calendars = calendars.into_iter();
        while let Some(same) = calendars.find(|known| known.external_id == *calendar) {
            let watches = self.store.watch_list(Some(&same.id)).await?;
            let mut grants = watches.iter().map(|watch| watch.grant.as_ref());
            if grants.any(|grant| grant.is_none_or(this)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
