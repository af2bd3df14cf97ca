//! Changes of events: of their fields, at one revision.

use calsync::model::content::{Content, Field};
use calsync::model::event::{Event, Reminders};
use calsync::model::id::ExternalId;
use calsync::provider::ProviderError;

use super::bench::Bench;
use super::service::{Answer, Detail, Draft, event};
use super::writes::{came_too_late, days, full, hour, is_refused, plain, said, span};

/// An event of an hour.
fn meeting() -> Draft {
    event("meeting", "2026-03-10T09:00", "2026-03-10T10:00")
}

/// A content that differs from [`full`] in every field.
fn other() -> Content {
    Content {
        title: Some("summary".to_owned()),
        description: Some("last draft".to_owned()),
        location: Some("Room 2".to_owned()),
        time: Some(span("2026-03-11T15:00:00Z", "2026-03-11T15:45:00Z", "UTC")),
        reminder_minutes: Some(10),
    }
}

pub(crate) async fn an_update_changes_its_fields_and_nothing_else(bench: Bench) {
    let mut event = bench.created(full()).await;
    let mut expected = full();
    for field in Field::ALL {
        let before = event.clone();
        event = bench.update(&event, &[field], other()).await.unwrap();
        expected.take(field, &other());
        assert_eq!(said(&event), expected, "{field:?}");
        let revision = (event.etag.clone(), event.updated_at);
        let untouched = Event {
            etag: revision.0,
            updated_at: revision.1,
            title: event.title.clone(),
            description: event.description.clone(),
            location: event.location.clone(),
            time: event.time.clone(),
            reminders: event.reminders.clone(),
            ..before
        };
        assert_eq!(event, untouched, "{field:?}");
    }
}

pub(crate) async fn every_field_can_be_changed(bench: Bench) {
    let created = bench.created(full()).await;
    let mut picture = bench.list().await.unwrap();
    let changed = bench.update(&created, &Field::ALL, other()).await.unwrap();
    assert_eq!(said(&changed), other());
    assert_ne!(changed.etag, created.etag);
    bench.follow(&mut picture).await.unwrap();
    assert_eq!(picture.events[&created.external_id], changed);
}

pub(crate) async fn fields_can_be_cleared(bench: Bench) {
    let created = bench.created(full()).await;
    let empty = Content {
        time: Some(hour()),
        ..Content::default()
    };
    let fields = [
        Field::Title,
        Field::Description,
        Field::Location,
        Field::Reminder,
    ];
    let changed = bench.update(&created, &fields, empty.clone());
    assert_eq!(said(&changed.await.unwrap()), empty);
    let listed = bench.listed(&created.external_id).await;
    assert_eq!(said(&listed), empty);
    assert_eq!(listed.reminders, Some(Reminders::Minutes(vec![])));
}

pub(crate) async fn a_timed_event_becomes_whole_days_and_back(bench: Bench) {
    let created = bench.created(full()).await;
    let whole = Content {
        time: Some(days("2026-03-12", "2026-03-14")),
        ..full()
    };
    let changed = bench.update(&created, &[Field::Time], whole.clone());
    let changed = changed.await.unwrap();
    assert_eq!(said(&changed), whole);
    assert_eq!(bench.timeline().await, ["03-12..03-14 report"]);
    let back = bench.update(&changed, &[Field::Time], full()).await;
    assert_eq!(said(&back.unwrap()), full());
    assert_eq!(bench.timeline().await, ["03-10 09:00-10:00 report"]);
}

pub(crate) async fn an_update_for_an_older_revision_changes_nothing(bench: Bench) {
    let created = bench.created(full()).await;
    bench
        .service
        .rename(created.external_id.as_str(), "renamed");
    let renamed = bench.listed(&created.external_id).await;
    for field in Field::ALL {
        let outcome = bench.update(&created, &[field], other()).await;
        assert!(came_too_late(&outcome), "{field:?}: {outcome:?}");
    }
    assert_eq!(bench.listed(&created.external_id).await, renamed);
    bench.update(&renamed, &Field::ALL, other()).await.unwrap();
}

pub(crate) async fn an_edit_in_between_is_not_overwritten(bench: Bench) {
    for field in Field::ALL {
        let event = bench.entered(meeting()).await;
        let id = event.external_id.as_str();
        bench.service.rename_before_write(1, id, "renamed");
        let outcome = bench.update(&event, &[field], other()).await;
        assert!(came_too_late(&outcome), "{field:?}: {outcome:?}");
        let renamed = Event {
            title: Some("renamed".to_owned()),
            ..event
        };
        let listed = bench.listed(&renamed.external_id).await;
        assert_eq!(said(&listed), said(&renamed), "{field:?}");
    }
}

