//! Creating, changing and deleting events.

use calsync::sandbox::microsoft::{CalendarSpec, MailReason};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{ADA, code, meeting, values, weekly, world};
use crate::sandbox::support::answer;

const TASK: &str = "String {5d1b1f3e-8f0a-4a43-9d0b-2f6f6c1e7a11} Name CalsyncTaskId";

#[tokio::test]
async fn a_created_event_is_answered_whole_with_a_revision() {
    let world = world().await;
    let mut event = meeting("Write the report", 4);
    event["body"] = json!({ "contentType": "Text", "content": "First draft" });
    event["location"] = json!({ "displayName": "Office" });
    event["transactionId"] = json!("calsync-42-1");
    let (status, made) = world.create(event).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["type"], "singleInstance");
    assert_eq!(made["locations"][0]["displayName"], "Office");
    assert_eq!(made["bodyPreview"], "First draft");
    assert_eq!(made["transactionId"], "calsync-42-1");
    assert_eq!(
        made["lastModifiedDateTime"].as_str().unwrap().len(),
        "2026-03-01T12:00:00.0000000Z".len()
    );
    let (status, changed) = world
        .patch(made["id"].as_str().unwrap(), json!({ "subject": "New" }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(changed["location"]["displayName"], "Office");
    for member in ["changeKey", "@odata.etag", "lastModifiedDateTime"] {
        assert_ne!(changed[member], made[member], "{member}");
    }
}

#[tokio::test]
async fn senseless_events_are_refused() {
    let world = world().await;
    let with = |member: &str, value: Value| {
        let mut event = meeting("x", 4);
        event[member] = value;
        event
    };
    let at = |text: &str, zone: &str| json!({ "dateTime": text, "timeZone": zone });
    let mut wrong_first = weekly("x");
    wrong_first["recurrence"]["range"]["startDate"] = json!("2026-03-03");
    let mut no_days = weekly("x");
    no_days["recurrence"]["pattern"]["daysOfWeek"] = json!([]);
    let cases = [
        json!({ "subject": "x" }),
        with("start", at("2026-03-04T09:00:00Z", "UTC")),
        with("start", at("2026-03-05T09:00:00", "UTC")),
        with("start", at("2026-03-04T08:00:00", "Europe/Zurich")),
        with("isAllDay", json!(true)),
        with("showAs", json!("napping")),
        with("id", json!("x")),
        with("colour", json!("red")),
        with(
            "attendees",
            json!([{ "emailAddress": { "name": "nobody" } }]),
        ),
        wrong_first,
        no_days,
    ];
    for case in cases {
        let (status, body) = world.create(case.clone()).await;
        assert_eq!(status, 400, "{case} {body}");
    }
    assert!(world.sandbox.microsoft.events(&world.calendar).is_empty());
}

#[tokio::test]
async fn a_repeated_transaction_makes_no_second_event() {
    let world = world().await;
    let mut event = meeting("x", 4);
    event["transactionId"] = json!("t-1");
    let (_, made) = world.create(event.clone()).await;
    let (status, body) = world.create(event.clone()).await;
    assert_eq!(
        (status.as_u16(), code(&body)),
        (400, "ErrorDuplicateTransactionId")
    );
    assert_eq!(body["error"]["@event.existingEventId"], made["id"]);
    world.sandbox.microsoft.behave(|b| {
        b.duplicate_status = 409;
        b.duplicate_names_event = false;
    });
    let (status, body) = world.create(event).await;
    assert_eq!(
        (status.as_u16(), body["error"].get("@event.existingEventId")),
        (409, None)
    );
    assert_eq!(world.sandbox.microsoft.events(&world.calendar).len(), 1);
}

#[tokio::test]
async fn a_write_to_an_older_revision_is_refused_or_done_all_the_same() {
    let world = world().await;
    let id = world.put(meeting("x", 4));
    let stale = world.good(&format!("me/events/{id}")).await["@odata.etag"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .sandbox
        .microsoft
        .edit_event(&id, json!({ "subject": "theirs" }));
    let write = |method: Method| {
        world
            .request(method, &format!("me/events/{id}"))
            .header("if-match", &stale)
    };
    let (status, body) = answer(write(Method::PATCH).json(&json!({ "subject": "ours" }))).await;
    assert_eq!(
        (status.as_u16(), code(&body)),
        (412, "ErrorIrresolvableConflict")
    );
    assert_eq!(answer(write(Method::DELETE)).await.0, 412);
    world
        .sandbox
        .microsoft
        .behave(|b| b.enforce_if_match = false);
    assert_eq!(
        answer(write(Method::PATCH).json(&json!({ "subject": "ours" })))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn what_is_gone_is_not_found() {
    let world = world().await;
    let id = world.put(meeting("x", 4));
    assert_eq!(world.delete(&id).await, 204);
    assert_eq!(world.delete(&id).await, 404);
    let (status, body) = world.get(&format!("me/events/{id}")).await;
    assert_eq!((status.as_u16(), code(&body)), (404, "ErrorItemNotFound"));
    let (status, body) = world.get("me/events/nonsense").await;
    assert_eq!(
        (status.as_u16(), code(&body)),
        (400, "ErrorInvalidIdMalformed")
    );
    world.sandbox.microsoft.behave(|b| b.gone_status = 410);
    assert_eq!(world.delete(&id).await, 410);
}

#[tokio::test]
async fn extended_properties_are_found_but_never_echoed() {
    let world = world().await;
    let mut event = meeting("x", 4);
    event["singleValueExtendedProperties"] = json!([{ "id": TASK, "value": "42" }]);
    let (status, made) = world.create(event).await;
    assert_eq!(
        (status.as_u16(), made.get("singleValueExtendedProperties")),
        (201, None)
    );
    let id = made["id"].as_str().unwrap();
    let escaped = TASK
        .replace(' ', "%20")
        .replace('{', "%7B")
        .replace('}', "%7D");
    let read = format!(
        "me/events/{id}?$expand=singleValueExtendedProperties($filter=id%20eq%20'{escaped}')"
    );
    assert_eq!(
        world.good(&read).await["singleValueExtendedProperties"],
        json!([{ "id": TASK, "value": "42" }])
    );
    let find = |value: &str| {
        format!(
            "me/events?$filter=singleValueExtendedProperties/Any(ep:%20ep/id%20eq%20'{escaped}'%20and%20ep/value%20eq%20'{value}')"
        )
    };
    assert_eq!(values(&world.good(&find("42")).await).len(), 1);
    assert_eq!(values(&world.good(&find("43")).await).len(), 0);
    assert_eq!(world.get(&find("42").replace("%20", "+")).await.0, 500);
    let other = world
        .sandbox
        .microsoft
        .add_calendar(ADA, CalendarSpec::named("Other"));
    world.sandbox.microsoft.move_event_to_calendar(id, &other);
    assert_eq!(values(&world.good(&find("42")).await).len(), 1);
}

#[tokio::test]
async fn a_calendar_that_may_only_be_read_is_not_written() {
    let world = world().await;
    let calendar = world
        .sandbox
        .microsoft
        .add_calendar(ADA, CalendarSpec::named("Holidays").read_only());
    let path = format!("me/calendars/{calendar}/events");
    let (status, body) = answer(world.request(Method::POST, &path).json(&meeting("x", 4))).await;
    assert_eq!((status.as_u16(), code(&body)), (403, "ErrorAccessDenied"));
}

#[tokio::test]
async fn a_guest_may_change_his_own_fields_only() {
    let world = world().await;
    let mut event = meeting("x", 4);
    event["isOrganizer"] = json!(false);
    let id = world.put(event);
    assert_eq!(world.patch(&id, json!({ "subject": "mine" })).await.0, 403);
    assert_eq!(
        world
            .patch(&id, json!({ "categories": ["calsync"] }))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn every_write_to_a_meeting_mails_its_attendees() {
    let world = world().await;
    let mut event = meeting("x", 4);
    event["attendees"] = json!([{ "emailAddress": { "address": "bo@contoso.example" } }, { "emailAddress": { "address": ADA } }]);
    let (_, made) = world.create(event).await;
    let id = made["id"].as_str().unwrap();
    world.patch(id, json!({ "subject": "y" })).await;
    world.delete(id).await;
    let mails = world.sandbox.microsoft.mails();
    let reasons: Vec<_> = mails.iter().map(|mail| mail.reason).collect();
    assert_eq!(
        reasons,
        [
            MailReason::Invitation,
            MailReason::Update,
            MailReason::Cancellation
        ]
    );
    assert_eq!(
        (mails[0].recipients.as_slice(), mails[0].event.as_str()),
        (&["bo@contoso.example".to_owned()][..], id)
    );
}

#[tokio::test]
async fn whole_days_may_be_written_and_a_calendar_added() {
    let world = world().await;
    let midnight =
        |day: &str| json!({ "dateTime": format!("2026-03-{day}T00:00:00"), "timeZone": "UTC" });
    let (status, _) = world
        .create(json!({ "isAllDay": true, "start": midnight("04"), "end": midnight("05") }))
        .await;
    assert_eq!(status, 201);
    let (status, made) = answer(
        world
            .request(Method::POST, "me/calendars")
            .json(&json!({ "name": "Tasks" })),
    )
    .await;
    assert_eq!((status.as_u16(), &made["name"]), (201, &json!("Tasks")));
}
