//! How a user connects an account with nothing but a browser:
//! `GET /oauth/{provider}/start` sends it to the provider, which sends it back
//! to `GET /oauth/{provider}/callback`.

mod journey;
mod link;
mod taken;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use url::Url;

use self::journey::Journey;
pub use self::journey::keeps_cookies;
pub use self::link::Invitation;
use self::link::{LinkError, field};
pub(super) use self::link::{callback_path, start_path};
use self::taken::Taken;
use super::Receiver;
use super::activity::InFlight;
use super::api::Refusal;
use super::page::Page;
use crate::model::account::ProviderKind;
use crate::model::id::UserId;
use crate::provider::{ConsentAnswer, ConsentRequest, Permission, Providers, Verifier};
use crate::sync::at;

/// What connecting accounts takes.
pub struct Consents {
    /// The base URL under which browsers reach this receiver.
    pub public_url: Url,
    /// Where accounts are.
    pub providers: Providers,
    /// Takes over once a code came.
    pub arrivals: mpsc::Sender<Arrival>,
    /// The answers that were taken.
    taken: Taken,
}

impl Consents {
    /// What connecting accounts takes.
    #[must_use]
    pub fn new(public_url: Url, providers: Providers, arrivals: mpsc::Sender<Arrival>) -> Self {
        Self {
            public_url,
            providers,
            arrivals,
            taken: Taken::default(),
        }
    }
}

/// A consent that was given, to be made an account of.
#[derive(Debug)]
pub struct Arrival {
    /// Who connects what.
    pub invitation: Invitation,
    /// The code to exchange.
    pub code: SecretString,
    /// The redirect URI of the request.
    pub redirect: String,
    /// What only we know of the request.
    pub verifier: Verifier,
    /// Told what became of it, for the page; nobody may be there any more.
    pub reply: oneshot::Sender<Arrived>,
    /// The receiver does not end by itself while this lives.
    pub busy: Busy,
}

/// Work that a request began and that outlives it.
#[derive(Debug)]
pub struct Busy(#[expect(dead_code, reason = "held, not read")] InFlight);

/// What became of a consent.
#[derive(Debug)]
pub enum Arrived {
    /// The account is there.
    Connected {
        /// Its address.
        email: String,
        /// What was not allowed, by the provider's names.
        missing: Vec<&'static str>,
        /// Whether anything can be synced with what was allowed.
        is_usable: bool,
    },
    /// It is not; why, in words that anybody may read.
    Failed(String),
}

/// Shows a browser the way to the provider, with a link of ours; or answers the
/// application with such a link.
pub(super) async fn start(
    State(receiver): State<Arc<Receiver>>,
    provider: ProviderKind,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    if head.method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(consents) = &receiver.consents else {
        return not_set_up();
    };
    let (query, now) = (head.uri.query().unwrap_or_default(), (receiver.now)());
    match Invitation::read(provider, query, &receiver.signer, now) {
        Ok(Some(invitation)) => show_the_way(&receiver, consents, invitation).await,
        Ok(None) => invite(&receiver, consents, provider, &head)
            .await
            .unwrap_or_else(Refusal::into_response),
        Err(LinkError::Expired) => expired(),
        Err(LinkError::Forged) => {
            let text = "This link is not one of ours. Ask for a new one.";
            Page::new(StatusCode::FORBIDDEN, "Wrong link", text).into_response()
        }
    }
}

/// Says for whom an account is about to be connected, and how it goes on:
/// whoever was sent somebody else's link must see that.
async fn show_the_way(
    receiver: &Receiver,
    consents: &Consents,
    invitation: Invitation,
) -> Response {
    let provider = invitation.provider;
    let whose = whose(receiver, &invitation.user).await;
    let journey = Journey::begin(invitation);
    let redirect_uri = at(&consents.public_url, &callback_path(provider));
    let request = ConsentRequest {
        redirect: redirect_uri.as_str(),
        state: &journey.state,
        verifier: &receiver.signer.verifier(&journey.state),
        wanted: journey.invitation.wanted,
    };
    match consents.providers.of(provider).consent_url(&request) {
        Ok(url) => {
            let text = format!(
                "The calendars of a {} account will be connected to the user {whose}, who will \
                 see what is in them. Go on only if that is you.",
                named(provider)
            );
            let page = Page::new(StatusCode::OK, "Connect a calendar", text);
            let cookie = journey.cookie(&receiver.signer, (receiver.now)());
            with_cookie(page.then(url, "Continue").into_response(), &cookie)
        }
        Err(_) => not_set_up(),
    }
}

/// A user as they know themselves.
async fn whose(receiver: &Receiver, user: &UserId) -> String {
    let known = match receiver.backends.store.get() {
        Some(store) => store.user_find(user).await.ok().flatten(),
        None => None,
    };
    match known.and_then(|known| known.email) {
        Some(email) => format!("{user} ({email})"),
        None => user.to_string(),
    }
}

fn named(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::Google => "Google",
        ProviderKind::Microsoft => "Microsoft",
    }
}

