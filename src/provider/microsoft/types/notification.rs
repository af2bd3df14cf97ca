//! What Graph posts, borrowed from the body: it is read often and mostly
//! thrown away.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::provider::text::Text;

/// A collection of notifications.
#[derive(Deserialize)]
pub(in crate::provider::microsoft) struct Collection<'a> {
    #[serde(borrow)]
    pub(in crate::provider::microsoft) value: Vec<&'a RawValue>,
}

/// A notification, of a change or of the subscription itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::provider::microsoft) struct Entry<'a> {
    #[serde(borrow)]
    pub(in crate::provider::microsoft) subscription_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::provider::microsoft) client_state: Option<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::provider::microsoft) change_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::provider::microsoft) lifecycle_event: Option<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::provider::microsoft) resource: Option<Text<'a>>,
}
