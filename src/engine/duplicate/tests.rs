use chrono::{DateTime, Utc};

use super::*;
use crate::model::event::Transparency;
use crate::model::id::ExternalId;
use crate::model::time::Zone;

use ProviderKind::{Google, Microsoft};

fn hour(hour: u32) -> DateTime<Utc> {
    format!("2026-03-02T{hour:02}:00:00Z").parse().unwrap()
}

/// An event of an hour.
fn meeting(title: &str, location: &str, start: u32) -> Event {
    Event {
        external_id: ExternalId::new("x"),
        etag: None,
        ical_uid: None,
        kind: EventKind::Single,
        time: Some(EventTime::timed(hour(start), hour(start + 1), Zone::utc())),
        status: EventStatus::Confirmed,
        title: Some(title.to_owned()),
        description: None,
        location: Some(location.to_owned()),
        transparency: Transparency::Opaque,
        visibility: None,
        organizer_self: true,
        response: None,
        attendees: Vec::new(),
        reminders: None,
        conference_url: None,
        html_link: None,
        updated_at: None,
    }
}

fn sighting(provider: ProviderKind, event: &Event) -> Sighting<'_> {
    Sighting { provider, event }
}

/// Whether they are one meeting; asked both ways.
fn alike(a: &Event, b: &Event) -> bool {
    let (a, b) = (sighting(Google, a), sighting(Microsoft, b));
    assert_eq!(score(a, b), score(b, a));
    is_same(a, b)
}

#[test]
fn look_alikes_are_at_the_same_time_under_nearly_the_same_title() {
    let plan = meeting("Plan the next quarter", "Room 4", 9);
    let cases = [
        (meeting("Plan the next quarter", "Room 4", 9), true),
        (meeting("PLAN: the next quarter!", "room 4", 9), true),
        (meeting("Plan the next quarter", "Online", 9), true),
        (meeting("Plan the quarter", "", 9), true),
        (meeting("Plan the quarter", "Online", 9), false),
        (meeting("Plan the next quarter", "Room 4", 10), false),
        (meeting("Lunch", "Room 4", 9), false),
        (meeting("", "Room 4", 9), false),
    ];
    for (other, expected) in cases {
        assert_eq!(alike(&plan, &other), expected, "{:?}", other.title);
    }
    let nameless = meeting("", "", 9);
    assert!(!alike(&nameless, &nameless));
}

#[test]
fn zones_do_not_count_but_whole_days_do() {
    let mut berlin = meeting("Standup", "", 9);
    let zone = Zone::parse("Europe/Berlin").unwrap();
    berlin.time = Some(EventTime::timed(hour(9), hour(10), zone));
    assert!(alike(&berlin, &meeting("Standup", "", 9)));
    let mut day = meeting("Standup", "", 9);
    let date = hour(9).date_naive();
    day.time = Some(EventTime::all_day(date, date));
    assert!(alike(&day, &day));
    assert!(!alike(&berlin, &day));
}

#[test]
fn one_uid_is_one_meeting_if_the_occurrence_is_the_same() {
    let with_uid = |event: Event| Event {
        ical_uid: Some("uid".to_owned()),
        ..event
    };
    let first = with_uid(meeting("Standup", "", 9));
    assert!(alike(&first, &with_uid(meeting("Renamed", "Hall", 9))));
    assert!(!alike(&first, &with_uid(meeting("Standup", "", 10))));
    let moved = |slot: u32, start: u32| Event {
        kind: EventKind::Exception {
            series: ExternalId::new("s"),
            original_start: OriginalStart::At(hour(slot)),
        },
        ..with_uid(meeting("a", "", start))
    };
    assert!(alike(&moved(9, 11), &moved(9, 12)));
    assert!(!alike(&moved(9, 11), &moved(10, 12)));
    assert!(!alike(&first, &moved(9, 9)));
}

#[test]
fn events_of_one_provider_and_cancelled_ones_are_never_paired() {
    let event = meeting("Standup", "", 9);
    for provider in ProviderKind::ALL {
        let same = sighting(provider, &event);
        assert!(!is_same(same, same));
    }
    let cancelled = Event {
        status: EventStatus::Cancelled,
        ..event.clone()
    };
    assert!(!alike(&event, &cancelled));
}

#[test]
fn the_strategy_names_the_loser_whichever_comes_first() {
    let edited = |minute: Option<u32>| Event {
        updated_at: minute.map(hour),
        ..meeting("Standup", "", 9)
    };
    // Edited at Google and Microsoft; the loser of the newest.
    let cases = [
        (Some(2), Some(1), Some(Microsoft)),
        (Some(1), Some(2), Some(Google)),
        (Some(1), Some(1), None),
        (Some(1), None, None),
        (None, Some(1), None),
    ];
    for (google, microsoft, newest) in cases {
        let (google, microsoft) = (edited(google), edited(microsoft));
        let (a, b) = (sighting(Google, &google), sighting(Microsoft, &microsoft));
        let strategies = [
            (DuplicateStrategy::Manual, None),
            (DuplicateStrategy::PreferGoogle, Some(Microsoft)),
            (DuplicateStrategy::PreferMicrosoft, Some(Google)),
            (DuplicateStrategy::PreferNewest, newest),
        ];
        for (strategy, expected) in strategies {
            for (a, b) in [(a, b), (b, a)] {
                let lost = loser(strategy, a, b).map(|which| match which {
                    Which::First => a.provider,
                    Which::Second => b.provider,
                });
                assert_eq!(lost, expected, "{strategy:?}");
            }
        }
    }
}
