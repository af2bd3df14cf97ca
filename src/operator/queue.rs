//! `calsync queue`.

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, counted, moment, or_dash};
use crate::context::Context;
use crate::jobs::WrongArgument;
use crate::queue::{DeadEntry, DeliveryId, QueueStatus};

/// Show what waits in the queue and what was put aside
#[derive(Debug, clap::Args)]
pub struct Queue {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show how many notifications wait, are being served, or were put aside
    Status,
    /// List what was put aside, and why
    ///
    /// Notifications that cannot be read, or that were tried
    /// queue.max_attempts times without success. Their calendars are synced
    /// by the other jobs all the same.
    Dead,
    /// Have what was put aside wait again
    ///
    /// It is served by the next drain as if it were new.
    #[command(after_long_help = "\
Examples:
  calsync queue retry 17 18
  calsync queue retry --all")]
    Retry {
        /// The entries, as `calsync queue dead` shows them
        #[arg(
            value_name = "ID",
            required_unless_present = "all",
            conflicts_with = "all"
        )]
        ids: Vec<DeliveryId>,
        /// All of them
        #[arg(long)]
        all: bool,
    },
}

#[derive(Serialize)]
struct Retried {
    retried: u64,
}

impl Queue {
    /// Runs the command.
    ///
    /// # Errors
    /// When the queue cannot be used or an entry does not exist.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        let queue = cx.queue().await?;
        match &self.action {
            Action::Status => status(out, &queue.status().await?),
            Action::Dead => dead(out, &queue.dead().await?),
            Action::Retry { ids, .. } => {
                let chosen = if ids.is_empty() {
                    None
                } else {
                    check(ids, &queue.dead().await?)?;
                    Some(ids.clone())
                };
                let retried = queue.retry(chosen).await?;
                let text = format!("{} waiting again", counted(retried, "notification"));
                Ok(out.value(&Retried { retried }, &text)?)
            }
        }
    }
}

/// Nothing is done when one of the entries does not exist.
fn check(ids: &[DeliveryId], dead: &[DeadEntry]) -> Result<(), WrongArgument> {
    let missing = ids
        .iter()
        .find(|id| dead.iter().all(|entry| entry.id != **id));
    missing.map_or(Ok(()), |id| {
        Err(WrongArgument(format!(
            "entry {id} was not put aside; `calsync queue dead` shows those that were"
        )))
    })
}

fn status(out: Output, status: &[QueueStatus]) -> anyhow::Result<()> {
    let header = ["PROVIDER", "WAITING", "HELD", "DEAD", "OLDEST"];
    Ok(out.list(&header, status, |status| {
        vec![
            status.provider.to_string(),
            status.waiting.to_string(),
            status.held.to_string(),
            status.dead.to_string(),
            or_dash(status.oldest.map(moment)),
        ]
    })?)
}

fn dead(out: Output, dead: &[DeadEntry]) -> anyhow::Result<()> {
    let header = ["ID", "PROVIDER", "AT", "REASON", "ENTRY"];
    Ok(out.list(&header, dead, |entry| {
        vec![
            entry.id.to_string(),
            entry.provider.to_string(),
            moment(entry.at),
            entry.reason.clone(),
            entry.entry.clone(),
        ]
    })?)
}
