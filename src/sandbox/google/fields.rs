//! Partial responses: the `fields` selector, `a,b/c,d(e,f)`.

use serde_json::{Map, Value};

use super::errors::ApiError;
use super::names;

/// Which members of an answer are sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Selector {
    /// Everything.
    All,
    /// Only these members, each with what is sent of it.
    Only(Vec<(String, Selector)>),
}

impl Selector {
    /// Reads a selector.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let mut rest = text;
        let selector = list(&mut rest).filter(|_| rest.is_empty());
        selector
            .ok_or_else(|| ApiError::invalid("fields", &format!("Invalid field selection {text}")))
    }

    /// Reads a selector that may be absent.
    pub(super) fn parse_or_all(text: Option<&str>) -> Result<Self, ApiError> {
        text.map_or(Ok(Self::All), Self::parse)
    }

    /// Reads the selector of an answer that is one event; names are checked.
    pub(super) fn of_event(text: Option<&str>) -> Result<Self, ApiError> {
        let selector = Self::parse_or_all(text)?;
        selector.check(names::EVENT)?;
        Ok(selector)
    }

    /// What is sent of member `name`; `None`: nothing.
    pub(super) fn member(&self, name: &str) -> Option<&Selector> {
        match self {
            Self::All => Some(&Self::All),
            Self::Only(members) => members
                .iter()
                .find(|(key, _)| key == name || key == "*")
                .map(|(_, inner)| inner),
        }
    }

    /// `value` with everything else cut away.
    pub(super) fn apply(&self, value: Value) -> Value {
        match (self, value) {
            (Self::All, value) => value,
            (_, Value::Array(items)) => items.into_iter().map(|item| self.apply(item)).collect(),
            (_, Value::Object(object)) => Value::Object(self.cut(object)),
            (_, scalar) => scalar,
        }
    }

    fn cut(&self, object: Map<String, Value>) -> Map<String, Value> {
        let members = object.into_iter();
        members
            .filter_map(|(key, value)| self.member(&key).map(|inner| (key, inner.apply(value))))
            .collect()
    }

    /// Refuses members that the resource does not have.
    pub(super) fn check(&self, known: &[&str]) -> Result<(), ApiError> {
        let Self::Only(members) = self else {
            return Ok(());
        };
        match members
            .iter()
            .find(|(name, _)| name != "*" && !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::invalid(
                "fields",
                &format!("Invalid field selection {name}"),
            )),
        }
    }
}

fn list(rest: &mut &str) -> Option<Selector> {
    let mut members: Vec<(String, Selector)> = Vec::new();
    loop {
        let (name, inner) = member(rest)?;
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => merge(known, inner),
            None => members.push((name, inner)),
        }
        match rest.strip_prefix(',') {
            Some(more) => *rest = more,
            None => return Some(Selector::Only(members)),
        }
    }
}

fn member(rest: &mut &str) -> Option<(String, Selector)> {
    let end = rest.find([',', '/', '(', ')']).unwrap_or(rest.len());
    let (name, tail) = rest.split_at(end);
    *rest = tail;
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '*' || c == '_')
    {
        return None;
    }
    Some((name.to_owned(), inner(rest)?))
}

fn inner(rest: &mut &str) -> Option<Selector> {
    if let Some(tail) = rest.strip_prefix('/') {
        *rest = tail;
        let (name, inner) = member(rest)?;
        return Some(Selector::Only(vec![(name, inner)]));
    }
    let Some(tail) = rest.strip_prefix('(') else {
        return Some(Selector::All);
    };
    *rest = tail;
    let inner = list(rest)?;
    *rest = rest.strip_prefix(')')?;
    Some(inner)
}

/// `a/b,a/c` selects both.
fn merge(known: &mut Selector, more: Selector) {
    match (known, more) {
        (Selector::Only(known), Selector::Only(more)) => known.extend(more),
        (known, _) => *known = Selector::All,
    }
}

#[cfg(test)]
mod tests {
    use super::Selector;
    use serde_json::json;

    #[test]
    fn a_selector_keeps_exactly_what_it_names() {
        let selector = Selector::parse("next,items(id,start/date),a/b,a/c").expect("valid");
        let cut = selector.apply(json!({"next": 1, "other": 2, "a": {"b": 1, "c": 2, "d": 3},
            "items": [{"id": "x", "start": {"date": "d", "timeZone": "z"}, "end": 1}]}));
        assert_eq!(
            cut,
            json!({"next": 1, "a": {"b": 1, "c": 2}, "items": [{"id": "x", "start": {"date": "d"}}]})
        );
    }

    #[test]
    fn a_broken_selector_is_refused() {
        for text in ["", "a,", "a(b", "a)b", "a//b", "a b"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
