//! Parts of an event: what Google fills in, what clients write, what guests share.

use serde_json::{Value, json};

use super::calendar::{Calendar, Object};
use super::check;
use super::errors::ApiError;
use super::names::{PRIVATE, WRITABLE};

/// Gives an event the members that Google fills in.
pub(super) fn stamp_new(body: &mut Object, calendar: &Calendar, creator: &str, now: &str) {
    let id = id_of(body);
    let mut fill = |name: &str, value: Value| {
        body.entry(name).or_insert(value);
    };
    fill("kind", json!("calendar#event"));
    fill("created", json!(now));
    fill(
        "htmlLink",
        json!(format!("https://www.google.com/calendar/event?eid={id}")),
    );
    fill("iCalUID", json!(format!("{id}@google.com")));
    fill("organizer", organizer(calendar));
    fill(
        "creator",
        match creator == calendar.id {
            true => json!({ "email": creator, "self": true }),
            false => json!({ "email": creator }),
        },
    );
}

fn organizer(calendar: &Calendar) -> Value {
    match calendar.primary {
        true => json!({ "email": calendar.id, "self": true }),
        false => json!({ "email": calendar.id, "displayName": calendar.name, "self": true }),
    }
}

/// Whether a client may give an event this id.
pub(super) fn is_client_id(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'v'))
}

/// `body`, accepted and in the form it is kept in.
pub(super) fn checked(mut body: Object, calendar: &Calendar) -> Result<Object, ApiError> {
    check::check(&mut body, &calendar.zone)?;
    Ok(body)
}

/// Only what a client may write.
pub(super) fn writable(sent: Object) -> Object {
    sent.into_iter()
        .filter(|(name, _)| is_writable(name))
        .collect()
}

/// Whether a client may write this member.
pub(super) fn is_writable(name: &str) -> bool {
    WRITABLE.contains(&name)
}

/// Whether it is deleted, or a cancelled occurrence.
pub(super) fn is_cancelled(body: &Object) -> bool {
    body.get("status")
        .is_some_and(|status| status == "cancelled")
}

/// Whether the calendar holds the organizer's copy.
pub(super) fn is_organizer(body: &Object) -> bool {
    body.get("organizer")
        .is_none_or(|organizer| organizer["self"] == true)
}

/// The id of an event.
pub(super) fn id_of(body: &Object) -> String {
    body.get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// What every copy of an event shares: all but the guest's own answer.
pub(super) fn shared(body: &Object) -> Object {
    let mut shared: Object = body.clone();
    shared.retain(|name, _| is_writable(name) && !PRIVATE.contains(&name.as_str()));
    if let Some(attendees) = shared.get_mut("attendees").and_then(Value::as_array_mut) {
        attendees.retain(|one| one["self"] != true);
    }
    let properties = shared.remove("extendedProperties");
    shared.extend(
        properties
            .and_then(|all| all.get("shared").cloned())
            .map(|all| ("extendedProperties".to_owned(), all)),
    );
    shared
}

/// Whether a write changed nothing but reminders.
pub(super) fn only_reminders_differ(before: &Object, after: &Object) -> bool {
    let same = |name: &str| before.get(name) == after.get(name);
    !same("reminders")
        && WRITABLE
            .iter()
            .filter(|name| **name != "reminders")
            .all(|name| same(name))
}
