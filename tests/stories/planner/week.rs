//! A week of timers: every job every three hours, while people and the
//! application change things, and notifications arrive.

use calsync::jobs::{Cleanup, ResolveConflicts};
use calsync::model::run::{JobRun, Outcome};
use chrono::TimeDelta;

use crate::support::chance::Chance;
use crate::support::planner::{Edit, Planner, at_both};

const HOURS: u64 = 7 * 24;
const STEP: usize = 3;

at_both! {
    a_week_of_timers_ends_with_both_sides_alike_and_everything_watched,
}

async fn a_week_of_timers_ends_with_both_sides_alike_and_everything_watched(planner: Planner) {
    let world = &planner.world;
    world.with_webhooks();
    let _receiving = world.receive().await;
    let mut chance = Chance(7);
    for hour in (0..HOURS).step_by(STEP) {
        change(&planner, &mut chance, hour);
        world.all_is_told().await;
        world.minutes_later(60 * STEP as i64);
        for run in round(&planner, hour).await {
            assert_eq!(run.outcome, Outcome::Ok, "hour {hour}: {run:#?}");
        }
    }
    round(&planner, HOURS).await;
    let tasks = planner.tasks().await;
    assert_eq!(tasks, planner.events());
    assert!(tasks.len() > 10, "{}", tasks.len());
    let watches = world.watches("Work").await;
    assert_eq!(watches.len(), 1);
    let until = watches[0].grant.as_ref().unwrap().until;
    assert!(until > world.now() + TimeDelta::hours(12), "{until}");
    assert_eq!(world.queued().await, (0, 0));
    world.a_second_cycle_does_nothing().await;
    assert_eq!(planner.pushed(), 0);
}

/// What happens in between: something most of the time, on either side.
fn change(planner: &Planner, chance: &mut Chance, hour: u64) {
    let titles: Vec<String> = planner
        .events()
        .into_iter()
        .map(|seen| seen.title)
        .collect();
    let when = planner.world.now() + TimeDelta::days(1);
    let when = when.format("%Y-%m-%dT%H:00:00Z").to_string();
    let title = format!("task {hour}");
    match (chance.between(0, 8), chance.pick(&titles)) {
        (0..=2, _) => planner.task(&format!("t-{hour}"), &title, &when),
        (3, Some(other)) => planner.edit(&other, Edit::Place(&format!("room {hour}"))),
        (4, Some(other)) => planner.edit(&other, Edit::Move(&when[..16])),
        (5, Some(other)) => {
            let id = other.replace("task ", "t-");
            planner.plan(&id, &format!("description = 'at {hour}'"));
        }
        _ => {}
    }
}

/// One cycle of every job that is due at an hour.
async fn round(planner: &Planner, hour: u64) -> Vec<JobRun> {
    let world = &planner.world;
    let mut runs = vec![
        world.renew_watches().await,
        world.drain().await,
        world.auto_sync().await,
        world.pull().await,
        world.run(&ResolveConflicts::default()).await,
    ];
    if hour % 24 == 3 {
        runs.push(world.run(&Cleanup::default()).await);
    }
    runs
}
