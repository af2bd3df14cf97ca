//! `calsync demo`: the whole path at work, against a model of Google.

mod edits;
mod receiver;
mod story;
mod tasks;
mod world;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;

use self::receiver::Receiving;
use self::story::{excerpt, say};
use self::world::World;
use super::output::Output;
use super::summary::summary;
use crate::context::Context;
use crate::jobs::{AutoSync, DrainWebhooks, Job, RenewWatches, WrongArgument, run_cycle};
use crate::model::run::{JobRun, Outcome};
use crate::model::timeline::TimelineRow;

/// Show calsync at work, without any account
///
/// Starts models of Google Calendar and Microsoft Graph on this machine, fills
/// them with invented users, syncs them into a store, makes edits "at Google"
/// and "at Microsoft", and syncs again; then has the calendars watched, and
/// shows edits that notifications tell of. A task becomes an event, edits on both
/// sides merge, and a conflict is settled. Nothing leaves this machine, and
/// nothing of yours is touched.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync demo                                         20 users, 10000 events
  calsync demo --users 0 --events 0 --ics my.ics       a calendar of yours
  calsync demo --dir /tmp/demo                         keep the store to look around in it")]
pub struct Demo {
    /// Invented users, half of them at each provider, beside the one whose
    /// timeline is shown
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=1000))]
    users: u16,
    /// Events of all users together, about
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    events: u32,
    /// Invents other users for another number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sync a calendar of yours as well: an exported .ics file (RFC 5545)
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// The day that the demo takes for today, like 2026-03-02, so that an old
    /// export shows its own time
    #[arg(long, value_name = "DATE", value_parser = day)]
    at: Option<NaiveDate>,
    /// Keep the store in this directory, to look around in it afterwards
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The result for programs.
#[derive(Serialize)]
struct Shown {
    user_id: String,
    cycles: Vec<JobRun>,
    appeared: Vec<TimelineRow>,
    disappeared: Vec<TimelineRow>,
    timeline: Vec<TimelineRow>,
}

impl Shown {
    /// Every cycle did its work and the last one had none to do, or something
    /// is wrong with this calsync.
    fn check(&self) -> anyhow::Result<()> {
        let well = self.cycles.iter().all(|run| run.outcome == Outcome::Ok);
        anyhow::ensure!(well, "a cycle of the demo failed: its messages say why");
        let changes = |run: &JobRun| -> u64 {
            let counts = run.counts.iter();
            let events = counts.filter(|(name, _)| name.starts_with("events_"));
            events.map(|(_, number)| number).sum()
        };
        let idle = self.cycles.last().is_none_or(|run| changes(run) == 0);
        anyhow::ensure!(
            idle,
            "the last cycle of the demo should have found nothing to do"
        );
        Ok(())
    }
}

