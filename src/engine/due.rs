//! Who is due, and when something that failed is tried again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::preferences::Preferences;
use crate::model::time::Window;
use crate::model::user::User;

/// The longest rest, whatever a provider asks for.
const LONGEST_REST: TimeDelta = TimeDelta::days(1);

/// Whether the preferences of a user ask for a sync now.
///
/// A timer never fires to the second: what is due within a tenth of the
/// interval, a minute at most, counts as due, so that a user synced every ten
/// minutes by a timer of ten minutes is not left out every second time. A last
/// sync in the future (the clock was set back) is as old as it is far away.
#[must_use]
pub fn sync_is_due(
    preferences: &Preferences,
    last_sync_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    if !preferences.auto_sync_enabled {
        return false;
    }
    let interval = TimeDelta::minutes(i64::from(preferences.sync_frequency_minutes));
    let slack = (interval / 10).min(TimeDelta::minutes(1));
    last_sync_at.is_none_or(|last| (now - last).abs() >= interval - slack)
}

/// Whether a user works at an instant; without hours, always.
#[must_use]
pub fn is_working(user: &User, now: DateTime<Utc>) -> bool {
    user.working_hours
        .is_none_or(|hours| hours.contain(now, &user.timezone))
}

/// Whether an account's calendars have to be discovered again: daily. A last
/// time in the future is as old as it is far away.
#[must_use]
pub fn discovery_is_due(discovered_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    discovered_at.is_none_or(|last| (now - last).abs() >= TimeDelta::days(1))
}

/// Whether something is not to be tried before a later moment. No rest lasts
/// longer than a day: one that would was noted by a clock that has
/// been set back since.
#[must_use]
pub fn rests(next_attempt_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    next_attempt_at.is_some_and(|next| next > now && next - now <= LONGEST_REST)
}

/// Whether a listing that covers a fixed window has to be begun anew over the
/// wanted one: when somebody wants more or fewer days, when it lacks something
/// of the past, or when only two thirds of the wanted future are left of it.
#[must_use]
pub fn window_is_outdated(covered: &Window, wanted: &Window, now: DateTime<Utc>) -> bool {
    let length = |window: &Window| window.end() - window.start();
    let left = covered.end() - now;
    let whole = wanted.end() - now;
    let runs_short = covered.end() < wanted.end() && left * 3 <= whole * 2;
    length(covered) != length(wanted) || covered.start() > wanted.start() || runs_short
}

/// How long a calendar rests after so many failures in a row: a minute,
/// doubled with each, six hours at most; longer where the provider said so, up
/// to a day.
#[must_use]
pub fn rest(failures: u32, asked: Option<Duration>) -> TimeDelta {
    let minutes = 1_i64 << failures.saturating_sub(1).min(20);
    let own = TimeDelta::minutes(minutes).min(TimeDelta::hours(6));
    let asked = asked
        .and_then(|asked| TimeDelta::from_std(asked).ok())
        .unwrap_or_default();
    own.max(asked.min(LONGEST_REST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_user_is_due_when_the_interval_has_passed() {
        let mut preferences = Preferences::default_of("u-1".parse().unwrap());
        let now = at("2026-03-02T12:00:00Z");
        let cases = [
            (10, Some("2026-03-02T11:50:00Z"), true),
            (10, Some("2026-03-02T11:50:59Z"), true),
            (10, Some("2026-03-02T11:51:01Z"), false),
            (60, Some("2026-03-02T11:01:00Z"), true),
            (60, Some("2026-03-02T11:01:01Z"), false),
            (60, None, true),
            (60, Some("2026-03-02T12:30:00Z"), false),
            (60, Some("2026-03-03T12:00:00Z"), true),
        ];
        for (minutes, last, due) in cases {
            preferences.sync_frequency_minutes = minutes;
            assert_eq!(
                sync_is_due(&preferences, last.map(at), now),
                due,
                "{minutes} {last:?}"
            );
        }
        preferences.auto_sync_enabled = false;
        assert!(!sync_is_due(&preferences, None, now));
    }

    #[test]
    fn rest_doubles_up_to_six_hours_and_honours_the_provider() {
        let minutes: Vec<_> = (1..=11).map(|n| rest(n, None).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(rest(u32::MAX, None), TimeDelta::hours(6));
        assert_eq!(
            rest(1, Some(Duration::from_secs(7200))),
            TimeDelta::hours(2)
        );
        assert_eq!(rest(10, Some(Duration::from_secs(1))), TimeDelta::hours(6));
        assert_eq!(rest(1, Some(Duration::MAX)), TimeDelta::minutes(1));
    }

    #[test]
    fn a_fixed_window_is_begun_anew_when_it_runs_short_or_another_is_wanted() {
        let begun = at("2026-03-02T12:00:00Z");
        let covered = Window::around(begun, 30, 90);
        let short = |days: i64, past: u32, future: u32| {
            let now = begun + TimeDelta::days(days);
            window_is_outdated(&covered, &Window::around(now, past, future), now)
        };
        assert!(!short(0, 30, 90));
        assert!(!short(29, 30, 90));
        assert!(short(30, 30, 90));
        assert!(short(0, 31, 90));
        assert!(short(0, 30, 150));
        assert!(short(0, 30, 91));
        assert!(short(0, 10, 60));
        // As long, and wholly covered: the next one comes when this one runs short.
        assert!(!short(0, 29, 91));
        // Without any future, a window is good for the day.
        let past = Window::around(begun, 30, 0);
        assert!(!window_is_outdated(&past, &past, begun));
        let tomorrow = begun + TimeDelta::days(1);
        assert!(window_is_outdated(
            &past,
            &Window::around(tomorrow, 30, 0),
            tomorrow
        ));
    }

    #[test]
    fn calendars_are_discovered_daily() {
        let now = at("2026-03-02T12:00:00Z");
        assert!(discovery_is_due(None, now));
        assert!(discovery_is_due(Some(at("2026-03-01T12:00:00Z")), now));
        assert!(!discovery_is_due(Some(at("2026-03-01T12:00:01Z")), now));
        assert!(!discovery_is_due(Some(at("2026-03-02T12:00:01Z")), now));
        assert!(discovery_is_due(Some(at("2030-03-02T12:00:00Z")), now));
    }

    #[test]
    fn a_rest_ends_and_is_never_longer_than_a_day() {
        let now = at("2026-03-02T12:00:00Z");
        let cases = [
            (None, false),
            (Some("2026-03-02T12:00:00Z"), false),
            (Some("2026-03-02T12:00:01Z"), true),
            (Some("2026-03-03T12:00:00Z"), true),
            (Some("2030-03-02T12:00:00Z"), false),
        ];
        for (next, expected) in cases {
            assert_eq!(rests(next.map(at), now), expected, "{next:?}");
        }
    }
}
