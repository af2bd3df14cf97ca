//! `calsync connect`, with a person at a browser.

mod browser;
mod device;
mod link;
mod refusals;

use serde_json::{Value, json};

use calsync::sandbox::google::CalendarSpec;

use crate::support::browser::{Browser, Shown};
use crate::support::connecting::Connecting;
use crate::support::program::{ANA, Ran, World};

/// What a person does on the provider's page.
pub(super) const ACCEPT: [(&str, &str); 2] = [("account", ANA), ("answer", "accept")];
pub(super) const DECLINE: [(&str, &str); 2] = [("account", ANA), ("answer", "decline")];

/// A world in which Ana has a login at both providers, and calsync knows of
/// neither.
pub(super) async fn world() -> World {
    let mut world = World::without_account().await;
    world.give_microsoft();
    world.sandbox.microsoft.behave(|b| b.public_client = true);
    world.program.unset("CALSYNC__MICROSOFT__CLIENT_SECRET");
    world
}

/// Gives Ana one more login at a provider, with an empty calendar.
pub(super) fn give_login(world: &World, provider: &str, email: &str) {
    match provider {
        "google" => {
            world.sandbox.google.add_account(email);
            let calendar = CalendarSpec::primary("UTC");
            world.sandbox.google.add_calendar(email, calendar);
        }
        _ => drop(world.sandbox.microsoft.add_account(email)),
    }
}

/// A person takes back what was allowed.
pub(super) fn withdraw(world: &World, provider: &str, email: &str) {
    match provider {
        "google" => world.sandbox.google.revoke(email),
        _ => world.sandbox.microsoft.revoke(email),
    }
}

/// Starts a command that connects an account of a provider.
pub(super) fn connecting(world: &World, arguments: &str) -> Connecting {
    let command = format!("--json connect {arguments} --user ana");
    Connecting::start(world.program.command(&command))
}

/// Connects with a person who answers so; what the person saw at last.
pub(super) async fn connected(
    world: &World,
    arguments: &str,
    answer: &[(&str, &str)],
) -> (Ran, Shown) {
    let mut connecting = connecting(world, arguments);
    let page = connecting.shows();
    let shown = Browser::new().answer(&page, answer).await;
    (connecting.end(), shown)
}

/// The accounts that are known.
pub(super) fn accounts(world: &World) -> Vec<Value> {
    let accounts = world.program.json("accounts list");
    accounts.as_array().unwrap().clone()
}

/// Nobody is connected, and nothing was left behind.
#[track_caller]
pub(super) fn assert_none(world: &World) {
    assert_eq!(accounts(world), Vec::<Value>::new());
    assert_eq!(world.program.json("calendars list"), json!([]));
}
