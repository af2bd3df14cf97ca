//! Stages and how they become visible.

use calsync::model::calendar::AccessRole;
use calsync::model::event::{
    Attendee, Event, EventStatus, Reminders, ResponseStatus, Transparency,
};
use calsync::model::id::{CalendarId, EventId, ExternalId, SyncToken};
use calsync::model::lease::LeaseName;
use calsync::model::time::{EventTime, Zone};
use calsync::store::{Applied, Coverage, StoreError};

use super::bench::{Bench, lease, now};
use super::build::{Build, at, event, gone, listed, window};

pub(super) fn counts(applied: &Applied) -> (u64, u64, u64) {
    (applied.created, applied.updated, applied.removed)
}

pub(crate) async fn a_stage_is_seen_by_nobody(bench: Bench) {
    bench.stage(vec![event("a").upsert()]).await;
    assert!(bench.timeline().await.is_empty());
    assert_eq!(bench.calendar().await.sync_token, None);
    assert_eq!(bench.removals(Coverage::Everything).await.live, 0);
}

pub(crate) async fn a_pull_stores_events_token_window_and_moment(bench: Bench) {
    let applied = bench
        .everything(vec![
            event("a").upsert(),
            event("b").days("2026-03-02", "2026-03-05").upsert(),
        ])
        .await;
    assert_eq!(counts(&applied), (2, 0, 0));
    assert_eq!(bench.timeline().await, ["03-02 b", "03-10T09:00 a"]);
    let calendar = bench.calendar().await;
    assert_eq!(calendar.sync_token, Some(SyncToken::new("next")));
    assert_eq!(calendar.window, Some(window("2026-03-01", "2026-04-01")));
    assert_eq!(calendar.last_pulled_at, Some(now()));
    let row = &bench.rows().await[1];
    assert_eq!(
        row.event_id,
        EventId::of(&bench.calendar, &ExternalId::new("a"))
    );
    assert_eq!(row.ends_at, Some(at("2026-03-10T10:00")));
}

pub(crate) async fn an_empty_pull_moves_only_the_cursor(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    let mut plan = bench.plan(Coverage::Changes);
    plan.token = None;
    plan.now = at("2026-03-11T12:00");
    assert_eq!(bench.apply(plan).await, Applied::default());
    let calendar = bench.calendar().await;
    assert_eq!(calendar.sync_token, None);
    assert_eq!(calendar.last_pulled_at, Some(at("2026-03-11T12:00")));
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
}

pub(crate) async fn the_last_change_of_an_event_counts(bench: Bench) {
    bench
        .stage(vec![event("a").upsert(), event("b").upsert(), gone("c")])
        .await;
    let renamed = event("a").with(|event| event.title = Some("renamed".to_owned()));
    bench
        .stage(vec![gone("b"), renamed.upsert(), event("c").upsert()])
        .await;
    assert_eq!(bench.removals(Coverage::Changes).await.staged, 3);
    let applied = bench.changes(Vec::new()).await;
    assert_eq!(counts(&applied), (2, 0, 0));
    assert_eq!(
        bench.timeline().await,
        ["03-10T09:00 c", "03-10T09:00 renamed"]
    );
    assert_eq!(bench.removals(Coverage::Changes).await.staged, 0);
}

pub(crate) async fn no_version_of_an_event_replaces_a_newer_one(bench: Bench) {
    let version = |title: &str, on: Option<&str>| {
        let titled = |event: &mut Event| event.title = Some(title.to_owned());
        let dated = |event: &mut Event| event.updated_at = on.map(at);
        event("a").with(titled).with(dated).upsert()
    };
    let (old, new) = (Some("2026-03-01T08:00"), Some("2026-03-01T09:00"));
    bench.stage(vec![version("new", new)]).await;
    bench.changes(vec![version("old", old)]).await;
    assert_eq!(bench.timeline().await, ["03-10T09:00 new"]);
    bench.stage(vec![version("first", new)]).await;
    bench.changes(vec![version("last", new)]).await;
    assert_eq!(bench.timeline().await, ["03-10T09:00 last"]);
    bench.stage(vec![version("dated", new)]).await;
    bench.changes(vec![version("undated", None)]).await;
    assert_eq!(bench.timeline().await, ["03-10T09:00 undated"]);
}

pub(crate) async fn a_listing_that_repeats_itself_changes_nothing(bench: Bench) {
    let listing = || {
        vec![
            rich().upsert(),
            event("s").repeats("FREQ=DAILY;COUNT=3").upsert(),
            event("x")
                .instead_of("s", "2026-03-11T09:00")
                .cancelled()
                .upsert(),
        ]
    };
    assert_eq!(counts(&bench.everything(listing()).await), (2, 0, 0));
    let before = bench.rows().await;
    assert_eq!(bench.everything(listing()).await, Applied::default());
    assert_eq!(bench.rows().await, before);
    assert_eq!(bench.changes(listing()).await, Applied::default());
}

/// An event that says something in every field.
fn rich() -> Event {
    let mut event = event("rich");
    event.ical_uid = Some("uid".to_owned());
    event.description = Some("text".to_owned());
    event.location = Some("room".to_owned());
    event.visibility = Some("private".to_owned());
    event.response = Some(ResponseStatus::Accepted);
    event.attendees = vec![Attendee {
        email: Some("b@example.org".to_owned()),
        name: None,
        response: None,
        optional: true,
        is_self: false,
    }];
    event.reminders = Some(Reminders::Minutes(vec![10]));
    event.conference_url = Some("https://meet.example.org".to_owned());
    event.html_link = Some("https://calendar.example.org".to_owned());
    event.updated_at = Some(at("2026-03-01T08:00:00.123Z"));
    event
}

