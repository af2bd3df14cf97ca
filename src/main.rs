//! The binary: parse, log, run, turn the outcome into an exit code.

use std::io::Write;
use std::process::ExitCode;

use calsync::cli::{Cli, Exit};
use calsync::config::Config;
use calsync::context::{Context, read_clock};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = match run(&cli) {
        Ok(exit) => exit,
        Err(error) => {
            // Nobody is left to be told when stderr is closed.
            writeln!(std::io::stderr(), "calsync: {error:#}").ok();
            Exit::of(&error)
        }
    };
    exit.into()
}

fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let now = read_clock();
    let progress = cli.start_logging()?;
    let config = match Config::load(&cli.sources()) {
        Ok(config) => config,
        Err(error) => return cli.misconfigured(error),
    };
    cli.warn_of(&config);
    let cx = Context::new(config, now, progress);
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?;
    runtime.block_on(cli.run(&cx))
}
