//! How a user connects an account with nothing but a browser.

use std::sync::Arc;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;
use url::Url;

use super::desk::{Answer, Desk, now, request};
use super::office::{JWT, SERVICE, known_users, of, refused};
use super::queue::MemoryQueue;
use crate::model::account::ProviderKind;
use crate::provider::{
    GoogleEndpoints, MicrosoftEndpoints, Permission, ProviderSettings, Providers, Signer,
    TransportSettings, open,
};
use crate::server::{
    Arrival, Arrived, Backends, Callers, Consents, Invitation, Limits, Parts, Receiver,
};

/// A receiver under `https://cal.example/sync`, set up for Google alone, and
/// what arrives at it.
struct Counter {
    desk: Desk,
    arriving: mpsc::Receiver<Arrival>,
    _directory: TempDir,
}

impl Counter {
    async fn new() -> Self {
        let (jwt, service) = (SecretString::from(JWT), SecretString::from(SERVICE));
        let (store, directory) = known_users().await;
        let backends = Arc::new(Backends::default());
        backends.store.bring(store);
        let (arrivals, arriving) = mpsc::channel(1);
        let limits = Limits::with_body(4096);
        let receiver = Receiver::new(Parts {
            signer: signer(),
            callers: Callers::new(Some(&jwt), Some(&service)),
            consents: Some(Consents::new(public_url(), providers(), arrivals)),
            limits: limits.clone(),
            now,
            backends,
        });
        Self {
            desk: Desk::of(receiver, Arc::new(MemoryQueue::new()), limits),
            arriving,
            _directory: directory,
        }
    }

    async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.desk
            .ask(&request(&format!("GET {target}"), headers, ""))
            .await
    }

    /// Follows a link to the provider: its address there, and the cookie.
    async fn set_out(&self) -> (Url, String) {
        let answer = self.get(&target(&link()), &[]).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("connected to the user ana"));
        let cookie = answer.header("set-cookie").unwrap();
        let (cookie, attributes) = cookie.split_once(';').unwrap();
        for word in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(word), "{attributes}");
        }
        (way_on(&answer), cookie.to_owned())
    }

    /// Comes back with a query; the page, and the codes that arrived. The
    /// account is then said to be as given.
    async fn come_back(
        &mut self,
        query: &str,
        cookie: &str,
        missing: &[&'static str],
        is_usable: bool,
    ) -> (Answer, Vec<Arrival>) {
        let line = format!("GET /oauth/google/callback?{query}");
        let request = request(&line, &[("cookie", cookie)], "");
        let mut asking = std::pin::pin!(self.desk.ask(&request));
        let mut arrived = Vec::new();
        loop {
            tokio::select! {
                answer = &mut asking => return (answer, arrived),
                Some(mut arrival) = self.arriving.recv() => {
                    let unheard = tokio::sync::oneshot::channel().0;
                    let reply = std::mem::replace(&mut arrival.reply, unheard);
                    reply.send(Arrived::Connected {
                        email: "<ana>@example.com".to_owned(),
                        missing: missing.to_vec(),
                        is_usable,
                    }).unwrap();
                    arrived.push(arrival);
                }
            }
        }
    }

    /// Comes back with a query that brings no code.
    async fn brings_nothing(&mut self, query: &str, cookie: &str) -> Answer {
        let (answer, arrived) = self.come_back(query, cookie, &[], true).await;
        assert!(arrived.is_empty(), "{query}");
        answer
    }
}

/// Where a page goes on.
fn way_on(page: &Answer) -> Url {
    let (_, link) = page.body.split_once("<a href=\"").unwrap();
    let (link, _) = link.split_once('"').unwrap();
    link.replace("&amp;", "&").parse().unwrap()
}

fn public_url() -> Url {
    "https://cal.example/sync".parse().unwrap()
}

fn signer() -> Signer {
    Signer::new(&SecretString::from("x"))
}

fn providers() -> Providers {
    let url = |path: &str| -> Url { format!("https://google.example/{path}").parse().unwrap() };
    open(ProviderSettings {
        google: GoogleEndpoints {
            api_url: url("api"),
            auth_url: url("auth"),
            revoke_url: url("revoke"),
            token_url: url("token"),
            client_id: Some("client".to_owned()),
            client_secret: None,
        },
        microsoft: MicrosoftEndpoints {
            api_url: url("api"),
            auth_url: url("auth"),
            device_url: url("device"),
            token_url: url("token"),
            client_id: None,
            client_secret: None,
        },
        transport: TransportSettings::default(),
    })
}

