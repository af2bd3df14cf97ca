//! Calendar providers behind one trait. Adapters are private; each speaks its
//! provider's wire and hands out values of the model.

mod client_check;
mod consent;
mod google;
mod http;
mod listing;
mod microsoft;
mod oauth;
mod probe;
mod signer;
mod text;
mod webhook;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

pub use self::client_check::ClientCheck;
pub use self::consent::{
    Consent, ConsentAnswer, ConsentCode, ConsentRequest, DeviceCode, Granted, Permission, Poll,
    Verifier, new_state,
};
pub use self::google::GoogleEndpoints;
pub use self::http::{RetrySettings, TransportSettings};
pub use self::listing::{ChangesPage, ChangesRequest, Next, PageToken, Scope};
pub use self::microsoft::MicrosoftEndpoints;
pub use self::probe::{Probe, Reached, Routed};
pub use self::signer::Signer;
pub use self::webhook::{Incoming, Post, lifecycle_path, path, receive};
pub use self::write::{Created, Creation, EventAt, Update};
use crate::model::account::{ProviderKind, Tokens};
use crate::model::calendar::DiscoveredCalendar;
use crate::model::change::Change;
use crate::model::event::Event;
use crate::model::id::{AccountId, ExternalId, WatchId};
use crate::model::watch::WatchGrant;

/// Why a provider did not do it, in the terms that callers decide on.
///
/// No text in here holds tokens, addresses or content of events.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The sync token is too old or unknown: list the calendar from the
    /// beginning.
    #[error("sync token expired")]
    SyncTokenExpired,
    /// The user has to connect the account again; the reason is the
    /// provider's own error code.
    #[error("the account has to be connected again ({reason})")]
    ReauthRequired {
        /// The provider's error code, such as `invalid_grant`.
        reason: String,
    },
    /// The access token is refused. When a new one is refused as well, only
    /// time can tell whose fault that is: a dead grant shows when the next
    /// token is asked for.
    #[error("access token refused ({reason})")]
    Unauthorized {
        /// The provider's error code.
        reason: String,
    },
    /// The tokens lack a permission: connecting again and allowing it helps.
    #[error("the account did not allow what this needs ({reason})")]
    ScopeMissing {
        /// The provider's reason.
        reason: String,
    },
    /// The operator's registration at the provider is wrong, not the user.
    #[error("the provider refuses this installation ({reason}): check client id and secret")]
    Operator {
        /// The provider's error code.
        reason: String,
    },
    /// The tokens of the account cannot be read from the store.
    #[error("{reason}")]
    Credentials {
        /// What is wrong, and the way out.
        reason: String,
    },
    /// Too many requests.
    #[error("rate limited ({reason})")]
    RateLimited {
        /// The provider's reason.
        reason: String,
        /// When the provider said to come back.
        retry_after: Option<Duration>,
    },
    /// A limit that takes hours to recover.
    #[error("quota used up ({reason})")]
    QuotaExceeded {
        /// The provider's reason.
        reason: String,
    },
    /// No such thing, or not visible to this account.
    #[error("not found")]
    NotFound,
    /// The thing was deleted.
    #[error("already deleted")]
    Gone,
    /// The account may not do this.
    #[error("refused ({reason})")]
    Forbidden {
        /// The provider's reason.
        reason: String,
    },
    /// Another thing has this id.
    #[error("the id is taken ({reason})")]
    Conflict {
        /// The provider's reason.
        reason: String,
    },
    /// The thing changed since we read it.
    #[error("it changed in the meantime")]
    PreconditionFailed,
    /// The request can never succeed as it is.
    #[error("request refused ({reason})")]
    Invalid {
        /// The provider's reason.
        reason: String,
    },
    /// This calendar can never be watched.
    #[error("the calendar cannot be watched ({reason})")]
    Unwatchable {
        /// The provider's reason.
        reason: String,
    },
    /// The provider refuses the address that notifications are to go to, or
    /// nothing there answered it as it should: the operator's doing.
    #[error("the address for notifications is refused ({reason})")]
    AddressRefused {
        /// The provider's reason.
        reason: String,
    },
    /// The provider cannot be reached or fails: later may help.
    #[error("not reachable ({reason})")]
    Unavailable {
        /// What happened.
        reason: String,
        /// When the provider said to come back.
        retry_after: Option<Duration>,
    },
    /// The answer is not what the provider's contract says: truncated, not
    /// JSON, pages without end, a redirect.
    #[error("answer not understood ({reason})")]
    Protocol {
        /// What is wrong with it.
        reason: String,
    },
}

/// The result of a provider method.
pub type Result<T, E = ProviderError> = std::result::Result<T, E>;

