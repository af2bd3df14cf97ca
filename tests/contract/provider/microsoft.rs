//! Microsoft's model in the words of the sentences.

use async_trait::async_trait;
use calsync::model::account::ProviderKind;
use calsync::model::notification::Signal;
use calsync::sandbox::microsoft::{
    ApiError, CalendarSpec, Effect, Fault, Kind, Lifecycle, Microsoft,
};
use calsync::sandbox::push::Mishap;
use serde_json::{Value, json};

use super::bench::ADA;
use super::service::{Answer, Detail, Draft, Refusal, Service, Trouble, fault};

/// When somebody answered.
const ANSWERED: &str = "2026-01-05T08:00:00Z";

#[async_trait]
impl Service for Microsoft {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Microsoft
    }

    fn main(&self) -> String {
        self.default_calendar(ADA)
    }

    fn add_calendar(&self, name: &str, own: bool) {
        let spec = CalendarSpec::named(name);
        let spec = match own {
            true => spec,
            false => spec.owner("bo@contoso.example").read_only(),
        };
        Microsoft::add_calendar(self, ADA, spec);
    }

    fn put(&self, event: &Draft) -> String {
        self.put_event(&self.main(), body(event))
    }

    fn rename(&self, event: &str, title: &str) {
        assert!(self.edit_event(event, json!({ "subject": title })));
    }

    fn delete(&self, event: &str) {
        assert!(self.delete_event(event));
    }

    fn move_occurrence(&self, series: &str, day: &str, start: &str, end: &str) {
        let at = |time: &str| format!("{day}T{time}:00Z");
        let moved = Microsoft::move_occurrence(self, series, day, &at(start), &at(end));
        moved.unwrap();
    }

    fn cancel_occurrence(&self, series: &str, day: &str) {
        Microsoft::cancel_occurrence(self, series, day).unwrap();
    }

    fn page_size(&self) -> usize {
        200
    }

    fn empty_pages(&self) {
        self.behave(|behaviour| behaviour.empty_every = Some(2));
    }

    fn expire_tokens(&self) {
        self.expire_delta_links(&self.main());
    }

    fn access_token(&self) -> String {
        Microsoft::access_token(self, ADA)
    }

    fn refresh_token(&self) -> String {
        self.add_account(ADA).refresh_token
    }

    fn rotate_refresh_tokens(&self) {
        self.single_use_refresh_tokens(ADA, true);
    }

    fn revoke(&self) {
        Microsoft::revoke(self, ADA);
    }

    fn trouble(&self, trouble: Trouble) {
        self.inject(fault(trouble, refuse).on(Kind::Delta));
    }

    fn requests(&self) -> usize {
        let requests = Microsoft::requests(self);
        let api = requests
            .iter()
            .filter(|request| !request.kind.is_identity());
        api.count()
    }

    fn refuse_watches(&self) {
        self.refuse_subscriptions_to(&self.main(), Some(400));
    }

    /// An address is asked whether it is there.
    fn refuse_addresses(&self) {}

    fn shorten_watches(&self) {
        self.behave(|behaviour| behaviour.longest_subscription_minutes = 4230);
    }

    fn lose_a_grant(&self) {
        self.inject(Fault::new(Effect::DropAfter).on(Kind::SubscriptionsCreate));
    }

    fn lose_answers_of_writes(&self, times: u32) {
        self.inject(Fault::new(Effect::DropAfter).on_writes().times(times));
    }

    fn rename_before_write(&self, number: u32, event: &str, title: &str) {
        let (event, title) = (event.to_owned(), title.to_owned());
        let rename = move |microsoft: &Microsoft| Service::rename(microsoft, &event, &title);
        self.inject(Fault::meanwhile(rename).on_writes().nth(number));
    }

    fn refuse_writes(&self) {
        self.inject(
            Fault::refuse(&ApiError::access_denied())
                .on_writes()
                .always(),
        );
    }

    fn mails(&self) -> usize {
        Microsoft::mails(self).len()
    }

    fn end_watch(&self, watch: &str) {
        self.end_subscription(watch);
    }

    fn say(&self, watch: &str, signal: Signal) -> bool {
        let event = match signal {
            Signal::Extend => Lifecycle::ReauthorizationRequired,
            Signal::Recreate => Lifecycle::SubscriptionRemoved,
            Signal::Look => Lifecycle::Missed,
        };
        assert!(self.lifecycle(watch, event));
        true
    }

    fn forge_notifications(&self) {
        self.mishap(Mishap::Forged, u32::MAX);
    }

    async fn settle(&self) {
        Microsoft::settle(self).await;
    }
}

fn refuse(refusal: Refusal) -> (u16, String) {
    let error = match refusal {
        Refusal::TooMany => ApiError::throttled("", None),
        Refusal::Failing => ApiError::unavailable(None),
        Refusal::BadToken => ApiError::invalid_token(),
        Refusal::Denied => ApiError::access_denied(),
    };
    (error.status, error.body().to_string())
}

fn body(event: &Draft) -> Value {
    let time = |text: &str| match event.zone {
        None => json!({ "dateTime": format!("{text}T00:00:00"), "timeZone": "UTC" }),
        Some(zone) => json!({ "dateTime": format!("{text}:00"), "timeZone": zone }),
    };
    let mut body = json!({ "start": time(&event.start), "end": time(&event.end),
        "isAllDay": event.zone.is_none(), "subject": event.title });
    if let Some(times) = event.daily {
        body["recurrence"] = json!({ "pattern": { "type": "daily", "interval": 1 },
            "range": { "type": "numbered", "numberOfOccurrences": times } });
    }
    for detail in &event.details {
        add(&mut body, *detail);
    }
    body
}

fn add(body: &mut Value, detail: Detail) {
    match detail {
        Detail::Invited(answer) => {
            body["isOrganizer"] = json!(false);
            body["organizer"] = person("Host", "host@partner.example");
            body["responseStatus"] = status(answer);
            body["attendees"] = json!([guest("Ada", ADA, "required", answer)]);
        }
        Detail::Free => body["showAs"] = json!("free"),
        Detail::Conference(url) => {
            body["isOnlineMeeting"] = json!(true);
            body["onlineMeeting"] = json!({ "joinUrl": url });
        }
        Detail::ReminderMinutes(minutes) => {
            body["isReminderOn"] = json!(true);
            body["reminderMinutesBeforeStart"] = json!(minutes);
        }
        Detail::Place(place) => body["location"] = json!(place),
        Detail::Description(text) => body["body"] = json!(text),
        Detail::Guest(address, answer) => {
            body["attendees"] = json!([guest("Bo", address, "optional", answer)]);
        }
    }
}

fn guest(name: &str, address: &str, kind: &str, answer: Answer) -> Value {
    let mut guest = person(name, address);
    guest["type"] = json!(kind);
    guest["status"] = status(answer);
    guest
}

fn person(name: &str, address: &str) -> Value {
    json!({ "emailAddress": { "name": name, "address": address } })
}

fn status(answer: Answer) -> Value {
    let word = match answer {
        Answer::Accepted => "accepted",
        Answer::Declined => "declined",
    };
    json!({ "response": word, "time": ANSWERED })
}
