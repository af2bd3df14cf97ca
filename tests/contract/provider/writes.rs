//! What is written, and how: the bench of those who write.

use calsync::model::content::{Content, Field};
use calsync::model::event::Event;
use calsync::model::id::{CreationKey, ExternalId, TaskId};
use calsync::model::time::{EventTime, Zone};
use calsync::provider::{Created, Creation, EventAt, ProviderError, Result, Update};

use super::bench::Bench;
use super::service::Draft;

/// An hour on the tenth of March.
pub(super) fn hour() -> EventTime {
    span("2026-03-10T09:00:00Z", "2026-03-10T10:00:00Z", "UTC")
}

/// From one instant to another, entered in a zone.
pub(super) fn span(start: &str, end: &str, zone: &str) -> EventTime {
    let zone = Zone::parse(zone).unwrap();
    EventTime::timed(start.parse().unwrap(), end.parse().unwrap(), zone)
}

/// Whole days up to another.
pub(super) fn days(start: &str, end: &str) -> EventTime {
    EventTime::all_day(start.parse().unwrap(), end.parse().unwrap())
}

/// Only a title and a time.
pub(super) fn plain(title: &str, time: EventTime) -> Content {
    Content {
        title: Some(title.to_owned()),
        time: Some(time),
        ..Content::default()
    }
}

/// All that a content can say.
pub(super) fn full() -> Content {
    Content {
        title: Some("report".to_owned()),
        description: Some("first draft\nthen the rest".to_owned()),
        location: Some("Room 1".to_owned()),
        time: Some(hour()),
        reminder_minutes: Some(45),
    }
}

/// What an event says, its instants in UTC: not every provider keeps the zone
/// of an event that does not repeat.
pub(super) fn said(event: &Event) -> Content {
    in_utc(Content::of(event))
}

/// A content with its instants in UTC.
pub(super) fn in_utc(content: Content) -> Content {
    let time = content.time.map(|time| match time {
        EventTime::Timed { start, end, .. } => EventTime::timed(start, end, Zone::utc()),
        days @ EventTime::AllDay { .. } => days,
    });
    Content { time, ..content }
}

impl Bench {
    /// Asks for the event of a task, in its first generation.
    pub(super) fn creation(&self, task: &str, content: Content) -> Creation {
        let (task, calendar) = (TaskId::new(task), ExternalId::new(self.service.main()));
        Creation {
            key: CreationKey::of(&task, &calendar, 1),
            calendar,
            timezone: Some("UTC".to_owned()),
            task,
            content: content.normalized(),
        }
    }

    pub(super) async fn create(&self, creation: &Creation) -> Result<Created> {
        self.provider.create_event(&self.session, creation).await
    }

    /// The event of a task, which was not there before.
    pub(super) async fn created(&self, content: Content) -> Event {
        let creation = self.creation("t-1", content);
        let created = self.create(&creation).await.unwrap();
        assert!(!created.is_found);
        created.event
    }

    pub(super) async fn find(&self, creation: &Creation) -> Result<Option<Event>> {
        self.provider.created_event(&self.session, creation).await
    }

    /// An event that its owner enters, as it is listed.
    pub(super) async fn entered(&self, draft: Draft) -> Event {
        let id = self.put(draft);
        self.listed(&ExternalId::new(id)).await
    }

    /// Changes fields of an event at the revision that is given with it.
    pub(super) async fn update(
        &self,
        event: &Event,
        fields: &[Field],
        content: Content,
    ) -> Result<Event> {
        let update = Update {
            etag: event.etag.clone().unwrap(),
            fields: fields.to_vec(),
            content: content.normalized(),
        };
        let at = self.at(event);
        self.provider
            .update_event(&self.session, &at, &update)
            .await
    }

    /// Deletes an event at the revision that is given with it.
    pub(super) async fn delete(&self, event: &Event) -> Result<()> {
        let (at, etag) = (self.at(event), event.etag.as_deref().unwrap());
        self.provider.delete_event(&self.session, &at, etag).await
    }

    /// An event as it is listed.
    pub(super) async fn listed(&self, id: &ExternalId) -> Event {
        self.list().await.unwrap().events[id].clone()
    }

    /// What takes place, as it is listed.
    pub(super) async fn timeline(&self) -> Vec<String> {
        self.list().await.unwrap().timeline()
    }

    fn at(&self, event: &Event) -> EventAt {
        EventAt {
            calendar: ExternalId::new(self.service.main()),
            timezone: Some("UTC".to_owned()),
            event: event.external_id.clone(),
        }
    }
}

/// Whether a write of what somebody else has changed was refused.
pub(super) fn came_too_late<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(ProviderError::PreconditionFailed))
}

/// Whether a write was refused with a reason.
pub(super) fn is_refused<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(ProviderError::Forbidden { reason }) if !reason.is_empty())
}
