//! One meeting in calendars of two providers.

use calsync::model::conflict::{ConflictKind, ResolutionStatus};
use calsync::model::id::UserId;
use calsync::model::look_alike::Keep;
use calsync::model::preferences::{DuplicateStrategy, PreferencesChange};
use calsync::sync::LookAlikeCounts;
use serde_json::json;

use crate::support::event::event;
use crate::support::microsoft::appointment::appointment;
use crate::support::story::{ANA, World, email};

const BERLIN: &str = "Europe/Berlin";

/// Ana, who has a calendar at Google and a mailbox at Microsoft, with a series
/// and a meeting that stand in both, and one event of its own in each; synced.
async fn two_calendars() -> World {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.mailbox(ANA, &email(ANA), "Outlook").await;
    world.configure("sync.future_days", "10");
    let (google, outlook) = (world.calendar("Work"), world.folder("Outlook"));
    google.put(event("standup").at("2026-03-03T09:00", BERLIN).weekly());
    google.put(event("planning").at("2026-03-04T09:00", BERLIN));
    google.put(event("dentist").at("2026-03-05T09:00", BERLIN));
    world.minutes_later(1);
    outlook.put(
        appointment("Standup")
            .at("2026-03-03T09:00", BERLIN)
            .weekly(),
    );
    outlook.put(appointment("Planning!").at("2026-03-04T09:00", BERLIN));
    outlook.put(appointment("lunch").at("2026-03-05T09:00", BERLIN));
    world.minutes_later(9);
    world.auto_sync().await;
    world
}

async fn strategy(world: &World, strategy: DuplicateStrategy) {
    let change = PreferencesChange {
        duplicate_strategy: Some(strategy),
        ..PreferencesChange::default()
    };
    let store = world.store().await;
    let changed = store.preferences_change(&ana(), change).await;
    changed.unwrap();
}

fn ana() -> UserId {
    ANA.parse().unwrap()
}

/// Looks for look-alikes, as a job does: as a process of its own.
async fn look(world: &World) -> LookAlikeCounts {
    let cx = world.context();
    let store = cx.store().await.unwrap();
    let user = store.user_find(&ana()).await.unwrap().unwrap();
    let preferences = store.preferences_find(&user.id).await.unwrap();
    let sync = cx.sync("look").await.unwrap();
    let counts = sync.look_alikes(&user, &preferences).await.unwrap();
    sync.close().await;
    counts
}

/// The end of every story here: nothing is asked of a provider, and neither a
/// second look nor a second sync writes anything.
async fn nothing_more_happens(world: &World, open: u64) {
    world.google().clear_requests();
    world.microsoft().clear_requests();
    let watch = world.watch_writes();
    let nothing = LookAlikeCounts {
        open,
        ..LookAlikeCounts::default()
    };
    assert_eq!(look(world).await, nothing);
    assert_eq!(watch.writes(), Vec::<String>::new());
    assert!(world.google().requests().is_empty());
    assert!(world.microsoft().requests().is_empty());
    world.a_second_cycle_does_nothing().await;
}

const AT_GOOGLE: [&str; 5] = [
    "2026-03-03 08:00Z 60m standup",
    "2026-03-04 08:00Z 60m planning",
    "2026-03-05 08:00Z 60m dentist",
    "2026-03-05 08:00Z 60m lunch",
    "2026-03-10 08:00Z 60m standup",
];

const AT_MICROSOFT: [&str; 5] = [
    "2026-03-03 08:00Z 60m Standup",
    "2026-03-04 08:00Z 60m Planning!",
    "2026-03-05 08:00Z 60m dentist",
    "2026-03-05 08:00Z 60m lunch",
    "2026-03-10 08:00Z 60m Standup",
];

#[tokio::test]
async fn a_strategy_shows_one_of_two() {
    use DuplicateStrategy::{PreferGoogle, PreferMicrosoft, PreferNewest};
    let cases = [
        (PreferGoogle, AT_GOOGLE),
        (PreferMicrosoft, AT_MICROSOFT),
        (PreferNewest, AT_MICROSOFT),
    ];
    for (preferred, shown) in cases {
        let world = two_calendars().await;
        assert_eq!(world.timeline(ANA).await.len(), 8);
        strategy(&world, preferred).await;
        let settled = LookAlikeCounts {
            settled: 2,
            ..LookAlikeCounts::default()
        };
        assert_eq!(look(&world).await, settled);
        assert_eq!(world.timeline(ANA).await, shown, "{preferred:?}");
        nothing_more_happens(&world, 0).await;
        assert_eq!(world.timeline(ANA).await, shown, "{preferred:?}");
    }
}

