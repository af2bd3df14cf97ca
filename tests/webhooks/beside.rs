//! A drain beside another one, and beside `auto-sync`.

use std::sync::{Mutex, mpsc};

use calsync::sandbox::google::{Fault, Kind};
use serde_json::json;

use super::house::House;
use super::mortal::{Killer, Mortal};

/// A command that waits for Google's answer until it is let go.
fn waiting(house: &House, arguments: &str) -> (Mortal, mpsc::Sender<()>) {
    let (arrived, asked) = mpsc::channel();
    let (goes_on, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let stop = Fault::meanwhile(move |_| {
        arrived.send(()).unwrap();
        gate.lock().unwrap().recv().unwrap();
    });
    house.world.sandbox.google.inject(stop.on(Kind::EventsList));
    let mortal = Killer::default().start(house.program().command(arguments));
    asked.recv().unwrap();
    (mortal, goes_on)
}

pub(crate) async fn a_second_drain_does_nothing(mut house: House) {
    house.edit();
    house.is_told().await;
    let (first, goes_on) = waiting(&house, "--json drain-webhooks");
    let second = house.drain();
    assert_eq!(second["outcome"], "skipped", "{second}");
    assert_eq!(second["counts"]["claimed"], 0, "{second}");
    goes_on.send(()).unwrap();
    let first = first.end().exits(0).json();
    assert_eq!(first["counts"]["synced"], 2, "{first}");
    house.nothing_is_left("after both drains").await;
}

pub(crate) async fn what_auto_sync_is_at_stays_queued_and_is_served_after_it(mut house: House) {
    let (auto_sync, goes_on) = waiting(&house, "--json auto-sync --force");
    house.edit();
    house.is_told().await;
    let told = house.queued().await;
    let run = house.drain();
    let counts = json!([run["outcome"], run["counts"]["deferred"]]);
    assert_eq!(counts, json!(["ok", 1]), "{run}");
    assert_eq!(house.queued().await, [told[0], 0], "{run}");
    goes_on.send(()).unwrap();
    auto_sync.end().exits(0);
    let run = house.drain();
    assert_eq!(run["counts"]["claimed"], told[0], "{run}");
    assert_eq!(run["counts"]["synced"], 1, "{run}");
    house.nothing_is_left("after auto-sync").await;
}
