//! What subscriptions say of events and of themselves (contract 9.3 and 9.4).

use chrono::{DateTime, TimeDelta, Utc};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::item_id::ItemId;
use super::notice::{Change, Lifecycle, Notice};
use super::render::etag;
use super::subscription::{Subscription, stamp};
use super::world::World;

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
}

/// A moment in one of the forms that have been seen.
fn expiration(at: DateTime<Utc>, number: u64) -> String {
    match number % 3 {
        0 => stamp(at) + "Z",
        1 => stamp(at) + "+00:00",
        _ => stamp(at - TimeDelta::hours(7)) + "-07:00",
    }
}
