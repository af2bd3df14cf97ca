//! `events.insert`, `patch`, `update` and `delete`.

use axum::http::header;
use serde_json::{Value, json};

use super::answer::Answer;
use super::calendar::{Calendar, Object, stamp};
use super::call::Call;
use super::check;
use super::errors::ApiError;
use super::log::Mail;
use super::merge;
use super::names::{PRIVATE, WRITABLE};
use super::series;
use super::world::{AccessRole, World};

/// A write that is about to happen: who, where, with which role.
pub(super) struct Write<'a> {
    pub(super) world: &'a mut World,
    pub(super) call: &'a Call,
    pub(super) account: &'a str,
    pub(super) calendar: &'a str,
}

impl Write<'_> {
    /// `events.insert`.
    pub(super) fn insert(&mut self) -> Result<Answer, ApiError> {
        self.check_access()?;
        let sent = self.call.object()?;
        let id = self.free_id(&sent)?;
        if sent
            .get("eventType")
            .is_some_and(|kind| kind == "fromGmail")
        {
            return Err(ApiError::invalid_body(
                "Events of type fromGmail cannot be created.",
            ));
        }
        let uid = sent.get("iCalUID").cloned();
        let kind = sent.get("eventType").cloned();
        let mut body = writable(sent);
        body.extend(uid.map(|uid| ("iCalUID".to_owned(), uid)));
        body.extend(kind.map(|kind| ("eventType".to_owned(), kind)));
        body.insert("id".to_owned(), json!(id));
        self.keep(None, body)
    }

    /// `events.patch`.
    pub(super) fn patch(&mut self) -> Result<Answer, ApiError> {
        let before = self.target()?;
        let sent = writable(self.call.object()?);
        self.check_revival(&before, &sent)?;
        let mut body = before.clone();
        merge::patch(&mut body, sent);
        self.replace(before, body)
    }

    /// `events.update`.
    pub(super) fn update(&mut self) -> Result<Answer, ApiError> {
        let before = self.target()?;
        let sent = writable(self.call.object()?);
        self.check_revival(&before, &sent)?;
        let mut body: Object = before
            .clone()
            .into_iter()
            .filter(|(name, _)| !is_writable(name))
            .collect();
        body.extend(sent);
        if let Some(sequence) = before.get("sequence") {
            body.entry("sequence").or_insert_with(|| sequence.clone());
        }
        self.replace(before, body)
    }

    /// `events.delete`.
    pub(super) fn delete(&mut self) -> Result<Answer, ApiError> {
        let mut body = self.target()?;
        if is_cancelled(&body) {
            return Err(ApiError::deleted());
        }
        body.insert("status".to_owned(), json!("cancelled"));
        self.mail(&body);
        self.store(body);
        Ok(Answer::empty(204))
    }

    /// The event that is written, if access and `If-Match` allow it.
    fn target(&mut self) -> Result<Object, ApiError> {
        self.check_access()?;
        let calendar = self.world.calendar(self.calendar)?;
        let body =
            series::resolve(calendar, &self.call.route.event).ok_or_else(ApiError::not_found)?;
        let same =
            |wanted: &str| wanted == "*" || body.get("etag").is_some_and(|etag| etag == wanted);
        // A deleted event says so before it says that its etag moved on.
        if !is_cancelled(&body)
            && self
                .call
                .header(header::IF_MATCH)
                .is_some_and(|wanted| !same(wanted))
        {
            return Err(ApiError::condition_not_met());
        }
        Ok(body)
    }

    fn check_access(&self) -> Result<(), ApiError> {
        match self.world.role(self.account, self.calendar)? {
            AccessRole::Writer | AccessRole::Owner => Ok(()),
            AccessRole::Reader | AccessRole::FreeBusyReader => {
                Err(ApiError::required_access_level())
            }
        }
    }

    /// A cancelled occurrence comes back by `confirmed`; a deleted event only
    /// if the model is told so.
    fn check_revival(&self, before: &Object, sent: &Object) -> Result<(), ApiError> {
        if !is_cancelled(before) {
            return Ok(());
        }
        let revives = sent
            .get("status")
            .is_some_and(|status| status != "cancelled");
        match (
            revives,
            before.contains_key("recurringEventId") || self.world.behaviour.restore_deleted,
        ) {
            (true, true) => Ok(()),
            (true, false) => Err(ApiError::forbidden()),
            (false, _) => Err(ApiError::deleted()),
        }
    }

    fn free_id(&mut self, sent: &Object) -> Result<String, ApiError> {
        let Some(id) = sent.get("id") else {
            return Ok(self.world.ids.event());
        };
        let id = id
            .as_str()
            .filter(|id| is_client_id(id))
            .ok_or_else(|| ApiError::invalid_body("Invalid resource id value."))?;
        if sent.contains_key("iCalUID") {
            return Err(ApiError::invalid_body(
                "Only one of id and iCalUID may be given.",
            ));
        }
        match self.world.calendar(self.calendar)?.events.contains_key(id) {
            true => Err(ApiError::duplicate()),
            false => Ok(id.to_owned()),
        }
    }

    fn replace(&mut self, before: Object, mut body: Object) -> Result<Answer, ApiError> {
        if !is_organizer(&before)
            && shared(&before)
                != shared(&checked(body.clone(), self.world.calendar(self.calendar)?)?)
        {
            return Err(ApiError::forbidden_for_non_organizer());
        }
        self.sequence(&before, &mut body)?;
        self.keep(Some(before), body)
    }

    fn sequence(&self, before: &Object, body: &mut Object) -> Result<(), ApiError> {
        let number = |body: &Object| {
            body.get("sequence")
                .and_then(Value::as_u64)
                .unwrap_or_default()
        };
        if number(body) < number(before) {
            if self.world.behaviour.refuse_lower_sequence {
                return Err(ApiError::invalid_body("Invalid sequence value."));
            }
            body.insert("sequence".to_owned(), json!(number(before)));
        }
        Ok(())
    }

    /// Checks `body`, keeps it and answers with it.
    fn keep(&mut self, before: Option<Object>, body: Object) -> Result<Answer, ApiError> {
        let calendar = self.world.calendar(self.calendar)?;
        let mut body = match is_cancelled(&body) {
            true => body,
            false => checked(body, calendar)?,
        };
        stamp_new(
            &mut body,
            calendar,
            self.account,
            &stamp(self.world.clock.now()),
        );
        self.mail(&body);
        let id = self.finish(before, body);
        let body = self
            .world
            .calendar(self.calendar)?
            .body(&id)
            .cloned()
            .unwrap_or_default();
        let etag = body
            .get("etag")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let pretty = self.call.flag("prettyPrint")?.unwrap_or(true);
        let body = super::fields::Selector::parse_or_all(self.call.param("fields"))?
            .apply(Value::Object(body));
        Ok(Answer::json(&body, pretty).with(header::ETAG, etag))
    }

    /// Keeps the event; a series that begins elsewhere takes its exceptions along.
    fn finish(&mut self, before: Option<Object>, mut body: Object) -> String {
        let moved = before
            .as_ref()
            .is_some_and(|before| before.get("start") != body.get("start"));
        if moved && let Some(sequence) = body.get("sequence").and_then(Value::as_u64) {
            body.insert("sequence".to_owned(), json!(sequence + 1));
        }
        if before
            .as_ref()
            .is_some_and(|before| only_reminders_differ(before, &body))
        {
            return self.store_quietly(body);
        }
        let id = self.store(body.clone());
        if let Some(before) = before.filter(|_| moved && self.world.behaviour.rebase_exceptions) {
            let World {
                calendars,
                ids,
                clock,
                ..
            } = &mut *self.world;
            let calendar = calendars.get_mut(self.calendar);
            calendar
                .and_then(|calendar| series::rebase(calendar, &before, &body, ids, clock.now()));
        }
        id
    }

    fn store(&mut self, body: Object) -> String {
        let id = id_of(&body);
        let World {
            calendars,
            ids,
            clock,
            ..
        } = &mut *self.world;
        if let Some(calendar) = calendars.get_mut(self.calendar) {
            calendar.store(&id, body, ids, clock.now());
        }
        id
    }

    fn store_quietly(&mut self, body: Object) -> String {
        let id = id_of(&body);
        let World {
            calendars,
            ids,
            clock,
            ..
        } = &mut *self.world;
        if let Some(calendar) = calendars.get_mut(self.calendar) {
            calendar.store_quietly(&id, body, ids, clock.now());
        }
        id
    }

    /// Notes whom Google might have mailed.
    fn mail(&mut self, body: &Object) {
        let send_updates = self.call.param("sendUpdates").map(str::to_owned);
        let attendees = body
            .get("attendees")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let others = attendees.filter(|one| one["self"] != true && one["email"] != self.calendar);
        let recipients: Vec<String> = others
            .filter_map(|one| one["email"].as_str())
            .map(str::to_owned)
            .collect();
        if !recipients.is_empty() && send_updates.as_deref() != Some("none") {
            let (calendar, event) = (self.calendar.to_owned(), id_of(body));
            self.world.log.mails.push(Mail {
                calendar,
                event,
                send_updates,
                recipients,
            });
        }
    }
}

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

fn checked(mut body: Object, calendar: &Calendar) -> Result<Object, ApiError> {
    check::check(&mut body, &calendar.zone)?;
    Ok(body)
}

fn writable(sent: Object) -> Object {
    sent.into_iter()
        .filter(|(name, _)| is_writable(name))
        .collect()
}

fn is_writable(name: &str) -> bool {
    WRITABLE.contains(&name)
}

fn is_cancelled(body: &Object) -> bool {
    body.get("status")
        .is_some_and(|status| status == "cancelled")
}

fn is_organizer(body: &Object) -> bool {
    body.get("organizer")
        .is_none_or(|organizer| organizer["self"] == true)
}

fn id_of(body: &Object) -> String {
    body.get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// What every copy of an event shares: all but the guest's own answer.
fn shared(body: &Object) -> Object {
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

fn only_reminders_differ(before: &Object, after: &Object) -> bool {
    let same = |name: &str| before.get(name) == after.get(name);
    !same("reminders")
        && WRITABLE
            .iter()
            .filter(|name| **name != "reminders")
            .all(|name| same(name))
}
