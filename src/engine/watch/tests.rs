use super::*;
use crate::model::account::ProviderKind;
use crate::model::calendar::{AccessRole, Backoff};
use crate::model::id::{AccountId, ExternalId};
use crate::model::watch::WatchGrant;

const NOW: &str = "2026-03-02T12:00:00Z";

/// Where watches deliver.
const HERE: &str = "here";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar {
        id: CalendarId::new("cal-1"),
        account_id: AccountId::new("a-1"),
        user_id: "u-1".parse().unwrap(),
        provider: ProviderKind::Google,
        external_id: ExternalId::new("x"),
        name: "Work".to_owned(),
        timezone: None,
        access_role: AccessRole::Owner,
        is_active: true,
        is_primary_write: false,
        is_connected: true,
        is_listed: true,
        sync_token: None,
        window: None,
        last_pulled_at: None,
        backoff: Backoff::default(),
        watch_support: WatchSupport::Possible,
    }
}

/// A watch that was granted; it ends so many minutes from now.
fn granted(id: &str, minutes: i64) -> Watch {
    Watch {
        grant: Some(WatchGrant {
            external_id: id.to_owned(),
            resource_id: None,
            until: at(NOW) + TimeDelta::minutes(minutes),
        }),
        ..requested(id, 60)
    }
}

/// A watch that was asked for so many minutes ago.
fn requested(id: &str, minutes: i64) -> Watch {
    Watch {
        id: WatchId::new(id),
        provider: ProviderKind::Google,
        user_id: "u-1".parse().unwrap(),
        calendar_id: CalendarId::new("cal-1"),
        callback: HERE.to_owned(),
        requested_at: at(NOW) - TimeDelta::minutes(minutes),
        grant: None,
        is_stopping: false,
    }
}

fn stopping(watch: Watch) -> Watch {
    Watch {
        is_stopping: true,
        ..watch
    }
}

fn names(watches: &[&Watch]) -> Vec<String> {
    watches.iter().map(|watch| watch.id.to_string()).collect()
}

#[test]
fn the_watch_that_lasts_longest_delivers() {
    let watches = [
        granted("over", 0),
        granted("short", 30),
        granted("long", 90),
        stopping(granted("old", 900)),
        requested("new", 0),
    ];
    let live = live(&watches, HERE, at(NOW)).unwrap();
    assert_eq!(live.id.as_str(), "long");
    assert!(super::live(&watches[..1], HERE, at(NOW)).is_none());
}

#[test]
fn a_watch_is_counted_on_until_an_hour_before_its_end() {
    for (minutes, valid) in [(61, true), (60, false), (0, false), (-5, false)] {
        assert_eq!(
            is_valid(&granted("w", minutes), at(NOW)),
            valid,
            "{minutes}"
        );
    }
    assert!(!is_valid(&requested("w", 0), at(NOW)));
}

#[test]
fn a_watch_is_renewed_half_a_day_before_its_end_at_the_latest_and_a_day_at_the_earliest() {
    for number in 0..50 {
        let id = format!("user_u-1_{number}");
        let due = |minutes| is_due(&calendar(), &[granted(&id, minutes)], HERE, at(NOW));
        assert!(due(12 * 60), "{id}");
        assert!(!due(24 * 60), "{id}");
    }
}

#[test]
fn watches_made_together_are_not_renewed_together() {
    let renewed_in = |hour: i64| {
        let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let ids = (0..100).map(|number| format!("user_u-1_{:018x}", spread(number)));
        ids.filter(|id| is_due(&calendar(), &[granted(id, hour * 60)], HERE, at(NOW)))
            .count()
    };
    let by_hour: Vec<_> = (12..=24).rev().map(renewed_in).collect();
    let largest = by_hour.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(largest.unwrap() <= 25, "{by_hour:?}");
}

#[test]
fn a_calendar_without_a_watch_is_due_unless_it_was_refused_of_late() {
    assert!(is_due(&calendar(), &[], HERE, at(NOW)));
    assert!(is_due(&calendar(), &[granted("over", -1)], HERE, at(NOW)));
    assert!(is_due(&calendar(), &[requested("w", 1)], HERE, at(NOW)));
    let refused = |when: &str| Calendar {
        watch_support: WatchSupport::Refused {
            reason: "holidays".to_owned(),
            at: at(when),
        },
        ..calendar()
    };
    for (when, due) in [
        ("2026-03-02T11:00:00Z", false),
        ("2026-02-23T12:00:01Z", false),
        ("2026-02-23T12:00:00Z", true),
        ("2030-01-01T00:00:00Z", true),
    ] {
        assert_eq!(is_due(&refused(when), &[], HERE, at(NOW)), due, "{when}");
    }
}

#[test]
fn what_is_replaced_over_or_given_up_is_done_away_with() {
    let watches = [
        granted("live", 900),
        granted("over", 0),
        stopping(granted("replaced", 900)),
        requested("asked", 10),
        requested("unanswered", 11),
    ];
    let left = |calendar: &Calendar| names(&leftovers(calendar, &watches, at(NOW)));
    assert_eq!(left(&calendar()), ["over", "replaced", "unanswered"]);
    let all = ["live", "over", "replaced", "asked", "unanswered"];
    let disabled = Calendar {
        is_active: false,
        ..calendar()
    };
    let unlisted = Calendar {
        is_listed: false,
        ..calendar()
    };
    for unwanted in [disabled, unlisted] {
        assert_eq!(left(&unwanted), all);
        assert!(!is_due(&unwanted, &[], HERE, at(NOW)));
    }
}

#[test]
fn a_watch_that_delivers_elsewhere_or_under_another_secret_is_none() {
    let elsewhere = [granted("w", 5000)];
    assert!(live(&elsewhere, "there", at(NOW)).is_none());
    assert!(is_due(&calendar(), &elsewhere, "there", at(NOW)));
    assert!(!is_due(&calendar(), &elsewhere, HERE, at(NOW)));
    assert_eq!(names(&leftovers(&calendar(), &elsewhere, at(NOW))), [""; 0]);
}

#[test]
fn a_refused_calendar_is_not_asked_again_for_a_watch_that_ends() {
    let refused = Calendar {
        watch_support: WatchSupport::Refused {
            reason: "full".to_owned(),
            at: at(NOW),
        },
        ..calendar()
    };
    assert!(!is_due(&refused, &[granted("w", 30)], HERE, at(NOW)));
}
