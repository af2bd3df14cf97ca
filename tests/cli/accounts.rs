//! `calsync accounts`.

use calsync::sandbox::google::{AccessRole, CalendarSpec, Kind};
use serde_json::json;

use crate::support::program::{ANA, Program, World, keys};

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_account_has_its_calendars_and_events_at_once() {
    let world = World::without_account().await;
    let holidays = CalendarSpec::named("Holidays", "UTC").role(AccessRole::Reader);
    world.sandbox.google.add_calendar(ANA, holidays);
    let rows = world.import_account("").exits(0).silent().json();
    let expected = ["calendars", "error", "events", "id", "user_id", "watches"];
    assert_eq!(keys(&rows[0]), expected);
    assert_eq!(rows[0]["calendars"], 2);
    assert_eq!(
        (&rows[0]["events"], &rows[0]["watches"]),
        (&json!(1), &json!(null))
    );
    let accounts = world.program.json("accounts list --user ana");
    let account = &accounts[0];
    let expected = [
        "discovered_at",
        "email",
        "id",
        "mend",
        "provider",
        "status",
        "status_at",
        "status_reason",
        "user_id",
    ];
    assert_eq!(keys(account), expected);
    assert_eq!(
        (&account["id"], &account["status"]),
        (&rows[0]["id"], &json!("active"))
    );
    let calendars = world.program.json("calendars list --user ana");
    assert_eq!(calendars.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_again_replaces_the_tokens_of_the_same_account() {
    let world = World::new().await;
    let before = world.program.json("accounts list");
    world.import_account("").exits(0).silent();
    let after = world.program.json("accounts list");
    assert_eq!(after.as_array().unwrap().len(), 1);
    assert_eq!(before[0]["id"], after[0]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_discovery_nobody_is_asked() {
    let mut world = World::without_account().await;
    world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    let rows = world
        .import_account("--no-discover")
        .exits(0)
        .silent()
        .json();
    assert_eq!(rows[0]["calendars"], json!(null));
    assert_eq!(world.sandbox.google.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_client_nothing_is_imported() {
    let mut world = World::without_account().await;
    world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    let ran = world.import_account("").exits(78);
    ran.says(&["google.client_id is not set", "config.example.toml"]);
    assert_eq!(world.program.json("accounts list"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_calendars_cannot_be_discovered_is_imported_all_the_same() {
    let mut world = World::without_account().await;
    world.program.set("CALSYNC__GOOGLE__CLIENT_SECRET", "wrong");
    let ran = world.import_account("").exits(3);
    assert!(ran.json()[0]["error"].as_str().unwrap().contains("client"));
    assert!(ran.stderr.contains("1 of 1 accounts"), "{}", ran.stderr);
    assert_eq!(world.program.json("accounts list")[0]["status"], "active");
}

#[test]
fn nothing_is_imported_when_one_line_is_wrong() {
    let program = Program::new();
    program.file("users.jsonl", r#"{"id":"ana"}"#);
    program.text("users import users.jsonl");
    let line = |user: &str, provider: &str, token: &str| {
        let entry = json!({ "user_id": user, "provider": provider, "email": "a@example.com",
            "refresh_token": token });
        entry.to_string()
    };
    let cases = [
        (
            line("ana", "yahoo", "t"),
            "\"yahoo\" is not supported; calsync syncs google and microsoft",
        ),
        (line("ana", "google", ""), "refresh_token is empty"),
        (line("a/b", "google", "t"), "1 to 40 characters"),
        (
            line("ana", "google", "t").replace(
                "refresh",
                "access_token\":\"t\",\"expires_at\":\"soon\",\"refresh",
            ),
            "expires_at \"soon\" is not a time",
        ),
        ("{}".to_owned(), "missing field"),
    ];
    for (wrong, reason) in cases {
        program.file(
            "accounts.jsonl",
            &format!("{}\n{wrong}\n", line("ana", "google", "t")),
        );
        let ran = program.run("accounts import --no-discover accounts.jsonl");
        ran.exits(2)
            .says(&["accounts.jsonl, line 2", reason, "nothing was imported"]);
    }
    assert_eq!(program.text("accounts list"), "none\n");
}

#[test]
fn an_account_of_an_unknown_user_imports_none_of_the_file() {
    let program = Program::new();
    program.file("users.jsonl", r#"{"id":"ana"}"#);
    program.text("users import users.jsonl");
    let line = |user| {
        format!(r#"{{"user_id":"{user}","provider":"google","email":"x","refresh_token":"t"}}"#)
    };
    program.file(
        "accounts.jsonl",
        &format!("{}\n{}\n", line("ana"), line("ben")),
    );
    let ran = program
        .run("accounts import --no-discover accounts.jsonl")
        .exits(2);
    ran.says(&["user ben does not exist", "calsync users import"]);
    assert_eq!(program.text("accounts list"), "none\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_account_takes_its_timeline_along() {
    let world = World::new().await;
    world.program.text("pull");
    let accounts = world.program.json("accounts list");
    let id = accounts[0]["id"].as_str().unwrap();
    let dry = world
        .program
        .json(&format!("accounts remove {id} --dry-run"));
    assert_eq!(
        dry,
        json!({ "id": id, "calendars": 1, "removed": false, "forgotten": false, "revoked": false })
    );
    assert_ne!(world.program.json("events list --user ana"), json!([]));
    let text = world
        .program
        .text(&format!("accounts remove {id} --forget"));
    let taken_back = "google took back what the user allowed";
    assert_eq!(
        text,
        format!("account {id} with 1 calendar removed\n{taken_back}\n")
    );
    assert_eq!(world.program.json("events list --user ana"), json!([]));
    assert_eq!(world.program.json("accounts list"), json!([]));
    let ran = world.program.run(&format!("accounts remove {id}")).exits(2);
    ran.says(&["does not exist", "calsync accounts list"]);
}

/// A provider takes back everything that a login ever allowed us.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_account_of_the_same_login_needs_is_not_given_back() {
    let world = World::new().await;
    world
        .program
        .file("users.jsonl", r#"{"id": "ben", "timezone": "UTC"}"#);
    world.program.text("users import users.jsonl");
    let login = world.sandbox.google.add_account(ANA);
    let entry = json!({ "user_id": "ben", "provider": "google", "email": ANA,
        "refresh_token": login.refresh_token });
    world.program.file("accounts.jsonl", &entry.to_string());
    world.program.text("accounts import accounts.jsonl");
    let accounts = world.program.json("accounts list");
    let ids: Vec<_> = accounts.as_array().unwrap().iter().collect();
    let of = |user: &str| {
        let account = ids.iter().find(|one| one["user_id"] == user).unwrap();
        account["id"].as_str().unwrap().to_owned()
    };
    let (ana, ben) = (of("ana"), of("ben"));
    let text = world.program.text(&format!("accounts remove {ana}"));
    let expected = format!("is not given back: account {ben} is the same login");
    assert!(text.contains(&expected), "{text}");
    assert_eq!(world.program.json("auto-sync --force")["outcome"], "ok");
    let last = world.program.json(&format!("accounts remove {ben}"));
    assert_eq!(last["revoked"], true);
    let refreshed = world.sandbox.google.requests();
    assert!(refreshed.iter().any(|asked| asked.kind == Kind::Revoke));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_account_is_kept_unseen_until_it_is_imported_again() {
    let world = World::new().await;
    world.program.text("pull");
    let shown = world.program.json("events list --user ana");
    let id = world.program.json("accounts list")[0]["id"].clone();
    let id = id.as_str().unwrap();
    let remove = format!("accounts remove {id}");
    let text = world.program.text(&remove);
    assert_eq!(
        text,
        format!(
            "account {id} removed; 1 calendar kept, but not shown\n\
             google took back what the user allowed\n"
        )
    );
    assert_eq!(world.program.json("events list --user ana"), json!([]));
    let account = &world.program.json("accounts list")[0];
    assert_eq!(
        (&account["status"], &account["status_reason"]),
        (&json!("disabled"), &json!("removed"))
    );
    assert_eq!(account["mend"], "calsync connect google --user ana");
    assert_eq!(world.program.json("status")["attention"], json!([]));
    world.sandbox.google.clear_requests();
    for job in ["pull", "auto-sync", "renew-watches"] {
        let run = world.program.json(job);
        assert_eq!(run["counts"]["failed"], json!(0), "{run}");
    }
    assert_eq!(world.sandbox.google.requests().len(), 0);
    let calendar = world.calendar();
    let ran = world
        .program
        .run(&format!("calendars primary {calendar}"))
        .exits(2);
    ran.says(&["put out of use", "calsync accounts list"]);
    assert!(world.program.text(&remove).contains("was removed already"));
    world.import_account("").exits(0);
    assert_eq!(world.calendar(), calendar);
    assert_eq!(world.program.json("events list --user ana"), shown);
    world.program.text(&remove);
    world.program.text(&format!("{remove} --forget"));
    assert_eq!(world.program.json("accounts list"), json!([]));
    assert_eq!(world.program.json("calendars list"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_task_waits_while_the_account_of_the_primary_calendar_is_removed() {
    let world = World::new().await;
    let program = &world.program;
    program.text("prefs set --user ana --write-enabled true");
    let id = program.json("accounts list")[0]["id"].clone();
    program.text(&format!("accounts remove {}", id.as_str().unwrap()));
    world.plan_a_report();
    let before = world.sandbox.google.events(ANA).len();
    let run = program.json("auto-sync --force");
    assert_eq!(run["counts"]["failed"], 0, "{run}");
    let task = program.json("explain task t-1");
    assert_eq!(
        (&task["link"], &task["scheduled"], &task["next"]),
        (&json!("none"), &json!(true), &json!([])),
        "{task}"
    );
    let why = task["why_no_event"].as_str().unwrap();
    assert!(why.contains("no primary calendar that is synced"), "{why}");
    assert_eq!(world.sandbox.google.events(ANA).len(), before);
    world.import_account("").exits(0);
    program.text("auto-sync --force");
    assert_eq!(program.json("explain task t-1")["link"], "open");
    assert_eq!(world.sandbox.google.events(ANA).len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_for_a_removed_account_ends_quietly() {
    let world = World::new().await;
    let program = &world.program;
    program.text("drain-webhooks");
    let id = program.json("accounts list")[0]["id"].clone();
    program.text(&format!("accounts remove {}", id.as_str().unwrap()));
    let queue = rusqlite::Connection::open(program.path("state/calsync-queue.db")).unwrap();
    let entry = r#"{"user_id":"ana","received_at":"2026-03-10T12:00:00Z"}"#;
    let sql = "INSERT INTO deliveries (provider, entry) VALUES ('google', ?1)";
    queue.execute(sql, [entry]).unwrap();
    world.sandbox.google.clear_requests();
    let run = program.json("drain-webhooks");
    assert_eq!(
        (&run["outcome"], &run["counts"]["claimed"]),
        (&json!("ok"), &json!(1)),
        "{run}"
    );
    let status = &program.json("queue status")[0];
    for what in ["waiting", "held", "dead"] {
        assert_eq!(status[what], 0, "{status}");
    }
    assert_eq!(world.sandbox.google.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_was_interrupted_is_completed_by_the_next_one() {
    let mut world = World::new().await;
    let revoke_url = world.sandbox.google.revoke_url();
    let program = &mut world.program;
    program.set("CALSYNC__GOOGLE__REVOKE_URL", &revoke_url);
    let store = rusqlite::Connection::open(program.store()).unwrap();
    let interrupt = "UPDATE accounts SET status = 'disabled', status_reason = 'being_removed',
        status_at = '2026-03-10T12:00:00.000Z'";
    store.execute_batch(interrupt).unwrap();
    let attention = &program.run("--json status").exits(3).json()["attention"];
    assert_eq!(attention[0]["reason"], "being_removed");
    let id = program.json("accounts list")[0]["id"].clone();
    let removed = program.json(&format!("accounts remove {}", id.as_str().unwrap()));
    let expected = json!({ "id": id, "calendars": 1, "removed": true, "forgotten": false,
        "revoked": true });
    assert_eq!(removed, expected);
    let account = &program.json("accounts list")[0];
    assert_eq!(
        (&account["status"], &account["status_reason"]),
        (&json!("disabled"), &json!("removed"))
    );
    let kept = "SELECT count(*) FROM accounts WHERE refresh_token IS NOT NULL";
    let kept: i64 = store.query_row(kept, [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 0);
    assert_eq!(program.json("status")["attention"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_encrypted_anew_with_the_first_key() {
    let mut world = World::without_account().await;
    let key = |world: &World| world.program.text("keygen").trim_end().to_owned();
    let (old, new) = (key(&world), key(&world));
    world.program.set("CALSYNC__SECURITY__ENCRYPTION_KEY", &old);
    world.import_account("");
    let both = format!("{new},{old}");
    world
        .program
        .set("CALSYNC__SECURITY__ENCRYPTION_KEY", &both);
    assert_eq!(
        world.program.text("accounts rekey"),
        "1 account encrypted anew\n"
    );
    world.program.set("CALSYNC__SECURITY__ENCRYPTION_KEY", &new);
    assert_eq!(world.program.json("pull")["counts"]["synced"], 1);
}
