//! A notification as it stands in the queue: a JSON object, which other
//! programs may write too.
//!
//! Only the user is needed. Whatever else is missing or makes no sense is
//! taken as not said: a notification is a reason to look, not data.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::model::account::ProviderKind;
use crate::model::id::{InvalidUserId, UserId};
use crate::model::notification::Notification;

const USER: &str = "user_id";
const RECEIVED: &str = "received_at";

/// The provider's names of what a notification says.
struct Names {
    watch: &'static str,
    resource: &'static str,
    what: &'static str,
}

const GOOGLE: Names = Names {
    watch: "channel_id",
    resource: "resource_id",
    what: "resource_state",
};

const MICROSOFT: Names = Names {
    watch: "subscription_id",
    resource: "resource",
    what: "change_type",
};

/// Why an entry says nothing that could be served.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// It is not text.
    #[error("not UTF-8 text")]
    Binary,
    /// It is not JSON.
    #[error("not JSON: {0}")]
    Syntax(serde_json::Error),
    /// It is JSON of another kind.
    #[error("not a JSON object")]
    Shape,
    /// It does not say whose calendars are meant.
    #[error("no user_id")]
    Nobody,
    /// What it gives as user cannot be one.
    #[error(transparent)]
    User(InvalidUserId),
}

/// What an entry says, member by member.
struct Members<'a>([(&'static str, Option<&'a str>); 5]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let said = self.0.iter();
        serializer.collect_map(said.filter_map(|(name, text)| Some((name, text.as_ref()?))))
    }
}

/// A notification as an entry. Somebody waits until it is queued: it is
/// written without a detour.
pub(super) fn write(notification: &Notification) -> String {
    let names = names(notification.provider);
    let received = notification.received_at.map(moment);
    let members = Members([
        (USER, Some(notification.user_id.as_str())),
        (names.watch, notification.watch.as_deref()),
        (names.resource, notification.resource.as_deref()),
        (names.what, Some(&notification.what)),
        (RECEIVED, received.as_deref()),
    ]);
    #[expect(clippy::expect_used, reason = "names and texts always make an object")]
    serde_json::to_string(&members).expect("names and texts always make an object")
}

/// The notification of an entry that is claimed now: whatever the clock of who
/// received it said, that was before.
pub(super) fn claimed(
    provider: ProviderKind,
    raw: &[u8],
    now: DateTime<Utc>,
) -> Result<Notification, Unreadable> {
    let mut notification = read(provider, raw)?;
    notification.received_at = notification.received_at.map(|at| at.min(now));
    Ok(notification)
}

/// When an entry was received, if it says so.
pub(super) fn received_at(provider: ProviderKind, raw: &[u8]) -> Option<DateTime<Utc>> {
    read(provider, raw).ok()?.received_at
}

/// The notification of an entry.
fn read(provider: ProviderKind, raw: &[u8]) -> Result<Notification, Unreadable> {
    let text = std::str::from_utf8(raw).map_err(|_| Unreadable::Binary)?;
    let value = serde_json::from_str(text).map_err(Unreadable::Syntax)?;
    let Value::Object(members) = value else {
        return Err(Unreadable::Shape);
    };
    let names = names(provider);
    let user = said(&members, USER).ok_or(Unreadable::Nobody)?;
    Ok(Notification {
        provider,
        user_id: UserId::try_from(user).map_err(Unreadable::User)?,
        watch: said(&members, names.watch),
        resource: said(&members, names.resource),
        what: said(&members, names.what).unwrap_or_default(),
        received_at: said(&members, RECEIVED).and_then(|text| instant(&text)),
    })
}

fn names(provider: ProviderKind) -> Names {
    match provider {
        ProviderKind::Google => GOOGLE,
        ProviderKind::Microsoft => MICROSOFT,
    }
}

