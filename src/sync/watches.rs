//! The watches of an account: those that are due are seen to, those that are
//! left over are ended.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::trouble::Trouble;
use super::watch::{Ensured, WatchError, is_at};
use super::{Report, Sync, count, failure};
use crate::model::account::Account;
use crate::model::calendar::Calendar;
use crate::model::notification::Notification;
use crate::model::watch::{Watch, WatchGrant};
use crate::provider::{ListedWatch, ProviderError, Session};
use crate::store::StoreError;

/// Graph's word for notifications that were not delivered, here for those of
/// Google as well.
const MISSED: &str = "missed";

/// What is to be done about the watches of one calendar.
#[derive(Clone, Debug)]
pub struct WatchWork {
    /// The calendar.
    pub calendar: Calendar,
    /// Whether it needs a watch, or one that lasts longer.
    pub is_due: bool,
    /// Watches to be ended.
    pub leftovers: Vec<Watch>,
}

/// What became of the watches of an account.
#[derive(Debug, Default)]
pub struct Watching {
    /// Counts and failures.
    pub report: Report,
    /// What has to be looked at, since changes may not have been told.
    pub missed: Vec<Notification>,
}

/// An account whose watches are seen to.
struct Round<'a> {
    account: &'a Account,
    session: Session,
    force: bool,
    trouble: Trouble,
}

impl Sync {
    /// Sees to the watches of an account; with `force` those that are due are
    /// renewed also when they can still be counted on.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn watches(
        &self,
        account: &Account,
        work: &[WatchWork],
        force: bool,
    ) -> Result<Watching, StoreError> {
        let mut watching = Watching::default();
        if let Some(note) = failure::of_unusable(account) {
            // Known already: said again, but no failure of this cycle.
            watching.report.failures.push(note);
            return Ok(watching);
        }
        let round = Round {
            account,
            session: self.session(account),
            force,
            trouble: Trouble::default(),
        };
        let mut done = stream::iter(work)
            .map(|work| self.calendar_watches(&round, work))
            .buffer_unordered(self.settings.per_account_concurrency);
        while let Some(one) = done.try_next().await? {
            watching = watching.and(one);
        }
        drop(done);
        if round.trouble.get().is_none() && round.session.requests() > 0 {
            self.end_strays(&round).await?;
        }
        if let Some(error) = round.trouble.get() {
            self.account_failed(account, &error, &mut watching.report)
                .await?;
        }
        Ok(watching)
    }

    async fn calendar_watches(
        &self,
        round: &Round<'_>,
        work: &WatchWork,
    ) -> Result<Watching, StoreError> {
        let mut watching = Watching::default();
        if self.stop.is_cancelled() || round.trouble.get().is_some() {
            return Ok(watching);
        }
        let Ok(_permit) = self.calendars.acquire().await else {
            return Ok(watching);
        };
        let seen_to = match work.is_due {
            true => {
                self.ensure_watch(&round.session, &work.calendar, round.force)
                    .await
            }
            false => Ok(Ensured::Valid),
        };
        match seen_to {
            Ok(ensured) => watching.note(&work.calendar, ensured),
            Err(WatchError::Provider(error)) => {
                round.trouble.note(&error);
                self.not_watched(round, work, &error, &mut watching.report);
            }
            Err(WatchError::Store(StoreError::NoSuch(_))) => return Ok(watching),
            Err(WatchError::Store(error)) => return Err(error),
        }
        self.end_leftovers(round, work).await?;
        Ok(watching)
    }

    fn not_watched(
        &self,
        round: &Round<'_>,
        work: &WatchWork,
        error: &ProviderError,
        report: &mut Report,
    ) {
        tracing::warn!(
            account.id = %round.account.id, calendar.id = %work.calendar.id,
            kind = failure::kind(error), %error, "calendar not watched"
        );
        report.add(count::FAILED, 1);
        if failure::reach(error) != failure::Reach::Account {
            report.fail(failure::of_watch(&work.calendar, error), error);
        }
    }

    /// Ends what is left over, as far as that can be done now.
    async fn end_leftovers(&self, round: &Round<'_>, work: &WatchWork) -> Result<(), StoreError> {
        for watch in &work.leftovers {
            let provider = self.providers.of(work.calendar.provider);
            match self.stop_watch(provider, &round.session, watch, None).await {
                Ok(()) => {}
                Err(WatchError::Store(error)) => return Err(error),
                Err(WatchError::Provider(error)) => {
                    round.trouble.note(&error);
                    tracing::warn!(watch.id = %watch.id, %error, "watch not stopped yet");
                    self.store.watch_discard(&watch.id).await?;
                }
            }
        }
        Ok(())
    }
}

