//! The mark that an event carries of its task, where nobody sees it, and the
//! events that are found by it (contract, 5.2 and 5.3).
//!
//! Graph looks for it in the whole mailbox, ignoring case: what it finds is
//! confirmed one by one, under the calendar and to the letter.

use std::collections::BTreeSet;

use chrono::{NaiveTime, TimeDelta};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use url::Url;

use super::body::transaction_id;
use super::is_cancelled;
use crate::model::event::Event;
use crate::model::id::ExternalId;
use crate::model::time::{EventTime, Window};
use crate::provider::http::Request;
use crate::provider::microsoft::client::{Pages, within};
use crate::provider::microsoft::convert::{self, Standing};
use crate::provider::microsoft::errors::Duplicate;
use crate::provider::microsoft::types::Page;
use crate::provider::microsoft::{Microsoft, errors, types};
use crate::provider::{Creation, ProviderError, Result, Session};

/// The extended property. Each name takes up room in a mailbox for good: it
/// never changes.
const PROPERTY: &str = "String {5d1b1f3e-8f0a-4a43-9d0b-2f6f6c1e7a11} Name CalsyncTaskId";

/// What stands for itself in an option of a query. A space must not become a
/// plus sign.
const LITERAL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Microsoft {
    /// The event that carries the mark of a task. Of several, as of a copy
    /// that somebody made, the one that was created under the key.
    pub(in crate::provider::microsoft) async fn event_of_task(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Option<Event>> {
        let mut marked = Vec::new();
        for event in self.events_with(session, &creation.mark()).await? {
            marked.extend(self.confirmed(session, creation, &event).await?);
        }
        let id = transaction_id(&creation.key);
        let created = |standing: &Standing| {
            let given = standing.transaction_id.as_deref();
            given.is_some_and(|given| given.eq_ignore_ascii_case(&id))
        };
        let own = marked.iter().position(created).unwrap_or_default();
        Ok(marked.into_iter().nth(own).map(|standing| standing.event))
    }

    /// The event of a key that was used before; none when it is no more.
    /// `Conflict` where the key is that of another task.
    pub(super) async fn event_of_duplicate(
        &self,
        session: &Session,
        creation: &Creation,
        duplicate: Duplicate,
    ) -> Result<Option<Event>> {
        let mut named = None;
        if let Some(event) = &duplicate.existing {
            named = match self.under(session, creation, event).await {
                Ok(named) => named,
                // An id of another kind may not be understood.
                Err(ProviderError::Invalid { .. }) => None,
                Err(error) => return Err(error),
            };
        }
        match named {
            Some(own) if is_marked(&own, &creation.mark()) => return Ok(Some(own.event)),
            Some(_) => {
                let found = self.event_of_task(session, creation).await?;
                let reason = || "the key is another event's".to_owned();
                let taken = || ProviderError::Conflict { reason: reason() };
                return found.map(Some).ok_or_else(taken);
            }
            None => {}
        }
        match self.event_of_task(session, creation).await? {
            None if duplicate.existing.is_none() => {
                self.event_of_transaction(session, creation).await
            }
            found => Ok(found),
        }
    }

    /// The event that was created for a task, as far as it can be found.
    pub(in crate::provider::microsoft) async fn event_of_creation(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Option<Event>> {
        match self.event_of_task(session, creation).await? {
            Some(event) => Ok(Some(event)),
            None => self.event_of_transaction(session, creation).await,
        }
    }

    /// The event of a key among those at its time, should the search by mark
    /// not know it yet.
    async fn event_of_transaction(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Option<Event>> {
        let Some(time) = &creation.content.time else {
            return Ok(None);
        };
        let calendar = creation.calendar.as_str();
        let url = self.url(&["me", "calendars", calendar, "calendarView"])?;
        let mut first = within(url, &around(time));
        first.query_pairs_mut().append_pair("$top", "200");
        let id = transaction_id(&creation.key);
        let mut pages = Pages::from(first);
        while let Some(url) = pages.next()? {
            let request = Request::get(url, "me/calendars/{id}/calendarView");
            let answer = self.ask(session, request, errors::classify_read).await?;
            let page: Page<&RawValue> = answer.json()?;
            for item in pages.turn(&page)? {
                let beside: types::standing::Standing =
                    serde_json::from_str(item.get()).unwrap_or_default();
                let given = beside.transaction_id.as_deref();
                if given.is_some_and(|given| given.eq_ignore_ascii_case(&id)) {
                    let event = convert::identify(item)?;
                    let found = self.confirmed(session, creation, &event).await?;
                    return Ok(found.map(|standing| standing.event));
                }
            }
        }
        Ok(None)
    }

    /// The ids of the mailbox's events with a mark, more or less.
    async fn events_with(&self, session: &Session, mark: &str) -> Result<BTreeSet<ExternalId>> {
        let first = self.url(&["me", "events"])?;
        let mut pages = Pages::from(with_option(first, "$filter", &filter(mark)));
        let mut events = BTreeSet::new();
        while let Some(url) = pages.next()? {
            let request = Request::get(url, "me/events");
            let answer = self.ask(session, request, errors::classify_create).await?;
            let page: Page<&RawValue> = answer.json()?;
            for item in pages.turn(&page)? {
                events.insert(convert::identify(item)?);
            }
        }
        Ok(events)
    }

    /// An event of the calendar that has exactly this mark and takes place.
    async fn confirmed(
        &self,
        session: &Session,
        creation: &Creation,
        event: &ExternalId,
    ) -> Result<Option<Standing>> {
        let found = self.under(session, creation, event).await?;
        Ok(found.filter(|standing| is_marked(standing, &creation.mark())))
    }

    /// An event of the calendar that takes place, with its mark.
    async fn under(
        &self,
        session: &Session,
        creation: &Creation,
        event: &ExternalId,
    ) -> Result<Option<Standing>> {
        let calendar = creation.calendar.as_str();
        let url = self.url(&["me", "calendars", calendar, "events", event.as_str()])?;
        let url = with_option(url, "$expand", &expand());
        let zone = convert::calendar_zone(creation.timezone.as_deref());
        match self.standing(session, url, &zone).await {
            Ok(standing) => Ok(Some(standing).filter(|standing| !is_cancelled(standing))),
            Err(ProviderError::NotFound | ProviderError::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The days around a time.
fn around(time: &EventTime) -> Window {
    let (start, end) = match time {
        EventTime::Timed { start, end, .. } => (*start, *end),
        EventTime::AllDay { start, end } => (
            start.and_time(NaiveTime::MIN).and_utc(),
            end.and_time(NaiveTime::MIN).and_utc(),
        ),
    };
    Window::new(start - TimeDelta::days(1), end + TimeDelta::days(1))
}

/// The mark as an event is created with it.
pub(super) fn property(mark: &str) -> Value {
    json!({ "id": PROPERTY, "value": mark })
}

/// Whether an event has exactly this mark.
fn is_marked(standing: &Standing, mark: &str) -> bool {
    let mut properties = standing.properties.iter();
    properties.any(|(id, value)| id.eq_ignore_ascii_case(PROPERTY) && value == mark)
}

fn filter(mark: &str) -> String {
    let quoted = mark.replace('\'', "''");
    format!(
        "singleValueExtendedProperties/Any(ep: ep/id eq '{PROPERTY}' and ep/value eq '{quoted}')"
    )
}

fn expand() -> String {
    format!("singleValueExtendedProperties($filter=id eq '{PROPERTY}')")
}

/// A URL with an option of OData's.
fn with_option(mut url: Url, name: &str, value: &str) -> Url {
    let value = utf8_percent_encode(value, LITERAL);
    url.set_query(Some(&format!("{name}={value}")));
    url
}
