//! Bodies of POST and PATCH, read as strictly as the service reads them.

use serde_json::{Value, json};

use super::errors::ApiError;
use super::extended;
use super::item::Object;
use super::moment::Moment;
use super::rule::Rule;

/// The most attendees of an event.
const ATTENDEES: usize = 500;

/// What a request wants an event to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) members: Object,
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    /// `Null`: no recurrence any more.
    pub(super) recurrence: Option<Value>,
    pub(super) extended: Vec<(String, String)>,
    pub(super) transaction: Option<String>,
}

impl Draft {
    /// Reads a body; `create`: members that cannot be changed later are
    /// welcome.
    pub(super) fn read(body: Object, create: bool) -> Result<Self, ApiError> {
        let mut draft = Self::default();
        for (name, value) in body {
            draft.take(&name, value, create)?;
        }
        Ok(draft)
    }

    fn take(&mut self, name: &str, value: Value, create: bool) -> Result<(), ApiError> {
        match name {
            "start" => self.start = Some(Moment::parse(&value, name)?),
            "end" => self.end = Some(Moment::parse(&value, name)?),
            "recurrence" => {
                if !value.is_null() {
                    Rule::parse(&value)?;
                }
                self.recurrence = Some(value);
            }
            "singleValueExtendedProperties" => self.extended = extended::read(&value)?,
            "extensions" => return Err(ApiError::not_modelled()),
            "transactionId" if create => {
                let text = value.as_str().filter(|text| !text.is_empty());
                let text = text.ok_or_else(|| wrong(name))?;
                self.transaction = Some(text.to_owned());
                self.members.insert(name.to_owned(), value);
            }
            name if name.starts_with("@odata.") => {}
            name => {
                let value = member(name, value)?;
                self.place(name, value);
            }
        }
        Ok(())
    }

    /// Keeps a member; `location` and `locations` always correspond.
    fn place(&mut self, name: &str, value: Value) {
        match name {
            "location" => {
                let one = location(value);
                let all = match one["displayName"].as_str() {
                    None | Some("") => json!([]),
                    Some(_) => json!([one]),
                };
                self.members.insert("locations".to_owned(), all);
                self.members.insert(name.to_owned(), one);
            }
            "locations" => {
                let all: Vec<Value> = value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .cloned()
                    .map(location)
                    .collect();
                let first = all
                    .first()
                    .cloned()
                    .unwrap_or_else(|| location(Value::Null));
                self.members.insert("location".to_owned(), first);
                self.members.insert(name.to_owned(), json!(all));
            }
            _ => {
                self.members.insert(name.to_owned(), value);
            }
        }
    }
}

/// A location with the members that the service adds.
pub(super) fn location(value: Value) -> Value {
    let mut all = value.as_object().cloned().unwrap_or_default();
    let name = all
        .get("displayName")
        .cloned()
        .filter(|name| !name.is_null());
    let name = name.unwrap_or_else(|| json!(""));
    all.entry("locationType").or_insert(json!("default"));
    if name != "" {
        all.entry("uniqueId").or_insert(name.clone());
        all.entry("uniqueIdType").or_insert(json!("private"));
    }
    all.insert("displayName".to_owned(), name);
    Value::Object(all)
}

fn wrong(name: &str) -> ApiError {
    ApiError::invalid(&format!("The value of '{name}' is not valid."))
}

/// A member with a value that may be written, in its canonical form.
fn member(name: &str, value: Value) -> Result<Value, ApiError> {
    let fits = match name {
        "subject" => value.is_string() || value.is_null(),
        "isAllDay"
        | "isReminderOn"
        | "responseRequested"
        | "allowNewTimeProposals"
        | "hideAttendees"
        | "isOnlineMeeting" => value.is_boolean(),
        "reminderMinutesBeforeStart" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        "categories" => strings(&value),
        "location" => value.is_object() || value.is_null(),
        "locations" => value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_object)),
        "attendees" => return attendees(value),
        "body" => return body(value),
        "showAs" | "sensitivity" | "importance" | "onlineMeetingProvider" => {
            return word(name, &value);
        }
        _ => return Err(unknown(name)),
    };
    match fits {
        true => Ok(value),
        false => Err(wrong(name)),
    }
}

fn unknown(name: &str) -> ApiError {
    let read_only = [
        "id",
        "iCalUId",
        "changeKey",
        "createdDateTime",
        "lastModifiedDateTime",
        "bodyPreview",
        "type",
        "seriesMasterId",
        "isCancelled",
        "isOrganizer",
        "organizer",
        "responseStatus",
        "originalStart",
        "originalStartTimeZone",
        "originalEndTimeZone",
        "webLink",
        "transactionId",
        "hasAttachments",
        "isDraft",
        "onlineMeeting",
        "onlineMeetingUrl",
        "cancelledOccurrences",
    ];
    match read_only.contains(&name) {
        true => ApiError::new(
            400,
            "ErrorInvalidPropertySet",
            &format!("The property '{name}' is read-only."),
        ),
        false => ApiError::new(
            400,
            "RequestBodyRead",
            &format!("The property '{name}' does not exist on type 'microsoft.graph.event'."),
        ),
    }
}

fn strings(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|all| all.iter().all(Value::is_string))
}

fn word(name: &str, value: &Value) -> Result<Value, ApiError> {
    let words: &[&str] = match name {
        "showAs" => &[
            "unknown",
            "free",
            "tentative",
            "busy",
            "oof",
            "workingElsewhere",
        ],
        "sensitivity" => &["normal", "personal", "private", "confidential"],
        "importance" => &["low", "normal", "high"],
        _ => &[
            "unknown",
            "teamsForBusiness",
            "skypeForBusiness",
            "skypeForConsumer",
        ],
    };
    let text = value.as_str().unwrap_or_default();
    let known = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    known.map(|word| json!(word)).ok_or_else(|| wrong(name))
}

fn body(value: Value) -> Result<Value, ApiError> {
    let kind = value["contentType"]
        .as_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let content = value["content"].as_str();
    match (kind.as_str(), content) {
        ("text" | "html", Some(content)) => Ok(json!({ "contentType": kind, "content": content })),
        _ => Err(wrong("body")),
    }
}

fn attendees(value: Value) -> Result<Value, ApiError> {
    let all = value.as_array().filter(|all| all.len() <= ATTENDEES);
    let all = all.ok_or_else(|| wrong("attendees"))?;
    let each = all.iter().map(|one| {
        let address = one["emailAddress"]["address"].as_str();
        let address = address.filter(|address| address.contains('@'));
        let address = address.ok_or_else(|| wrong("attendees"))?;
        let kind = one["type"]
            .as_str()
            .unwrap_or("required")
            .to_ascii_lowercase();
        let name = one["emailAddress"]["name"].as_str().unwrap_or(address);
        Ok(
            json!({ "type": kind, "status": { "response": "none", "time": "0001-01-01T00:00:00Z" },
            "emailAddress": { "name": name, "address": address } }),
        )
    });
    Ok(json!(each.collect::<Result<Vec<Value>, ApiError>>()?))
}
