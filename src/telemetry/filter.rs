//! What is logged.
//!
//! A process is one job, and its target (`calendar_auto_sync`), under which its
//! start and end are logged, stands in a filter for all that the process logs:
//! one setting in the environment of all units can make one job talkative.

/// How the targets of the jobs begin.
const JOBS: &str = "calendar_";

/// Our own events by verbosity, those of the libraries from `warn` on. Where
/// bars show how a cycle goes, its `info` lines would say it twice.
pub(super) fn by_verbosity(verbosity: i8, bars: bool) -> String {
    match (verbosity, bars) {
        (..0, _) => "error".to_owned(),
        (0, true) => "warn".to_owned(),
        (0, false) => ours("info"),
        (1, _) => ours("debug"),
        (2.., _) => ours("trace"),
    }
}

fn ours(level: &str) -> String {
    format!("warn,calsync={level},{JOBS}={level}")
}

/// The filter that somebody wrote, as it is meant for the job with a target.
/// What is said of jobs adds to the rest, or where there is no rest, to what
/// follows from the verbosity.
pub(super) fn of(written: &str, own: Option<&str>, by_verbosity: String) -> String {
    let directives = written
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty());
    let (jobs, rest): (Vec<_>, Vec<_>) = directives.partition(|one| one.starts_with(JOBS));
    let mut filter = match rest.is_empty() {
        true => by_verbosity,
        false => rest.join(","),
    };
    let mut add = |directive: String| filter = format!("{filter},{directive}");
    // The lines that mark start and end are ours like any other.
    if let Some(level) = rest.iter().rev().find_map(|one| level(one, "calsync")) {
        add(format!("{JOBS}{level}"));
    }
    let of_own = jobs.iter().filter_map(|one| level(one, own?));
    for level in of_own {
        add(format!("calsync{level}"));
        add(format!("{JOBS}{level}"));
    }
    filter
}

/// The level that a directive gives to a target, with its `=`; empty: all.
fn level<'a>(directive: &'a str, target: &str) -> Option<&'a str> {
    let level = directive.strip_prefix(target)?;
    (level.is_empty() || level.starts_with('=')).then_some(level)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::EnvFilter;

    use super::*;

    #[test]
    fn a_written_filter_is_for_the_job_that_it_names() {
        let auto_sync = Some("calendar_auto_sync");
        for (written, own, expected) in [
            ("", auto_sync, "warn"),
            ("debug", auto_sync, "debug"),
            ("calsync=trace", auto_sync, "calsync=trace,calendar_=trace"),
            ("calsync", None, "calsync,calendar_"),
            ("calsync::store=trace", auto_sync, "calsync::store=trace"),
            (
                "calendar_auto_sync=debug",
                auto_sync,
                "warn,calsync=debug,calendar_=debug",
            ),
            ("calendar_auto_sync", auto_sync, "warn,calsync,calendar_"),
            ("calendar_auto_sync=debug", Some("calendar_cleanup"), "warn"),
            ("calendar_auto_sync=debug", None, "warn"),
            (
                "error, calendar_cleanup=info,calendar_auto_sync=off",
                auto_sync,
                "error,calsync=off,calendar_=off",
            ),
        ] {
            let filter = of(written, own, "warn".to_owned());
            assert_eq!(filter, expected, "{written} {own:?}");
            EnvFilter::builder().parse(filter).unwrap();
        }
    }

    #[test]
    fn every_filter_is_one() {
        for (verbosity, bars) in [(-1, false), (0, false), (0, true), (1, false), (2, false)] {
            EnvFilter::builder()
                .parse(by_verbosity(verbosity, bars))
                .unwrap();
        }
    }
}
