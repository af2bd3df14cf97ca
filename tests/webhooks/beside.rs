//! A drain beside another one, and beside `auto-sync`.

use serde_json::json;

use super::gate::Gate;
use super::house::House;
use super::mortal::Killer;

pub(crate) async fn a_second_drain_does_nothing(mut house: House) {
    house.edit();
    house.is_told().await;
    let gate = Gate::at_google(&house);
    let first = Killer::default().start(house.program().command("--json drain-webhooks"));
    gate.is_reached();
    let second = house.drain();
    assert_eq!(second["outcome"], "skipped", "{second}");
    assert_eq!(second["counts"]["claimed"], 0, "{second}");
    gate.open();
    let first = first.end().exits(0).json();
    assert_eq!(first["counts"]["synced"], 2, "{first}");
    house.nothing_is_left("after both drains").await;
}

pub(crate) async fn what_auto_sync_is_at_stays_queued_and_is_served_after_it(mut house: House) {
    let gates = [Gate::at_google(&house), Gate::at_microsoft(&house)];
    let auto_sync = house.program().command("--json auto-sync --force");
    let auto_sync = Killer::default().start(auto_sync);
    gates.iter().for_each(Gate::is_reached);
    house.edit();
    house.is_told().await;
    let told = house.queued().await;
    let run = house.drain();
    let ended = json!([run["outcome"], run["counts"]["deferred"]]);
    assert_eq!(ended, json!(["ok", 2]), "{run}");
    assert_eq!(house.queued().await, told, "{run}");
    gates.into_iter().for_each(Gate::open);
    let synced = auto_sync.end().exits(0).json();
    assert_eq!(synced["counts"]["synced"], 2, "{synced}");
    // Whether that pull saw the edits or not, it began before them.
    let run = house.drain();
    assert_eq!(run["counts"]["claimed"], told[0] + told[1], "{run}");
    assert_eq!(run["counts"]["synced"], 2, "{run}");
    house.nothing_is_left("after auto-sync").await;
}
