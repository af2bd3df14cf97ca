//! Series and their occurrences: instance ids, exceptions, the shift of a
//! master.

use chrono::{DateTime, Utc};
use jiff::civil::{Date, DateTime as Wall};
use serde_json::{Value, json};

use super::super::ids::Ids;
use super::calendar::{Calendar, Object};
use super::recurrence::Series;
use super::times::{When, Zone};

/// The event or occurrence called `id`, whether or not it is kept by itself.
pub(super) fn resolve(calendar: &Calendar, id: &str) -> Option<Object> {
    if let Some(body) = calendar.body(id) {
        return Some(body.clone());
    }
    let (master, suffix) = id.rsplit_once('_')?;
    let master = calendar
        .events
        .get(master)
        .filter(|stored| !stored.is_cancelled())?;
    let original = original(suffix, &master.body, &calendar.zone)?;
    let series = Series::of(&master.body, &calendar.zone)?;
    series
        .has(&original)
        .then(|| instance(&master.body, &original, &calendar.zone))?
}

/// The occurrence of `master` that originally starts at `original`.
pub(super) fn instance(master: &Object, original: &When, zone: &Zone) -> Option<Object> {
    let series = master.get("id")?.as_str()?;
    let start = When::parse(master.get("start")?, zone, "start").ok()?;
    let end = When::parse(master.get("end")?, zone, "end").ok()?;
    let mut body = master.clone();
    body.remove("recurrence");
    body.insert("id".to_owned(), json!(instance_id(series, original)));
    body.insert("recurringEventId".to_owned(), json!(series));
    body.insert("originalStartTime".to_owned(), original.json(zone));
    body.insert("start".to_owned(), original.json(zone));
    body.insert("end".to_owned(), original.plus(&start, &end)?.json(zone));
    Some(body)
}

/// The id of an occurrence.
pub(super) fn instance_id(series: &str, original: &When) -> String {
    format!("{series}_{}", original.suffix())
}

/// Gives the exceptions of a series the slots of its shifted pattern: new ids
/// and original starts; the old ids are cancelled.
pub(super) fn rebase(
    calendar: &mut Calendar,
    before: &Object,
    after: &Object,
    ids: &mut Ids,
    now: DateTime<Utc>,
) -> Option<()> {
    let zone = calendar.zone.clone();
    let old = When::parse(before.get("start")?, &zone, "start").ok()?;
    let new = When::parse(after.get("start")?, &zone, "start").ok()?;
    let shift = old.wall(&zone).until(new.wall(&zone)).ok()?;
    let series = after.get("id")?.as_str()?;
    for exception in calendar.exceptions(series) {
        let slot = When::parse(
            exception.get("originalStartTime")?,
            &zone,
            "originalStartTime",
        )
        .ok()?;
        let slot = new.moved_to(slot.wall(&zone).checked_add(shift).ok()?, &zone)?;
        replace(
            calendar,
            exception,
            &instance_id(series, &slot),
            &slot,
            ids,
            now,
        );
    }
    Some(())
}

fn replace(
    calendar: &mut Calendar,
    exception: Object,
    id: &str,
    slot: &When,
    ids: &mut Ids,
    now: DateTime<Utc>,
) {
    let old = exception
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let mut moved = exception.clone();
    moved.insert("id".to_owned(), json!(id));
    moved.insert("originalStartTime".to_owned(), slot.json(&calendar.zone));
    let mut gone = exception;
    gone.insert("status".to_owned(), json!("cancelled"));
    calendar.store(&old, gone, ids, now);
    calendar.store(id, moved, ids, now);
}

/// Reads what stands behind the series id in an instance id.
fn original(suffix: &str, master: &Object, zone: &Zone) -> Option<When> {
    let start = When::parse(master.get("start")?, zone, "start").ok()?;
    match &start {
        When::Day(_) => Some(When::Day(Date::strptime("%Y%m%d", suffix).ok()?)),
        When::At(_, named) => {
            let utc = Wall::strptime("%Y%m%dT%H%M%SZ", suffix).ok()?;
            Some(When::At(Zone::named("UTC")?.instant(utc)?, named.clone()))
        }
    }
}
