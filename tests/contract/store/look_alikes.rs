//! Which events may be one meeting, and the questions about them.

use calsync::model::calendar::AccessRole;
use calsync::model::id::ConflictId;
use calsync::model::look_alike::Presence;
use calsync::store::{Coverage, Note};

use super::bench::{Bench, discovery, now};
use super::build::{Build, event, gone, listed, user_id, window};
use super::twins::{Both, discover};

/// Two events at the same time, one at each provider.
async fn two(bench: Bench) -> Both {
    let both = Both::of(bench).await;
    both.put([event("g"), event("m")]).await;
    both
}

fn with_uid(event: calsync::model::event::Event, uid: &str) -> calsync::model::event::Event {
    event.with(|event| event.ical_uid = Some(uid.to_owned()))
}

pub(crate) async fn pairs_share_their_time_or_uid_and_occurrence(bench: Bench) {
    let both = Both::of(bench).await;
    let later = |id| event(id).at("2026-03-11T09:00", "2026-03-11T10:00");
    let longer = |id| event(id).at("2026-03-11T09:00", "2026-03-11T11:00");
    let moved = |id, start, end| event(id).at(start, end).instead_of("s", "2026-03-12T09:00");
    both.put([
        event("g same time"),
        event("m same time"),
        with_uid(later("g uid"), "x"),
        with_uid(longer("m uid"), "x"),
        longer("g another end").at("2026-03-14T09:00", "2026-03-14T10:00"),
        longer("m another end").at("2026-03-14T09:00", "2026-03-14T11:00"),
        with_uid(moved("g slot", "2026-03-12T09:00", "2026-03-12T10:00"), "y"),
        with_uid(moved("m slot", "2026-03-13T09:00", "2026-03-13T10:00"), "y"),
        event("g days").days("2026-03-20", "2026-03-21"),
        event("m days").days("2026-03-20", "2026-03-21"),
        event("m hours").at("2026-03-20T00:00", "2026-03-21T00:00"),
    ])
    .await;
    let expected = [
        "g days m days",
        "g same time m same time",
        "g slot m slot",
        "g uid m uid",
    ];
    assert_eq!(both.pairs().await, expected);
    let twins = both.twins().await;
    let first = &twins[0].first;
    assert_eq!(first.id, both.id(first.event.external_id.as_str()));
    assert_eq!(first.presence, Presence::Shown);
    assert!(twins[0].first.id < twins[0].second.id);
}

pub(crate) async fn events_of_one_provider_are_no_pair(bench: Bench) {
    let both = Both::of(bench).await;
    both.put([event("g1"), event("g2")]).await;
    assert_eq!(both.pairs().await, [""; 0]);
}

pub(crate) async fn events_of_two_users_are_no_pair(bench: Bench) {
    let both = two(bench).await;
    let bench = &both.bench;
    let users = vec![super::build::user("v")];
    bench.store.user_upsert(users).await.unwrap();
    let account = bench.import("v", "v@example.org").await.id;
    let calendar = discover(bench, &account, "theirs").await;
    both.pull(&calendar, vec![event("v").upsert()]).await;
    assert_eq!(both.twins_of(&user_id("v")).await, []);
    assert_eq!(both.pairs().await, ["g m"]);
}

pub(crate) async fn what_the_timeline_has_no_place_for_is_no_pair(bench: Bench) {
    let both = two(bench).await;
    both.remove("g").await;
    assert_eq!(both.pairs().await, [""; 0], "removed");
    both.put([event("g")]).await;
    both.active(&both.other, false).await;
    assert_eq!(both.pairs().await, [""; 0], "not synced");
    both.active(&both.other, true).await;
    let listing = vec![listed("another", AccessRole::Owner)];
    let discovered = discovery(&both.mailbox, listing);
    let store = &both.bench.store;
    store.calendar_discover(discovered).await.unwrap();
    assert_eq!(both.pairs().await, [""; 0], "no longer listed");
    discover(&both.bench, &both.mailbox, "outlook").await;
    assert_eq!(both.pairs().await, ["g m"]);
    let april = window("2026-04-01", "2026-05-01");
    both.bench.roll(april, Vec::new()).await;
    assert_eq!(both.pairs().await, [""; 0], "out of the window");
    let march = window("2026-03-01", "2026-04-01");
    both.bench.roll(march, Vec::new()).await;
    both.bench.braked(Vec::new(), "c-park").await;
    assert_eq!(both.pairs().await, [""; 0], "waits to be removed");
}

