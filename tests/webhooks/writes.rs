//! Drains that die while they write to a file: no file may grow beyond a size,
//! and who tries is killed by the system, perhaps in the midst of a write.

use calsync::model::account::ProviderKind::{Google, Microsoft};

use super::house::House;
use crate::support::chance::Chance;

const SEED: u64 = 11;

/// Drains that die, one after the other.
const KILLED: usize = 6;

pub(crate) async fn a_drain_that_dies_while_it_writes_loses_nothing(mut house: House) {
    let mut chance = Chance(SEED);
    let mut died = 0;
    for round in 0..KILLED {
        let kib = chance.between(33, 140);
        let point = format!("seed {SEED}, round {round}: no file above {kib} KiB");
        house.edit();
        if round % 2 == 0 {
            storm(&house);
        }
        house.is_told().await;
        house.stop_serving();
        house.logs_begin_anew();
        let limited = format!("ulimit -c 0; ulimit -f {kib}; exec \"$calsync\" drain-webhooks");
        died += usize::from(house.program().shell(&limited).code != Some(0));
        house.time_passes();
        let run = house.drain();
        assert_eq!(run["outcome"], "ok", "{point}: {run}");
        house.nothing_is_left(&point).await;
        house.serve();
    }
    assert!(died > 2, "seed {SEED}: only {died} died");
}

/// Has the queue come to the size before the store does.
fn storm(house: &House) {
    let (google, microsoft) = (&house.world.sandbox.google, &house.world.sandbox.microsoft);
    assert!(google.storm(&house.watches(Google)[0], 150));
    assert!(microsoft.storm(&house.watches(Microsoft)[0], 150));
}