#[tokio::test]
async fn without_a_strategy_a_person_decides() {
    let world = two_calendars().await;
    let asked = LookAlikeCounts {
        asked: 2,
        open: 2,
        ..LookAlikeCounts::default()
    };
    assert_eq!(look(&world).await, asked);
    assert_eq!(world.timeline(ANA).await.len(), 8);
    nothing_more_happens(&world, 2).await;

    let store = world.store().await;
    let open = world.conflicts().await;
    for question in &open {
        assert_eq!(question.kind, ConflictKind::Duplicate);
        assert!(question.summary.contains("Google calendar \"Work\""));
        assert!(question.summary.contains("Microsoft calendar \"Outlook\""));
        let sides = [&question.ours, &question.theirs];
        assert!(sides.iter().all(|side| side.as_ref().unwrap().len() == 3));
        let work = world.known("Work").await.id;
        let kept = match question.calendar_id == work {
            true => question.event_id.clone(),
            false => question.other_event_id.clone(),
        };
        let keep = Keep::One(kept.unwrap());
        let done = store.look_alike_keep(&question.id, keep, world.now());
        assert!(done.await.unwrap());
    }
    assert_eq!(world.timeline(ANA).await, AT_GOOGLE);
    nothing_more_happens(&world, 0).await;
    // A strategy that is chosen later leaves what is settled as it is.
    strategy(&world, DuplicateStrategy::PreferMicrosoft).await;
    nothing_more_happens(&world, 0).await;
    assert_eq!(world.timeline(ANA).await, AT_GOOGLE);
}

#[tokio::test]
async fn what_looks_alike_no_more_shows_again() {
    let world = two_calendars().await;
    strategy(&world, DuplicateStrategy::PreferGoogle).await;
    look(&world).await;
    world.minutes_later(1);
    // The later edit of what is hidden does not swap them; another title does
    // part them.
    let outlook = world.folder("Outlook");
    let ids = world.column(
        "SELECT external_id FROM calendar_events
         WHERE hidden_by IS NOT NULL AND recurrence IS NULL",
    );
    outlook.edit(&ids[0], json!({ "location": { "displayName": "hall" } }));
    world.minutes_later(10);
    world.auto_sync().await;
    nothing_more_happens(&world, 0).await;
    assert_eq!(world.timeline(ANA).await, AT_GOOGLE);
    outlook.edit(&ids[0], json!({ "subject": "retro" }));
    world.calendar("Work").delete("standup");
    world.minutes_later(10);
    world.auto_sync().await;
    let moot = LookAlikeCounts {
        moot: 2,
        ..LookAlikeCounts::default()
    };
    assert_eq!(look(&world).await, moot);
    let shown = [
        "2026-03-03 08:00Z 60m Standup",
        "2026-03-04 08:00Z 60m planning",
        "2026-03-04 08:00Z 60m retro",
        "2026-03-05 08:00Z 60m dentist",
        "2026-03-05 08:00Z 60m lunch",
        "2026-03-10 08:00Z 60m Standup",
    ];
    assert_eq!(world.timeline(ANA).await, shown);
    nothing_more_happens(&world, 0).await;
    let settled = world.store().await.conflict_list(false).await.unwrap();
    let is_moot = |status| status == ResolutionStatus::Moot;
    assert!(settled.iter().all(|one| is_moot(one.resolution_status)));
}

#[tokio::test]
async fn of_three_look_alikes_the_newest_stays() {
    let world = World::start("2026-03-02T06:00:00Z").await;
    world.add_calendar("Team", BERLIN);
    world.mailbox(ANA, &email(ANA), "Outlook").await;
    let planning = || event("planning").at("2026-03-03T09:00", BERLIN);
    world.calendar("Work").put(planning());
    world.minutes_later(1);
    let outlook = world.folder("Outlook");
    outlook.put(appointment("planning").at("2026-03-03T09:00", BERLIN));
    world.minutes_later(1);
    world
        .calendar("Team")
        .put(planning().with("location", json!("hall")));
    world.auto_sync().await;
    strategy(&world, DuplicateStrategy::PreferNewest).await;
    let settled = LookAlikeCounts {
        settled: 1,
        ..LookAlikeCounts::default()
    };
    assert_eq!(look(&world).await, settled);
    // Microsoft's is hidden behind the newest; Google's other was entered
    // there for itself.
    let calendars = async |world: &World| -> Vec<_> {
        let rows = world.timeline_rows(ANA).await;
        rows.iter().map(|row| row.provider.as_str()).collect()
    };
    assert_eq!(calendars(&world).await, ["google"; 2]);
    nothing_more_happens(&world, 0).await;
    // Without the newest, Microsoft's is the newer one of those that are left.
    world.calendar("Team").delete("planning");
    world.minutes_later(10);
    world.auto_sync().await;
    let anew = LookAlikeCounts {
        settled: 1,
        moot: 1,
        ..LookAlikeCounts::default()
    };
    assert_eq!(look(&world).await, anew);
    assert_eq!(calendars(&world).await, ["microsoft"]);
    nothing_more_happens(&world, 0).await;
}
