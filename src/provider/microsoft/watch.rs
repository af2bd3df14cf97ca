//! Subscriptions (contract, 9): a calendar's, by which Graph tells that
//! something changed in it.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::json;
use serde_json::value::RawValue;

use super::client::Pages;
use super::types::Page;
use super::{Microsoft, convert, errors, webhook};
use crate::model::watch::WatchGrant;
use crate::provider::http::{Answer, Body, Classify, Request};
use crate::provider::{ListedWatch, ProviderError, Result, Session, WatchRequest};

/// What a subscription tells of.
const CHANGES: &str = "created,updated,deleted";

/// What is asked for where the longest life is refused, as by tenants for
/// which older limits hold: 4,230 minutes, less an hour for clocks that differ.
const SHORT: TimeDelta = TimeDelta::minutes(4230 - 60);

/// When a subscription should end.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub(super) now: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
}

impl Ends {
    /// A moment to try after the first was refused.
    fn sooner(self) -> Option<DateTime<Utc>> {
        let sooner = self.now + SHORT;
        (sooner < self.until).then_some(sooner)
    }
}

impl Microsoft {
    /// Subscribes to a calendar, for a shorter time where the given is refused.
    /// A bad request that is so at any length is about the calendar.
    pub(super) async fn subscribe(
        &self,
        session: &Session,
        request: &WatchRequest,
    ) -> Result<WatchGrant> {
        let (now, until) = (request.now, request.until);
        let mut made = self.create(session, request, until).await;
        if let (Err(ProviderError::Invalid { .. }), Some(sooner)) =
            (&made, Ends { now, until }.sooner())
        {
            made = self.create(session, request, sooner).await;
        }
        made.map_err(|error| match error {
            ProviderError::Invalid { reason } => ProviderError::Unwatchable { reason },
            other => other,
        })
    }

    /// Has a subscription last longer, for a shorter time where the given is
    /// refused.
    pub(super) async fn renew(
        &self,
        session: &Session,
        watch: &WatchGrant,
        ends: Ends,
    ) -> Result<WatchGrant> {
        let renewed = self.update(session, watch, ends.until).await;
        match (&renewed, ends.sooner()) {
            (Err(ProviderError::Invalid { .. }), Some(sooner)) => {
                self.update(session, watch, sooner).await
            }
            _ => renewed,
        }
    }

    /// Ends a subscription.
    pub(super) async fn unsubscribe(&self, session: &Session, watch: &WatchGrant) -> Result<()> {
        let url = self.url(&["subscriptions", &watch.external_id])?;
        let request = Request::delete(url, "subscriptions/{id}");
        match self
            .tell(session, request, errors::classify_subscription)
            .await
        {
            Ok(_) | Err(ProviderError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Our subscriptions for the account, every page.
    pub(super) async fn subscriptions(&self, session: &Session) -> Result<Vec<ListedWatch>> {
        let mut watches = Vec::new();
        let mut pages = Pages::from(self.url(&["subscriptions"])?);
        while let Some(url) = pages.next()? {
            let request = Request::get(url, "subscriptions");
            let answer = self
                .tell(session, request, errors::classify_subscription)
                .await?;
            let page: Page<&RawValue> = answer.json()?;
            watches.extend(convert::subscriptions(pages.turn(&page)?));
        }
        Ok(watches)
    }

    /// `POST /subscriptions`. Not to be repeated: that there is one already
    /// cannot be told from the first attempt's.
    async fn create(
        &self,
        session: &Session,
        request: &WatchRequest,
        until: DateTime<Utc>,
    ) -> Result<WatchGrant> {
        let state = webhook::client_state(&request.watch, &request.signature);
        let body = json!({
            "changeType": CHANGES,
            "notificationUrl": request.address.as_str(),
            "lifecycleNotificationUrl": request.lifecycle_address.as_str(),
            "resource": self.resource(request)?,
            "expirationDateTime": text(until),
            "clientState": state.expose_secret(),
            "latestSupportedTlsVersion": "v1_2",
        });
        let url = self.url(&["subscriptions"])?;
        let sent = Request::post(url, "subscriptions", Body::json(&body));
        let answer = self
            .tell(session, sent, errors::classify_subscribing)
            .await?;
        convert::granted(&answer.json()?, until)
    }

    /// `PATCH /subscriptions/{id}`, which Graph takes for a new consent too.
    async fn update(
        &self,
        session: &Session,
        watch: &WatchGrant,
        until: DateTime<Utc>,
    ) -> Result<WatchGrant> {
        let url = self.url(&["subscriptions", &watch.external_id])?;
        let body = json!({ "expirationDateTime": text(until) });
        let sent = Request::patch(url, "subscriptions/{id}", Body::json(&body));
        let answer = self
            .tell(session, sent, errors::classify_subscription)
            .await?;
        convert::granted(&answer.json()?, until)
    }

    /// The events of a calendar as a subscription names them: relative to the
    /// base of the API, encoded like any address.
    fn resource(&self, request: &WatchRequest) -> Result<String> {
        let url = self.url(&["me", "calendars", request.calendar.as_str(), "events"])?;
        let base = self.endpoints.api_url.path();
        let below = url.path().strip_prefix(base).unwrap_or(url.path());
        Ok(below.trim_start_matches('/').to_owned())
    }

    /// Sends what concerns a subscription. Ids in notifications are of the
    /// kind that was preferred then.
    async fn tell(
        &self,
        session: &Session,
        mut request: Request,
        classify: Classify,
    ) -> Result<Answer> {
        let prefer = HeaderName::from_static("prefer");
        let preferred = HeaderValue::from_static("IdType=\"ImmutableId\"");
        request.headers.insert(prefer, preferred);
        self.transport
            .send(&self.service, session, &request, classify)
            .await
    }
}

/// A moment as Graph takes it.
fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
