//! Who signed in, as an unverifiable JWT: its signature is of no use.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::oauth::CLIENT_ID;
use super::sign_in::Granted;
use super::world::World;

/// The `id_token` of a grant; `None`: `openid` was not asked for.
pub(super) fn of(world: &World, grant: &Granted) -> Option<String> {
    let asked = |name: &str| grant.scopes.iter().any(|scope| scope == name);
    let mailbox = asked("openid")
        .then(|| world.mailboxes.get(&grant.account))
        .flatten()?;
    let now = world.clock.now();
    let tenant = &mailbox.tenant;
    let mut claims = json!({ "ver": "2.0", "iss": format!("{}/{tenant}/v2.0", world.url),
        "aud": CLIENT_ID, "sub": format!("AAAA{}", mailbox.id.replace('-', "")), "tid": tenant,
        "iat": now.timestamp(), "exp": (now + TimeDelta::hours(1)).timestamp() });
    if asked("profile") {
        claims["oid"] = json!(mailbox.id);
        claims["name"] = json!(mailbox.name);
        claims["preferred_username"] = json!(grant.account);
    }
    if asked("email") {
        claims["email"] = json!(mailbox.mail);
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "typ": "JWT", "alg": "RS256" }));
    Some(format!("{head}.{}.c2FuZGJveA", part(&claims)))
}
