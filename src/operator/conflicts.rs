//! `calsync conflicts`.

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, moment};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::model::conflict::Conflict;
use crate::model::id::ConflictId;

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
    /// Carry out a mass removal that waits for approval
    ///
    /// The events that the calendar no longer holds are removed from the
    /// timeline. Nothing is changed at the provider.
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

async fn approve(cx: &Context, out: Output, id: &ConflictId, dry_run: bool) -> anyhow::Result<()> {
    let conflict = find(cx, id).await?;
    if dry_run {
        return Ok(out.value(&conflict, &text(&conflict))?);
    }
    let removed = cx.store().await?.conflict_approve(id, cx.now()).await?;
    let events_removed = removed.ok_or_else(|| {
        WrongArgument(format!(
            "conflict {id} is not open: nothing waits for approval"
        ))
    })?;
    let text = format!("conflict {id} approved: {events_removed} events removed");
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
    let settled = conflict.resolved_at.map_or("-".to_owned(), moment);
    format!(
        "conflict  {}\nuser      {}\ncalendar  {}\nkind      {}\nstatus    {}\nfound     \
         {}\nsettled   {settled}\nwhat      {}",
        conflict.id,
        conflict.user_id,
        conflict.calendar_id,
        conflict.kind.as_str(),
        conflict.resolution_status.as_str(),
        moment(conflict.detected_at),
        conflict.summary,
    )
}
