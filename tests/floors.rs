//! Who may use whom: a module uses only the floors below its own. The house is
//! described in the crate's documentation; this makes sure it stands.

use std::path::Path;

use crate::paths;
use crate::source::Source;

/// Every top-level module and its floor.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("engine", 1),
    ("provider", 2),
    ("store", 2),
    ("queue", 2),
    ("sync", 3),
    ("jobs", 4),
    ("operator", 4),
    ("server", 4),
    ("context", 4),
    ("config", 4),
    ("sandbox", 4),
    ("main", 5),
    ("cli", 5),
    ("telemetry", 5),
];

/// Neighbours on a floor that may be used: (who, whom).
const NEIGHBOURS: &[(&str, &str)] = &[
    ("jobs", "context"),
    ("jobs", "config"),
    ("jobs", "server"),
    ("jobs", "sandbox"),
    ("operator", "jobs"),
    ("operator", "context"),
    ("operator", "config"),
    ("operator", "server"),
    ("operator", "sandbox"),
    ("server", "context"),
    ("server", "config"),
    ("context", "config"),
    ("main", "cli"),
    ("main", "telemetry"),
    ("cli", "telemetry"),
];

/// The sandbox is written from the providers' contracts: were it to use our
/// own reading of them, a misreading would not show.
const SANDBOX_STRANGERS: &[&str] = &["engine", "provider", "store", "queue", "sync"];

/// Words in code, and the beginnings of the paths that may hold them.
const WORDS: &[(&str, &[&str])] = &[
    ("reqwest", &["provider/"]),
    ("rusqlite", &["store/", "queue/sqlite"]),
    ("axum", &["server/", "sandbox/"]),
    ("hyper", &["server/", "sandbox/", "provider/http/"]),
    ("jsonwebtoken", &["server/api/"]),
    ("listenfd", &["server/"]),
    ("sd_notify", &["server/"]),
    ("MultiplexedConnection", &["queue/redis"]),
    ("RedisError", &["queue/redis"]),
    ("Utc::now", &["context.rs", "context/", "main.rs"]),
    ("Timestamp::now", &["context.rs", "context/", "main.rs"]),
    ("Zoned::now", &["context.rs", "context/", "main.rs"]),
];

/// What is wrong with a file, one line each.
fn findings(path: &str, text: &str) -> Vec<String> {
    let source = Source::read(path, text);
    if source.is_test() {
        return Vec::new();
    }
    let mut found = wrong_uses(&source);
    found.extend(misplaced_words(&source));
    found.extend(misplaced_sql(&source));
    found
}

fn wrong_uses(source: &Source) -> Vec<String> {
    let from = source.module();
    if from == "lib" {
        return Vec::new();
    }
    let wrong = |(line, to): (usize, String)| {
        let why = objection(from, &to)?;
        Some(format!(
            "src/{}:{line}: {from} uses {to}: {why}",
            source.path
        ))
    };
    let named = paths::uses(source)
        .into_iter()
        .filter(|(_, to, climbed)| !climbed || is_module(to));
    named
        .map(|(line, to, _)| (line, to))
        .filter_map(wrong)
        .collect()
}

/// Why `from` must not use `to`.
fn objection(from: &str, to: &str) -> Option<&'static str> {
    let floor = |module: &str| {
        FLOORS
            .iter()
            .find(|(name, _)| *name == module)
            .map(|(_, floor)| *floor)
    };
    let (Some(own), Some(other)) = (floor(from), floor(to)) else {
        return Some("not in the table of floors");
    };
    if from == to || NEIGHBOURS.contains(&(from, to)) {
        None
    } else if from == "sandbox" && SANDBOX_STRANGERS.contains(&to) {
        Some("the sandbox is written from the contracts alone")
    } else {
        (other >= own).then_some("that is not a floor below")
    }
}

fn is_module(name: &str) -> bool {
    FLOORS.iter().any(|(module, _)| *module == name)
}

fn misplaced_words(source: &Source) -> Vec<String> {
    let misplaced = WORDS
        .iter()
        .filter(|(_, homes)| !homes.iter().any(|home| source.path.starts_with(home)));
    let hits = misplaced.flat_map(|(word, homes)| {
        let places = source
            .code
            .match_indices(word)
            .filter(|(at, _)| is_word(&source.code, *at, word));
        places.map(move |(at, _)| (at, word, homes))
    });
    hits.map(|(at, word, homes)| {
        let line = Source::line(&source.code, at);
        format!(
            "src/{}:{line}: {word} belongs into {}",
            source.path,
            homes.join(", ")
        )
    })
    .collect()
}

fn is_word(code: &str, at: usize, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    !code[..at].ends_with(joins) && !code[at + word.len()..].starts_with(joins)
}

/// SQL stays inside its backend: `store/<backend>/`, and the queue's SQLite.
fn misplaced_sql(source: &Source) -> Vec<String> {
    let backend = source.path.starts_with("store/") && source.path.split('/').count() > 2;
    if backend || source.path.starts_with("queue/sqlite") {
        return Vec::new();
    }
    let finding = |at| {
        format!(
            "src/{}:{}: SQL belongs into store/<backend>/",
            source.path,
            Source::line(&source.text, at)
        )
    };
    sql(&source.text).into_iter().map(finding).collect()
}

