//! Calendars of accounts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::ProviderKind;
use super::id::{AccountId, CalendarId, ExternalId, SyncToken, UserId};
use super::time::Window;

/// A calendar of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The id within the store.
    pub id: CalendarId,
    /// The account that it was discovered through.
    pub account_id: AccountId,
    /// The user of that account.
    pub user_id: UserId,
    /// The provider.
    pub provider: ProviderKind,
    /// The provider's id.
    pub external_id: ExternalId,
    /// The name to show.
    pub name: String,
    /// The zone of the calendar; the provider's name for it.
    pub timezone: Option<String>,
    /// What we may do with it.
    pub access_role: AccessRole,
    /// Whether it is synced; the operator's or user's choice.
    pub is_active: bool,
    /// Whether new tasks are written to it.
    pub is_primary_write: bool,
    /// Whether the provider still lists it.
    pub is_listed: bool,
    /// Whether its account is not put out of use.
    pub is_connected: bool,
    /// Where the next pull continues; none means a full listing.
    pub sync_token: Option<SyncToken>,
    /// What its part of the timeline covers; none before the first pull.
    pub window: Option<Window>,
    /// When a pull last succeeded.
    pub last_pulled_at: Option<DateTime<Utc>>,
    /// How its last attempts went.
    pub backoff: Backoff,
    /// Whether it can be watched, as far as we know.
    pub watch_support: WatchSupport,
}

impl Calendar {
    /// Whether it is to be synced, and can be.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.is_active && self.is_listed && self.is_connected
    }
}

/// Whether a calendar can be watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WatchSupport {
    /// Nothing speaks against it.
    #[default]
    Possible,
    /// The provider refused a watch.
    Refused {
        /// The provider's reason.
        reason: String,
        /// When it refused last.
        at: DateTime<Utc>,
    },
}

/// How often a calendar failed in a row and when it may be tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// Failures since the last success.
    pub failures: u32,
    /// Not to be tried before; none means now.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// What the last failure was.
    pub reason: Option<String>,
}

/// A calendar as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveredCalendar {
    /// The provider's id.
    pub external_id: ExternalId,
    /// The name to show.
    pub name: String,
    /// The zone of the calendar.
    pub timezone: Option<String>,
    /// What we may do with it.
    pub access_role: AccessRole,
    /// Whether it is the account's main calendar.
    pub is_primary: bool,
}

/// What we may do with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessRole {
    /// Everything.
    Owner,
    /// Read and write events.
    Writer,
    /// Read events.
    Reader,
    /// See when time is taken.
    FreeBusyReader,
    /// Nothing, or nothing that we know of.
    None,
}

impl AccessRole {
    /// Whether events may be written.
    #[must_use]
    pub fn is_writable(self) -> bool {
        matches!(self, Self::Owner | Self::Writer)
    }

    /// What is left of it where nothing may be written.
    #[must_use]
    pub fn without_writing(self) -> Self {
        match self {
            Self::Owner | Self::Writer => Self::Reader,
            other => other,
        }
    }

    /// The name in tables and listings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::FreeBusyReader => "free_busy_reader",
            Self::None => "none",
        }
    }
}

/// A complete reading of an account's calendars.
#[derive(Clone, Debug)]
pub struct Discovery {
    /// The account.
    pub account_id: AccountId,
    /// Every calendar that the provider lists.
    pub calendars: Vec<DiscoveredCalendar>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// What a discovery changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Calendars not known before.
    pub created: u64,
    /// Calendars that the provider no longer lists; their events stay.
    pub gone: u64,
}
