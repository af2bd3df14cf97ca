//! What is measured.

use std::time::Duration;

use super::load::{self, Found};
use super::redis::Redis;
use super::server::Server;
use super::table::Table;

/// How long each run of load lasts.
const TIME: Duration = Duration::from_secs(3);

/// How many runs there are of each case.
const RUNS: usize = 5;

/// Measures the cases whose name holds the filter.
pub(crate) fn measure() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let filter = filter.unwrap_or_default();
    let mut table = Table::default();
    if "redis".contains(&filter) {
        redis(&mut table);
    }
    if "embedded".contains(&filter) {
        embedded(&mut table);
    }
    table.print();
}

/// A run of load, and the processor time that the server took for it.
pub(crate) struct Run {
    pub(crate) found: Found,
    pub(crate) cpu: Duration,
}

fn load(server: &Server, rate: Option<f64>) -> Run {
    let before = server.cpu();
    let found = load::run(server.address, TIME, rate);
    let cpu = server.cpu() - before;
    Run { found, cpu }
}

fn redis(table: &mut Table) {
    let Some(redis) = Redis::start() else {
        table.note("no redis-server (apt-get install redis-server)", "");
        return;
    };
    let receiver = Server::receiver(Some(&redis.url()));
    let bare = Server::bare(&redis.url());
    let run = |server: &Server, rate| {
        let run = load(server, rate);
        redis.clear();
        run
    };
    // The first run warms up and is not counted. In turns, so that a busy
    // machine is as busy for both.
    let runs = (0..=RUNS).map(|_| (run(&bare, None), run(&receiver, None)));
    let (bare_runs, runs): (Vec<_>, Vec<_>) = runs.skip(1).unzip();
    let least = table.add("bare handler with Redis, top rate", &bare_runs);
    let top = table.add("receiver with Redis, top rate", &runs);
    table.note(
        "  of the bare handler's rate",
        &format!("{:.0}%", 100.0 * top / least),
    );
    let half = (0..RUNS).map(|_| run(&receiver, Some(top / 2.0)));
    table.add(
        "receiver with Redis, half its top rate",
        &half.collect::<Vec<_>>(),
    );
}

fn embedded(table: &mut Table) {
    let receiver = Server::receiver(None);
    let runs: Vec<_> = (0..=RUNS).map(|_| load(&receiver, None)).skip(1).collect();
    let top = table.add("receiver with embedded queue, top rate", &runs);
    let half = (0..RUNS).map(|_| load(&receiver, Some(top / 2.0)));
    let half: Vec<_> = half.collect();
    table.add("receiver with embedded queue, half its top rate", &half);
}