/// A calendar provider.
#[async_trait]
pub trait Provider: Consent {
    /// Exchanges a refresh token for new tokens. The answer holds the refresh
    /// token that is valid from now on, new or old; the lifetime of the access
    /// token counts from `now`.
    async fn refresh(&self, refresh: &SecretString, now: DateTime<Utc>) -> Result<Tokens>;
    /// Whether the provider knows our registration, as far as that can be told
    /// without anybody's account.
    async fn check_client(&self) -> ClientCheck;
    /// The provider's stable id of the login, where it tells one: addresses
    /// change.
    async fn subject(&self, session: &Session) -> Result<Option<String>>;
    /// Every calendar of the account.
    async fn calendars(&self, session: &Session) -> Result<Vec<DiscoveredCalendar>>;
    /// One page of a calendar's changes.
    async fn changes(&self, session: &Session, request: &ChangesRequest) -> Result<ChangesPage>;
    /// Events as they are now, for a listing or a write that only said that
    /// they changed: each as the changes that bring it up to date, a series
    /// whose occurrences are listed with those and its exceptions inside the
    /// window.
    async fn reread(
        &self,
        session: &Session,
        request: &ChangesRequest,
        events: &[ExternalId],
    ) -> Result<Vec<Change>>;
    /// What a listing covers.
    fn scope(&self) -> Scope;
    /// Whether the provider can be kept from sending mail to those who attend
    /// an event that is written.
    fn is_silent(&self) -> bool;
    /// Creates the event of a task, or finds the one that an earlier attempt
    /// created, also one that nobody remembers any more: never a second one.
    /// `Gone`: its event was deleted and its key is used up, so that the next
    /// generation has to be tried.
    async fn create_event(&self, session: &Session, creation: &Creation) -> Result<Created>;
    /// The event that was created for a task, if there is one: what became of
    /// an attempt whose answer never came.
    async fn created_event(&self, session: &Session, creation: &Creation) -> Result<Option<Event>>;
    /// Changes some fields of an event, and nothing else of it; answers it as
    /// it is then. `PreconditionFailed`: it has another revision, and nothing
    /// was written. `NotFound` or `Gone`: there is no such event any more.
    async fn update_event(&self, session: &Session, at: &EventAt, update: &Update)
    -> Result<Event>;
    /// Deletes an event; one that is no more is a success.
    /// `PreconditionFailed`: it has another revision, and is still there.
    async fn delete_event(&self, session: &Session, at: &EventAt, etag: &str) -> Result<()>;
    /// Asks for notifications of what changes in a calendar. Sent once: where
    /// no answer came there may be such a watch all the same, which the next
    /// request must not be taken for, so that it needs an id of its own.
    /// `Conflict`: the provider has such a watch already
    /// ([`Provider::watches`]), or one of this id.
    async fn watch(&self, session: &Session, request: &WatchRequest) -> Result<WatchGrant>;
    /// Has a watch last until a moment, or as long from `now` on as the
    /// provider allows; none where a new one has to take its place. `NotFound`
    /// when there is no such watch any more.
    async fn extend_watch(
        &self,
        session: &Session,
        watch: &WatchGrant,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<WatchGrant>>;
    /// Ends a watch; one that is no more is a success.
    async fn stop_watch(&self, session: &Session, watch: &WatchGrant) -> Result<()>;
    /// The account's watches as the provider knows them; none where it does not
    /// tell.
    async fn watches(&self, session: &Session) -> Result<Vec<ListedWatch>>;
}

/// Asks for a watch.
#[derive(Clone, Debug)]
pub struct WatchRequest {
    /// The calendar.
    pub calendar: ExternalId,
    /// The id of the watch.
    pub watch: WatchId,
    /// What its notifications carry to prove where they come from.
    pub signature: SecretString,
    /// Where notifications go.
    pub address: Url,
    /// Where word of the watch itself goes, at providers that send such.
    pub lifecycle_address: Url,
    /// The moment of the request.
    pub now: DateTime<Utc>,
    /// How long it is to last; the provider may shorten it.
    pub until: DateTime<Utc>,
}

/// A watch as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedWatch {
    /// What stops it.
    pub grant: WatchGrant,
    /// The calendar, as far as it is known.
    pub calendar: Option<ExternalId>,
    /// Where its notifications go.
    pub address: String,
}

/// What a provider needs to act for an account.
pub struct Session {
    /// The account; requests are paced for each.
    pub account: AccountId,
    credentials: Arc<dyn Credentials>,
    requests: AtomicU64,
}

impl Session {
    /// A session of an account.
    #[must_use]
    pub fn new(account: AccountId, credentials: Arc<dyn Credentials>) -> Self {
        Self {
            account,
            credentials,
            requests: AtomicU64::new(0),
        }
    }

    /// Requests sent so far, repeated ones included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Where a session has its access token from.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// A token that should be valid now.
    async fn access(&self) -> Result<SecretString>;
    /// A token other than the given one, which the provider refused.
    async fn replace(&self, refused: &SecretString) -> Result<SecretString>;
}

/// The providers that are configured. Nothing is opened before the first
/// request.
#[derive(Clone)]
pub struct Providers {
    google: Arc<dyn Provider>,
    microsoft: Arc<dyn Provider>,
}

/// Where the providers are and how to talk to them.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Google's endpoints and our registration there.
    pub google: GoogleEndpoints,
    /// Microsoft's endpoints and our registration there.
    pub microsoft: MicrosoftEndpoints,
    /// Limits of the transport.
    pub transport: TransportSettings,
}

/// Makes the providers ready; opens no connection.
#[must_use]
pub fn open(settings: ProviderSettings) -> Providers {
    let transport = settings.transport;
    let google = http::Transport::new(transport.clone());
    Providers {
        google: Arc::new(google::Google::new(settings.google, google)),
        microsoft: Arc::new(microsoft::Microsoft::new(settings.microsoft, transport)),
    }
}

impl Providers {
    /// The adapter of a provider.
    #[must_use]
    pub fn of(&self, kind: ProviderKind) -> &Arc<dyn Provider> {
        match kind {
            ProviderKind::Google => &self.google,
            ProviderKind::Microsoft => &self.microsoft,
        }
    }
}

/// A provider's error code as it may be shown and logged: what is no plain
/// word could be content.
fn code(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !text.is_empty() && text.len() <= 64 && text.chars().all(plain) {
        text.to_owned()
    } else {
        "unprintable code".to_owned()
    }
}
