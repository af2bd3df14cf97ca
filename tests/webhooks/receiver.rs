//! A receiver that is killed while the providers post.

use calsync::model::account::ProviderKind::{Google, Microsoft};

use super::cable::{Cable, Point, Way};
use super::chance::Chance;
use super::house::{House, PUBLIC_URL};

const SEED: u64 = 4;

/// Receivers that are killed, one after the other.
const KILLED: usize = 6;

pub(crate) async fn whatever_a_killed_receiver_answered_is_there(mut house: House) {
    let sandbox = &house.world.sandbox;
    sandbox.google.behave(|how| how.retry_unanswered = true);
    sandbox.google.clear_sent();
    sandbox.microsoft.clear_sent();
    let mut chance = Chance(SEED);
    let mut refused = 0;
    for round in 0..KILLED {
        let point = point(&mut chance);
        let told = format!("seed {SEED}, round {round}: {point:?}");
        told_until(&mut house, point).await;
        nothing_answered_is_lost(&house, &told).await;
        house.serve();
        refused += house.world.sandbox.redeliver().await;
        assert_eq!(house.world.sandbox.redeliver().await, 0, "{told}");
        nothing_answered_is_lost(&house, &told).await;
    }
    assert!(refused > 0, "seed {SEED}: nobody was killed in time");
    let [google, microsoft] = house.queued().await;
    let run = house.drain();
    assert_eq!(run["counts"]["claimed"], google + microsoft, "{run}");
    assert_eq!(run["counts"]["synced"], 2, "{run}");
    house.nothing_is_left("every receiver was killed").await;
}

fn point(chance: &mut Chance) -> Point {
    match chance.between(0, 2) {
        0 => Point {
            way: Way::Requests,
            bytes: chance.between(1, 15_000),
        },
        _ => Point {
            way: Way::Answers,
            bytes: chance.between(1, 3_000),
        },
    }
}

/// The providers tell of edits, and of them again and again, until the
/// receiver dies.
async fn told_until(house: &mut House, point: Point) {
    let receiver = house.receiver();
    let address = receiver.address.replace("http://", "").parse().unwrap();
    let cable = Cable::to(receiver.pid(), address, point).await;
    house.world.sandbox.route(PUBLIC_URL, cable.address);
    house.edit();
    let (google, microsoft) = (&house.world.sandbox.google, &house.world.sandbox.microsoft);
    for _ in 0..20 {
        assert!(google.storm(&house.watches(Google)[0], 1));
        assert!(microsoft.storm(&house.watches(Microsoft)[0], 2));
    }
    house.is_told().await;
    house.bury_receiver();
}

async fn nothing_answered_is_lost(house: &House, told: &str) {
    let (there, answered) = (house.queued().await, house.answered());
    for (there, answered) in there.into_iter().zip(answered) {
        assert!(there >= answered, "{told}: {there} of {answered}");
    }
}