/// What a member says, if anything.
fn said(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An instant; a time without a zone is none.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.to_utc())
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn notification(provider: ProviderKind) -> Notification {
        Notification {
            provider,
            user_id: "u-7".parse().unwrap(),
            watch: Some("watch".to_owned()),
            resource: Some("resource".to_owned()),
            what: "exists".to_owned(),
            received_at: instant("2026-03-10T12:00:00.250Z"),
        }
    }

    fn bare(provider: ProviderKind) -> Notification {
        Notification {
            watch: None,
            resource: None,
            what: String::new(),
            received_at: None,
            ..notification(provider)
        }
    }

    #[test]
    fn an_entry_is_what_other_programs_write() {
        let cases = [
            (
                ProviderKind::Google,
                json!({ "user_id": "u-7", "resource_id": "resource", "resource_state": "exists",
                    "channel_id": "watch", "received_at": "2026-03-10T12:00:00.250Z" }),
            ),
            (
                ProviderKind::Microsoft,
                json!({ "user_id": "u-7", "subscription_id": "watch", "change_type": "exists",
                    "resource": "resource", "received_at": "2026-03-10T12:00:00.250Z" }),
            ),
        ];
        for (provider, entry) in cases {
            let notification = notification(provider);
            let written: Value = serde_json::from_str(&write(&notification)).unwrap();
            assert_eq!(written, entry);
            let read = read(provider, entry.to_string().as_bytes()).unwrap();
            assert_eq!(read, notification);
        }
    }

    #[test]
    fn what_is_not_said_is_not_written() {
        for provider in ProviderKind::ALL {
            let entry = write(&bare(provider));
            assert!(!entry.contains("null"), "{entry}");
            assert_eq!(read(provider, entry.as_bytes()).unwrap(), bare(provider));
        }
    }

    #[test]
    fn only_the_user_is_needed() {
        let entries = [
            json!({ "user_id": "u-7" }),
            json!({ "user_id": "u-7", "channel_id": null, "subscription_id": "", "received_at": 5 }),
            json!({ "user_id": "u-7", "resource_id": {}, "resource": [], "change_type": null,
                "resource_state": true, "received_at": "2026-03-10T12:00:00", "more": "x" }),
        ];
        for entry in entries {
            for provider in ProviderKind::ALL {
                let read = read(provider, entry.to_string().as_bytes()).unwrap();
                assert_eq!(read, bare(provider), "{entry}");
            }
        }
    }

    #[test]
    fn an_entry_was_received_before_it_is_claimed() {
        let noon = instant("2026-03-10T12:00:00Z").unwrap();
        for (received, expected) in [("11:59", "11:59"), ("12:01", "12:00")] {
            let at = |time: &str| format!("2026-03-10T{time}:00Z");
            let entry = json!({ "user_id": "u-7", "received_at": at(received) }).to_string();
            let read = claimed(ProviderKind::Google, entry.as_bytes(), noon).unwrap();
            assert_eq!(read.received_at, instant(&at(expected)));
        }
    }

    #[test]
    fn a_number_is_an_id_as_well() {
        let entry = br#" {"user_id": 7, "channel_id": 12} "#;
        let read = read(ProviderKind::Google, entry).unwrap();
        assert_eq!(read.user_id.as_str(), "7");
        assert_eq!(read.watch.as_deref(), Some("12"));
    }

    #[test]
    fn an_entry_without_a_user_says_why_it_is_none() {
        let cases: [(&[u8], &str); 9] = [
            (b"\xff", "not UTF-8 text"),
            (b"", "not JSON: EOF"),
            (b"{\"user_id\"", "not JSON: EOF"),
            (b"[]", "not a JSON object"),
            (b"\"u-7\"", "not a JSON object"),
            (b"{}", "no user_id"),
            (b"{\"user_id\": null}", "no user_id"),
            (b"{\"user_id\": \"a b\"}", "user id \"a b\" is not"),
            (b"{\"user_id\": -1.5}", "user id \"-1.5\" is not"),
        ];
        for (entry, reason) in cases {
            let error = read(ProviderKind::Google, entry).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
