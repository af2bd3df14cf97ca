//! New items: with everything the service fills in.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::check::location;
use super::item::{Item, Object, Series};
use super::moment::Moment;
use super::rule::Rule;
use super::world::World;

impl World {
    /// An item of a calendar's owner with these members and times.
    pub(super) fn fresh(
        &mut self,
        account: &str,
        members: Object,
        start: Moment,
        end: Moment,
    ) -> Item {
        let uid = format!(
            "040000008200E00074C5B7101A82E00800000000{}",
            self.ids.opaque().to_uppercase()
        );
        let name = self
            .mailboxes
            .get(account)
            .map(|mailbox| mailbox.name.clone());
        let person =
            json!({ "emailAddress": { "name": name.unwrap_or_default(), "address": account } });
        let mut body = defaults();
        body.insert("iCalUId".to_owned(), json!(uid));
        body.insert("organizer".to_owned(), person);
        body.extend(members);
        Item {
            key: 0,
            body,
            start,
            end,
            series: None,
            extended: Vec::new(),
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            version: 0,
        }
    }

    /// An item from what a test or the demo wrote; nothing is refused.
    pub(super) fn adopt(&mut self, account: &str, mut event: Object) -> Item {
        let (start, end) = times(&event);
        let recurrence = event.remove("recurrence").filter(|value| !value.is_null());
        let extended = event.remove("singleValueExtendedProperties");
        tidy(&mut event);
        let mut item = self.fresh(account, event, start, end);
        item.series = recurrence.and_then(|recurrence| series(recurrence, item.start.wall.date()));
        let properties = extended.and_then(|value| super::extended::read(&value).ok());
        item.extended = properties.unwrap_or_default();
        item
    }
}

/// Puts members that people write shortly into their full form.
pub(super) fn tidy(event: &mut Object) {
    for name in ["id", "start", "end", "type", "@odata.etag", "changeKey"] {
        event.remove(name);
    }
    if let Some(place) = event.remove("location") {
        let place = match place {
            Value::String(name) => json!({ "displayName": name }),
            other => other,
        };
        let place = location(place);
        event.insert("locations".to_owned(), json!([place]));
        event.insert("location".to_owned(), place);
    }
    if let Some(Value::String(text)) = event.get("body") {
        let body = json!({ "contentType": "text", "content": text });
        event.insert("body".to_owned(), body);
    }
}

/// A series; a range without a start takes that of the event.
pub(super) fn series(mut recurrence: Value, first: Date) -> Option<Series> {
    if recurrence["range"]["startDate"].is_null() {
        recurrence["range"]["startDate"] = json!(first.to_string());
    }
    let rule = Rule::parse(&recurrence).ok()?;
    Some(Series::new(rule, recurrence))
}

fn times(event: &Object) -> (Moment, Moment) {
    let read = |name: &str| event.get(name).and_then(Moment::lenient);
    let start = read("start").unwrap_or_else(|| Moment {
        wall: jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0),
        zone: super::zones::Zone::utc(),
    });
    let end = read("end").unwrap_or_else(|| start.clone());
    (start, end)
}

fn defaults() -> Object {
    let all = json!({ "categories": [], "reminderMinutesBeforeStart": 15, "isReminderOn": true, "hasAttachments": false,
        "subject": "", "importance": "normal", "sensitivity": "normal", "isAllDay": false, "isCancelled": false,
        "isOrganizer": true, "responseRequested": true, "showAs": "busy", "onlineMeetingUrl": null,
        "isOnlineMeeting": false, "onlineMeetingProvider": "unknown", "allowNewTimeProposals": true, "isDraft": false,
        "hideAttendees": false, "responseStatus": { "response": "organizer", "time": "0001-01-01T00:00:00Z" },
        "body": { "contentType": "html", "content": "" }, "location": location(Value::Null), "locations": [],
        "attendees": [], "onlineMeeting": null });
    match all {
        Value::Object(all) => all,
        _ => Object::new(),
    }
}
