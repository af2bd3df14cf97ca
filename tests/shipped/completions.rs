//! The completions that a package is to hold.

use std::process::Command;

use super::tools::{found, said, tool};

fn script(shell: &str) -> String {
    let mut calsync = Command::new(env!("CARGO_BIN_EXE_calsync"));
    said(calsync.args(["completions", shell]))
}

#[test]
fn every_shell_is_given_a_script_of_its_own() {
    let signs = [
        ("bash", "complete -F _calsync"),
        ("zsh", "#compdef calsync"),
        ("fish", "complete -c calsync"),
    ];
    for (shell, sign) in signs {
        let script = script(shell);
        assert!(script.contains(sign), "{shell}");
        for job in super::jobs::JOBS {
            assert!(script.contains(job), "{shell}: {job}");
        }
    }
}

#[test]
fn a_shell_that_is_here_can_read_its_script() {
    for shell in ["bash", "zsh", "fish"] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("calsync");
        std::fs::write(&file, script(shell)).unwrap();
        // Only bash is wherever the tests run.
        let here = if shell == "bash" { tool } else { found };
        if let Some(mut parse) = here(shell) {
            said(parse.arg("-n").arg(file));
        }
    }
}
