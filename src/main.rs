//! The binary: parse, log, run, turn the outcome into an exit code.

use std::process::ExitCode;

use calsync::cli::{Cli, Exit};
use calsync::config::{Config, Sources};
use calsync::context::{Context, read_clock};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = match run(&cli) {
        Ok(exit) => exit,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "the last word of a command to a person"
            )]
            {
                eprintln!("calsync: {error:#}");
            }
            Exit::of(&error)
        }
    };
    exit.into()
}

fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let now = read_clock();
    let progress = cli.start_logging()?;
    let sources = if cli.needs_no_config() {
        Sources::default()
    } else {
        Sources::from_process(cli.config_file())
    };
    let config = Config::load(&sources)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let cx = Context::new(config, now, progress);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        cx.stop_on_signals();
        cli.run(&cx).await
    })
}
