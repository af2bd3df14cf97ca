//! What makes an event acceptable, and the form in which it is then kept.

use serde_json::{Value, json};

use super::calendar::Object;
use super::errors::ApiError;
use super::properties;
use super::recurrence;
use super::times::{When, Zone};

/// Refuses what Google refuses; brings the rest into the form it is kept in.
pub(super) fn check(body: &mut Object, zone: &Zone) -> Result<(), ApiError> {
    body.retain(|_, value| !value.is_null());
    times(body, zone)?;
    words(body)?;
    reminders(body)?;
    attendees(body)?;
    properties::limit(body)?;
    tidy(body);
    Ok(())
}

/// Brings what can be read into the form it is kept in; refuses nothing.
pub(super) fn tidy_leniently(body: &mut Object, zone: &Zone) {
    for name in ["start", "end", "originalStartTime"] {
        let when = body
            .get(name)
            .and_then(|value| When::parse(value, zone, name).ok());
        if let Some(when) = when {
            body.insert(name.to_owned(), when.json(zone));
        }
    }
    tidy(body);
}

fn times(body: &mut Object, zone: &Zone) -> Result<(), ApiError> {
    let start = time(body, "start", zone)?;
    let end = time(body, "end", zone)?;
    let empty = match (&start, &end) {
        (When::Day(start), When::Day(end)) => end <= start,
        (When::At(start, _), When::At(end, _)) => end <= start,
        _ => {
            return Err(ApiError::invalid_body(
                "Start and end times must either both be date or both be dateTime.",
            ));
        }
    };
    if empty {
        return Err(ApiError::time_range_empty());
    }
    rule(body, &start, zone)?;
    body.insert("start".to_owned(), start.json(zone));
    body.insert("end".to_owned(), end.json(zone));
    Ok(())
}

fn time(body: &Object, name: &str, zone: &Zone) -> Result<When, ApiError> {
    let value = body
        .get(name)
        .ok_or_else(|| ApiError::required(&format!("Missing {name} time.")))?;
    When::parse(value, zone, name)
}

fn rule(body: &Object, start: &When, zone: &Zone) -> Result<(), ApiError> {
    let Some(recurrence) = body.get("recurrence") else {
        return Ok(());
    };
    let lines = recurrence
        .as_array()
        .ok_or_else(|| ApiError::invalid_body("Invalid recurrence."))?;
    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    if lines.is_empty() {
        return Ok(());
    }
    if body.contains_key("recurringEventId") {
        return Err(ApiError::invalid_body(
            "Recurrence cannot be set on an instance.",
        ));
    }
    if matches!(start, When::At(_, None)) {
        return Err(ApiError::required(
            "Missing time zone definition for start time.",
        ));
    }
    recurrence::complaint(start, &lines, zone)
        .map_or(Ok(()), |complaint| Err(ApiError::invalid_body(complaint)))
}

fn words(body: &Object) -> Result<(), ApiError> {
    one_of(body, "status", &["confirmed", "tentative", "cancelled"])?;
    one_of(body, "transparency", &["opaque", "transparent"])?;
    one_of(
        body,
        "visibility",
        &["default", "public", "private", "confidential"],
    )?;
    for name in ["summary", "description", "location", "colorId"] {
        if body.get(name).is_some_and(|value| !value.is_string()) {
            return Err(ApiError::invalid_body(&format!(
                "Invalid value for {name}."
            )));
        }
    }
    match body.get("sequence") {
        Some(sequence) if !sequence.is_u64() => {
            Err(ApiError::invalid_body("Invalid sequence value."))
        }
        _ => Ok(()),
    }
}

fn one_of(body: &Object, name: &str, allowed: &[&str]) -> Result<(), ApiError> {
    match body.get(name) {
        Some(value) if !value.as_str().is_some_and(|word| allowed.contains(&word)) => Err(
            ApiError::invalid_body(&format!("Invalid value for {name}.")),
        ),
        _ => Ok(()),
    }
}

fn reminders(body: &Object) -> Result<(), ApiError> {
    let Some(reminders) = body.get("reminders") else {
        return Ok(());
    };
    let Some(overrides) = reminders["overrides"]
        .as_array()
        .filter(|all| !all.is_empty())
    else {
        return Ok(());
    };
    if reminders["useDefault"] == true {
        return Err(ApiError::invalid_body(
            "Cannot specify both default reminders and overrides at the same time.",
        ));
    }
    if overrides.len() > 5 {
        return Err(ApiError::invalid_body(
            "Too many override reminders: at most 5 are allowed.",
        ));
    }
    let fine = |one: &Value| {
        let method = one["method"]
            .as_str()
            .is_some_and(|method| ["email", "popup", "sms"].contains(&method));
        method
            && one["minutes"]
                .as_u64()
                .is_some_and(|minutes| minutes <= 40320)
    };
    match overrides.iter().all(fine) {
        true => Ok(()),
        false => Err(ApiError::invalid_body("Invalid override reminder.")),
    }
}

fn attendees(body: &Object) -> Result<(), ApiError> {
    let Some(attendees) = body.get("attendees").and_then(Value::as_array) else {
        return Ok(());
    };
    match attendees.iter().all(|one| {
        one["email"]
            .as_str()
            .is_some_and(|email| email.contains('@'))
    }) {
        true => Ok(()),
        false => Err(ApiError::invalid_body("Invalid attendee email.")),
    }
}

/// Leaves out what Google leaves out: nulls, empty values, defaults.
fn tidy(body: &mut Object) {
    body.retain(|_, value| !is_empty(value));
    for (name, default) in [("transparency", "opaque"), ("visibility", "default")] {
        if body.get(name).is_some_and(|value| value == default) {
            body.remove(name);
        }
    }
    if let Some(overrides) = body
        .get_mut("reminders")
        .and_then(|r| r.get_mut("overrides"))
        .and_then(Value::as_array_mut)
    {
        overrides.retain(|one| one["method"] != "sms");
    }
    body.entry("status").or_insert_with(|| json!("confirmed"));
    body.entry("reminders")
        .or_insert_with(|| json!({ "useDefault": true }));
    body.entry("sequence").or_insert_with(|| json!(0));
    body.entry("eventType").or_insert_with(|| json!("default"));
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
