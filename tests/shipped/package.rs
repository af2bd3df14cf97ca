//! The Debian package, where cargo-deb is installed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::shipped;
use super::tools::{found, said};

/// The package of the program that is tested. `None`: cargo-deb is missing.
fn package(dir: &Path) -> Option<String> {
    found("cargo-deb")?;
    let file = dir.join("calsync.deb").display().to_string();
    let mut pack = Command::new(shipped("packaging/deb"));
    pack.env("CALSYNC_BINARY", env!("CARGO_BIN_EXE_calsync"));
    said(pack.args(["--fast", "--output", &file]));
    Some(file)
}

/// The files that are to be in it.
fn expected() -> BTreeSet<String> {
    let doc = [
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "config.example.toml",
        "copyright",
        "crontab.example",
        "monitoring/calsync-dashboard.json",
        "monitoring/calsync.rules.yml",
    ];
    let mut files = BTreeSet::from(
        [
            "usr/bin/calsync",
            "usr/lib/sysusers.d/calsync.conf",
            "usr/lib/tmpfiles.d/calsync.conf",
            "usr/share/bash-completion/completions/calsync",
            "usr/share/fish/vendor_completions.d/calsync.fish",
            "usr/share/zsh/vendor-completions/_calsync",
        ]
        .map(str::to_owned),
    );
    files.extend(doc.map(|name| format!("usr/share/doc/calsync/{name}")));
    for entry in std::fs::read_dir(shipped("systemd")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let name = entry.file_name().into_string().unwrap();
            files.insert(format!("usr/lib/systemd/system/{name}"));
        }
    }
    for entry in std::fs::read_dir(shipped("man")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let section = name.rsplit('.').next().unwrap();
        files.insert(format!("usr/share/man/man{section}/{name}.gz"));
    }
    files
}

/// Installs it below a directory, where nothing of this machine is touched.
fn install(package: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let database = root.path().join("var/lib/dpkg");
    for dir in ["info", "updates", "triggers"] {
        std::fs::create_dir_all(database.join(dir)).unwrap();
    }
    std::fs::write(database.join("status"), "").unwrap();
    std::fs::create_dir(root.path().join("etc")).unwrap();
    let mut dpkg = Command::new("dpkg");
    dpkg.arg("--root").arg(root.path());
    let alone = ["--force-depends", "--force-script-chrootless", "--install"];
    said(dpkg.args(alone).arg(package));
    root
}

#[test]
fn the_package_holds_everything_and_enables_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let Some(package) = package(dir.path()) else {
        return;
    };
    let listed = said(Command::new("dpkg-deb").args(["--contents", &package]));
    let files = listed.lines().filter(|line| !line.starts_with('d'));
    let files = files.map(|line| line.split(" ./").nth(1).unwrap().to_owned());
    assert_eq!(files.collect::<BTreeSet<_>>(), expected());

    // Only root can install; systemd makes user and directories.
    let as_root = said(Command::new("id").arg("-u")).trim() == "0";
    if as_root && found("systemd-sysusers").is_some() && found("systemd-tmpfiles").is_some() {
        let root = install(&package);
        let etc = root.path().join("etc");
        let users = std::fs::read_to_string(etc.join("passwd")).unwrap();
        assert!(users.contains("calsync:"), "{users}");
        assert!(etc.join("calsync").is_dir());
        assert!(root.path().join("var/lib/calsync").is_dir());
        assert!(!etc.join("systemd").exists(), "something was enabled");
    }
}
