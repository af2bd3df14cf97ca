//! The pages that people see while they sign in.

use super::super::answer::Answer;
use super::super::html::{escaped, html};
use super::consent::Asked;
use super::world::World;

/// Asks which account lets the app in, and to what. The form has the fields
/// `request`, `account`, `scope` (each that stays ticked) and `answer`
/// (`accept` or `decline`).
pub(super) fn consent(world: &World, request: &str, asked: &Asked) -> Answer {
    let accounts = inputs("radio", "account", "", world.accounts.keys());
    let scopes = inputs("checkbox", "scope", " checked", &asked.scopes);
    let form = format!(
        "<form method=\"post\" action=\"{}/o/oauth2/v2/consent\">\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">{accounts}\
         <p>The app wants to:</p>{scopes}\
         <p><button name=\"answer\" value=\"accept\">Continue</button> \
         <button name=\"answer\" value=\"decline\">Cancel</button></p></form>",
        escaped(&world.url),
    );
    html(200, "Sign in", &form)
}

/// Says why not, and leads nowhere.
pub(super) fn refused(error: &str, description: &str) -> Answer {
    let text = format!(
        "<p>{}</p><p>Error 400: {}</p>",
        escaped(description),
        escaped(error)
    );
    html(400, "Access blocked", &text)
}

fn inputs<'a>(
    kind: &str,
    name: &str,
    state: &str,
    values: impl IntoIterator<Item = &'a String>,
) -> String {
    let each = values.into_iter().map(|value| {
        let value = escaped(value);
        format!(
            "<p><label><input type=\"{kind}\" name=\"{name}\" value=\"{value}\"{state}> {value}</label></p>"
        )
    });
    each.collect()
}
