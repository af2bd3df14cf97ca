//! When something is due within a day, in the words of cron and of systemd.

use std::collections::BTreeSet;

const DAY: u32 = 24 * 60 * 60;

/// The seconds of a day at which something is due.
pub(super) type Moments = BTreeSet<u32>;

/// Of `OnCalendar=`, as far as the units use it: every day, in UTC or local
/// time.
pub(super) fn on_calendar(text: &str) -> Moments {
    let time = text.trim_end_matches(" UTC");
    let time = time.trim_start_matches("*-*-* ");
    match time.split(':').collect::<Vec<_>>()[..] {
        [hours, minutes] => moments(hours, minutes, "0"),
        [hours, minutes, seconds] => moments(hours, minutes, seconds),
        _ => panic!("{text}"),
    }
}

/// Of the five fields of a crontab, of which the last three must be every day.
pub(super) fn cron(fields: &[&str]) -> Moments {
    match *fields {
        [minutes, hours, "*", "*", "*"] => moments(hours, minutes, "0"),
        _ => panic!("{fields:?}"),
    }
}

fn moments(hours: &str, minutes: &str, seconds: &str) -> Moments {
    let (minutes, seconds) = (values(minutes, 60), values(seconds, 60));
    let of_hours = values(hours, 24).into_iter().map(|hour| hour * 60);
    let of_minutes = of_hours.flat_map(|hour| minutes.iter().map(move |it| (hour + it) * 60));
    of_minutes
        .flat_map(|minute| seconds.iter().map(move |it| minute + it))
        .collect()
}

/// The values below a limit that a field names: `*`, `3`, `8,38`, `5-59/20`,
/// `0/10`.
fn values(field: &str, limit: u32) -> BTreeSet<u32> {
    let number = |text: &str| {
        text.parse::<u32>()
            .unwrap_or_else(|e| panic!("{field}: {e}"))
    };
    let part = |part: &str| {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step))),
            None => (part, None),
        };
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (0, limit - 1),
            (_, Some((first, last))) => (number(first), number(last)),
            _ => (number(range), step.map_or(number(range), |_| limit - 1)),
        };
        assert!(first <= last && last < limit, "{field}");
        (first..=last).step_by(usize::try_from(step.unwrap_or(1)).unwrap())
    };
    field.split(',').flat_map(part).collect()
}

/// How many seconds may lie between one moment and the next, also of the next
/// day: one number where they are evenly spread.
pub(super) fn cadence(moments: &Moments) -> BTreeSet<u32> {
    let first = moments.first().copied().unwrap();
    let next = moments.iter().copied().skip(1).chain([first + DAY]);
    moments
        .iter()
        .zip(next)
        .map(|(at, next)| next - at)
        .collect()
}

#[test]
fn cron_and_systemd_say_the_same_in_their_own_words() {
    let same = [
        ("*/10 * * * *", "*:0/10"),
        ("5-59/20 * * * *", "*:5/20"),
        ("8,38 * * * *", "*:8/30"),
        ("17 * * * *", "*:17"),
        ("0 3 * * *", "*-*-* 03:00:00 UTC"),
    ];
    for (line, calendar) in same {
        let fields: Vec<_> = line.split(' ').collect();
        assert_eq!(cron(&fields), on_calendar(calendar), "{line}");
    }
    assert_eq!(cadence(&on_calendar("*:*:0/30")), BTreeSet::from([30]));
    assert_eq!(
        cadence(&on_calendar("*:0,20")),
        BTreeSet::from([1200, 2400])
    );
}
