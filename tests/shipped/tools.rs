//! Tools that look at shipped files better than a test could, where they are
//! installed.

use std::process::Command;

/// Makes it a failure that a tool is missing.
const REQUIRED: &str = "CALSYNC_TESTS_REQUIRE_TOOLS";

/// A tool. `None`: it is missing, and the test cannot be made here.
pub(super) fn tool(name: &str) -> Option<Command> {
    let found = found(name);
    let required = std::env::var_os(REQUIRED).is_some();
    assert!(found.is_some() || !required, "{name} is missing");
    found
}

/// A tool that may be missing everywhere.
pub(super) fn found(name: &str) -> Option<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).map(|dir| dir.join(name));
    let mut command = Command::new(files.find(|file| file.is_file())?);
    command.env("LC_ALL", "C.UTF-8");
    Some(command)
}

/// What a command said, on both of its outputs; it must have succeeded.
pub(super) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}
