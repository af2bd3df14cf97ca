//! Brings the changes of one calendar into the store.
//!
//! A listing is staged and becomes visible as a whole, with the token that
//! continues after it. A pull that ends before that leaves no trace.

use super::Sync;
use super::listing::Listing;
use super::visit::Visit;
use crate::engine::plan::Loss;
use crate::model::calendar::Calendar;
use crate::model::conflict::{Conflict, ConflictKind, ResolutionStatus};
use crate::model::id::{ConflictId, ExternalId};
use crate::model::lease::Lease;
use crate::provider::ProviderError;
use crate::store::{Applied, Apply, Coverage, Removals, StoreError};

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
    /// Why the window could not be moved on.
    pub stuck: Option<ProviderError>,
}

impl Sync {
    /// Pulls a calendar under a lease.
    pub(super) async fn pull(
        &self,
        visit: &Visit<'_>,
        calendar: &Calendar,
        lease: &Lease,
    ) -> Result<Pulled, PullError> {
        let listing = self.read(visit, calendar, lease).await?;
        self.apply(calendar, lease, listing).await
    }

    /// Makes what is staged visible, or parks what it would take away.
    pub(super) async fn apply(
        &self,
        calendar: &Calendar,
        lease: &Lease,
        listing: Listing,
    ) -> Result<Pulled, PullError> {
        let removals = self
            .store
            .event_removals(&calendar.id, listing.start.coverage)
            .await?;
        let loss = loss(removals, listing.start.coverage);
        let braked = self.settings.brake.stops(loss).then_some(loss);
        let mut applied = self
            .store
            .event_apply(Apply {
                calendar: calendar.id.clone(),
                lease: lease.clone(),
                coverage: listing.start.coverage,
                park: braked.map(|loss| self.mass_delete(calendar, loss)),
                token: listing.token,
                window: listing.start.window,
                now: self.clock.now(),
            })
            .await?;
        applied.created += listing.ahead.created;
        applied.updated += listing.ahead.updated;
        Ok(Pulled {
            applied,
            braked,
            unreadable: listing.unreadable,
            stuck: listing.stuck,
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

fn loss(removals: Removals, coverage: Coverage) -> Loss {
    Loss {
        live: removals.live,
        removed: removals.removed,
        reads_empty: coverage != Coverage::Changes && removals.staged == 0,
    }
}
