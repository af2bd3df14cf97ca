//! One `VEVENT` as a Google event.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use icalendar::parser::{Component, Property};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

/// The event, or why it is left out. `series` holds the ids of the series that
/// are already there.
pub(super) fn convert(
    entry: &Component<'_>,
    zone: &str,
    series: &HashSet<String>,
) -> Result<Value, String> {
    let uid = text(entry, "UID").ok_or("it has no UID")?;
    let start = time(entry.find_prop("DTSTART").ok_or("it has no DTSTART")?, zone)?;
    let end = end(entry, &start, zone)?;
    let mut event =
        json!({ "id": event_id(&uid), "iCalUID": uid, "start": start.json(), "end": end.json() });
    copy(entry, &mut event);
    event["recurrence"] = recurrence(entry, zone)?;
    slot(entry, &mut event, zone, series)?;
    match event["status"] == "cancelled" && event.get("recurringEventId").is_none() {
        true => Err("it is cancelled".to_owned()),
        false => Ok(event),
    }
}

/// A text property, unescaped.
pub(super) fn text(entry: &Component<'_>, name: &str) -> Option<String> {
    Some(
        entry
            .find_prop(name)?
            .val
            .clone()
            .unescape_text()
            .as_str()
            .to_owned(),
    )
}

fn copy(entry: &Component<'_>, event: &mut Value) {
    for (from, to) in [
        ("SUMMARY", "summary"),
        ("DESCRIPTION", "description"),
        ("LOCATION", "location"),
    ] {
        event[to] = json!(text(entry, from));
    }
    for (from, to) in [
        ("STATUS", "status"),
        ("TRANSP", "transparency"),
        ("CLASS", "visibility"),
    ] {
        event[to] = json!(text(entry, from).map(|word| word.to_lowercase()));
    }
    event["sequence"] =
        json!(text(entry, "SEQUENCE").and_then(|number| number.parse::<u64>().ok()));
    if let Some(event) = event.as_object_mut() {
        event.retain(|_, value| !value.is_null());
    }
}

/// Makes it an occurrence of its series, if that is in the file too.
fn slot(
    entry: &Component<'_>,
    event: &mut Value,
    zone: &str,
    series: &HashSet<String>,
) -> Result<(), String> {
    let Some(property) = entry.find_prop("RECURRENCE-ID") else {
        return Ok(());
    };
    if param(property, "RANGE").is_some() {
        return Err("RANGE on RECURRENCE-ID is not supported".to_owned());
    }
    let original = time(property, zone)?;
    let id = event["id"].as_str().unwrap_or_default().to_owned();
    event["id"] = json!(format!("{id}_{}", original.suffix()));
    if series.contains(&id) {
        event["recurringEventId"] = json!(id);
        event["originalStartTime"] = original.json();
    }
    Ok(())
}

fn recurrence(entry: &Component<'_>, zone: &str) -> Result<Value, String> {
    const NAMES: [&str; 4] = ["RRULE", "EXRULE", "RDATE", "EXDATE"];
    let lines = entry
        .properties
        .iter()
        .filter(|property| NAMES.contains(&property.name.as_str()));
    let lines: Result<Vec<String>, String> = lines.map(|property| line(property, zone)).collect();
    lines.map(|lines| match lines.is_empty() {
        true => Value::Null,
        false => json!(lines),
    })
}

fn line(property: &Property<'_>, zone: &str) -> Result<String, String> {
    let (name, value) = (property.name.as_str(), property.val.as_str());
    match (param(property, "VALUE"), param(property, "TZID")) {
        (Some(kind), _) if kind == "PERIOD" => {
            Err("RDATE with periods is not supported".to_owned())
        }
        (Some(kind), _) if kind == "DATE" => Ok(format!("{name};VALUE=DATE:{value}")),
        (_, Some(tzid)) => Ok(format!("{name};TZID={}:{value}", known_zone(&tzid)?)),
        (_, None) if name.ends_with("RULE") || value.ends_with('Z') => {
            Ok(format!("{name}:{value}"))
        }
        (_, None) => Ok(format!("{name};TZID={zone}:{value}")),
    }
}

/// A start or end: a day, or an instant in a named zone.
enum When {
    Day(Date),
    At(Timestamp, String),
}

impl When {
    fn json(&self) -> Value {
        match self {
            Self::Day(day) => json!({ "date": day.to_string() }),
            Self::At(at, zone) => json!({ "dateTime": at.to_string(), "timeZone": zone }),
        }
    }

    fn suffix(&self) -> String {
        match self {
            Self::Day(day) => day.strftime("%Y%m%d").to_string(),
            Self::At(at, _) => at.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }
}

fn time(property: &Property<'_>, zone: &str) -> Result<When, String> {
    let (name, value) = (property.name.as_str(), property.val.as_str());
    let unreadable = |_| format!("{name} cannot be read: {value}");
    if value.len() == 8 {
        return Date::strptime("%Y%m%d", value)
            .map(When::Day)
            .map_err(unreadable);
    }
    let zone = match (value.ends_with('Z'), param(property, "TZID")) {
        (true, _) => "UTC".to_owned(),
        (false, Some(tzid)) => known_zone(&tzid)?,
        (false, None) => zone.to_owned(),
    };
    let wall =
        DateTime::strptime("%Y%m%dT%H%M%S", value.trim_end_matches('Z')).map_err(unreadable)?;
    let rules = TimeZone::get(&zone).map_err(|_| format!("unknown time zone {zone}"))?;
    let zoned = rules
        .to_ambiguous_zoned(wall)
        .compatible()
        .map_err(unreadable)?;
    Ok(When::At(zoned.timestamp(), zone))
}

/// `DTEND`, else `DTSTART` plus `DURATION`, else what RFC 5545 says instead.
fn end(entry: &Component<'_>, start: &When, zone: &str) -> Result<When, String> {
    if let Some(property) = entry.find_prop("DTEND") {
        return time(property, zone);
    }
    let length: Span = match text(entry, "DURATION") {
        Some(text) => text
            .parse()
            .map_err(|_| format!("DURATION cannot be read: {text}"))?,
        None if matches!(start, When::Day(_)) => Span::new().days(1),
        None => Span::new(),
    };
    let late = |_| "it ends too late".to_owned();
    match start {
        When::Day(day) => Ok(When::Day(day.checked_add(length).map_err(late)?)),
        When::At(at, zone) => {
            let zoned = at
                .in_tz(zone)
                .and_then(|at| at.checked_add(length))
                .map_err(late)?;
            Ok(When::At(zoned.timestamp(), zone.clone()))
        }
    }
}

fn known_zone(tzid: &str) -> Result<String, String> {
    let name = tzid.trim_matches('"');
    TimeZone::get(name)
        .map(|_| name.to_owned())
        .map_err(|_| format!("unknown time zone {name}"))
}

fn param(property: &Property<'_>, name: &str) -> Option<String> {
    let param = property.params.iter().find(|param| param.key == name)?;
    param.val.as_ref().map(|value| value.as_str().to_owned())
}

/// Google's own ids are in its UIDs; others become one that stays the same.
fn event_id(uid: &str) -> String {
    match uid.strip_suffix("@google.com") {
        Some(id) if id.len() >= 5 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v')) => {
            id.to_owned()
        }
        _ => {
            let mut hasher = DefaultHasher::new();
            uid.hash(&mut hasher);
            format!("ics{:016x}", hasher.finish())
        }
    }
}
