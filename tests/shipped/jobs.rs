//! Every job is shipped with all that belongs to it.

use std::collections::{BTreeMap, BTreeSet};

use calsync::jobs::CADENCES;

use super::{crontab, read, shipped, units};

/// The jobs that something has to start again and again.
pub(super) const JOBS: [&str; CADENCES.len()] = {
    let mut jobs = [""; CADENCES.len()];
    let mut index = 0;
    while index < jobs.len() {
        jobs[index] = CADENCES[index].0;
        index += 1;
    }
    jobs
};

/// The rows of the README's table of jobs: how often each one runs.
fn rows() -> BTreeMap<String, String> {
    let page = read("README.md");
    let table = page.split("| job | every | does |").nth(1).unwrap();
    let rows = table.lines().skip(2).map_while(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let job = cells.next()?.trim_matches('`').to_owned();
        Some((job, cells.next()?.to_owned()))
    });
    rows.collect()
}

#[test]
fn every_job_has_a_timer_a_line_of_the_crontab_a_row_and_a_page() {
    let jobs = BTreeSet::from(JOBS.map(str::to_owned));
    let timers: BTreeSet<_> = units::cadences().into_keys().collect();
    assert_eq!(timers, jobs, "timers");
    let lines: BTreeSet<_> = crontab::cadences().into_keys().collect();
    assert!(lines.is_superset(&jobs), "crontab: {lines:?}");
    let rows: BTreeSet<_> = rows().into_keys().collect();
    let served = BTreeSet::from(["serve-webhooks".to_owned()]);
    assert_eq!(rows, &jobs | &served, "README.md");
    for job in jobs {
        assert!(shipped(&format!("man/calsync-{job}.1")).exists(), "{job}");
    }
}

#[test]
fn timers_crontab_and_readme_agree_on_how_often_a_job_runs() {
    let (timers, crontab, rows) = (units::cadences(), crontab::cadences(), rows());
    for (job, cadence) in CADENCES {
        let seconds = u32::try_from(cadence.as_secs()).unwrap();
        assert_eq!(timers[job], BTreeSet::from([seconds]), "{job}");
        assert_eq!(timers[job], crontab[job], "{job}");
        let seconds = match rows[job].as_str() {
            "daily 03:00 UTC" => 24 * 60 * 60,
            every => {
                let every: jiff::SignedDuration = every.parse().unwrap();
                u32::try_from(every.as_secs()).unwrap()
            }
        };
        assert_eq!(timers[job], BTreeSet::from([seconds]), "{job}");
    }
}
