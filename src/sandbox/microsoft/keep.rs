//! How a PATCH changes an item or makes an occurrence an exception, and whom
//! it mails.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::check::Draft;
use super::errors::ApiError;
use super::item::{Exception, Item, Series};
use super::log::{Mail, MailReason};
use super::lookup::Found;
use super::moment::Moment;
use super::rule::Rule;
use super::world::World;
use super::write::{Write, check_first, check_times};

impl Write<'_> {
    pub(super) fn update_item(&mut self, key: u64, draft: Draft) -> Result<(), ApiError> {
        let found = Found { key, day: None };
        let mut item = self.world.kept(found)?.1.clone();
        apply(&mut item, draft, self.world.behaviour.series_change_resets)?;
        check_times(&item)?;
        check_first(&item)?;
        self.world.change(key, None, |kept| *kept = item);
        Ok(())
    }

    pub(super) fn update_occurrence(
        &mut self,
        key: u64,
        day: Date,
        draft: Draft,
    ) -> Result<(), ApiError> {
        if draft
            .recurrence
            .as_ref()
            .is_some_and(|value| !value.is_null())
        {
            return Err(ApiError::invalid("An occurrence has no recurrence."));
        }
        let mut item = self
            .world
            .kept(Found {
                key,
                day: Some(day),
            })?
            .1
            .clone();
        let exception = World::exception(&mut item, day).ok_or_else(ApiError::item_not_found)?;
        except(exception, draft);
        let start = exception.start.clone();
        if exception.end.instant() < start.instant() {
            return Err(ApiError::invalid("The event ends before it starts."));
        }
        check_neighbours(&item, day, &start)?;
        self.world.change(key, Some(day), |kept| *kept = item);
        Ok(())
    }

    /// Notes the mails that the write caused.
    pub(super) fn mail(&mut self, found: Found, reason: MailReason) {
        let Ok((calendar, item)) = self.world.kept(found) else {
            return;
        };
        let members = item.members(found.day);
        let attendees = members.get("attendees").and_then(Value::as_array);
        let addresses = attendees.into_iter().flatten();
        let addresses = addresses.filter_map(|one| one["emailAddress"]["address"].as_str());
        let others = addresses.filter(|address| *address != self.account);
        let recipients: Vec<String> = others.map(str::to_owned).collect();
        let organizer = members.get("isOrganizer") != Some(&json!(false));
        if recipients.is_empty() || !organizer {
            return;
        }
        let calendar = calendar.id.clone();
        let event = self.world.immutable_id(found).unwrap_or_default();
        self.world.log.mails.push(Mail {
            calendar,
            event,
            reason,
            recipients,
        });
    }
}

/// Changes a single event or a master.
fn apply(item: &mut Item, draft: Draft, resets: bool) -> Result<(), ApiError> {
    item.body.extend(draft.members);
    for (id, value) in draft.extended {
        item.extended.retain(|(other, _)| *other != id);
        item.extended.push((id, value));
    }
    let moved = draft
        .start
        .as_ref()
        .is_some_and(|start| *start != item.start);
    item.start = draft.start.unwrap_or_else(|| item.start.clone());
    item.end = draft.end.unwrap_or_else(|| item.end.clone());
    match draft.recurrence {
        Some(Value::Null) => item.series = None,
        Some(recurrence) => {
            let rule = Rule::parse(&recurrence)?;
            replace_rule(item, rule, recurrence, resets);
        }
        None if moved => follow(item, resets),
        None => {}
    }
    Ok(())
}

fn replace_rule(item: &mut Item, rule: Rule, recurrence: Value, resets: bool) {
    match &mut item.series {
        Some(series) if !resets => (series.rule, series.recurrence) = (rule, recurrence),
        series => *series = Some(Series::new(rule, recurrence)),
    }
}

/// The range of a series begins where its event does.
pub(super) fn follow(item: &mut Item, resets: bool) {
    let first = item.start.wall.date();
    let Some(series) = &mut item.series else {
        return;
    };
    series.rule.first = first;
    series.recurrence["range"]["startDate"] = json!(first.to_string());
    if resets {
        series.exceptions.clear();
        series.cancelled.clear();
    }
}

/// Changes an occurrence; a start alone moves the end along.
fn except(exception: &mut Exception, draft: Draft) {
    exception.overrides.extend(draft.members);
    if let Some(start) = draft.start {
        shift(exception, start);
    }
    if let Some(end) = draft.end {
        exception.end = end;
    }
}

/// Moves an occurrence as it is to another start.
pub(super) fn shift(exception: &mut Exception, start: Moment) {
    let length = exception
        .end
        .instant()
        .duration_since(exception.start.instant());
    let end = start.instant().saturating_add(length);
    exception.end = exception.end.placed(end.unwrap_or(start.instant()));
    exception.start = start;
}

/// An exception stays between the days of its neighbours.
fn check_neighbours(item: &Item, day: Date, start: &Moment) -> Result<(), ApiError> {
    let Some(series) = &item.series else {
        return Ok(());
    };
    let zone = &item.start.zone;
    let on = zone.wall(start.instant()).date();
    let (before, after) = series.rule.neighbours(day);
    let begins = |day: Date| zone.wall(item.times(Some(day)).0.instant()).date();
    let crosses = before.is_some_and(|before| on <= begins(before))
        || after.is_some_and(|after| on >= begins(after));
    match crosses {
        true => Err(ApiError::crossing_boundary()),
        false => Ok(()),
    }
}
