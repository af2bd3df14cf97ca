//! Who signed in, as a JWT; nobody can check its signature.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::consent::Code;
use super::grant::LIFETIME_S;
use super::oauth::CLIENT_ID;
use super::scopes::{self, IDENTITY};
use super::world::World;

/// The id token that belongs to a code; none unless the request asked who
/// signs in.
pub(super) fn of(world: &World, code: &Code) -> Option<String> {
    let asked = |scope: &str| code.asked.contains(&scopes::full(scope));
    let account = world.accounts.get(&code.email)?;
    if !IDENTITY.into_iter().any(asked) {
        return None;
    }
    let now = world.clock.now().timestamp();
    let mut claims = json!({ "iss": "https://accounts.google.com", "aud": CLIENT_ID, "azp": CLIENT_ID,
        "sub": account.subject, "iat": now, "exp": now + LIFETIME_S + 1 });
    if asked("email") {
        claims["email"] = json!(code.email);
        claims["email_verified"] = json!(true);
    }
    let header = json!({ "alg": "RS256", "kid": "sandbox", "typ": "JWT" });
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signature = URL_SAFE_NO_PAD.encode("not a signature");
    Some(format!("{}.{}.{signature}", part(&header), part(&claims)))
}
