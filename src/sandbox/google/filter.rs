//! The parameters of `events.list` that narrow or order a listing.

use chrono::DateTime;
use jiff::Timestamp;
use serde_json::Value;

use super::calendar::Object;
use super::call::Call;
use super::errors::ApiError;
use super::times::{When, Zone};

/// The parameters that exclude a sync token.
pub(super) const FORBIDDEN: [&str; 8] = [
    "timeMin",
    "timeMax",
    "updatedMin",
    "orderBy",
    "q",
    "iCalUID",
    "privateExtendedProperty",
    "sharedExtendedProperty",
];

/// What an event must be like to be listed.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    types: Vec<String>,
    time_min: Option<Timestamp>,
    time_max: Option<Timestamp>,
    updated_min: Option<Timestamp>,
    words: Option<String>,
    ical_uid: Option<String>,
    properties: Vec<(&'static str, String, String)>,
    /// `timeMin` counts for the first occurrence of a series.
    pub(super) drops_series: bool,
}

impl Filter {
    /// Reads the filter of a call.
    pub(super) fn of(call: &Call) -> Result<Self, ApiError> {
        let filter = Self {
            types: types(call)?,
            time_min: moment(call, "timeMin")?,
            time_max: moment(call, "timeMax")?,
            updated_min: moment(call, "updatedMin")?,
            words: call.param("q").map(str::to_lowercase),
            ical_uid: call.param("iCalUID").map(str::to_owned),
            properties: properties(call)?,
            drops_series: false,
        };
        match (filter.time_min, filter.time_max) {
            (Some(min), Some(max)) if min >= max => Err(ApiError::time_range_empty()),
            _ => Ok(filter),
        }
    }

    /// The window, where it is bounded.
    pub(super) fn window(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.time_min, self.time_max)
    }

    /// Whether deleted events are listed since they fall behind `updatedMin`.
    pub(super) fn shows_deleted(&self) -> bool {
        self.updated_min.is_some()
    }

    /// Whether `body` is listed.
    pub(super) fn accepts(&self, body: &Object, zone: &Zone) -> bool {
        self.type_fits(body)
            && self.times_fit(body, zone)
            && self.updated_fits(body)
            && self.text_fits(body)
    }

    fn type_fits(&self, body: &Object) -> bool {
        let kind = text(body, "eventType").unwrap_or("default");
        self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind)
    }

    /// Both bounds are exclusive. Whether `timeMin` drops series that still
    /// recur is unconfirmed.
    fn times_fit(&self, body: &Object, zone: &Zone) -> bool {
        let at = |name: &str| {
            body.get(name)
                .and_then(|when| When::parse(when, zone, name).ok())
                .map(|when| when.instant(zone))
        };
        let recurs = body.contains_key("recurrence") && !self.drops_series;
        let ends_late = |min| at("end").is_none_or(|end| end > min);
        let starts_early = |max| at("start").is_none_or(|start| start < max);
        self.time_min.is_none_or(|min| recurs || ends_late(min))
            && self.time_max.is_none_or(starts_early)
    }

    fn updated_fits(&self, body: &Object) -> bool {
        let updated = text(body, "updated").and_then(|text| text.parse().ok());
        self.updated_min
            .is_none_or(|min| updated.is_none_or(|at: Timestamp| at >= min))
    }

    fn text_fits(&self, body: &Object) -> bool {
        let holds = |words: &String| {
            let searched = ["summary", "description", "location"];
            searched
                .iter()
                .filter_map(|name| text(body, name))
                .any(|text| text.to_lowercase().contains(words))
        };
        let has = |(kind, key, value): &(&str, String, String)| {
            body.get("extendedProperties")
                .is_some_and(|all| all[*kind][key] == **value)
        };
        self.words.as_ref().is_none_or(holds)
            && self
                .ical_uid
                .as_deref()
                .is_none_or(|uid| text(body, "iCalUID") == Some(uid))
            && self.properties.iter().all(has)
    }
}

fn text<'a>(body: &'a Object, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

pub(super) fn types(call: &Call) -> Result<Vec<String>, ApiError> {
    const KNOWN: [&str; 6] = [
        "default",
        "outOfOffice",
        "focusTime",
        "workingLocation",
        "birthday",
        "fromGmail",
    ];
    match call.all("eventTypes").find(|name| !KNOWN.contains(name)) {
        Some(unknown) => Err(ApiError::invalid(
            "eventTypes",
            &format!("Invalid value: {unknown}"),
        )),
        None => Ok(call.all("eventTypes").map(str::to_owned).collect()),
    }
}

/// RFC 3339; the offset is mandatory, fractions of a second are ignored.
fn moment(call: &Call, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let whole = |text: &str| {
        let seconds = DateTime::parse_from_rfc3339(text).ok()?.timestamp();
        Timestamp::from_second(seconds).ok()
    };
    let bad = || ApiError::invalid(name, "Bad Request");
    call.param(name)
        .map(|text| whole(text).ok_or_else(bad))
        .transpose()
}

fn properties(call: &Call) -> Result<Vec<(&'static str, String, String)>, ApiError> {
    let mut all = Vec::new();
    for (name, kind) in [
        ("privateExtendedProperty", "private"),
        ("sharedExtendedProperty", "shared"),
    ] {
        for text in call.all(name) {
            let (key, value) = text
                .split_once('=')
                .ok_or_else(|| ApiError::invalid(name, "Invalid value."))?;
            all.push((kind, key.to_owned(), value.to_owned()));
        }
    }
    Ok(all)
}
