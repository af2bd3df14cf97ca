//! What Google posts (contract, 6.2): headers and no body. A channel's token
//! proves that the channel is ours, and its id names the user.

#[cfg(test)]
mod tests;

use crate::model::account::ProviderKind;
use crate::model::notification::Notification;
use crate::provider::Signer;
use crate::provider::webhook::{Incoming, Post, kept};

/// The longest word for what happened to a resource.
const STATE: usize = 32;

/// The longest id of a resource.
const RESOURCE: usize = 256;

/// Reads a post.
pub(in crate::provider) fn receive(signer: &Signer, post: &Post<'_>) -> Incoming {
    let channel = (post.header)("x-goog-channel-id").filter(|id| !id.is_empty());
    let state = (post.header)("x-goog-resource-state").and_then(|state| kept(state, STATE));
    let (Some(channel), Some(state)) = (channel, state) else {
        return Incoming::Malformed;
    };
    let token = (post.header)("x-goog-channel-token").unwrap_or_default();
    if signer.is_probe(channel, token) {
        return Incoming::Hello;
    }
    let Some(user_id) = signer.user(channel, token) else {
        return Incoming::Notifications {
            authentic: Vec::new(),
            forged: 1,
        };
    };
    if state == "sync" {
        return Incoming::Hello;
    }
    let resource = (post.header)("x-goog-resource-id");
    let notification = Notification {
        provider: ProviderKind::Google,
        user_id,
        watch: Some(channel.to_owned()),
        resource: resource.and_then(|id| kept(id, RESOURCE)),
        what: state,
        received_at: Some(post.at),
    };
    Incoming::Notifications {
        authentic: vec![notification],
        forged: 0,
    }
}
