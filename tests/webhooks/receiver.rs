//! A receiver that is killed while the providers post.

use calsync::model::account::ProviderKind::{Google, Microsoft};

use super::cable::{Cable, Point, Way};
use super::house::{House, PUBLIC_URL};
use crate::support::chance::Chance;

const SEED: u64 = 4;

/// Receivers that are killed, one after the other.
const KILLED: usize = 6;

/// How many notifications of each provider there are in the life of one.
const TOLD: [u64; 2] = [23, 43];

pub(crate) async fn whatever_a_killed_receiver_answered_is_there(mut house: House) {
    let google = &house.world.sandbox.google;
    google.behave(|how| how.retry_unanswered = true);
    let mut chance = Chance(SEED);
    let mut midway = 0;
    for round in 0..KILLED {
        let point = point(&mut chance, round);
        let told = format!("seed {SEED}, round {round}: {point:?}");
        let before = house.queued().await;
        told_until(&mut house, point).await;
        midway += u64::from(house.answered() != TOLD);
        nothing_answered_is_lost(&house, before, &told).await;
        house.serve();
        house.world.sandbox.redeliver().await;
        assert_eq!(house.answered(), TOLD, "{told}");
        nothing_answered_is_lost(&house, before, &told).await;
    }
    assert!(midway > 3, "seed {SEED}: only {midway} died in time");
    let [google, microsoft] = house.queued().await;
    let run = house.drain();
    assert_eq!(run["counts"]["claimed"], google + microsoft, "{run}");
    assert_eq!(run["counts"]["synced"], 2, "{run}");
    house.nothing_is_left("every receiver was killed").await;
}

/// One connection at a time shows the loss of a single notification, many at
/// once have them share what is written.
fn point(chance: &mut Chance, round: usize) -> Point {
    let (way, most) = match chance.between(0, 2) {
        0 => (Way::Requests, 20_000),
        _ => (Way::Answers, 5_000),
    };
    Point {
        way,
        bytes: chance.between(1, most),
        at_once: [1, 16][round % 2],
    }
}

/// The providers tell of edits, and of them again and again, until the
/// receiver dies.
async fn told_until(house: &mut House, point: Point) {
    let receiver = house.receiver();
    let address = receiver.address.replace("http://", "").parse().unwrap();
    let cable = Cable::to(receiver.pid(), address, point).await;
    house.world.sandbox.route(PUBLIC_URL, cable.address);
    house.world.sandbox.google.clear_sent();
    house.world.sandbox.microsoft.clear_sent();
    house.edit();
    let (google, microsoft) = (&house.world.sandbox.google, &house.world.sandbox.microsoft);
    for _ in 0..20 {
        assert!(google.storm(&house.watches(Google)[0], 1));
        assert!(microsoft.storm(&house.watches(Microsoft)[0], 2));
    }
    house.is_told().await;
    house.bury_receiver();
}

async fn nothing_answered_is_lost(house: &House, before: [u64; 2], told: &str) {
    let (there, answered) = (house.queued().await, house.answered());
    for (provider, there) in there.into_iter().enumerate() {
        let (there, answered) = (there - before[provider], answered[provider]);
        assert!(there >= answered, "{told}: {there} of {answered}");
    }
}
