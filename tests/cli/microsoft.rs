//! A user with an account of each provider.

use calsync::context::read_clock;
use chrono::Days;
use serde_json::{Value, json};

use crate::support::program::{ANA, Ran, World};

/// Ana, who has imported both accounts with these options.
async fn with_both(options: &str) -> (World, Ran) {
    let world = World::without_account().await;
    let google = world.sandbox.google.add_account(ANA).refresh_token;
    let microsoft = world.give_microsoft();
    let entry = |provider: &str, token: &str| json!({ "user_id": "ana", "provider": provider, "email": ANA, "refresh_token": token });
    let lines = [entry("google", &google), entry("microsoft", &microsoft)];
    world.program.file("both.json", &json!(lines).to_string());
    let ran = world
        .program
        .run(&format!("--json accounts import both.json {options}"));
    (world, ran)
}

/// A member of every row, sorted.
fn all<'a>(rows: &'a Value, member: &str) -> Vec<&'a str> {
    let rows = rows.as_array().unwrap().iter();
    let mut all: Vec<_> = rows.filter_map(|row| row[member].as_str()).collect();
    all.sort_unstable();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn both_accounts_are_imported_and_listed_with_their_calendars() {
    let (world, ran) = with_both("").await;
    let rows = ran.exits(0).silent().json();
    assert_eq!(
        (&rows[0]["calendars"], &rows[1]["calendars"]),
        (&json!(1), &json!(1))
    );
    let accounts = world.program.json("accounts list --user ana");
    assert_eq!(all(&accounts, "provider"), ["google", "microsoft"]);
    assert_eq!(all(&accounts, "status"), ["active", "active"]);
    let calendars = world.program.json("calendars list --user ana");
    assert_eq!(all(&calendars, "provider"), ["google", "microsoft"]);
    assert_eq!(all(&calendars, "access_role"), ["owner", "owner"]);
    let table = world.program.text("accounts list");
    assert!(table.contains("microsoft"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_syncs_both_and_the_timeline_holds_both() {
    let (world, _) = with_both("--no-discover").await;
    let run = world.program.json("auto-sync");
    assert_eq!(
        (&run["outcome"], &run["failures"]),
        (&json!("ok"), &json!([]))
    );
    assert_eq!(run["counts"]["synced"], 2);
    assert_eq!(run["counts"]["events_created"], 2);
    let day = read_clock().date_naive() + Days::new(3);
    let next = day + Days::new(1);
    let list = format!("events list --user ana --from {day} --to {next}");
    let rows = world.program.json(&list);
    assert_eq!(all(&rows, "provider"), ["google", "microsoft"]);
    assert_eq!(all(&rows, "title"), ["Review", "Standup"]);
    let begins = [format!("{day}T09:00:00Z"), format!("{day}T14:00:00Z")];
    assert_eq!(all(&rows, "starts_at"), begins);
    let status = world.program.json("status");
    assert_eq!(status["accounts"], json!({ "active": 2 }));
    assert_eq!(status["syncs"][0]["sync_status"], "success");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_cycle_of_both_changes_nothing() {
    let (world, _) = with_both("").await;
    world.program.text("pull");
    let again = world.program.json("pull");
    assert_eq!(again["counts"]["synced"], 2);
    assert_eq!(again["counts"]["requests"], 2);
    for count in ["events_created", "events_updated", "events_removed"] {
        assert_eq!(again["counts"][count], 0, "{count}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_series_is_pulled_whole() {
    let (world, _) = with_both("").await;
    world.program.text("pull");
    let microsoft = &world.sandbox.microsoft;
    let calendar = microsoft.default_calendar(ANA);
    let series = microsoft.events(&calendar)[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let day = (read_clock().date_naive() + Days::new(3)).to_string();
    microsoft.cancel_occurrence(&series, &day).unwrap();
    let run = world.program.json("pull");
    assert_eq!(run["counts"]["events_updated"], 1);
    let next = read_clock().date_naive() + Days::new(4);
    let list = format!("events list --user ana --from {day} --to {next}");
    assert_eq!(all(&world.program.json(&list), "title"), ["Standup"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_client_no_account_of_microsoft_is_imported() {
    let mut world = World::without_account().await;
    world.program.unset("CALSYNC__MICROSOFT__CLIENT_ID");
    let token = world.give_microsoft();
    let entry = json!({ "user_id": "ana", "provider": "microsoft", "email": ANA,
        "refresh_token": token });
    world.program.file("one.json", &entry.to_string());
    let ran = world.program.run("accounts import one.json").exits(78);
    ran.says(&["microsoft.client_id is not set", "config.example.toml"]);
    assert_eq!(world.program.json("accounts list"), json!([]));
    assert_eq!(world.sandbox.microsoft.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_client_of_one_provider_leaves_the_other_to_be_synced() {
    let (mut world, _) = with_both("--no-discover").await;
    world.program.unset("CALSYNC__MICROSOFT__CLIENT_ID");
    let run = world.program.run("--json auto-sync").exits(3).json();
    assert_eq!(run["outcome"], "partial");
    assert_eq!(run["counts"]["synced"], 1);
    let failures = run["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{run}");
    let message = failures[0]["message"].as_str().unwrap();
    assert!(
        message.contains("microsoft.client_id is not set"),
        "{message}"
    );
    let status = world.program.run("--json status").exits(3).json();
    assert_eq!(status["accounts"], json!({ "active": 2 }));
    assert_eq!(
        all(&world.program.json("events list --user ana"), "provider")[0],
        "google"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_took_its_permission_back_is_named_and_the_other_goes_on() {
    let (world, _) = with_both("").await;
    world.sandbox.microsoft.revoke(ANA);
    let run = world.program.run("--json auto-sync").exits(3).json();
    assert_eq!(run["counts"]["synced"], 1);
    let accounts = world.program.json("accounts list");
    let status = |provider: &str| {
        let mut rows = accounts.as_array().unwrap().iter();
        let row = rows.find(|row| row["provider"] == provider).unwrap();
        row["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("google"), "active");
    assert_eq!(status("microsoft"), "needs_reauth");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_meeting_at_both_providers_is_shown_once_when_a_person_says_so() {
    let (world, _) = with_both("").await;
    let program = &world.program;
    let day = (read_clock() + Days::new(3)).date_naive();
    let time =
        |hour: u32| json!({ "dateTime": format!("{day}T{hour:02}:00:00"), "timeZone": "UTC" });
    let at_google = |hour: u32| json!({ "dateTime": format!("{day}T{hour:02}:00:00Z") });
    world.sandbox.google.put_event(
        ANA,
        json!({ "summary": "Board meeting", "location": "Hall", "start": at_google(8), "end": at_google(9) }),
    );
    let microsoft = &world.sandbox.microsoft;
    microsoft.put_event(
        &microsoft.default_calendar(ANA),
        json!({ "subject": "Board meeting", "location": "Hall", "start": time(8), "end": time(9) }),
    );
    program.text("auto-sync --force");
    let shown = || {
        let rows = program.json("events list --user ana");
        let titles = all(&rows, "title");
        titles
            .iter()
            .filter(|title| **title == "Board meeting")
            .count()
    };
    assert_eq!(shown(), 2);
    let run = program.json("resolve-conflicts");
    assert_eq!(
        (&run["counts"]["open"], &run["counts"]["parked"]),
        (&json!(1), &json!(1))
    );
    let open = program.json("conflicts list");
    assert_eq!(open[0]["kind"], "duplicate");
    let id = open[0]["id"].as_str().unwrap();
    let ran = program
        .run(&format!("conflicts resolve {id} --keep task"))
        .exits(2);
    ran.says(&["is about two events", "--keep google"]);
    program.text(&format!("conflicts resolve {id} --keep google"));
    assert_eq!(shown(), 1);
    let hidden = microsoft.events(&microsoft.default_calendar(ANA));
    assert!(
        hidden
            .iter()
            .any(|event| event["subject"] == "Board meeting")
    );
    let run = program.json("resolve-conflicts");
    assert_eq!(run["counts"]["parked"], 0);
    assert_eq!(shown(), 1);
    program.text(&format!("conflicts resolve {id} --keep both"));
    assert_eq!(shown(), 2);
}
