//! `calsync explain`.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, moment, or_dash};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::conflict::{Conflict, ResolutionStatus};
use crate::model::content::Field;
use crate::model::event::EventStatus;
use crate::model::id::{CalendarId, ConflictId, EventId, ExternalId, TaskId, UserId};
use crate::model::link::LinkState;
use crate::store::{EventName, KnownEvent, OutboxEntry, Outcome, WriteRecord};
use crate::sync::{Explanation, Intent};

/// Tell why something was synced, or was not
///
/// Shows both sides as they are known, what they last agreed on, what was written
/// last and what the next sync will do. Asks no provider.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync explain task t-118
  calsync explain event e-5b0f6c1f0e1d4a7c9a0b1c2d3e4f5a6b")]
pub struct Explain {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A task of the application
    Task {
        /// The task
        id: String,
    },
    /// An event
    Event {
        /// The event: the id that `calsync events list` shows, or the provider's
        id: String,
    },
}

impl Explain {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used, or there is no such thing.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        match &self.what {
            What::Task { id } => task(cx, out, &TaskId::new(id.as_str())).await,
            What::Event { id } => events(cx, out, id).await,
        }
    }
}

/// A task, its event and what is between them.
#[derive(Serialize)]
struct TaskStory<'a> {
    task_id: &'a TaskId,
    user_id: Option<&'a UserId>,
    task: &'static str,
    scheduled: bool,
    updated_at: Option<DateTime<Utc>>,
    link: &'static str,
    calendar_id: Option<&'a CalendarId>,
    calendar: Option<&'a str>,
    generation: Option<u32>,
    external_id: Option<&'a ExternalId>,
    event: &'static str,
    event_updated_at: Option<DateTime<Utc>>,
    agreed_etag: Option<&'a str>,
    event_etag: Option<&'a str>,
    task_changed: &'a [Field],
    event_changed: &'a [Field],
    why_no_event: Option<&'static str>,
    pending: Option<Pending<'a>>,
    next: &'a [Intent],
    open_conflicts: Vec<&'a ConflictId>,
    writes: &'a [WriteRecord],
}

/// What is decided and not sent yet.
#[derive(Serialize)]
struct Pending<'a> {
    why: &'a str,
    attempts: u32,
    next_attempt_at: Option<DateTime<Utc>>,
    refused: Option<&'a str>,
    waits_for: Option<&'a ConflictId>,
}

async fn task(cx: &Context, out: Output, id: &TaskId) -> anyhow::Result<()> {
    let sync = cx.sync("explain").await?;
    let explanation = sync.explain(id).await?.ok_or_else(|| {
        WrongArgument(format!(
            "task {id} is not known, or its time cannot be read; `calsync tasks list` shows those \
             there are"
        ))
    })?;
    let story = TaskStory::of(id, &explanation);
    let text = story.lines(&explanation.conflicts).join("\n");
    Ok(out.value(&story, &text)?)
}

impl<'a> TaskStory<'a> {
    fn of(id: &'a TaskId, known: &'a Explanation) -> Self {
        let pair = &known.pair;
        let (task, link) = (pair.task.as_ref(), pair.link.as_ref());
        let (word, external_id, agreed_etag) = match link.map(|link| &link.state) {
            None => ("none", None, None),
            Some(LinkState::Pending) => ("pending", None, None),
            Some(LinkState::Closed) => ("closed", None, None),
            Some(LinkState::Open { external_id, base }) => {
                ("open", Some(external_id), base.etag.as_deref())
            }
        };
        let event = pair.event.as_ref();
        let is_open = |one: &&Conflict| one.resolution_status == ResolutionStatus::Open;
        Self {
            task_id: id,
            user_id: task
                .map(|task| &task.user_id)
                .or(link.map(|link| &link.user_id)),
            task: match task {
                None => "gone",
                Some(task) if task.deleted_at.is_some() => "deleted",
                Some(_) => "there",
            },
            scheduled: task.is_some_and(|task| task.content.time.is_some()),
            updated_at: task.map(|task| task.updated_at),
            link: word,
            calendar_id: known.calendar.as_ref().map(|calendar| &calendar.id),
            calendar: known
                .calendar
                .as_ref()
                .map(|calendar| calendar.name.as_str()),
            generation: link.map(|link| link.generation),
            external_id,
            event: match event {
                None if word == "open" => "not read yet",
                None => "none",
                Some(linked) if linked.removed_at.is_some() => "removed",
                Some(_) => "there",
            },
            event_updated_at: event.and_then(|linked| linked.event.updated_at),
            agreed_etag,
            event_etag: event.and_then(|linked| linked.event.etag.as_deref()),
            task_changed: &known.task_changed,
            event_changed: &known.event_changed,
            why_no_event: known
                .reason
                .filter(|_| word != "open")
                .map(|why| why.as_str()),
            pending: pair.outbox.as_ref().map(Pending::of),
            next: &known.intents,
            open_conflicts: known
                .conflicts
                .iter()
                .filter(is_open)
                .map(|one| &one.id)
                .collect(),
            writes: &known.writes,
        }
    }

