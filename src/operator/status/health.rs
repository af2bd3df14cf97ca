//! How things stand as a whole, and why.

use serde::Serialize;

use super::jobs::JobLine;
use super::overview::Stored;
use super::places::{QueuePlace, State, StorePlace};
use crate::model::run::Outcome;
use crate::operator::output::counted;

/// How things stand; the worst counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Nothing needs anybody.
    Healthy,
    /// It works, but somebody should look.
    Degraded,
    /// The store or the queue cannot be used.
    Broken,
}

impl Health {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
        }
    }
}

/// Something that speaks against health. Names ids and numbers only: it may be
/// published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    health: Health,
    text: String,
}

impl Reason {
    fn new(health: Health, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { health, text }
    }

    fn degraded(text: impl Into<String>) -> Self {
        Self::new(Health::Degraded, text)
    }
}

/// The worst of some reasons, and what they say.
pub(super) fn judge(reasons: Vec<Reason>) -> (Health, Vec<String>) {
    let worst = reasons.iter().map(|reason| reason.health).max();
    let texts = reasons.into_iter().map(|reason| reason.text).collect();
    (worst.unwrap_or(Health::Healthy), texts)
}

/// What speaks against health.
pub(super) fn reasons(
    store: &StorePlace,
    queue: &QueuePlace,
    stored: Option<&Stored>,
) -> Vec<Reason> {
    let mut reasons = place(store.state, "store");
    reasons.extend(place(queue.state, "queue"));
    reasons.extend(put_aside(queue));
    if let Some(stored) = stored {
        reasons.extend(stored.jobs.iter().filter_map(job));
        reasons.extend(people(stored));
    }
    reasons
}

fn place(state: State, name: &str) -> Vec<Reason> {
    match state {
        State::Ready | State::Missing => Vec::new(),
        State::Outdated => vec![Reason::degraded(format!(
            "the {name} is of an older version"
        ))],
        State::Unusable => {
            let text = format!("the {name} cannot be used");
            vec![Reason::new(Health::Broken, text)]
        }
    }
}

fn put_aside(queue: &QueuePlace) -> Option<Reason> {
    let dead = queue.lines.iter().map(|line| line.status.dead).sum();
    let text = || format!("{} put aside", counted(dead, "notification"));
    (dead > 0).then(|| Reason::degraded(text()))
}

fn job(line: &JobLine) -> Option<Reason> {
    let failed = matches!(&line.last, Some(run) if run.outcome == Outcome::Failed);
    let what = match (failed, line.overdue) {
        (true, true) => "failed at its last run and is overdue",
        (true, false) => "failed at its last run",
        (false, true) => "is overdue",
        (false, false) => return None,
    };
    Some(Reason::degraded(format!("job {} {what}", line.job)))
}

fn people(stored: &Stored) -> Vec<Reason> {
    let parts = [
        (stored.attention.len(), "account", "in need of attention"),
        (stored.users.failing, "user", "failing"),
        (stored.parked.len(), "plan", "parked until it is approved"),
    ];
    let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
    parts
        .map(|(number, noun, what)| {
            Reason::degraded(format!("{} {what}", counted(number as u64, noun)))
        })
        .collect()
}
