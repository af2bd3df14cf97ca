//! Drains that are killed at every request to a provider, and between the last
//! write to the store and the queue.

use calsync::model::account::ProviderKind;
use calsync::sandbox::{google, microsoft};

use super::gate::Gate;
use super::house::House;
use super::mortal::{Killer, Mortal};
use crate::support::program::{ANA, Ran};

pub(crate) async fn a_drain_killed_at_any_request_loses_nothing(house: House) {
    killed_ever_later(house, |_| {}, 1).await;
}

pub(crate) async fn a_drain_killed_at_any_request_of_a_full_listing_loses_nothing(house: House) {
    killed_ever_later(house, tokens_end, 3).await;
}

/// Access tokens and sync tokens have ended.
fn tokens_end(house: &House) {
    let (google, microsoft) = (&house.world.sandbox.google, &house.world.sandbox.microsoft);
    google.expire_access_tokens(ANA);
    google.expire_sync_tokens(ANA);
    microsoft.expire_access_tokens(ANA);
    microsoft.expire_delta_links(&microsoft.default_calendar(ANA));
}

/// Kills drains at the first, second, … request to a provider, until there
/// are no more; there are at least so many.
async fn killed_ever_later(mut house: House, prepare: fn(&House), least: u32) {
    for provider in ProviderKind::ALL {
        for request in 1.. {
            let point = format!("killed at request {request} to {provider}");
            house.edit();
            prepare(&house);
            house.is_told().await;
            let drain = dies_at(&house, provider, request, "drain-webhooks");
            if drain.code.is_some() {
                drain.exits(0);
                assert!(request > least, "{point}: it asked for less");
                house.nothing_is_left(&point).await;
                break;
            }
            assert_ne!(house.queued().await, [0, 0], "{point}");
            house.time_passes();
            let run = house.drain();
            assert_eq!(run["outcome"], "ok", "{point}: {run}");
            house.nothing_is_left(&point).await;
        }
    }
}

/// Runs the binary, which a request to a provider kills if it comes to that:
/// the request is processed, the answer does not arrive.
pub(super) fn dies_at(house: &House, provider: ProviderKind, request: u32, command: &str) -> Ran {
    let (google, microsoft) = (&house.world.sandbox.google, &house.world.sandbox.microsoft);
    let killer = Killer::default();
    let kill = killer.clone();
    match provider {
        ProviderKind::Google => {
            use google::{Effect, Fault};
            google.inject(Fault::meanwhile(move |_| kill.kill()).nth(request));
            google.inject(Fault::new(Effect::DropAfter).nth(request));
        }
        ProviderKind::Microsoft => {
            use microsoft::{Effect, Fault};
            microsoft.inject(Fault::meanwhile(move |_| kill.kill()).nth(request));
            microsoft.inject(Fault::new(Effect::DropAfter).nth(request));
        }
    }
    let ran = killer.start(house.program().command(command)).end();
    google.clear_faults();
    microsoft.clear_faults();
    ran
}

pub(crate) async fn a_drain_killed_before_it_acknowledges_is_repeated(mut house: House) {
    house.edit();
    house.is_told().await;
    let killer = Killer::default();
    let gate = Gate::at_google(&house);
    let mut drain = killer.start(house.program().command("drain-webhooks"));
    gate.is_reached();
    // Everything is claimed: from now on it can only pull.
    let frozen = house.line.freeze();
    gate.open();
    until_pulled(&house, &mut drain);
    killer.kill();
    assert_eq!(drain.end().code, None);
    drop(frozen);
    assert_ne!(house.queued().await, [0, 0]);
    house.time_passes();
    let run = house.drain();
    assert_eq!(run["counts"]["synced"], 2, "{run}");
    house.nothing_is_left("killed before it acknowledged").await;
}

/// Waits for what a drain applies; it is in vain when that has ended.
fn until_pulled(house: &House, drain: &mut Mortal) {
    while house.timeline() != house.truth() {
        assert!(!drain.has_ended(), "it ended and had not pulled");
        std::thread::yield_now();
    }
}
