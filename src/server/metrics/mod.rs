//! What the receiver counts, for Prometheus.

mod histogram;
mod text;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use self::histogram::Histogram;
pub(crate) use self::text::{Kind, Text};
use super::health::Health;
use crate::model::account::ProviderKind;
use crate::queue::QueueStatus;

/// What became of what a provider posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Queued.
    Queued,
    /// Not signed by us.
    Forged,
    /// Not to be understood.
    Malformed,
    /// The word that a watch begins.
    Hello,
    /// The question whether we are here.
    Challenge,
    /// Refused, because the queue did not take it.
    Unavailable,
}

impl Outcome {
    const ALL: [Self; 6] = [
        Self::Queued,
        Self::Forged,
        Self::Malformed,
        Self::Hello,
        Self::Challenge,
        Self::Unavailable,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Forged => "forged",
            Self::Malformed => "malformed",
            Self::Hello => "hello",
            Self::Challenge => "challenge",
            Self::Unavailable => "unavailable",
        }
    }
}

/// What was counted since the process began.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    google: [AtomicU64; Outcome::ALL.len()],
    microsoft: [AtomicU64; Outcome::ALL.len()],
    pushes: Histogram,
}

impl Metrics {
    /// Counts what a provider posted.
    pub(super) fn count(&self, provider: ProviderKind, outcome: Outcome, number: usize) {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        self.of(provider)[outcome as usize].fetch_add(number, Ordering::Relaxed);
    }

    /// How many ended so, from all providers.
    pub(super) fn total(&self, outcome: Outcome) -> u64 {
        let counts = ProviderKind::ALL.map(|provider| &self.of(provider)[outcome as usize]);
        counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }

    /// Counts the time that a push took.
    pub(super) fn pushed(&self, time: Duration) {
        self.pushes.observe(time);
    }

    /// Everything, as text.
    pub(super) fn text(&self, health: &Health, now: DateTime<Utc>) -> String {
        let mut text = Text::default();
        self.notifications(&mut text);
        let help = "Time until the queue had taken what a request brought.";
        let mut pushes = text.family("calsync_queue_push_seconds", Kind::Histogram, help);
        self.pushes.write(&mut pushes);
        let help = "Whether the queue answers.";
        let mut up = text.family("calsync_queue_up", Kind::Gauge, help);
        up.sample(&[], u8::from(health.queue.is_some()));
        let help = "Whether the store answers.";
        let mut up = text.family("calsync_store_up", Kind::Gauge, help);
        up.sample(&[], u8::from(health.store));
        queue(&mut text, health.queue.as_deref().unwrap_or_default(), now);
        let help = "The version that runs.";
        let mut build = text.family("calsync_build_info", Kind::Gauge, help);
        build.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
        text.into_string()
    }

    fn notifications(&self, text: &mut Text) {
        let name = "calsync_webhook_notifications_total";
        let help = "What providers posted, by what became of it.";
        let mut family = text.family(name, Kind::Counter, help);
        for provider in ProviderKind::ALL {
            for outcome in Outcome::ALL {
                let labels = [("provider", provider.as_str()), ("outcome", outcome.name())];
                let count = self.of(provider)[outcome as usize].load(Ordering::Relaxed);
                family.sample(&labels, count);
            }
        }
    }

    fn of(&self, provider: ProviderKind) -> &[AtomicU64; Outcome::ALL.len()] {
        match provider {
            ProviderKind::Google => &self.google,
            ProviderKind::Microsoft => &self.microsoft,
        }
    }
}

/// What is in the queue.
fn queue(text: &mut Text, status: &[QueueStatus], now: DateTime<Utc>) {
    let help = "Notifications in the queue: those that wait, are claimed, or were put aside.";
    let mut depth = text.family("calsync_queue_depth", Kind::Gauge, help);
    for of in status {
        let states = [
            ("waiting", of.waiting),
            ("held", of.held),
            ("dead", of.dead),
        ];
        for (state, number) in states {
            let labels = [("provider", of.provider.as_str()), ("state", state)];
            depth.sample(&labels, number);
        }
    }
    let name = "calsync_queue_oldest_age_seconds";
    let help = "Age of the oldest notification that is not served yet.";
    let mut age = text.family(name, Kind::Gauge, help);
    for of in status {
        let oldest = of.oldest.map(|oldest| (now - oldest).to_std());
        let seconds = oldest.map_or(0.0, |age| age.unwrap_or_default().as_secs_f64());
        age.sample(&[("provider", of.provider.as_str())], seconds);
    }
}
