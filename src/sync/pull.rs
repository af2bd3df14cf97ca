//! Brings the changes of one calendar into the store.
//!
//! Pages are staged as they come and become visible together, after the last
//! one, with the token that continues after them. A pull that ends before
//! that leaves no trace. While a page is staged the next one is on its way.

use std::collections::HashSet;

use super::Sync;
use super::visit::Visit;
use crate::engine::plan::Loss;
use crate::model::calendar::Calendar;
use crate::model::change::Change;
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::id::{ConflictId, ExternalId, SyncToken};
use crate::model::lease::Lease;
use crate::provider::{ChangesPage, ChangesRequest, Next, PageToken, ProviderError};
use crate::store::{Applied, Apply, Coverage, Removals, StoreError};

/// No calendar has so many pages.
const MOST_PAGES: usize = 20_000;

/// Why a pull left no trace.
#[derive(Debug, thiserror::Error)]
pub(super) enum PullError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the cycle was stopped")]
    Stopped,
}

/// What a pull brought.
#[derive(Debug)]
pub(super) struct Pulled {
    /// What became visible.
    pub applied: Applied,
    /// What was lost, when the brake parked it.
    pub braked: Option<Loss>,
    /// Events that could not be understood.
    pub unreadable: Vec<(ExternalId, String)>,
}

/// A listing that was read to its end and staged.
struct Listing {
    coverage: Coverage,
    token: Option<SyncToken>,
    unreadable: Vec<(ExternalId, String)>,
}

impl Sync {
    /// Pulls a calendar under a lease. A token that the provider no longer
    /// knows, that of a page of a full listing too, leads to one full listing.
    pub(super) async fn pull(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
    ) -> Result<Pulled, PullError> {
        let since = if visit.selection.full {
            None
        } else {
            calendar.sync_token.clone()
        };
        let listing = match self.list(visit, calendar, since).await {
            Err(PullError::Provider(ProviderError::SyncTokenExpired)) => {
                tracing::info!(calendar.id = %calendar.id, "token expired, listing in full");
                self.list(visit, calendar, None).await?
            }
            other => other?,
        };
        self.apply(visit, calendar, lease, listing).await
    }

    /// Reads a listing to its end into the stage.
    async fn list(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        since: Option<SyncToken>,
    ) -> Result<Listing, PullError> {
        self.store.event_unstage(&calendar.id).await?;
        let full = since.is_none();
        let mut request = ChangesRequest {
            calendar: calendar.external_id.clone(),
            timezone: calendar.timezone.clone(),
            since,
            page: None,
            window: visit.window,
        };
        let mut unreadable = Vec::new();
        let mut seen = HashSet::new();
        let mut page = self.fetch(visit, &request).await?;
        loop {
            unreadable.extend(unreadable_of(&page.changes));
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
                    return Ok(Listing {
                        coverage: coverage(full, token.as_ref()),
                        token,
                        unreadable,
                    });
                }
            }
        }
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

    /// Makes what is staged visible, or parks what it would take away.
    async fn apply(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
        listing: Listing,
    ) -> Result<Pulled, PullError> {
        let removals = self
            .store
            .event_removals(&calendar.id, listing.coverage)
            .await?;
        let loss = loss(removals, listing.coverage);
        let braked = self.settings.brake.stops(loss).then_some(loss);
        let applied = self
            .store
            .event_apply(Apply {
                calendar: calendar.id.clone(),
                lease: lease.clone(),
                coverage: listing.coverage,
                park: braked.map(|loss| self.mass_delete(calendar, loss)),
                token: listing.token,
                window: visit.window,
                now: self.clock.now(),
            })
            .await?;
        Ok(Pulled {
            applied,
            braked,
            unreadable: listing.unreadable,
        })
    }

    fn mass_delete(&self, calendar: &Calendar, loss: Loss) -> Conflict {
        Conflict {
            id: ConflictId::generate(),
            user_id: calendar.user_id.clone(),
            calendar_id: calendar.id.clone(),
            kind: ConflictKind::MassDelete,
            summary: format!("{} of {} events would be removed", loss.removed, loss.live),
            resolution_status: ResolutionStatus::Open,
            detected_at: self.clock.now(),
            resolved_at: None,
        }
    }
}

/// What a listing says about what it does not mention: that it is gone, if the
/// listing is a full one and the token at its end proves that it was read to
/// the end.
fn coverage(full: bool, token: Option<&SyncToken>) -> Coverage {
    match token {
        Some(_) if full => Coverage::Everything,
        _ => Coverage::Changes,
    }
}

fn loss(removals: Removals, coverage: Coverage) -> Loss {
    Loss {
        live: removals.live,
        removed: removals.removed,
        reads_empty: coverage == Coverage::Everything && removals.staged == 0,
    }
}

fn unreadable_of(changes: &[Change]) -> impl Iterator<Item = (ExternalId, String)> {
    changes.iter().filter_map(|change| match change {
        Change::Unreadable {
            external_id,
            reason,
        } => Some((external_id.clone(), reason.clone())),
        Change::Upsert(_) | Change::Removed(_) => None,
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
