//! Identifiers as types, so that two of them cannot be swapped unnoticed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

id! {
    /// One provider login, unique within the store.
    AccountId
}
id! {
    /// A calendar, unique within the store.
    CalendarId
}
id! {
    /// An event, unique within the store; follows from its calendar and
    /// external id ([`EventId::of`]).
    EventId
}
id! {
    /// The provider's own id of a calendar or event: opaque, compared byte
    /// for byte.
    ExternalId
}
id! {
    /// A conflict, unique within the store.
    ConflictId
}
id! {
    /// A task, unique within the store: the application's own id.
    TaskId
}
id! {
    /// What makes the creation of an event happen once ([`CreationKey::of`]):
    /// 32 hexadecimal digits in small letters.
    CreationKey
}
id! {
    /// A watch, unique within the store and at the provider: the id of
    /// Google's channel, and what tells Graph's subscriptions apart for us.
    /// It names its user ([`WatchId::generate`]).
    WatchId
}
id! {
    /// The provider's cursor of one calendar: Google's sync token, Graph's
    /// delta link.
    SyncToken
}

/// How the ids begin by which the receiver is tried.
const PROBE: &str = "probe_";

impl AccountId {
    /// A new id.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("a-{}", short_unique()))
    }
}

impl CalendarId {
    /// A new id.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("cal-{}", short_unique()))
    }
}

impl ConflictId {
    /// A new id.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("c-{}", short_unique()))
    }
}

impl WatchId {
    /// The length of the longest: more than that Google does not take.
    pub const MOST: usize = 64;

    /// A new id of a user's watch, `user_{user}_{random}`, of
    /// [`MOST`](Self::MOST) characters at most.
    #[must_use]
    pub fn generate(user: &UserId) -> Self {
        let mut random = uuid::Uuid::new_v4().simple().to_string();
        random.truncate(18);
        Self(format!("user_{user}_{random}"))
    }

    /// An id of no watch, by which the receiver is tried: it names no user.
    #[must_use]
    pub fn probe() -> Self {
        Self(format!("{PROBE}{}", short_unique()))
    }

    /// Whether it is one of those.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.0.starts_with(PROBE)
    }

    /// The user that it names; none when it is not one of ours.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        let (user, _) = self.0.strip_prefix("user_")?.rsplit_once('_')?;
        user.parse().ok()
    }
}

impl EventId {
    /// The id of an event: the same for the same calendar and external id,
    /// whoever computes it and however often.
    #[must_use]
    pub fn of(calendar: &CalendarId, external: &ExternalId) -> Self {
        let mut digest = Sha256::new();
        digest.update(calendar.as_str());
        digest.update([0]);
        digest.update(external.as_str());
        Self(half("e-", digest))
    }
}

impl CreationKey {
    /// The key under which an event of a task is created in a calendar: the
    /// same however often it is tried, and by whichever store, since the
    /// calendar is named as the provider does. One that was used up, because its event
    /// was deleted, makes room for that of the next generation.
    #[must_use]
    pub fn of(task: &TaskId, calendar: &ExternalId, generation: u32) -> Self {
        let mut digest = Sha256::new();
        digest.update(task.as_str());
        digest.update([0]);
        digest.update(calendar.as_str());
        digest.update([0]);
        digest.update(generation.to_be_bytes());
        Self(half("", digest))
    }
}

/// Half of a digest as 32 hexadecimal digits behind a prefix.
fn half(prefix: &str, digest: Sha256) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(prefix.len() + 32);
    text.push_str(prefix);
    for byte in &digest.finalize()[..16] {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

/// 20 hexadecimal digits: a random 80 bits, short enough to type.
fn short_unique() -> String {
    let mut text = uuid::Uuid::new_v4().simple().to_string();
    text.drain(..12);
    text
}

/// A user of the application: 1 to 40 characters of `A-Z a-z 0-9 _ -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

/// A text that cannot be a user id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("user id {0:?} is not 1 to 40 characters of A-Z a-z 0-9 _ -")]
pub struct InvalidUserId(pub String);

impl UserId {
    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidUserId;

    fn try_from(text: String) -> Result<Self, InvalidUserId> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if (1..=40).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidUserId(text))
        }
    }
}

impl std::str::FromStr for UserId {
    type Err = InvalidUserId;

    fn from_str(text: &str) -> Result<Self, InvalidUserId> {
        text.to_owned().try_into()
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_short_and_plain() {
        for good in ["u", "u-7", "A_b-9", &"x".repeat(40)] {
            assert_eq!(good.parse::<UserId>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "ü", "a/b", &"x".repeat(41)] {
            assert!(bad.parse::<UserId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_watch_id_names_its_user_and_fits_google() {
        for user in ["u", "u_7-x", &"x".repeat(40)] {
            let user: UserId = user.parse().unwrap();
            let id = WatchId::generate(&user);
            assert!(id.as_str().len() <= WatchId::MOST, "{id}");
            assert_eq!(id.user(), Some(user.clone()));
            assert_ne!(id, WatchId::generate(&user));
        }
        for foreign in ["", "user_", "user__x", "u-1_x", "user_a b_x"] {
            assert_eq!(WatchId::new(foreign).user(), None, "{foreign:?}");
        }
    }

    #[test]
    fn an_event_id_depends_on_calendar_and_external_id_alone() {
        let id = |calendar: &str, external: &str| {
            EventId::of(&CalendarId::new(calendar), &ExternalId::new(external))
        };
        assert_eq!(id("a", "x"), id("a", "x"));
        assert_ne!(id("a", "x"), id("b", "x"));
        assert_ne!(id("a", "x_"), id("a", "x-"));
        assert_ne!(id("ab", "c"), id("a", "bc"));
    }

    #[test]
    fn a_creation_has_a_key_of_its_own_in_each_generation() {
        let key = |task: &str, calendar: &str, generation| {
            CreationKey::of(&TaskId::new(task), &ExternalId::new(calendar), generation)
        };
        assert_eq!(key("t", "c", 1), key("t", "c", 1));
        assert_ne!(key("t", "c", 1), key("t", "c", 2));
        assert_ne!(key("t", "cc", 1), key("tc", "c", 1));
        assert_ne!(key("t", "c", 1), key("t", "d", 1));
        assert_eq!(key("t", "c", 1).as_str().len(), 32);
    }
}
