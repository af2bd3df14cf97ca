use chrono::NaiveDate;

use super::*;
use crate::model::account::ProviderKind;
use crate::model::calendar::{AccessRole, Backoff, WatchSupport};
use crate::model::id::{AccountId, CalendarId, ExternalId, TaskId};
use crate::model::link::Base;
use crate::model::time::{EventTime, Window, Zone};

fn scheduled() -> Content {
    let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    Content {
        time: Some(EventTime::all_day(day, day)),
        ..Content::default()
    }
}

/// From the day on which the scheduled task takes place.
fn window() -> Window {
    let at = |text: &str| text.parse().unwrap();
    Window::new(at("2026-03-02T00:00:00Z"), at("2026-06-01T00:00:00Z"))
}

fn link(state: LinkState) -> Link {
    Link {
        task_id: TaskId::new("t-1"),
        user_id: "u-1".parse().unwrap(),
        calendar_id: CalendarId::new("cal-1"),
        generation: 4,
        state,
        pulled_at: None,
    }
}

fn open() -> LinkState {
    LinkState::Open {
        external_id: ExternalId::new("e"),
        base: Box::new(Base {
            task: scheduled(),
            event: scheduled(),
            etag: None,
        }),
    }
}

fn calendar(access_role: AccessRole, is_active: bool) -> Calendar {
    Calendar {
        id: CalendarId::new("cal-1"),
        account_id: AccountId::new("a-1"),
        user_id: "u-1".parse().unwrap(),
        provider: ProviderKind::Google,
        external_id: ExternalId::new("x"),
        name: "Work".to_owned(),
        timezone: None,
        access_role,
        is_active,
        is_primary_write: true,
        is_connected: true,
        is_listed: true,
        sync_token: None,
        window: None,
        last_pulled_at: None,
        backoff: Backoff::default(),
        watch_support: WatchSupport::Possible,
    }
}

#[test]
fn an_event_is_created_for_a_scheduled_task_that_has_none() {
    let links = [
        (None, Ok(1)),
        (Some(link(LinkState::Pending)), Ok(4)),
        (Some(link(LinkState::Closed)), Ok(5)),
        (Some(link(open())), Err(Reason::Linked)),
    ];
    for (link, expected) in links {
        let expected = match expected {
            Ok(generation) => Creation::Create { generation },
            Err(reason) => Creation::Nothing(reason),
        };
        let found = creation(Some(&scheduled()), link.as_ref(), None, &window());
        assert_eq!(found, expected, "{link:?}");
    }
}

#[test]
fn every_reason_against_an_event_is_named() {
    let blank = Content::default();
    let off = Some(Reason::WritesOff);
    let cases = [
        (None, off, Reason::Deleted),
        (Some(&blank), off, Reason::Unscheduled),
    ];
    for state in [LinkState::Pending, LinkState::Closed] {
        let link = link(state);
        for (task, obstacle, reason) in cases {
            let found = creation(task, Some(&link), obstacle, &window());
            assert_eq!(found, Creation::Nothing(reason));
        }
        let found = creation(Some(&scheduled()), Some(&link), off, &window());
        assert_eq!(found, Creation::Nothing(Reason::WritesOff));
    }
}

#[test]
fn nothing_is_created_without_leave_and_a_calendar_to_write_to() {
    let mut preferences = Preferences::default_of("u-1".parse().unwrap());
    let owned = calendar(AccessRole::Owner, true);
    assert_eq!(
        obstacle(&preferences, Some(&owned)),
        Some(Reason::WritesOff)
    );
    preferences.write_enabled = true;
    let cases = [
        (Some(owned), None),
        (None, Some(Reason::NoCalendar)),
        (
            Some(calendar(AccessRole::Owner, false)),
            Some(Reason::NoCalendar),
        ),
        (
            Some(calendar(AccessRole::Reader, true)),
            Some(Reason::ReadOnly),
        ),
    ];
    for (calendar, expected) in cases {
        assert_eq!(obstacle(&preferences, calendar.as_ref()), expected);
    }
}

#[test]
fn a_new_event_is_agreed_on_in_the_words_of_each_side() {
    let sent = scheduled();
    let returned = Content {
        reminder_minutes: Some(15),
        ..scheduled()
    };
    for is_found in [false, true] {
        let event = Revision {
            content: &returned,
            etag: Some("1"),
        };
        let base = agreed(&sent, event, is_found);
        assert_eq!((&base.task, &base.event), (&sent, &returned));
        assert_eq!(base.etag.as_deref(), Some("1"));
    }
}

#[test]
fn a_found_event_that_says_something_else_is_a_change_of_both_sides() {
    use crate::engine::merge::{Winner, merge};
    let sent = Content {
        title: Some("ours".to_owned()),
        ..scheduled()
    };
    let found = Content {
        title: Some("theirs".to_owned()),
        location: Some("added".to_owned()),
        reminder_minutes: Some(15),
        ..scheduled()
    };
    let event = Revision {
        content: &found,
        etag: Some("1"),
    };
    let base = agreed(&sent, event, true);
    assert_eq!(base.etag, None);
    // What was left open is no clash: the task follows whoever wins.
    let merged = merge(&base, &sent, &found, Winner::Task);
    assert_eq!(merged.push, [Field::Title]);
    assert_eq!(merged.pull, [Field::Location]);
    assert_eq!(merged.clashes.len(), 1);
    // What a provider made of a new event is no change.
    let merged = merge(&agreed(&sent, event, false), &sent, &found, Winner::Event);
    assert!(merged.writes_nothing() && merged.clashes.is_empty());
}

#[test]
fn what_was_over_before_the_timeline_begins_gets_no_event() {
    let of = |time| Content {
        time: Some(time),
        ..Content::default()
    };
    let day = |text: &str| text.parse().unwrap();
    let at = |text: &str| text.parse().unwrap();
    let timed = |start: &str, end: &str| EventTime::timed(at(start), at(end), Zone::utc());
    let cases = [
        (
            EventTime::all_day(day("2026-03-01"), day("2026-03-02")),
            false,
        ),
        (
            EventTime::all_day(day("2026-03-01"), day("2026-03-03")),
            true,
        ),
        (timed("2026-03-01T22:00:00Z", "2026-03-02T00:00:00Z"), false),
        (timed("2026-03-01T22:00:00Z", "2026-03-02T00:01:00Z"), true),
        // However far ahead.
        (timed("2036-03-01T22:00:00Z", "2036-03-01T23:00:00Z"), true),
    ];
    for (time, created) in cases {
        let found = creation(Some(&of(time.clone())), None, None, &window());
        let expected = match created {
            true => Creation::Create { generation: 1 },
            false => Creation::Nothing(Reason::Past),
        };
        assert_eq!(found, expected, "{time:?}");
    }
}
