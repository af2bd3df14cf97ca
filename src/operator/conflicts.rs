//! `calsync conflicts`.

use std::collections::BTreeSet;

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, moment};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::id::ConflictId;
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
    /// Settle a conflict between a task and its event
    ///
    /// Of an edit, the side that is kept is written to the other. Of an edit and
    /// a deletion: an edited task that is kept gets a new event, or else it
    /// lives on without start and end; an edited event that is kept stays in
    /// the calendar without its task, or else it is deleted. What is to be
    /// written to the calendar is sent by its next sync.
    Resolve {
        /// The conflict
        id: String,
        /// The side that is kept
        #[arg(long, value_name = "SIDE")]
        keep: Keep,
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

async fn resolve(cx: &Context, out: Output, id: &ConflictId, keep: Keep) -> anyhow::Result<()> {
    let conflict = find(cx, id).await?;
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
            let kept = match keep {
                Keep::Task => "the task",
                Keep::Event => "the event",
            };
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
    let sides = [
        ("agreed", &conflict.base),
        ("task", &conflict.ours),
        ("event", &conflict.theirs),
    ];
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
