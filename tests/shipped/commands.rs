//! Every command line in the shipped files is one that calsync understands.

use std::path::Path;

use calsync::cli::Cli;

use super::shipped;

/// What ends a command in a line of shell.
const ENDS: &[&str] = &["|", "||", "&&", ";", "#", "<"];

/// How commands begin in the pages.
const PROGRAMS: &[&str] = &["calsync ", "cargo run --release -- "];

/// The subcommand of a command line that runs calsync, which must be one that
/// the parser takes.
pub(super) fn subcommand(command: &str) -> String {
    let words = words(command);
    let program = words.first().map(Path::new).and_then(Path::file_name);
    assert!(program.is_some_and(|name| name == "calsync"), "{command}");
    let parsed = Cli::definition().try_get_matches_from(&words);
    let parsed = parsed.unwrap_or_else(|error| panic!("{command}: {error}"));
    parsed.subcommand_name().unwrap_or_default().to_owned()
}

/// The words of a shell command up to its end; single quotes hold together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
            continue;
        }
        for word in part.split_whitespace() {
            if ENDS.contains(&word) || word.starts_with(['>', '#']) {
                return words;
            }
            words.push(word.to_owned());
        }
    }
    words
}

/// The lines of a page's fenced `sh` blocks that run calsync.
fn commands(page: &str) -> Vec<String> {
    let (mut fenced, mut found) = (false, Vec::new());
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(language) => fenced = language == "sh",
            None if fenced => found.extend(arguments(line)),
            None => {}
        }
    }
    found
}

fn arguments(line: &str) -> Option<String> {
    let arguments = PROGRAMS
        .iter()
        .find_map(|program| line.strip_prefix(program))?;
    Some(format!("calsync {arguments}"))
}

#[test]
fn the_readme_shows_commands_that_exist() {
    // A package may leave the page out.
    let page = std::fs::read_to_string(shipped("README.md")).unwrap_or_default();
    for command in commands(&page) {
        assert_ne!(subcommand(&command), "", "{command}");
    }
}

#[test]
fn the_changelog_names_the_version_of_the_crate() {
    let Ok(page) = std::fs::read_to_string(shipped("CHANGELOG.md")) else {
        return;
    };
    let mut headings = page.lines().filter(|line| line.starts_with("## "));
    let version = env!("CARGO_PKG_VERSION");
    assert!(headings.any(|line| line.contains(version)), "{version}");
}

#[test]
fn commands_are_found_in_fenced_shell_blocks_alone() {
    let page = "calsync a\n```sh\ncalsync b 'c d' | less\ncargo run --release -- e >f\nls\n\
                ```\n```toml\ncalsync g\n```\n";
    let found = commands(page);
    assert_eq!(found, ["calsync b 'c d' | less", "calsync e >f"]);
    assert_eq!(words(&found[0]), ["calsync", "b", "c d"]);
    assert_eq!(words(&found[1]), ["calsync", "e"]);
}

/// The examples below the help of a command and of all its subcommands.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_long_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let lines = help.lines().filter_map(|line| line.strip_prefix("  "));
    let own = lines
        .filter_map(arguments)
        .map(|line| without_remark(&line));
    let below = command.get_subcommands().flat_map(examples);
    own.chain(below).collect()
}

/// A remark stands behind at least two spaces.
fn without_remark(line: &str) -> String {
    line.split("  ").next().unwrap_or_default().to_owned()
}

#[test]
fn the_examples_in_the_help_are_commands_that_exist() {
    let examples = examples(&Cli::definition());
    assert!(examples.len() > 10, "{examples:?}");
    for example in examples {
        assert_ne!(subcommand(&example), "", "{example}");
    }
}
