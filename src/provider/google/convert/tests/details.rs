//! What else is said of events and calendars.

use super::*;

#[test]
fn empty_and_missing_texts_are_no_texts() {
    for more in [
        json!({}),
        json!({"summary": null}),
        json!({"summary": "", "location": ""}),
    ] {
        let read = event(&single(&more));
        assert_eq!(
            (read.title, read.location, read.description),
            (None, None, None)
        );
    }
}

#[test]
fn unknown_words_mean_the_usual() {
    let read = event(&single(&json!({
        "status": "postponed", "transparency": "translucent", "visibility": "secret",
        "attendees": [{"self": true, "responseStatus": "maybe"}], "updated": "yesterday"
    })));
    assert_eq!(read.status, EventStatus::Confirmed);
    assert_eq!(read.transparency, Transparency::Opaque);
    assert_eq!(read.visibility.as_deref(), Some("secret"));
    assert_eq!((read.response, read.updated_at), (None, None));
    let tentative = event(&single(&json!({"status": "tentative"})));
    assert_eq!(tentative.status, EventStatus::Tentative);
}

#[test]
fn my_answer_is_that_of_the_entry_which_is_me() {
    let read = event(&single(&json!({"attendees": [
        {"email": "a@b", "responseStatus": "accepted"},
        {"email": "me@b", "self": true, "responseStatus": "declined"}]})));
    assert_eq!(read.response, Some(ResponseStatus::Declined));
    assert!(!read.busy());
}

#[test]
fn an_event_is_ours_unless_somebody_else_organises_it() {
    let guests = json!([{"email": "a@b"}]);
    let cases = [
        (json!({}), true),
        (json!({"attendees": guests}), false),
        (
            json!({"organizer": {"email": "x@y", "self": true}, "attendees": guests}),
            true,
        ),
        (json!({"organizer": {"email": "x@y"}}), false),
        (json!({"organizer": {"email": "x@y", "self": false}}), false),
    ];
    for (more, ours) in cases {
        assert_eq!(event(&single(&more)).organizer_self, ours, "{more}");
    }
}

#[test]
fn reminders_are_the_calendars_or_minutes() {
    let minutes = |list: &[u32]| Some(Reminders::Minutes(list.to_vec()));
    let cases = [
        (json!({}), None),
        (
            json!({"reminders": {"useDefault": true}}),
            Some(Reminders::Default),
        ),
        (json!({"reminders": {"useDefault": false}}), minutes(&[])),
        (
            json!({"reminders": {"useDefault": false, "overrides": [
            {"method": "email", "minutes": 30}, {"method": "popup", "minutes": 10},
            {"method": "sms", "minutes": 5}, {"method": "popup", "minutes": 30},
            {"method": "popup"}]}}),
            minutes(&[10, 30]),
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(event(&single(&more)).reminders, expected, "{more}");
    }
}

#[test]
fn the_meeting_is_joined_by_video_first() {
    let entries = json!({"entryPoints": [
        {"entryPointType": "phone", "uri": "tel:1"}, {"entryPointType": "video", "uri": "https://v"}]});
    let link = "https://meet/h";
    let cases = [
        (
            json!({"conferenceData": entries, "hangoutLink": link}),
            Some("https://v"),
        ),
        (
            json!({"conferenceData": {"entryPoints": [{"entryPointType": "phone", "uri": "tel:1"}]},
            "hangoutLink": link}),
            Some(link),
        ),
        (json!({"conferenceData": {}}), None),
        (json!({}), None),
    ];
    for (more, expected) in cases {
        assert_eq!(
            event(&single(&more)).conference_url.as_deref(),
            expected,
            "{more}"
        );
    }
}

#[test]
fn an_item_without_an_id_spoils_the_page() {
    for item in [
        json!({"status": "cancelled"}),
        json!({"id": ""}),
        json!({"id": 5}),
        json!(null),
    ] {
        let raw = serde_json::value::to_raw_value(&item).unwrap();
        let error = changes(&[&raw], &Zone::utc()).unwrap_err();
        assert!(matches!(error, ProviderError::Protocol { .. }), "{item}");
    }
}

#[test]
fn the_zone_of_a_calendar_is_the_first_that_is_known() {
    let name = |names: [Option<&str>; 2]| first_known_zone(names).name().to_owned();
    assert_eq!(
        name([Some("Europe/Zurich"), Some("Europe/Berlin")]),
        "Europe/Zurich"
    );
    assert_eq!(
        name([Some("Mars/Olympus"), Some("Europe/Berlin")]),
        "Europe/Berlin"
    );
    assert_eq!(name([None, None]), "UTC");
}

#[test]
fn roles_that_google_adds_are_readable_and_not_writable() {
    let cases = [
        ("owner", AccessRole::Owner),
        ("writer", AccessRole::Writer),
        ("writerWithoutPrivateAccess", AccessRole::Writer),
        ("reader", AccessRole::Reader),
        ("freeBusyReader", AccessRole::FreeBusyReader),
        ("none", AccessRole::None),
        ("superWriter", AccessRole::Reader),
    ];
    for (word, role) in cases {
        assert_eq!(access_role(Some(word)), role, "{word}");
    }
}

#[test]
fn a_calendar_is_named_by_the_user_then_by_itself_then_by_its_id() {
    let cases = [
        (
            json!({"id": "c", "summary": "Team", "summaryOverride": "Us"}),
            "Us",
        ),
        (
            json!({"id": "c", "summary": "Team", "summaryOverride": ""}),
            "Team",
        ),
        (json!({"id": "c"}), "c"),
        (json!({"id": "c", "summary": 5}), "c"),
    ];
    for (item, name) in cases {
        let raw = serde_json::value::to_raw_value(&item).unwrap();
        assert_eq!(calendars(&[&raw]).unwrap()[0].name, name, "{item}");
    }
}
