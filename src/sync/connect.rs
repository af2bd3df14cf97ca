//! The first visit of an account: its calendars are discovered, pulled, and
//! then watched, in this order.

use super::failure::AccountTrouble;
use super::{Ending, Report, Selection, Sync, WatchWork, Watching};
use crate::engine::watch;
use crate::model::account::{Account, AccountStatus, LoggedIn, Login, ProviderKind};
use crate::model::calendar::Discovered;
use crate::model::id::UserId;
use crate::model::preferences::Preferences;
use crate::provider::{Granted, Permission, ProviderError};
use crate::store::StoreError;

/// An account that somebody allowed us to use.
#[derive(Debug)]
pub struct Linked {
    /// The account.
    pub account: Account,
    /// Whether it is new: else it was known and is revived.
    pub is_new: bool,
    /// What was not allowed of what was asked for, by the provider's names.
    pub missing: Vec<&'static str>,
}

impl Linked {
    /// Whether what was allowed is enough to sync anything.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.account.status == AccountStatus::Active
    }
}

/// What the first visit of an account brought.
#[derive(Debug)]
pub struct Connected {
    /// Its calendars.
    pub discovered: Discovered,
    /// What was pulled and watched, and what failed of it.
    pub report: Report,
}

impl Sync {
    /// Stores what somebody allowed, as a new account or as the known one of
    /// the same login. What allows too little to sync anything does not take the
    /// place of what works; else it is stored all the same, and says what is
    /// missing.
    ///
    /// # Errors
    /// When the store cannot be used, or there is no such user.
    pub async fn link(
        &self,
        provider: ProviderKind,
        user: &UserId,
        granted: Granted,
        wanted: Permission,
    ) -> Result<Linked, StoreError> {
        let adapter = self.providers.of(provider);
        let unreadable = adapter.missing(&granted.scopes, Permission::Read);
        let missing = adapter.missing(&granted.scopes, wanted);
        if !unreadable.is_empty()
            && let Some(account) = self.working(provider, user, &granted.subject).await?
        {
            return Ok(Linked {
                account,
                is_new: false,
                missing,
            });
        }
        let login = Login {
            user_id: user.clone(),
            provider,
            subject: granted.subject,
            email: granted.email,
            scopes: granted.scopes,
            tokens: granted.tokens,
        };
        let LoggedIn {
            mut account,
            is_new,
        } = self.store.account_connect(login).await?;
        if !unreadable.is_empty() {
            let status = AccountStatus::NeedsReauth {
                reason: format!("not allowed: {}", missing.join(", ")),
                at: self.clock.now(),
            };
            let id = &account.id;
            self.store.account_set_status(id, status.clone()).await?;
            account.status = status;
        }
        tracing::info!(
            account.id = %account.id, is_new, missing = missing.join(" "), "account connected"
        );
        Ok(Linked {
            account,
            is_new,
            missing,
        })
    }

    /// The account of a login, if it is in use and works.
    async fn working(
        &self,
        provider: ProviderKind,
        user: &UserId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        let accounts = self.store.account_list(Some(user)).await?;
        Ok(accounts.into_iter().find(|account| {
            account.provider == provider
                && account.subject.as_deref() == Some(subject)
                && account.status == AccountStatus::Active
        }))
    }

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
        // What rested because the account failed has no reason to any more.
        let everything = Selection {
            force: true,
            ..Selection::default()
        };
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
    /// that can be done, and forgets all; the others end by themselves.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn disconnect(&self, account: &Account) -> Result<(), StoreError> {
        let session = self.session(account);
        let provider = self.providers.of(account.provider);
        let calendars = self.store.calendar_list(Some(&account.user_id)).await?;
        let mut is_reached = true;
        for calendar in calendars.iter().filter(|one| one.account_id == account.id) {
            for watch in self.store.watch_list(Some(&calendar.id)).await? {
                if let Some(grant) = watch.grant.as_ref().filter(|_| is_reached)
                    && let Err(error) = provider.stop_watch(&session, grant).await
                {
                    tracing::warn!(account.id = %account.id, %error, "watch not stopped");
                    is_reached = false;
                }
                self.store.watch_remove(&watch.id).await?;
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
