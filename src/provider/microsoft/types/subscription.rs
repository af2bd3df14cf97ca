//! Subscriptions as they are on the wire.

use serde::Deserialize;

/// A subscription.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::provider::microsoft) struct Subscription {
    pub(in crate::provider::microsoft) id: String,
    pub(in crate::provider::microsoft) resource: Option<String>,
    pub(in crate::provider::microsoft) notification_url: Option<String>,
    pub(in crate::provider::microsoft) expiration_date_time: Option<String>,
}
