//! Events as they are now, each by its id.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::value::RawValue;
use url::Url;

use super::client::EVENT_FIELDS;
use super::{Google, convert, errors};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::http::{Answer, Request};
use crate::provider::{ChangesRequest, ProviderError, Result, Session};

/// Events that are read at once.
const CONCURRENCY: usize = 4;

impl Google {
    /// Events as they are now, each as a listing would say it.
    pub(super) async fn events(
        &self,
        session: &Session,
        request: &ChangesRequest,
        events: &[ExternalId],
    ) -> Result<Vec<Change>> {
        let zone = convert::first_known_zone([request.timezone.as_deref()]);
        let events: BTreeSet<&ExternalId> = events.iter().collect();
        let reads: Vec<_> = events
            .into_iter()
            .map(|event| self.event_change(session, &request.calendar, event, &zone))
            .collect();
        stream::iter(reads)
            .buffered(CONCURRENCY)
            .try_collect()
            .await
    }

    /// Reads an event. One that is refused for itself is set aside: it must
    /// not keep the others from being read.
    async fn event_change(
        &self,
        session: &Session,
        calendar: &ExternalId,
        event: &ExternalId,
        zone: &Zone,
    ) -> Result<Change> {
        match self.events_get(session, calendar, event).await {
            Ok(answer) => convert::change(answer.json::<&RawValue>()?, zone),
            Err(ProviderError::NotFound | ProviderError::Gone) => {
                Ok(Change::Removed(event.clone()))
            }
            Err(ProviderError::Forbidden { .. } | ProviderError::Invalid { .. }) => Ok(
                convert::unreadable(event.clone(), "refused by the provider"),
            ),
            Err(error) => Err(error),
        }
    }

    /// `events.get`; Google tells of a cancelled event for a while.
    pub(super) async fn events_get(
        &self,
        session: &Session,
        calendar: &ExternalId,
        event: &ExternalId,
    ) -> Result<Answer> {
        let path = ["calendars", calendar.as_str(), "events", event.as_str()];
        let url = self.event_url(&path)?;
        let request = Request::get(url, "calendars/{calendarId}/events/{eventId}");
        let classify = errors::classify_event;
        self.transport
            .send(&self.service, session, &request, classify)
            .await
    }

    /// A URL that is answered with one event: what a listing says of it, and
    /// the task that it is marked with.
    pub(super) fn event_url(&self, path: &[&str]) -> Result<Url> {
        let mut url = self.url(path)?;
        let fields = format!("{EVENT_FIELDS},extendedProperties/private");
        url.query_pairs_mut()
            .append_pair("fields", &fields)
            .append_pair("prettyPrint", "false");
        Ok(url)
    }
}