    /// The same for people.
    fn lines(&self, conflicts: &[Conflict]) -> Vec<String> {
        let user = or_dash(self.user_id.map(ToString::to_string));
        let scheduled = if self.scheduled {
            "scheduled"
        } else {
            "not scheduled"
        };
        let calendar = self
            .calendar
            .map_or("no calendar".to_owned(), |name| format!("{name:?}"));
        let mut lines = vec![
            format!(
                "task      {} of user {user}: {}, {scheduled}",
                self.task_id, self.task
            ),
            format!("changed   {}", or_dash(self.updated_at.map(moment))),
            format!("link      {}, calendar {calendar}", self.link),
        ];
        lines.extend(
            self.external_id
                .map(|id| format!("event     {id}: {}", self.event)),
        );
        if let Some(at) = self.event_updated_at {
            lines.push(format!("changed   {}", moment(at)));
        }
        lines.extend(self.why_no_event.map(|why| format!("no event  {why}")));
        for (side, fields) in [("task", self.task_changed), ("event", self.event_changed)] {
            if !fields.is_empty() {
                let names: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
                let names = names.join(", ");
                lines.push(format!("since both agreed the {side} changed: {names}"));
            }
        }
        lines.extend(self.pending.as_ref().map(Pending::line));
        if self.next.is_empty() {
            lines.push("next      nothing to do".to_owned());
        }
        let next = self.next.iter();
        lines.extend(next.map(|one| format!("next      {}: {}", one.does.as_str(), one.why)));
        let status = |one: &Conflict| one.resolution_status.as_str();
        lines.extend(
            conflicts
                .iter()
                .map(|one| format!("conflict  {} {}: {}", one.id, status(one), one.summary)),
        );
        lines.extend(self.writes.iter().map(written));
        lines
    }
}

impl<'a> Pending<'a> {
    fn of(entry: &'a OutboxEntry) -> Self {
        Self {
            why: &entry.why,
            attempts: entry.attempts,
            next_attempt_at: entry.next_attempt_at,
            refused: entry.reason.as_deref(),
            waits_for: entry.parked_by.as_ref(),
        }
    }

    fn line(&self) -> String {
        let when = match (self.waits_for, self.next_attempt_at) {
            (Some(conflict), _) => {
                format!("waits for `calsync conflicts approve {conflict}`")
            }
            (None, Some(at)) => format!("next attempt {}", moment(at)),
            (None, None) => {
                "rests until the task changes, or `calsync auto-sync --force`".to_owned()
            }
        };
        let refused = self
            .refused
            .map_or(String::new(), |why| format!(", refused: {why}"));
        format!(
            "to send   {} ({} attempts{refused}): {when}",
            self.why, self.attempts
        )
    }
}

fn written(record: &WriteRecord) -> String {
    let outcome = match record.outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Sent => "sent, the answer is not known".to_owned(),
        Outcome::Failed => format!("failed: {}", record.reason.as_deref().unwrap_or("-")),
    };
    let (at, action, why) = (moment(record.at), &record.action, &record.why);
    format!("write     {at} {action} ({why}): {outcome}")
}

