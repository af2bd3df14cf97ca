//! `calendarList.list`, `calendarList.get` and `calendars.get`.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::calendar::Calendar;
use super::call::Call;
use super::errors::ApiError;
use super::fields::Selector;
use super::list::default_reminders;
use super::names::CALENDAR_LIST;
use super::token::{PageToken, SyncToken, digest};
use super::world::{AccessRole, Account, Entry, World};

/// Answers a call of `calendarList.list`.
pub(super) fn list(world: &World, call: &Call, email: &str) -> Result<Answer, ApiError> {
    let account = world.accounts.get(email).ok_or_else(ApiError::not_found)?;
    let query = Query::read(
        call,
        email,
        account,
        world.behaviour.malformed_token_is_gone,
    )?;
    let shown = account
        .list
        .iter()
        .filter(|(id, entry)| id.as_str() > query.after.as_str() && query.shows(entry));
    let mut shown: Vec<_> = shown.take(query.size + 1).collect();
    let more = shown.len() > query.size;
    shown.truncate(query.size);
    let items: Vec<Value> = shown
        .iter()
        .filter_map(|(id, entry)| Some(item(world.calendars.get(*id)?, entry, email)))
        .collect();
    let mut answer = json!({ "kind": "calendar#calendarList", "etag": format!("\"l{}\"", account.list_head), "items": items });
    match shown.last().filter(|_| more) {
        Some((after, _)) => answer["nextPageToken"] = json!(query.next(after)),
        None => answer["nextSyncToken"] = json!(query.token()),
    }
    let fields = Selector::parse_or_all(call.param("fields"))?;
    fields.check(CALENDAR_LIST)?;
    Ok(Answer::json(
        &fields.apply(answer),
        call.flag("prettyPrint")?.unwrap_or(true),
    ))
}

/// Answers a call of `calendarList.get`.
pub(super) fn get(world: &World, call: &Call, email: &str, id: &str) -> Result<Answer, ApiError> {
    world.role(email, id)?;
    let entry = world
        .accounts
        .get(email)
        .and_then(|account| account.list.get(id))
        .ok_or_else(ApiError::not_found)?;
    let item = Selector::parse_or_all(call.param("fields"))?.apply(item(
        world.calendar(id)?,
        entry,
        email,
    ));
    Ok(Answer::json(
        &item,
        call.flag("prettyPrint")?.unwrap_or(true),
    ))
}

/// Answers a call of `calendars.get`.
pub(super) fn calendar(
    world: &World,
    call: &Call,
    email: &str,
    id: &str,
) -> Result<Answer, ApiError> {
    world.role(email, id)?;
    let calendar = world.calendar(id)?;
    let mut body = json!({ "kind": "calendar#calendar", "etag": format!("\"c{}\"", calendar.head), "id": id,
        "summary": calendar.name, "timeZone": calendar.zone.name });
    if !calendar.primary {
        body["dataOwner"] = json!(calendar.owner);
    }
    let body = Selector::parse_or_all(call.param("fields"))?.apply(body);
    Ok(Answer::json(
        &body,
        call.flag("prettyPrint")?.unwrap_or(true),
    ))
}

fn item(calendar: &Calendar, entry: &Entry, email: &str) -> Value {
    let mut item = json!({ "kind": "calendar#calendarListEntry", "etag": entry.etag, "id": calendar.id,
        "summary": calendar.name, "timeZone": calendar.zone.name, "accessRole": entry.role.as_str(), "colorId": "14",
        "backgroundColor": "#9fe1e7", "foregroundColor": "#000000", "defaultReminders": default_reminders(calendar) });
    let mut flag = |name: &str, on: bool| {
        if on {
            item[name] = json!(true);
        }
    };
    flag("primary", calendar.id == email);
    flag("selected", !entry.hidden);
    flag("hidden", entry.hidden);
    flag("deleted", entry.deleted);
    if !calendar.primary {
        item["dataOwner"] = json!(calendar.owner);
    }
    item
}

struct Query {
    resource: u64,
    generation: u32,
    since: Option<u64>,
    head: u64,
    after: String,
    page: u32,
    params: u64,
    size: usize,
    show_deleted: bool,
    show_hidden: bool,
    min_role: Option<AccessRole>,
}

impl Query {
    fn read(
        call: &Call,
        email: &str,
        account: &Account,
        malformed_is_gone: bool,
    ) -> Result<Self, ApiError> {
        exclusions(call)?;
        let role = |text: &str| {
            AccessRole::parse(text)
                .ok_or_else(|| ApiError::invalid("minAccessRole", "Invalid value."))
        };
        let mut query = Self {
            resource: digest(("calendarList", email)),
            generation: account.list_generation,
            since: None,
            head: account.list_head,
            after: String::new(),
            page: 1,
            params: digest(
                call.params
                    .iter()
                    .filter(|(name, _)| name != "pageToken")
                    .collect::<Vec<_>>(),
            ),
            size: call.max_results(100, 250)?,
            show_deleted: call.flag("showDeleted")?.unwrap_or(false),
            show_hidden: call.flag("showHidden")?.unwrap_or(false),
            min_role: call.param("minAccessRole").map(role).transpose()?,
        };
        query.resume(call, malformed_is_gone)?;
        query.turn(call)?;
        Ok(query)
    }

    fn resume(&mut self, call: &Call, malformed_is_gone: bool) -> Result<(), ApiError> {
        let Some(text) = call.param("syncToken") else {
            return Ok(());
        };
        match SyncToken::decode(text).filter(|token| token.resource == self.resource) {
            Some(token) if token.generation == self.generation => self.since = Some(token.since),
            None if !malformed_is_gone => {
                return Err(ApiError::invalid("syncToken", "Invalid sync token value."));
            }
            _ => return Err(ApiError::full_sync_required()),
        }
        Ok(())
    }

    fn turn(&mut self, call: &Call) -> Result<(), ApiError> {
        let Some(text) = call.param("pageToken") else {
            return Ok(());
        };
        let token = PageToken::decode(text)
            .filter(|token| token.resource == self.resource && token.params == self.params);
        let token =
            token.ok_or_else(|| ApiError::invalid("pageToken", "Invalid page token value."))?;
        (self.head, self.after, self.page) = (token.head, token.after, token.page);
        Ok(())
    }

    fn shows(&self, entry: &Entry) -> bool {
        match self.since {
            Some(since) => entry.change > since,
            None => {
                (self.show_deleted || !entry.deleted)
                    && (self.show_hidden || !entry.hidden)
                    && self.min_role.is_none_or(|role| entry.role >= role)
            }
        }
    }

    fn next(&self, after: &str) -> String {
        let Self {
            resource,
            generation,
            head,
            page,
            params,
            ..
        } = *self;
        PageToken {
            resource,
            generation,
            head,
            page: page + 1,
            params,
            after: after.to_owned(),
        }
        .encode()
    }

    fn token(&self) -> String {
        SyncToken {
            resource: self.resource,
            generation: self.generation,
            since: self.head,
            params: 0,
        }
        .encode()
    }
}

fn exclusions(call: &Call) -> Result<(), ApiError> {
    if call.param("syncToken").is_none() {
        return Ok(());
    }
    for name in ["minAccessRole", "showOwnOrganizationOnly"] {
        if call.param(name).is_some() {
            return Err(ApiError::bad_request(&format!(
                "Sync token cannot be used with {name}."
            )));
        }
    }
    for name in ["showDeleted", "showHidden"] {
        if call.flag(name)? == Some(false) {
            return Err(ApiError::bad_request(&format!(
                "Sync token cannot be used with {name}=false."
            )));
        }
    }
    Ok(())
}
