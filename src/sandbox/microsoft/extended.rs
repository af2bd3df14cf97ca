//! Single-value extended properties: written with an event, never echoed,
//! read by `$expand`, found by `$filter`.

use serde_json::{Value, json};

use super::errors::ApiError;
use super::item::Item;

/// A condition on an extended property.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    id: String,
    operator: String,
    value: String,
}

impl Condition {
    /// Whether an item has it.
    pub(super) fn holds(&self, item: &Item) -> bool {
        let wanted = self.value.to_lowercase();
        let own = item.extended.iter().find(|(id, _)| *id == self.id);
        let own = own.map(|(_, value)| value.to_lowercase());
        match (self.operator.as_str(), own) {
            (_, None) => false,
            ("eq", Some(own)) => own == wanted,
            ("ne", Some(own)) => own != wanted,
            ("contains", Some(own)) => own.contains(&wanted),
            (_, Some(own)) => own.starts_with(&wanted),
        }
    }
}

/// Reads `singleValueExtendedProperties/Any(ep: ep/id eq '…' and ep/value eq '…')`.
pub(super) fn condition(filter: &str) -> Result<Condition, ApiError> {
    let read = || {
        let inner = after(filter.trim(), "singleValueExtendedProperties/any(")?;
        let (name, rest) = inner.strip_suffix(')')?.split_once(':')?;
        let name = name.trim();
        let rest = rest.trim().strip_prefix(&format!("{name}/id eq "))?;
        let (id, rest) = quoted(rest)?;
        let rest = rest.trim().strip_prefix("and ")?.trim();
        let (operator, value) = comparison(rest, name)?;
        Some(Condition {
            id,
            operator,
            value,
        })
    };
    read().ok_or_else(|| ApiError::bad_request("Invalid filter clause."))
}

/// Reads `singleValueExtendedProperties($filter=id eq '…')`; the ids that are
/// asked for.
pub(super) fn expansion(expand: &str) -> Option<Vec<String>> {
    let inner = after(expand.trim(), "singleValueExtendedProperties(")?;
    let filter = inner.strip_suffix(')')?.strip_prefix("$filter=")?;
    let mut ids = Vec::new();
    for clause in filter.split(" or ") {
        let (id, rest) = quoted(clause.trim().strip_prefix("id eq ")?)?;
        if !rest.trim().is_empty() {
            return None;
        }
        ids.push(id);
    }
    Some(ids)
}

/// The properties of an item among those asked for, as they are answered.
pub(super) fn shown(item: &Item, ids: &[String]) -> Option<Value> {
    let own = item.extended.iter().filter(|(id, _)| ids.contains(id));
    let own: Vec<Value> = own
        .map(|(id, value)| json!({ "id": id, "value": value }))
        .collect();
    (!own.is_empty()).then(|| json!(own))
}

/// Reads the member of a body.
pub(super) fn read(value: &Value) -> Result<Vec<(String, String)>, ApiError> {
    let wrong = || ApiError::invalid("singleValueExtendedProperties is not valid.");
    let all = value.as_array().ok_or_else(wrong)?;
    all.iter()
        .map(|one| {
            let id = one["id"]
                .as_str()
                .filter(|id| is_id(id))
                .ok_or_else(wrong)?;
            let value = one["value"].as_str().ok_or_else(wrong)?;
            Ok((id.to_owned(), value.to_owned()))
        })
        .collect()
}

/// `Type {GUID} Name x`, `Type {GUID} Id 0x…` or `Type 0x…`.
fn is_id(text: &str) -> bool {
    let words: Vec<&str> = text.splitn(4, ' ').collect();
    match words.as_slice() {
        [_, tag] => tag.starts_with("0x"),
        [_, guid, kind, name] => {
            let guid = guid
                .strip_prefix('{')
                .and_then(|guid| guid.strip_suffix('}'));
            let guid = guid.is_some_and(|guid| guid.len() == 36);
            guid && match *kind {
                "Name" => !name.is_empty(),
                "Id" => name.starts_with("0x"),
                _ => false,
            }
        }
        _ => false,
    }
}

fn comparison(text: &str, name: &str) -> Option<(String, String)> {
    for function in ["contains", "startswith"] {
        if let Some(inner) = text.strip_prefix(&format!("{function}({name}/value,")) {
            let (value, rest) = quoted(inner.trim())?;
            return (rest.trim() == ")").then(|| (function.to_owned(), value));
        }
    }
    let (operator, rest) = text
        .strip_prefix(&format!("{name}/value "))?
        .split_once(' ')?;
    let (value, rest) = quoted(rest.trim())?;
    let known = matches!(operator, "eq" | "ne") && rest.trim().is_empty();
    known.then(|| (operator.to_owned(), value))
}

/// A text in single quotes (doubled inside) and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('\'')?;
    let mut end = 0;
    loop {
        end += inner.get(end..)?.find('\'')?;
        if !inner[end + 1..].starts_with('\'') {
            break;
        }
        end += 2;
    }
    Some((inner[..end].replace("''", "'"), &inner[end + 1..]))
}

/// What follows `head`, written in any case.
fn after<'a>(text: &'a str, head: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(head.len())?;
    start.eq_ignore_ascii_case(head).then_some(rest)
}
