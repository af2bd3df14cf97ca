//! A browser without a screen: it opens pages and answers their forms.

use calsync::sandbox::microsoft::{CLIENT_ID, CLIENT_SECRET};
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::support::{ADA, World};

pub(super) const REDIRECT: &str = "http://localhost:53682/callback";
pub(super) const SERVER: &str = "https://calsync.example/oauth/microsoft/callback";
pub(super) const SCOPES: &str = "offline_access User.Read Calendars.ReadWrite";
/// The example of RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

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

    /// What stands in the page behind `before`, up to the next quote.
    pub(super) fn behind(&self, before: &str) -> String {
        let (_, rest) = self.html.split_once(before).expect("a page with a form");
        rest.split('"').next().unwrap_or_default().to_owned()
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

/// The request of a public client.
pub(super) fn request() -> Fields {
    [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("response_mode", "query"),
        ("scope", SCOPES),
        ("state", "a+b/c d&e=%20"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// The exchange of a public client.
pub(super) fn exchange(code: &str) -> Fields {
    [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// Both for a confidential client.
pub(super) fn of_server(fields: Fields) -> Fields {
    let fields = but(fields, &[("redirect_uri", SERVER)]);
    match fields.iter().any(|(name, _)| *name == "grant_type") {
        true => but(fields, &[("client_secret", CLIENT_SECRET)]),
        false => fields,
    }
}

impl World {
    /// The app is a public client at [`REDIRECT`].
    pub(super) fn public(self) -> Self {
        self.sandbox.microsoft.behave(|b| b.public_client = true);
        let registered = "http://localhost/callback";
        self.sandbox.microsoft.register_redirect(registered);
        self
    }

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
        let url = self.sandbox.microsoft.auth_url();
        self.show(self.http.get(url).query(request)).await
    }

    /// Answers the form of a page.
    pub(super) async fn submit(&self, page: &Shown, fields: &[(&str, &str)]) -> Shown {
        let request = page.behind("name=\"request\" value=\"");
        let form = [&[("request", request.as_str())], fields].concat();
        let url = page.behind("action=\"");
        self.show(self.http.post(url).form(&form)).await
    }

    /// Ada accepts a request; where her browser goes.
    pub(super) async fn accept(&self, request: &Fields) -> Shown {
        let page = self.open(request).await;
        let fields = [("account", ADA), ("answer", "accept")];
        self.submit(&page, &fields).await
    }

    /// The code of a request that Ada accepts.
    pub(super) async fn code(&self, request: &Fields) -> String {
        self.accept(request).await.param("code").expect("a code")
    }

    /// What the token endpoint answers to a form.
    pub(super) async fn token(&self, form: &Fields) -> (u16, Value) {
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let (status, body) = self.refresh(&form).await;
        (status.as_u16(), body)
    }

    /// Signs Ada in and exchanges the code.
    pub(super) async fn sign_in(&self, request: &Fields) -> Value {
        let code = self.code(request).await;
        let (status, body) = self.token(&exchange(&code)).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

/// The AADSTS number of a refusal.
pub(super) fn number(body: &Value) -> i64 {
    body["error_codes"][0].as_i64().unwrap_or_default()
}
