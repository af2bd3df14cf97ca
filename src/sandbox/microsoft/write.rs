//! POST, PATCH and DELETE of events.

use serde_json::Value;

use super::super::answer::Answer;
use super::call::Call;
use super::check::Draft;
use super::delta::confirmed;
use super::errors::ApiError;
use super::item::{Item, Series};
use super::log::MailReason;
use super::lookup::Found;
use super::prefer::Prefer;
use super::render::{Style, etag};
use super::rule::Rule;
use super::world::World;

/// A write that is under way.
pub(super) struct Write<'a> {
    pub(super) world: &'a mut World,
    pub(super) call: &'a Call,
    pub(super) account: &'a str,
}

impl Write<'_> {
    /// Answers `POST …/events`.
    pub(super) fn create(&mut self) -> Result<Answer, ApiError> {
        let prefer = self.call.prefer()?;
        let calendar = self
            .world
            .calendar(self.account, &self.call.route.calendar)?;
        let id = calendar.id.clone();
        if !calendar.can_edit {
            return Err(ApiError::access_denied());
        }
        let draft = Draft::read(self.call.object()?, true)?;
        self.refuse_used(draft.transaction.as_deref(), &prefer)?;
        let transaction = draft.transaction.clone();
        let item = self.new_item(draft)?;
        let key = self.world.put(&id, item);
        if let Some(transaction) = transaction {
            let mailbox = self.world.mailboxes.get_mut(self.account);
            mailbox.map(|mailbox| mailbox.transactions.insert(transaction, key));
        }
        let found = Found { key, day: None };
        self.mail(found, MailReason::Invitation);
        self.answer(201, found, &prefer)
    }

    /// Answers `PATCH …/events/{id}`.
    pub(super) fn update(&mut self) -> Result<Answer, ApiError> {
        let prefer = self.call.prefer()?;
        let found = self.world.find(self.call, self.account)?;
        let draft = Draft::read(self.call.object()?, false)?;
        self.check_right(found, Some(&draft))?;
        self.check_match(found)?;
        match found.day {
            Some(day) => self.update_occurrence(found.key, day, draft)?,
            None => self.update_item(found.key, draft)?,
        }
        self.mail(found, MailReason::Update);
        self.answer(200, found, &prefer)
    }

    /// Answers `DELETE …/events/{id}`.
    pub(super) fn delete(&mut self) -> Result<Answer, ApiError> {
        let gone = self.world.behaviour.gone_status;
        let found =
            self.world
                .find(self.call, self.account)
                .map_err(|error| match error.status {
                    404 => ApiError::new(gone, "ErrorItemNotFound", error.message()),
                    _ => error,
                })?;
        self.check_right(found, None)?;
        self.check_match(found)?;
        self.mail(found, MailReason::Cancellation);
        match found.day {
            Some(day) => self.world.cancel(found.key, day),
            None => self.world.remove(found.key),
        };
        Ok(Answer::empty(204))
    }

    fn refuse_used(&self, transaction: Option<&str>, prefer: &Prefer) -> Result<(), ApiError> {
        let mailbox = self.world.mailbox(self.account)?;
        let Some(key) = transaction.and_then(|id| mailbox.transactions.get(id)) else {
            return Ok(());
        };
        let behaviour = &self.world.behaviour;
        let calendar = self.world.item(*key).map(|(calendar, _)| calendar);
        let existing = calendar
            .filter(|_| behaviour.duplicate_names_event)
            .map(|calendar| Style::new(self.world, calendar, prefer).id(*key, None));
        Err(ApiError::duplicate(behaviour.duplicate_status, existing))
    }

    fn new_item(&mut self, draft: Draft) -> Result<Item, ApiError> {
        let missing = |which: &str| ApiError::invalid(&format!("The event has no {which}."));
        let start = draft.start.ok_or_else(|| missing("start"))?;
        let end = draft.end.ok_or_else(|| missing("end"))?;
        let mut item = self.world.fresh(self.account, draft.members, start, end);
        item.extended = draft.extended;
        if let Some(recurrence) = draft.recurrence.filter(|value| !value.is_null()) {
            item.series = Some(Series::new(Rule::parse(&recurrence)?, recurrence));
        }
        check_times(&item)?;
        check_first(&item)?;
        Ok(item)
    }

    /// Whether the account may write this; of a meeting of somebody else it
    /// may change its own fields.
    fn check_right(&self, found: Found, draft: Option<&Draft>) -> Result<(), ApiError> {
        const PERSONAL: [&str; 5] = [
            "categories",
            "showAs",
            "isReminderOn",
            "reminderMinutesBeforeStart",
            "sensitivity",
        ];
        let (calendar, item) = self.world.kept(found)?;
        let organizer = item.body.get("isOrganizer") != Some(&Value::Bool(false));
        let personal = draft.is_none_or(|draft| {
            let whole = draft.start.is_none() && draft.end.is_none() && draft.recurrence.is_none();
            whole
                && draft
                    .members
                    .keys()
                    .all(|name| PERSONAL.contains(&name.as_str()))
        });
        let allowed = organizer || personal || self.world.behaviour.guests_may_edit;
        match calendar.can_edit && allowed {
            true => Ok(()),
            false => Err(ApiError::access_denied()),
        }
    }

    fn check_match(&self, found: Found) -> Result<(), ApiError> {
        let (_, item) = self.world.kept(found)?;
        let behaviour = &self.world.behaviour;
        let current = etag(item, found.day);
        match self.call.header("if-match") {
            Some(wanted) if behaviour.enforce_if_match && wanted != "*" && wanted != current => {
                Err(ApiError::conflict(behaviour.conflict_status))
            }
            _ => Ok(()),
        }
    }

    fn answer(&self, status: u16, found: Found, prefer: &Prefer) -> Result<Answer, ApiError> {
        let (calendar, item) = self.world.kept(found)?;
        let mut value = Style::new(self.world, calendar, prefer).event(item, found.day);
        let context = format!("{}/v1.0/$metadata#users/events/$entity", self.world.url);
        value["@odata.context"] = Value::String(context);
        let answer = Answer {
            status,
            ..Answer::json(&value, false)
        };
        Ok(confirmed(answer, &prefer.applied))
    }
}

/// An event must not end before it starts; whole days begin and end at
/// midnight of one zone.
pub(super) fn check_times(item: &Item) -> Result<(), ApiError> {
    let (start, end) = (&item.start, &item.end);
    if end.instant() < start.instant() {
        return Err(ApiError::invalid("The event ends before it starts."));
    }
    let midnights = start.is_midnight() && end.is_midnight() && start.zone == end.zone;
    if item.is_all_day() && !(midnights && end.wall > start.wall) {
        return Err(ApiError::invalid(
            "An all-day event begins and ends at midnight in one time zone and lasts a day at least.",
        ));
    }
    Ok(())
}

/// A series begins on the day on which its event starts.
pub(super) fn check_first(item: &Item) -> Result<(), ApiError> {
    let wrong = |series: &Series| series.rule.first != item.start.wall.date();
    match item.series.as_ref().is_some_and(wrong) {
        true => Err(ApiError::invalid(
            "The startDate of the range is not the date of the start.",
        )),
        false => Ok(()),
    }
}
