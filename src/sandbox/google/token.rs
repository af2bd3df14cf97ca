//! Sync tokens and page tokens: opaque to clients, self-contained for us.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What a sync token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyncToken {
    /// Hash of the listed resource.
    pub(super) resource: u64,
    /// Tokens of an older generation have expired.
    pub(super) generation: u32,
    /// The last change that is known to the holder.
    pub(super) since: u64,
    /// Hash of the parameters that must stay the same.
    pub(super) params: u64,
}

/// What a page token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageToken {
    /// Hash of the listed resource.
    pub(super) resource: u64,
    /// Tokens of an older generation have expired.
    pub(super) generation: u32,
    /// The last change when the listing began.
    pub(super) head: u64,
    /// Number of the page that this token fetches, from 1.
    pub(super) page: u32,
    /// Hash of all parameters but the page token.
    pub(super) params: u64,
    /// The last item already sent.
    pub(super) after: String,
}

impl SyncToken {
    /// The token as clients see it.
    pub(super) fn encode(&self) -> String {
        wrap(&format!(
            "s.{:x}.{}.{}.{:x}",
            self.resource, self.generation, self.since, self.params
        ))
    }

    /// Reads a token; `None`: not one of ours.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let plain = unwrap(text)?;
        let mut parts = plain.strip_prefix("s.")?.split('.');
        Some(Self {
            resource: hex(parts.next()?)?,
            generation: parts.next()?.parse().ok()?,
            since: parts.next()?.parse().ok()?,
            params: hex(parts.next()?)?,
        })
    }
}

impl PageToken {
    /// The token as clients see it.
    pub(super) fn encode(&self) -> String {
        let Self {
            resource,
            generation,
            head,
            page,
            params,
            after,
        } = self;
        wrap(&format!(
            "p.{resource:x}.{generation}.{head}.{page}.{params:x}.{after}"
        ))
    }

    /// Reads a token; `None`: not one of ours.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let plain = unwrap(text)?;
        let mut parts = plain.strip_prefix("p.")?.splitn(6, '.');
        Some(Self {
            resource: hex(parts.next()?)?,
            generation: parts.next()?.parse().ok()?,
            head: parts.next()?.parse().ok()?,
            page: parts.next()?.parse().ok()?,
            params: hex(parts.next()?)?,
            after: parts.next()?.to_owned(),
        })
    }
}

/// The number of the page that a page token fetches; 1 if it is none of ours.
pub(super) fn page_number(text: &str) -> u32 {
    PageToken::decode(text).map_or(1, |token| token.page)
}

/// A hash that is the same in every run.
pub(super) fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn wrap(plain: &str) -> String {
    URL_SAFE_NO_PAD.encode(plain) + "="
}

fn unwrap(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text.strip_suffix('=')?).ok()?).ok()
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}
