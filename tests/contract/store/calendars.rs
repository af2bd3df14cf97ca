//! Calendars and their discovery.

use calsync::model::calendar::{AccessRole, Backoff, Discovered};
use calsync::model::id::{AccountId, CalendarId};
use calsync::store::StoreError;

use super::bench::{Bench, discovery, now};
use super::build::{Build, at, event, listed, user, user_id};

pub(crate) async fn new_calendars_are_active_if_they_can_be_read(bench: Bench) {
    let roles = [
        (AccessRole::Owner, true),
        (AccessRole::Writer, true),
        (AccessRole::Reader, true),
        (AccessRole::FreeBusyReader, true),
        (AccessRole::None, false),
    ];
    let named = |role: AccessRole| listed(role.as_str(), role);
    let calendars = bench
        .discover(roles.map(|(role, _)| named(role)).into())
        .await;
    for (role, active) in roles {
        let found = calendars
            .iter()
            .find(|c| c.external_id.as_str() == role.as_str());
        let found = found.unwrap();
        assert_eq!((found.access_role, found.is_active), (role, active));
        assert_eq!(found.timezone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(
            (found.user_id.as_str(), &found.account_id),
            ("u", &bench.account)
        );
        assert!(found.is_listed && found.sync_token.is_none() && found.window.is_none());
    }
}

pub(crate) async fn the_first_writable_main_calendar_is_written_to(bench: Bench) {
    let main = |id: &str, role| {
        let mut calendar = listed(id, role);
        calendar.is_primary = true;
        calendar
    };
    let calendars = vec![
        listed("other", AccessRole::Owner),
        main("read", AccessRole::Reader),
        main("first", AccessRole::Writer),
        main("second", AccessRole::Owner),
    ];
    let written = |calendars: Vec<calsync::model::calendar::Calendar>| {
        let chosen = calendars.into_iter().filter(|c| c.is_primary_write);
        chosen
            .map(|c| c.external_id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(written(bench.discover(calendars.clone()).await), ["first"]);
    let mut reversed = calendars;
    reversed.reverse();
    assert_eq!(written(bench.discover(reversed).await), ["first"]);
    let account = bench.import("u", "second@example.org").await;
    let second = discovery(&account.id, vec![main("of the second", AccessRole::Owner)]);
    bench.store.calendar_discover(second).await.unwrap();
    let all = bench.store.calendar_list(None).await.unwrap();
    assert_eq!(written(all), ["first"], "a user has one such calendar");
}

pub(crate) async fn a_second_discovery_changes_nothing(bench: Bench) {
    let before = bench.store.calendar_list(None).await.unwrap();
    let again = discovery(&bench.account, vec![listed("main", AccessRole::Owner)]);
    let discovered = bench.store.calendar_discover(again).await.unwrap();
    assert_eq!(discovered, Discovered::default());
    assert_eq!(bench.store.calendar_list(None).await.unwrap(), before);
    let account = bench.store.account_list(Some(&user_id("u"))).await.unwrap();
    assert_eq!(account[0].discovered_at, Some(now()));
}

pub(crate) async fn a_known_calendar_follows_the_provider_but_not_in_what_the_user_chose(
    bench: Bench,
) {
    assert!(
        bench
            .store
            .calendar_set_active(&bench.calendar, false)
            .await
            .unwrap()
    );
    let mut renamed = listed("main", AccessRole::Reader);
    renamed.name = "Renamed".to_owned();
    renamed.timezone = None;
    let found = bench.discover(vec![renamed]).await.remove(0);
    assert_eq!(found.id, bench.calendar);
    assert_eq!(found.name, "Renamed");
    assert_eq!(found.timezone, None);
    assert_eq!(found.access_role, AccessRole::Reader);
    assert!(!found.is_active);
}

pub(crate) async fn a_calendar_no_longer_listed_is_kept_and_may_return(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    for gone in [1, 0] {
        let empty = discovery(&bench.account, Vec::new());
        let discovered = bench.store.calendar_discover(empty).await.unwrap();
        assert_eq!(discovered, Discovered { created: 0, gone });
    }
    let missing = bench.calendar().await;
    assert!(!missing.is_listed && missing.is_active);
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
    let found = bench
        .discover(vec![listed("main", AccessRole::Owner)])
        .await;
    assert!(found[0].is_listed);
    assert_eq!(found[0].id, bench.calendar);
}

pub(crate) async fn a_discovery_needs_its_account(bench: Bench) {
    let stray = discovery(&AccountId::new("a-0"), vec![listed("x", AccessRole::Owner)]);
    let refused = bench.store.calendar_discover(stray).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoSuch(_)), "{refused}");
    assert_eq!(bench.store.calendar_list(None).await.unwrap().len(), 1);
}

pub(crate) async fn one_calendar_of_a_user_is_written_to(bench: Bench) {
    let listing = ["main", "other"].map(|id| listed(id, AccessRole::Owner));
    let calendars = bench.discover(listing.into()).await;
    for chosen in &calendars {
        assert!(
            bench
                .store
                .calendar_set_primary_write(&chosen.id)
                .await
                .unwrap()
        );
        let all = bench.store.calendar_list(None).await.unwrap();
        for calendar in all {
            assert_eq!(calendar.is_primary_write, calendar.id == chosen.id);
        }
    }
    let unknown = CalendarId::new("cal-0");
    assert!(
        !bench
            .store
            .calendar_set_primary_write(&unknown)
            .await
            .unwrap()
    );
    assert!(
        !bench
            .store
            .calendar_set_active(&unknown, true)
            .await
            .unwrap()
    );
}

pub(crate) async fn a_backoff_is_kept_until_a_pull_succeeds(bench: Bench) {
    let backoff = Backoff {
        failures: 3,
        next_attempt_at: Some(at("2026-03-10T12:20")),
        reason: Some("not_found".to_owned()),
    };
    let save = bench
        .store
        .calendar_save_backoff(&bench.calendar, backoff.clone());
    save.await.unwrap();
    assert_eq!(bench.calendar().await.backoff, backoff);
    bench.changes(Vec::new()).await;
    assert_eq!(bench.calendar().await.backoff, Backoff::default());
    let unknown = CalendarId::new("cal-0");
    let refused = bench.store.calendar_save_backoff(&unknown, backoff).await;
    assert!(matches!(refused, Err(StoreError::NoSuch(_))));
}

pub(crate) async fn a_calendar_that_is_not_synced_is_hidden(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    bench
        .store
        .calendar_set_active(&bench.calendar, false)
        .await
        .unwrap();
    assert!(bench.timeline().await.is_empty());
    bench
        .store
        .calendar_set_active(&bench.calendar, true)
        .await
        .unwrap();
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
}

pub(crate) async fn calendars_are_listed_by_user_account_and_name(bench: Bench) {
    bench.store.user_upsert(vec![user("a")]).await.unwrap();
    let account = bench.import("a", "a@example.org").await;
    let listing = ["z", "y"].map(|id| listed(id, AccessRole::Owner));
    let discovered = discovery(&account.id, listing.into());
    bench.store.calendar_discover(discovered).await.unwrap();
    let ids = |calendars: Vec<calsync::model::calendar::Calendar>| {
        let ids = calendars.into_iter().map(|c| c.external_id.to_string());
        ids.collect::<Vec<_>>()
    };
    let all = bench.store.calendar_list(None).await.unwrap();
    assert_eq!(ids(all), ["y", "z", "main"]);
    let of_user = bench
        .store
        .calendar_list(Some(&user_id("u")))
        .await
        .unwrap();
    assert_eq!(ids(of_user), ["main"]);
}
