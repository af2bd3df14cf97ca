//! The manual pages in `man/` are those of this version.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::shipped;
use super::tools::{said, tool};

/// The files of a directory by name.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let files = entries.map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, std::fs::read_to_string(entry.path()).unwrap())
    });
    files.collect()
}

#[test]
fn the_manual_is_what_calsync_writes() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_calsync"));
    let written = command.args(["man", "--dir"]).arg(dir.path()).status();
    assert!(written.unwrap().success());
    let (shipped, written) = (files(&shipped("man")), files(dir.path()));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    let regenerate = "run: rm man/*; cargo run -- man --dir man";
    assert_eq!(names(&shipped), names(&written), "{regenerate}");
    for (name, page) in &written {
        assert!(
            shipped[name] == *page,
            "{name} is out of date; {regenerate}"
        );
    }
}

#[test]
fn mandoc_warns_of_no_page() {
    let Some(mut mandoc) = tool("mandoc") else {
        return;
    };
    let pages = files(&shipped("man")).into_keys();
    let pages = pages.map(|name| shipped("man").join(name));
    said(mandoc.args(["-T", "lint", "-W", "warning"]).args(pages));
}
