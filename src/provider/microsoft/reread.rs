//! Events as they are now: each by its id, a series with its instances inside
//! the window.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::value::RawValue;

use super::client::{Pages, within};
use super::convert::{self, Read, Series};
use super::types::Page;
use super::{CONCURRENCY, Microsoft, errors};
use crate::model::change::Change;
use crate::model::id::ExternalId;
use crate::model::time::Zone;
use crate::provider::http::Request;
use crate::provider::{ChangesRequest, ProviderError, Result, Session};

/// What an event told.
#[derive(Default)]
struct Told {
    changes: Vec<Change>,
    /// The series that tells the rest.
    series: Option<ExternalId>,
}

/// On whose behalf and for which window events are read.
struct Reading<'a> {
    microsoft: &'a Microsoft,
    session: &'a Session,
    request: &'a ChangesRequest,
    zone: Zone,
}

impl Microsoft {
    /// Events as they are now. Of what belongs to a series, the series is read
    /// too.
    pub(super) async fn events(
        &self,
        session: &Session,
        request: &ChangesRequest,
        events: &[ExternalId],
    ) -> Result<Vec<Change>> {
        let reading = Reading {
            microsoft: self,
            session,
            request,
            zone: convert::calendar_zone(request.timezone.as_deref()),
        };
        let events: BTreeSet<ExternalId> = events.iter().cloned().collect();
        let told = reading.all(&events).await?;
        let series: BTreeSet<_> = told.iter().filter_map(|told| told.series.clone()).collect();
        let further = &series - &events;
        let rest = reading.all(&further).await?;
        let changes = told.into_iter().chain(rest).flat_map(|told| told.changes);
        Ok(changes.collect())
    }
}

impl Reading<'_> {
    /// Reads events, a few at a time, in their order.
    async fn all(&self, events: &BTreeSet<ExternalId>) -> Result<Vec<Told>> {
        let reads: Vec<_> = events.iter().map(|event| self.one(event)).collect();
        stream::iter(reads)
            .buffered(CONCURRENCY)
            .try_collect()
            .await
    }

    /// Reads an event. One that is refused for itself is set aside: it must
    /// not keep the others from being read.
    async fn one(&self, event: &ExternalId) -> Result<Told> {
        let change = match self.event(event).await {
            Err(ProviderError::NotFound | ProviderError::Gone) => Change::Removed(event.clone()),
            Err(ProviderError::Forbidden { .. } | ProviderError::Invalid { .. }) => {
                convert::unreadable(event.clone(), "refused by the provider")
            }
            other => return other,
        };
        Ok(Told::from(vec![change]))
    }

    /// Reads an event and what belongs to it.
    async fn event(&self, event: &ExternalId) -> Result<Told> {
        let calendar = self.request.calendar.as_str();
        let path = ["me", "calendars", calendar, "events", event.as_str()];
        let route = "me/calendars/{id}/events/{id}";
        let request = Request::get(self.microsoft.url(&path)?, route);
        let classify = errors::classify_read;
        let answer = self.microsoft.ask(self.session, request, classify).await?;
        match convert::read(answer.json::<&RawValue>()?, &self.zone)? {
            Read::Alone(change) => Ok(Told::from(vec![change])),
            Read::Member { series, change } => Ok(Told {
                changes: change.into_iter().collect(),
                series: Some(series),
            }),
            Read::Series(series) => self.instances(event, series).await,
        }
    }

    /// Reads the instances of a series, every page.
    async fn instances(&self, event: &ExternalId, series: Series<'_>) -> Result<Told> {
        let first = self
            .microsoft
            .url(&["me", "events", event.as_str(), "instances"])?;
        let mut first = within(first, &self.request.window);
        // The preferred page size is documented for deltas alone.
        first.query_pairs_mut().append_pair("$top", "200");
        let mut pages = Pages::from(first);
        let mut changes = Vec::new();
        while let Some(url) = pages.next()? {
            let request = Request::get(url, "me/events/{id}/instances");
            let classify = errors::classify_read;
            let answer = self.microsoft.ask(self.session, request, classify).await?;
            let page: Page<&RawValue> = answer.json()?;
            changes.extend(series.instances(pages.turn(&page)?, &self.zone)?);
        }
        changes.insert(0, series.change);
        Ok(Told::from(changes))
    }
}

impl From<Vec<Change>> for Told {
    fn from(changes: Vec<Change>) -> Self {
        Self {
            changes,
            series: None,
        }
    }
}
