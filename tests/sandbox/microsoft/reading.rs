//! Accounts, calendars, single events and windows.

use calsync::sandbox::microsoft::CalendarSpec;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ADA, WINDOW, code, meeting, values, weekly, world};
use crate::sandbox::support::answer;

#[tokio::test]
async fn an_account_may_have_no_mail_address() {
    let world = world().await;
    world.sandbox.microsoft.set_mail(ADA, None);
    let me = world
        .good("me?$select=id,displayName,mail,userPrincipalName")
        .await;
    assert_eq!(
        (&me["mail"], &me["userPrincipalName"]),
        (&Value::Null, &json!(ADA))
    );
    assert_eq!(
        (&me["id"], &me["displayName"]),
        (&json!(world.ada.id), &json!("Ada Example"))
    );
}

#[tokio::test]
async fn calendars_come_in_pages_and_say_what_may_be_done() {
    let world = world().await;
    let microsoft = &world.sandbox.microsoft;
    microsoft.add_calendar(ADA, CalendarSpec::named("Holidays").read_only());
    microsoft.add_calendar(ADA, CalendarSpec::named("Team").owner("bo@contoso.example"));
    let first = world.good("me/calendars?$top=2").await;
    assert_eq!(first["value"][0]["isDefaultCalendar"], true);
    assert_eq!(first["value"][1]["canEdit"], false);
    let second = world.good(first["@odata.nextLink"].as_str().unwrap()).await;
    assert_eq!(second["value"][0]["owner"]["address"], "bo@contoso.example");
    assert!(second.get("@odata.nextLink").is_none());
    let default = world.good("me/calendar").await;
    assert_eq!(default["id"], world.calendar.as_str());
}

#[tokio::test]
async fn times_come_in_the_zone_that_is_preferred() {
    let world = world().await;
    let id = world.put(meeting("x", 2));
    let path = format!("me/events/{id}");
    let utc = answer(world.bare(Method::GET, &path)).await.1;
    assert_eq!(
        utc["start"],
        json!({ "dateTime": "2026-03-02T08:00:00.0000000", "timeZone": "UTC" })
    );
    assert_eq!(utc["originalStartTimeZone"], "W. Europe Standard Time");
    for zone in ["Pacific Standard Time", "America/Los_Angeles"] {
        let prefer = format!("outlook.timezone=\"{zone}\"");
        let there = world.bare(Method::GET, &path).header("prefer", &prefer);
        let response = there.send().await.unwrap();
        assert_eq!(
            response.headers()["preference-applied"].to_str().unwrap(),
            prefer
        );
        let there: Value = response.json().await.unwrap();
        assert_eq!(
            there["start"],
            json!({ "dateTime": "2026-03-02T00:00:00.0000000", "timeZone": zone })
        );
    }
    let unknown = world
        .bare(Method::GET, &path)
        .header("prefer", "outlook.timezone=\"Europe/Zurich\"");
    let (status, body) = answer(unknown).await;
    assert_eq!(
        (status.as_u16(), code(&body)),
        (400, "TimeZoneNotSupportedException")
    );
}

#[tokio::test]
async fn whole_days_keep_their_date_in_every_zone() {
    let world = world().await;
    let id = world.put(json!({ "isAllDay": true,
        "start": { "dateTime": "2026-03-02T00:00:00", "timeZone": "Tonga Standard Time" },
        "end": { "dateTime": "2026-03-05T00:00:00", "timeZone": "Tonga Standard Time" } }));
    let event = world.good(&format!("me/events/{id}")).await;
    assert_eq!(event["start"]["dateTime"], "2026-03-02T00:00:00.0000000");
    assert_eq!(event["end"]["dateTime"], "2026-03-05T00:00:00.0000000");
}

