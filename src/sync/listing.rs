//! Reads a calendar's listing to its end, into the stage.
//!
//! While a page is staged the next one is on its way. What the pages only
//! point at is read again after the last one.

use std::collections::{BTreeSet, HashSet};

use super::Sync;
use super::failure::{REFUSED, Reach, reach};
use super::pull::PullError;
use super::visit::Visit;
use crate::engine::due;
use crate::model::calendar::Calendar;
use crate::model::change::Change;
use crate::model::id::{ExternalId, SyncToken};
use crate::model::lease::Lease;
use crate::model::time::Window;
use crate::provider::{ChangesPage, ChangesRequest, Next, PageToken, ProviderError, Scope};
use crate::store::{Applied, Coverage};

/// No calendar has so many pages.
const MOST_PAGES: usize = 20_000;

/// Refusals in a row after which a listing is begun anew.
const REFUSALS: u32 = 3;

/// Events that are read again at a time.
const AT_A_TIME: usize = 20;

/// Where a listing begins and what it covers.
#[derive(Clone)]
pub(super) struct Start {
    pub since: Option<SyncToken>,
    pub window: Window,
    pub coverage: Coverage,
    /// List nothing but this part of the window.
    pub only: Option<Window>,
}

impl Start {
    /// What the listing covers, now that it has ended: without the token that
    /// proves its end it says nothing about what it does not mention.
    fn believed(self, token: Option<&SyncToken>) -> Self {
        match token {
            Some(_) => self,
            None => Self {
                coverage: Coverage::Changes,
                ..self
            },
        }
    }
}

/// A listing that was read to its end and staged.
pub(super) struct Listing {
    pub start: Start,
    pub token: Option<SyncToken>,
    pub unreadable: Vec<(ExternalId, String)>,
    /// Why the window could not be moved on; the old one served.
    pub stuck: Option<ProviderError>,
    /// What became visible before the rest was read.
    pub ahead: Applied,
}

/// What has to be read again after the last page.
#[derive(Default)]
struct Loose {
    touched: BTreeSet<ExternalId>,
    vanished: BTreeSet<ExternalId>,
}

impl Sync {
    /// Reads what changed. A token that the provider no longer knows, that of
    /// a page of a full listing too, leads to one full listing. A fixed window
    /// that runs short is begun anew; until that succeeds the old one serves.
    pub(super) async fn read(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
    ) -> Result<Listing, PullError> {
        let known = self.known_start(visit, calendar);
        let outdated = known
            .as_ref()
            .is_some_and(|known| self.is_outdated(visit, known));
        let first = known.clone().filter(|_| !outdated);
        let first = first.unwrap_or_else(|| self.new_start(visit));
        match self.list_soon(visit, calendar, lease, first).await {
            Err(PullError::Provider(ProviderError::SyncTokenExpired)) => {
                tracing::info!(calendar.id = %calendar.id, "token expired, listing in full");
                self.list_soon(visit, calendar, lease, self.new_start(visit))
                    .await
            }
            Err(PullError::Provider(error)) if outdated && reach(&error) == Reach::Calendar => {
                tracing::warn!(calendar.id = %calendar.id, %error, "window not moved yet");
                let old = known.unwrap_or_else(|| self.new_start(visit));
                let listing = self.list(visit, calendar, old).await?;
                Ok(Listing {
                    stuck: Some(error),
                    ..listing
                })
            }
            other => other,
        }
    }

    /// Where the last listing ended; none before the first, when a full one is
    /// asked for, and when the token may be what the provider refuses.
    fn known_start(&self, visit: &Visit<'_>, calendar: &Calendar) -> Option<Start> {
        let known = !visit.selection.full && !is_refused(calendar);
        let since = calendar.sync_token.clone().filter(|_| known)?;
        let window = match self.scope(visit) {
            Scope::Calendar => visit.window,
            Scope::Window => calendar.window?,
        };
        Some(Start {
            since: Some(since),
            window,
            coverage: Coverage::Changes,
            only: None,
        })
    }

    /// The beginning of a full listing.
    fn new_start(&self, visit: &Visit<'_>) -> Start {
        let coverage = match self.scope(visit) {
            Scope::Calendar => Coverage::Everything,
            Scope::Window => Coverage::Window(visit.window),
        };
        Start {
            since: None,
            window: visit.window,
            coverage,
            only: None,
        }
    }