impl Sync {
    /// Ends what the provider has for our address but nobody here knows, as
    /// after a store was lost. It is looked at only where the provider had to
    /// be asked anyway.
    async fn end_strays(&self, round: &Round<'_>) -> Result<(), StoreError> {
        let Some(callbacks) = &self.callbacks else {
            return Ok(());
        };
        let kind = round.account.provider;
        let provider = self.providers.of(kind);
        let ours = callbacks.address(kind);
        let Ok(mut listed) = provider.watches(&round.session).await else {
            return Ok(());
        };
        listed.retain(|listed| is_at(listed, &ours));
        let names = listed.iter().map(|listed| listed.grant.external_id.clone());
        let known = self.store.watch_calendars(kind, names.collect()).await?;
        listed.retain(|listed| !known.contains_key(&listed.grant.external_id));
        for stray in listed {
            if self.is_counted_on(round.account, &stray).await? {
                continue;
            }
            tracing::info!(account.id = %round.account.id, "watch that nobody knows is stopped");
            if let Err(error) = provider.stop_watch(&round.session, &stray.grant).await {
                tracing::warn!(account.id = %round.account.id, %error, "watch not stopped yet");
            }
        }
        Ok(())
    }

    /// Whether somebody counts on a listed watch, or may just be waiting for
    /// its grant.
    async fn is_counted_on(
        &self,
        account: &Account,
        listed: &ListedWatch,
    ) -> Result<bool, StoreError> {
        let calendars = self.store.calendar_list(Some(&account.user_id)).await?;
        let mut calendars = calendars.into_iter();
        let watched = calendars.find(|calendar| {
            calendar.account_id == account.id
                && listed.calendar.as_ref() == Some(&calendar.external_id)
        });
        let Some(calendar) = watched else {
            // Whose calendar cannot be told is left alone.
            return Ok(listed.calendar.is_none());
        };
        let watches = self.store.watch_list(Some(&calendar.id)).await?;
        let this = |grant: &WatchGrant| grant.external_id == listed.grant.external_id;
        let mut grants = watches.iter().map(|watch| watch.grant.as_ref());
        Ok(grants.any(|grant| grant.is_none_or(this)))
    }
}

impl Watching {
    /// Notes how the watch of a calendar stands.
    fn note(&mut self, calendar: &Calendar, ensured: Ensured) {
        match ensured {
            Ensured::Valid | Ensured::Left => {}
            Ensured::Renewed => self.report.add(count::RENEWED, 1),
            Ensured::Created => self.report.add(count::CREATED, 1),
            Ensured::Refused => self.report.add(count::UNWATCHABLE, 1),
            Ensured::Recreated(watch) => {
                self.report.add(count::CREATED, 1);
                self.missed.push(Notification {
                    provider: calendar.provider,
                    user_id: calendar.user_id.clone(),
                    watch: Some(watch),
                    resource: None,
                    what: MISSED.to_owned(),
                    received_at: None,
                });
            }
        }
    }

    /// Both as one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut missed = self.missed;
        missed.extend(other.missed);
        Self {
            report: self.report.and(other.report),
            missed,
        }
    }
}
