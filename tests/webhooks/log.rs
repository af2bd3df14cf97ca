//! What the processes say of themselves: when a cycle starts and how it ended,
//! and nothing personal however talkative they are.

use serde_json::Value;

use super::house::House;
use crate::support::program::{ANA, keys};

/// Every job, and the target of its marks.
pub(super) const JOBS: [(&str, &str); 6] = [
    ("auto-sync --force", "calendar_auto_sync"),
    ("pull --all-hours --full", "calendar_incremental_pull"),
    ("drain-webhooks", "calendar_webhook_processor"),
    ("resolve-conflicts", "calendar_conflict_resolution"),
    ("cleanup", "calendar_cleanup"),
    ("renew-watches --force", "calendar_watch_renewal"),
];

/// The lines of a log.
fn lines(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// The lines that mark start and end.
fn marks<'a>(lines: &'a [Value], target: &str) -> Vec<&'a Value> {
    let marks = lines.iter().filter(|line| line["target"] == target);
    marks.collect()
}

/// What identifies a person, or opens their calendars. Tokens are told by how
/// they begin.
fn personal(house: &House) -> Vec<String> {
    let key = std::fs::read_to_string(house.program().path("state/calsync.key")).unwrap();
    let store = house.store();
    let mut rows = store.prepare("SELECT sync_token FROM calendars").unwrap();
    let tokens = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut personal: Vec<_> = tokens.map(Result::unwrap).collect();
    assert_eq!(personal.len(), 2);
    personal.push(key.trim().to_owned());
    let (google, microsoft) = (&house.world.sandbox.google, &house.world.sandbox.microsoft);
    for (token, beginning) in [
        (google.access_token(ANA), "ya29."),
        (google.add_account(ANA).refresh_token, "1//"),
        (microsoft.access_token(ANA), "EwB4A8l6"),
        (microsoft.add_account(ANA).refresh_token, "M.C512_BAY."),
    ] {
        assert!(token.starts_with(beginning), "{token}");
        personal.push(beginning.to_owned());
    }
    let words = [
        "a secret of these stories",
        "Standup",
        "Room 1",
        "Review",
        "report",
        "entry ",
        "changed ",
        ANA,
    ];
    personal.extend(words.map(str::to_owned));
    personal
}

#[track_caller]
fn is_impersonal(log: &str, personal: &[String]) {
    for word in personal {
        assert!(!log.contains(word.as_str()), "{word}: {log}");
    }
}

/// Ana's calendars have news, and a task of hers waits to be written.
async fn busy_house() -> House {
    let mut house = House::over_sqlite().await.unwrap();
    let program = house.program();
    program.text("prefs set --user ana --write-enabled true");
    house.world.plan_a_report();
    house.edit();
    house.is_told().await;
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cycle_marks_its_start_and_its_end_and_tells_nothing_personal() {
    let house = busy_house().await;
    for (arguments, target) in JOBS {
        let ran = house.program().run(&format!("-vv --json {arguments}"));
        let (run, said) = (ran.json(), lines(&ran.stderr));
        let marks = marks(&said, target);
        let [start, end] = marks[..] else {
            panic!("{arguments}: {marks:?}");
        };
        assert_eq!(start["message"], "cycle started");
        assert_eq!(end["message"], "cycle ended");
        for (mark, member) in [(start, "job"), (end, "job"), (end, "outcome")] {
            assert_eq!(mark[member], run[member], "{arguments}: {mark}");
        }
        assert_eq!(end["duration_ms"].as_u64(), run["duration_ms"].as_u64());
        assert_eq!(end["failures"], run["failures"].as_array().unwrap().len());
        let counted = keys(end).into_iter();
        let counted = counted.filter_map(|key| key.strip_prefix("counts."));
        assert!(counted.eq(keys(&run["counts"])), "{arguments}: {end}");
        for (name, number) in run["counts"].as_object().unwrap() {
            assert_eq!(end[format!("counts.{name}")], *number, "{name}: {end}");
        }
        assert!(
            said.iter()
                .all(|line| line["spans"][0]["job"] == run["job"])
        );
        is_impersonal(&ran.stderr, &personal(&house));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_marks_its_start_and_its_end_and_tells_nothing_personal() {
    let mut house = busy_house().await;
    house.stop_serving();
    house.world.program.set("CALSYNC_LOG", "calsync=trace");
    house.serve();
    house.edit();
    house.is_told().await;
    let log = house.stop_serving().stderr;
    let said = lines(&log);
    let marks = marks(&said, "calendar_webhook_receiver");
    let messages: Vec<_> = marks.iter().map(|mark| &mark["message"]).collect();
    assert_eq!(messages, ["receiver started", "receiver ended"], "{log}");
    assert!(marks.iter().all(|mark| mark["job"] == "serve-webhooks"));
    assert!(marks[1]["duration_ms"].is_u64());
    assert!(marks[1]["counts.queued"].as_u64() >= Some(6), "{log}");
    for outcome in ["forged", "malformed", "hello", "challenge", "unavailable"] {
        assert_eq!(marks[1][format!("counts.{outcome}")], 0, "{log}");
    }
    is_impersonal(&log, &personal(&house));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_is_told_without_anything_personal() {
    let house = busy_house().await;
    let personal = personal(&house);
    let sandbox = &house.world.sandbox;
    sandbox.google.revoke(ANA);
    sandbox.microsoft.expire_access_tokens(ANA);
    let ran = house.program().run("-vv --json auto-sync --force");
    let (run, said) = (ran.json(), lines(&ran.stderr));
    let marks = marks(&said, "calendar_auto_sync");
    assert_eq!(marks[1]["outcome"], "partial", "{run}");
    assert_eq!(
        marks[1]["failures"],
        run["failures"].as_array().unwrap().len()
    );
    assert!(said.iter().any(|line| line["level"] == "WARN"), "{said:?}");
    is_impersonal(&ran.stderr, &personal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cycle_that_cannot_work_marks_its_end_all_the_same() {
    let mut house = House::over_sqlite().await.unwrap();
    house.world.program.unset("CALSYNC__GOOGLE__CLIENT_ID");
    house.world.program.unset("CALSYNC__MICROSOFT__CLIENT_ID");
    let ran = house.program().run("auto-sync --force").exits(78);
    let log: String = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with('{'))
        .collect::<Vec<_>>()
        .join("\n");
    let said = lines(&log);
    let marks = marks(&said, "calendar_auto_sync");
    assert_eq!(marks[1]["message"], "cycle ended");
    assert_eq!(marks[1]["outcome"], "failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_makes_one_job_talkative() {
    let mut house = House::over_sqlite().await.unwrap();
    let program = &mut house.world.program;
    program.set("CALSYNC_LOG", "calendar_auto_sync=debug");
    let requests = |arguments: &str| {
        let said = lines(&program.run(arguments).exits(0).stderr);
        let requests = said.iter().filter(|line| !line["http.status"].is_null());
        (said.len(), requests.count())
    };
    let (_, asked) = requests("auto-sync --force");
    assert!(asked > 0);
    // The other jobs say what they always say.
    assert_eq!(requests("pull --all-hours"), (2, 0));
}