#[tokio::test]
async fn bodies_are_html_unless_text_is_preferred() {
    let world = world().await;
    let id = world.put(json!({ "subject": null, "iCalUId": null, "body": "a < b" }));
    let path = format!("me/events/{id}");
    let html = answer(world.bare(Method::GET, &path)).await.1;
    assert_eq!(html["body"]["contentType"], "html");
    assert!(
        html["body"]["content"]
            .as_str()
            .unwrap()
            .contains("a &lt; b</body>")
    );
    let text = world.good(&path).await;
    assert_eq!(
        text["body"],
        json!({ "contentType": "text", "content": "a < b" })
    );
    assert_eq!(
        (&text["subject"], &text["iCalUId"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn only_the_default_id_changes_when_an_event_moves() {
    let world = world().await;
    let microsoft = &world.sandbox.microsoft;
    let other = microsoft.add_calendar(ADA, CalendarSpec::named("Other"));
    let id = world.put(meeting("x", 2));
    let before = microsoft.default_id(&id).unwrap();
    assert!(microsoft.move_event_to_calendar(&id, &other));
    let after = answer(world.bare(Method::GET, &format!("me/events/{id}")))
        .await
        .1;
    assert_ne!(after["id"], before.as_str());
    assert_eq!(
        world.good(&format!("me/events/{id}")).await["id"],
        id.as_str()
    );
    let (status, body) = world.get(&format!("me/events/{before}")).await;
    assert_eq!((status.as_u16(), code(&body)), (404, "ErrorItemNotFound"));
    let (status, _) = world
        .get(&format!("me/calendars/{}/events/{id}", world.calendar))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_view_shows_occurrences_complete_and_in_order() {
    let world = world().await;
    let series = world.put(weekly("stand-up"));
    world.put(meeting("later", 10));
    world
        .sandbox
        .microsoft
        .cancel_occurrence(&series, "2026-03-16")
        .unwrap();
    let view = world
        .good(&format!("me/calendarView?{WINDOW}&$top=3"))
        .await;
    let subjects: Vec<_> = values(&view)
        .iter()
        .map(|event| event["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["stand-up", "stand-up", "later"]);
    assert_eq!(values(&view)[0]["seriesMasterId"], series.as_str());
    let rest = world.good(view["@odata.nextLink"].as_str().unwrap()).await;
    assert_eq!(values(&rest).len(), 3);
    let uids: std::collections::HashSet<_> = values(&rest)
        .iter()
        .map(|e| e["iCalUId"].to_string())
        .collect();
    assert_eq!(uids.len(), 3);
}

#[tokio::test]
async fn a_view_needs_its_window_and_reads_the_offset_in_it() {
    let world = world().await;
    world.put(meeting("x", 2));
    let (status, _) = world
        .get("me/calendarView?startDateTime=2026-03-01T00:00:00Z")
        .await;
    assert_eq!(status, 400);
    let at = |from: &str| {
        format!(
            "me/calendarView?startDateTime=2026-03-02T09:00:00{from}&endDateTime=2026-03-02T09:30:00{from}"
        )
    };
    assert_eq!(values(&world.good(&at("")).await).len(), 0);
    assert_eq!(values(&world.good(&at("%2B01:00")).await).len(), 1);
}

#[tokio::test]
async fn events_lists_masters_and_no_occurrences() {
    let world = world().await;
    world.put(weekly("stand-up"));
    world.put(meeting("x", 2));
    let list = world.good("me/events").await;
    let mut types = super::support::types(values(&list));
    types.sort_unstable();
    assert_eq!(types, ["seriesMaster", "singleInstance"]);
}

#[tokio::test]
async fn members_that_nobody_knows_can_come() {
    let world = world().await;
    let id = world.put(meeting("x", 2));
    world.sandbox.microsoft.behave(|b| b.unknown_members = true);
    let event = world.good(&format!("me/events/{id}")).await;
    assert!(event["hologram"].is_object());
    assert_eq!(event["showAs"], "unknownFutureValue");
}

#[tokio::test]
async fn a_custom_zone_is_named_as_microsoft_names_it() {
    let world = world().await;
    let mut event = meeting("x", 2);
    event["originalStartTimeZone"] = json!("tzone://Microsoft/Custom");
    let id = world.put(event);
    let event = world.good(&format!("me/events/{id}")).await;
    assert_eq!(event["originalStartTimeZone"], "tzone://Microsoft/Custom");
}

#[tokio::test]
async fn the_mailbox_tells_its_zones_in_both_ways() {
    let world = world().await;
    let windows = world.good("me/outlook/supportedTimeZones()").await;
    let iana = world
        .good("me/outlook/supportedTimeZones(TimeZoneStandard='iana')")
        .await;
    let has = |page: &Value, name: &str| values(page).iter().any(|zone| zone["alias"] == name);
    assert!(has(&windows, "UTC") && has(&iana, "Europe/Berlin"));
}
