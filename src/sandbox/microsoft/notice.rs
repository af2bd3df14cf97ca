//! Notifications: what subscriptions say, and how several travel in one POST
//! (contract 9.3 and 9.4).

use chrono::{DateTime, TimeDelta, Utc};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::push::{self, Mishaps, Post, Retry};
use super::item_id::ItemId;
use super::render::etag;
use super::subscription::{Subscription, stamp};
use super::world::World;

/// How long Graph tries to deliver.
const RETRY_HOURS: i64 = 4;

/// What happened to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Updated,
    Deleted,
}

impl Change {
    fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// What a subscription says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// It falls silent unless it is reauthorized.
    ReauthorizationRequired,
    /// It is no more.
    SubscriptionRemoved,
    /// Notifications have been lost.
    Missed,
}

impl Lifecycle {
    fn as_str(self) -> &'static str {
        match self {
            Self::ReauthorizationRequired => "reauthorizationRequired",
            Self::SubscriptionRemoved => "subscriptionRemoved",
            Self::Missed => "missed",
        }
    }
}

/// A notification of one subscription, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    url: String,
    entry: Value,
}

impl push::Notice for Notice {
    fn forge(&mut self) {
        let state = self.entry["clientState"].as_str().unwrap_or_default();
        self.entry["clientState"] = json!(push::forged(state));
    }
}

/// What tests let happen to notifications of this model.
pub(super) type Mishap = Mishaps<Notice>;

/// The event that has changed, and whose it is.
struct Changed {
    change: Change,
    user: String,
    id: ItemId,
    etag: Option<String>,
}

impl World {
    /// Tells the subscriptions that watch a calendar of a change in it.
    pub(super) fn announce(&mut self, calendar: &str, key: u64, day: Option<Date>, change: Change) {
        if self.subscriptions.is_empty() {
            return;
        }
        let Some(account) = self.account_of(calendar) else {
            return;
        };
        let now = self.clock.now();
        let live = self.subscriptions.live(&account, now).iter();
        let told = live.filter(|one| one.covers(calendar) && one.tells_of(change.as_str(), now));
        let told: Vec<Subscription> = told.cloned().collect();
        if told.is_empty() {
            return;
        }
        if let Some(changed) = self.changed(calendar, key, day, change) {
            let notices = told.iter().map(|one| self.notice(one, &changed));
            let notices = notices.collect();
            self.dispatch(notices);
        }
    }

    /// Tells a subscription so many times of a change that was none.
    pub(super) fn storm(&mut self, to: &Subscription, count: usize) {
        let calendar = to.calendar.as_deref().unwrap_or_default();
        let Ok(calendar) = self.calendar(&to.account, calendar) else {
            return;
        };
        let key = calendar.items.keys().next().copied().unwrap_or_default();
        if let Some(changed) = self.changed(&calendar.id, key, None, Change::Updated) {
            let notices = (0..count).map(|_| self.notice(to, &changed)).collect();
            self.dispatch(notices);
        }
    }

    fn changed(
        &self,
        calendar: &str,
        key: u64,
        day: Option<Date>,
        change: Change,
    ) -> Option<Changed> {
        let calendar = self.calendars.get(calendar)?;
        let mailbox = self.mailboxes.get(&calendar.account)?;
        Some(Changed {
            change,
            user: mailbox.id.clone(),
            id: ItemId {
                mailbox: mailbox.number,
                folder: Some(calendar.number),
                item: key,
                day,
            },
            etag: calendar.items.get(&key).map(|item| etag(item, day)),
        })
    }

    fn notice(&mut self, to: &Subscription, changed: &Changed) -> Notice {
        let folder = changed.id.folder.filter(|_| !to.immutable_ids);
        let id = ItemId {
            folder,
            ..changed.id
        }
        .encode();
        let (users, events, kind) = match self.notices.is_multiple_of(2) {
            true => ("Users", "Events", "#Microsoft.Graph.Event"),
            false => ("users", "events", "#microsoft.graph.event"),
        };
        let path = format!("{users}/{}/{events}/{id}", changed.user);
        let mut data = json!({ "@odata.type": kind, "@odata.id": path, "id": id });
        if let Some(etag) = &changed.etag {
            data["@odata.etag"] = json!(etag);
        }
        let mut entry = self.entry(to);
        entry["changeType"] = json!(changed.change.as_str());
        entry["resource"] = json!(path);
        entry["resourceData"] = data;
        Notice {
            url: to.notification_url.clone(),
            entry,
        }
    }

    /// Tells whoever made a subscription of what became of it.
    pub(super) fn announce_lifecycle(&mut self, of: &Subscription, event: Lifecycle) {
        let Some(url) = of.lifecycle_url.clone() else {
            return;
        };
        let mut entry = self.entry(of);
        entry["lifecycleEvent"] = json!(event.as_str());
        self.dispatch(vec![Notice { url, entry }]);
    }

    /// What every notification says. Only some have ids, and the offset of
    /// their times is now this, now that.
    fn entry(&mut self, of: &Subscription) -> Value {
        self.notices += 1;
        let mailbox = self.mailboxes.get(&of.account);
        let tenant = mailbox.map(|mailbox| mailbox.tenant.clone());
        let mut entry = json!({ "subscriptionId": of.id, "clientState": of.client_state,
            "subscriptionExpirationDateTime": expiration(of.expires, self.notices),
            "tenantId": tenant });
        if !self.notices.is_multiple_of(3) {
            entry["id"] = json!(self.ids.opaque());
        }
        entry
    }

    /// Sends notifications, with what befalls them.
    pub(super) fn dispatch(&mut self, notices: Vec<Notice>) {
        let notices = self.mishaps.meet(notices);
        self.send(notices);
    }

    /// Sends what was held.
    pub(super) fn release(&mut self) {
        let notices = self.mishaps.release();
        self.send(notices);
    }

    /// Those to one address share POSTs, whosever they are.
    fn send(&mut self, notices: Vec<Notice>) {
        let until = self.clock.now() + TimeDelta::hours(RETRY_HOURS);
        let mut by_url: Vec<(String, Vec<Value>)> = Vec::new();
        for Notice { url, entry } in notices {
            match by_url.iter_mut().find(|(known, _)| *known == url) {
                Some((_, entries)) => entries.push(entry),
                None => by_url.push((url, vec![entry])),
            }
        }
        let batch = self.behaviour.batch.max(1);
        for (url, entries) in &by_url {
            for value in entries.chunks(batch) {
                self.push.queue(Post {
                    url: url.clone(),
                    headers: vec![("Content-Type", "application/json; charset=utf-8".to_owned())],
                    body: json!({ "value": value }).to_string(),
                    retry: Retry::Refusal { until },
                });
            }
        }
    }
}

/// A moment in one of the forms that have been seen.
fn expiration(at: DateTime<Utc>, number: u64) -> String {
    match number % 3 {
        0 => stamp(at) + "Z",
        1 => stamp(at) + "+00:00",
        _ => stamp(at - TimeDelta::hours(7)) + "-07:00",
    }
}
