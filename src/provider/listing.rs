//! Listings: what is asked for, page by page.

use crate::model::change::Change;
use crate::model::id::{ExternalId, SyncToken};
use crate::model::time::Window;

/// What a listing covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole calendar.
    Calendar,
    /// The window of the first request; a token remembers it.
    Window,
}

/// Asks for one page of a calendar's changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesRequest {
    /// The calendar.
    pub calendar: ExternalId,
    /// The calendar's zone, for times that name none.
    pub timezone: Option<String>,
    /// Changes since this token; none lists the whole calendar.
    pub since: Option<SyncToken>,
    /// Continues a listing whose first request was otherwise the same.
    pub page: Option<PageToken>,
    /// What the timeline is to cover; a provider that lists by time uses it.
    pub window: Window,
    /// List only what takes place inside, to have it soon: such a listing of a
    /// whole calendar brings no token, and its end says nothing of what is not
    /// in it. Of no effect on changes since a token, and at a provider that
    /// lists by time anyway.
    pub only: Option<Window>,
}

/// The provider's mark between two pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageToken(pub String);

/// A page of changes.
#[derive(Clone, Debug)]
pub struct ChangesPage {
    /// The changes, in the provider's order.
    pub changes: Vec<Change>,
    /// Events of which only that they changed is said: they have to be read
    /// again.
    pub touched: Vec<ExternalId>,
    /// Events that are no longer listed: deleted, or moved out of the window,
    /// or never seen. Those that are known have to be read again.
    pub vanished: Vec<ExternalId>,
    /// How it goes on.
    pub next: Next,
}

/// How a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// With another page.
    Page(PageToken),
    /// Not at all: it is complete, and the next one begins at the token. Some
    /// complete listings bring none.
    Done(Option<SyncToken>),
}
