//! `events.insert`, `patch`, `update` and `delete`.

use axum::http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::calendar::Object;
use super::call::Call;
use super::errors::ApiError;
use super::merge;
use super::series;
use super::shape::{
    checked, is_cancelled, is_client_id, is_organizer, is_writable, shared, writable,
};
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
        if self
            .call
            .param("sendUpdates")
            .is_some_and(|how| !["all", "externalOnly", "none"].contains(&how))
        {
            return Err(ApiError::invalid("sendUpdates", "Invalid value."));
        }
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
}
