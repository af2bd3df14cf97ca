//! Watches of calendars.

use calsync::model::account::ProviderKind;
use calsync::model::calendar::WatchSupport;
use calsync::model::id::{CalendarId, WatchId};
use calsync::model::watch::{Watch, WatchGrant};
use calsync::store::StoreError;

use super::bench::Bench;
use super::build::{at, user_id};

fn id(name: &str) -> WatchId {
    WatchId::new(name)
}

/// A watch of the bench's calendar that was asked for.
fn requested(bench: &Bench, name: &str) -> Watch {
    Watch {
        id: id(name),
        provider: ProviderKind::Google,
        user_id: user_id("u"),
        calendar_id: bench.calendar.clone(),
        requested_at: at("2026-03-10T09:00"),
        grant: None,
        is_stopping: false,
    }
}

fn grant(external_id: &str) -> WatchGrant {
    WatchGrant {
        external_id: external_id.to_owned(),
        resource_id: Some("r".to_owned()),
        until: at("2026-03-17T09:00"),
    }
}

async fn request(bench: &Bench, name: &str) {
    let watch = requested(bench, name);
    bench.store.watch_request(watch).await.unwrap();
}

async fn confirm(bench: &Bench, name: &str) -> bool {
    let confirmed = bench.store.watch_confirm(&id(name), grant(name)).await;
    confirmed.unwrap()
}

async fn watches(bench: &Bench) -> Vec<Watch> {
    bench.store.watch_list(Some(&bench.calendar)).await.unwrap()
}

async fn support(bench: &Bench) -> WatchSupport {
    let calendar = bench.store.calendar_find(&bench.calendar).await.unwrap();
    calendar.unwrap().watch_support
}

/// The calendar of a watch, by one of its ids.
async fn led_to(bench: &Bench, name: &str) -> Option<CalendarId> {
    let asked = vec!["unknown".to_owned(), name.to_owned()];
    let google = ProviderKind::Google;
    let mut found = bench.store.watch_calendars(google, asked).await.unwrap();
    assert!(found.len() <= 1);
    found.remove(name).map(|watched| watched.calendar_id)
}

pub(crate) async fn a_watch_is_known_before_it_is_granted(bench: Bench) {
    request(&bench, "w").await;
    assert_eq!(watches(&bench).await, [requested(&bench, "w")]);
    assert!(confirm(&bench, "w").await);
    let granted = Watch {
        grant: Some(grant("w")),
        ..requested(&bench, "w")
    };
    assert_eq!(watches(&bench).await, std::slice::from_ref(&granted));
    assert_eq!(bench.store.watch_list(None).await.unwrap(), [granted]);
    let other = bench
        .store
        .watch_list(Some(&CalendarId::new("other")))
        .await;
    assert_eq!(other.unwrap(), []);
}

pub(crate) async fn a_granted_watch_replaces_those_before_it(bench: Bench) {
    for name in ["old", "unanswered", "new"] {
        request(&bench, name).await;
    }
    confirm(&bench, "old").await;
    confirm(&bench, "new").await;
    let stopping = watches(&bench).await.into_iter().map(|watch| {
        let granted = watch.grant.is_some();
        (watch.id.to_string(), watch.is_stopping, granted)
    });
    let expected = [
        ("new", false, true),
        ("old", true, true),
        ("unanswered", true, false),
    ];
    let expected = expected.map(|(name, stopping, granted)| (name.to_owned(), stopping, granted));
    assert_eq!(stopping.collect::<Vec<_>>(), expected);
}

pub(crate) async fn a_watch_that_is_gone_cannot_be_confirmed(bench: Bench) {
    request(&bench, "old").await;
    confirm(&bench, "old").await;
    request(&bench, "w").await;
    bench.store.watch_remove(&id("w")).await.unwrap();
    assert!(!confirm(&bench, "w").await);
    let left = watches(&bench).await;
    assert_eq!(left.len(), 1);
    assert!(!left[0].is_stopping, "nothing took its place");
}

pub(crate) async fn a_watch_needs_its_calendar(bench: Bench) {
    let watch = Watch {
        calendar_id: CalendarId::new("unknown"),
        ..requested(&bench, "w")
    };
    let refused = bench.store.watch_request(watch).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoSuch(_)), "{refused:?}");
}

pub(crate) async fn a_watch_that_is_not_wanted_waits_to_be_stopped(bench: Bench) {
    request(&bench, "w").await;
    confirm(&bench, "w").await;
    bench.store.watch_discard(&id("w")).await.unwrap();
    let left = watches(&bench).await;
    assert!(left[0].is_stopping && left[0].grant == Some(grant("w")));
    bench.store.watch_remove(&id("w")).await.unwrap();
    assert_eq!(watches(&bench).await, []);
}

pub(crate) async fn a_refusal_is_kept_until_a_watch_is_granted(bench: Bench) {
    assert_eq!(support(&bench).await, WatchSupport::Possible);
    let refused_at = at("2026-03-10T09:00");
    bench
        .store
        .watch_refuse(&bench.calendar, "holidays", refused_at)
        .await
        .unwrap();
    let refused = WatchSupport::Refused {
        reason: "holidays".to_owned(),
        at: refused_at,
    };
    assert_eq!(support(&bench).await, refused);
    request(&bench, "w").await;
    assert_eq!(support(&bench).await, refused);
    confirm(&bench, "w").await;
    assert_eq!(support(&bench).await, WatchSupport::Possible);
}

pub(crate) async fn watches_lead_to_their_calendars_by_both_ids(bench: Bench) {
    request(&bench, "w").await;
    assert_eq!(led_to(&bench, "w").await, Some(bench.calendar.clone()));
    assert_eq!(led_to(&bench, "subscription").await, None);
    let confirmed = bench
        .store
        .watch_confirm(&id("w"), grant("subscription"))
        .await;
    assert!(confirmed.unwrap());
    for name in ["w", "subscription"] {
        assert_eq!(led_to(&bench, name).await, Some(bench.calendar.clone()));
    }
    let elsewhere = bench
        .store
        .watch_calendars(ProviderKind::Microsoft, vec!["w".to_owned()])
        .await;
    assert!(elsewhere.unwrap().is_empty());
}

pub(crate) async fn a_watch_goes_with_its_calendar(bench: Bench) {
    request(&bench, "w").await;
    bench.store.account_remove(&bench.account).await.unwrap();
    assert_eq!(bench.store.watch_list(None).await.unwrap(), []);
    assert_eq!(led_to(&bench, "w").await, None);
}
