//! What Graph posts (contract, 9.2 to 9.4): a challenge in the query, or
//! notifications of any number of subscriptions in the body. A subscription's
//! client state proves that it is ours and names the user; each notification
//! is looked at by itself.

#[cfg(test)]
mod tests;

use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use url::form_urlencoded;

use super::types::notification::{Collection, Entry};
use crate::model::account::ProviderKind;
use crate::model::id::WatchId;
use crate::model::notification::Notification;
use crate::provider::Signer;
use crate::provider::text::Text;
use crate::provider::webhook::{Incoming, Post, kept};

/// Stands between watch and signature, and in neither.
const SEPARATOR: char = '.';

/// The longest challenge that is answered.
const CHALLENGE: usize = 2048;

/// The most notifications in a body; Graph sends far fewer.
const NOTIFICATIONS: usize = 10_000;

/// The longest id of a subscription.
const SUBSCRIPTION: usize = 128;

/// The longest path of a resource.
const RESOURCE: usize = 1024;

/// The longest word for what happened.
const WORD: usize = 64;

/// What a subscription is to send along: Graph takes 128 characters.
pub(super) fn client_state(watch: &WatchId, signature: &SecretString) -> SecretString {
    format!("{watch}{SEPARATOR}{}", signature.expose_secret()).into()
}

/// Reads a post.
pub(in crate::provider) fn receive(signer: &Signer, post: &Post<'_>) -> Incoming {
    if let Some(token) = post.query.and_then(validation_token) {
        return if (1..=CHALLENGE).contains(&token.len()) {
            Incoming::Challenge(token)
        } else {
            Incoming::Malformed
        };
    }
    let entries = match serde_json::from_slice::<Collection<'_>>(post.body) {
        Ok(collection) if collection.value.len() <= NOTIFICATIONS => collection.value,
        _ => return Incoming::Malformed,
    };
    let mut authentic = Vec::with_capacity(entries.len());
    authentic.extend(entries.iter().filter_map(|entry| read(signer, post, entry)));
    Incoming::Notifications {
        forged: entries.len() - authentic.len(),
        authentic,
    }
}

/// The challenge in a query, decoded once.
fn validation_token(query: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, token) = pairs.find(|(name, _)| name == "validationToken")?;
    Some(token.into_owned())
}

/// The notification of an entry; none when it is not signed.
///
/// What is signed is a reason to look, whatever else it says.
fn read(signer: &Signer, post: &Post<'_>, entry: &RawValue) -> Option<Notification> {
    let entry: Entry<'_> = serde_json::from_str(entry.get()).ok()?;
    let state = entry.client_state.as_ref()?.as_str();
    let (watch, signature) = state.split_once(SEPARATOR)?;
    let user_id = signer.user(watch, signature)?;
    let word = entry.lifecycle_event.or(entry.change_type);
    let text = |text: Option<Text<'_>>, most| kept(text?.as_str(), most);
    Some(Notification {
        provider: ProviderKind::Microsoft,
        user_id,
        watch: text(entry.subscription_id, SUBSCRIPTION).or_else(|| Some(watch.to_owned())),
        resource: text(entry.resource, RESOURCE),
        what: text(word, WORD).unwrap_or_else(|| "unknown".to_owned()),
        received_at: Some(post.at),
    })
}
