//! `calsync conflicts`.

use std::collections::BTreeSet;

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, moment};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::account::ProviderKind;
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::id::ConflictId;
use crate::model::look_alike;
use crate::store::EventName;
use crate::sync::{Keep, Resolved};

/// List and settle what only a person can decide
#[derive(Debug, clap::Args)]
pub struct Conflicts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List open conflicts
    List {
        /// Also those that are settled
        #[arg(long)]
        all: bool,
    },
    /// Show a conflict
    Show {
        /// The conflict
        id: String,
    },
    /// Settle a conflict between a task and its event, or between look-alikes
    ///
    /// Of an edit, the side that is kept is written to the other. Of an edit and
    /// a deletion: an edited task that is kept gets a new event, or else it
    /// lives on without start and end; an edited event that is kept stays in
    /// the calendar without its task, or else it is deleted. What is to be
    /// written to the calendar is sent by its next sync. Of one meeting that
    /// stands in calendars of two providers, the one that is not kept is hidden
    /// from the timeline, and not touched at the provider.
    Resolve {
        /// The conflict
        id: String,
        /// What is kept: the task or the event; of look-alikes the event at google
        /// or at microsoft, or both
        #[arg(long, value_name = "SIDE")]
        keep: Side,
    },
    /// Carry out a mass removal that waits for approval
    ///
    /// Where a calendar lost its events, they are removed from the timeline, and
    /// nothing is changed at the provider. Where tasks went, their events are
    /// deleted at the provider by the next sync of the calendar.
    Approve {
        /// The conflict
        id: String,
        /// Show what would be removed, remove nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Serialize)]
struct Approved<'a> {
    id: &'a ConflictId,
    events_removed: u64,
}

impl Conflicts {
    /// Runs the command.
    ///
    /// # Errors
    /// When the store cannot be used or the conflict does not exist.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        match &self.action {
            Action::List { all } => {
                let conflicts = cx.store().await?.conflict_list(!all).await?;
                list(out, &conflicts)
            }
            Action::Show { id } => {
                let conflict = find(cx, &ConflictId::new(id.as_str())).await?;
                Ok(out.value(&conflict, &text(&conflict))?)
            }
            Action::Resolve { id, keep } => {
                resolve(cx, out, &ConflictId::new(id.as_str()), *keep).await
            }
            Action::Approve { id, dry_run } => {
                approve(cx, out, &ConflictId::new(id.as_str()), *dry_run).await
            }
        }
    }
}

async fn find(cx: &Context, id: &ConflictId) -> anyhow::Result<Conflict> {
    let conflict = cx.store().await?.conflict_find(id).await?;
    Ok(conflict.ok_or_else(|| {
        WrongArgument(format!(
            "conflict {id} does not exist; `calsync conflicts list` shows those that do"
        ))
    })?)
}

/// What a person keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Side {
    /// What the task says
    Task,
    /// What the event says
    Event,
    /// The event at Google
    Google,
    /// The event at Microsoft
    Microsoft,
    /// Both events
    Both,
}

async fn resolve(cx: &Context, out: Output, id: &ConflictId, side: Side) -> anyhow::Result<()> {
    let conflict = find(cx, id).await?;
    if conflict.kind == ConflictKind::Duplicate {
        return keep_look_alike(cx, out, &conflict, side).await;
    }
    let (keep, kept) = match side {
        Side::Task => (Keep::Task, "the task"),
        Side::Event => (Keep::Event, "the event"),
        Side::Google | Side::Microsoft | Side::Both => {
            let way_out = format!(
                "conflict {id} is about a task and its event: --keep task or --keep event settles it"
            );
            return Err(WrongArgument(way_out).into());
        }
    };
    if conflict.resolution_status != ResolutionStatus::Open {
        return Err(WrongArgument(format!("conflict {id} is not open: it was settled")).into());
    }
    if conflict.kind == ConflictKind::MassDelete {
        let way_out = format!(
            "conflict {id} is a mass removal: `calsync conflicts approve {id}` carries it out"
        );
        return Err(WrongArgument(way_out).into());
    }
    let sync = cx.sync(&uuid::Uuid::now_v7().to_string()).await?;
    let resolved = sync.resolve(&conflict, Some(keep)).await;
    sync.close().await;
    match resolved? {
        Resolved::Settled => {
            let settled = find(cx, id).await?;
            let text = format!("conflict {id} settled: {kept} is kept");
            Ok(out.value(&settled, &text)?)
        }
        Resolved::Parked => Err(WrongArgument(format!(
            "conflict {id} cannot be settled like that: the event must not be written, or was not \
             read yet; try the other side, or again after the next sync"
        ))
        .into()),
        Resolved::Busy => anyhow::bail!(
            "conflict {id} is not settled: another instance is at its calendar; try again"
        ),
    }
}

