//! Writes of events (contract, 2.5 to 2.7 and 10). Nobody is sent mail, and an
//! event is changed only at the revision that the change is meant for.

use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::{Google, body, convert, errors, types};
use crate::model::event::Event;
use crate::model::id::ExternalId;
use crate::provider::http::{Answer, Body, Request};
use crate::provider::{Created, Creation, EventAt, ProviderError, Result, Session, Update};

/// Names the requests that write an event.
const ROUTE: &str = "calendars/{calendarId}/events/{eventId}";

impl Google {
    /// `events.insert` under an id that we choose, which makes it safe to
    /// repeat: what was created before is found by it.
    pub(super) async fn events_insert(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Created> {
        let body = body::created(creation)?;
        let url = self.written(&["calendars", creation.calendar.as_str(), "events"])?;
        let route = "calendars/{calendarId}/events";
        let request = Request::post(url, route, Body::json(&body)).repeatable();
        let classify = errors::classify_event;
        let sent = self
            .transport
            .send(&self.service, session, &request, classify);
        match sent.await {
            Ok(answer) => Ok(Created {
                event: event(&answer, creation.timezone.as_deref())?,
                is_found: false,
            }),
            Err(ProviderError::Conflict { reason }) => self.adopt(session, creation, reason).await,
            Err(error) => Err(error),
        }
    }

    /// The event that a creation's id is taken by, if it is that of the task.
    async fn adopt(
        &self,
        session: &Session,
        creation: &Creation,
        reason: String,
    ) -> Result<Created> {
        match self.event_under_key(session, creation).await {
            Ok(Some(event)) => Ok(Created {
                event,
                is_found: true,
            }),
            Ok(None) => Err(ProviderError::Conflict { reason }),
            // The id stays taken for longer than Google tells of the event.
            Err(ProviderError::NotFound) => Err(ProviderError::Gone),
            Err(error) => Err(error),
        }
    }

    /// The event under the id that a creation chose.
    pub(super) async fn event_of_task(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Option<Event>> {
        match self.event_under_key(session, creation).await {
            Err(ProviderError::NotFound | ProviderError::Gone) => Ok(None),
            other => other,
        }
    }

    /// The event under a creation's id; none if it is another task's.
    async fn event_under_key(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Option<Event>> {
        let id = ExternalId::new(creation.key.as_str());
        let answer = self.events_get(session, &creation.calendar, &id).await?;
        let event = event(&answer, creation.timezone.as_deref())?;
        let is_anothers = body::is_anothers(&answer.json::<Value>()?, creation);
        Ok((!is_anothers).then_some(event))
    }

    /// `events.patch`.
    pub(super) async fn event_patch(
        &self,
        session: &Session,
        at: &EventAt,
        update: &Update,
    ) -> Result<Event> {
        let body = match body::depends(update) {
            false => body::changed(update, &types::Event::default())?,
            true => {
                let before = self.event_at(session, at, &update.etag).await?;
                body::changed(update, &before.json()?)?
            }
        };
        let request = Request::patch(self.written_at(at)?, ROUTE, Body::json(&body));
        let request = request.if_match(&update.etag)?;
        let answer = self.write(session, &request).await?;
        event(&answer, at.timezone.as_deref())
    }

    /// Reads an event at the revision given.
    async fn event_at(&self, session: &Session, at: &EventAt, etag: &str) -> Result<Answer> {
        let answer = self.events_get(session, &at.calendar, &at.event).await?;
        let event = event(&answer, at.timezone.as_deref())?;
        match event.etag.as_deref() == Some(etag) {
            true => Ok(answer),
            false => Err(ProviderError::PreconditionFailed),
        }
    }

    /// `events.delete`.
    pub(super) async fn event_delete(
        &self,
        session: &Session,
        at: &EventAt,
        etag: &str,
    ) -> Result<()> {
        let request = Request::delete(self.written_at(at)?, ROUTE).if_match(etag)?;
        match self.write(session, &request).await {
            Ok(_) | Err(ProviderError::NotFound | ProviderError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a write that is meant for one revision.
    async fn write(&self, session: &Session, request: &Request) -> Result<Answer> {
        let classify = errors::classify_write;
        self.transport
            .send(&self.service, session, request, classify)
            .await
    }

    /// The URL for writing an event.
    fn written_at(&self, at: &EventAt) -> Result<Url> {
        self.written(&[
            "calendars",
            at.calendar.as_str(),
            "events",
            at.event.as_str(),
        ])
    }

    /// A URL for writing, of which nobody is sent mail.
    fn written(&self, path: &[&str]) -> Result<Url> {
        let mut url = self.event_url(path)?;
        url.query_pairs_mut().append_pair("sendUpdates", "none");
        Ok(url)
    }
}

/// The event in an answer; `timezone` is the calendar's.
fn event(answer: &Answer, timezone: Option<&str>) -> Result<Event> {
    let zone = convert::first_known_zone([timezone]);
    convert::event(answer.json::<&RawValue>()?, &zone)
}
