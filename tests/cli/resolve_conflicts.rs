//! `calsync resolve-conflicts`.

use serde_json::json;

use crate::support::program::{Program, World};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_open_is_nothing_to_do() {
    let world = World::new().await;
    let run = world.program.json("resolve-conflicts");
    assert_eq!(run["job"], "resolve-conflicts");
    assert_eq!(run["outcome"], "ok");
    let none = json!({ "open": 0, "resolved": 0, "parked": 0, "failed": 0 });
    assert_eq!(run["counts"], none);
}

#[test]
fn a_user_who_does_not_exist_is_a_wrong_argument() {
    let program = Program::new();
    program.text("migrate");
    let ran = program.run("resolve-conflicts --user nobody").exits(2);
    ran.says(&["user nobody does not exist", "calsync users list"]);
}
