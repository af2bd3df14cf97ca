//! A browser without a screen: it opens the authorize page and answers its form.

use calsync::sandbox::google::{CLIENT_ID, CLIENT_SECRET};
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::support::{ANA, World, answer};

pub(super) const REDIRECT: &str = "http://127.0.0.1:48231";
pub(super) const SERVER: &str = "https://calsync.example/oauth/google/callback";
pub(super) const STATE: &str = "a+b/c d&e=%20";
/// The example of RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Every scope that [`request`] asks for, by its full name.
pub(super) const GRANTED: [&str; 4] = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    EVENTS,
];
pub(super) const EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";

/// Fields of a query or a form.
pub(super) type Fields = Vec<(&'static str, String)>;

/// What a browser shows, or where it goes.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) status: StatusCode,
    pub(super) location: Option<Url>,
    pub(super) html: String,
}

impl Shown {
    /// A parameter of the address where it goes.
    pub(super) fn param(&self, name: &str) -> Option<String> {
        let mut pairs = self.location.as_ref()?.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// What stands in the page behind each `before`, up to the next quote.
    pub(super) fn all_behind(&self, before: &str) -> Vec<&str> {
        let pieces = self.html.split(before).skip(1);
        pieces.filter_map(|rest| rest.split('"').next()).collect()
    }
}

/// `fields` with other values of some; an empty one is left out.
pub(super) fn but(mut fields: Fields, changes: &[(&'static str, &str)]) -> Fields {
    for (name, value) in changes {
        fields.retain(|(key, _)| key != name);
        if !value.is_empty() {
            fields.push((name, (*value).to_owned()));
        }
    }
    fields
}

/// The request of a desktop client.
pub(super) fn request() -> Fields {
    [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        (
            "scope",
            "openid email https://www.googleapis.com/auth/calendar.calendarlist.readonly \
             https://www.googleapis.com/auth/calendar.events",
        ),
        ("state", STATE),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// The exchange of a desktop client.
pub(super) fn exchange(code: &str) -> Fields {
    [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// A request or an exchange of a web client.
pub(super) fn of_server(fields: Fields) -> Fields {
    but(fields, &[("redirect_uri", SERVER)])
}

impl World {
    pub(super) async fn show(&self, request: RequestBuilder) -> Shown {
        let response = request.send().await.expect("an answer");
        let location = response.headers().get(header::LOCATION);
        Shown {
            status: response.status(),
            location: location.map(|url| url.to_str().unwrap().parse().unwrap()),
            html: response.text().await.expect("a body"),
        }
    }

    /// Opens the authorize page.
    pub(super) async fn open(&self, request: &Fields) -> Shown {
        let url = self.sandbox.google.auth_url();
        self.show(self.http.get(url).query(request)).await
    }

    /// Answers the form of a page: these fields, and the hidden one.
    pub(super) async fn submit(&self, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let hidden = ("request", page.all_behind("name=\"request\" value=\"")[0]);
        let form = [&[hidden], fields].concat();
        let url = page.all_behind("action=\"")[0];
        self.show(self.http.post(url).form(&form)).await
    }

    /// `account` accepts a request, all but the scopes `unticked`.
    pub(super) async fn accept(&self, request: &Fields, account: &str, unticked: &[&str]) -> Shown {
        let page = self.open(request).await;
        let mut fields = vec![("account", account), ("answer", "accept")];
        for scope in page.all_behind("name=\"scope\" value=\"") {
            if !unticked.contains(&scope) {
                fields.push(("scope", scope));
            }
        }
        self.submit(&page, &fields).await
    }

    /// The code of a request that Ana accepts.
    pub(super) async fn code(&self, request: &Fields) -> String {
        let shown = self.accept(request, ANA, &[]).await;
        shown.param("code").expect("a code")
    }

    /// What the token endpoint answers to a form.
    pub(super) async fn token(&self, form: &Fields) -> (u16, Value) {
        let request = self.http.post(self.sandbox.google.token_url());
        let (status, body) = answer(request.form(form)).await;
        (status.as_u16(), body)
    }

    /// Status and error of a refused exchange.
    pub(super) async fn refused(&self, form: &Fields) -> (u16, String) {
        let (status, body) = self.token(form).await;
        (
            status,
            body["error"].as_str().unwrap_or_default().to_owned(),
        )
    }

    /// What the exchange of a code brings.
    pub(super) async fn redeem(&self, code: &str) -> Value {
        let (status, body) = self.token(&exchange(code)).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

/// A text of an answer.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().expect("a text")
}
