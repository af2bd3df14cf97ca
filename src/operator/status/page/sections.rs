//! The parts of the page.

use super::charts;
use super::markup::{Cell, cell, list, section, table};
use crate::model::run::RunSpan;
use crate::operator::output::{moment, or_dash};
use crate::operator::status::jobs::JobLine;
use crate::operator::status::overview::{Overview, Stored};
use crate::operator::status::people::Attention;
use crate::operator::status::places::{Backlog, QueuePlace, State, StorePlace};
use crate::operator::status::words::{age, counted, room, sums, took};

/// All of them, in order; no spans: the history cannot be read.
pub(super) fn all(overview: &Overview, spans: Option<&[RunSpan]>) -> String {
    let mut parts = vec![section("What needs attention", &list(&overview.reasons))];
    if let Some(stored) = &overview.stored {
        parts.push(section("Jobs", &jobs(&stored.jobs)));
        parts.push(section("A week of cycles", &history(&stored.jobs, spans)));
    }
    parts.push(section("Backlog", &backlog(&overview.queue)));
    if let Some(stored) = &overview.stored {
        parts.extend(of_stored(stored));
    }
    parts.push(section("Storage", &storage(overview)));
    parts.concat()
}

fn of_stored(stored: &Stored) -> [String; 5] {
    let sums = sums(stored).map(|(name, text)| vec![cell(name), cell(text)]);
    [
        section("Numbers", &table(&["Of", "There are"], &sums)),
        section("Calendars by their last pull", &staleness(stored)),
        section("Accounts to see to", &accounts(&stored.attention)),
        section("Plans to approve", &parked(stored)),
        section("Failures", &failures(stored)),
    ]
}

fn jobs(jobs: &[JobLine]) -> String {
    let headings = ["Job", "Last run", "Outcome", "Took", "Next due", "Counts"];
    let rows: Vec<_> = jobs.iter().map(job).collect();
    table(&headings, &rows)
}

fn job(line: &JobLine) -> Vec<Cell> {
    let Some(run) = &line.last else {
        let dashes = std::iter::repeat_with(|| cell("-")).take(4);
        return [cell(line.job), cell("never")]
            .into_iter()
            .chain(dashes)
            .collect();
    };
    let due = or_dash(line.next_due.map(moment));
    let due = match line.overdue {
        true => (format!("{due} (overdue)"), "failed"),
        false => cell(due),
    };
    let outcome = run.outcome.as_str();
    vec![
        cell(line.job),
        cell(moment(run.started_at)),
        (outcome.to_owned(), outcome),
        cell(took(run.duration_ms)),
        due,
        cell(counted(&run.counts)),
    ]
}

/// A chart for each job that ran.
fn history(jobs: &[JobLine], spans: Option<&[RunSpan]>) -> String {
    let Some(spans) = spans else {
        return list(&["the history cannot be read".to_owned()]);
    };
    let chart = |line: &JobLine| {
        let spans: Vec<_> = spans.iter().filter(|span| span.job == line.job).collect();
        (!spans.is_empty()).then(|| {
            let chart = charts::history(line.job, &spans);
            format!("<h3>{}</h3>\n{chart}", line.job)
        })
    };
    jobs.iter().filter_map(chart).collect()
}

fn backlog(queue: &QueuePlace) -> String {
    let bars: Vec<_> = queue.lines.iter().flat_map(parts).collect();
    if bars.is_empty() {
        return String::new();
    }
    let oldest = queue.lines.iter().filter_map(|line| {
        let waited = line.oldest_age_s?;
        let provider = line.status.provider;
        Some(format!(
            "the oldest of {provider} waits for {}",
            age(waited)
        ))
    });
    let chart = charts::bars("notifications by provider", &bars);
    format!("{chart}{}", list(&oldest.collect::<Vec<_>>()))
}

fn parts(line: &Backlog) -> [(String, u64, &'static str); 3] {
    let status = &line.status;
    [
        (status.waiting, "waiting", "bar"),
        (status.held, "held", "bar"),
        (status.dead, "put aside", "failed"),
    ]
    .map(|(number, what, class)| (format!("{} {what}", status.provider), number, class))
}

fn staleness(stored: &Stored) -> String {
    let bars = stored.calendars.staleness.iter();
    let bars: Vec<_> = bars
        .map(|bar| (bar.pulled.clone(), bar.calendars as u64, "bar"))
        .collect();
    charts::bars("calendars by their last pull", &bars)
}

/// Without the reasons: a provider may have put an address into them.
fn accounts(attention: &[Attention]) -> String {
    let rows: Vec<_> = attention
        .iter()
        .map(|account| {
            vec![
                cell(&account.account_id),
                cell(&account.user_id),
                cell(account.provider),
                cell(account.status),
                cell(moment(account.since)),
                cell(&account.command),
            ]
        })
        .collect();
    let headings = [
        "Account",
        "User",
        "Provider",
        "Status",
        "Since",
        "Mended by",
    ];
    table(&headings, &rows)
}

fn parked(stored: &Stored) -> String {
    let rows: Vec<_> = stored
        .parked
        .iter()
        .map(|plan| {
            vec![
                cell(&plan.conflict_id),
                cell(&plan.user_id),
                cell(&plan.calendar_id),
                cell(moment(plan.since)),
            ]
        })
        .collect();
    table(&["Conflict", "User", "Calendar", "Since"], &rows)
}

/// Without the messages, which name calendars.
fn failures(stored: &Stored) -> String {
    let id = |id: Option<String>| cell(or_dash(id));
    let rows: Vec<_> = stored
        .failures()
        .map(|failure| {
            vec![
                cell(&failure.kind),
                id(failure.user_id.as_ref().map(ToString::to_string)),
                id(failure.account_id.as_ref().map(ToString::to_string)),
                id(failure.calendar_id.as_ref().map(ToString::to_string)),
            ]
        })
        .collect();
    table(&["Kind", "User", "Account", "Calendar"], &rows)
}

/// Without the places: they tell of the machine.
fn storage(overview: &Overview) -> String {
    let store = vec![cell("store"), store(&overview.store)];
    let queue = vec![cell("queue"), state(overview.queue.state)];
    table(&["What", "State"], &[store, queue])
}

fn store(store: &StorePlace) -> Cell {
    match store.state {
        State::Ready => cell(room(store)),
        other => state(other),
    }
}

fn state(state: State) -> Cell {
    match state {
        State::Ready => cell("ready"),
        State::Missing => cell("not there yet"),
        State::Outdated => ("of an older version".to_owned(), "degraded"),
        State::Unusable => ("cannot be used".to_owned(), "broken"),
    }
}
