//! What the first visit of an account brought, as commands tell it.

use serde::Serialize;

use super::output::counted;
use crate::sync::{Connected, count};

/// What the first visit of an account brought.
#[derive(Debug, Default, Serialize)]
pub(super) struct Visit {
    /// How many calendars are new; none when they were not or could not be
    /// discovered.
    pub(super) calendars: Option<u64>,
    /// How many events came.
    pub(super) events: Option<u64>,
    /// How many of the calendars are watched from now on; none without an
    /// address that the providers can reach.
    pub(super) watches: Option<u64>,
    /// What could not be done.
    pub(super) error: Option<String>,
}

impl Visit {
    /// What a visit brought; whether calendars were to be watched.
    pub(super) fn of(connected: &Connected, watched: bool) -> Self {
        let report = &connected.report;
        let mut visit = Self {
            calendars: Some(connected.discovered.created),
            events: Some(report.count(count::EVENTS_CREATED)),
            watches: watched.then(|| report.count(count::CREATED) + report.count(count::RENEWED)),
            error: None,
        };
        let left = report.count(count::DEFERRED);
        if left > 0 {
            visit.error = Some(format!(
                "{} left to the next cycles",
                counted(left, "calendar")
            ));
        }
        if report.failed > 0 {
            let failures = report
                .failures
                .iter()
                .map(|failure| failure.message.as_str());
            visit.error = Some(failures.collect::<Vec<_>>().join("; "));
        }
        visit
    }

    /// One that could not be made.
    pub(super) fn failed(error: String) -> Self {
        Self {
            error: Some(error),
            ..Self::default()
        }
    }
}
