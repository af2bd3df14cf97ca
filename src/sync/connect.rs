//! The first visit of an account: its calendars are discovered, pulled, and
//! then watched, in this order.

use super::failure::AccountTrouble;
use super::{Report, Selection, Sync, WatchWork};
use crate::engine::watch;
use crate::model::account::Account;
use crate::model::calendar::Discovered;
use crate::model::preferences::Preferences;
use crate::provider::ProviderError;

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
        let window = self.window(preferences);
        let everything = Selection::default();
        let mut report = self.account(&account, window, &everything).await?;
        if self.callbacks.is_some() && report.failed == 0 {
            let work = self.unwatched(&account).await?;
            let watching = self.watches(&account, &work, false).await?;
            report = report.and(watching.report);
        }
        Ok(Connected { discovered, report })
    }

    /// The calendars of an account that are to be watched.
    async fn unwatched(&self, account: &Account) -> Result<Vec<WatchWork>, AccountTrouble> {
        let mut calendars = self.store.calendar_list(Some(&account.user_id)).await?;
        calendars.retain(|calendar| {
            calendar.account_id == account.id
                && watch::is_wanted(calendar)
                && !watch::is_refused(calendar, self.clock.begun())
        });
        let work = calendars.into_iter().map(|calendar| WatchWork {
            calendar,
            is_due: true,
            leftovers: Vec::new(),
        });
        Ok(work.collect())
    }
}

fn stopped() -> ProviderError {
    ProviderError::Unavailable {
        reason: "asked to stop".to_owned(),
        retry_after: None,
    }
}
