//! The parameters of `events.list`, checked against each other and the tokens.

use super::behaviour::Behaviour;
use super::calendar::{Calendar, Stored};
use super::call::Call;
use super::errors::ApiError;
use super::fields::Selector;
use super::filter::{FORBIDDEN, Filter};
use super::names;
use super::render::{self, Style};
use super::token::{PageToken, SyncToken, digest};
use super::world::AccessRole;

/// Parameters that must be the same as in the listing the sync token is from.
const KEPT: [&str; 5] = [
    "singleEvents",
    "eventTypes",
    "showHiddenInvitations",
    "timeZone",
    "maxAttendees",
];

/// Where a listing begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// With everything.
    Full,
    /// After this change.
    Since(u64),
}

/// A checked call of `events.list`.
pub(super) struct ListQuery {
    pub(super) resource: u64,
    pub(super) generation: u32,
    pub(super) start: Start,
    /// The last change when the listing began.
    pub(super) head: u64,
    pub(super) page: u32,
    /// The last item already sent; empty on the first page.
    pub(super) after: String,
    pub(super) all_params: u64,
    pub(super) kept_params: u64,
    pub(super) max_results: usize,
    pub(super) single_events: bool,
    pub(super) show_deleted: bool,
    /// `orderBy` and the other filters but the window end without a sync token.
    pub(super) gives_token: bool,
    pub(super) filter: Filter,
    pub(super) style: Style,
    pub(super) fields: Selector,
    pub(super) pretty: bool,
}

impl ListQuery {
    /// Reads and checks the parameters.
    pub(super) fn read(
        call: &Call,
        role: AccessRole,
        how: &Behaviour,
        calendar: &Calendar,
    ) -> Result<Self, ApiError> {
        exclusions(call)?;
        let mut query = Self::plain(call, role, calendar)?;
        query.filter.drops_series = how.time_min_drops_series;
        if let Some(token) = call.param("syncToken") {
            query.resume(token, calendar, how)?;
        }
        if let Some(token) = call.param("pageToken") {
            query.turn(token, calendar)?;
        }
        Ok(query)
    }

    fn plain(call: &Call, role: AccessRole, calendar: &Calendar) -> Result<Self, ApiError> {
        let fields = fields(call)?;
        let show_deleted = call.flag("showDeleted")?.unwrap_or(false);
        let single_events =
            call.flag("singleEvents")?.unwrap_or(false) || role == AccessRole::FreeBusyReader;
        order(call, single_events)?;
        call.flag("showHiddenInvitations")?;
        Ok(Self {
            resource: digest(&calendar.id),
            generation: calendar.generation,
            start: Start::Full,
            head: calendar.head,
            page: 1,
            after: String::new(),
            all_params: all_params(call),
            kept_params: kept_params(call),
            max_results: call.max_results(250, 2500)?,
            single_events,
            show_deleted,
            gives_token: !FORBIDDEN
                .iter()
                .skip(2)
                .any(|name| call.param(name).is_some()),
            filter: Filter::of(call)?,
            style: style(call, role, &fields, show_deleted)?,
            fields,
            pretty: call.flag("prettyPrint")?.unwrap_or(true),
        })
    }

    fn resume(&mut self, text: &str, calendar: &Calendar, how: &Behaviour) -> Result<(), ApiError> {
        let token = SyncToken::decode(text).filter(|token| token.resource == self.resource);
        let token = token.ok_or_else(|| malformed(how))?;
        if token.generation != calendar.generation || token.since > calendar.head {
            return Err(ApiError::full_sync_required());
        }
        if how.strict_parameters && token.params != self.kept_params {
            return Err(ApiError::bad_request(
                "The parameters differ from those of the initial listing.",
            ));
        }
        self.start = Start::Since(token.since);
        Ok(())
    }

