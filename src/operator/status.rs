//! `calsync status`: how things stand. Looks, and changes nothing.

mod calendars;
mod health;
mod jobs;
mod overview;
mod page;
mod paint;
mod people;
mod places;
mod redraw;
mod text;
mod words;

use std::io::{self, Write};
use std::path::PathBuf;

pub use self::health::Health;
use self::overview::Overview;
use self::paint::Paint;
use super::output::Output;
use crate::context::Context;
use crate::jobs::WrongArgument;

/// Show how the last cycles and syncs went and what needs attention
///
/// Changes nothing. Ends with 0 when nothing needs attention, and with 3 when
/// something does: a job failed at its last run or did not run for more than
/// three times its interval, an account needs attention, notifications were put
/// aside, removals wait until they are approved, syncs of users fail, or the
/// store is of an older version. Ends with 1 when the store or the queue cannot
/// be used; the rest is shown all the same. With -q, says something only then,
/// and on stderr.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync status                       how things stand
  calsync status --watch               the same, redrawn every 2 seconds
  calsync status --html /var/www/calsync.html
                                       a page to publish, with charts
  calsync --json status | jq .reasons  for programs")]
pub struct Status {
    /// Draw it again every so many seconds, 2 if not given, until Ctrl-C; on a
    /// terminal only
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        default_missing_value = "2",
        value_parser = clap::value_parser!(u64).range(1..=3600),
        conflicts_with = "html"
    )]
    watch: Option<u64>,
    /// Write it as one self-contained page with charts, which names ids and
    /// numbers only, into this file; - is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Status {
    /// Runs the command.
    ///
    /// # Errors
    /// When the result cannot be written, or not in the way that is asked for.
    pub async fn run(&self, cx: &Context, out: Output) -> anyhow::Result<Health> {
        if let Some(seconds) = self.watch {
            return redraw::until_interrupted(cx, out, seconds).await;
        }
        if self.html.is_some() && out.json {
            let text = "--html and --json exclude each other: run the command twice";
            return Err(WrongArgument(text.to_owned()).into());
        }
        let (overview, store) = Overview::of(cx).await;
        match &self.html {
            Some(file) => page::write(out, file, &overview, store.as_deref()).await?,
            None if out.quiet && !out.json => {}
            None => {
                let text = text::whole(&overview, Paint::of_stdout());
                out.value(&overview, &text)?;
            }
        }
        if out.quiet && !out.json {
            complain(&overview)?;
        }
        Ok(overview.health)
    }
}

/// Says what is not well, if anything: cron mails it, and drops the exit code.
fn complain(overview: &Overview) -> io::Result<()> {
    if overview.health == Health::Healthy {
        return Ok(());
    }
    let text = text::short(overview);
    writeln!(io::stderr(), "calsync: {text}")
}