/// The time of [`rich`] as if it had been entered in Berlin.
fn in_berlin() -> EventTime {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    EventTime::timed(at("2026-03-10T09:00"), at("2026-03-10T10:00"), zone)
}

pub(crate) async fn every_field_of_an_event_is_compared(bench: Bench) {
    let edits: [fn(&mut Event); 16] = [
        |event| event.etag = Some("2".to_owned()),
        |event| event.ical_uid = None,
        |event| event.time = Some(in_berlin()),
        |event| event.status = EventStatus::Tentative,
        |event| event.title = None,
        |event| event.description = None,
        |event| event.location = None,
        |event| event.transparency = Transparency::Transparent,
        |event| event.visibility = None,
        |event| event.organizer_self = false,
        |event| event.response = None,
        |event| event.attendees.clear(),
        |event| event.reminders = Some(Reminders::Default),
        |event| event.conference_url = None,
        |event| event.html_link = None,
        |event| event.updated_at = None,
    ];
    for (index, edit) in edits.into_iter().enumerate() {
        bench.changes(vec![rich().upsert()]).await;
        let applied = bench.changes(vec![rich().with(edit).upsert()]).await;
        assert_eq!(counts(&applied), (0, 1, 0), "edit {index}");
    }
}

pub(crate) async fn an_unstaged_listing_leaves_no_trace(bench: Bench) {
    bench.stage(vec![event("a").upsert()]).await;
    bench.store.event_unstage(&bench.calendar).await.unwrap();
    assert_eq!(bench.changes(vec![event("b").upsert()]).await.created, 1);
    assert_eq!(bench.timeline().await, ["03-10T09:00 b"]);
}

pub(crate) async fn stages_of_two_calendars_do_not_mix(bench: Bench) {
    let listing = ["main", "other"].map(|id| listed(id, AccessRole::Owner));
    let calendars = bench.discover(listing.into()).await;
    let other = calendars.iter().find(|c| c.id != bench.calendar).unwrap();
    bench.hold(&other.id).await;
    let page = vec![event("same").upsert(), event("b").upsert()];
    bench.store.event_stage(&other.id, page).await.unwrap();
    let applied = bench.everything(vec![event("same").upsert()]).await;
    assert_eq!(counts(&applied), (1, 0, 0));
    let mut plan = bench.plan(Coverage::Everything);
    plan.calendar = other.id.clone();
    plan.lease = lease(&other.id, "cycle");
    assert_eq!(counts(&bench.apply(plan).await), (2, 0, 0));
    assert_eq!(bench.timeline().await.len(), 3);
}

pub(crate) async fn a_lost_lease_writes_nothing(bench: Bench) {
    bench.changes(vec![event("a").upsert()]).await;
    let before = bench.calendar().await;
    let name = LeaseName::Calendar(bench.calendar.clone());
    bench.store.lease_release(&name, "cycle").await.unwrap();
    for taken in [false, true] {
        if taken {
            let other = lease(&bench.calendar, "other");
            assert!(bench.store.lease_acquire(&other, now()).await.unwrap());
        }
        bench.stage(vec![event("b").upsert(), gone("a")]).await;
        let mut plan = bench.plan(Coverage::Everything);
        plan.token = Some(SyncToken::new("later"));
        let refused = bench.store.event_apply(plan).await.unwrap_err();
        assert!(matches!(refused, StoreError::LeaseLost(_)), "{refused}");
    }
    assert_eq!(bench.calendar().await, before);
    assert_eq!(bench.timeline().await, ["03-10T09:00 a"]);
}

pub(crate) async fn a_lease_that_ended_but_that_nobody_took_protects(bench: Bench) {
    bench.stage(vec![event("a").upsert()]).await;
    let mut plan = bench.plan(Coverage::Changes);
    plan.now = at("2026-03-10T20:00");
    assert_eq!(bench.apply(plan).await.created, 1);
}

pub(crate) async fn a_pull_of_a_removed_calendar_is_refused(bench: Bench) {
    bench.stage(vec![event("a").upsert()]).await;
    bench.store.account_remove(&bench.account).await.unwrap();
    let refused = bench.store.event_apply(bench.plan(Coverage::Changes)).await;
    assert!(matches!(refused, Err(StoreError::NoSuch(_))));
    let unknown = CalendarId::new("cal-0");
    let removals = bench.store.event_removals(&unknown, Coverage::Everything);
    assert_eq!(removals.await.unwrap().live, 0);
}

pub(crate) async fn ids_that_differ_in_one_character_are_two_events(bench: Bench) {
    let ids = ["x_y", "x-y", "X-y", "x-y "];
    let page = || ids.iter().map(|id| event(id).upsert()).collect();
    assert_eq!(bench.everything(page()).await.created, 4);
    assert_eq!(bench.everything(page()).await, Applied::default());
}

pub(crate) async fn an_event_without_title_or_length_is_kept(bench: Bench) {
    let bare = event("bare")
        .at("2026-03-10T09:00", "2026-03-10T09:00")
        .with(|event| event.title = None);
    let odd = event("odd").with(|event| event.title = Some("nul\0 and ü \u{1f600}".to_owned()));
    bench.changes(vec![bare.upsert(), odd.upsert()]).await;
    let titles: Vec<_> = bench
        .rows()
        .await
        .into_iter()
        .map(|row| row.title)
        .collect();
    assert_eq!(titles, [None, Some("nul\0 and ü \u{1f600}".to_owned())]);
}
