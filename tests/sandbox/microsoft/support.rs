//! A sandbox with one account, and a client that knows nothing of calsync.

use calsync::sandbox::Sandbox;
use calsync::sandbox::microsoft::{CLIENT_ID, CLIENT_SECRET, MicrosoftAccount};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::sandbox::support::{answer, now};

pub(super) const ADA: &str = "ada.example@contoso.example";
pub(super) const ALL: &str =
    "outlook.timezone=\"UTC\", outlook.body-content-type=\"text\", IdType=\"ImmutableId\"";
pub(super) const WINDOW: &str =
    "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z";

/// A sandbox with Ada's account and her default calendar.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
    pub(super) ada: MicrosoftAccount,
    pub(super) calendar: String,
    pub(super) token: String,
    pub(super) http: Client,
}

/// What a round of a delta brought.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) items: Vec<Value>,
    pub(super) pages: usize,
    pub(super) link: String,
}

pub(super) async fn world() -> World {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let sandbox = Sandbox::start(now(), 7).await.expect("a free port");
    let ada = sandbox.microsoft.add_account(ADA);
    let http = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    World {
        calendar: sandbox.microsoft.default_calendar(ADA),
        token: sandbox.microsoft.access_token(ADA),
        sandbox,
        ada,
        http,
    }
}

impl World {
    /// A request below `…/v1.0/`, or to an absolute URL, with all preferences.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("prefer", ALL)
    }

    /// The same without preferences.
    pub(super) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/{path}", self.sandbox.microsoft.api_url()),
        };
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub(super) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    /// A request that must succeed.
    pub(super) async fn good(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(super) async fn create(&self, body: Value) -> (StatusCode, Value) {
        answer(self.request(Method::POST, "me/events").json(&body)).await
    }

    pub(super) async fn patch(&self, id: &str, body: Value) -> (StatusCode, Value) {
        let path = format!("me/events/{id}");
        answer(self.request(Method::PATCH, &path).json(&body)).await
    }

    pub(super) async fn delete(&self, id: &str) -> StatusCode {
        answer(self.request(Method::DELETE, &format!("me/events/{id}")))
            .await
            .0
    }

    /// Every page from `url` on, the link to the next round included.
    pub(super) async fn round(&self, url: &str) -> Round {
        let (mut items, mut pages, mut next) = (Vec::new(), 0, url.to_owned());
        loop {
            let page = self.good(&next).await;
            items.extend(values(&page).iter().cloned());
            pages += 1;
            match (
                page["@odata.nextLink"].as_str(),
                page["@odata.deltaLink"].as_str(),
            ) {
                (Some(link), None) => next = link.to_owned(),
                (None, Some(link)) => {
                    let link = link.to_owned();
                    return Round { items, pages, link };
                }
                links => panic!("{links:?}"),
            }
        }
    }

    /// The first round of the default calendar in [`WINDOW`].
    pub(super) async fn first_round(&self) -> Round {
        self.round(&format!("me/calendarView/delta?{WINDOW}")).await
    }

    pub(super) fn put(&self, event: Value) -> String {
        self.sandbox.microsoft.put_event(&self.calendar, event)
    }

    pub(super) async fn refresh(&self, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let url = self.sandbox.microsoft.token_url();
        answer(self.http.post(url).form(form)).await
    }

    pub(super) async fn refresh_with(&self, refresh_token: &str) -> (StatusCode, Value) {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("scope", "offline_access User.Read Calendars.ReadWrite"),
        ];
        self.refresh(&form).await
    }
}

/// A meeting on a day in March 2026, in Zurich.
pub(super) fn meeting(subject: &str, day: u32) -> Value {
    json!({ "subject": subject,
        "start": { "dateTime": format!("2026-03-{day:02}T09:00:00"), "timeZone": "W. Europe Standard Time" },
        "end": { "dateTime": format!("2026-03-{day:02}T10:00:00"), "timeZone": "W. Europe Standard Time" } })
}

/// Every Monday from the second of March on.
pub(super) fn weekly(subject: &str) -> Value {
    let mut event = meeting(subject, 2);
    event["recurrence"] = json!({
        "pattern": { "type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday" },
        "range": { "type": "numbered", "startDate": "2026-03-02", "numberOfOccurrences": 6 } });
    event
}

pub(super) fn values(page: &Value) -> &[Value] {
    page["value"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

pub(super) fn code(body: &Value) -> &str {
    body["error"]["code"].as_str().unwrap_or_default()
}

/// The ids of what is said to be gone.
pub(super) fn removed(items: &[Value]) -> Vec<&str> {
    let gone = items.iter().filter(|item| item.get("@removed").is_some());
    gone.filter_map(|item| item["id"].as_str()).collect()
}

/// The `type` of everything that is there, in order.
pub(super) fn types(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .filter_map(|item| item["type"].as_str())
        .collect()
}
