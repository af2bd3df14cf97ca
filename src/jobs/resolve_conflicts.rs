//! The job `resolve-conflicts`.

use super::{Job, WrongArgument};
use crate::context::Context;
use crate::model::conflict::{Conflict, ConflictKind};
use crate::model::id::UserId;
use crate::sync::{Report, Resolved, count};

/// Settle what stands unresolved between tasks and events
///
/// Drops questions that no longer matter, and settles those that a user's
/// conflict strategy can settle by now. What the strategy leaves to a person
/// stays parked: `calsync conflicts list` shows it. Asks no provider; what is to
/// be written there is sent by the next sync of the calendar.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync resolve-conflicts             settle what can be settled
  calsync resolve-conflicts --user u-7  of this user only")]
pub struct ResolveConflicts {
    /// Only the questions of this user; may be given several times
    #[arg(long = "user", value_name = "ID")]
    pub users: Vec<UserId>,
}

impl Job for ResolveConflicts {
    const NAME: &'static str = "resolve-conflicts";
    const COUNTS: &'static [&'static str] =
        &[count::OPEN, count::RESOLVED, count::PARKED, count::FAILED];

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let store = cx.store().await?;
        for id in &self.users {
            if store.user_find(id).await?.is_none() {
                let text =
                    format!("user {id} does not exist; `calsync users list` shows those that do");
                return Err(WrongArgument(text).into());
            }
        }
        let mut report = Report::default();
        let open = self.open(cx).await?;
        report.add(count::OPEN, open.len() as u64);
        if open.is_empty() {
            return Ok(report);
        }
        let moot = store.conflict_drop_moot(cx.now()).await?;
        let dropped = |conflict: &&Conflict| moot.contains(&conflict.id);
        report.add(count::RESOLVED, open.iter().filter(dropped).count() as u64);
        let left = open.iter().filter(|conflict| !dropped(conflict));
        let sync = cx.sync(owner).await?;
        for conflict in left {
            let resolved = match conflict.kind {
                ConflictKind::Edit | ConflictKind::EditDelete if !cx.stop.is_cancelled() => {
                    sync.resolve(conflict, None).await?
                }
                _ => Resolved::Parked,
            };
            match resolved {
                Resolved::Settled => report.add(count::RESOLVED, 1),
                Resolved::Parked | Resolved::Busy => report.add(count::PARKED, 1),
            }
        }
        sync.close().await;
        Ok(report)
    }
}

impl ResolveConflicts {
    /// The open questions of the users that were named, or of all.
    async fn open(&self, cx: &Context) -> anyhow::Result<Vec<Conflict>> {
        let mut open = cx.store().await?.conflict_list(true).await?;
        open.retain(|conflict| self.users.is_empty() || self.users.contains(&conflict.user_id));
        Ok(open)
    }
}