impl Demo {
    /// Runs the command.
    ///
    /// # Errors
    /// When the file or directory cannot be used, or a cycle fails.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<()> {
        self.check_dir()?;
        let temporary = tempfile::tempdir().context("cannot make a temporary directory")?;
        let dir = self.dir.as_deref().unwrap_or(temporary.path());
        let now = match self.at {
            Some(day) => day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(12),
            None => cx.now(),
        };
        let world = World::start(self, now).await?;
        world.tell(out)?;
        let shown = self.show(cx, out, &world, dir).await?;
        if out.json {
            out.value(&shown, "")?;
        }
        world.stop().await;
        shown.check()
    }

    /// The demo begins with a store of its own: it would put its invented
    /// users among those that are there.
    fn check_dir(&self) -> Result<(), WrongArgument> {
        let Some(dir) = &self.dir else {
            return Ok(());
        };
        let store = dir.join(world::STORE);
        if store.exists() {
            return Err(WrongArgument(format!(
                "there is a store already, {}: name another directory with --dir, or remove it",
                store.display()
            )));
        }
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|error| {
            let dir = dir.display();
            WrongArgument(format!(
                "{dir} cannot be made ({error}): name another directory with --dir"
            ))
        })
    }

    async fn show(
        &self,
        cx: &Context,
        out: Output,
        world: &World,
        dir: &Path,
    ) -> anyhow::Result<Shown> {
        let first = world.context(cx, dir, TimeDelta::zero())?;
        world.import(&first).await?;
        let sync = AutoSync::default();
        let title = "\nThe first sync lists every calendar:";
        let mut cycles = vec![cycle(&sync, &first, out, title).await?];
        let before = world.timeline(&first).await?;
        let edits = edits::make(world);
        say(out, &edits)?;
        let second = world.context(cx, dir, TimeDelta::minutes(10))?;
        let later = "\nTen minutes later, only what changed is asked for:";
        cycles.push(cycle(&sync, &second, out, later).await?);
        let after = world.timeline(&second).await?;
        let gone = difference(&before, &after);
        let come = difference(&after, &before);
        excerpt(out, world, "\nGone from the timeline:", &gone)?;
        excerpt(out, world, "\nNew in the timeline:", &come)?;
        let (told, after) = self.told(cx, out, world, dir).await?;
        cycles.extend(told);
        cycles.extend(tasks::show(cx, out, world, dir).await?);
        let last = world.context(cx, dir, TimeDelta::minutes(60))?;
        let title = "\nAnd auto-sync once more, with nothing to do:";
        cycles.push(cycle(&sync, &last, out, title).await?);
        let title = format!("\nThe timeline of {} from today on:", world.user.id);
        let upcoming: Vec<_> = after
            .into_iter()
            .filter(|row| world.is_upcoming(row))
            .collect();
        excerpt(out, world, &title, &upcoming)?;
        self.farewell(out, world, dir)?;
        Ok(Shown {
            user_id: world.user.id.to_string(),
            cycles,
            appeared: come,
            disappeared: gone,
            timeline: upcoming,
        })
    }

    /// Has calendars watched, and shows edits that notifications tell of; the
    /// cycles, and the timeline after them.
    async fn told(
        &self,
        cx: &Context,
        out: Output,
        world: &World,
        dir: &Path,
    ) -> anyhow::Result<(Vec<JobRun>, Vec<TimelineRow>)> {
        let third = world.context(cx, dir, TimeDelta::minutes(11))?;
        let receiving = Receiving::start(&third, &world.sandbox).await?;
        let title = "\nThe providers are asked to tell of changes:";
        let renewed = cycle(&RenewWatches::default(), &third, out, title).await?;
        let title = "\nWhat may have changed before they did is looked at once:";
        let caught_up = cycle(&DrainWebhooks::default(), &third, out, title).await?;
        let before = world.timeline(&third).await?;
        say(out, &edits::make_more(world))?;
        world.all_is_told().await;
        let fourth = world.context(cx, dir, TimeDelta::minutes(12))?;
        let title = "\nBoth told the receiver, and the next drain asks for these calendars alone:";
        let drained = cycle(&DrainWebhooks::default(), &fourth, out, title).await?;
        let after = world.timeline(&fourth).await?;
        let come = difference(&after, &before);
        excerpt(out, world, "\nNew in the timeline:", &come)?;
        receiving.stop().await;
        Ok((vec![renewed, caught_up, drained], after))
    }

    fn farewell(&self, out: Output, world: &World, dir: &Path) -> anyhow::Result<()> {
        if self.dir.is_some() {
            let file = std::path::absolute(dir)?.join(world::STORE);
            let hint = format!(
                "\nLook around: CALSYNC__STORE__URL=sqlite:{} calsync events list --user {}",
                file.display(),
                world.user.id
            );
            say(out, &hint)?;
        }
        Ok(())
    }
}

fn day(text: &str) -> Result<NaiveDate, &'static str> {
    text.parse().map_err(|_| "expected a date like 2026-03-02")
}

/// Runs a cycle of a job and sums it up.
async fn cycle<J: Job>(job: &J, cx: &Context, out: Output, title: &str) -> anyhow::Result<JobRun> {
    if !out.quiet {
        say(out, title)?;
    }
    let run = run_cycle(job, cx).await?;
    anyhow::ensure!(!cx.stop.is_cancelled(), "the demo was asked to stop");
    if !out.json {
        summary(out, &run, J::COUNTS)?;
    }
    anyhow::ensure!(
        run.outcome == Outcome::Ok,
        "the cycle ended {}",
        run.outcome.as_str()
    );
    Ok(run)
}

/// The rows of the one that are not in the other.
fn difference(one: &[TimelineRow], other: &[TimelineRow]) -> Vec<TimelineRow> {
    one.iter()
        .filter(|row| !other.contains(row))
        .cloned()
        .collect()
}
