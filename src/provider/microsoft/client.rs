//! The calls to Graph: their addresses and headers, their pages and what makes
//! a page believable.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::value::RawValue;
use url::Url;

use super::convert::{self, Round};
use super::types::{Event, Page, User};
use super::{Microsoft, errors};
use crate::model::calendar::DiscoveredCalendar;
use crate::model::id::SyncToken;
use crate::model::time::Window;
use crate::provider::http::{Answer, Classify, Request};
use crate::provider::{
    ChangesPage, ChangesRequest, Next, PageToken, ProviderError, Result, Session,
};

/// What every request prefers: a preference holds for the request that carries
/// it and no other, and ids of both kinds must never mix.
///
/// 200 events on a page, bodies included, are answered well within the time
/// limit, and make a few requests of a window of some months.
const PREFER: &str = "odata.maxpagesize=200, outlook.timezone=\"UTC\", \
                      outlook.body-content-type=\"text\", IdType=\"ImmutableId\"";

/// Pages after which a list that is read at once does not count as one.
const PAGES: usize = 1000;

impl Microsoft {
    /// `/me`: whose login it is; none where we may not ask.
    pub(super) async fn me(&self, session: &Session) -> Result<Option<User>> {
        let mut url = self.url(&["me"])?;
        let fields = "id,mail,userPrincipalName";
        url.query_pairs_mut().append_pair("$select", fields);
        let request = Request::get(url, "me");
        match self.ask(session, request, errors::classify_read).await {
            Ok(answer) => Ok(Some(answer.json()?)),
            Err(ProviderError::Forbidden { .. } | ProviderError::ScopeMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `calendars`, every page.
    pub(super) async fn calendar_list(&self, session: &Session) -> Result<Vec<DiscoveredCalendar>> {
        let mut calendars = Vec::new();
        let mut pages = Pages::from(self.url(&["me", "calendars"])?);
        while let Some(url) = pages.next()? {
            let request = Request::get(url, "me/calendars");
            let answer = self.ask(session, request, errors::classify_read).await?;
            let page: Page<&RawValue> = answer.json()?;
            calendars.extend(convert::calendars(pages.turn(&page)?)?);
        }
        let mut seen = HashSet::new();
        calendars.retain(|calendar| seen.insert(calendar.external_id.clone()));
        Ok(calendars)
    }

    /// `calendarView/delta`, one page. The links of earlier answers are
    /// followed as they are.
    pub(super) async fn calendar_view_delta(
        &self,
        session: &Session,
        request: &ChangesRequest,
    ) -> Result<ChangesPage> {
        let since = request.since.as_ref().map(SyncToken::as_str);
        let link = request.page.as_ref().map(|page| page.0.as_str()).or(since);
        let url = link.map_or_else(|| self.delta_url(request), parse_link)?;
        let continues = request.page.is_none() && since.is_some();
        if continues && url.origin() != self.endpoints.api_url.origin() {
            // The configured address has changed since the link was stored.
            return Err(ProviderError::SyncTokenExpired);
        }
        let route = "me/calendars/{id}/calendarView/delta";
        let sent = link.unwrap_or(url.as_str()).to_owned();
        let asked = Request::get(url, route);
        let answer = self.ask(session, asked, errors::classify_delta).await?;
        let mut page = events(&answer)?;
        let round = match request.since {
            None => Round::Full,
            Some(_) => Round::Incremental,
        };
        believable(&page, &sent)?;
        let events = page.value.take().unwrap_or_default();
        let zone = convert::calendar_zone(request.timezone.as_deref());
        let delta = convert::delta(events, round, &zone)?;
        Ok(ChangesPage {
            changes: delta.changes,
            touched: delta.touched,
            vanished: delta.vanished,
            next: next(&page),
        })
    }

    /// Asks, with everything that is preferred.
    pub(super) async fn ask(
        &self,
        session: &Session,
        mut request: Request,
        classify: Classify,
    ) -> Result<Answer> {
        let prefer = HeaderName::from_static("prefer");
        let preferred = HeaderValue::from_static(PREFER);
        request.headers.insert(prefer, preferred);
        self.transport
            .send(&self.service, session, &request, classify)
            .await
    }

    /// The first request of a round.
    fn delta_url(&self, request: &ChangesRequest) -> Result<Url> {
        let calendar = request.calendar.as_str();
        let url = self.url(&["me", "calendars", calendar, "calendarView", "delta"])?;
        Ok(within(url, &request.window))
    }

    /// A URL below the base of the API; the segments are encoded.
    pub(super) fn url(&self, path: &[&str]) -> Result<Url> {
        let mut url = self.endpoints.api_url.clone();
        url.path_segments_mut()
            .map_err(|()| protocol("the API's address has no path"))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}

/// The pages of a list that is read at once.
pub(super) struct Pages {
    next: Option<Url>,
    sent: String,
    seen: HashSet<Url>,
}

impl Pages {
    /// A list that begins at a URL.
    pub(super) fn from(first: Url) -> Self {
        Self {
            next: Some(first),
            sent: String::new(),
            seen: HashSet::new(),
        }
    }

    /// Where the next page is.
    pub(super) fn next(&mut self) -> Result<Option<Url>> {
        let Some(url) = self.next.take() else {
            return Ok(None);
        };
        if self.seen.len() >= PAGES || !self.seen.insert(url.clone()) {
            return Err(protocol("list without end"));
        }
        self.sent = url.as_str().to_owned();
        Ok(Some(url))
    }

    /// The items of a page, after which the next one is due.
    pub(super) fn turn<'p, T>(&mut self, page: &'p Page<T>) -> Result<&'p [T]> {
        let items = believable(page, &self.sent)?;
        self.next = filled(page.next_link.as_deref())
            .map(parse_link)
            .transpose()?;
        Ok(items)
    }
}

/// A page of events: read at once, or each by itself where one is torn.
fn events(answer: &Answer) -> Result<Page<Event<'_>>> {
    answer
        .json()
        .or_else(|_| Ok(answer.json::<Page<&RawValue>>()?.read()))
}

/// A URL with a window.
pub(super) fn within(mut url: Url, window: &Window) -> Url {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    url.query_pairs_mut()
        .append_pair("startDateTime", &text(window.start()))
        .append_pair("endDateTime", &text(window.end()));
    url
}

/// The items of a page. Refused when it is no page, or leads back to where it
/// came from.
fn believable<'p, T>(page: &'p Page<T>, sent: &str) -> Result<&'p [T]> {
    let next = filled(page.next_link.as_deref());
    let last = filled(page.delta_link.as_deref());
    if page.value.is_none() && next.is_none() && last.is_none() {
        return Err(protocol("answer without a list"));
    }
    if next
        .is_some_and(|link| link == sent || parse_link(link).is_ok_and(|url| url.as_str() == sent))
    {
        return Err(protocol("page repeats"));
    }
    Ok(page.value.as_deref().unwrap_or_default())
}

/// How a round goes on; a page that claims both is not the last.
fn next<T>(page: &Page<T>) -> Next {
    match filled(page.next_link.as_deref()) {
        Some(link) => Next::Page(PageToken(link.to_owned())),
        None => Next::Done(filled(page.delta_link.as_deref()).map(SyncToken::new)),
    }
}

/// A link of an earlier answer.
fn parse_link(link: &str) -> Result<Url> {
    Url::parse(link).map_err(|_| protocol("a link that is no URL"))
}

/// A text that says something.
fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// An answer that is not what the contract says.
fn protocol(reason: &str) -> ProviderError {
    ProviderError::Protocol {
        reason: reason.to_owned(),
    }
}
