//! The units in `systemd/`, by what they say and by what systemd says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use calsync::config::{Config, Sources};
use tempfile::TempDir;

use super::jobs::JOBS;
use super::tools::{said, tool};
use super::{commands, read, schedule, shipped};

/// The units of one kind: name without ending, and text.
fn units(ending: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(shipped("systemd")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let units = names.filter_map(|name| {
        let text = || read(&format!("systemd/{name}"));
        Some((name.strip_suffix(ending)?.to_owned(), text()))
    });
    units.collect()
}

/// The values that a unit gives a directive.
fn values<'a>(unit: &'a str, directive: &str) -> Vec<&'a str> {
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(name, _)| *name == directive)
        .map(|(_, value)| value)
        .collect()
}

/// How often the timers have each job run.
pub(super) fn cadences() -> BTreeMap<String, BTreeSet<u32>> {
    let timers = units(".timer").into_iter().map(|(name, text)| {
        let job = name.strip_prefix("calsync-").unwrap().to_owned();
        let moments = values(&text, "OnCalendar")
            .into_iter()
            .map(schedule::on_calendar);
        (job, schedule::cadence(&moments.flatten().collect()))
    });
    timers.collect()
}

#[test]
fn every_timer_starts_the_job_that_it_is_named_after() {
    for (job, timer) in JOBS.map(|job| (job, read(&format!("systemd/calsync-{job}.timer")))) {
        assert_eq!(values(&timer, "Unit"), [format!("calsync@{job}.service")]);
    }
}

#[test]
fn every_service_runs_a_subcommand_that_exists() {
    let cycle = read("systemd/calsync@.service");
    for job in JOBS {
        let command = values(&cycle, "ExecStart").join("").replace("%i", job);
        assert_eq!(commands::subcommand(&command), job);
    }
    let receiver = read("systemd/calsync-webhooks.service");
    let command = values(&receiver, "ExecStart").join("");
    assert_eq!(commands::subcommand(&command), "serve-webhooks");
}

#[test]
fn the_target_enables_starts_and_stops_all_of_it() {
    let target = read("systemd/calsync.target");
    let enabled: BTreeSet<_> = values(&target, "Also")
        .iter()
        .flat_map(|names| names.split(' ').map(str::to_owned))
        .collect();
    let mut grouped = BTreeSet::new();
    for ending in [".timer", ".socket"] {
        for (name, text) in units(ending) {
            assert_eq!(values(&text, "WantedBy"), ["calsync.target"], "{name}");
            assert_eq!(values(&text, "PartOf"), ["calsync.target"], "{name}");
            grouped.insert(name + ending);
        }
    }
    assert_eq!(enabled, grouped);
}

#[test]
fn a_failure_is_told_by_a_unit_that_exists() {
    for unit in ["calsync@.service", "calsync-webhooks.socket"] {
        let text = read(&format!("systemd/{unit}"));
        assert_eq!(values(&text, "OnFailure"), ["calsync-failure@%n.service"]);
    }
    assert!(shipped("systemd/calsync-failure@.service").exists());
}

#[test]
fn every_credential_that_the_example_names_is_loaded() {
    let example = read("config.example.toml");
    let named = example.lines().filter_map(|line| {
        let name = line.split("= \"%d/").nth(1)?;
        Some(name.trim_end_matches('"').to_owned())
    });
    let named: BTreeSet<_> = named.collect();
    for unit in ["calsync@.service", "calsync-webhooks.service"] {
        let text = read(&format!("systemd/{unit}"));
        let loaded = values(&text, "LoadCredential").into_iter().map(|value| {
            let (name, file) = value.split_once(':').unwrap();
            // Only a file without a path may be missing.
            assert_eq!(file, format!("calsync.{name}"), "{unit}");
            name.to_owned()
        });
        assert_eq!(loaded.collect::<BTreeSet<_>>(), named, "{unit}");
    }
}

#[test]
fn a_unit_leaves_a_cycle_the_time_that_it_takes() {
    let dir = [("STATE_DIRECTORY".to_owned(), "/state".to_owned())];
    let sources = Sources {
        config_arg: Some(shipped("config.example.toml")),
        env: dir.into_iter().collect(),
    };
    let config = Config::load(&sources).unwrap();
    let unit = read("systemd/calsync@.service");
    let limit = |directive| {
        let time: jiff::SignedDuration = values(&unit, directive).join("").parse().unwrap();
        Duration::try_from(time).unwrap()
    };
    assert!(limit("TimeoutStartSec") > config.sync.cycle_time_limit);
    assert!(limit("TimeoutStopSec") > config.sync.request_timeout);
}

/// The units beside each other, with a program that exists.
fn installed() -> (TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for ending in [".service", ".timer", ".socket", ".target"] {
        for (name, text) in units(ending) {
            let file = dir.path().join(name + ending);
            let text = text.replace("/usr/bin/calsync", env!("CARGO_BIN_EXE_calsync"));
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    (dir, files)
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let Some(mut analyze) = tool("systemd-analyze") else {
        return;
    };
    let (_dir, files) = installed();
    let verify = ["verify", "--man=no", "--recursive-errors=yes"];
    assert_eq!(said(analyze.args(verify).args(files)), "");
}

#[test]
fn systemd_calls_no_service_exposed() {
    let (_dir, files) = installed();
    let services = files
        .iter()
        .filter(|file| file.extension().is_some_and(|it| it == "service"));
    for service in services {
        let Some(mut analyze) = tool("systemd-analyze") else {
            return;
        };
        // In tenths: 1.5.
        let security = ["security", "--offline=true", "--threshold=15"];
        said(analyze.args(security).arg(service));
    }
}

#[test]
fn the_user_of_the_services_is_made() {
    for unit in ["calsync@.service", "calsync-webhooks.service"] {
        let text = read(&format!("systemd/{unit}"));
        assert_eq!(values(&text, "User"), ["calsync"], "{unit}");
    }
    let Some(mut sysusers) = tool("systemd-sysusers") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let dry = sysusers.arg("--dry-run").arg("--root").arg(root.path());
    let told = said(dry.arg(shipped("systemd/sysusers.d/calsync.conf")));
    assert!(told.contains("Creating user 'calsync'"), "{told}");
}
