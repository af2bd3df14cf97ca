//! The files that are installed beside the binary say what it really does.

mod commands;
mod completions;
mod crontab;
mod jobs;
mod package;
#[cfg(feature = "sandbox")]
mod pages;
mod schedule;
mod tools;
mod units;

use std::path::{Path, PathBuf};

use calsync::config::{Config, Sources, schema};

fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(shipped(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The configuration of this text, as it is shown; where it came from left
/// out.
fn shown(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let env = [("STATE_DIRECTORY".to_owned(), "/var/lib/calsync".to_owned())];
    let sources = Sources {
        config_arg: Some(file),
        env: env.into_iter().collect(),
    };
    let mut config = Config::load(&sources).unwrap_or_else(|e| panic!("{e}"));
    config.file = None;
    assert_eq!(config.warnings, Vec::<String>::new());
    format!("{config:#?}")
}

#[test]
fn the_example_configuration_as_it_stands_equals_the_defaults() {
    assert_eq!(shown(&read("config.example.toml")), shown(""));
}

#[test]
fn the_defaults_that_the_example_configuration_names_are_the_defaults() {
    let uncommented: Vec<_> = read("config.example.toml").lines().map(uncomment).collect();
    assert_eq!(shown(&uncommented.join("\n")), shown(""));
}

/// Takes the `#` off a setting, unless there is no default that it could name.
fn uncomment(line: &str) -> String {
    const WITHOUT_DEFAULT: &[&str] = &[
        "client_id",
        "public_url",
        "textfile_dir",
        "account_attention",
    ];
    let secret = |key: &str| {
        schema::SECTIONS
            .iter()
            .any(|section| section.secret.contains(&key))
    };
    match key_of(line) {
        Some(key) if !WITHOUT_DEFAULT.contains(&key) && !secret(key) => {
            line.trim_start_matches('#').to_owned()
        }
        _ => line.to_owned(),
    }
}

/// The key of a line like `#key = value`.
fn key_of(line: &str) -> Option<&str> {
    let key = line.trim_start_matches('#').split_once(" = ")?.0;
    key.chars()
        .all(|c| c.is_ascii_lowercase() || c == '_')
        .then_some(key)
}

#[test]
fn the_example_configuration_names_every_setting_once() {
    let (mut section, mut named) = (String::new(), Vec::new());
    for line in read("config.example.toml").lines() {
        match line.strip_prefix('[') {
            Some(heading) => section = heading.trim_end_matches(']').to_owned(),
            None => named.extend(key_of(line).map(|key| format!("{section}.{key}"))),
        }
    }
    let known = schema::SECTIONS
        .iter()
        .flat_map(|s| s.keys().map(|key| format!("{}.{key}", s.name)));
    named.sort();
    let mut known: Vec<_> = known.collect();
    known.sort();
    assert_eq!(named, known);
}
