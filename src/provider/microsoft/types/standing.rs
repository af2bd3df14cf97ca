//! What counts of an event when it is written, and only then.

use serde::Deserialize;

/// Of an event, what its content does not hold.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::provider::microsoft) struct Standing {
    #[serde(rename = "@odata.etag")]
    pub(in crate::provider::microsoft) etag: Option<String>,
    pub(in crate::provider::microsoft) transaction_id: Option<String>,
    pub(in crate::provider::microsoft) is_online_meeting: Option<bool>,
    pub(in crate::provider::microsoft) single_value_extended_properties:
        Option<Vec<ExtendedProperty>>,
}

/// A single-value extended property.
#[derive(Debug, Deserialize)]
pub(in crate::provider::microsoft) struct ExtendedProperty {
    pub(in crate::provider::microsoft) id: Option<String>,
    pub(in crate::provider::microsoft) value: Option<String>,
}
