//! What a run tells about itself while it works: logs and progress, both on
//! stderr, so that stdout holds the result alone.
//!
//! On a terminal logs are text and there are progress bars; a log line is
//! written above the bars, never through them. Elsewhere logs are JSON, one
//! object a line, and nothing is drawn.

mod bars;

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressDrawTarget};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

pub use bars::Bars;

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
}

/// Starts logging, for the rest of the process, and returns what cycles tell
/// their progress to. `CALSYNC_LOG`, a filter of the `tracing` ecosystem, goes
/// before the verbosity.
pub fn init(options: &Options) -> anyhow::Result<Arc<dyn Progress>> {
    let surroundings = Surroundings::of_process();
    let plan = Plan::new(options, &surroundings);
    let filter = EnvFilter::builder()
        .parse(&plan.filter)
        .map_err(|_| ConfigError::log_filter(&plan.filter))?;
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

/// What is known about where the process runs.
#[derive(Clone, Debug, Default)]
struct Surroundings {
    terminal: bool,
    /// `NO_COLOR` is set, or the terminal cannot show colours.
    colourless: bool,
    /// systemd runs it.
    managed: bool,
    /// `CALSYNC_LOG`.
    filter: Option<String>,
}

impl Surroundings {
    fn of_process() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            terminal: io::stderr().is_terminal(),
            colourless: set("NO_COLOR")
                || std::env::var_os("TERM").is_some_and(|term| term == "dumb"),
            managed: set("INVOCATION_ID") || set("JOURNAL_STREAM"),
            filter: std::env::var("CALSYNC_LOG")
                .ok()
                .filter(|filter| !filter.is_empty()),
        }
    }
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
        let bars = wanted && around.terminal && !around.managed;
        let json = match options.format {
            LogFormat::Auto => !around.terminal,
            LogFormat::Human => false,
            LogFormat::Json => true,
        };
        Self {
            json,
            colour: !json && around.terminal && !around.colourless,
            bars,
            filter: around
                .filter
                .clone()
                .unwrap_or_else(|| filter(options.verbosity, bars)),
        }
    }

    fn draw_target(&self) -> ProgressDrawTarget {
        match self.bars {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        }
    }
}

/// Our own events by verbosity, those of the libraries from `warn` on. Where
/// bars show how a cycle goes, its `info` lines would say it twice.
fn filter(verbosity: i8, bars: bool) -> String {
    match (verbosity, bars) {
        (..0, _) => "error".to_owned(),
        (0, true) => "warn".to_owned(),
        (0, false) => "warn,calsync=info".to_owned(),
        (1, _) => "warn,calsync=debug".to_owned(),
        (2.., _) => "warn,calsync=trace".to_owned(),
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
    fn a_terminal_gets_text_and_bars_and_a_timer_gets_json() {
        let auto = Options::default();
        assert_eq!(plan(auto, &terminal()), (false, true, true, "warn".into()));
        assert_eq!(
            plan(auto, &Surroundings::default()),
            (true, false, false, "warn,calsync=info".into())
        );
        let managed = Surroundings {
            managed: true,
            ..terminal()
        };
        assert_eq!(
            plan(auto, &managed),
            (false, true, false, "warn,calsync=info".into())
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
            (false, true, false, "warn,calsync=info".into())
        );
        assert_eq!(
            with(|o| o.no_progress = true),
            (false, true, false, "warn,calsync=info".into())
        );
        assert_eq!(
            with(|o| o.verbosity = -1),
            (false, true, false, "error".into())
        );
        assert_eq!(
            with(|o| o.verbosity = 1),
            (false, true, true, "warn,calsync=debug".into())
        );
        assert_eq!(
            with(|o| o.verbosity = 3),
            (false, true, true, "warn,calsync=trace".into())
        );
        let human = Options {
            format: LogFormat::Human,
            ..Options::default()
        };
        assert_eq!(
            plan(human, &Surroundings::default()),
            (false, false, false, "warn,calsync=info".into())
        );
    }

    #[test]
    fn the_filter_of_the_environment_goes_before_the_verbosity() {
        let around = Surroundings {
            filter: Some("calsync=trace".into()),
            ..Surroundings::default()
        };
        assert_eq!(
            Plan::new(&Options::default(), &around).filter,
            "calsync=trace"
        );
    }

    #[test]
    fn every_filter_is_one() {
        for (verbosity, bars) in [(-1, false), (0, false), (0, true), (1, false), (2, false)] {
            EnvFilter::builder().parse(filter(verbosity, bars)).unwrap();
        }
    }
}
