//! Channels (contract, 6): a calendar's, by which Google tells that something
//! changed in it.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::client::EVENT_TYPES;
use super::types::Channel;
use super::{Google, errors};
use crate::model::watch::WatchGrant;
use crate::provider::http::{Answer, Body, Request};
use crate::provider::{ProviderError, Result, Session, WatchRequest};

impl Google {
    /// `events.watch`, for the events that are listed. Not to be repeated: an
    /// id that is taken cannot be told from one that the first attempt took.
    pub(super) async fn events_watch(
        &self,
        session: &Session,
        request: &WatchRequest,
    ) -> Result<WatchGrant> {
        let mut url = self.url(&["calendars", request.calendar.as_str(), "events", "watch"])?;
        url.query_pairs_mut()
            .extend_pairs(EVENT_TYPES.map(|kind| ("eventTypes", kind)));
        let body = json!({
            "id": request.watch,
            "type": "web_hook",
            "address": request.address.as_str(),
            "token": request.signature.expose_secret(),
            "expiration": request.until.timestamp_millis().to_string(),
        });
        let route = "calendars/{calendarId}/events/watch";
        let sent = Request::post(url, route, Body::json(&body));
        let channel: Channel = self.channel(session, sent).await?.json()?;
        if channel.id.is_none() && channel.resource_id.is_none() {
            let reason = "answer without a channel".to_owned();
            return Err(ProviderError::Protocol { reason });
        }
        let given = channel.expiration.as_ref().and_then(moment);
        Ok(WatchGrant {
            external_id: request.watch.to_string(),
            resource_id: channel.resource_id,
            until: given.unwrap_or(request.until),
        })
    }

    /// `channels.stop`.
    pub(super) async fn channels_stop(&self, session: &Session, watch: &WatchGrant) -> Result<()> {
        let url = self.url(&["channels", "stop"])?;
        let body = json!({ "id": watch.external_id, "resourceId": watch.resource_id });
        let request = Request::post(url, "channels/stop", Body::json(&body)).repeatable();
        match self.channel(session, request).await {
            Ok(_) | Err(ProviderError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends what concerns a channel.
    async fn channel(&self, session: &Session, request: Request) -> Result<Answer> {
        let classify = errors::classify_channel;
        self.transport
            .send(&self.service, session, &request, classify)
            .await
    }
}

/// A moment in milliseconds, a number or the text of one.
fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let milliseconds = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    DateTime::from_timestamp_millis(milliseconds?)
}
