//! Which calendars notifications are about.

use std::collections::{HashMap, HashSet};

use crate::model::account::ProviderKind;
use crate::model::id::CalendarId;
use crate::model::notification::Notification;
use crate::queue::Delivery;
use crate::store::{Store, WatchName};

/// What was found out so far, also that a name is of no use.
#[derive(Default)]
pub(super) struct Known(HashMap<WatchName, Option<CalendarId>>);

impl Known {
    /// Looks up what is not known yet: the watch, and where that is not known
    /// any more, what it watched.
    pub(super) async fn learn(
        &mut self,
        store: &dyn Store,
        provider: ProviderKind,
        deliveries: &[Delivery],
    ) -> anyhow::Result<()> {
        let all = || deliveries.iter().map(|delivery| &delivery.notification);
        let watches = all().filter_map(watch).collect();
        self.look_up(store, provider, watches).await?;
        let lost = all().filter(|one| self.calendar(one).is_none());
        let resources = lost.filter_map(resource).collect();
        self.look_up(store, provider, resources).await
    }

    async fn look_up(
        &mut self,
        store: &dyn Store,
        provider: ProviderKind,
        mut names: HashSet<WatchName>,
    ) -> anyhow::Result<()> {
        names.retain(|name| !self.0.contains_key(name));
        if names.is_empty() {
            return Ok(());
        }
        let asked = names.iter().cloned().collect();
        let mut found = store.watch_calendars(provider, asked).await?;
        for name in names {
            let calendar = found.remove(&name);
            self.0.entry(name).or_insert(calendar);
        }
        Ok(())
    }

    /// The calendar that a notification is about, if it names one of its
    /// user's.
    pub(super) fn calendar(&self, notification: &Notification) -> Option<CalendarId> {
        let names = [watch(notification), resource(notification)];
        let mut names = names.into_iter().flatten();
        names.find_map(|name| self.0.get(&name)?.clone())
    }
}

fn watch(notification: &Notification) -> Option<WatchName> {
    named(notification, notification.watch.as_ref())
}

fn resource(notification: &Notification) -> Option<WatchName> {
    named(notification, notification.resource.as_ref())
}

fn named(notification: &Notification, name: Option<&String>) -> Option<WatchName> {
    Some(WatchName {
        user: notification.user_id.clone(),
        name: name?.clone(),
    })
}
