//! The files that are installed beside the binary say what it really does.

mod commands;
#[cfg(feature = "sandbox")]
mod pages;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use calsync::config::{Config, Sources, schema};
use calsync::jobs::CADENCES;

fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(shipped(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The configuration of this text, as it is shown; where it came from left
/// out.
fn shown(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let env = [("STATE_DIRECTORY".to_owned(), "/var/lib/calsync".to_owned())];
    let sources = Sources {
        config_arg: Some(file),
        env: env.into_iter().collect(),
    };
    let mut config = Config::load(&sources).unwrap_or_else(|e| panic!("{e}"));
    config.file = None;
    assert_eq!(config.warnings, Vec::<String>::new());
    format!("{config:#?}")
}

#[test]
fn the_example_configuration_as_it_stands_equals_the_defaults() {
    assert_eq!(shown(&read("config.example.toml")), shown(""));
}

#[test]
fn the_defaults_that_the_example_configuration_names_are_the_defaults() {
    let uncommented: Vec<_> = read("config.example.toml").lines().map(uncomment).collect();
    assert_eq!(shown(&uncommented.join("\n")), shown(""));
}

/// Takes the `#` off a setting, unless there is no default that it could name.
fn uncomment(line: &str) -> String {
    const WITHOUT_DEFAULT: &[&str] = &[
        "client_id",
        "public_url",
        "textfile_dir",
        "account_attention",
    ];
    let secret = |key: &str| {
        schema::SECTIONS
            .iter()
            .any(|section| section.secret.contains(&key))
    };
    match key_of(line) {
        Some(key) if !WITHOUT_DEFAULT.contains(&key) && !secret(key) => {
            line.trim_start_matches('#').to_owned()
        }
        _ => line.to_owned(),
    }
}

/// The key of a line like `#key = value`.
fn key_of(line: &str) -> Option<&str> {
    let key = line.trim_start_matches('#').split_once(" = ")?.0;
    key.chars()
        .all(|c| c.is_ascii_lowercase() || c == '_')
        .then_some(key)
}

#[test]
fn the_example_configuration_names_every_setting_once() {
    let (mut section, mut named) = (String::new(), Vec::new());
    for line in read("config.example.toml").lines() {
        match line.strip_prefix('[') {
            Some(heading) => section = heading.trim_end_matches(']').to_owned(),
            None => named.extend(key_of(line).map(|key| format!("{section}.{key}"))),
        }
    }
    let known = schema::SECTIONS
        .iter()
        .flat_map(|s| s.keys().map(|key| format!("{}.{key}", s.name)));
    named.sort();
    let mut known: Vec<_> = known.collect();
    known.sort();
    assert_eq!(named, known);
}

/// The shipped units of one kind: name without ending, and text.
fn units(ending: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(shipped("systemd"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names = entries.filter_map(|name| Some(name.to_str()?.strip_suffix(ending)?.to_owned()));
    let mut units: Vec<_> = names
        .map(|name| (name.clone(), read(&format!("systemd/{name}{ending}"))))
        .collect();
    units.sort();
    units
}

/// The values that a unit gives a directive.
fn values<'a>(unit: &'a str, directive: &str) -> Vec<&'a str> {
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(name, _)| *name == directive)
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn every_unit_runs_a_subcommand_that_exists() {
    let services = units(".service");
    assert!(!services.is_empty());
    for (name, text) in services {
        let commands = values(&text, "ExecStart");
        assert_eq!(commands.len(), 1, "{name}");
        let job = commands::subcommand(commands[0]);
        assert_eq!(name, format!("calsync-{job}"));
    }
}

#[test]
fn every_timer_has_its_service() {
    let services: BTreeSet<_> = units(".service")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let timers = units(".timer");
    assert!(!timers.is_empty());
    for (name, text) in timers {
        assert!(services.contains(&name), "{name}.timer");
        assert_eq!(values(&text, "OnCalendar").len(), 1, "{name}.timer");
    }
}

/// How often a timer elapses that names a time of the day, or an hour's
/// minute or a minute's second, with or without a step.
fn cadence(calendar: &str) -> Duration {
    const UNITS: [u64; 3] = [86400, 3600, 60];
    if calendar.starts_with("*-*-* ") {
        return Duration::from_secs(UNITS[0]);
    }
    let stars = calendar.matches("*:").count();
    let last = calendar.rsplit(':').next().unwrap_or_default();
    let step = last.split_once('/').map(|(_, step)| step.parse::<u64>());
    let seconds = match step {
        Some(step) => step.unwrap() * UNITS[stars] / 60,
        None => UNITS[stars],
    };
    Duration::from_secs(seconds)
}

#[test]
fn the_timers_run_each_job_as_often_as_it_says() {
    let timers = units(".timer").into_iter().map(|(name, text)| {
        let job = name.trim_start_matches("calsync-").to_owned();
        (job, cadence(values(&text, "OnCalendar")[0]))
    });
    let said = CADENCES.map(|(job, cadence)| (job.to_owned(), cadence));
    let timers: std::collections::BTreeMap<_, _> = timers.collect();
    assert_eq!(timers, said.into_iter().collect());
}

#[test]
fn a_unit_leaves_a_cycle_the_time_that_it_takes() {
    let dir = [("STATE_DIRECTORY".to_owned(), "/state".to_owned())];
    let sources = Sources {
        config_arg: Some(shipped("config.example.toml")),
        env: dir.into_iter().collect(),
    };
    let config = Config::load(&sources).unwrap();
    let services = units(".service").into_iter();
    for (name, text) in services.filter(|(_, text)| text.contains("Type=oneshot")) {
        let limit = |directive| {
            let value = values(&text, directive)
                .first()
                .copied()
                .unwrap_or_default();
            let time: jiff::SignedDuration = value
                .parse()
                .unwrap_or_else(|e| panic!("{name}: {directive}: {e}"));
            Duration::try_from(time).unwrap()
        };
        assert!(
            limit("TimeoutStartSec") > config.sync.cycle_time_limit,
            "{name}"
        );
        assert!(
            limit("TimeoutStopSec") > config.sync.request_timeout,
            "{name}"
        );
    }
}

#[test]
fn the_crontab_runs_the_jobs_that_have_timers_and_the_receiver() {
    let text = read("crontab.example");
    let mut begun: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("@reboot "))
        .map(commands::subcommand)
        .collect();
    let entries = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c == '*' || c.is_ascii_digit()));
    let command = |entry: &str| {
        let words: Vec<_> = entry.split_whitespace().skip(5).collect();
        words.join(" ").trim_start_matches("sleep 30; ").to_owned()
    };
    begun.extend(entries.map(|entry| commands::subcommand(&command(entry))));
    // Timers have no need of the checks: systemd knows what failed.
    let checks = ["status", "queue"].map(str::to_owned);
    let units = units(".timer").into_iter().chain(units(".socket"));
    let jobs = units.map(|(name, _)| name.trim_start_matches("calsync-").to_owned());
    let begun: BTreeSet<_> = begun.into_iter().collect();
    assert_eq!(begun, jobs.chain(checks).collect());
}
