//! Subscriptions: who is told that a calendar has changed.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::oauth::CLIENT_ID;

/// A subscription, as it is agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, a GUID.
    pub id: String,
    /// Whose token made it.
    pub account: String,
    /// What it watches, as the client wrote it.
    pub resource: String,
    /// The calendar that this means; `None`: every one of the mailbox.
    pub calendar: Option<String>,
    /// The changes that it tells of, as the client wrote them.
    pub change_type: String,
    /// Where notifications go.
    pub notification_url: String,
    /// Where word of the subscription itself goes.
    pub lifecycle_url: Option<String>,
    /// The secret that both carry.
    pub client_state: Option<String>,
    /// From then on it is gone.
    pub expires: DateTime<Utc>,
    /// Whether it names events by their immutable ids.
    pub immutable_ids: bool,
    pub(super) tls: String,
    /// From then on it is silent, until it is reauthorized.
    pub(super) pauses: Option<DateTime<Utc>>,
}

impl Subscription {
    /// Whether it watches a calendar of its mailbox.
    pub(super) fn covers(&self, calendar: &str) -> bool {
        self.calendar.as_deref().is_none_or(|own| own == calendar)
    }

    /// Whether it tells of this kind of change now.
    pub(super) fn tells_of(&self, change: &str, now: DateTime<Utc>) -> bool {
        let wanted = self.change_type.split(',').any(|one| one == change);
        wanted && self.pauses.is_none_or(|pause| now < pause)
    }

    /// What makes it the same as another one of its mailbox.
    pub(super) fn combination(&self) -> (BTreeSet<&str>, String) {
        let changes = self.change_type.split(',').collect();
        (changes, normal(&self.resource))
    }

    /// As it is answered; `creator` is the id of its user.
    pub(super) fn shown(&self, creator: &str) -> Value {
        json!({ "id": self.id, "resource": self.resource, "applicationId": CLIENT_ID,
            "changeType": self.change_type, "clientState": self.client_state,
            "notificationUrl": self.notification_url, "notificationQueryOptions": null,
            "lifecycleNotificationUrl": self.lifecycle_url, "expirationDateTime": stamp(self.expires) + "Z",
            "creatorId": creator, "includeResourceData": null,
            "latestSupportedTlsVersion": self.tls, "encryptionCertificate": null,
            "encryptionCertificateId": null, "notificationUrlAppId": null })
    }
}

/// `/users/{id}/…` and `me/…` name the same.
fn normal(resource: &str) -> String {
    let resource = resource.trim_start_matches('/');
    let own = resource.strip_prefix("users/");
    let below = own.and_then(|own| own.split_once('/'));
    below.map_or_else(|| resource.to_owned(), |(_, below)| format!("me/{below}"))
}

/// A moment with seven decimals, without a zone.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    let decimals = at.timestamp_subsec_nanos() / 100;
    format!("{}.{decimals:07}", at.format("%Y-%m-%dT%H:%M:%S"))
}

/// Every subscription, by mailbox.
#[derive(Debug, Default)]
pub(super) struct Subscriptions(HashMap<String, Vec<Subscription>>);

impl Subscriptions {
    /// Whether nobody has ever asked for one.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one.
    pub(super) fn add(&mut self, subscription: Subscription) {
        let own = self.0.entry(subscription.account.clone());
        own.or_default().push(subscription);
    }

    /// The subscriptions of a mailbox that have not expired, oldest first.
    pub(super) fn live(&mut self, account: &str, now: DateTime<Utc>) -> &mut [Subscription] {
        let Some(own) = self.0.get_mut(account) else {
            return &mut [];
        };
        own.retain(|subscription| subscription.expires > now);
        own
    }

    /// A subscription that has not expired.
    pub(super) fn find(&mut self, id: &str, now: DateTime<Utc>) -> Option<&mut Subscription> {
        let mut all = self.0.values_mut().flatten();
        all.find(|subscription| subscription.id == id && subscription.expires > now)
    }

    /// Ends one; `None`: there is none.
    pub(super) fn end(&mut self, id: &str) -> Option<Subscription> {
        self.0.values_mut().find_map(|own| {
            let place = own.iter().position(|one| one.id == id)?;
            Some(own.remove(place))
        })
    }
}
