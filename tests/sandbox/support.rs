//! A sandbox with one account, and a client that knows nothing of calsync.

use calsync::sandbox::Sandbox;
use calsync::sandbox::google::{CLIENT_ID, CLIENT_SECRET, CalendarSpec, GoogleAccount};
use chrono::{DateTime, Utc};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

pub(super) const ANA: &str = "ana@example.com";

/// A sandbox with Ana's account and primary calendar.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
    pub(super) ana: GoogleAccount,
    pub(super) token: String,
    pub(super) http: Client,
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().expect("a valid time")
}

pub(super) async fn world() -> World {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let sandbox = Sandbox::start(now(), 7).await.expect("a free port");
    let ana = sandbox.google.add_account(ANA);
    sandbox
        .google
        .add_calendar(ANA, CalendarSpec::primary("Europe/Zurich"));
    let token = sandbox.google.access_token(ANA);
    let http = Client::builder()
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    World {
        sandbox,
        ana,
        token,
        http,
    }
}

impl World {
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.google.api_url());
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub(super) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    /// `events.list` of the primary calendar.
    pub(super) async fn list(&self, query: &str) -> (StatusCode, Value) {
        self.get(&format!("calendars/primary/events?{query}")).await
    }

    /// A listing that must succeed.
    pub(super) async fn page(&self, query: &str) -> Value {
        let (status, page) = self.list(query).await;
        assert_eq!(status, 200, "{page}");
        page
    }

    /// The sync token of a full listing on one page.
    pub(super) async fn sync_token(&self) -> String {
        let page = self.page("maxResults=2500").await;
        page["nextSyncToken"]
            .as_str()
            .expect("a sync token")
            .to_owned()
    }

    pub(super) async fn insert(&self, body: Value) -> (StatusCode, Value) {
        answer(
            self.request(Method::POST, "calendars/primary/events?sendUpdates=none")
                .json(&body),
        )
        .await
    }

    /// Any write to an event of the primary calendar.
    pub(super) fn on_event(&self, method: Method, id: &str) -> RequestBuilder {
        self.request(method, &format!("calendars/primary/events/{id}"))
    }

    /// Puts `count` hours-long events, named by number.
    pub(super) fn put_many(&self, count: usize) -> Vec<String> {
        (0..count)
            .map(|number| {
                self.sandbox
                    .google
                    .put_event(ANA, meeting(&format!("event {number}")))
            })
            .collect()
    }

    pub(super) async fn refresh(&self, refresh_token: &str, secret: &str) -> (StatusCode, Value) {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", CLIENT_ID),
            ("client_secret", secret),
        ];
        answer(self.http.post(self.sandbox.google.token_url()).form(&form)).await
    }

    pub(super) async fn refresh_ana(&self) -> (StatusCode, Value) {
        self.refresh(&self.ana.refresh_token, CLIENT_SECRET).await
    }
}

pub(super) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let body = response.text().await.expect("a body");
    (status, serde_json::from_str(&body).unwrap_or_default())
}

pub(super) fn meeting(title: &str) -> Value {
    json!({ "summary": title,
        "start": { "dateTime": "2026-03-02T09:00:00+01:00", "timeZone": "Europe/Zurich" },
        "end": { "dateTime": "2026-03-02T10:00:00+01:00", "timeZone": "Europe/Zurich" } })
}

pub(super) fn weekly(title: &str) -> Value {
    let mut event = meeting(title);
    event["recurrence"] = json!(["RRULE:FREQ=WEEKLY;BYDAY=MO"]);
    event
}

pub(super) fn reason(body: &Value) -> &str {
    body["error"]["errors"][0]["reason"]
        .as_str()
        .unwrap_or_default()
}

pub(super) fn items(page: &Value) -> &[Value] {
    page["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}
