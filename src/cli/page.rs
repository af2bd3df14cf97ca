//! Manual pages (man(7)) from the command line's definition. The same sources
//! give the same pages on every day.

use std::fmt::Write;

use clap::Command;
use clap_mangen::Man;

use super::config_page;

/// The date of the version that Cargo.toml names, to be changed with it.
const DATE: &str = "2026-11-27";

/// Every page with its file name: of the program, and of its subcommands on
/// every level, and of the configuration file.
pub(super) fn all(program: Command) -> anyhow::Result<Vec<(String, String)>> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let mut pages = vec![(config_page::FILE.to_owned(), config_page::page())];
    let mut left = vec![program];
    while let Some(command) = left.pop() {
        pages.push((format!("{}.1", name(&command)), of(&command)?));
        left.extend(command.get_subcommands().cloned());
    }
    Ok(pages)
}

/// The page of a command.
pub(super) fn of(command: &Command) -> anyhow::Result<String> {
    let blocks = command.get_after_long_help().map(ToString::to_string);
    let command = command.clone().disable_help_subcommand(true);
    let title = title(name(&command), 1, "User Commands");
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    let page = String::from_utf8(page)?;
    let lines = page.lines().map(|line| match line.starts_with(".TH ") {
        true => &title,
        false => line,
    });
    let page = lines.collect::<Vec<_>>().join("\n") + "\n";
    let page = page.replace(".br\n\n.br\n", ".sp\n");
    let page = with_blocks(&page, &blocks.unwrap_or_default());
    Ok(page + ".SH \"SEE ALSO\"\n.BR calsync\\-config (5)\n")
}

fn name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

/// The line that a page begins with.
pub(super) fn title(name: &str, section: u8, manual: &str) -> String {
    let (name, version) = (name.to_uppercase(), env!("CARGO_PKG_VERSION"));
    format!(".TH {name} {section} {DATE} \"calsync {version}\" \"{manual}\"")
}

/// The page with the blocks below the help as sections of their own.
fn with_blocks(page: &str, blocks: &str) -> String {
    let Some((head, rest)) = page.split_once(".SH EXTRA\n") else {
        return page.to_owned();
    };
    let tail = rest.find("\n.SH ").map_or("", |at| rest[at..].trim_start());
    let mut page = head.to_owned();
    for block in blocks.split("\n\n") {
        let (heading, lines) = block.split_once(":\n").unwrap_or(("Notes", block));
        let heading = heading.to_uppercase();
        // Writing into a text cannot fail.
        write!(page, ".SH \"{heading}\"\n.nf\n{}\n.fi\n", escaped(lines)).ok();
    }
    page + tail
}

/// Lines that are shown as they stand.
pub(super) fn escaped(lines: &str) -> String {
    lines
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_page_has_the_same_title_on_every_day() {
        let page = of(&Cli::definition()).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let title = format!(".TH CALSYNC 1 {DATE} \"calsync {version}\" \"User Commands\"\n");
        assert!(page.contains(&title), "{page}");
    }

    #[test]
    fn blocks_below_the_help_are_sections() {
        let page = of(&Cli::definition()).unwrap();
        assert!(
            page.contains(".SH \"EXIT STATUS\"\n.nf\n  0   done"),
            "{page}"
        );
        assert!(!page.contains("EXTRA"), "{page}");
        assert!(page.contains("\n.SH VERSION\n"), "{page}");
    }

    #[test]
    fn every_level_has_pages() {
        let pages = all(Cli::definition()).unwrap();
        let names: Vec<_> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for name in [
            "calsync.1",
            "calsync-pull.1",
            "calsync-accounts-import.1",
            "calsync-config.5",
        ] {
            assert!(names.contains(&name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    }
}
