//! Manual pages and shell completions, from the command line's own
//! definition.

use std::path::PathBuf;

use anyhow::Context as _;
use clap_complete::Shell;

use super::{Cli, page};
use crate::operator::Output;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync completions bash > /etc/bash_completion.d/calsync
  calsync completions zsh > ~/.zfunc/_calsync
  calsync completions fish > ~/.config/fish/completions/calsync.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, out: Output) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::definition(), "calsync", &mut script);
        Ok(out.line(String::from_utf8(script)?.trim_end())?)
    }
}

/// Print the manual page, or write all of them
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  calsync man | man -l -  read the page
  calsync man --dir man   write all of them: .1 for man1, .5 for man5")]
pub(super) struct Man {
    /// Write a page for the program, each subcommand and the configuration file
    /// into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self, out: Output) -> anyhow::Result<()> {
        let Some(dir) = &self.dir else {
            let page = page::of(&Cli::definition())?;
            return Ok(out.line(page.trim_end())?);
        };
        let failed = || format!("cannot write manual pages into {}", dir.display());
        std::fs::create_dir_all(dir).with_context(failed)?;
        for (name, page) in page::all(Cli::definition())? {
            std::fs::write(dir.join(name), page).with_context(failed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_has_completions() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::definition(), "calsync", &mut script);
            assert!(
                String::from_utf8(script).unwrap().contains("auto-sync"),
                "{shell}"
            );
        }
    }
}