pub(crate) async fn pairs_come_in_pages(bench: Bench) {
    let both = Both::of(bench).await;
    let ids = ["g1", "g2", "g3", "m1", "m2"];
    both.put(ids.map(event)).await;
    let (store, user) = (&both.bench.store, user_id("u"));
    let mut seen = Vec::new();
    let mut after = None;
    for expected in [4, 2, 0] {
        let page = store.look_alike_list(&user, after, 4).await.unwrap();
        assert_eq!(page.len(), expected);
        after = page.last().map(calsync::model::look_alike::Twins::key);
        seen.extend(page);
    }
    assert_eq!(seen, both.twins().await);
    assert!(seen.is_sorted_by_key(|twins| twins.key()));
}

pub(crate) async fn series_are_a_pair_once_however_often_they_take_place(bench: Bench) {
    let both = Both::of(bench).await;
    let daily = |id| event(id).repeats("FREQ=DAILY");
    let later = daily("m later").at("2026-03-11T09:00", "2026-03-11T10:00");
    both.put([daily("g"), daily("m"), later]).await;
    assert_eq!(both.pairs().await, ["g m"]);
}

pub(crate) async fn a_crowd_at_one_moment_is_not_compared(bench: Bench) {
    let both = Both::of(bench).await;
    let at_google: Vec<_> = (0..49).map(|n| event(&format!("g{n}")).upsert()).collect();
    both.pull(&both.bench.calendar, at_google).await;
    both.put([event("m")]).await;
    assert_eq!(both.pairs().await.len(), 49);
    both.put([event("m2")]).await;
    assert_eq!(both.pairs().await, [""; 0]);
}

pub(crate) async fn two_events_are_asked_about_once(bench: Bench) {
    let both = two(bench).await;
    let notes = [both.ask("c-1", "g", "m"), both.ask("c-2", "m", "g")];
    assert_eq!(both.note(notes).await, (1, 0, 0));
    assert_eq!(both.note([both.settled("c-3", "g", "m")]).await, (0, 0, 0));
    assert_eq!(both.pairs().await, ["g m c-1 open"]);
    assert_eq!(both.timeline().await.len(), 2);
    assert_eq!(
        both.found("c-1").await.unwrap(),
        both.question("c-1", "g", "m")
    );
    let settle = Note::Settle {
        id: ConflictId::new("c-1"),
        kept: both.id("g"),
        strategy: "prefer_google",
    };
    assert_eq!(both.note([settle.clone()]).await, (0, 1, 0));
    assert_eq!(both.note([settle]).await, (0, 0, 0));
    assert_eq!(both.note([both.ask("c-2", "g", "m")]).await, (0, 0, 0));
    assert_eq!(both.pairs().await, ["g m c-1 one"]);
}

pub(crate) async fn a_settled_question_names_the_event_that_is_kept_first(bench: Bench) {
    let both = two(bench).await;
    both.note([both.ask("c-1", "g", "m")]).await;
    assert!(both.keep("c-1", "m").await);
    let settled = both.found("c-1").await.unwrap();
    assert_eq!(settled.event_id, Some(both.id("m")));
    assert_eq!(settled.other_event_id, Some(both.id("g")));
    assert_eq!(settled.calendar_id, both.other);
    assert_eq!(settled.strategy.as_deref(), Some("keep_one"));
    assert_eq!(settled.resolved_at, Some(now()));
    assert_eq!(both.timeline().await, ["03-10T09:00 m"]);
}

pub(crate) async fn a_person_may_choose_anew(bench: Bench) {
    let both = two(bench).await;
    both.note([both.settled("c-1", "g", "m")]).await;
    for (kept, shown) in [("m", "m"), ("g", "g"), ("both", "g m"), ("m", "m")] {
        assert!(both.keep("c-1", kept).await);
        assert_eq!(both.shown().await.join(" "), shown);
    }
    assert_eq!(both.questions().await, ["c-1 resolved"]);
}

pub(crate) async fn two_meetings_are_not_asked_about_again(bench: Bench) {
    let both = two(bench).await;
    both.note([both.ask("c-1", "g", "m")]).await;
    assert!(both.keep("c-1", "both").await);
    assert_eq!(both.note([both.ask("c-2", "g", "m")]).await, (0, 0, 0));
    assert_eq!(both.pairs().await, ["g m c-1 both"]);
    both.put([event("m2")]).await;
    both.note([both.settled("c-2", "m2", "g")]).await;
    assert_eq!(both.questions().await, ["c-1 resolved", "c-2 resolved"]);
}

