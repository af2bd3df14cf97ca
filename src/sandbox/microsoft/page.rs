//! The pages that people see while they sign in: plain HTML, one form each.

use super::super::answer::Answer;
use super::super::html::{escaped, html};
use super::grant::Refusal;
use super::sign_in::Wish;
use super::tenant;
use super::world::World;

const BUTTONS: &str = "<p><button name=\"answer\" value=\"accept\">Accept</button> \
    <button name=\"answer\" value=\"decline\">Decline</button></p>";

/// Asks which account lets the app in, if any; `hint` is chosen beforehand.
pub(super) fn consent(world: &World, request: &str, wish: &Wish, hint: &str) -> Answer {
    let fits = |account: &&String| tenant::holds(world, &wish.tenant, account);
    let asked: String = wish
        .scopes
        .iter()
        .map(|scope| format!("<li>{}</li>", escaped(scope)))
        .collect();
    let form = format!(
        "<form method=\"post\" action=\"{}/consent\">\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">{}\
         <p>The app asks for:</p><ul>{asked}</ul>{BUTTONS}</form>",
        escaped(&world.url),
        accounts(world.mailboxes.keys().filter(fits), hint),
    );
    html(200, "Permissions requested", &form)
}

/// Asks for the code that a device shows, and who lets it in.
pub(super) fn device(world: &World) -> Answer {
    let form = format!(
        "<form method=\"post\" action=\"{}/devicelogin\">\
         <p><label>Code <input name=\"user_code\"></label></p>{}{BUTTONS}</form>",
        escaped(&world.url),
        accounts(world.mailboxes.keys(), ""),
    );
    html(200, "Enter code", &form)
}

/// Says that nothing is left to do here.
pub(super) fn done() -> Answer {
    let text = "<p>You may close this window and go back to your device.</p>";
    html(200, "Done", text)
}

/// Says what is wrong, and leads nowhere.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    let text = format!("<p>{}</p>", escaped(&refusal.description()));
    html(
        400,
        "Sorry, but we are having trouble signing you in",
        &text,
    )
}

fn accounts<'a>(all: impl Iterator<Item = &'a String>, hint: &str) -> String {
    let each = all.map(|account| {
        let chosen = if account == hint { " checked" } else { "" };
        let account = escaped(account);
        format!(
            "<p><label><input type=\"radio\" name=\"account\" value=\"{account}\"{chosen}> {account}</label></p>"
        )
    });
    each.collect()
}
