//! `events.get` and `events.instances`.

use axum::http::header;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::calendar::{Calendar, Object};
use super::call::Call;
use super::errors::ApiError;
use super::expand;
use super::fields::Selector;
use super::filter::Filter;
use super::render::{self, Style};
use super::series;
use super::times::Zone;
use super::token::{PageToken, digest};
use super::world::{AccessRole, World};

/// Answers a call of `events.get`.
pub(super) fn get(
    world: &World,
    call: &Call,
    role: AccessRole,
    calendar: &str,
) -> Result<Answer, ApiError> {
    let calendar = world.calendar(calendar)?;
    let body = series::resolve(calendar, &call.route.event).ok_or_else(ApiError::not_found)?;
    let etag = body
        .get("etag")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if call.header(header::IF_NONE_MATCH) == Some(etag.as_str()) {
        return Ok(Answer::empty(304));
    }
    let value = style(call, role, true)?.value(&body, &calendar.zone);
    let value = Selector::of_event(call.param("fields"))?.apply(value);
    Ok(Answer::json(&value, call.flag("prettyPrint")?.unwrap_or(true)).with(header::ETAG, etag))
}

/// Answers a call of `events.instances`; `timeMin` is inclusive here.
pub(super) fn instances(
    world: &World,
    call: &Call,
    role: AccessRole,
    calendar: &str,
) -> Result<Answer, ApiError> {
    let calendar = world.calendar(calendar)?;
    let id = call.route.event.as_str();
    let master = calendar
        .body(id)
        .filter(|body| body.contains_key("recurrence"));
    master.ok_or_else(ApiError::not_found)?;
    let (size, done) = (call.max_results(250, 2500)?, done(call)?);
    let all = all(world, call, calendar, id)?;
    let style = style(call, role, false)?;
    let items: Vec<Value> = all
        .iter()
        .skip(done)
        .take(size)
        .map(|body| style.value(body, &calendar.zone))
        .collect();
    let mut answer = json!({ "kind": "calendar#events", "summary": calendar.name, "timeZone": calendar.zone.name,
        "accessRole": role.as_str(), "items": items });
    if done + size < all.len() {
        answer["nextPageToken"] = json!(next(call, done + size));
    }
    let answer = Selector::parse_or_all(call.param("fields"))?.apply(answer);
    Ok(Answer::json(
        &answer,
        call.flag("prettyPrint")?.unwrap_or(true),
    ))
}

fn all(world: &World, call: &Call, calendar: &Calendar, id: &str) -> Result<Vec<Object>, ApiError> {
    let filter = Filter::of(call)?;
    let utc = Zone::named_or_utc("UTC");
    let now = Timestamp::from_millisecond(world.clock.now().timestamp_millis()).unwrap_or_default();
    let (from, to) = filter.window();
    let day = Span::new().days(1);
    let from = from.map_or(jiff::civil::date(1900, 1, 1).at(0, 0, 0, 0), |from| {
        utc.wall(from).saturating_sub(day)
    });
    let to = to.map_or_else(
        || utc.wall(now).saturating_add(Span::new().years(5)),
        |to| utc.wall(to).saturating_add(day),
    );
    let show_deleted = call.flag("showDeleted")?.unwrap_or(false);
    let mut all = expand::occurrences(calendar, id, from, to);
    let live = |body: &Object| {
        body.get("status")
            .is_none_or(|status| status != "cancelled")
    };
    all.extend(
        calendar
            .exceptions(id)
            .into_iter()
            .filter(|body| show_deleted || live(body)),
    );
    all.retain(|body| filter.accepts(body, &calendar.zone));
    all.sort_by_cached_key(|body| expand::start(body, &calendar.zone));
    Ok(all)
}

fn style(call: &Call, role: AccessRole, details: bool) -> Result<Style, ApiError> {
    let limit = call.param("maxAttendees").map(str::parse).transpose();
    Ok(Style {
        key: "".into(),
        selector: Selector::All,
        zone: render::zone(call.param("timeZone"))?,
        details,
        free_busy: role == AccessRole::FreeBusyReader,
        max_attendees: limit.map_err(|_| ApiError::invalid("maxAttendees", "Invalid value."))?,
    })
}

fn done(call: &Call) -> Result<usize, ApiError> {
    let Some(text) = call.param("pageToken") else {
        return Ok(0);
    };
    let token = PageToken::decode(text).filter(|token| token.resource == digest(&call.path));
    let after = token.and_then(|token| token.after.parse().ok());
    after.ok_or_else(|| ApiError::invalid("pageToken", "Invalid page token value."))
}

fn next(call: &Call, done: usize) -> String {
    let after = done.to_string();
    PageToken {
        resource: digest(&call.path),
        generation: 0,
        head: 0,
        page: call.page() + 1,
        params: 0,
        after,
    }
    .encode()
}
