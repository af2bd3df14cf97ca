//! Writes of events (contract, 5). Whether Graph looks at `If-Match` is not
//! certain: the revision is compared before anything is written as well.

mod body;
mod mark;

use serde_json::Value;
use url::Url;

use super::convert::{self, Standing};
use super::errors::Duplicate;
use super::{Microsoft, errors};
use crate::model::content::Field;
use crate::model::event::{Event, EventStatus};
use crate::model::time::Zone;
use crate::provider::http::{Body, Request};
use crate::provider::{Created, Creation, EventAt, ProviderError, Result, Session, Update};

/// An event under its calendar, as logs name it.
const EVENT: &str = "me/calendars/{id}/events/{id}";

/// What became of a creation.
enum Posted {
    /// The event is new.
    Made(Box<Event>),
    /// Its key was used before.
    Used(Duplicate),
}

impl Microsoft {
    /// Creates the event of a task where none is found.
    pub(super) async fn events_insert(
        &self,
        session: &Session,
        creation: &Creation,
    ) -> Result<Created> {
        let body = body::created(creation)?;
        if let Some(event) = self.event_of_task(session, creation).await? {
            return Ok(found(event));
        }
        match self.post(session, creation, &body).await? {
            Posted::Made(event) => Ok(Created {
                event: *event,
                is_found: false,
            }),
            Posted::Used(duplicate) => {
                let event = self.event_of_duplicate(session, creation, duplicate);
                event.await?.map(found).ok_or(ProviderError::Gone)
            }
        }
    }

    /// Changes an event of its revision, and none that is cancelled or
    /// somebody else's.
    pub(super) async fn event_patch(
        &self,
        session: &Session,
        at: &EventAt,
        update: &Update,
    ) -> Result<Event> {
        let zone = convert::calendar_zone(at.timezone.as_deref());
        let standing = self.standing(session, self.event_url(at)?, &zone).await?;
        admit(&standing, update)?;
        let body = body::updated(update, &standing)?;
        if update.fields.is_empty() {
            return Ok(standing.event);
        }
        let request = Request::patch(self.event_url(at)?, EVENT, Body::json(&body));
        let request = guarded(request, &standing)?;
        let answer = self.ask(session, request, errors::classify_write).await?;
        Ok(convert::standing(answer.json()?, &zone)?.event)
    }

    /// Deletes an event of its revision.
    pub(super) async fn event_delete(
        &self,
        session: &Session,
        at: &EventAt,
        etag: &str,
    ) -> Result<()> {
        match self.delete(session, at, etag).await {
            Err(ProviderError::NotFound | ProviderError::Gone) => Ok(()),
            Err(refused @ ProviderError::Forbidden { .. }) => {
                match self.is_over(session, at).await? {
                    true => Ok(()),
                    false => Err(refused),
                }
            }
            other => other,
        }
    }

    /// `POST events`. May be repeated: the key is used up by the first.
    async fn post(&self, session: &Session, creation: &Creation, body: &Value) -> Result<Posted> {
        let url = self.url(&["me", "calendars", creation.calendar.as_str(), "events"])?;
        let request = Request::post(url, "me/calendars/{id}/events", Body::json(body))
            .repeatable()
            .expecting(|answer| errors::duplicate(answer).is_some());
        let answer = self.ask(session, request, errors::classify_create).await?;
        if let Some(duplicate) = errors::duplicate(&answer) {
            return Ok(Posted::Used(duplicate));
        }
        let zone = convert::calendar_zone(creation.timezone.as_deref());
        let made = convert::standing(answer.json()?, &zone)?;
        Ok(Posted::Made(Box::new(made.event)))
    }

    /// `DELETE events/{id}`, of a revision.
    async fn delete(&self, session: &Session, at: &EventAt, etag: &str) -> Result<()> {
        let zone = convert::calendar_zone(at.timezone.as_deref());
        let standing = self.standing(session, self.event_url(at)?, &zone).await?;
        of_revision(&standing, etag)?;
        let request = guarded(Request::delete(self.event_url(at)?, EVENT), &standing)?;
        self.ask(session, request, errors::classify_write).await?;
        Ok(())
    }

    /// Whether an event is no more or cancelled, which deletions may be refused
    /// for as well.
    async fn is_over(&self, session: &Session, at: &EventAt) -> Result<bool> {
        let zone = convert::calendar_zone(at.timezone.as_deref());
        match self.standing(session, self.event_url(at)?, &zone).await {
            Ok(standing) => Ok(is_cancelled(&standing)),
            Err(ProviderError::NotFound | ProviderError::Gone) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// An event as it stands; `zone` is the calendar's.
    async fn standing(&self, session: &Session, url: Url, zone: &Zone) -> Result<Standing> {
        let request = Request::get(url, EVENT);
        let answer = self.ask(session, request, errors::classify_read).await?;
        convert::standing(answer.json()?, zone)
    }

    fn event_url(&self, at: &EventAt) -> Result<Url> {
        let (calendar, event) = (at.calendar.as_str(), at.event.as_str());
        self.url(&["me", "calendars", calendar, "events", event])
    }
}

/// An event that was there before.
fn found(event: Event) -> Created {
    Created {
        event,
        is_found: true,
    }
}

/// Refuses what must not be written.
fn admit(standing: &Standing, update: &Update) -> Result<()> {
    if is_cancelled(standing) {
        return Err(ProviderError::Gone);
    }
    of_revision(standing, &update.etag)?;
    if !standing.event.organizer_self {
        let reason = "somebody else organises it".to_owned();
        return Err(ProviderError::Forbidden { reason });
    }
    if standing.is_online_meeting && update.fields.contains(&Field::Description) {
        // It holds how to join, which a new text would remove.
        let reason = "the description of an online meeting is Microsoft's".to_owned();
        return Err(ProviderError::Invalid { reason });
    }
    Ok(())
}

/// Refuses an event of another revision.
fn of_revision(standing: &Standing, etag: &str) -> Result<()> {
    match standing.event.etag.as_deref() == Some(etag) {
        true => Ok(()),
        false => Err(ProviderError::PreconditionFailed),
    }
}

/// A write of the event as it stands. One that no condition can be made for is
/// sent once: it would undo what others do in between.
fn guarded(request: Request, standing: &Standing) -> Result<Request> {
    match &standing.etag {
        Some(etag) => request.if_match(etag),
        None => Ok(request.once()),
    }
}

fn is_cancelled(standing: &Standing) -> bool {
    standing.event.status == EventStatus::Cancelled
}