/// Ana's invitation to connect a Google account.
fn invitation() -> Invitation {
    Invitation {
        provider: ProviderKind::Google,
        user: "ana".parse().unwrap(),
        wanted: Permission::Write,
    }
}

fn link() -> Url {
    let until = now() + TimeDelta::minutes(1);
    invitation().link(&public_url(), &signer(), until)
}

/// What the proxy asks for when a browser opens a link.
fn target(link: &Url) -> String {
    let link = link.as_str();
    let below = link.strip_prefix("https://cal.example/sync").unwrap();
    below.to_owned()
}

fn parameter(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found.unwrap().1.into_owned()
}

#[tokio::test]
async fn a_link_leads_to_the_page_of_the_provider() {
    let counter = Counter::new().await;
    let (to, _) = counter.set_out().await;
    assert!(to.as_str().starts_with("https://google.example/auth?"));
    let expected = [
        ("client_id", "client"),
        ("response_type", "code"),
        (
            "redirect_uri",
            "https://cal.example/sync/oauth/google/callback",
        ),
        ("code_challenge_method", "S256"),
        ("access_type", "offline"),
    ];
    for (name, value) in expected {
        assert_eq!(parameter(&to, name), value);
    }
    assert!(parameter(&to, "scope").ends_with("/auth/calendar.events"));
    let (again, _) = counter.set_out().await;
    for name in ["state", "code_challenge"] {
        assert_eq!(parameter(&to, name).len(), 43);
        assert_ne!(parameter(&to, name), parameter(&again, name));
    }
}

#[tokio::test]
async fn a_link_is_good_for_what_it_was_made_for_and_not_for_ever() {
    let counter = Counter::new().await;
    let good = target(&link());
    let over = invitation().link(&public_url(), &signer(), now());
    let foreign = Signer::new(&SecretString::from("y"));
    let foreign = invitation().link(&public_url(), &foreign, now() + TimeDelta::minutes(1));
    let wrong = [
        good.replace("user=ana", "user=ben"),
        good.replace("access=write", "access=read"),
        good.replace("until=1", "until=2"),
        good.replace("signature=", "signature=A"),
        good.replace("&until=", "&since="),
        target(&over),
        target(&foreign),
    ];
    for target in wrong {
        let answer = counter.get(&target, &[]).await;
        assert_eq!(answer.status, 403, "{target}");
        assert_eq!(answer.header("location"), None);
        assert_eq!(answer.header("set-cookie"), None);
    }
    // That of the one provider does not open the other.
    let answer = counter.get(&good.replace("google", "microsoft"), &[]).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn the_application_gets_a_link_for_a_user_it_speaks_for() {
    let counter = Counter::new().await;
    let ask = async |token: &str, target: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        counter.get(target, &headers).await
    };
    for (token, target) in [
        (SERVICE, "/oauth/google/start?user=ana"),
        (&of("ana"), "/oauth/google/start?user=ana"),
        (&of("ana"), "/oauth/google/start"),
    ] {
        let answer = ask(token, target).await;
        assert_eq!(answer.status, 302);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["until"], "2026-03-02T08:10:00Z");
        assert_eq!(body["url"].as_str(), answer.header("location"));
        let link: Url = body["url"].as_str().unwrap().parse().unwrap();
        assert_eq!(parameter(&link, "user"), "ana");
        let followed = counter.get(&self::target(&link), &[]).await;
        assert!(
            way_on(&followed)
                .as_str()
                .starts_with("https://google.example/")
        );
    }
    let refusals = [
        (SERVICE, "?user=nobody", "404 unknown_user"),
        (SERVICE, "?user=%2F", "404 unknown_user"),
        (SERVICE, "", "400 missing_user user_id"),
        (&of("ben"), "?user=ana", "403 foreign_user user_id"),
        ("nonsense", "?user=ana", "401 invalid_token"),
    ];
    for (token, query, expected) in refusals {
        let answer = ask(token, &format!("/oauth/google/start{query}")).await;
        assert_eq!(refused(&answer), expected, "{query}");
    }
    let answer = counter.get("/oauth/google/start?user=ana", &[]).await;
    assert_eq!(refused(&answer), "401 missing_token");
}