/// A link for a user who the application says may have one.
async fn invite(
    receiver: &Receiver,
    consents: &Consents,
    provider: ProviderKind,
    head: &Parts,
) -> Result<Response, Refusal> {
    let now = (receiver.now)();
    let caller = receiver.callers.identify(&head.headers, now)?;
    let query = head.uri.query().unwrap_or_default();
    let named = field(query, "user").map(|user| user.parse());
    let user = caller.speaks_for(named.transpose().map_err(|_| Refusal::UnknownUser)?)?;
    let store = receiver.backends.store.get().ok_or(Refusal::Unavailable)?;
    if store.user_find(&user).await?.is_none() {
        return Err(Refusal::UnknownUser);
    }
    let invitation = Invitation {
        provider,
        user,
        wanted: Permission::Write,
    };
    let until = now + Invitation::SHORT;
    let url = invitation.link(&consents.public_url, &receiver.signer, until);
    let body = Json(json!({ "url": url.as_str(), "until": until }));
    Ok(redirect(&url, body))
}

/// Takes what the browser came back with, and shows what became of it.
pub(super) async fn callback(
    State(receiver): State<Arc<Receiver>>,
    provider: ProviderKind,
    request: Request,
) -> Response {
    let Some(consents) = &receiver.consents else {
        return not_set_up();
    };
    let (head, now) = (request.into_parts().0, (receiver.now)());
    if head.method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(journey) = Journey::read(provider, &head.headers, &receiver.signer, now) else {
        return expired();
    };
    let query = head.uri.query().unwrap_or_default();
    let page = match ConsentAnswer::read(query, &journey.state) {
        ConsentAnswer::Other | ConsentAnswer::Foreign => {
            let text = "This answer belongs to another request. Open your link again.";
            return Page::new(StatusCode::BAD_REQUEST, "Not connected", text).into_response();
        }
        ConsentAnswer::Refused(code) => {
            let text = format!(
                "The provider says: {code}. Open your link again if that was a mistake; \
                 otherwise close this window."
            );
            Page::new(StatusCode::OK, "Not connected", text)
        }
        ConsentAnswer::Code(_) if !consents.taken.is_first(&journey.state) => {
            let text = "This is being done already; your account will be there in a moment.";
            Page::new(StatusCode::ACCEPTED, "Almost there", text)
        }
        ConsentAnswer::Code(code) => arrive(&receiver, consents, journey, code).await,
    };
    with_cookie(page.into_response(), &journey::ended(provider))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// Hands a code over, and waits for a while for what becomes of it.
async fn arrive(
    receiver: &Receiver,
    consents: &Consents,
    journey: Journey,
    code: SecretString,
) -> Page {
    let (reply, arrived) = oneshot::channel();
    let provider = journey.invitation.provider;
    let arrival = Arrival {
        verifier: receiver.signer.verifier(&journey.state),
        redirect: at(&consents.public_url, &callback_path(provider)).into(),
        invitation: journey.invitation,
        code,
        reply,
        busy: Busy(receiver.activity.enter()),
    };
    if consents.arrivals.try_send(arrival).is_err() {
        let text = "Too many accounts are being connected. Open your link again in a few minutes.";
        return Page::new(StatusCode::SERVICE_UNAVAILABLE, "Not connected", text);
    }
    match timeout(receiver.limits.consent_time, arrived).await {
        Ok(Ok(arrived)) => arrived.page(),
        Ok(Err(_)) => {
            let text = "It was interrupted. Open your link again.";
            Page::new(StatusCode::SERVICE_UNAVAILABLE, "Not connected", text)
        }
        Err(_) => {
            let text = "The provider takes its time; your account will be there when it is done. \
                        If it is not in some minutes, open your link again.";
            Page::new(StatusCode::ACCEPTED, "Not yet connected", text)
        }
    }
}

impl Arrived {
    fn page(self) -> Page {
        let (email, missing, is_usable) = match self {
            Self::Connected {
                email,
                missing,
                is_usable,
            } => (email, missing.join(", "), is_usable),
            Self::Failed(why) => {
                let text = format!("It did not work: {why}. Open your link again.");
                return Page::new(StatusCode::BAD_GATEWAY, "Not connected", text);
            }
        };
        let (title, text) = match (is_usable, missing.as_str()) {
            (true, "") => (
                "Connected",
                format!(
                    "{email} is connected, and its calendars are being read. Close this window."
                ),
            ),
            (true, missing) => (
                "Connected for reading only",
                format!(
                    "{email} is connected, but you did not allow: {missing}. Its calendars are \
                     being read; your tasks are not written to them. To change that, open your \
                     link again and allow everything."
                ),
            ),
            (false, missing) => (
                "Something is missing",
                format!(
                    "Nothing of {email} can be read, since you did not allow: {missing}. Open your \
                     link again and allow everything."
                ),
            ),
        };
        Page::new(StatusCode::OK, title, text)
    }
}

fn not_set_up() -> Response {
    let text = "Accounts of this provider cannot be connected here: it is not set up.";
    Page::new(StatusCode::NOT_FOUND, "Not set up", text).into_response()
}

fn expired() -> Response {
    let text = "The link is too old, it was used already, or it was opened in another browser. \
                Open it again, or ask for a new one.";
    Page::new(StatusCode::FORBIDDEN, "Link no longer valid", text).into_response()
}

fn redirect(to: &Url, body: impl IntoResponse) -> Response {
    let mut response = (StatusCode::FOUND, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(to) = HeaderValue::from_str(to.as_str()) {
        headers.insert(LOCATION, to);
    }
    response
}
