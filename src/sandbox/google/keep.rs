//! The end of a write: what is kept, answered and mailed.

use axum::http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::calendar::{Object, stamp};
use super::errors::ApiError;
use super::fields::Selector;
use super::log::Mail;
use super::series;
use super::shape::{checked, id_of, is_cancelled, only_reminders_differ, stamp_new};
use super::world::World;
use super::write::Write;

impl Write<'_> {
    /// Checks `body`, keeps it and answers with it.
    pub(super) fn keep(
        &mut self,
        before: Option<Object>,
        body: Object,
    ) -> Result<Answer, ApiError> {
        let fields = Selector::of_event(self.call.param("fields"))?;
        let pretty = self.call.flag("prettyPrint")?.unwrap_or(true);
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
        let body = fields.apply(Value::Object(body));
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

    pub(super) fn store(&mut self, body: Object) -> String {
        let id = id_of(&body);
        self.world.announce(self.calendar, &body);
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
        self.world.announce(self.calendar, &body);
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
    pub(super) fn mail(&mut self, body: &Object) {
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
