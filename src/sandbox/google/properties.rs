//! The limits of extended properties (contract 3.1).

use serde_json::{Value, json};

use super::calendar::Object;
use super::errors::ApiError;

const KEY: usize = 44;
const VALUE: usize = 1024;
const COUNT: usize = 300;
const TOTAL: usize = 32 * 1024;

/// Drops keys that are too long and cuts values that are, without a word;
/// refuses too many or too much in total.
pub(super) fn limit(body: &mut Object) -> Result<(), ApiError> {
    let Some(all) = body.get_mut("extendedProperties") else {
        return Ok(());
    };
    let (mut count, mut total) = (0, 0);
    for kind in ["private", "shared"] {
        let Some(map) = all.get_mut(kind).and_then(Value::as_object_mut) else {
            continue;
        };
        cut(map)?;
        count += map.len();
        total += map
            .iter()
            .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
            .sum::<usize>();
    }
    if count > COUNT || total > TOTAL {
        return Err(ApiError::invalid_body(
            "The extended properties are too large.",
        ));
    }
    drop_empty(all);
    Ok(())
}

fn cut(map: &mut Object) -> Result<(), ApiError> {
    map.retain(|key, value| key.chars().count() <= KEY && !value.is_null());
    for value in map.values_mut() {
        let text = value
            .as_str()
            .ok_or_else(|| ApiError::invalid_body("Extended property values must be strings."))?;
        if text.chars().count() > VALUE {
            *value = json!(text.chars().take(VALUE).collect::<String>());
        }
    }
    Ok(())
}

fn drop_empty(all: &mut Value) {
    if let Some(all) = all.as_object_mut() {
        all.retain(|_, kind| kind.as_object().is_some_and(|kind| !kind.is_empty()));
    }
}
