//! What the source holds: calendars with believable events around today, the
//! same on every run.

mod google;
mod microsoft;

use calsync::model::account::ProviderKind;
use calsync::sandbox::Sandbox;
use serde::{Deserialize, Serialize};

/// How much of what.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Population {
    /// Whose calendars.
    pub(crate) provider: ProviderKind,
    /// Accounts.
    pub(crate) accounts: usize,
    /// Calendars of each account.
    pub(crate) calendars: usize,
    /// Events of each calendar: singles, series and exceptions; where the
    /// provider expands series, what happens inside the window.
    pub(crate) events: u32,
}

/// The zone of every calendar.
const ZONE: &str = "Europe/Berlin";

const WORDS: &[&str] = &[
    "agenda", "budget", "customer", "design", "draft", "figures", "goals", "hiring", "launch",
    "market", "notes", "open", "plan", "quarter", "release", "report", "review", "risks", "scope",
    "status", "support", "team", "testing", "travel", "update", "vendor", "weekly", "workshop",
];

/// Fills the sandbox; answers addresses and refresh tokens of the accounts.
pub(crate) fn fill(sandbox: &Sandbox, population: &Population) -> Vec<(String, String)> {
    let accounts = (0..population.accounts).map(|number| {
        let email = format!("person{number}@example.com");
        let token = match population.provider {
            ProviderKind::Google => google::account(sandbox, &email, population),
            ProviderKind::Microsoft => microsoft::account(sandbox, &email, population),
        };
        (email, token)
    });
    accounts.collect()
}

/// Draws the same numbers on every run.
struct Dice(u64);

impl Default for Dice {
    fn default() -> Self {
        Self(1)
    }
}

impl Dice {
    fn words(&mut self, count: usize) -> String {
        let one = |_| WORDS[self.pick(WORDS.len() as i64) as usize];
        (0..count).map(one).collect::<Vec<_>>().join(" ")
    }

    /// A number below `count`.
    fn pick(&mut self, count: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 20) % count.unsigned_abs()).cast_signed()
    }
}
