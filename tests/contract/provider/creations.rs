//! Events that are created for tasks: once each, whatever happens.

use calsync::model::content::{Content, Field};
use calsync::model::id::{CreationKey, ExternalId};
use calsync::provider::{Creation, ProviderError};

use super::bench::Bench;
use super::service::event;
use super::writes::{days, full, hour, in_utc, is_refused, plain, said, span};

pub(crate) async fn a_created_event_says_what_was_asked_for(bench: Bench) {
    let mut picture = bench.list().await.unwrap();
    let time = span(
        "2026-03-10T08:00:00Z",
        "2026-03-10T09:30:00Z",
        "Europe/Berlin",
    );
    let content = Content {
        time: Some(time),
        ..full()
    };
    let created = bench.created(content.clone()).await;
    assert_eq!(said(&created), in_utc(content));
    assert!(created.etag.is_some() && created.organizer_self);
    bench.follow(&mut picture).await.unwrap();
    assert_eq!(picture.events[&created.external_id], created);
    assert_eq!(picture.events.len(), 1);
}

pub(crate) async fn a_created_event_of_whole_days_is_dates(bench: Bench) {
    let content = plain("fair", days("2026-03-28", "2026-03-31"));
    let created = bench.created(content.clone()).await;
    assert_eq!(created.time, content.time);
    assert_eq!(bench.timeline().await, ["03-28..03-31 fair"]);
}

pub(crate) async fn what_is_left_open_is_not_filled_in_by_us(bench: Bench) {
    let content = Content {
        time: Some(hour()),
        ..Content::default()
    };
    let created = bench.created(content).await;
    let texts = [&created.title, &created.description, &created.location];
    assert_eq!(texts, [&None; 3]);
    assert_eq!(created.attendees, []);
}

pub(crate) async fn a_creation_without_a_time_creates_nothing(bench: Bench) {
    let content = Content {
        time: None,
        ..full()
    };
    let error = bench.create(&bench.creation("t-1", content)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, ProviderError::Invalid { .. }), "{error:?}");
    assert_eq!(bench.timeline().await, Vec::<String>::new());
}

pub(crate) async fn what_is_created_twice_under_one_key_is_one_event(bench: Bench) {
    let creation = bench.creation("t-1", full());
    let first = bench.create(&creation).await.unwrap();
    let changed = Creation {
        content: plain("another", hour()),
        ..creation
    };
    let second = bench.create(&changed).await.unwrap();
    assert!(!first.is_found && second.is_found);
    assert_eq!(first.event, second.event);
    assert_eq!(bench.timeline().await, ["03-10 09:00-10:00 report"]);
}

pub(crate) async fn a_creation_whose_answer_is_lost_makes_one_event(bench: Bench) {
    let creation = bench.creation("t-1", full());
    bench.service.lose_answers_of_writes(1);
    match bench.create(&creation).await {
        Ok(created) => assert!(created.is_found),
        Err(error) => {
            let fits = matches!(error, ProviderError::Unavailable { .. });
            assert!(fits, "{error:?}");
        }
    }
    assert!(bench.create(&creation).await.unwrap().is_found);
    assert_eq!(bench.timeline().await, ["03-10 09:00-10:00 report"]);
}

pub(crate) async fn a_creation_whose_answers_are_all_lost_is_found(bench: Bench) {
    let creation = bench.creation("t-1", full());
    bench.service.lose_answers_of_writes(u32::MAX);
    let error = bench.create(&creation).await.unwrap_err();
    let fits = matches!(error, ProviderError::Unavailable { .. });
    assert!(fits, "{error:?}");
    let found = bench.find(&creation).await.unwrap().unwrap();
    assert_eq!(said(&found), full());
    assert_eq!(bench.listed(&found.external_id).await, found);
}

pub(crate) async fn the_key_of_a_deleted_event_is_used_up(bench: Bench) {
    let creation = bench.creation("t-1", full());
    let created = bench.create(&creation).await.unwrap().event;
    bench.service.delete(created.external_id.as_str());
    let error = bench.create(&creation).await.unwrap_err();
    assert!(matches!(error, ProviderError::Gone), "{error:?}");
    assert_eq!(bench.find(&creation).await.unwrap(), None);
    let next = Creation {
        key: CreationKey::of(&creation.task, &creation.calendar, 2),
        ..creation
    };
    assert!(!bench.create(&next).await.unwrap().is_found);
    assert_eq!(bench.timeline().await, ["03-10 09:00-10:00 report"]);
}

pub(crate) async fn an_event_that_was_never_created_is_not_found(bench: Bench) {
    let creation = bench.creation("t-1", full());
    assert_eq!(bench.find(&creation).await.unwrap(), None);
    let created = bench.create(&creation).await.unwrap();
    assert_eq!(bench.find(&creation).await.unwrap(), Some(created.event));
    let other = bench.creation("t-2", full());
    assert_eq!(bench.find(&other).await.unwrap(), None);
}

pub(crate) async fn an_event_of_another_task_is_not_found_under_the_same_key(bench: Bench) {
    let creation = bench.creation("t-1", full());
    bench.create(&creation).await.unwrap();
    let other = Creation {
        key: creation.key,
        ..bench.creation("t-2", full())
    };
    assert_eq!(bench.find(&other).await.unwrap(), None);
    let error = bench.create(&other).await.unwrap_err();
    assert!(matches!(error, ProviderError::Conflict { .. }), "{error:?}");
}

pub(crate) async fn an_event_that_nobody_created_for_a_task_is_not_found(bench: Bench) {
    bench.put(event("report", "2026-03-10T09:00", "2026-03-10T10:00"));
    let creation = bench.creation("t-1", full());
    assert_eq!(bench.find(&creation).await.unwrap(), None);
    assert!(!bench.create(&creation).await.unwrap().is_found);
}

pub(crate) async fn a_refused_creation_says_why(bench: Bench) {
    bench.service.add_calendar("Shared", false);
    let calendars = bench.provider.calendars(&bench.session).await.unwrap();
    let shared = calendars.iter().find(|one| one.name == "Shared").unwrap();
    let elsewhere = Creation {
        calendar: shared.external_id.clone(),
        ..bench.creation("t-1", full())
    };
    let outcome = bench.create(&elsewhere).await;
    assert!(is_refused(&outcome), "{outcome:?}");
    let nowhere = Creation {
        calendar: ExternalId::new("nobodys"),
        ..bench.creation("t-1", full())
    };
    bench.create(&nowhere).await.unwrap_err();
    assert_eq!(bench.timeline().await, Vec::<String>::new());
}

pub(crate) async fn nobody_is_mailed_about_an_event_of_a_task(bench: Bench) {
    let created = bench.created(full()).await;
    let changed = bench.update(&created, &Field::ALL, plain("another", hour()));
    bench.delete(&changed.await.unwrap()).await.unwrap();
    assert_eq!(bench.service.mails(), 0);
}