    fn turn(&mut self, text: &str, calendar: &Calendar) -> Result<(), ApiError> {
        let token = PageToken::decode(text).filter(|token| token.resource == self.resource);
        let token =
            token.ok_or_else(|| ApiError::invalid("pageToken", "Invalid page token value."))?;
        if token.generation != calendar.generation {
            return Err(ApiError::full_sync_required());
        }
        if token.params != self.all_params {
            return Err(ApiError::invalid(
                "pageToken",
                "The parameters differ from those of the first page.",
            ));
        }
        (self.head, self.page, self.after) = (token.head, token.page, token.after);
        Ok(())
    }

    /// Whether a full listing has it.
    pub(super) fn lists(&self, calendar: &Calendar, stored: &Stored) -> bool {
        let deleted =
            stored.is_cancelled() && (stored.series().is_none() || calendar.is_orphan(stored));
        let shown = self.show_deleted
            || self.filter.shows_deleted()
            || !deleted && !calendar.is_orphan(stored);
        shown && self.filter.accepts(&stored.body, &calendar.zone)
    }

    /// Whether an incremental listing has it.
    pub(super) fn lists_change(&self, calendar: &Calendar, stored: &Stored) -> bool {
        !calendar.is_orphan(stored) && self.filter.accepts(&stored.body, &calendar.zone)
    }
}

/// The `fields` of a listing of events, names checked.
fn fields(call: &Call) -> Result<Selector, ApiError> {
    let Some(text) = call.param("fields") else {
        return Ok(Selector::All);
    };
    let fields = Selector::parse(text)?;
    fields.check(names::EVENTS)?;
    fields
        .member("items")
        .map_or(Ok(()), |items| items.check(names::EVENT))?;
    Ok(fields)
}

fn style(
    call: &Call,
    role: AccessRole,
    fields: &Selector,
    details: bool,
) -> Result<Style, ApiError> {
    let text = |name: &str| call.param(name).unwrap_or_default().to_owned();
    let limit = call.param("maxAttendees").map(str::parse).transpose();
    let key = format!(
        "{}|{}|{}|{details}|{role:?}",
        text("fields"),
        text("timeZone"),
        text("maxAttendees")
    );
    Ok(Style {
        key: key.into(),
        selector: fields.member("items").cloned().unwrap_or(Selector::All),
        zone: render::zone(call.param("timeZone"))?,
        details,
        free_busy: role == AccessRole::FreeBusyReader,
        max_attendees: limit.map_err(|_| ApiError::invalid("maxAttendees", "Invalid value."))?,
    })
}

fn exclusions(call: &Call) -> Result<(), ApiError> {
    if call.param("syncToken").is_none() {
        return Ok(());
    }
    if let Some(name) = FORBIDDEN.iter().find(|name| call.param(name).is_some()) {
        return Err(ApiError::bad_request(&format!(
            "Sync token cannot be used with {name}."
        )));
    }
    match call.flag("showDeleted")? {
        Some(false) => Err(ApiError::bad_request(
            "Sync token cannot be used with showDeleted=false.",
        )),
        _ => Ok(()),
    }
}

fn order(call: &Call, single_events: bool) -> Result<(), ApiError> {
    match call.param("orderBy") {
        None | Some("updated") => Ok(()),
        Some("startTime") if single_events => Ok(()),
        Some("startTime") => Err(ApiError::bad_request(
            "The requested ordering is not available for the particular query.",
        )),
        Some(_) => Err(ApiError::invalid("orderBy", "Invalid value.")),
    }
}

fn malformed(how: &Behaviour) -> ApiError {
    match how.malformed_token_is_gone {
        true => ApiError::full_sync_required(),
        false => ApiError::invalid("syncToken", "Invalid sync token value."),
    }
}

fn all_params(call: &Call) -> u64 {
    hash(call, |name| name != "pageToken")
}

fn kept_params(call: &Call) -> u64 {
    hash(call, |name| KEPT.contains(&name))
}

fn hash(call: &Call, which: impl Fn(&str) -> bool) -> u64 {
    let mut params: Vec<_> = call.params.iter().filter(|(name, _)| which(name)).collect();
    params.sort();
    digest(params)
}
