//! `events.list`: paging, sync tokens, tombstones.

use std::ops::Bound;
use std::sync::Arc;

use axum::http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::calendar::{Calendar, stamp};
use super::call::Call;
use super::errors::ApiError;
use super::expand;
use super::faults::Effect;
use super::list_query::{ListQuery, Start};
use super::token::{PageToken, SyncToken, digest};
use super::world::{AccessRole, World};

/// What faults do to a listing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tweaks {
    empty: bool,
    repeat: bool,
    no_token: bool,
}

impl Tweaks {
    /// The tweaks among the effects of a request's faults.
    pub(super) fn of(effects: &[Effect]) -> Self {
        let has = |which: fn(&Effect) -> bool| effects.iter().any(which);
        Self {
            empty: has(|effect| matches!(effect, Effect::EmptyList)),
            repeat: has(|effect| matches!(effect, Effect::RepeatPage)),
            no_token: has(|effect| matches!(effect, Effect::NoSyncToken)),
        }
    }
}

/// One page: texts of items, and where the next page begins, if there is one.
#[derive(Default)]
pub(super) struct Page {
    pub(super) items: Vec<Arc<str>>,
    pub(super) next: Option<String>,
}

/// Answers a call of `events.list`.
pub(super) fn list(
    world: &mut World,
    call: &Call,
    role: AccessRole,
    id: &str,
    tweaks: Tweaks,
) -> Result<Answer, ApiError> {
    let query = ListQuery::read(call, role, &world.behaviour, world.calendar(id)?)?;
    let etag = etag(world.calendar(id)?, &query);
    if call.header(header::IF_NONE_MATCH) == Some(etag.as_str()) {
        return Ok(Answer::empty(304));
    }
    let empty = world
        .behaviour
        .empty_every
        .is_some_and(|n| n > 1 && query.page.is_multiple_of(n));
    let now = world.clock.now();
    let calendar = world
        .calendars
        .get_mut(id)
        .ok_or_else(ApiError::not_found)?;
    let page = match () {
        () if tweaks.empty || calendar.blank => Page::default(),
        () if empty => Page {
            items: Vec::new(),
            next: Some(query.after.clone()),
        },
        () if query.single_events => expand::page(calendar, &query, now),
        () => page(calendar, &query),
    };
    Ok(
        Answer::ready(assemble(calendar, &query, role, &etag, &page, tweaks))
            .with(header::ETAG, etag),
    )
}

fn etag(calendar: &Calendar, query: &ListQuery) -> String {
    let state = (
        &calendar.id,
        calendar.head,
        calendar.generation,
        calendar.blank,
    );
    format!("\"p{:x}\"", digest((state, query.all_params, &query.after)))
}

/// One page of a listing that is not expanded.
fn page(calendar: &mut Calendar, query: &ListQuery) -> Page {
    let mut ids = match query.start {
        Start::Full => by_id(calendar, query),
        Start::Since(since) => by_change(calendar, query, since),
    };
    let more = ids.len() > query.max_results;
    ids.truncate(query.max_results);
    let next = ids.last().filter(|_| more).map(|(after, _)| after.clone());
    let items = ids
        .iter()
        .filter_map(|(_, id)| query.style.text(calendar, id))
        .collect();
    Page { items, next }
}

/// Everything, in the order of ids; one item more than fits on the page.
fn by_id(calendar: &Calendar, query: &ListQuery) -> Vec<(String, String)> {
    let after = match query.after.as_str() {
        "" => Bound::Unbounded,
        after => Bound::Excluded(after),
    };
    let range = calendar.events.range::<str, _>((after, Bound::Unbounded));
    let listed = range.filter(|(_, stored)| query.lists(calendar, stored));
    listed
        .take(query.max_results + 1)
        .map(|(id, _)| (id.clone(), id.clone()))
        .collect()
}

/// What changed after `since` and before the listing began.
fn by_change(calendar: &Calendar, query: &ListQuery, since: u64) -> Vec<(String, String)> {
    let after = query.after.parse().unwrap_or(since);
    let range = calendar.changes.range((
        Bound::Excluded(after),
        Bound::Included(query.head.max(after)),
    ));
    let changed = |id: &String| {
        calendar
            .events
            .get(id)
            .is_some_and(|stored| query.lists_change(calendar, stored))
    };
    let listed = range.filter(|(_, id)| changed(id));
    listed
        .take(query.max_results + 1)
        .map(|(change, id)| (change.to_string(), id.clone()))
        .collect()
}

/// The text of the page: the head by value, the items as they are.
fn assemble(
    calendar: &Calendar,
    query: &ListQuery,
    role: AccessRole,
    etag: &str,
    page: &Page,
    tweaks: Tweaks,
) -> String {
    let mut head = head(calendar, role, etag);
    let next = if tweaks.repeat {
        Some(query.after.clone())
    } else {
        page.next.clone()
    };
    match next {
        Some(after) => head["nextPageToken"] = json!(page_token(query, after, tweaks.repeat)),
        None if !tweaks.no_token && query.gives_token => {
            head["nextSyncToken"] = json!(sync_token(query))
        }
        None => {}
    }
    let head = query.fields.apply(head).to_string();
    if query.fields.member("items").is_none() || page.items.is_empty() {
        return finish(head, query.pretty);
    }
    let begin = head.trim_end_matches('}');
    let comma = if begin.len() > 1 { "," } else { "" };
    finish(
        format!("{begin}{comma}\"items\":[{}]}}", page.items.join(",")),
        query.pretty,
    )
}

/// No `}` may end the head but its own: the last member is a string or array.
fn head(calendar: &Calendar, role: AccessRole, etag: &str) -> Value {
    json!({ "kind": "calendar#events", "etag": etag, "summary": calendar.name, "updated": stamp(calendar.updated),
        "timeZone": calendar.zone.name, "accessRole": role.as_str(), "defaultReminders": default_reminders(calendar) })
}

/// The reminders of events that use the default.
pub(super) fn default_reminders(calendar: &Calendar) -> Value {
    match calendar.primary {
        true => json!([{ "method": "popup", "minutes": 10 }]),
        false => json!([]),
    }
}

fn page_token(query: &ListQuery, after: String, repeat: bool) -> String {
    PageToken {
        resource: query.resource,
        generation: query.generation,
        head: query.head,
        page: if repeat { query.page } else { query.page + 1 },
        params: query.all_params,
        after,
    }
    .encode()
}

fn sync_token(query: &ListQuery) -> String {
    let ListQuery {
        resource,
        generation,
        head,
        kept_params,
        ..
    } = *query;
    SyncToken {
        resource,
        generation,
        since: head,
        params: kept_params,
    }
    .encode()
}

fn finish(text: String, pretty: bool) -> String {
    match pretty {
        true => serde_json::from_str::<Value>(&text).map_or(text, |value| format!("{value:#}")),
        false => text,
    }
}
