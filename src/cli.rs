//! The command line: one variant and one arm for each subcommand.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::{Config, ConfigError, Sources};
use crate::context::Context;
use crate::jobs::{
    self, AutoSync, Cleanup, DrainWebhooks, Job, Pull, RenewWatches, ResolveConflicts,
    ServeWebhooks,
};
use crate::model::run::Outcome;
#[cfg(feature = "sandbox")]
use crate::operator::Demo;
use crate::operator::{
    Accounts, Calendars, Conflicts, Connect, Doctor, Events, Explain, Health, Keygen, Migrate,
    Output, Prefs, Queue, Status, Tasks, Users, Verdict, forecast, plan, summary,
};
use crate::sync::progress::Progress;
use crate::telemetry::{self, LogFormat};

mod config_page;
mod exit;
mod help;
mod manual;
mod page;

pub use self::exit::Exit;

/// The options of every subcommand stand below its own.
const GLOBAL: &str = "Global options";

/// Keeps users' Google and Microsoft calendars in step with an application's database
///
/// Every subcommand runs one cycle and exits; systemd timers or cron decide
/// when. `calsync demo` shows it at work without any account.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_long_help = help::PROGRAM)]
pub struct Cli {
    /// Configuration file; without it $CALSYNC_CONFIG,
    /// $XDG_CONFIG_HOME/calsync/config.toml or /etc/calsync/config.toml
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    config: Option<PathBuf>,
    /// Write the result as JSON
    #[arg(long, global = true, help_heading = GLOBAL)]
    json: bool,
    /// Log errors only, and sum up a cycle only if it failed; an outage is no failure
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GLOBAL)]
    quiet: bool,
    /// Log each request and action; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
    verbose: u8,
    /// How logs are written on stderr
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = GLOBAL
    )]
    log_format: LogFormat,
    /// Draw no progress bars
    #[arg(long, global = true, help_heading = GLOBAL)]
    no_progress: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    AutoSync(AutoSync),
    Pull(Pull),
    DrainWebhooks(DrainWebhooks),
    ResolveConflicts(ResolveConflicts),
    Cleanup(Cleanup),
    RenewWatches(RenewWatches),
    ServeWebhooks(ServeWebhooks),
    Users(Users),
    Accounts(Accounts),
    Connect(Connect),
    Calendars(Calendars),
    Prefs(Prefs),
    Tasks(Tasks),
    Events(Events),
    Conflicts(Conflicts),
    Explain(Explain),
    Queue(Queue),
    Status(Status),
    Doctor(Doctor),
    #[cfg(feature = "sandbox")]
    Demo(Demo),
    Migrate(Migrate),
    Keygen(Keygen),
    Completions(manual::Completions),
    Man(manual::Man),
}

impl Command {
    /// The target under which it marks start and end in the log, if it does.
    fn target(&self) -> Option<&'static str> {
        match self {
            Self::AutoSync(_) => Some(AutoSync::MARKS.target),
            Self::Pull(_) => Some(Pull::MARKS.target),
            Self::DrainWebhooks(_) => Some(DrainWebhooks::MARKS.target),
            Self::ResolveConflicts(_) => Some(ResolveConflicts::MARKS.target),
            Self::Cleanup(_) => Some(Cleanup::MARKS.target),
            Self::RenewWatches(_) => Some(RenewWatches::MARKS.target),
            Self::ServeWebhooks(_) => Some(ServeWebhooks::TARGET),
            _ => None,
        }
    }
}

impl Cli {
    /// The command line as clap knows it.
    #[must_use]
    pub fn definition() -> clap::Command {
        Self::command()
    }

    /// Starts logging.
    ///
    /// # Errors
    /// When the log filter is wrong.
    pub fn start_logging(&self) -> anyhow::Result<Arc<dyn Progress>> {
        telemetry::init(&telemetry::Options {
            format: self.log_format,
            verbosity: if self.quiet {
                -1
            } else {
                i8::try_from(self.verbose).unwrap_or(2)
            },
            json: self.json,
            no_progress: self.no_progress || self.runs_on(),
            target: self.command.target(),
        })
    }

    /// Whether the command has no end that bars could run towards: its log is
    /// all that it says.
    fn runs_on(&self) -> bool {
        matches!(self.command, Command::ServeWebhooks(_))
    }

    /// What the configuration is read from.
    #[must_use]
    pub fn sources(&self) -> Sources {
        if self.needs_no_config() {
            return Sources::untouched();
        }
        Sources::from_process(self.config.clone())
    }

