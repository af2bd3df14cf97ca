//! The overview as text.

use super::health::Health;
use super::jobs::JobLine;
use super::overview::{Overview, Stored};
use super::paint::{Cell, Paint, Tone, headings};
use super::people::Attention;
use super::places::{Backlog, QueuePlace, State, StorePlace};
use super::words::{age, counted, room, sums, took};
use crate::model::run::Outcome;
use crate::operator::output::{moment, or_dash};

/// All of it, for a terminal or a file.
pub(super) fn whole(overview: &Overview, paint: Paint) -> String {
    let mut lines = vec![paint.text(&headline(overview), tone(overview.health))];
    if let Some(stored) = &overview.stored {
        lines.push(String::new());
        lines.extend(paint.table(&jobs(&stored.jobs)));
    }
    lines.push(String::new());
    lines.extend(paint.table(&facts(overview)));
    if !overview.queue.lines.is_empty() {
        lines.push(String::new());
        lines.extend(paint.table(&backlog(&overview.queue.lines)));
    }
    let notes = notes(overview);
    if !notes.is_empty() {
        lines.push(String::new());
    }
    let note = |note: &String| paint.text(&format!("! {note}"), Tone::Warning);
    lines.extend(notes.iter().map(note));
    lines.join("\n")
}

/// What is not well, and what can be done.
pub(super) fn short(overview: &Overview) -> String {
    let mut lines = vec![headline(overview)];
    let notes = notes(overview);
    lines.extend(notes.iter().map(|note| format!("  {note}")));
    lines.join("\n")
}

fn headline(overview: &Overview) -> String {
    match overview.reasons.is_empty() {
        true => overview.health.as_str().to_owned(),
        false => format!(
            "{}: {}",
            overview.health.as_str(),
            overview.reasons.join("; ")
        ),
    }
}

fn tone(health: Health) -> Tone {
    match health {
        Health::Healthy => Tone::Good,
        Health::Degraded => Tone::Warning,
        Health::Broken => Tone::Bad,
    }
}

fn jobs(jobs: &[JobLine]) -> Vec<Vec<Cell>> {
    let mut rows = vec![headings([
        "JOB", "LAST RUN", "OUTCOME", "TOOK", "NEXT DUE", "COUNTS",
    ])];
    rows.extend(jobs.iter().map(job));
    rows
}

fn job(line: &JobLine) -> Vec<Cell> {
    let Some(run) = &line.last else {
        return vec![Cell::plain(line.job), Cell::plain("never")];
    };
    let outcome = match run.outcome {
        Outcome::Ok | Outcome::Skipped => Tone::Good,
        Outcome::Partial | Outcome::Deferred => Tone::Warning,
        Outcome::Failed => Tone::Bad,
    };
    let mut due = or_dash(line.next_due.map(moment));
    if line.overdue {
        due.push_str(" (overdue)");
    }
    let late = if line.overdue { Tone::Bad } else { Tone::Plain };
    vec![
        Cell::plain(line.job),
        Cell::plain(moment(run.started_at)),
        Cell::new(run.outcome.as_str(), outcome),
        Cell::plain(took(run.duration_ms)),
        Cell::new(due, late),
        Cell::plain(counted(&run.counts)),
    ]
}

/// A line for each thing there is.
fn facts(overview: &Overview) -> Vec<Vec<Cell>> {
    let sums = overview.stored.iter().flat_map(sums);
    let mut facts: Vec<_> = sums.collect();
    facts.push(("store", store(&overview.store)));
    facts.push(("queue", queue(&overview.queue)));
    let row = |(name, text)| vec![Cell::new(name, Tone::Heading), Cell::plain(text)];
    facts.into_iter().map(row).collect()
}

fn store(store: &StorePlace) -> String {
    let location = &store.location;
    match store.state {
        State::Missing => {
            format!("{location}, not there yet: the first job makes it, or `calsync migrate`")
        }
        State::Ready | State::Outdated | State::Unusable => {
            format!("{location}, {}", room(store))
        }
    }
}

fn queue(queue: &QueuePlace) -> String {
    let location = &queue.location;
    match queue.state {
        State::Missing => format!("{location}, not there yet: it is made when it is first needed"),
        State::Ready | State::Outdated | State::Unusable => location.clone(),
    }
}

fn backlog(lines: &[Backlog]) -> Vec<Vec<Cell>> {
    let mut rows = vec![headings(["PROVIDER", "WAITING", "HELD", "DEAD", "OLDEST"])];
    rows.extend(lines.iter().map(|line| {
        let status = &line.status;
        let dead = if status.dead > 0 {
            Tone::Bad
        } else {
            Tone::Plain
        };
        vec![
            Cell::plain(status.provider.as_str()),
            Cell::plain(status.waiting.to_string()),
            Cell::plain(status.held.to_string()),
            Cell::new(status.dead.to_string(), dead),
            Cell::plain(or_dash(line.oldest_age_s.map(age))),
        ]
    }));
    rows
}

/// What somebody should look at, with what to do.
fn notes(overview: &Overview) -> Vec<String> {
    let places = [&overview.store.error, &overview.queue.error];
    let mut notes: Vec<_> = places.into_iter().flatten().cloned().collect();
    if let Some(stored) = &overview.stored {
        notes.extend(stored.failures().map(|failure| failure.message.clone()));
        notes.extend(stored.attention.iter().map(Attention::line));
        notes.extend(advice(stored));
    }
    if overview.queue.lines.iter().any(|line| line.status.dead > 0) {
        notes.push("some notifications were put aside: `calsync queue dead`".to_owned());
    }
    notes
}

fn advice(stored: &Stored) -> Vec<String> {
    let parked = stored.parked.iter().map(|parked| {
        format!(
            "removals of user {} wait since {}: `calsync conflicts show {}`, then `calsync \
             conflicts approve {2}`",
            parked.user_id,
            moment(parked.since),
            parked.conflict_id
        )
    });
    let mut advice: Vec<_> = parked.collect();
    if stored.calendars.unlisted > 0 {
        advice.push(
            "some calendars are no longer listed by their provider; what is known of them stays \
             in the timeline: `calsync calendars list`, then `calsync calendars disable ID`"
                .to_owned(),
        );
    }
    if stored.conflicts.values().any(|number| *number > 0) {
        advice.push("some conflicts are open: `calsync conflicts list`".to_owned());
    }
    if stored.jobs.iter().any(|job| job.overdue) {
        advice.push("is a timer or cron running? `calsync doctor` looks".to_owned());
    }
    advice
}