/// Settles which of two look-alikes is shown.
async fn keep_look_alike(
    cx: &Context,
    out: Output,
    conflict: &Conflict,
    side: Side,
) -> anyhow::Result<()> {
    let id = &conflict.id;
    let (keep, kept) = match side {
        Side::Both => (look_alike::Keep::Both, "both events are"),
        Side::Google => (
            at(cx, conflict, ProviderKind::Google).await?,
            "the event at Google is",
        ),
        Side::Microsoft => (
            at(cx, conflict, ProviderKind::Microsoft).await?,
            "the event at Microsoft is",
        ),
        Side::Task | Side::Event => {
            let way_out = format!(
                "conflict {id} is about two events: --keep google, microsoft or both settles it"
            );
            return Err(WrongArgument(way_out).into());
        }
    };
    if !cx
        .store()
        .await?
        .look_alike_keep(id, keep, cx.now())
        .await?
    {
        let text = format!(
            "conflict {id} cannot be settled like that any more: one of both events is gone, or \
             hidden for another reason"
        );
        return Err(WrongArgument(text).into());
    }
    let settled = find(cx, id).await?;
    Ok(out.value(&settled, &format!("conflict {id} settled: {kept} shown"))?)
}

/// The one of two look-alikes that is at a provider.
async fn at(
    cx: &Context,
    conflict: &Conflict,
    provider: ProviderKind,
) -> anyhow::Result<look_alike::Keep> {
    let store = cx.store().await?;
    let calendars = store.calendar_list(Some(&conflict.user_id)).await?;
    for event in conflict.event_id.iter().chain(&conflict.other_event_id) {
        for known in store.event_find(EventName::Ours(event.clone())).await? {
            let mut calendars = calendars.iter();
            let home = calendars.find(|calendar| calendar.id == known.calendar_id);
            if known.id == *event && home.is_some_and(|home| home.provider == provider) {
                return Ok(look_alike::Keep::One(known.id));
            }
        }
    }
    let text = format!(
        "conflict {} is not about an event at {provider} any more",
        conflict.id
    );
    Err(WrongArgument(text).into())
}

async fn approve(cx: &Context, out: Output, id: &ConflictId, dry_run: bool) -> anyhow::Result<()> {
    let conflict = find(cx, id).await?;
    if dry_run {
        return Ok(out.value(&conflict, &text(&conflict))?);
    }
    if conflict.kind != ConflictKind::MassDelete {
        let way_out = format!(
            "conflict {id} is no mass removal: `calsync conflicts resolve {id} --keep task` or \
             `--keep event` settles it"
        );
        return Err(WrongArgument(way_out).into());
    }
    let removed = cx.store().await?.conflict_approve(id, cx.now()).await?;
    let events_removed = removed.ok_or_else(|| {
        WrongArgument(format!(
            "conflict {id} is not open: nothing waits for approval"
        ))
    })?;
    let text = match conflict.at_provider {
        false => format!("conflict {id} approved: {events_removed} events removed"),
        true => format!(
            "conflict {id} approved: {events_removed} events will be deleted by the next sync"
        ),
    };
    Ok(out.value(&Approved { id, events_removed }, &text)?)
}

fn list(out: Output, conflicts: &[Conflict]) -> anyhow::Result<()> {
    let header = ["ID", "USER", "CALENDAR", "KIND", "STATUS", "SINCE", "WHAT"];
    Ok(out.list(&header, conflicts, |conflict| {
        vec![
            conflict.id.to_string(),
            conflict.user_id.to_string(),
            conflict.calendar_id.to_string(),
            conflict.kind.as_str().to_owned(),
            conflict.resolution_status.as_str().to_owned(),
            moment(conflict.detected_at),
            conflict.summary.clone(),
        ]
    })?)
}

fn text(conflict: &Conflict) -> String {
    let mut lines = vec![
        ("conflict", conflict.id.to_string()),
        ("user", conflict.user_id.to_string()),
        ("calendar", conflict.calendar_id.to_string()),
    ];
    lines.extend(conflict.task_id.iter().map(|id| ("task", id.to_string())));
    lines.extend(
        conflict
            .external_id
            .iter()
            .map(|id| ("event", id.to_string())),
    );
    let events = conflict.event_id.iter().chain(&conflict.other_event_id);
    lines.extend(events.map(|id| ("event", id.to_string())));
    lines.extend([
        ("kind", conflict.kind.as_str().to_owned()),
        ("status", conflict.resolution_status.as_str().to_owned()),
        ("found", moment(conflict.detected_at)),
        (
            "settled",
            conflict.resolved_at.map_or("-".to_owned(), moment),
        ),
    ]);
    lines.extend(conflict.strategy.iter().map(|by| ("by", by.clone())));
    lines.push(("what", conflict.summary.clone()));
    let lines = lines
        .iter()
        .map(|(name, value)| format!("{name:<9} {value}"));
    lines
        .chain(differences(conflict))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What each side says of the fields in question, a line each.
fn differences(conflict: &Conflict) -> Vec<String> {
    let sides: &[_] = match conflict.kind {
        ConflictKind::Duplicate => &[("first", &conflict.ours), ("second", &conflict.theirs)],
        ConflictKind::Edit | ConflictKind::EditDelete | ConflictKind::MassDelete => &[
            ("agreed", &conflict.base),
            ("task", &conflict.ours),
            ("event", &conflict.theirs),
        ],
    };
    let fields: BTreeSet<_> = sides
        .iter()
        .flat_map(|(_, side)| side.iter().flat_map(|fields| fields.keys()))
        .collect();
    let mut lines = Vec::new();
    for field in fields {
        lines.push(field.as_str().to_owned());
        for (name, side) in sides {
            let value = match side.as_ref().map(|fields| fields.get(field)) {
                None => "deleted".to_owned(),
                Some(None | Some(None)) => "-".to_owned(),
                Some(Some(Some(value))) => value.to_string(),
            };
            lines.push(format!("  {name:<7} {value}"));
        }
    }
    lines
}