fn sql(text: &str) -> Vec<usize> {
    let plain = ["SELECT ", "INSERT INTO", "DELETE FROM"];
    let mut found: Vec<usize> = plain
        .iter()
        .flat_map(|word| text.match_indices(word))
        .map(|(at, _)| at)
        .collect();
    let updates = text.match_indices("UPDATE ").map(|(at, _)| at);
    found.extend(updates.filter(|at| {
        text[*at..]
            .split_whitespace()
            .take(6)
            .any(|word| word == "SET")
    }));
    found
}

/// Every file below `src/`.
fn files(dir: &Path, below: &str, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            files(&path, &format!("{name}/"), into);
        } else if name.ends_with(".rs") {
            into.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_module_uses_only_the_floors_below_it() {
    let mut sources = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        "",
        &mut sources,
    );
    assert!(sources.len() > 5);
    let found: Vec<_> = sources
        .iter()
        .flat_map(|(path, text)| findings(path, text))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_top_level_module_has_a_floor() {
    let lib =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let homeless: Vec<_> = declared.filter(|module| !is_module(module)).collect();
    assert_eq!(homeless, Vec::<&str>::new());
    assert!(
        !lib.contains("pub use"),
        "a re-export at the top would hide whom a module uses"
    );
}

/// Path, text, and what is found.
const SAMPLES: &[(&str, &str, &[&str])] = &[
    (
        "jobs/pull.rs",
        "use crate::sync::pull;\nuse crate::context::Context;",
        &[],
    ),
    (
        "engine/plan.rs",
        "\nuse crate::store::Store;",
        &["src/engine/plan.rs:2: engine uses store: that is not a floor below"],
    ),
    (
        "store/mod.rs",
        "use crate::provider::Page;",
        &["src/store/mod.rs:1: store uses provider: that is not a floor below"],
    ),
    (
        "sync/push.rs",
        "use crate::{\n  model::{event, task},\n  jobs::Job,\n  store,\n};",
        &["src/sync/push.rs:1: sync uses jobs: that is not a floor below"],
    ),
    (
        "sync/push.rs",
        "fn f() { crate::config::x() }",
        &["src/sync/push.rs:1: sync uses config: that is not a floor below"],
    ),
    (
        "sync/push.rs",
        "use super::super::cli;",
        &["src/sync/push.rs:1: sync uses cli: that is not a floor below"],
    ),
    (
        "sync/mod.rs",
        "use super::{model, cli};",
        &["src/sync/mod.rs:1: sync uses cli: that is not a floor below"],
    ),
    ("sync/push.rs", "use super::cli;", &[]),
    (
        "sandbox/google.rs",
        "use crate::model::event;\nuse crate::engine::plan;",
        &[
            "src/sandbox/google.rs:2: sandbox uses engine: the sandbox is written from the contracts alone",
        ],
    ),
    (
        "config/mod.rs",
        "use crate::context::Context;",
        &["src/config/mod.rs:1: config uses context: that is not a floor below"],
    ),
    (
        "cli.rs",
        "use crate::helpers::x;",
        &["src/cli.rs:1: cli uses helpers: not in the table of floors"],
    ),
    ("main.rs", "use calsync::cli;", &[]),
    (
        "engine/due.rs",
        "// use crate::cli;\n#[cfg(test)]\nmod tests { use crate::cli; }",
        &[],
    ),
    ("jobs/tests.rs", "use crate::cli;", &[]),
    (
        "jobs/status.rs",
        "let sql = \"SELECT 1\";",
        &["src/jobs/status.rs:1: SQL belongs into store/<backend>/"],
    ),
    (
        "store/mod.rs",
        "\n\"UPDATE tasks\n SET a = 1\"",
        &["src/store/mod.rs:2: SQL belongs into store/<backend>/"],
    ),
    (
        "sync/push.rs",
        "\"DELETE FROM t\"",
        &["src/sync/push.rs:1: SQL belongs into store/<backend>/"],
    ),
    (
        "store/sqlite/tasks.rs",
        "\"INSERT INTO t\"; rusqlite::open();",
        &[],
    ),
    (
        "queue/sqlite.rs",
        "\"INSERT INTO t\"; rusqlite::open();",
        &[],
    ),
    (
        "jobs/doctor.rs",
        "// SELECT one\nlet s = \"UPDATE the file\";",
        &[],
    ),
    (
        "jobs/doctor.rs",
        "reqwest::get()",
        &["src/jobs/doctor.rs:1: reqwest belongs into provider/"],
    ),
    ("provider/http.rs", "reqwest::get()", &[]),
    (
        "queue/mod.rs",
        "use rusqlite::Row;",
        &["src/queue/mod.rs:1: rusqlite belongs into store/, queue/sqlite"],
    ),
    (
        "sync/pull.rs",
        "chrono::Utc::now()",
        &["src/sync/pull.rs:1: Utc::now belongs into context.rs, context/, main.rs"],
    ),
    ("context.rs", "chrono::Utc::now()", &[]),
];

#[test]
fn what_is_out_of_place_is_found() {
    for (path, text, expected) in SAMPLES {
        assert_eq!(findings(path, text), *expected, "{path}: {text}");
    }
}