    fn is_outdated(&self, visit: &Visit<'_>, known: &Start) -> bool {
        due::window_is_outdated(&known.window, &visit.window, self.clock.begun())
    }

    pub(super) fn scope(&self, visit: &Visit<'_>) -> Scope {
        self.providers.of(visit.account.provider).scope()
    }

    /// Reads a listing to its end into the stage.
    pub(super) async fn list(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        start: Start,
    ) -> Result<Listing, PullError> {
        self.store.event_unstage(&calendar.id).await?;
        let mut request = ChangesRequest {
            calendar: calendar.external_id.clone(),
            timezone: calendar.timezone.clone(),
            since: start.since.clone(),
            page: None,
            window: start.window,
            only: start.only,
        };
        let mut unreadable = Vec::new();
        let mut loose = Loose::default();
        let mut seen = HashSet::new();
        let mut page = self.fetch(visit, &request).await?;
        loop {
            unreadable.extend(unreadable_of(&page.changes));
            loose.touched.extend(page.touched);
            loose.vanished.extend(page.vanished);
            self.progress.events(page.changes.len() as u64);
            match page.next {
                Next::Page(token) => {
                    check_progress(&mut seen, &token)?;
                    request.page = Some(token);
                    let stage = self.store.event_stage(&calendar.id, page.changes);
                    let (staged, next) = tokio::join!(stage, self.fetch(visit, &request));
                    staged?;
                    page = next?;
                }
                Next::Done(token) => {
                    if !page.changes.is_empty() {
                        self.store.event_stage(&calendar.id, page.changes).await?;
                    }
                    unreadable.extend(self.read_again(visit, calendar, &request, loose).await?);
                    return Ok(Listing {
                        start: start.believed(token.as_ref()),
                        token,
                        unreadable,
                        stuck: None,
                        ahead: Applied::default(),
                    });
                }
            }
        }
    }

    /// Reads what the listing only pointed at, a few events at a time; what of
    /// it could not be understood.
    async fn read_again(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        request: &ChangesRequest,
        loose: Loose,
    ) -> Result<Vec<(ExternalId, String)>, PullError> {
        let mut unreadable = Vec::new();
        if self.scope(visit) == Scope::Calendar {
            return Ok(unreadable);
        }
        let vanished = loose.vanished.into_iter().collect();
        let mut events = loose.touched;
        events.extend(self.store.event_incomplete(&calendar.id, vanished).await?);
        let events: Vec<_> = events.into_iter().collect();
        // What the pages said of a series is older than what is read now.
        self.store
            .event_unstage_members(&calendar.id, events.clone())
            .await?;
        let provider = self.providers.of(visit.account.provider);
        for some in events.chunks(AT_A_TIME) {
            let changes = tokio::select! {
                changes = provider.reread(&visit.session, request, some) => changes?,
                () = self.stop.cancelled() => return Err(PullError::Stopped),
            };
            unreadable.extend(unreadable_of(&changes));
            self.store.event_stage(&calendar.id, changes).await?;
        }
        Ok(unreadable)
    }

    async fn fetch(
        &self,
        visit: &Visit<'_>,
        request: &ChangesRequest,
    ) -> Result<ChangesPage, PullError> {
        let provider = self.providers.of(visit.account.provider);
        tokio::select! {
            page = provider.changes(&visit.session, request) => Ok(page?),
            () = self.stop.cancelled() => Err(PullError::Stopped),
        }
    }
}

/// Whether the provider refused a calendar's listings so often in a row that
/// it may mean the token, in words that nobody knows.
fn is_refused(calendar: &Calendar) -> bool {
    let backoff = &calendar.backoff;
    backoff.failures >= REFUSALS && backoff.reason.as_deref() == Some(REFUSED)
}

fn unreadable_of(changes: &[Change]) -> impl Iterator<Item = (ExternalId, String)> {
    changes.iter().filter_map(|change| match change {
        Change::Unreadable {
            external_id,
            reason,
        } => Some((external_id.clone(), reason.clone())),
        Change::Upsert(_) | Change::Occurrence { .. } | Change::Removed(_) => None,
    })
}

/// Pages that lead back to an earlier one, or never end, are no listing.
fn check_progress(seen: &mut HashSet<String>, token: &PageToken) -> Result<(), ProviderError> {
    if seen.len() >= MOST_PAGES || !seen.insert(token.0.clone()) {
        let reason = "the pages of the listing do not end".to_owned();
        return Err(ProviderError::Protocol { reason });
    }
    Ok(())
}
