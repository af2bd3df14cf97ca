//! From Graph's subscriptions to watches.

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::time::instant;
use crate::model::id::ExternalId;
use crate::model::watch::WatchGrant;
use crate::provider::microsoft::types::subscription::Subscription;
use crate::provider::{ListedWatch, ProviderError, Result};

/// What a subscription grants that was to last until `asked`.
pub(in crate::provider::microsoft) fn granted(
    subscription: &Subscription,
    asked: DateTime<Utc>,
) -> Result<WatchGrant> {
    if subscription.id.is_empty() {
        let reason = "subscription without an id".to_owned();
        return Err(ProviderError::Protocol { reason });
    }
    Ok(grant(subscription, asked))
}

/// The watches of a page. What has no id is left out: nobody could end it.
pub(in crate::provider::microsoft) fn subscriptions(items: &[&RawValue]) -> Vec<ListedWatch> {
    let read = |item: &&RawValue| serde_json::from_str(item.get()).ok();
    let subscriptions = items.iter().filter_map(read);
    subscriptions
        .filter(|subscription: &Subscription| !subscription.id.is_empty())
        .map(listed)
        .collect()
}

/// A subscription of the list. One that does not say when it ends is not to be
/// counted on.
fn listed(subscription: Subscription) -> ListedWatch {
    ListedWatch {
        grant: grant(&subscription, DateTime::UNIX_EPOCH),
        calendar: subscription.resource.as_deref().and_then(calendar),
        address: subscription.notification_url.unwrap_or_default(),
    }
}

fn grant(subscription: &Subscription, unsaid: DateTime<Utc>) -> WatchGrant {
    let given = subscription.expiration_date_time.as_deref();
    WatchGrant {
        external_id: subscription.id.clone(),
        resource_id: None,
        until: given.and_then(instant).unwrap_or(unsaid),
    }
}

/// The calendar whose events a resource is, whoever's it is: `me/calendars/{id}/events`,
/// `users/{id}/calendars/{id}/events`. Only the id is spelled in one way.
fn calendar(resource: &str) -> Option<ExternalId> {
    let segments: Vec<&str> = resource
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let [_, .., calendars, id, events] = segments.as_slice() else {
        return None;
    };
    let fits = calendars.eq_ignore_ascii_case("calendars") && events.eq_ignore_ascii_case("events");
    let id = percent_decode_str(id).decode_utf8().ok()?;
    fits.then(|| ExternalId::new(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_of_a_resource_is_told_however_it_is_spelled() {
        for resource in [
            "me/calendars/AAMkCal=/events",
            "/me/calendars/AAMkCal=/events",
            "Me/Calendars/AAMkCal%3D/Events/",
            "users/8ee44408-0679/calendars/AAMkCal=/events",
            "Users/ana@example.com/CALENDARS/AAMkCal=/EVENTS",
        ] {
            assert_eq!(
                calendar(resource),
                Some(ExternalId::new("AAMkCal=")),
                "{resource}"
            );
        }
        let slash = calendar("me/calendars/AA%2Fb+c/events");
        assert_eq!(slash, Some(ExternalId::new("AA/b+c")));
        for resource in [
            "",
            "me/events",
            "users/8ee44408/events",
            "calendars/x/events",
            "me/calendars/x",
            "me/calendars/x/events/y",
            "me/contacts/x/events",
            "me/calendars/%ff/events",
        ] {
            assert_eq!(calendar(resource), None, "{resource}");
        }
    }

    #[test]
    fn a_subscription_ends_when_it_says() {
        let asked = "2026-03-09T07:00:00Z".parse().unwrap();
        for (given, until) in [
            (r#""2026-03-05T06:30:00Z""#, "2026-03-05T06:30:00Z"),
            (r#""2026-03-05T06:30:00.0000000Z""#, "2026-03-05T06:30:00Z"),
            (
                r#""2026-03-05T08:30:00.0000000+02:00""#,
                "2026-03-05T06:30:00Z",
            ),
            ("null", "2026-03-09T07:00:00Z"),
            (r#""soon""#, "2026-03-09T07:00:00Z"),
            (r#""0001-01-01T00:00:00Z""#, "2026-03-09T07:00:00Z"),
        ] {
            let text = format!(r#"{{"id":"s","expirationDateTime":{given}}}"#);
            let subscription: Subscription = serde_json::from_str(&text).unwrap();
            let grant = granted(&subscription, asked).unwrap();
            assert_eq!(
                grant.until,
                until.parse::<DateTime<Utc>>().unwrap(),
                "{given}"
            );
        }
    }
}
