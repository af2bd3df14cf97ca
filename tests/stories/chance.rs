//! Both sides are edited, deleted and troubled at random; then the trouble
//! stops. What must be true then: both sides say the same, no event exists
//! twice, and no edit was lost without a record of it.
//!
//! A seed decides everything. `CALSYNC_SEEDS=5000` tries so many seeds instead
//! of the usual number, `CALSYNC_SEED=1234` that one alone:
//! `CALSYNC_SEEDS=5000 cargo test --test all -- stories::chance`.

mod deeds;
mod history;
mod house;
mod trouble;
mod truth;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use self::history::History;
use self::house::House;
use crate::support::planner::At;
use crate::support::story::World;

/// How many seeds are tried, over both providers.
const USUAL: u64 = 1000;

/// Seeds under way at once at a provider.
const AT_ONCE: usize = 2;

/// Cycles of a seed that may meet trouble.
const TROUBLED: u64 = 5;

#[test]
fn both_sides_converge_at_google() {
    converge(At::Google);
}

#[test]
fn both_sides_converge_at_microsoft() {
    converge(At::Microsoft);
}

/// Tries every seed of a provider; even ones are Google's.
fn converge(at: At) {
    let of = |name: &str| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
    let (first, end) = match of("CALSYNC_SEED") {
        Some(seed) => (seed, seed + 1),
        None => (0, of("CALSYNC_SEEDS").unwrap_or(USUAL)),
    };
    let rest = match at {
        At::Google => 0,
        At::Microsoft => 1,
    };
    let next = AtomicU64::new(first + (first + rest) % 2);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut ended = None;
                loop {
                    let seed = next.fetch_add(2, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    failures
                        .lock()
                        .unwrap()
                        .extend(failure(at, seed, &mut ended));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let first = failures.iter().take(5).map(String::as_str);
    assert!(
        failures.is_empty(),
        "{} seeds failed\n\n{}",
        failures.len(),
        first.collect::<Vec<_>>().join("\n\n")
    );
}

/// What went wrong with a seed, and how it came to that.
fn failure(at: At, seed: u64, ended: &mut Option<World>) -> Option<String> {
    let history = Arc::new(Mutex::new(History::default()));
    let live = || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(live(at, seed, history.clone(), ended))
    };
    let what = match catch_unwind(AssertUnwindSafe(live)) {
        Ok(Ok(())) => return None,
        Ok(Err(what)) => what,
        Err(panic) => match panic.downcast::<String>() {
            Ok(what) => *what,
            Err(_) => "a panic".to_owned(),
        },
    };
    let history = match history.lock() {
        Ok(history) => history.lines.join("\n"),
        Err(broken) => broken.into_inner().lines.join("\n"),
    };
    Some(format!(
        "{at:?}, seed {seed}: {what}\n{history}\n\
         again: CALSYNC_SEED={seed} cargo test --test all -- stories::chance"
    ))
}

/// Lives through a seed; an error says what is not as it must be.
async fn live(
    at: At,
    seed: u64,
    history: Arc<Mutex<History>>,
    ended: &mut Option<World>,
) -> Result<(), String> {
    let house = House::start(at, seed, history, ended.take()).await;
    for _ in 0..TROUBLED {
        house.some_deeds();
        house.prefers().await;
        house.some_trouble();
        house.cycle(false).await?;
    }
    house.no_more_trouble();
    house.becomes_quiet().await?;
    house.holds_what_is_true().await?;
    *ended = Arc::into_inner(house).map(|house| house.planner.world);
    Ok(())
}
