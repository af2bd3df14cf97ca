//! In a browser of the same machine.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{ACCEPT, accounts, connected, connecting, give_login, withdraw, world};
use crate::support::browser::Browser;
use crate::support::connecting::Connecting;
use crate::support::program::{ANA, keys};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_allowed_has_its_calendars_and_events_at_once() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        let (ran, shown) = connected(&world, provider, &ACCEPT).await;
        assert_eq!(shown.status, 200);
        assert!(
            shown.text.contains("go back to the terminal"),
            "{}",
            shown.text
        );
        let row = ran.exits(0).json();
        let expected = [
            "account_id",
            "calendars",
            "email",
            "error",
            "events",
            "is_new",
            "missing",
            "provider",
            "user_id",
            "watches",
        ];
        assert_eq!(keys(&row), expected);
        assert_eq!((&row["email"], &row["is_new"]), (&json!(ANA), &json!(true)));
        assert_eq!(row["calendars"], 1);
        assert!(row["events"].as_u64() > Some(0), "{row}");
        assert_eq!((&row["missing"], &row["error"]), (&json!([]), &json!(null)));
        let account = &accounts(&world)[0];
        assert_eq!(account["id"], row["account_id"]);
        assert_eq!(
            (&account["status"], &account["user_id"]),
            (&json!("active"), &json!("ana"))
        );
        assert!(world.program.text("events list --user ana").lines().count() > 10);
        let again = world.program.json("auto-sync --force");
        assert_eq!(
            (
                &again["counts"]["synced"],
                &again["counts"]["events_created"]
            ),
            (&json!(1), &json!(0))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_what_to_do_and_what_came_of_it() {
    let world = world().await;
    let command = world.program.command("connect google --user ana");
    let mut connecting = Connecting::start(command);
    let page = connecting.shows();
    let port: String = page
        .split("127.0.0.1%3A")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Browser::new().answer(&page, &ACCEPT).await;
    let ran = connecting.end().exits(0);
    assert!(
        ran.stderr
            .starts_with("Open this page in a browser of this machine:\n\n  http")
    );
    assert!(
        ran.stderr
            .contains(&format!("ssh -L {port}:127.0.0.1:{port}")),
        "{}",
        ran.stderr
    );
    let id = accounts(&world)[0]["id"].as_str().unwrap().to_owned();
    let expected = format!(
        "google account {ANA} of user ana is connected: {id}\n1 new calendar, 1 new event\n"
    );
    assert_eq!(ran.stdout, expected);
}

/// A browser asks for more than it is sent to.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_answer_ends_the_wait() {
    let world = world().await;
    let mut connecting = connecting(&world, "google");
    let page = connecting.shows();
    let mut browser = Browser::new();
    let back = browser.way_back(&page, &ACCEPT).await;
    let origin = back
        .split("/?")
        .next()
        .unwrap()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        browser.open(&format!("{origin}/favicon.ico")).await.status,
        404
    );
    assert_eq!(browser.open(&origin).await.status, 404);
    assert_eq!(browser.open(&back).await.status, 200);
    connecting.end().exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_opens_the_page_by_itself() {
    let mut world = world().await;
    let opener = "#!/bin/sh\nprintf '%s' \"$1\" > opened.new && mv opened.new opened\n";
    world.program.file("xdg-open", opener);
    let path = world.program.path("xdg-open");
    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    let directory = path.parent().unwrap().display().to_string();
    world
        .program
        .set("PATH", &format!("{directory}:/usr/bin:/bin"));
    world.program.set("DISPLAY", ":0");
    let mut connecting = connecting(&world, "google");
    let page = connecting.shows();
    assert!(connecting.said().contains("opens in your browser"));
    Browser::new().answer(&page, &ACCEPT).await;
    connecting.end().exits(0);
    let opened = std::fs::read_to_string(world.program.path("opened"));
    assert_eq!(opened.unwrap(), page);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_login_is_another_account() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        connected(&world, provider, &ACCEPT).await.0.exits(0);
        let first = accounts(&world);
        let ben = "ben@example.com";
        give_login(&world, provider, ben);
        let answer = [("account", ben), ("answer", "accept")];
        let row = connected(&world, provider, &answer).await.0.exits(0).json();
        assert_eq!((&row["email"], &row["is_new"]), (&json!(ben), &json!(true)));
        let both = accounts(&world);
        assert_eq!(both.len(), 2);
        assert!(both.contains(&first[0]), "{both:?}");
        let synced = world.program.json("auto-sync --force");
        assert_eq!(synced["counts"]["synced"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_known_works_again_with_all_it_had() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        connected(&world, provider, &ACCEPT).await.0.exits(0);
        let events = world.program.json("events list --user ana");
        let calendars = world.program.json("calendars list");
        withdraw(&world, provider, ANA);
        world.program.run("auto-sync --force").exits(1);
        assert_eq!(accounts(&world)[0]["status"], "needs_reauth");
        let row = connected(&world, provider, &ACCEPT).await.0.exits(0).json();
        assert_eq!(
            (&row["is_new"], &row["calendars"]),
            (&json!(false), &json!(0))
        );
        let account = &accounts(&world)[0];
        assert_eq!(
            (&account["status"], &account["status_reason"]),
            (&json!("active"), &json!(null))
        );
        assert_eq!(account["id"], row["account_id"]);
        assert_eq!(world.program.json("events list --user ana"), events);
        let known = |list: &serde_json::Value| list[0]["id"].clone();
        assert_eq!(
            known(&world.program.json("calendars list")),
            known(&calendars)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn for_reading_only_nothing_is_written() {
    for provider in ["google", "microsoft"] {
        let world = world().await;
        let arguments = format!("{provider} --read-only");
        let row = connected(&world, &arguments, &ACCEPT)
            .await
            .0
            .exits(0)
            .json();
        assert_eq!(row["missing"], json!([]));
        assert_eq!(
            world.program.json("calendars list")[0]["access_role"],
            "reader"
        );
        world
            .program
            .text("prefs set --user ana --write-enabled true");
        world.plan_a_report();
        let run = world.program.json("auto-sync --force");
        assert_eq!(
            (&run["outcome"], &run["counts"]["pushed"]),
            (&json!("ok"), &json!(0))
        );
        // Whoever allows more is believed.
        let row = connected(&world, provider, &ACCEPT).await.0.exits(0).json();
        assert_eq!(row["is_new"], false);
        assert_eq!(
            world.program.json("calendars list")[0]["access_role"],
            "owner"
        );
        assert_eq!(world.program.json("explain task t-1")["event"], "there");
    }
}