#[tokio::test]
async fn a_code_arrives_with_whose_it_is_and_what_only_we_know() {
    let mut counter = Counter::new().await;
    let (to, cookie) = counter.set_out().await;
    let query = format!("code=4%2F0A&scope=x&state={}", parameter(&to, "state"));
    let (answer, arrived) = counter.come_back(&query, &cookie, &[], true).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.body.contains("&lt;ana&gt;@example.com is connected"),
        "{}",
        answer.body
    );
    let ended = answer.header("set-cookie").unwrap();
    assert!(ended.starts_with("__Host-calsync-google=; ") && ended.contains("Max-Age=0"));
    let [arrival] = &arrived[..] else {
        panic!("one code arrives")
    };
    assert_eq!(arrival.invitation, invitation());
    assert_eq!(arrival.code.expose_secret(), "4/0A");
    assert_eq!(
        arrival.redirect,
        "https://cal.example/sync/oauth/google/callback"
    );
    assert_eq!(
        arrival.verifier.challenge(),
        parameter(&to, "code_challenge")
    );
}

#[tokio::test]
async fn a_page_that_is_loaded_twice_brings_its_code_once() {
    let mut counter = Counter::new().await;
    let (to, cookie) = counter.set_out().await;
    let query = format!("code=x&state={}", parameter(&to, "state"));
    let (_, arrived) = counter.come_back(&query, &cookie, &[], true).await;
    assert_eq!(arrived.len(), 1);
    assert_eq!(counter.brings_nothing(&query, &cookie).await.status, 202);
    let head = request(
        &format!("HEAD /oauth/google/callback?{query}"),
        &[("cookie", &cookie)],
        "",
    );
    assert_eq!(counter.desk.ask(&head).await.status, 405);
}

#[tokio::test]
async fn what_was_not_allowed_is_named() {
    for (is_usable, title) in [(true, "for reading only"), (false, "Something is missing")] {
        let mut counter = Counter::new().await;
        let (to, cookie) = counter.set_out().await;
        let query = format!("code=x&state={}", parameter(&to, "state"));
        let missing = ["calendar.events"];
        let (answer, _) = counter
            .come_back(&query, &cookie, &missing, is_usable)
            .await;
        assert!(answer.body.contains(title), "{}", answer.body);
        assert!(answer.body.contains("did not allow: calendar.events"));
    }
}

#[tokio::test]
async fn only_the_browser_that_was_sent_away_may_come_back() {
    let mut counter = Counter::new().await;
    let (to, cookie) = counter.set_out().await;
    let (_, other) = counter.set_out().await;
    let state = parameter(&to, "state");
    let good = format!("code=x&state={state}");
    let changed = cookie.replace("=ana.", "=ben.");
    assert_ne!(changed, cookie);
    let cases = [
        ("", good.as_str(), 403),
        (changed.as_str(), good.as_str(), 403),
        (other.as_str(), good.as_str(), 400),
        (cookie.as_str(), "code=x&state=another", 400),
        (cookie.as_str(), "code=x", 400),
        (cookie.as_str(), "", 400),
    ];
    for (cookie, query, status) in cases {
        let answer = counter.brings_nothing(query, cookie).await;
        assert_eq!(answer.status, status, "{query} {cookie}");
    }
    // None of that ended the journey.
    let (answer, arrived) = counter.come_back(&good, &cookie, &[], true).await;
    assert_eq!((answer.status, arrived.len()), (200, 1));
}

#[tokio::test]
async fn a_refusal_is_shown_and_ends_it() {
    let mut counter = Counter::new().await;
    let (to, cookie) = counter.set_out().await;
    let query = format!("error=access_denied&state={}", parameter(&to, "state"));
    let answer = counter.brings_nothing(&query, &cookie).await;
    assert!(answer.body.contains("access_denied"));
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn what_is_not_set_up_says_so() {
    let counter = Counter::new().await;
    let microsoft = Invitation {
        provider: ProviderKind::Microsoft,
        ..invitation()
    };
    let until = now() + TimeDelta::minutes(1);
    let link = microsoft.link(&public_url(), &signer(), until);
    assert_eq!(counter.get(&target(&link), &[]).await.status, 404);
    let bare = Desk::new();
    for path in [
        "/oauth/google/start",
        "/oauth/google/callback",
        "/oauth/other/start",
    ] {
        let answer = bare.ask(&request(&format!("GET {path}"), &[], "")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn pages_are_not_kept_framed_or_told_on() {
    let counter = Counter::new().await;
    let answer = counter.get("/oauth/google/callback", &[]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"));
}
