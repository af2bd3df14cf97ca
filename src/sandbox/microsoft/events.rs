//! Reading events: one by id, a collection, a window, the instances of a
//! series.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::call::Call;
use super::delta::{Tweaks, confirmed};
use super::entry::{Entry, parts};
use super::errors::ApiError;
use super::event_query::EventQuery;
use super::extended;
use super::item::{Item, Window};
use super::lists::Listing;
use super::lookup::Found;
use super::mailbox::Calendar;
use super::prefer::Prefer;
use super::render::Style;
use super::world::World;

/// Something to list: where it lies, what it is, when it starts.
struct Line<'a> {
    calendar: &'a Calendar,
    item: &'a Item,
    found: Found,
    start: Timestamp,
}

/// Answers `GET …/events/{id}`.
pub(super) fn get(world: &World, call: &Call, account: &str) -> Result<Answer, ApiError> {
    let (prefer, query) = (call.prefer()?, EventQuery::read(call)?);
    let found = world.find(call, account)?;
    let (calendar, item) = world.kept(found)?;
    let style = Style::new(world, calendar, &prefer);
    let mut value = shown(&style, item, found, &query);
    if found.day.is_none() {
        add_series_details(&mut value, &style, item, &query);
    }
    value["@odata.context"] = json!(format!("{}/v1.0/$metadata#users/events/$entity", world.url));
    Ok(confirmed(Answer::json(&value, false), &prefer.applied))
}

/// Answers `GET …/calendarView`.
pub(super) fn view(
    world: &World,
    call: &Call,
    account: &str,
    tweaks: &Tweaks,
) -> Result<Answer, ApiError> {
    let window = call.window()?;
    let calendar = world.calendar(account, &call.route.calendar)?;
    let items = calendar.items.values().filter(|_| !calendar.blank);
    let lines = items
        .flat_map(|item| lines(calendar, item, &window))
        .collect();
    listed(world, call, lines, tweaks)
}

/// Answers `GET …/events/{id}/instances`.
pub(super) fn instances(
    world: &World,
    call: &Call,
    account: &str,
    tweaks: &Tweaks,
) -> Result<Answer, ApiError> {
    let window = call.window()?;
    let found = world.find(call, account)?;
    let (calendar, item) = world.kept(found)?;
    if item.series.is_none() || found.day.is_some() {
        return Err(ApiError::new(
            400,
            "ErrorInvalidRequest",
            "Your request can't be completed. The event is not a series master.",
        ));
    }
    listed(world, call, lines(calendar, item, &window), tweaks)
}

/// Answers `GET …/events`: single events and masters. A search for an
/// extended property sees the whole mailbox when no calendar is named.
pub(super) fn list(
    world: &World,
    call: &Call,
    account: &str,
    tweaks: &Tweaks,
) -> Result<Answer, ApiError> {
    let named = world.calendar(account, &call.route.calendar)?;
    let wide = call.param("$filter").is_some() && call.route.calendar.is_empty();
    let all = world.mailbox(account)?.calendars.iter();
    let calendars = all.filter_map(|id| world.calendars.get(id));
    let searched = calendars.filter(|one| (wide || one.id == named.id) && !one.blank);
    let lines = searched
        .flat_map(|calendar| {
            calendar
                .items
                .values()
                .map(move |item| line(calendar, item))
        })
        .collect();
    listed(world, call, lines, tweaks)
}

fn line<'a>(calendar: &'a Calendar, item: &'a Item) -> Line<'a> {
    Line {
        calendar,
        item,
        found: Found {
            key: item.key,
            day: None,
        },
        start: item.start.instant(),
    }
}

fn lines<'a>(calendar: &'a Calendar, item: &'a Item, window: &Window) -> Vec<Line<'a>> {
    let of = |entry: &Entry| {
        let day = match *entry {
            Entry::Occurrence(_, day) => Some(day),
            _ => None,
        };
        Line {
            calendar,
            item,
            found: Found { key: item.key, day },
            start: item.times(day).0.instant(),
        }
    };
    parts(item, window).iter().map(of).collect()
}

fn listed(
    world: &World,
    call: &Call,
    mut lines: Vec<Line<'_>>,
    tweaks: &Tweaks,
) -> Result<Answer, ApiError> {
    let (prefer, query) = (call.prefer()?, EventQuery::read(call)?);
    if let Some(condition) = &query.filter {
        lines.retain(|line| condition.holds(line.item));
    }
    lines.sort_by_key(|line| (line.start, line.found.key));
    if query.descending {
        lines.reverse();
    }
    let listing = Listing {
        call,
        url: &world.url,
        context: "users/events",
        top: prefer
            .page_size
            .or(query.top)
            .unwrap_or(world.behaviour.default_page_size),
        skip: query.skip,
    };
    let show = |line: &Line<'_>| show_line(world, line, &prefer, &query);
    Ok(listing.answer(&lines, show, &prefer, tweaks))
}

fn show_line(world: &World, line: &Line<'_>, prefer: &Prefer, query: &EventQuery) -> Value {
    let style = Style::new(world, line.calendar, prefer);
    shown(&style, line.item, line.found, query)
}

/// An event with the members that were asked for.
fn shown(style: &Style<'_>, item: &Item, found: Found, query: &EventQuery) -> Value {
    let mut value = style.event(item, found.day);
    if let (Some(_), Value::Object(all)) = (&query.select, &mut value) {
        all.retain(|name, _| name == "id" || name == "@odata.etag" || query.selects(name));
    }
    if let Some(properties) = extended::shown(item, &query.extended) {
        value["singleValueExtendedProperties"] = properties;
    }
    value
}

/// What only a GET of the master by its id tells.
fn add_series_details(value: &mut Value, style: &Style<'_>, item: &Item, query: &EventQuery) {
    let Some(series) = &item.series else {
        return;
    };
    if query.selects("cancelledOccurrences") {
        let days = series.cancelled.iter();
        let ids: Vec<String> = days
            .map(|day| style.occurrence_id(item.key, *day))
            .collect();
        value["cancelledOccurrences"] = json!(ids);
    }
    if query.exceptions {
        let days = series.exceptions.keys();
        let all: Vec<Value> = days.map(|day| style.event(item, Some(*day))).collect();
        value["exceptionOccurrences"] = json!(all);
    }
}
