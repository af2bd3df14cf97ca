//! The job `resolve-conflicts`.

use std::time::Duration;

use super::marks::{Marks, marks};
use super::{Job, users};
use crate::context::Context;
use crate::model::conflict::{Conflict, ConflictKind};
use crate::model::id::UserId;
use crate::store::StoreError;
use crate::sync::{Report, Resolved, Sync, count};

/// Settle what stands unresolved between tasks and events, and between look-alikes
///
/// Drops questions that no longer matter, and settles those that a user's
/// strategies can settle by now. Looks for meetings that stand in calendars of
/// two providers: where the duplicate strategy says so one of both is hidden from
/// the timeline, and never touched at the provider. What is left to a person
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
    const CADENCE: Duration = Duration::from_secs(30 * 60);
    const MARKS: Marks = marks!("calendar_conflict_resolution":
        open resolved parked failed);

    async fn run(&self, cx: &Context, owner: &str) -> anyhow::Result<Report> {
        let store = cx.store().await?;
        let mut report = Report::default();
        let users = users::candidates(store.as_ref(), &self.users).await?;
        let open = self.open(cx).await?;
        if users.is_empty() && open.is_empty() {
            return Ok(report);
        }
        let sync = cx.sync(owner).await?;
        self.settle(cx, &sync, &open, &mut report).await?;
        for scheduled in &users {
            if cx.stop.is_cancelled() {
                break;
            }
            let (user, preferences) = (&scheduled.user, &scheduled.preferences);
            let alike = sync.look_alikes(user, preferences).await?;
            let resolved = alike.settled + alike.moot;
            report.add(count::OPEN, alike.open + resolved);
            report.add(count::RESOLVED, resolved);
            report.add(count::PARKED, alike.open);
        }
        sync.close().await;
        Ok(report)
    }
}

impl ResolveConflicts {
    /// Settles questions about tasks and removals.
    async fn settle(
        &self,
        cx: &Context,
        sync: &Sync,
        open: &[Conflict],
        report: &mut Report,
    ) -> anyhow::Result<()> {
        report.add(count::OPEN, open.len() as u64);
        if open.is_empty() {
            return Ok(());
        }
        let among = open.iter().map(|conflict| conflict.id.clone()).collect();
        let store = cx.store().await?;
        let moot = store.conflict_drop_moot(among, cx.now()).await?;
        for conflict in open {
            let asks = matches!(conflict.kind, ConflictKind::Edit | ConflictKind::EditDelete);
            let resolved = match moot.contains(&conflict.id) {
                true => Resolved::Settled,
                false if asks && !cx.stop.is_cancelled() => {
                    match sync.resolve(conflict, None).await {
                        // One odd row stops nothing else.
                        Err(error @ StoreError::Corrupt { .. }) => {
                            report.add(count::FAILED, 1);
                            report.note("conflict", format!("conflict {}: {error}", conflict.id));
                            continue;
                        }
                        other => other?,
                    }
                }
                false => Resolved::Parked,
            };
            match resolved {
                Resolved::Settled => report.add(count::RESOLVED, 1),
                Resolved::Parked | Resolved::Busy => report.add(count::PARKED, 1),
            }
        }
        Ok(())
    }

    /// The open questions of the users that were named, or of all; look-alikes
    /// are looked at by themselves.
    async fn open(&self, cx: &Context) -> anyhow::Result<Vec<Conflict>> {
        let mut open = cx.store().await?.conflict_list(true).await?;
        open.retain(|conflict| {
            let chosen = self.users.is_empty() || self.users.contains(&conflict.user_id);
            chosen && conflict.kind != ConflictKind::Duplicate
        });
        Ok(open)
    }
}
