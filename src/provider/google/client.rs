//! The calls to Google: their parameters, their pages and what makes a page
//! believable.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use chrono::{DateTime, SecondsFormat, Utc};
use url::Url;

use super::types::Page;
use super::{Google, convert, errors};
use crate::model::calendar::DiscoveredCalendar;
use crate::model::id::SyncToken;
use crate::model::time::Window;
use crate::provider::http::{Answer, Request};
use crate::provider::{
    ChangesPage, ChangesRequest, Next, PageToken, ProviderError, Result, Session,
};

/// What is asked of each event. Constant: whether it may vary between the
/// calls of one token is not documented.
pub(super) const EVENT_FIELDS: &str = "\
    id,etag,status,htmlLink,updated,summary,description,location,organizer,start,end,\
    recurrence,recurringEventId,originalStartTime,transparency,visibility,iCalUID,\
    attendees(email,displayName,responseStatus,optional,self),hangoutLink,\
    conferenceData(entryPoints(entryPointType,uri)),reminders";

/// The events that are appointments. Working locations and birthdays are
/// not: nobody is busy by them.
pub(super) const EVENT_TYPES: [&str; 4] = ["default", "outOfOffice", "focusTime", "fromGmail"];

/// The most events on a page.
const EVENTS_A_PAGE: &str = "2500";

/// The most calendars on a page.
const CALENDARS_A_PAGE: &str = "250";

/// Pages after which a calendar list does not count as one.
const CALENDAR_PAGES: usize = 100;

impl Google {
    /// `calendarList.list`, every page.
    ///
    /// Calendars that the user hid from Google's own list are included: to
    /// hide one is to clear the view, and must not let its events go stale.
    pub(super) async fn calendar_list(&self, session: &Session) -> Result<Vec<DiscoveredCalendar>> {
        let mut calendars = Vec::new();
        let mut token = None;
        for _ in 0..CALENDAR_PAGES {
            let url = self.calendar_list_url(token.as_deref())?;
            let route = "users/me/calendarList";
            let answer = self.listing(session, Request::get(url, route)).await?;
            let page = believable(&answer, "calendar#calendarList", token.as_deref())?;
            calendars.extend(convert::calendars(
                page.items.as_deref().unwrap_or_default(),
            )?);
            token = page.next_page_token;
            if token.is_none() {
                let mut seen = HashSet::new();
                calendars.retain(|calendar| seen.insert(calendar.external_id.clone()));
                return Ok(calendars);
            }
        }
        Err(protocol("calendar list without end"))
    }

    /// `events.list`, one page.
    pub(super) async fn events_list(
        &self,
        session: &Session,
        request: &ChangesRequest,
    ) -> Result<ChangesPage> {
        let url = self.events_url(request)?;
        let route = "calendars/{calendarId}/events";
        let answer = self.listing(session, Request::get(url, route)).await?;
        let sent = request.page.as_ref().map(|page| page.0.as_str());
        let page = believable(&answer, "calendar#events", sent)?;
        // The answer's own zone is the one that its times were written in.
        let zones = [page.time_zone.as_deref(), request.timezone.as_deref()];
        let items = page.items.as_deref().unwrap_or_default();
        Ok(ChangesPage {
            touched: Vec::new(),
            vanished: Vec::new(),
            changes: convert::changes(items, &convert::first_known_zone(zones))?,
            next: next(request, page.next_page_token, page.next_sync_token),
        })
    }

    /// Sends a listing.
    async fn listing(&self, session: &Session, request: Request) -> Result<Answer> {
        let classify = errors::classify_listing;
        self.transport
            .send(&self.service, session, &request, classify)
            .await
    }

    /// The URL of a page of the calendar list.
    fn calendar_list_url(&self, page: Option<&str>) -> Result<Url> {
        let mut url = self.url(&["users", "me", "calendarList"])?;
        url.query_pairs_mut()
            .append_pair("maxResults", CALENDARS_A_PAGE)
            .append_pair("showHidden", "true")
            .append_pair("prettyPrint", "false")
            .extend_pairs(page.map(|token| ("pageToken", token)));
        Ok(url)
    }

    /// The URL of a page of events: the same parameters on every page of
    /// every listing, but for the tokens and what bounds a listing without.
    fn events_url(&self, request: &ChangesRequest) -> Result<Url> {
        let mut url = self.url(&["calendars", request.calendar.as_str(), "events"])?;
        let since = request.since.as_ref().map(|token| token.as_str());
        let page = request.page.as_ref().map(|token| token.0.as_str());
        let fields = format!("kind,timeZone,nextPageToken,nextSyncToken,items({EVENT_FIELDS})");
        url.query_pairs_mut()
            .append_pair("singleEvents", "false")
            .append_pair("maxResults", EVENTS_A_PAGE)
            .extend_pairs(EVENT_TYPES.map(|kind| ("eventTypes", kind)))
            .append_pair("fields", &fields)
            .append_pair("prettyPrint", "false")
            .extend_pairs(bounds(request))
            .extend_pairs(since.map(|token| ("syncToken", token)))
            .extend_pairs(page.map(|token| ("pageToken", token)));
        Ok(url)
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

/// The page in an answer. Refused when it is no such page, or the one that
/// was just read.
fn believable<'a>(answer: &'a Answer, kind: &str, sent: Option<&str>) -> Result<Page<'a>> {
    let mut page: Page<'a> = answer.json()?;
    page.next_page_token = page.next_page_token.filter(|token| !token.is_empty());
    page.next_sync_token = page.next_sync_token.filter(|token| !token.is_empty());
    let unmarked = page.next_page_token.is_none() && page.next_sync_token.is_none();
    match page.kind.as_deref() {
        Some(given) if given != kind => return Err(protocol("answer of another kind")),
        None if page.items.is_none() && unmarked => return Err(protocol("answer without a list")),
        _ => {}
    }
    if sent.is_some() && sent == page.next_page_token.as_deref() {
        return Err(protocol("page repeats"));
    }
    Ok(page)
}

/// How the listing goes on; a page that claims both is not the last. Whether
/// a token keeps the bounds of its listing is not documented: none is taken.
fn next(request: &ChangesRequest, page: Option<String>, token: Option<String>) -> Next {
    match page {
        Some(page) => Next::Page(PageToken(page)),
        None if only(request).is_some() => Next::Done(None),
        None => Next::Done(token.map(SyncToken::new)),
    }
}

/// What a listing is confined to; Google refuses bounds beside a token.
fn only(request: &ChangesRequest) -> Option<&Window> {
    request.only.as_ref().filter(|_| request.since.is_none())
}

/// The parameters that confine a listing.
fn bounds(request: &ChangesRequest) -> impl Iterator<Item = (&'static str, String)> {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let bounds = only(request).map(|window| {
        [
            ("timeMin", text(window.start())),
            ("timeMax", text(window.end())),
        ]
    });
    bounds.into_iter().flatten()
}

/// An answer that is not what the contract says.
fn protocol(reason: &str) -> ProviderError {
    ProviderError::Protocol {
        reason: reason.to_owned(),
    }
}
