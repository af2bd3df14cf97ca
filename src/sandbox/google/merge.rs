//! Patch semantics.

use serde_json::Value;

use super::calendar::Object;

/// Puts `sent` over `body`: null deletes, objects merge, all else replaces.
pub(super) fn patch(body: &mut Object, sent: Object) {
    for (name, value) in sent {
        match (body.get_mut(&name), value) {
            (_, Value::Null) => {
                body.remove(&name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => patch(old, new),
            (_, Value::Object(new)) => {
                let mut fresh = Object::new();
                patch(&mut fresh, new);
                body.insert(name, Value::Object(fresh));
            }
            (_, value) => {
                body.insert(name, value);
            }
        }
    }
}