pub(crate) async fn what_cannot_be_chosen_changes_nothing(bench: Bench) {
    let both = two(bench).await;
    both.put([event("m2")]).await;
    both.note([both.ask("c-1", "g", "m"), both.ask("c-2", "g", "m2")])
        .await;
    assert!(!both.keep("c-3", "g").await, "no such question");
    assert!(!both.keep("c-1", "m2").await, "not about it");
    assert!(both.keep("c-2", "m2").await);
    assert_eq!(both.questions().await, ["c-1 moot", "c-2 resolved"]);
    assert!(!both.keep("c-1", "m").await, "moot");
    both.remove("m2").await;
    assert!(!both.keep("c-2", "g").await, "gone");
    both.bench.braked(Vec::new(), "c-park").await;
    assert!(!both.keep("c-park", "both").await, "another question");
}

pub(crate) async fn what_changed_meanwhile_is_not_written_down(bench: Bench) {
    let both = two(bench).await;
    both.put([event("m2")]).await;
    let (ask, settle) = (both.ask("c-1", "g", "m"), both.settled("c-2", "g", "m"));
    both.remove("m").await;
    assert_eq!(both.note([ask, settle]).await, (0, 0, 0));
    both.note([both.settled("c-3", "m2", "g")]).await;
    both.put([event("m")]).await;
    assert_eq!(both.note([both.ask("c-4", "g", "m")]).await, (0, 0, 0));
    assert_eq!(both.questions().await, ["c-3 resolved"]);
}

pub(crate) async fn questions_are_listed_until_they_are_moot(bench: Bench) {
    let both = two(bench).await;
    both.note([both.ask("c-1", "g", "m")]).await;
    both.remove("m").await;
    let twins = both.twins().await;
    assert_eq!(twins.len(), 1);
    let presences = [twins[0].first.presence, twins[0].second.presence];
    assert!(presences.contains(&Presence::Gone) && presences.contains(&Presence::Shown));
    both.active(&both.other, false).await;
    assert_eq!(both.pairs().await, ["g m c-1 open"], "one provider is left");
    let drop = || Note::Drop(ConflictId::new("c-1"));
    assert_eq!(both.note([drop(), drop()]).await, (0, 0, 1));
    assert_eq!(both.pairs().await, [""; 0]);
    assert_eq!(both.questions().await, ["c-1 moot"]);
}

pub(crate) async fn a_settlement_about_a_cancelled_exception_is_looked_at(bench: Bench) {
    let both = Both::of(bench).await;
    let exception = |id, series| event(id).instead_of(series, "2026-03-10T09:00");
    both.put([exception("g", "gs"), exception("m", "ms")]).await;
    both.note([both.settled("c-1", "g", "m")]).await;
    both.put([exception("m", "ms").cancelled()]).await;
    let twins = both.twins().await;
    let presences = [twins[0].first.presence, twins[0].second.presence];
    assert!(presences.contains(&Presence::Gone));
}

pub(crate) async fn what_is_settled_is_not_looked_at_behind_the_window(bench: Bench) {
    let both = two(bench).await;
    both.note([both.settled("c-1", "g", "m")]).await;
    let april = window("2026-04-01", "2026-05-01");
    let mut plan = both.plan(&both.other);
    plan.window = april;
    both.bench.apply(plan).await;
    assert_eq!(both.pairs().await, [""; 0]);
    both.bench.roll(april, Vec::new()).await;
    assert_eq!(both.pairs().await, [""; 0]);
    both.pull(&both.other, Vec::new()).await;
    assert_eq!(both.pairs().await, ["g m c-1 one"]);
}

pub(crate) async fn a_question_goes_with_either_event(bench: Bench) {
    let both = two(bench).await;
    both.put([event("g2"), event("m2")]).await;
    both.note([both.settled("c-1", "g", "m"), both.ask("c-2", "m2", "g2")])
        .await;
    let store = &both.bench.store;
    assert!(store.account_remove(&both.mailbox).await.unwrap());
    assert_eq!(both.questions().await, [""; 0]);
    assert_eq!(both.timeline().await.len(), 2);
    both.bench.everything(vec![gone("g")]).await;
    assert_eq!(both.bench.removals(Coverage::Changes).await.live, 0);
}
