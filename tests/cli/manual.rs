//! `calsync man` and `calsync completions`.

use crate::support::program::Program;

#[test]
fn every_subcommand_has_a_page() {
    let program = Program::new();
    assert_eq!(program.text("man --dir pages"), "");
    let page = std::fs::read_to_string(program.path("pages/calsync-auto-sync.1")).unwrap();
    assert!(page.contains("\\-\\-dry\\-run"), "{page}");
    assert_eq!(
        program.text("man"),
        std::fs::read_to_string(program.path("pages/calsync.1")).unwrap()
    );
}

#[test]
fn pages_that_cannot_be_written_name_their_directory() {
    let program = Program::new();
    program.file("pages", "");
    let ran = program.run("man --dir pages").exits(1);
    ran.says(&["cannot write manual pages into pages"]);
}

#[test]
fn completions_complete_subcommands() {
    let program = Program::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = program.text(&format!("completions {shell}"));
        assert!(script.contains("auto-sync"), "{shell}");
    }
    let ran = program.run("completions tcsh").exits(2);
    ran.says(&["bash", "zsh", "fish"]);
}
