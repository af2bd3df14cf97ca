//! Finds the calendars of an account.

use super::Sync;
use super::failure::AccountTrouble;
use crate::engine::due::discovery_is_due;
use crate::model::account::{Account, Subject};
use crate::model::calendar::{Discovered, Discovery};
use crate::provider::{Permission, ProviderError, Session};

/// What discovering the calendars of an account brought.
pub type AccountDiscovery = Result<Discovered, AccountTrouble>;

impl Sync {
    /// Discovers an account's calendars now.
    pub async fn discover(&self, account: &Account) -> AccountDiscovery {
        let session = self.session(account);
        self.discover_in(account, &session).await
    }

    /// Discovers an account's calendars if that was not done for a day.
    pub(super) async fn discover_if_due(
        &self,
        account: &Account,
        session: &Session,
    ) -> Result<(), AccountTrouble> {
        if discovery_is_due(account.discovered_at, self.clock.begun()) {
            self.discover_in(account, session).await?;
        }
        Ok(())
    }

    async fn discover_in(&self, account: &Account, session: &Session) -> AccountDiscovery {
        let provider = self.providers.of(account.provider);
        if account.subject.is_none()
            && let Some(subject) = provider.subject(session).await?
        {
            let now = self.clock.now();
            let noted = self
                .store
                .account_set_subject(&account.id, &subject, now)
                .await?;
            if let Subject::Taken(other) = noted {
                return Err(AccountTrouble::SameLogin(other));
            }
        }
        let mut calendars = provider.calendars(session).await?;
        if calendars.is_empty() {
            // Every account has a main calendar: an empty list is not believed.
            let reason = "the list of calendars is empty".to_owned();
            return Err(ProviderError::Protocol { reason }.into());
        }
        if !provider
            .missing(&account.scopes, Permission::Write)
            .is_empty()
        {
            let roles = calendars.iter_mut().map(|it| &mut it.access_role);
            roles.for_each(|role| *role = role.without_writing());
        }
        let discovery = Discovery {
            account_id: account.id.clone(),
            calendars,
            at: self.clock.begun(),
        };
        let discovered = self.store.calendar_discover(discovery).await?;
        tracing::debug!(
            account.id = %account.id, created = discovered.created, gone = discovered.gone,
            "calendars discovered"
        );
        Ok(discovered)
    }
}