    /// Whether the command works without any configuration, so that a broken
    /// one does not stand in its way.
    fn needs_no_config(&self) -> bool {
        match &self.command {
            #[cfg(feature = "sandbox")]
            Command::Demo(_) => true,
            Command::Keygen(_) | Command::Completions(_) | Command::Man(_) => true,
            _ => false,
        }
    }

    /// Logs what should be mended in the configuration, unless the command
    /// shows it.
    pub fn warn_of(&self, config: &Config) {
        if matches!(self.command, Command::Doctor(_)) {
            return;
        }
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
    }

    /// Ends the command because of the configuration, of which one tells as of
    /// anything else that it looks at.
    ///
    /// # Errors
    /// With what is wrong, where the command does not tell it.
    pub fn misconfigured(&self, error: ConfigError) -> anyhow::Result<Exit> {
        let Command::Doctor(_) = self.command else {
            return Err(error.into());
        };
        Doctor::misconfigured(&error, self.output())?;
        Ok(Exit::Config)
    }

    fn output(&self) -> Output {
        Output {
            json: self.json,
            quiet: self.quiet,
        }
    }

    /// Runs the subcommand.
    ///
    /// # Errors
    /// When it could not do what it was asked to.
    pub async fn run(&self, cx: &Context) -> anyhow::Result<Exit> {
        let out = self.output();
        match &self.command {
            Command::AutoSync(job) if job.dry_run => plan(out, &job.forecast(cx).await?)?,
            Command::AutoSync(job) => return cycle(job, cx, out).await,
            Command::Pull(job) => return cycle(job, cx, out).await,
            Command::DrainWebhooks(job) => return cycle(job, cx, out).await,
            Command::ResolveConflicts(job) => return cycle(job, cx, out).await,
            Command::Cleanup(job) if job.dry_run => {
                forecast(
                    out,
                    Cleanup::NAME,
                    Cleanup::COUNTS,
                    &job.forecast(cx).await?,
                )?;
            }
            Command::Cleanup(job) => return cycle(job, cx, out).await,
            Command::RenewWatches(job) => return cycle(job, cx, out).await,
            Command::ServeWebhooks(command) => command.run(cx).await?,
            Command::Users(command) => command.run(cx, out).await?,
            Command::Accounts(command) => command.run(cx, out).await?,
            Command::Connect(command) => command.run(cx, out).await?,
            Command::Calendars(command) => command.run(cx, out).await?,
            Command::Prefs(command) => command.run(cx, out).await?,
            Command::Tasks(command) => command.run(cx, out).await?,
            Command::Events(command) => command.run(cx, out).await?,
            Command::Conflicts(command) => command.run(cx, out).await?,
            Command::Explain(command) => command.run(cx, out).await?,
            Command::Queue(command) => command.run(cx, out).await?,
            Command::Status(command) => return Ok(health(command.run(cx, out).await?)),
            Command::Doctor(command) => return Ok(verdict(command.run(cx, out).await?)),
            #[cfg(feature = "sandbox")]
            Command::Demo(command) => {
                cx.stop_on_signals();
                command.run(cx, out).await?;
            }
            Command::Migrate(command) => command.run(cx, out).await?,
            Command::Keygen(command) => command.run(out)?,
            Command::Completions(command) => command.run(out)?,
            Command::Man(command) => command.run(out)?,
        }
        Ok(Exit::Done)
    }
}

/// How a look at everything ends.
fn verdict(worst: Verdict) -> Exit {
    match worst {
        Verdict::Skip | Verdict::Ok => Exit::Done,
        Verdict::Warn => Exit::Partial,
        Verdict::Fail => Exit::Failed,
    }
}

/// How a look at how things stand ends.
fn health(health: Health) -> Exit {
    match health {
        Health::Healthy => Exit::Done,
        Health::Degraded => Exit::Partial,
        Health::Broken => Exit::Failed,
    }
}

/// Runs one cycle of a job and sums it up.
async fn cycle<J: Job>(job: &J, cx: &Context, out: Output) -> anyhow::Result<Exit> {
    cx.stop_on_signals();
    let run = match jobs::run_cycle(job, cx).await {
        // The next run may find it mended, as with a provider that is away.
        Err(error) if out.quiet && !out.json && Exit::of(&error) == Exit::Unreachable => {
            return Ok(Exit::Unreachable);
        }
        run => run?,
    };
    summary(out, &run, J::COUNTS)?;
    Ok(match run.outcome {
        Outcome::Ok | Outcome::Skipped => Exit::Done,
        Outcome::Partial => Exit::Partial,
        Outcome::Failed => Exit::Failed,
        Outcome::Deferred => Exit::Unreachable,
    })
}
