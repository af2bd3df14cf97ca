//! Brings the changes of one calendar into the store.
//!
//! A listing is staged and becomes visible as a whole, with the token that
//! continues after it. A pull that ends before that leaves no trace.

use std::collections::HashSet;

use super::Sync;
use super::listing::Listing;
use super::push::Pushed;
use super::visit::Visit;
use crate::engine::plan::Loss;
use crate::model::calendar::Calendar;
use crate::model::conflict::{Conflict, ConflictKind};
use crate::model::id::ExternalId;
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
#[derive(Debug, Default)]
pub(super) struct Pulled {
    /// What became visible.
    pub applied: Applied,
    /// What was lost, when the brake parked it.
    pub braked: Option<Loss>,
    /// Events that could not be understood.
    pub unreadable: Vec<(ExternalId, String)>,
    /// Why the window could not be moved on.
    pub stuck: Option<ProviderError>,
    /// What was carried to the calendar afterwards.
    pub pushed: Pushed,
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
        let apply = Apply {
            calendar: calendar.id.clone(),
            lease: lease.clone(),
            coverage: listing.start.coverage,
            park: None,
            token: listing.token,
            window: listing.start.window,
            now: self.clock.now(),
        };
        let (mut applied, braked) = self.apply_braked(calendar, apply).await?;
        let braked = braked.or(listing.ahead.braked);
        add(&mut applied, listing.ahead.applied);
        Ok(Pulled {
            applied,
            braked,
            unreadable: listing.unreadable,
            stuck: listing.stuck,
            pushed: Pushed::default(),
        })
    }

    /// The same, and what the brake parked.
    pub(super) async fn apply_braked(
        &self,
        calendar: &Calendar,
        apply: Apply,
    ) -> Result<(Applied, Option<Loss>), StoreError> {
        let coverage = apply.coverage;
        let removals = self.store.event_removals(&calendar.id, coverage).await?;
        let loss = loss(removals, coverage);
        let braked = self.settings.brake.stops(loss).then_some(loss);
        let park = braked.map(|loss| self.mass_delete(calendar, loss));
        let applied = self.store.event_apply(Apply { park, ..apply }).await?;
        Ok((applied, braked))
    }

    fn mass_delete(&self, calendar: &Calendar, loss: Loss) -> Conflict {
        let summary = format!("{} of {} events would be removed", loss.removed, loss.live);
        Conflict::open(
            ConflictKind::MassDelete,
            calendar,
            summary,
            self.clock.now(),
        )
    }
}

/// Adds what became visible before.
fn add(applied: &mut Applied, ahead: Applied) {
    applied.created += ahead.created;
    applied.updated += ahead.updated;
    applied.removed += ahead.removed;
    applied.parked += ahead.parked;
    let known: HashSet<_> = applied
        .unparsed
        .iter()
        .map(|one| one.external_id.clone())
        .collect();
    let new = ahead.unparsed.into_iter();
    applied
        .unparsed
        .extend(new.filter(|one| !known.contains(&one.external_id)));
}

fn loss(removals: Removals, coverage: Coverage) -> Loss {
    Loss {
        live: removals.live,
        removed: removals.removed,
        reads_empty: coverage != Coverage::Changes && removals.staged == 0,
    }
}
