//! A renewal that is killed at every request.

use calsync::model::account::ProviderKind;

use super::drain::dies_at;
use super::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_killed_at_any_request_leaves_every_calendar_watched() {
    let mut house = House::over_sqlite().await.unwrap();
    for provider in ProviderKind::ALL {
        for request in 1.. {
            let point = format!("killed at request {request} to {provider}");
            let ran = dies_at(&house, provider, request, "renew-watches --force");
            still_told(&mut house, &point).await;
            if ran.code.is_some() {
                ran.exits(0);
                assert!(request > 2, "{point}: it asked for less");
                break;
            }
            house.time_passes();
            let run = house.program().json("renew-watches --force");
            assert_eq!(run["outcome"], "ok", "{point}: {run}");
            still_told(&mut house, &point).await;
        }
    }
}

/// An edit at each provider is told of, and its calendar pulled.
async fn still_told(house: &mut House, point: &str) {
    house.edit();
    house.is_told().await;
    let told = house.queued().await;
    assert!(told.iter().all(|count| *count > 0), "{point}: {told:?}");
    house.time_passes();
    let run = house.drain();
    assert_eq!(run["counts"]["synced"], 2, "{point}: {run}");
    house.nothing_is_left(point).await;
}
