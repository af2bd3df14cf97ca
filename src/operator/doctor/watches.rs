//! Whether calendars are watched, and for how long yet.

use chrono::{DateTime, TimeDelta, Utc};

use super::check::Check;
use super::{Known, key};
use crate::context::Context;
use crate::engine::watch;
use crate::model::account::AccountStatus;
use crate::model::calendar::Calendar;
use crate::model::watch::Watch;
use crate::operator::output::counted;
use crate::store::{Store, StoreError};
use crate::sync::fingerprint;

const NAME: &str = "watches";

/// A watch that ends sooner should have been renewed.
const SOON: TimeDelta = TimeDelta::hours(6);

/// How the active calendars are watched.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    watched: u64,
    ending: u64,
    /// Also those whose watch has ended.
    unwatched: u64,
    refused: u64,
}

pub(super) async fn look(cx: &Context, known: &Known) -> Check {
    let Some(store) = &known.store else {
        return Check::skip(NAME, key::NO_STORE);
    };
    if !matches!(cx.reachable(), Ok(Some(_))) {
        return Check::skip(NAME, "webhooks are not configured");
    }
    match count(cx, known, store.as_ref()).await {
        Ok(count) => judge(count),
        Err(error) => Check::broken(NAME, &error),
    }
}

async fn count(cx: &Context, known: &Known, store: &dyn Store) -> Result<Count, StoreError> {
    let mut watches = watch::by_calendar(store.watch_list(None).await?);
    let mut count = Count::default();
    let Ok(Some((public_url, signer))) = cx.reachable() else {
        return Ok(count);
    };
    for calendar in store.calendar_list(None).await? {
        if !calendar.is_synced() || !is_usable(known, &calendar) {
            continue;
        }
        let watches = watches.remove(&calendar.id).unwrap_or_default();
        let callback = fingerprint(&public_url, &signer, calendar.provider);
        let live = watch::live(&watches, &callback, cx.now());
        count.add(&calendar, live, cx.now());
    }
    Ok(count)
}

/// Whether calsync can do anything about the watch of a calendar.
fn is_usable(known: &Known, calendar: &Calendar) -> bool {
    let mut accounts = known.accounts.iter();
    accounts
        .any(|account| account.id == calendar.account_id && account.status == AccountStatus::Active)
}

impl Count {
    fn add(&mut self, calendar: &Calendar, live: Option<&Watch>, now: DateTime<Utc>) {
        let end = live
            .and_then(|watch| watch.grant.as_ref())
            .map(|it| it.until);
        match end {
            Some(end) if end - now <= SOON => self.ending += 1,
            Some(_) => self.watched += 1,
            None if watch::is_refused(calendar, now) => self.refused += 1,
            None => self.unwatched += 1,
        }
    }
}

fn judge(count: Count) -> Check {
    let Count {
        watched,
        ending,
        unwatched,
        refused,
    } = count;
    let all = counted(watched + ending + unwatched + refused, "active calendar");
    let mut found = vec![format!("{} of {all} watched", watched + ending)];
    let parts = [
        (ending, "ending within 6 hours"),
        (unwatched, "without a watch that lasts"),
        (refused, "refused by the provider"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    found.extend(parts.map(|(number, what)| format!("{number} {what}")));
    if ending + unwatched == 0 {
        return Check::ok(NAME, found.join(", "));
    }
    let advice = "is calsync-renew-watches.timer running? `calsync renew-watches` renews them and says why not";
    Check::warn(NAME, found.join(", "), advice)
}
