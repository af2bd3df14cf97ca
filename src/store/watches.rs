//! Watches of calendars.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Result;
use crate::model::account::ProviderKind;
use crate::model::id::{CalendarId, UserId, WatchId};
use crate::model::watch::{Watch, WatchGrant};

/// Watches of calendars. One is written before it is asked for, so that
/// whatever it says can be told apart from a forgery.
#[async_trait]
pub trait Watches {
    /// Notes that a watch is about to be asked for. `NoSuch` when its calendar
    /// does not exist.
    async fn watch_request(&self, watch: Watch) -> Result<()>;
    /// Notes what the provider granted, and that its calendar can be watched;
    /// every other watch of the calendar has to be stopped from now on. False
    /// when the watch is not there any more.
    async fn watch_confirm(&self, id: &WatchId, grant: WatchGrant) -> Result<bool>;
    /// Notes that a watch is not wanted any more and has to be stopped.
    async fn watch_discard(&self, id: &WatchId) -> Result<()>;
    /// Forgets a watch that is no more.
    async fn watch_remove(&self, id: &WatchId) -> Result<()>;
    /// Notes that the provider refuses watches of a calendar, and when.
    async fn watch_refuse(
        &self,
        calendar: &CalendarId,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<()>;
    /// The watches of a calendar, or all, by user and calendar, the oldest
    /// first.
    async fn watch_list(&self, calendar: Option<&CalendarId>) -> Result<Vec<Watch>>;
    /// The calendars of watches, by what they are called: our id, the
    /// provider's, or that of what they watch. A name that leads to none or to
    /// several of its user's calendars is left out.
    async fn watch_calendars(
        &self,
        provider: ProviderKind,
        names: Vec<WatchName>,
    ) -> Result<HashMap<WatchName, CalendarId>>;
    /// Which of the provider's ids of watches belong to watches, of anybody.
    async fn watch_known(
        &self,
        provider: ProviderKind,
        external_ids: Vec<String>,
    ) -> Result<HashSet<String>>;
}

/// What a notification calls the watch that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WatchName {
    /// The user of the notification.
    pub user: UserId,
    /// The name.
    pub name: String,
}
