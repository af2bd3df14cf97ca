//! `$select`, `$expand`, `$filter`, `$orderby`, `$top` and `$skip`.

use super::call::Call;
use super::errors::ApiError;
use super::extended::{self, Condition};

/// What a request wants to see of events, and of which.
#[derive(Clone, Debug, Default)]
pub(super) struct EventQuery {
    pub(super) select: Option<Vec<String>>,
    /// Extended properties by id.
    pub(super) extended: Vec<String>,
    pub(super) exceptions: bool,
    pub(super) filter: Option<Condition>,
    pub(super) descending: bool,
    pub(super) top: Option<usize>,
    pub(super) skip: usize,
}

impl EventQuery {
    /// Reads the options of a request.
    pub(super) fn read(call: &Call) -> Result<Self, ApiError> {
        refuse_plus(call)?;
        let mut query = Self {
            select: call.param("$select").map(names),
            top: call.number("$top", 1..=1000)?,
            skip: call.number("$skip", 0..=usize::MAX)?.unwrap_or(0),
            descending: order(call.param("$orderby"))?,
            filter: call.param("$filter").map(extended::condition).transpose()?,
            ..Self::default()
        };
        for one in call.param("$expand").map(clauses).unwrap_or_default() {
            query.expand(&one)?;
        }
        Ok(query)
    }

    /// Whether a member was asked for by name.
    pub(super) fn selects(&self, name: &str) -> bool {
        let mut names = self.select.iter().flatten();
        names.any(|one| one == name)
    }

    fn expand(&mut self, clause: &str) -> Result<(), ApiError> {
        if clause == "exceptionOccurrences" {
            self.exceptions = true;
            return Ok(());
        }
        let ids = extended::expansion(clause)
            .ok_or_else(|| ApiError::bad_request(&format!("Could not expand '{clause}'.")))?;
        self.extended.extend(ids);
        Ok(())
    }
}

/// A plus sign is no space in these: it is met with a 500.
fn refuse_plus(call: &Call) -> Result<(), ApiError> {
    let bad = ["$filter", "$expand"]
        .iter()
        .filter_map(|name| call.raw_param(name))
        .any(|value| value.contains('+'));
    match bad {
        true => Err(ApiError::new(
            500,
            "InternalServerError",
            "Object reference not set.",
        )),
        false => Ok(()),
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Whether the newest start comes first.
fn order(text: Option<&str>) -> Result<bool, ApiError> {
    match text {
        None | Some("start/dateTime" | "start/dateTime asc") => Ok(false),
        Some("start/dateTime desc") => Ok(true),
        Some(other) => Err(ApiError::bad_request(&format!(
            "Could not order by '{other}'."
        ))),
    }
}

/// The clauses of `$expand`: commas inside parentheses separate nothing.
fn clauses(text: &str) -> Vec<String> {
    let mut depth = 0;
    let parts = text.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts.map(|part| part.trim().to_owned()).collect()
}
