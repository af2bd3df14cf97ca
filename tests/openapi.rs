//! Microsoft's published description of the calendar API, and what of a
//! request or an answer does not fit it. `contracts/` says where it is from.

use serde_json::Value;

/// The description.
pub(crate) struct OpenApi(Value);

/// Something that was sent, for [`OpenApi::request_complaints`].
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a str,
    /// Below the base URL, percent-encoded: `/me/events`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) body: &'a Value,
}

impl OpenApi {
    /// Reads it.
    pub(crate) fn read() -> Self {
        let text = include_str!("contracts/microsoft-graph-calendar.openapi.json");
        Self(serde_json::from_str(text).unwrap())
    }

    /// What is wrong with a request.
    pub(crate) fn request_complaints(&self, sent: &Sent<'_>) -> Vec<String> {
        let Some(operation) = self.operation(sent.method, sent.path) else {
            return vec![format!("{} {}: no such operation", sent.method, sent.path)];
        };
        let mut complaints = self.query_complaints(operation, sent.query);
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        match (schema.is_null(), sent.body.is_null()) {
            (true, true) => {}
            (true, false) => complaints.push("a body where none belongs".to_owned()),
            (false, _) => self.check(schema, sent.body, "body", &mut complaints),
        }
        complaints
    }

    /// What is wrong with an answer.
    pub(crate) fn answer_complaints(
        &self,
        method: &str,
        path: &str,
        status: u16,
        body: &Value,
    ) -> Vec<String> {
        let Some(operation) = self.operation(method, path) else {
            return vec![format!("{method} {path}: no such operation")];
        };
        let responses = &operation["responses"];
        let wanted = [status.to_string(), format!("{}XX", status / 100)];
        let response = wanted
            .iter()
            .map(|name| &responses[name])
            .find(|one| !one.is_null());
        let Some(response) = response.map(|one| self.resolved(one)) else {
            return vec![format!("{method} {path}: {status} is not expected")];
        };
        let schema = &response["content"]["application/json"]["schema"];
        let mut complaints = Vec::new();
        if !schema.is_null() {
            self.check(schema, body, "answer", &mut complaints);
        }
        complaints
    }

    /// What is wrong with the body of a POST to a receiver.
    pub(crate) fn notification_complaints(&self, body: &Value) -> Vec<String> {
        let schemas = &self.0["components"]["schemas"];
        let schema = &schemas["microsoft.graph.changeNotificationCollection"];
        let mut complaints = Vec::new();
        self.check(schema, body, "notification", &mut complaints);
        complaints
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let method = method.to_lowercase();
        let paths = self.0["paths"].as_object()?.iter();
        let mut fitting = paths.filter(|(template, _)| fits(template, path));
        let found = fitting.find_map(|(_, operations)| operations.get(&method));
        found.or_else(|| self.0["paths"].get(path)?.get(&method))
    }

    fn query_complaints(&self, operation: &Value, query: &str) -> Vec<String> {
        let declared = operation["parameters"].as_array().into_iter().flatten();
        let declared: Vec<&Value> = declared
            .map(|one| self.resolved(one))
            .filter(|one| one["in"] == "query")
            .collect();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let sent: Vec<String> = pairs.map(|(name, _)| name.into_owned()).collect();
        let is = |one: &Value, name: &str| {
            one["name"]
                .as_str()
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        // Of lists without parameters it says nothing of links to their pages.
        let pages = |name: &str| declared.is_empty() && name.starts_with("$skip");
        let unknown = sent
            .iter()
            .filter(|name| !pages(name) && !declared.iter().any(|one| is(one, name)));
        let missing = declared
            .iter()
            .filter(|one| one["required"] == true && !sent.iter().any(|name| is(one, name)));
        unknown
            .map(|name| format!("query: {name} is not known"))
            .chain(missing.map(|one| format!("query: {} is missing", one["name"])))
            .collect()
    }

    /// What stands behind a `$ref`.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'))
        {
            Some(pointer) => self.0.pointer(pointer).unwrap(),
            None => value,
        }
    }

    /// Checks the part of JSON Schema that the description uses.
    fn check(&self, schema: &Value, value: &Value, at: &str, complaints: &mut Vec<String>) {
        let schema = self.resolved(schema);
        for part in list(&schema["allOf"]) {
            self.check(part, value, at, complaints);
        }
        for (keyword, most) in [("anyOf", usize::MAX), ("oneOf", 1)] {
            let parts = list(&schema[keyword]);
            let fitting = parts
                .iter()
                .filter(|part| self.accepts(part, value))
                .count();
            if !parts.is_empty() && (fitting == 0 || fitting > most) {
                complaints.push(format!("{at}: {fitting} of {keyword} fit {value}"));
            }
        }
        if value.is_null() && schema["nullable"] == true {
            return;
        }
        if let Some(wrong) = shape(schema, value) {
            complaints.push(format!("{at}: {wrong}: {value}"));
        }
        self.check_members(schema, value, at, complaints);
        for (number, item) in list(value).iter().enumerate() {
            if !schema["items"].is_null() {
                self.check(
                    &schema["items"],
                    item,
                    &format!("{at}[{number}]"),
                    complaints,
                );
            }
        }
    }

    fn check_members(&self, schema: &Value, value: &Value, at: &str, complaints: &mut Vec<String>) {
        let Some(members) = value.as_object() else {
            return;
        };
        for name in list(&schema["required"]).iter().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                complaints.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, member) in members {
            match schema["properties"].get(name) {
                Some(known) => self.check(known, member, &format!("{at}.{name}"), complaints),
                None if schema["additionalProperties"] == false => {
                    complaints.push(format!("{at}: {name} is not known"));
                }
                None => {}
            }
        }
    }

    fn accepts(&self, schema: &Value, value: &Value) -> bool {
        let mut complaints = Vec::new();
        self.check(schema, value, "", &mut complaints);
        complaints.is_empty()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What is wrong with a value by itself.
fn shape(schema: &Value, value: &Value) -> Option<&'static str> {
    let right = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    let known = schema["enum"]
        .as_array()
        .is_none_or(|all| all.contains(value));
    let room = |keyword: &str, size: Option<usize>| match (schema[keyword].as_u64(), size) {
        (Some(most), Some(size)) => size as u64 <= most,
        _ => true,
    };
    let fits = room("maxProperties", value.as_object().map(|all| all.len()))
        && room("maxItems", value.as_array().map(Vec::len));
    match (right, known, fits) {
        (false, ..) => Some("wrong type"),
        (_, false, _) => Some("unknown value"),
        (.., false) => Some("too much"),
        _ => None,
    }
}

/// Whether a path has the form of a template such as `/me/events/{event-id}`.
fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted
            .iter()
            .zip(given)
            .all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
}

#[test]
fn what_does_not_fit_is_named() {
    let api = OpenApi::read();
    let sent = |query, body| Sent {
        method: "POST",
        path: "/me/events",
        query,
        body,
    };
    let good = serde_json::json!({ "subject": null, "showAs": "busy", "categories": ["a"] });
    assert_eq!(
        api.request_complaints(&sent("", &good)),
        Vec::<String>::new()
    );
    let bad = serde_json::json!({ "subject": 1, "start": { "dateTime": 5 } });
    assert_eq!(api.request_complaints(&sent("x=1", &bad)).len(), 3);
    let page = serde_json::json!({ "value": [] });
    assert_eq!(
        api.answer_complaints("GET", "/me/calendarView/delta", 200, &page)
            .len(),
        1
    );
}
