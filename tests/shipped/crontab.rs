//! `crontab.example`, line by line.

use std::collections::{BTreeMap, BTreeSet};

use super::schedule::{self, Moments};
use super::{commands, read};

/// A line that is not a remark.
#[derive(Debug)]
enum Line {
    /// `NAME=value`
    Variable(String),
    /// `@reboot COMMAND`
    AtBoot(String),
    /// Five fields and a command.
    At(Moments, String),
}

fn line(text: &str) -> Line {
    if let Some(command) = text.strip_prefix("@reboot ") {
        return Line::AtBoot(command.to_owned());
    }
    let name = text.split('=').next().unwrap_or_default();
    if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        return Line::Variable(name.to_owned());
    }
    let words: Vec<_> = text.split_whitespace().collect();
    assert!(words.len() > 5, "{text}");
    let moments = schedule::cron(&words[..5]);
    let command = words[5..].join(" ");
    // Cron makes a line end of it.
    assert!(!command.contains('%'), "{text}");
    match command
        .strip_prefix("sleep ")
        .and_then(|it| it.split_once("; "))
    {
        None => Line::At(moments, command),
        Some((seconds, command)) => {
            let seconds: u32 = seconds.parse().unwrap();
            let later = moments.iter().map(|at| at + seconds);
            Line::At(later.collect(), command.to_owned())
        }
    }
}

fn lines() -> Vec<Line> {
    let text = read("crontab.example");
    let texts = text
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with('#'));
    texts.map(line).collect()
}

/// How often each subcommand runs, all of its lines together.
pub(super) fn cadences() -> BTreeMap<String, BTreeSet<u32>> {
    let mut moments = BTreeMap::<_, Moments>::new();
    for line in lines() {
        if let Line::At(at, command) = line {
            let job = commands::subcommand(&command);
            moments.entry(job).or_default().extend(at);
        }
    }
    let cadences = moments
        .iter()
        .map(|(job, at)| (job.clone(), schedule::cadence(at)));
    cadences.collect()
}

#[test]
fn every_line_can_be_read_and_runs_what_exists() {
    let (mut variables, mut at_boot, mut runs) = (Vec::new(), Vec::new(), BTreeSet::new());
    for line in lines() {
        match line {
            Line::Variable(name) => variables.push(name),
            Line::AtBoot(command) => at_boot.push(commands::subcommand(&command)),
            Line::At(_, command) => {
                runs.insert(commands::subcommand(&command));
            }
        }
    }
    assert_eq!(variables, ["MAILTO", "PATH", "STATE_DIRECTORY"]);
    assert_eq!(at_boot, ["serve-webhooks"]);
    // Timers have no need of the check: systemd knows what failed.
    let jobs = super::jobs::JOBS.into_iter().chain(["status"]);
    assert_eq!(runs, jobs.map(str::to_owned).collect());
}