/// An event, and why it is in the timeline or is not.
#[derive(Serialize)]
struct EventStory<'a> {
    event_id: &'a EventId,
    external_id: &'a ExternalId,
    calendar_id: &'a CalendarId,
    etag: Option<&'a str>,
    updated_at: Option<DateTime<Utc>>,
    removed_at: Option<DateTime<Utc>>,
    parked_by: Option<&'a ConflictId>,
    hidden_by: Option<&'a ConflictId>,
    occurrences_shown: u64,
    why: String,
    task_id: Option<&'a TaskId>,
    title: Option<&'a str>,
}

async fn events(cx: &Context, out: Output, id: &str) -> anyhow::Result<()> {
    let store = cx.store().await?;
    let ours = EventName::Ours(EventId::new(id));
    let mut found = store.event_find(ours).await?;
    if found.is_empty() {
        let theirs = EventName::Theirs(ExternalId::new(id));
        found = store.event_find(theirs).await?;
    }
    if found.is_empty() {
        return Err(WrongArgument(format!(
            "event {id} is not known: it was never listed by a calendar that is synced, or was \
             forgotten after its removal"
        ))
        .into());
    }
    let calendars = store.calendar_list(None).await?;
    let mut stories = Vec::with_capacity(found.len());
    for known in &found {
        let mut calendars = calendars.iter();
        let calendar = calendars.find(|calendar| calendar.id == known.calendar_id);
        let synced = calendar.is_some_and(|calendar| calendar.is_synced());
        stories.push(EventStory::of(known, synced));
    }
    let text: Vec<_> = stories.iter().map(EventStory::text).collect();
    match stories.as_slice() {
        [one] => Ok(out.value(one, &text.join("\n"))?),
        several => Ok(out.value(&several, &text.join("\n\n"))?),
    }
}

impl<'a> EventStory<'a> {
    fn of(known: &'a KnownEvent, synced: bool) -> Self {
        let event = &known.event;
        let hidden = known.hidden_by.is_some();
        let why = match (known.removed_at, &known.parked_by) {
            (Some(at), _) => format!(
                "the provider removed it; that was noticed at {}",
                moment(at)
            ),
            (None, Some(conflict)) => {
                format!("its removal waits for approval: `calsync conflicts approve {conflict}`")
            }
            (None, None) if event.status == EventStatus::Cancelled => {
                "it is an occurrence that does not take place".to_owned()
            }
            (None, None) if hidden && known.shown == 0 => {
                let by = or_dash(known.hidden_by.as_ref().map(ToString::to_string));
                format!("it is hidden behind its look-alike: `calsync conflicts show {by}`")
            }
            (None, None) if !synced => {
                "its calendar is not synced, so that it is not shown".to_owned()
            }
            (None, None) if known.shown == 0 => {
                "none of it lies inside the timeline's window".to_owned()
            }
            (None, None) => "it is in the timeline".to_owned(),
        };
        Self {
            event_id: &known.id,
            external_id: &event.external_id,
            calendar_id: &known.calendar_id,
            etag: event.etag.as_deref(),
            updated_at: event.updated_at,
            removed_at: known.removed_at,
            parked_by: known.parked_by.as_ref(),
            hidden_by: known.hidden_by.as_ref(),
            occurrences_shown: known.shown,
            why,
            task_id: known.task_id.as_ref(),
            title: event.title.as_deref(),
        }
    }

    fn text(&self) -> String {
        let task = match self.task_id {
            Some(task) => format!("stands for task {task}; `calsync explain task {task}`"),
            None => "stands for no task".to_owned(),
        };
        format!(
            "event     {}\nprovider  {}\ncalendar  {}\ntitle     {}\nchanged   {}\ntimeline  {} \
             occurrences: {}\ntask      {task}",
            self.event_id,
            self.external_id,
            self.calendar_id,
            or_dash(self.title.map(str::to_owned)),
            or_dash(self.updated_at.map(moment)),
            self.occurrences_shown,
            self.why,
        )
    }
}
