//! What a run tells about itself while it works: logs and progress, both on
//! stderr, so that stdout holds the result alone.
//!
//! On a terminal logs are text and there are progress bars; a log line is
//! written above the bars, never through them. Elsewhere, and wherever systemd
//! runs it, logs are JSON, one object a line, and nothing is drawn.

mod bars;
mod filter;
mod surroundings;

use std::io::{self, Write};
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressDrawTarget};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

pub use bars::Bars;
use surroundings::Surroundings;

use crate::config::ConfigError;
use crate::sync::progress::{Progress, Silent};

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere
    #[default]
    Auto,
    /// Text
    Human,
    /// One JSON object a line
    Json,
}

/// What the command line says about logs and progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How logs are written.
    pub format: LogFormat,
    /// -1 for `-q`: errors only; 1 for `-v`: every request and action; 2 and
    /// above for `-vv`: everything.
    pub verbosity: i8,
    /// The result is wanted as JSON: a program is reading.
    pub json: bool,
    /// No progress bars.
    pub no_progress: bool,
    /// The target under which this command marks its start and end.
    pub target: Option<&'static str>,
}

/// Starts logging, for the rest of the process, and returns what cycles tell
/// their progress to. `CALSYNC_LOG`, a filter of the `tracing` ecosystem, goes
/// before the verbosity.
pub fn init(options: &Options) -> anyhow::Result<Arc<dyn Progress>> {
    let surroundings = Surroundings::of_process();
    let plan = Plan::new(options, &surroundings);
    let filter = EnvFilter::builder()
        .parse(&plan.filter)
        .map_err(|_| ConfigError::log_filter(surroundings.filter.as_deref().unwrap_or_default()))?;
    let screen = MultiProgress::with_draw_target(plan.draw_target());
    log_to(&plan, filter, LogLines(screen.clone()))?;
    Ok(match plan.bars {
        true => Arc::new(Bars::new(&screen)?),
        false => Arc::new(Silent),
    })
}

fn log_to(plan: &Plan, filter: EnvFilter, lines: LogLines) -> anyhow::Result<()> {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines);
    let started = match plan.json {
        true => logs
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
        false => logs
            .compact()
            .with_target(false)
            .with_ansi(plan.colour)
            .try_init(),
    };
    started.map_err(|e| anyhow::anyhow!("cannot start logging: {e}"))
}

/// What follows from the command line and the surroundings.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    json: bool,
    colour: bool,
    bars: bool,
    filter: String,
}

impl Plan {
    fn new(options: &Options, around: &Surroundings) -> Self {
        let wanted = !options.json && !options.no_progress && options.verbosity >= 0;
        let person = around.terminal && !around.managed;
        let bars = wanted && person;
        let json = match options.format {
            LogFormat::Auto => !person,
            LogFormat::Human => false,
            LogFormat::Json => true,
        };
        Self {
            json,
            colour: !json && around.terminal && !around.colourless,
            bars,
            filter: filter::of(
                around.filter.as_deref().unwrap_or_default(),
                options.target,
                filter::by_verbosity(options.verbosity, bars),
            ),
        }
    }

    fn draw_target(&self) -> ProgressDrawTarget {
        match self.bars {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        }
    }
}

/// Writes log lines to stderr while the bars stand aside.
#[derive(Clone)]
struct LogLines(MultiProgress);

impl<'a> MakeWriter<'a> for LogLines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for LogLines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_DEFAULT: &str = "warn,calsync=info,calendar_=info";

    fn terminal() -> Surroundings {
        Surroundings {
            terminal: true,
            ..Surroundings::default()
        }
    }

    fn plan(options: Options, around: &Surroundings) -> (bool, bool, bool, String) {
        let plan = Plan::new(&options, around);
        (plan.json, plan.colour, plan.bars, plan.filter)
    }

    #[test]
    fn a_person_gets_text_and_bars_and_a_timer_gets_json() {
        let auto = Options::default();
        assert_eq!(plan(auto, &terminal()), (false, true, true, "warn".into()));
        assert_eq!(
            plan(auto, &Surroundings::default()),
            (true, false, false, BY_DEFAULT.into())
        );
        let managed = Surroundings {
            managed: true,
            ..terminal()
        };
        assert_eq!(
            plan(auto, &managed),
            (true, false, false, BY_DEFAULT.into())
        );
        let colourless = Surroundings {
            colourless: true,
            ..terminal()
        };
        assert_eq!(plan(auto, &colourless), (false, false, true, "warn".into()));
    }

    #[test]
    fn options_go_before_what_is_found() {
        let with = |change: fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            plan(options, &terminal())
        };
        assert_eq!(
            with(|o| o.format = LogFormat::Json),
            (true, false, true, "warn".into())
        );
        assert_eq!(
            with(|o| o.json = true),
            (false, true, false, BY_DEFAULT.into())
        );
        assert_eq!(
            with(|o| o.no_progress = true),
            (false, true, false, BY_DEFAULT.into())
        );
        assert_eq!(
            with(|o| o.verbosity = -1),
            (false, true, false, "error".into())
        );
        assert_eq!(
            with(|o| o.verbosity = 1),
            (
                false,
                true,
                true,
                "warn,calsync=debug,calendar_=debug".into()
            )
        );
        assert_eq!(
            with(|o| o.verbosity = 3),
            (
                false,
                true,
                true,
                "warn,calsync=trace,calendar_=trace".into()
            )
        );
        let human = Options {
            format: LogFormat::Human,
            ..Options::default()
        };
        assert_eq!(
            plan(human, &Surroundings::default()),
            (false, false, false, BY_DEFAULT.into())
        );
    }
}
