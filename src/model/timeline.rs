//! The timeline: concrete occurrences inside a window.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::account::ProviderKind;
use super::id::{CalendarId, EventId, UserId};

/// A row of the timeline, as `events list` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineRow {
    /// Whose time it is.
    pub user_id: UserId,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// The provider.
    pub provider: ProviderKind,
    /// The event that takes place: a single event, a series or an exception.
    pub event_id: EventId,
    /// The title, if it has one.
    pub title: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// The beginning of a timed occurrence.
    pub starts_at: Option<DateTime<Utc>>,
    /// The end of a timed occurrence.
    pub ends_at: Option<DateTime<Utc>>,
    /// The first day of an all-day occurrence.
    pub start_date: Option<NaiveDate>,
    /// The day after the last of an all-day occurrence.
    pub end_date: Option<NaiveDate>,
    /// Whether it is all-day.
    pub all_day: bool,
    /// Whether the time counts as taken.
    pub busy: bool,
    /// `confirmed`, `tentative` or `declined`.
    pub status: String,
}
