//! The ways in which a lost token is told.

use axum::http::header;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::behaviour::TokenLoss;
use super::errors::inner;
use super::item::Window;
use super::moment::stamp;

const GENERATION: &str =
    "The sync state generation is not found; generation=149;[highest=157][157][155][156].";

/// The answer to a token that is lost; `url` is that of the first request.
pub(super) fn answer(how: TokenLoss, url: &str, window: Option<Window>) -> Answer {
    match how {
        TokenLoss::SyncStateNotFound => error(410, "SyncStateNotFound", GENERATION, inner()),
        TokenLoss::FullSyncRequired => {
            error(410, "fullSyncRequired", "A full sync is required.", inner())
        }
        TokenLoss::NestedResyncRequired => {
            let mut nested = inner();
            nested["innerError"] = json!({ "code": "resyncRequired" });
            error(410, "UnknownError", "The sync state is not valid.", nested)
        }
        TokenLoss::BadRequest => error(400, "syncStateNotFound", GENERATION, inner()),
        TokenLoss::NotFound => error(404, "syncStateNotFound", GENERATION, inner()),
        TokenLoss::Location => {
            Answer::empty(410).with(header::LOCATION, first_request(url, window))
        }
    }
}

fn error(status: u16, code: &str, message: &str, inner: Value) -> Answer {
    Answer::status(
        status,
        &json!({ "error": { "code": code, "message": message, "innerError": inner } }),
    )
}

fn first_request(url: &str, window: Option<Window>) -> String {
    match window {
        Some(Window { from, to }) => format!(
            "{url}?startDateTime={}&endDateTime={}&$deltatoken=",
            stamp(from),
            stamp(to)
        ),
        None => format!("{url}?$deltatoken="),
    }
}
