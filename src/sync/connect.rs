//! The first visit of an account: its calendars are discovered, pulled, and
//! then watched, in this order.

use super::failure::AccountTrouble;
use super::{Ending, Report, Selection, Sync, WatchWork, Watching};
use crate::engine::watch;
use crate::model::account::Account;
use crate::model::calendar::Discovered;
use crate::model::preferences::Preferences;
use crate::provider::ProviderError;
use crate::store::StoreError;

/// What the first visit of an account brought.
#[derive(Debug)]
pub struct Connected {
    /// Its calendars.
    pub discovered: Discovered,
    /// What was pulled and watched, and what failed of it.
    pub report: Report,
}

impl Sync {
    /// Visits an account that was connected just now.
    ///
    /// # Errors
    /// When its calendars cannot be discovered, or the store cannot be used.
    pub async fn connect(
        &self,
        account: &Account,
        preferences: &Preferences,
    ) -> Result<Connected, AccountTrouble> {
        let discovered = tokio::select! {
            discovered = self.discover(account) => discovered?,
            () = self.stop.cancelled() => return Err(stopped().into()),
        };
        let account = Account {
            discovered_at: Some(self.clock.begun()),
            ..account.clone()
        };
        let everything = Selection::default();
        let mut report = self.account(&account, preferences, &everything).await?;
        if self.callbacks.is_some() {
            let work = self.unwatched(&account, &report).await?;
            let watched = self.watches(&account, &work, Watching::default()).await?;
            report = report.and(watched);
        }
        Ok(Connected { discovered, report })
    }

    /// The calendars of an account that were pulled and are to be watched.
    async fn unwatched(
        &self,
        account: &Account,
        pulled: &Report,
    ) -> Result<Vec<WatchWork>, StoreError> {
        let mut calendars = self.store.calendar_list(Some(&account.user_id)).await?;
        calendars.retain(|calendar| {
            let synced = pulled.endings.get(&calendar.id) == Some(&Ending::Synced);
            synced && !watch::is_refused(calendar, self.clock.begun())
        });
        let work = calendars.into_iter().map(|calendar| WatchWork {
            calendar,
            is_due: true,
        });
        Ok(work.collect())
    }

    /// Ends the watches of an account that is about to be removed, as far as
    /// that can be done; the others end by themselves.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn disconnect(&self, account: &Account) -> Result<(), StoreError> {
        let session = self.session(account);
        let provider = self.providers.of(account.provider);
        let calendars = self.store.calendar_list(Some(&account.user_id)).await?;
        for calendar in calendars.iter().filter(|one| one.account_id == account.id) {
            let watches = self.store.watch_list(Some(&calendar.id)).await?;
            for grant in watches.iter().filter_map(|watch| watch.grant.as_ref()) {
                if let Err(error) = provider.stop_watch(&session, grant).await {
                    tracing::warn!(account.id = %account.id, %error, "watch not stopped");
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn stopped() -> ProviderError {
    ProviderError::Unavailable {
        reason: "asked to stop".to_owned(),
        retry_after: None,
    }
}
