//! What an event says.

use calsync::model::event::{Event, EventKind, Reminders, ResponseStatus, Transparency};
use calsync::model::id::ExternalId;
use calsync::model::time::{EventTime, OriginalStart};

use super::bench::Bench;
use super::service::{Answer, Detail, Draft, event};

/// An event of an hour.
fn meeting() -> Draft {
    event("meeting", "2026-03-10T09:00", "2026-03-10T10:00")
}

/// A draft as it comes back.
async fn told(bench: &Bench, draft: Draft) -> Event {
    let id = ExternalId::new(bench.put(draft));
    let picture = bench.list().await.unwrap();
    picture.events[&id].clone()
}

pub(crate) async fn whole_days_are_dates(bench: Bench) {
    let fair = event("fair", "2026-03-28", "2026-03-31").whole_days();
    let [start, end] = ["2026-03-28", "2026-03-31"].map(|day| day.parse().unwrap());
    let time = Some(EventTime::AllDay { start, end });
    assert_eq!(told(&bench, fair).await.time, time);
}

pub(crate) async fn a_series_of_whole_days_is_dates(bench: Bench) {
    let duty = event("duty", "2026-03-28", "2026-03-29").whole_days();
    bench.put(duty.daily(3));
    let expected = [
        "03-28..03-29 duty",
        "03-29..03-30 duty",
        "03-30..03-31 duty",
    ];
    assert_eq!(bench.list().await.unwrap().timeline(), expected);
}

pub(crate) async fn zones_are_kept(bench: Bench) {
    for (name, instant) in [
        ("Europe/Berlin", "2026-03-10T08:00:00Z"),
        ("America/New_York", "2026-03-10T13:00:00Z"),
        ("UTC", "2026-03-10T09:00:00Z"),
    ] {
        let Some(EventTime::Timed { start, zone, .. }) =
            told(&bench, meeting().zone(name)).await.time
        else {
            panic!("an event of whole days");
        };
        assert_eq!((zone.name(), start), (name, instant.parse().unwrap()));
    }
}

pub(crate) async fn an_event_without_title_has_none(bench: Bench) {
    assert_eq!(told(&bench, meeting().untitled()).await.title, None);
}

pub(crate) async fn a_declined_invitation_is_not_busy(bench: Bench) {
    let declined = meeting().with(Detail::Invited(Answer::Declined));
    let event = told(&bench, declined).await;
    assert_eq!(event.response, Some(ResponseStatus::Declined));
    assert!(!event.busy());
}

pub(crate) async fn an_invitation_is_somebody_elses(bench: Bench) {
    let accepted = meeting().with(Detail::Invited(Answer::Accepted));
    let event = told(&bench, accepted).await;
    assert_eq!(event.response, Some(ResponseStatus::Accepted));
    assert!(!event.organizer_self && event.busy());
    assert!(told(&bench, meeting()).await.organizer_self);
}

pub(crate) async fn what_is_marked_free_is_not_busy(bench: Bench) {
    let event = told(&bench, meeting().with(Detail::Free)).await;
    assert_eq!(event.transparency, Transparency::Transparent);
    assert!(!event.busy());
    assert!(told(&bench, meeting()).await.busy());
}

pub(crate) async fn the_link_of_the_meeting_is_told(bench: Bench) {
    let link = "https://meet.example.com/abc";
    let event = told(&bench, meeting().with(Detail::Conference(link))).await;
    assert_eq!(event.conference_url.as_deref(), Some(link));
    assert_eq!(told(&bench, meeting()).await.conference_url, None);
}

pub(crate) async fn reminders_are_minutes_before_the_start(bench: Bench) {
    let event = told(&bench, meeting().with(Detail::ReminderMinutes(45))).await;
    assert_eq!(event.reminders, Some(Reminders::Minutes(vec![45])));
}

pub(crate) async fn attendees_come_with_their_answers(bench: Bench) {
    let guest = Detail::Guest("bo@partner.example", Answer::Declined);
    let event = told(&bench, meeting().with(guest)).await;
    let [bo] = <[_; 1]>::try_from(event.attendees).unwrap();
    assert_eq!(bo.email.as_deref(), Some("bo@partner.example"));
    assert_eq!(bo.name.as_deref(), Some("Bo"));
    assert_eq!(bo.response, Some(ResponseStatus::Declined));
    assert!(bo.optional && !bo.is_self);
}

pub(crate) async fn place_and_description_are_told(bench: Bench) {
    let place = meeting().with(Detail::Place("Room 1"));
    let event = told(&bench, place.with(Detail::Description("what is next"))).await;
    assert_eq!(event.location.as_deref(), Some("Room 1"));
    assert_eq!(event.description.as_deref(), Some("what is next"));
}

pub(crate) async fn an_exception_names_its_series_and_the_occurrence_it_replaces(bench: Bench) {
    let series = bench.put(meeting().daily(3));
    bench
        .service
        .move_occurrence(&series, "2026-03-11", "15:00", "16:00");
    let picture = bench.list().await.unwrap();
    let exception = picture.events.values().find_map(|event| match &event.kind {
        EventKind::Exception {
            series,
            original_start,
        } => Some((series.clone(), *original_start)),
        _ => None,
    });
    let planned = OriginalStart::At("2026-03-11T09:00:00Z".parse().unwrap());
    assert_eq!(exception, Some((ExternalId::new(series), planned)));
}

pub(crate) async fn what_comes_has_an_id_a_revision_and_a_uid(bench: Bench) {
    let event = told(&bench, meeting()).await;
    assert!(event.etag.is_some() && event.ical_uid.is_some());
    assert!(event.html_link.is_some() && event.updated_at.is_some());
}
