//! Google's model in the words of the sentences.

use async_trait::async_trait;
use calsync::model::account::ProviderKind;
use calsync::model::notification::Signal;
use calsync::sandbox::google::{AccessRole, ApiError, CalendarSpec, Effect, Fault, Google, Kind};
use calsync::sandbox::push::Mishap;
use serde_json::{Value, json};

use super::bench::ADA;
use super::service::{Answer, Detail, Draft, Refusal, Service, Trouble, fault};

#[async_trait]
impl Service for Google {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Google
    }

    fn main(&self) -> String {
        ADA.to_owned()
    }

    fn add_calendar(&self, name: &str, own: bool) {
        let spec = CalendarSpec::named(name, "UTC");
        let spec = match own {
            true => spec,
            false => spec.role(AccessRole::Reader),
        };
        Google::add_calendar(self, ADA, spec);
    }

    fn put(&self, event: &Draft) -> String {
        self.put_event(ADA, body(event))
    }

    fn rename(&self, event: &str, title: &str) {
        assert!(self.edit_event(ADA, event, json!({ "summary": title })));
    }

    fn delete(&self, event: &str) {
        assert!(self.delete_event(ADA, event));
    }

    fn move_occurrence(&self, series: &str, day: &str, start: &str, end: &str) {
        let original = original(self, series, day);
        let at = |time: &str| format!("{day}T{time}:00Z");
        let moved = Google::move_occurrence(self, ADA, series, &original, &at(start), &at(end));
        moved.unwrap();
    }

    fn cancel_occurrence(&self, series: &str, day: &str) {
        let original = original(self, series, day);
        Google::cancel_occurrence(self, ADA, series, &original).unwrap();
    }

    fn page_size(&self) -> usize {
        2500
    }

    fn empty_pages(&self) {
        self.behave(|behaviour| behaviour.empty_every = Some(2));
    }

    fn expire_tokens(&self) {
        self.expire_sync_tokens(ADA);
    }

    fn access_token(&self) -> String {
        Google::access_token(self, ADA)
    }

    fn refresh_token(&self) -> String {
        self.add_account(ADA).refresh_token
    }

    fn rotate_refresh_tokens(&self) {
        Google::rotate_refresh_tokens(self, ADA, true);
    }

    fn revoke(&self) {
        Google::revoke(self, ADA);
    }

    fn trouble(&self, trouble: Trouble) {
        self.inject(fault(trouble, refuse).on(Kind::EventsList));
    }

    fn requests(&self) -> usize {
        let requests = Google::requests(self);
        let api = requests.iter().filter(|request| !request.kind.is_oauth());
        api.count()
    }

    fn refuse_watches(&self) {
        self.set_watchable(ADA, false);
    }

    fn refuse_addresses(&self) {
        self.behave(|behaviour| behaviour.refuse_addresses = Some(401));
    }

    fn shorten_watches(&self) {
        self.behave(|behaviour| behaviour.longest_channel_days = 1);
    }

    fn lose_a_grant(&self) {
        self.inject(Fault::new(Effect::DropAfter).on(Kind::EventsWatch));
    }

    fn lose_answers_of_writes(&self, times: u32) {
        self.inject(Fault::new(Effect::DropAfter).on_writes().times(times));
    }

    fn rename_before_write(&self, number: u32, event: &str, title: &str) {
        let (event, title) = (event.to_owned(), title.to_owned());
        let rename = move |google: &Google| Service::rename(google, &event, &title);
        self.inject(Fault::meanwhile(rename).on_writes().nth(number));
    }

    fn refuse_writes(&self) {
        let (status, body) = refuse(Refusal::Denied);
        self.inject(Fault::answer(status, &body).on_writes().always());
    }

    fn mails(&self) -> usize {
        Google::mails(self).len()
    }

    fn end_watch(&self, watch: &str) {
        self.end_channel(watch);
    }

    fn say(&self, _watch: &str, _signal: Signal) -> bool {
        false
    }

    fn forge_notifications(&self) {
        self.mishap(Mishap::Forged, u32::MAX);
    }

    async fn settle(&self) {
        Google::settle(self).await;
    }
}

/// When the occurrence of a day begins by the series' own clock.
fn original(google: &Google, series: &str, day: &str) -> String {
    let start = google.event(ADA, series).unwrap()["start"].clone();
    let time = start["dateTime"].as_str().unwrap();
    format!("{day}{}", &time[10..19])
}

fn refuse(refusal: Refusal) -> (u16, String) {
    let error = match refusal {
        Refusal::TooMany => ApiError::rate_limited(429, "rateLimitExceeded"),
        Refusal::Failing => ApiError::backend_error(503),
        Refusal::BadToken => ApiError::auth_error(),
        Refusal::Denied => ApiError::forbidden(),
    };
    (error.status, error.body().to_string())
}

fn body(event: &Draft) -> Value {
    let time = |text: &str| match event.zone {
        None => json!({ "date": text }),
        Some(zone) => json!({ "dateTime": format!("{text}:00"), "timeZone": zone }),
    };
    let mut body = json!({ "start": time(&event.start), "end": time(&event.end) });
    if let Some(title) = &event.title {
        body["summary"] = json!(title);
    }
    if let Some(times) = event.daily {
        body["recurrence"] = json!([format!("RRULE:FREQ=DAILY;COUNT={times}")]);
    }
    for detail in &event.details {
        add(&mut body, *detail);
    }
    body
}

fn add(body: &mut Value, detail: Detail) {
    match detail {
        Detail::Invited(answer) => {
            body["organizer"] = json!({ "email": "host@partner.example" });
            body["attendees"] =
                json!([{ "email": ADA, "self": true, "responseStatus": word(answer) }]);
        }
        Detail::Free => body["transparency"] = json!("transparent"),
        Detail::Conference(url) => {
            body["conferenceData"] =
                json!({ "entryPoints": [{ "entryPointType": "video", "uri": url }] });
        }
        Detail::ReminderMinutes(minutes) => {
            body["reminders"] = json!({ "useDefault": false,
                "overrides": [{ "method": "popup", "minutes": minutes }] });
        }
        Detail::Place(place) => body["location"] = json!(place),
        Detail::Description(text) => body["description"] = json!(text),
        Detail::Guest(address, answer) => {
            body["attendees"] = json!([{ "email": address, "displayName": "Bo", "optional": true,
                "responseStatus": word(answer) }]);
        }
    }
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Declined => "declined",
    }
}