pub(crate) async fn an_update_of_a_deleted_event_finds_none(bench: Bench) {
    let created = bench.created(full()).await;
    bench.service.delete(created.external_id.as_str());
    for field in Field::ALL {
        let error = bench.update(&created, &[field], other()).await;
        let error = error.unwrap_err();
        let fits = matches!(error, ProviderError::NotFound | ProviderError::Gone);
        assert!(fits, "{field:?}: {error:?}");
    }
}

pub(crate) async fn an_update_whose_answer_is_lost_is_not_applied_twice(bench: Bench) {
    let created = bench.created(full()).await;
    let id = created.external_id.as_str();
    bench.service.lose_answers_of_writes(1);
    bench.service.rename_before_write(2, id, "renamed");
    let outcome = bench.update(&created, &Field::ALL, other()).await;
    // Either it is not sent again, or it finds what it wrote itself.
    let fits = matches!(
        outcome,
        Err(ProviderError::Unavailable { .. } | ProviderError::PreconditionFailed)
    );
    assert!(fits, "{outcome:?}");
    let listed = bench.listed(&created.external_id).await;
    let renamed = Content {
        title: Some("renamed".to_owned()),
        ..other()
    };
    assert!([renamed, other()].contains(&said(&listed)), "{listed:?}");
    assert_eq!(bench.timeline().await.len(), 1);
}

pub(crate) async fn an_update_that_is_refused_says_why(bench: Bench) {
    let created = bench.created(full()).await;
    bench.service.refuse_writes();
    let outcome = bench.update(&created, &[Field::Title], other()).await;
    assert!(is_refused(&outcome), "{outcome:?}");
    let outcome = bench.delete(&created).await;
    assert!(is_refused(&outcome), "{outcome:?}");
    assert_eq!(bench.listed(&created.external_id).await, created);
}

pub(crate) async fn a_moved_series_keeps_its_wall_time_when_the_clocks_change(bench: Bench) {
    let run = event("run", "2026-03-28T09:00", "2026-03-28T10:00");
    let series = bench.entered(run.zone("Europe/Berlin").daily(3)).await;
    let later = span("2026-03-28T09:00:00Z", "2026-03-28T10:00:00Z", "UTC");
    let moved = bench.update(&series, &[Field::Time], plain("run", later));
    moved.await.unwrap();
    let expected = [
        "03-28 09:00-10:00 run",
        "03-29 08:00-09:00 run",
        "03-30 08:00-09:00 run",
    ];
    assert_eq!(bench.timeline().await, expected);
}

pub(crate) async fn a_series_renamed_by_an_update_keeps_its_moved_occurrence(bench: Bench) {
    let series = bench.put(meeting().daily(3));
    bench
        .service
        .move_occurrence(&series, "2026-03-11", "15:00", "16:00");
    let series = bench.listed(&ExternalId::new(series)).await;
    let daily = bench.update(&series, &[Field::Title], plain("daily", hour()));
    daily.await.unwrap();
    let times = bench.timeline().await;
    let times: Vec<_> = times.iter().map(|line| &line[..17]).collect();
    let expected = [
        "03-10 09:00-10:00",
        "03-11 15:00-16:00",
        "03-12 09:00-10:00",
    ];
    assert_eq!(times, expected);
}

pub(crate) async fn an_update_leaves_guests_and_what_they_answered(bench: Bench) {
    let guest = Detail::Guest("bo@partner.example", Answer::Declined);
    let event = bench.entered(meeting().with(guest)).await;
    bench.update(&event, &Field::ALL, other()).await.unwrap();
    let listed = bench.listed(&event.external_id).await;
    assert_eq!(listed.attendees, event.attendees);
    assert_eq!(said(&listed), other());
}

pub(crate) async fn guests_are_not_mailed_where_that_can_be_had(bench: Bench) {
    let guest = Detail::Guest("bo@partner.example", Answer::Accepted);
    let event = bench.entered(meeting().with(guest)).await;
    let changed = bench.update(&event, &[Field::Title], other());
    bench.delete(&changed.await.unwrap()).await.unwrap();
    assert_eq!(bench.service.mails() == 0, bench.provider.is_silent());
}
