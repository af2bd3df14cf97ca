//! Manual pages and shell completions, from the command line's own
//! definition.

use std::path::PathBuf;

use anyhow::Context as _;
use clap_complete::Shell;

use super::Cli;
use crate::operator::Output;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
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
pub(super) struct Man {
    /// Write a page for the program and each subcommand into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self, out: Output) -> anyhow::Result<()> {
        let Some(dir) = &self.dir else {
            let page = page(&Cli::definition())?;
            return Ok(out.line(page.trim_end())?);
        };
        let failed = || format!("cannot write manual pages into {}", dir.display());
        std::fs::create_dir_all(dir).with_context(failed)?;
        for (name, page) in pages()? {
            std::fs::write(dir.join(name), page).with_context(failed)?;
        }
        Ok(())
    }
}

/// Every page with its file name.
fn pages() -> anyhow::Result<Vec<(String, String)>> {
    let mut program = Cli::definition();
    program.build();
    let mut pages = vec![("calsync.1".to_owned(), page(&program)?)];
    for command in program
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let name = format!("calsync-{}", command.get_name());
        let command = command.clone().display_name(name.clone());
        pages.push((format!("{name}.1"), page(&command)?));
    }
    Ok(pages)
}

fn page(command: &clap::Command) -> anyhow::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .title(
            command
                .get_display_name()
                .unwrap_or("calsync")
                .to_uppercase(),
        )
        .manual("User Commands")
        .source(format!("calsync {}", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    Ok(String::from_utf8(page)?)
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
